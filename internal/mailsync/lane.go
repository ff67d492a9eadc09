package mailsync

import (
	"context"
	"errors"
	"sync"

	"mailferry/internal/imapclient"
)

// errNothingLeft is why a connection is no longer waited for: there is nothing to copy.
var errNothingLeft = errors.New("nothing left to copy")

// Each further worker begins when so much waits that its connections are worth the while: a
// run with little to do makes few.
const (
	worthMessages = 100
	worthBytes    = 8 << 20
)

// work copies tasks until there are none.
func (r *run) work(ctx context.Context, n int, copied *queue) error {
	r.tasks.waitAbove(ctx, n*worthMessages, int64(n)*worthBytes)
	for r.tasks.wait(ctx) {
		if r.full.Load() {
			if t := r.tasks.take(); t != nil {
				r.stopped(t)
				copied.push(t)
			}
			continue
		}
		if err := r.workOnce(ctx, n, copied); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return nil
}

// workOnce gets connections, and copies tasks over them as long as there are any and
// nobody else waits for the connections.
func (r *run) workOnce(ctx context.Context, n int, copied *queue) error {
	acquiring, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-r.tasks.ended(): // another worker took the last one
			cancel(errNothingLeft)
		case <-acquiring.Done():
		}
	}()
	source, destination, err := r.acquireInTurn(acquiring, n)
	if errors.Is(err, errNothingLeft) {
		return nil
	}
	if err != nil {
		return err
	}
	l := &lane{run: r, copied: copied, settled: make(chan struct{}, 1), begun: make(chan *task, begunTasks)}
	return l.copy(ctx, source, destination)
}

// acquireInTurn gets a connection to each side, one worker after the other: two that come
// free together are for one of them. Those of the workers behind are being made meanwhile.
func (r *run) acquireInTurn(ctx context.Context, n int) (source, destination *imapclient.Client, err error) {
	for _, h := range r.hosts {
		h.warm(n)
	}
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	case <-ctx.Done():
		return nil, nil, context.Cause(ctx)
	}
	return r.acquireBoth(ctx)
}

// acquireBoth gets a connection to each side: at the same time where there are enough of
// them, else one after the other, always in this order, so that no two users hold one and
// wait for the other's.
func (r *run) acquireBoth(ctx context.Context) (source, destination *imapclient.Client, err error) {
	if !r.hosts[0].limited() && !r.hosts[1].limited() {
		var clients [2]*imapclient.Client
		err = r.both(func(i int) (err error) {
			clients[i], err = r.hosts[i].acquireNow(ctx)
			return err
		})
		if err == nil {
			return clients[0], clients[1], nil
		}
		for i, c := range clients {
			r.hosts[i].release(c)
		}
		if !errors.Is(err, errTooMany) {
			return nil, nil, err
		}
	}
	if source, err = r.hosts[0].acquire(ctx); err != nil {
		return nil, nil, err
	}
	if destination, err = r.hosts[1].acquire(ctx); err != nil {
		r.hosts[0].release(source)
		return nil, nil, err
	}
	return source, destination, nil
}

// lane copies tasks over one connection to each side. Its fetcher goes on with the next
// folder while the appender still waits for answers about the one before, so that many
// small folders cost no more round trips than one.
type lane struct {
	run    *run
	copied *queue

	mu sync.Mutex
	// open are the tasks taken from the queue that are not copied yet.
	open []*task
	// settled holds a token when no task is open any more.
	settled chan struct{}
	// begun are the tasks taken whose folder is to be looked at before the first message goes there.
	begun chan *task
}

// copy runs a fetcher and an appender against each other. It takes both connections.
func (l *lane) copy(ctx context.Context, source, destination *imapclient.Client) error {
	fetching, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	parcels := make(chan *parcel, 64)
	f := &fetcher{run: l.run, lane: l, conn: source, parcels: parcels, unfinished: map[*task]int{}, trials: map[*item]*trial{}, stalled: map[*item]int{}, window: firstFetchBytes}
	a := &appender{run: l.run, lane: l, conn: destination, parcels: parcels, tabs: map[*task]*tab{}, most: batchMessages}
	fetched := make(chan error, 1)
	go func() {
		err := f.all(fetching)
		close(parcels)
		fetched <- err
	}()
	err := a.all(ctx)
	if err != nil {
		stop(err)
		a.abandon()
	}
	for p := range parcels {
		p.body.release()
	}
	fetchErr := <-fetched
	l.run.hosts[0].release(f.conn)
	l.run.hosts[1].release(a.conn)
	full := errors.Is(err, errStopped)
	if full {
		l.run.full.Store(true)
		err, fetchErr = nil, nil
	}
	for _, t := range l.open {
		if full {
			l.run.stopped(t)
		}
		l.copied.push(t)
	}
	if err != nil {
		return err
	}
	return fetchErr
}

// take gives the next task, nil if there is none at present or the lane is to end.
func (l *lane) take() *task {
	r := l.run
	if r.full.Load() || r.hosts[0].wanted() || r.hosts[1].wanted() {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	t := r.tasks.take()
	if t != nil {
		l.open = append(l.open, t)
		select {
		case l.begun <- t:
		default:
		}
	}
	return t
}

// next is take, but waits for a task while there is something to do anyway. nil is the end
// of the lane.
func (l *lane) next(ctx context.Context) *task {
	for {
		changed := l.run.tasks.changes()
		if t := l.take(); t != nil {
			return t
		}
		l.mu.Lock()
		idle := len(l.open) == 0
		l.mu.Unlock()
		if idle {
			return nil
		}
		select {
		case <-changed:
		case <-l.settled:
		case <-ctx.Done():
			return nil
		}
	}
}

// done hands a task on: all its messages are stored or given up.
func (l *lane) done(t *task) {
	l.mu.Lock()
	for i := range l.open {
		if l.open[i] == t {
			l.open = append(l.open[:i], l.open[i+1:]...)
			break
		}
	}
	idle := len(l.open) == 0
	l.mu.Unlock()
	l.copied.push(t)
	if idle {
		select {
		case l.settled <- struct{}{}:
		default:
		}
	}
}

// stopped marks what is left of a task once the destination is full.
func (r *run) stopped(t *task) {
	c, reason := r.stopReason()
	for i := range t.items {
		if it := &t.items[i]; it.state == pending || it.state == sent {
			r.failures.addQuiet(c)
			r.missed(t, it, reason)
		}
	}
}
