package mailsync

import (
	"context"
	"errors"

	"mailferry/internal/imapclient"
)

// work copies tasks until there are none. The first worker begins at once, each further one
// when messages have begun to arrive: a run with little to do makes few connections.
func (r *run) work(ctx context.Context, n int, copied *queue) error {
	if n > 0 {
		select {
		case <-r.stored:
		case <-r.tasks.ended():
			return nil
		case <-ctx.Done():
			return nil
		}
	}
	for {
		t := r.tasks.pop(ctx)
		if t == nil {
			return nil
		}
		err := r.copyTask(ctx, t)
		if ctx.Err() != nil && err == nil {
			err = context.Cause(ctx)
		}
		copied.push(t)
		if err != nil {
			return err
		}
	}
}

// copyTask fetches and appends the messages of a task.
func (r *run) copyTask(ctx context.Context, t *task) error {
	if r.full.Load() {
		r.stopped(t)
		return nil
	}
	source, destination, err := r.acquireBoth(ctx)
	if err != nil {
		return err
	}
	r.progress.setCurrent(t.target.sources[0].display)
	err = r.transfer(ctx, t, source, destination)
	if errors.Is(err, errStopped) {
		r.full.Store(true)
		r.stopped(t)
		return nil
	}
	return err
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

// transfer runs a fetcher and an appender against each other. It takes both connections.
func (r *run) transfer(ctx context.Context, t *task, source, destination *imapclient.Client) error {
	fetching, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	parcels := make(chan *parcel, 64)
	f := &fetcher{run: r, task: t, conn: source, parcels: parcels}
	a := &appender{run: r, task: t, conn: destination, parcels: parcels}
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
	r.hosts[0].release(f.conn)
	r.hosts[1].release(a.conn)
	if err != nil {
		return err
	}
	return fetchErr
}

// stopped marks what is left of a task once the destination is full.
func (r *run) stopped(t *task) {
	for i := range t.items {
		if it := &t.items[i]; it.state == pending || it.state == sent {
			r.failures.addQuiet(classOverQuota)
			r.missed(t, it, "the destination is over its quota")
		}
	}
}
