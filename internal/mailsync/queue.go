package mailsync

import (
	"context"
	"sync"
)

// queue hands tasks from one stage to the next, first in, first out.
type queue struct {
	mu     sync.Mutex
	tasks  []*task
	items  int
	bytes  int64 // of the items
	closed bool
	// owed counts, where that counts, the tasks that others will follow: the next portion of a folder begins when the one before
	// it is verified, and until then there is something to come.
	counts  bool
	owed    int
	changed chan struct{}
	end     chan struct{}
}

func newQueue() *queue { return &queue{changed: make(chan struct{}), end: make(chan struct{})} }

// newTaskQueue is a queue of tasks to copy, in which the next portion of a folder follows the one before it.
func newTaskQueue() *queue {
	q := newQueue()
	q.counts = true
	return q
}

// ended is closed when the queue is closed and empty.
func (q *queue) ended() <-chan struct{} { return q.end }

func (q *queue) endLocked() {
	if q.overLocked() {
		select {
		case <-q.end:
		default:
			close(q.end)
		}
	}
}

// overLocked says that there is no task and none will come.
func (q *queue) overLocked() bool { return q.closed && len(q.tasks) == 0 && q.owed == 0 }

// settle says that a task that others should follow has been followed, or will not be.
func (q *queue) settle() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.owed--
	q.endLocked()
	q.signalLocked()
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
	q.bytes += t.bytes()
	if q.counts && t.rest.size() > 0 {
		q.owed++
	}
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

// take takes the next task, nil if there is none at present.
func (q *queue) take() *task {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.tasks) == 0 {
		return nil
	}
	t := q.tasks[0]
	q.tasks = q.tasks[1:]
	q.items -= len(t.items)
	q.bytes -= t.bytes()
	q.endLocked()
	q.signalLocked()
	return t
}

// wait waits until there is a task to take; false is the end, or that ctx was cancelled.
func (q *queue) wait(ctx context.Context) bool {
	for {
		q.mu.Lock()
		some, closed, changed := len(q.tasks) > 0, q.overLocked(), q.changed
		q.mu.Unlock()
		if some || closed {
			return some
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return false
		}
	}
}

// changes is closed at the next change.
func (q *queue) changes() <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.changed
}

// waitAbove waits until more than so many items or bytes are queued, or all is at an end.
func (q *queue) waitAbove(ctx context.Context, items int, bytes int64) {
	for {
		q.mu.Lock()
		much, changed := q.items > items || q.bytes > bytes, q.changed
		over := q.overLocked()
		q.mu.Unlock()
		if much || over {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
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
