package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// The text comes last, so that a follower finds the numbers without reading all of it.
const tailQuery = `subscription ($id: ID!) { logTail(jobId: $id) { offset newOffset eof chunk } }`

// measureIdleLog follows a log that gets a line each 50 ms.
func measureIdleLog(ctx context.Context, s *server, count int) (*delays, error) {
	id, err := s.createJob(ctx, fmt.Sprintf("ticks-%d", count))
	if err != nil {
		return nil, err
	}
	tail, err := s.Subscribe(ctx, tailQuery, map[string]any{"id": id})
	if err != nil {
		return nil, err
	}
	defer tail.Close()
	measured := &delays{}
	for {
		var event struct{ LogTail struct{ Chunk string } }
		err := tail.Next(&event)
		now := time.Now().UnixNano()
		if errors.Is(err, io.EOF) {
			return measured, nil
		}
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(event.LogTail.Chunk) {
			if written, err := strconv.ParseInt(strings.TrimSpace(strings.TrimPrefix(line, stamp)), 10, 64); err == nil {
				measured.add(time.Duration(now - written))
			}
		}
	}
}

// measureTails has many followers on one loud job and prints what they got and what it cost.
func measureTails(ctx context.Context, s *server, set settings) error {
	before, err := s.usage()
	if err != nil {
		return err
	}
	id, err := s.createJob(ctx, fmt.Sprintf("rate-%d-%d", set.rate, set.seconds))
	if err != nil {
		return err
	}
	began := time.Now()
	var followers sync.WaitGroup
	var received, events atomic.Int64
	measured := &delays{}
	failures := make(chan error, set.tails)
	for range set.tails {
		followers.Go(func() {
			f := follower{measured: measured}
			if err := f.follow(ctx, s, id); err != nil {
				failures <- err
			}
			received.Add(f.offset)
			events.Add(int64(f.events))
		})
	}
	followers.Wait()
	took := time.Since(began)
	select {
	case err := <-failures:
		return fmt.Errorf("a follower failed: %w", err)
	default:
	}
	after, err := s.usage()
	if err != nil {
		return err
	}
	var answer struct{ Job struct{ LogSize int64 } }
	if err := s.Do(ctx, `query ($id: ID!) { job(id: $id) { logSize } }`, map[string]any{"id": id}, &answer); err != nil {
		return err
	}
	lost := answer.Job.LogSize*int64(set.tails) - received.Load()
	fmt.Fprintf(os.Stdout, "  %d followers of %d kB/s for %d s           p50 %6.2f ms   p99 %6.2f ms   lost %d bytes of %.1f GB in %d events\n",
		set.tails, set.rate/1000, set.seconds, measured.milliseconds(50), measured.milliseconds(99), lost,
		float64(received.Load())/1e9, events.Load())
	fmt.Fprintf(os.Stdout, "  the server's share of it                   peak memory %.0f MB, CPU %.1f s in %.1f s\n",
		float64(after.peak)/1e6, (after.cpu - before.cpu).Seconds(), took.Seconds())
	if lost != 0 {
		return fmt.Errorf("%d bytes were lost", lost)
	}
	return nil
}

// follower is one of many, so it looks at its events without decoding them whole.
type follower struct {
	offset   int64
	events   int
	measured *delays
}

func (f *follower) follow(ctx context.Context, s *server, id string) error {
	tail, err := s.Subscribe(ctx, tailQuery, map[string]any{"id": id})
	if err != nil {
		return err
	}
	defer tail.Close()
	var own []time.Duration
	defer func() { f.measured.add(own...) }()
	for {
		message, err := tail.NextRaw()
		event := raw(message)
		now := time.Now().UnixNano()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		f.events++
		if offset := event.number("offset"); offset != f.offset {
			return fmt.Errorf("an event at %d follows one that ended at %d", offset, f.offset)
		}
		f.offset = event.number("newOffset")
		// The first line of a piece has waited longest.
		if i := bytes.Index(event, []byte(stamp)); i >= 0 && len(event) > i+len(stamp)+19 {
			if written, err := strconv.ParseInt(string(event[i+len(stamp):i+len(stamp)+19]), 10, 64); err == nil {
				own = append(own, time.Duration(now-written))
			}
		}
	}
}

// raw is the JSON of an event.
type raw []byte

func (r raw) number(field string) int64 {
	_, rest, _ := bytes.Cut(r, []byte(`"`+field+`":`))
	end := 0
	for end < len(rest) && rest[end] >= '0' && rest[end] <= '9' {
		end++
	}
	n, _ := strconv.ParseInt(string(rest[:end]), 10, 64)
	return n
}
