package graph

import (
	"context"

	"mailferry/graph/transport"
	"mailferry/internal/joblog"
	"mailferry/internal/models"
)

func (r jobResolver) Log(ctx context.Context, job *models.MigrationJob, offset int64, limit *int) (*joblog.Chunk, error) {
	chunk, err := r.jobs.ReadLog(ctx, job.ID, offset, orDefault(limit, defaultLogLimit))
	if err != nil {
		return nil, err
	}
	return &chunk, nil
}

// LogTail follows a log. The channel has no buffer: the next piece is read when the one before it is written to the
// client's socket, so a slow client holds one piece and nothing else.
func (r subscriptionResolver) LogTail(ctx context.Context, jobID, offset int64) (<-chan *joblog.Chunk, error) {
	tail, err := r.jobs.TailLog(ctx, jobID, offset)
	if err != nil {
		return nil, err
	}
	return transport.Follow(ctx, tail.Close, tail.Ready, func(ctx context.Context) (*joblog.Chunk, error) {
		chunk, err := tail.Next(ctx)
		return &chunk, err
	}), nil
}
