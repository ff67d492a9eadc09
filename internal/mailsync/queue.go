package mailsync

import (
	"context"
	"sync"
)

// queue hands tasks from one stage to the next, first in, first out.
type queue struct {
	mu      sync.Mutex
	tasks   []*task
	items   int
	closed  bool
	changed chan struct{}
	end     chan struct{}
}

func newQueue() *queue { return &queue{changed: make(chan struct{}), end: make(chan struct{})} }

// ended is closed when the queue is closed and empty.
func (q *queue) ended() <-chan struct{} { return q.end }

func (q *queue) endLocked() {
	if q.closed && len(q.tasks) == 0 {
		select {
		case <-q.end:
		default:
			close(q.end)
		}
	}
}

func (q *queue) signalLocked() {
	close(q.changed)
	q.changed = make(chan struct{})
}

func (q *queue) push(t *task) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.tasks = append(q.tasks, t)
	q.items += len(t.items)
	q.signalLocked()
}

// close says that no task will follow.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.endLocked()
	q.signalLocked()
}

// pop takes the next task, waiting for it; nil is the end, or that ctx was cancelled.
func (q *queue) pop(ctx context.Context) *task {
	for {
		q.mu.Lock()
		if len(q.tasks) > 0 {
			t := q.tasks[0]
			q.tasks = q.tasks[1:]
			q.items -= len(t.items)
			q.endLocked()
			q.signalLocked()
			q.mu.Unlock()
			return t
		}
		closed, changed := q.closed, q.changed
		q.mu.Unlock()
		if closed {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil
		}
	}
}

// waitBelow waits until at most so many items are queued.
func (q *queue) waitBelow(ctx context.Context, items int) {
	for {
		q.mu.Lock()
		n, changed := q.items, q.changed
		q.mu.Unlock()
		if n <= items {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

// over says whether more than so many items are queued.
func (q *queue) over(items int) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.items > items
}
