package mailsync

import (
	"context"
	"errors"

	"mailferry/internal/imapclient"
)

// asking is a command that can be sent again as it was, since it changes nothing.
type asking interface {
	send()
	// settle waits for the answer. It gives the error of the connection or of ctx, and false for a refusal.
	settle(ctx context.Context) (ok bool, err error)
	refusal() error
}

// question is an asking and its answer.
type question[T any] struct {
	ask     func() *imapclient.Command[T]
	command *imapclient.Command[T]
	result  T
	err     error
}

func ask[T any](ask func() *imapclient.Command[T]) *question[T] { return &question[T]{ask: ask} }

func (q *question[T]) send() { q.command = q.ask() }

func (q *question[T]) refusal() error { return q.err }

func (q *question[T]) settle(ctx context.Context) (ok bool, err error) {
	q.result, q.err = q.command.Wait(ctx)
	if ctx.Err() != nil {
		return false, context.Cause(ctx)
	}
	if connectionLost(q.err) {
		return false, q.err
	}
	return q.err == nil, nil
}

// answered waits for the answer to a question, asking again as it was for as long as it is refused in passing.
func (h *host) answered(ctx context.Context, q asking) (ok bool, err error) {
	for {
		if ok, err := q.settle(ctx); ok || err != nil {
			return ok, err
		}
		if again, err := h.passing(ctx, q.refusal()); !again || err != nil {
			return false, err
		}
		q.send()
	}
}

// askTogether sends questions in one piece and takes all answers. What is refused as BAD is asked once more, alone: a host that
// understands it then has refused it for coming before the answer to the one before, and gets one at a time from now on.
// The error is only that of the connection, or of ctx.
func (h *host) askTogether(ctx context.Context, c *imapclient.Client, questions []asking) error {
	c.Together(func() {
		for _, q := range questions {
			q.send()
		}
	})
	var refused []asking
	for _, q := range questions {
		ok, err := h.answered(ctx, q)
		if err != nil {
			return err
		}
		if !ok && errors.Is(q.refusal(), imapclient.ErrBad) {
			refused = append(refused, q)
		}
	}
	if len(questions) == 1 || h.habits.OneAtATime() {
		return nil
	}
	early := 0
	for _, q := range refused {
		q.send()
		ok, err := h.answered(ctx, q)
		if err != nil {
			return err
		}
		if ok {
			early++
		}
	}
	switch early {
	case 0:
		return nil
	case 1: // perhaps by chance
		return h.tryTogether(ctx, c)
	}
	h.oneAtATime()
	return nil
}
