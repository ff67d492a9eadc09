package graph

import (
	"context"

	"mailferry/graph/transport"
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
	return transport.Follow(ctx, tail.Close, tail.Ready, func(ctx context.Context) (*migration.LogChunk, error) {
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
	return transport.Follow(ctx, watch.Close, nil, watch.Next), nil
}
