package graph

import (
	"context"
	"errors"
	"io"

	"mailferry/internal/migration"
	"mailferry/internal/models"
)

type subscriptionResolver struct{ *resolver }

// LogTail follows a log. The channel has no buffer: the next piece is read when the one before it is written to the
// client's socket, so a slow client holds one piece and nothing else.
func (r subscriptionResolver) LogTail(ctx context.Context, jobID, offset int64) (<-chan *migration.LogChunk, error) {
	tail, err := r.jobs.TailLog(ctx, jobID, offset)
	if err != nil {
		return nil, err
	}
	return follow(ctx, tail.Close, tail.Ready, func(ctx context.Context) (*migration.LogChunk, error) {
		chunk, err := tail.Next(ctx)
		return &chunk, err
	}), nil
}

// JobChanged follows one job or all.
func (r subscriptionResolver) JobChanged(ctx context.Context, id *int64) (<-chan *models.MigrationJob, error) {
	watch, err := r.jobs.WatchJobs(ctx, id)
	if err != nil {
		return nil, err
	}
	return follow(ctx, watch.Close, nil, watch.Next), nil
}

// follow sends what next returns until it returns io.EOF or another error, or ctx ends; then it calls done and closes
// the channel. An error that is neither goes to the subscriber instead of a plain end. Ready waits for something to
// return without taking it; where it is nil, next waits, and what it returns must be small.
func follow[T any](
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
