package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// errTimeout ends a wait when its time is over.
var errTimeout = &ExitError{Code: ExitTimeout, Err: errors.New("still not over: the time of --timeout is")}

const (
	// firstPause is how long to wait before a lost connection is tried again; each further pause is twice as long, up to longestPause.
	firstPause   = 200 * time.Millisecond
	longestPause = 5 * time.Second
)

// reconnecting is for commands that stay on the line.
type reconnecting struct {
	Reconnect time.Duration `default:"2m" help:"How long a server that has gone away in the middle is tried again." placeholder:"DURATION"`
}

// follow subscribes and hands each event to take, until take says that it was the last. A connection that is lost is made anew
// and the subscription with what variables then gives, as long as the server is not away for longer than it is to be tried.
func follow[T any](ctx context.Context, s *server, patience time.Duration, away func(error), query string, variables func() map[string]any,
	take func(*T) (last bool, err error),
) error {
	lost, pause := time.Time{}, firstPause
	for {
		err := subscribe(ctx, s, query, variables(), func(event *T) (bool, error) {
			lost, pause = time.Time{}, firstPause
			return take(event)
		})
		if err == nil {
			return nil
		}
		if ctx.Err() != nil || !passing(err) {
			return s.explain(ctx, err)
		}
		if lost.IsZero() {
			lost = time.Now()
			away(s.explain(ctx, err))
		}
		if time.Since(lost)+pause > patience {
			return s.explain(ctx, err)
		}
		select {
		case <-ctx.Done():
			return s.explain(ctx, ctx.Err())
		case <-time.After(pause):
		}
		pause = min(2*pause, longestPause)
	}
}

// subscribe is one connection of follow; nil once the last event was taken.
func subscribe[T any](ctx context.Context, s *server, query string, variables map[string]any, take func(*T) (bool, error)) error {
	subscription, err := s.Subscribe(ctx, query, variables)
	if err != nil {
		return err
	}
	defer subscription.Close()
	for {
		var event T
		if err := subscription.Next(&event); err != nil {
			if errors.Is(err, io.EOF) {
				return errors.New("the server ended the subscription early")
			}
			return err
		}
		if last, err := take(&event); err != nil || last {
			return err
		}
	}
}

// limited is ctx with the time of --timeout; 0 is none.
func limited(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	if timeout <= 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, timeout, errTimeout)
}

// sayAway tells people that a connection was lost and is being made anew.
func sayAway(con Console, line *statusLine) func(error) {
	return func(err error) {
		text := fmt.Sprintf("the connection was lost, trying again: %v", errors.Unwrap(err))
		if line != nil {
			line.above(text, yellow, colourful(con))
			return
		}
		fmt.Fprintln(con.Err, "mailferry:", text)
	}
}
