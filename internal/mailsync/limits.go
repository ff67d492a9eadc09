package mailsync

import (
	"fmt"
	"sync"
	"time"

	"mailferry/internal/imapsync"
)

// limits bound how fast, and how much, a run copies over all its connections, as the options ask for.
type limits struct {
	now                         func() time.Time
	messagesPerSecond           float64
	bytesPerSecond, bytesBefore int64
	exitWhenOver                int64

	mu sync.Mutex
	// began is when the first message was taken.
	began           time.Time
	messages, bytes int64
}

func newLimits(s *settings, now func() time.Time) *limits {
	return &limits{now: now, messagesPerSecond: s.messagesPerSecond, bytesPerSecond: s.bytesPerSecond, bytesBefore: s.bytesBefore, exitWhenOver: s.exitWhenOver}
}

// pause is how long to wait before the next message is taken, so that the average since the first one stays within bounds.
func (l *limits) pause() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	var due float64 // seconds after the first message
	if l.messagesPerSecond > 0 {
		due = float64(l.messages) / l.messagesPerSecond
	}
	if l.bytesPerSecond > 0 {
		due = max(due, float64(l.bytes-l.bytesBefore)/float64(l.bytesPerSecond))
	}
	if due <= 0 {
		return 0
	}
	return l.began.Add(time.Duration(due * float64(time.Second))).Sub(l.now())
}

// take counts a message that is about to be stored. It is false if the run ends before it, since enough was copied.
func (l *limits) take(size int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.exitWhenOver > 0 && l.bytes >= l.exitWhenOver {
		return false
	}
	if l.messages == 0 {
		l.began = l.now()
	}
	l.messages++
	l.bytes += size
	return true
}

// classExceeded is that of messages left because of --exitwhenover.
const classExceeded class = imapsync.ExitTransferExceeded

// exceed notes, once, that the run ends because of --exitwhenover.
func (r *run) exceed() {
	r.exceeded.Do(func() {
		line := fmt.Sprintf("Maximum bytes transferred reached, %d >= %d, ending sync", r.limits.bytes, r.limits.exitWhenOver)
		r.out.linef("%s", line)
		r.failures.add(classExceeded, line)
	})
}

// stopReason is why a run that stopped early has left messages.
func (r *run) stopReason() (class, string) {
	if over := r.settings.exitWhenOver; over > 0 && !r.limits.room() {
		return classExceeded, fmt.Sprintf("the run ended after %d bytes (--exitwhenover)", over)
	}
	return classOverQuota, "the destination is over its quota"
}

func (l *limits) room() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.exitWhenOver == 0 || l.bytes < l.exitWhenOver
}

// wait is a channel for the end of a pause, nil where there is none; stop gives it up.
func (l *limits) wait() (over <-chan time.Time, stop func()) {
	pause := l.pause()
	if pause <= 0 {
		return nil, func() {}
	}
	timer := time.NewTimer(pause)
	return timer.C, func() { timer.Stop() }
}
