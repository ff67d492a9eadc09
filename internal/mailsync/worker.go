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
	source, err := r.hosts[0].acquire(ctx)
	if err != nil {
		return err
	}
	destination, err := r.hosts[1].acquire(ctx)
	if err != nil {
		r.hosts[0].release(source)
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
