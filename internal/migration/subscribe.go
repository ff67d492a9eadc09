package migration

import (
	"context"

	"mailferry/internal/events"
	"mailferry/internal/models"
)

// WatchJobs tells of one job, or of all if id is nil, from now on: at its creation, at each
// change of its status, at its deletion (the job's Deleted is true then) and, at most once a
// second, of its progress. First it tells of the present state of the one job, or of those that
// run, so that nothing is missed between reading a job and the subscription. The caller closes
// the subscription. It does not fail for a job that is not there.
func (s *Service) WatchJobs(ctx context.Context, id *int64) (*events.JobSubscription, error) {
	subscription := s.events.Jobs(id)
	present, err := s.presentJobs(ctx, id)
	if err != nil {
		subscription.Close()
		return nil, err
	}
	for _, job := range present {
		subscription.Present(job)
	}
	return subscription, nil
}

func (s *Service) presentJobs(ctx context.Context, id *int64) ([]*models.MigrationJob, error) {
	if id == nil {
		state, err := s.Runner(ctx)
		return state.Running, err
	}
	job, err := s.Job(ctx, *id)
	if IsCode(err, NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return []*models.MigrationJob{job}, nil
}

// WatchBatch tells of a batch from now on. The caller closes the subscription.
func (s *Service) WatchBatch(id int64) *events.BatchSubscription { return s.events.Batch(id) }

// publish is the one place in which events of jobs begin: it tells what happened to a job, after
// that is committed.
func (s *Service) publish(kind events.Kind, job *models.MigrationJob) { s.events.PublishJob(kind, job) }

// publishState tells of a job that waits again, or has ended instead.
func (s *Service) publishState(job *models.MigrationJob) {
	if job.Status.Ended() {
		s.publish(events.Ended, job)
		return
	}
	s.publish(events.Changed, job)
}
