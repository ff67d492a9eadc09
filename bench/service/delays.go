package main

import (
	"slices"
	"sync"
	"time"
)

// delays are measured times.
type delays struct {
	mu  sync.Mutex
	all []time.Duration
}

func (d *delays) add(more ...time.Duration) {
	d.mu.Lock()
	d.all = append(d.all, more...)
	d.mu.Unlock()
}

func (d *delays) count() int { return len(d.all) }

// milliseconds is a percentile.
func (d *delays) milliseconds(percentile int) float64 {
	if len(d.all) == 0 {
		return 0
	}
	slices.Sort(d.all)
	return d.all[min(len(d.all)*percentile/100, len(d.all)-1)].Seconds() * 1000
}
