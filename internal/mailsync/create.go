package mailsync

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"mailferry/internal/imapclient"
)

// create makes the destination folders that are not there. All commands are sent before
// the first answer is waited for.
func (r *run) create(ctx context.Context) error {
	var absent []*target
	for _, t := range r.plan.targets {
		if !t.exists {
			absent = append(absent, t)
		}
	}
	return r.hosts[1].with(ctx, func(c *imapclient.Client) error {
		for len(absent) > 0 {
			n := min(len(absent), 100)
			commands := make([]*imapclient.Command[struct{}], n)
			for i, t := range absent[:n] {
				commands[i] = c.Create(t.raw)
			}
			for i, t := range absent[:n] {
				_, err := commands[i].Wait(ctx)
				if err = r.created(ctx, c, t, err); connectionLost(err) || ctx.Err() != nil {
					absent = absent[i:]
					return err
				}
			}
			absent = absent[n:]
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

// createOtherwise tries what may help after a refusal: perhaps the folder is there and the
// server says so in its own words; perhaps it wants the parents first; perhaps a character
// of the name is the trouble.
func (r *run) createOtherwise(ctx context.Context, c *imapclient.Client, t *target, refusal error) error {
	if _, err := c.Status(t.raw, "MESSAGES").Wait(ctx); err == nil || connectionLost(err) {
		return err
	}
	delimiter := r.destination.delimiter
	if levels := strings.Split(t.raw, delimiter); delimiter != "" && len(levels) > 1 {
		for n := 1; n < len(levels); n++ {
			if _, err := c.Create(strings.Join(levels[:n], delimiter)).Wait(ctx); connectionLost(err) {
				return err
			}
		}
		if _, err := c.Create(t.raw).Wait(ctx); err == nil || connectionLost(err) || errors.Is(err, imapclient.CodeAlreadyExists) {
			return lostOnly(err)
		}
	}
	name := strings.TrimPrefix(t.raw, r.destination.prefix)
	plain := r.destination.prefix + plainer(name, delimiter)
	if plain == t.raw {
		return refusal
	}
	_, err := c.Create(plain).Wait(ctx)
	if err != nil && !connectionLost(err) && !errors.Is(err, imapclient.CodeAlreadyExists) {
		if _, there := c.Status(plain, "MESSAGES").Wait(ctx); there != nil {
			return refusal
		}
	}
	if connectionLost(err) {
		return err
	}
	r.out.linef("Host2: refuses the name %s (%s), taking [%s]", t.label(), answer(refusal), plain)
	t.raw, t.display = plain, imapclient.DecodeMailbox(plain)
	return nil
}

func lostOnly(err error) error {
	if connectionLost(err) {
		return err
	}
	return nil
}

// subscribe carries subscriptions over. A refusal is no more than a line in the log.
func (r *run) subscribe(ctx context.Context) error {
	return r.hosts[1].with(ctx, func(c *imapclient.Client) error {
		type question struct {
			target *target
			answer *imapclient.Command[struct{}]
		}
		var questions []question
		for _, t := range r.plan.targets {
			if t.wanted && !t.subscribed && t.err == nil {
				questions = append(questions, question{t, c.Subscribe(t.raw)})
			}
		}
		for _, q := range questions {
			_, err := q.answer.Wait(ctx)
			if connectionLost(err) || ctx.Err() != nil {
				return err
			}
			if q.target.subscribed = err == nil; err != nil {
				r.out.linef("Host2: could not subscribe to %s: %s", q.target.label(), answer(err))
			} else {
				r.out.linef("Subscribed to folder %s on host2", q.target.label())
			}
		}
		return nil
	})
}
