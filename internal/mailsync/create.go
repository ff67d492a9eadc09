package mailsync

import (
	"context"
	"errors"
	"fmt"

	"mailferry/internal/imapclient"
)

// making is a destination folder being made, where it is not there, and subscribed to. Its
// commands are sent ahead of whatever else is to be done with the folder, so that making it
// costs no round trip.
type making struct {
	target    *target
	create    *imapclient.Command[struct{}] // nil where the folder is there
	subscribe *imapclient.Command[struct{}] // nil where it need not be
}

// startMaking sends the commands. In a dry run there are none.
func (r *run) startMaking(c *imapclient.Client, t *target) *making {
	m := &making{target: t}
	if r.settings.dry || t.err != nil {
		return m
	}
	if !t.exists {
		m.create = c.Create(t.raw)
	}
	if t.wanted && !t.subscribed {
		m.subscribe = c.Subscribe(t.raw)
	}
	return m
}

// finish judges the answers. late says that the folder came to be only now, or under another
// name, so that commands sent behind startMaking have failed. An error is only that of the
// connection; why a folder cannot be made is in target.err.
func (m *making) finish(ctx context.Context, r *run, c *imapclient.Client) (late bool, err error) {
	t := m.target
	if m.create != nil {
		_, first := m.create.Wait(ctx)
		q := &question[struct{}]{ask: func() *imapclient.Command[struct{}] { return c.Create(t.raw) }, command: m.create}
		if _, err := r.hosts[1].answered(ctx, q); err != nil {
			return false, err
		}
		if err := r.created(ctx, c, t, q.err); connectionLost(err) || ctx.Err() != nil {
			return false, err
		}
		late = first != nil && t.err == nil
	}
	if t.err != nil {
		return false, nil //nolint:nilerr // the folder's error, which is in the log already
	}
	if m.subscribe == nil {
		return late, nil
	}
	q := &question[struct{}]{ask: func() *imapclient.Command[struct{}] { return c.Subscribe(t.raw) }, command: m.subscribe}
	ok, err := r.hosts[1].answered(ctx, q)
	if err == nil && !ok && late {
		q.send()
		ok, err = r.hosts[1].answered(ctx, q)
	}
	if err != nil {
		return late, err
	}
	// A refusal is no more than a line in the log.
	if t.subscribed = ok; !ok {
		r.out.linef("Host2: could not subscribe to %s: %s", t.label(), answer(q.err))
	} else {
		r.out.linef("Subscribed to folder %s on host2", t.label())
	}
	return late, nil
}

// makeAll makes the destination folders without looking at messages.
func (r *run) makeAll(ctx context.Context) error {
	const ahead = 100 // folders whose commands are sent before the first answer is waited for
	left := r.plan.targets
	return r.hosts[1].with(ctx, func(c *imapclient.Client) error {
		for len(left) > 0 {
			makings := make([]*making, min(len(left), ahead))
			for i := range makings {
				makings[i] = r.startMaking(c, left[i])
			}
			for _, m := range makings {
				if _, err := m.finish(ctx, r, c); connectionLost(err) || ctx.Err() != nil {
					return err
				}
				left = left[1:]
			}
		}
		return nil
	})
}

// created judges the answer to a CREATE. An error is only that of the connection.
func (r *run) created(ctx context.Context, c *imapclient.Client, t *target, err error) error {
	if err != nil && !connectionLost(err) && !errors.Is(err, imapclient.CodeAlreadyExists) {
		if err = r.createOtherwise(ctx, c, t, err); err != nil && !connectionLost(err) && ctx.Err() == nil {
			t.err = err
			line := fmt.Sprintf("Could not create folder %s from %s: %s", t.label(), t.sources[0].label(), answer(err))
			r.out.linef("%s", line)
			r.failures.add(classCreate, line)
			return nil
		}
	}
	if connectionLost(err) || ctx.Err() != nil {
		return err
	}
	t.exists = true
	r.out.linef("Created folder %s on host2", t.label())
	return nil
}
