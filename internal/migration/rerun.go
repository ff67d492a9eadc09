package migration

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"mailferry/internal/events"
	"mailferry/internal/models"
)

// Reruns lists the jobs that repeat this one, oldest first.
func (s *Service) Reruns(ctx context.Context, id int64) ([]*models.MigrationJob, error) {
	var jobs []*models.MigrationJob
	if err := s.outlined(s.db.NewSelect().Model(&jobs)).Where("rerun_of = ?", id).OrderExpr("id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("list reruns of job %d: %w", id, err)
	}
	for _, job := range jobs {
		job.ReportOutline = true
		s.addLive(job)
	}
	return jobs, nil
}

// RerunJob queues a new job with the endpoints and options of one that has ended. A dryRun
// overrides the old job's. The passwords are opened and sealed again for the new row.
func (s *Service) RerunJob(ctx context.Context, id int64, dryRun *bool) (*models.MigrationJob, error) {
	old, err := s.Job(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := s.mayRerun(ctx, old); err != nil {
		return nil, err
	}
	job := s.rerunOf(old)
	if dryRun != nil {
		job.DryRun = *dryRun
	}
	err = s.db.WriteTx(ctx, func(ctx context.Context, tx bun.Tx) error { return s.supersedeTx(ctx, tx, old, job) })
	switch {
	case IsCode(err, Conflict):
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("rerun job %d: %w", id, err)
	}
	if old.BatchID != nil {
		s.tellSuperseded(old)
	}
	s.tellCreated(ctx, []*models.MigrationJob{job})
	return job, nil
}

// tellSuperseded tells of a job whose place a later run has taken.
func (s *Service) tellSuperseded(old *models.MigrationJob) {
	last := snapshot(old)
	last.Superseded = true
	s.publish(events.Changed, last)
}

// mayRerun refuses a job that cannot be run again.
func (s *Service) mayRerun(ctx context.Context, old *models.MigrationJob) error {
	switch {
	case !old.Status.Ended():
		return conflict("Job %d is %s; only a job that has ended can be run again.", old.ID, old.Status)
	case old.Source.SealedPassword == nil || old.Destination.SealedPassword == nil:
		return conflict("The passwords of job %d were purged; create a new job.", old.ID)
	case old.Superseded:
		return conflict("A later run has taken the place of job %d; run that one again.", old.ID)
	}
	if _, err := s.openPasswords(old); err != nil {
		s.logger.WarnContext(ctx, "passwords cannot be opened", keyJob, old.ID, keyError, err)
		return conflict("%s", sealedSentence(err))
	}
	return nil
}

// rerunOf is a job that somebody has repeat an old one, with as many retries as that had; it
// is not stored yet.
func (s *Service) rerunOf(old *models.MigrationJob) *models.MigrationJob {
	job := s.successor(old)
	job.RetriesLeft = old.RetriesLeft + old.Attempt - 1
	return job
}

// successor is a job that repeats an old one; it is not stored yet.
func (s *Service) successor(old *models.MigrationJob) *models.MigrationJob {
	job := &models.MigrationJob{
		Name: old.Name, Status: models.Queued, Engine: old.Engine, DryRun: old.DryRun,
		Source: old.Source, Destination: old.Destination, Options: old.Options,
		RerunOf: &old.ID, CreatedAt: s.now(), Attempt: 1,
		BatchID: old.BatchID, BatchPosition: old.BatchPosition, SourceLimit: old.SourceLimit, DestinationLimit: old.DestinationLimit,
		RetryInterrupted: old.RetryInterrupted, Precheck: old.Precheck,
	}
	identify(job)
	return job
}

// supersedeTx stores a job that repeats an old one, with the old one's passwords sealed for
// the new row. In a batch, and as an automatic retry, the new one takes the old one's place,
// which one job alone can do.
func (s *Service) supersedeTx(ctx context.Context, tx bun.Tx, old, job *models.MigrationJob) error {
	if old.BatchID != nil || job.Attempt > 1 {
		current := new(models.MigrationJob)
		err := tx.NewUpdate().Model(current).Set("superseded = TRUE").
			Where("id = ? AND NOT superseded", old.ID).Returning("*").Scan(ctx)
		if isNoRows(err) {
			return conflict("Job %d was run again meanwhile.", old.ID)
		}
		if err != nil {
			return err
		}
		// Its credentials may have been replaced since it was read; from here on they cannot be.
		old = current
		job.Name, job.Source, job.Destination, job.Precheck = old.Name, old.Source, old.Destination, old.Precheck
		identify(job)
	}
	return s.insertTx(ctx, tx, []*models.MigrationJob{job}, func(_ int, job *models.MigrationJob) error {
		return s.reseal(old, job)
	})
}

// reseal seals an old job's passwords for a new row.
func (s *Service) reseal(old, job *models.MigrationJob) error {
	var err error
	if job.Source.SealedPassword, err = s.config.Keys.Reseal(
		binding(old.ID, sourceSide), binding(job.ID, sourceSide), old.Source.SealedPassword); err != nil {
		return err
	}
	job.Destination.SealedPassword, err = s.config.Keys.Reseal(
		binding(old.ID, destinationSide), binding(job.ID, destinationSide), old.Destination.SealedPassword)
	return err
}
