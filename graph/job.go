package graph

import (
	"context"

	"mailferry/graph/model"
	"mailferry/internal/imapsync"
	"mailferry/internal/migration"
	"mailferry/internal/models"
)

// jobResolver answers what a job's row does not say by itself.
type jobResolver struct{ *resolver }

func (r jobResolver) QueuePosition(ctx context.Context, job *models.MigrationJob) (*int, error) {
	place, err := r.jobs.QueuePlace(ctx, job)
	if place == nil || err != nil {
		return nil, err
	}
	return optional(int(place.Position)), nil
}

func (r jobResolver) QueueReason(ctx context.Context, job *models.MigrationJob) (*string, error) {
	place, err := r.jobs.QueuePlace(ctx, job)
	if place == nil || err != nil {
		return nil, err
	}
	return optional(place.Reason), nil
}

func (r jobResolver) Waiting(_ context.Context, job *models.MigrationJob) (*models.Waiting, error) {
	return migration.Waiting(job), nil
}

type progressResolver struct{}

func (progressResolver) Waiting(_ context.Context, progress *imapsync.Progress) (*models.Waiting, error) {
	return migration.WaitingOf(progress), nil
}

func (r jobResolver) ExitReason(_ context.Context, job *models.MigrationJob) (*string, error) {
	return optional(job.ExitReason), nil
}

func (r jobResolver) Error(_ context.Context, job *models.MigrationJob) (*string, error) {
	return optional(job.Error), nil
}

func (r jobResolver) Log(ctx context.Context, job *models.MigrationJob, offset int64, limit *int) (*migration.LogChunk, error) {
	chunk, err := r.jobs.ReadLog(ctx, job.ID, offset, orDefault(limit, defaultLogLimit))
	if err != nil {
		return nil, err
	}
	return &chunk, nil
}

// RerunOf is null too when the repeated job is deleted between the two looks.
func (r jobResolver) RerunOf(ctx context.Context, job *models.MigrationJob) (*models.MigrationJob, error) {
	if job.RerunOf == nil {
		return nil, nil //nolint:nilnil // null is the answer
	}
	repeated, err := r.jobs.Job(ctx, *job.RerunOf)
	if migration.IsCode(err, migration.NotFound) {
		return nil, nil //nolint:nilnil // null is the answer
	}
	return repeated, err
}

func (r jobResolver) Reruns(ctx context.Context, job *models.MigrationJob) ([]*models.MigrationJob, error) {
	return r.jobs.Reruns(ctx, job.ID)
}

// Defaults of arguments that a caller may leave out or set to null, as schema.graphqls declares them.
const (
	defaultLogLimit = 64 << 10
	defaultPage     = 50
)

func orDefault[T any](value *T, otherwise T) T {
	if value == nil {
		return otherwise
	}
	return *value
}

type jobConnectionResolver struct{ *resolver }

func (r jobConnectionResolver) TotalCount(ctx context.Context, page *model.JobConnection) (int, error) {
	count, err := r.jobs.CountJobs(ctx, page.Filter)
	return int(count), err
}
