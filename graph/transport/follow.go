package transport

import (
	"context"
	"errors"
	"io"
	"sync"
)

// Follow is what the resolver of a subscription returns. It sends what next returns until that is io.EOF or another
// error, or ctx ends; then it calls done and closes the channel. An error that is neither goes to the subscriber instead
// of a plain end. The channel has no buffer, and an event is read only when its socket has room for it: a slow client
// holds one event and nothing else. Ready waits for something to read without taking it; where it is nil, next waits,
// and what it returns must be small.
func Follow[T any](
	ctx context.Context, done func(), ready func(context.Context) error, next func(context.Context) (*T, error),
) <-chan *T {
	events := make(chan *T)
	gate := gateOf(ctx)
	go func() {
		defer close(events)
		defer done()
		defer func() {
			if ctx.Err() != nil {
				gate.release() // Nobody takes the event any more.
			}
		}()
		for {
			event, err := inTurn(ctx, gate, ready, next)
			if err != nil {
				if !errors.Is(err, io.EOF) && ctx.Err() == nil {
					failStream(ctx, err)
				}
				return
			}
			select {
			case events <- event:
			case <-ctx.Done():
				return
			}
		}
	}()
	return events
}

// inTurn gets the next event once there is room for it.
func inTurn[T any](ctx context.Context, gate *eventGate, ready func(context.Context) error, next func(context.Context) (*T, error)) (*T, error) {
	if ready == nil {
		event, err := next(ctx)
		if err == nil {
			err = gate.acquire(ctx)
		}
		return event, err
	}
	if err := ready(ctx); err != nil {
		return nil, err
	}
	if err := gate.acquire(ctx); err != nil {
		return nil, err
	}
	return next(ctx)
}

// streamFailure is where a resolver leaves the error that ended its stream.
type streamFailure struct {
	mu  sync.Mutex
	err error
}

func (f *streamFailure) get() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

type streamFailureKey struct{}

func withStreamFailure(ctx context.Context) (context.Context, *streamFailure) {
	failure := &streamFailure{}
	return context.WithValue(ctx, streamFailureKey{}, failure), failure
}

// failStream makes the subscription of ctx end with an error once its channel is closed.
func failStream(ctx context.Context, err error) {
	if failure, ok := ctx.Value(streamFailureKey{}).(*streamFailure); ok {
		failure.mu.Lock()
		failure.err = err
		failure.mu.Unlock()
	}
}
