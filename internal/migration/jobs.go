package migration

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"mailferry/internal/events"
	"mailferry/internal/models"
	"mailferry/internal/secret"
)

// The sides of a job, as its sealed passwords are bound to them.
const (
	sourceSide      = "source"
	destinationSide = "destination"
	jobsTable       = "migration_jobs"
)

// MaxJobsAtOnce is how many jobs one call may create.
const MaxJobsAtOnce = 500

// CreateJob validates a job, seals its passwords and queues it.
func (s *Service) CreateJob(ctx context.Context, input NewJob) (*models.MigrationJob, error) {
	jobs, err := s.createJobs(ctx, []NewJob{input}, func(int) string { return "" })
	if err != nil {
		return nil, err
	}
	return jobs[0], nil
}

// CreateJobs creates 1 to [MaxJobsAtOnce] jobs and queues them in their order: all of them,
// or none if one is refused. The error then names the field as inputs[3].source.host.
func (s *Service) CreateJobs(ctx context.Context, inputs []NewJob) ([]*models.MigrationJob, error) {
	if len(inputs) == 0 || len(inputs) > MaxJobsAtOnce {
		return nil, badInput("inputs", "must be 1 to %d jobs, not %d", MaxJobsAtOnce, len(inputs))
	}
	return s.createJobs(ctx, inputs, func(i int) string { return fmt.Sprintf("inputs[%d].", i) })
}

func (s *Service) createJobs(ctx context.Context, inputs []NewJob, prefix func(i int) string) ([]*models.MigrationJob, error) {
	jobs := make([]*models.MigrationJob, len(inputs))
	for i, input := range inputs {
		job, err := s.newJob(input)
		if err != nil {
			if refused, ok := errors.AsType[*Error](err); ok {
				refused.Field = prefix(i) + refused.Field
			}
			return nil, err
		}
		jobs[i] = job
	}
	err := s.insert(ctx, jobs, func(i int, job *models.MigrationJob) error {
		return s.seal(job, inputs[i].Source.Password, inputs[i].Destination.Password)
	})
	if err != nil {
		return nil, fmt.Errorf("create jobs: %w", err)
	}
	return jobs, nil
}

// insert stores new jobs, lets seal fill in the passwords, which are bound to the rows' ids,
// and wakes the runner. All or nothing.
func (s *Service) insert(ctx context.Context, jobs []*models.MigrationJob, seal sealer) error {
	err := s.db.WriteTx(ctx, func(ctx context.Context, tx bun.Tx) error { return s.insertTx(ctx, tx, jobs, seal) })
	if err == nil {
		s.tellCreated(ctx, jobs)
	}
	return err
}

// sealer fills in the passwords of the i-th new job, which has its id.
type sealer func(i int, job *models.MigrationJob) error

// insertPiece is how many rows one statement inserts.
const insertPiece = 200

func (s *Service) insertTx(ctx context.Context, tx bun.Tx, jobs []*models.MigrationJob, seal sealer) error {
	ids := make([]int64, 0, len(jobs))
	for piece := range slices.Chunk(jobs, insertPiece) {
		if _, err := tx.NewInsert().Model(&piece).ExcludeColumn("source_password", "destination_password").
			Returning("id").Exec(ctx); err != nil {
			return err
		}
	}
	for i, job := range jobs {
		ids = append(ids, job.ID)
		if err := seal(i, job); err != nil {
			return err
		}
		if _, err := tx.NewUpdate().Model(job).Column("source_password", "destination_password").
			WherePK().Exec(ctx); err != nil {
			return err
		}
	}
	return s.queue.Put(ctx, tx, ids...)
}

// tellCreated tells of jobs whose rows are committed.
func (s *Service) tellCreated(ctx context.Context, jobs []*models.MigrationJob) {
	for _, job := range jobs {
		s.logger.InfoContext(ctx, "job created", keyJob, job.ID, keyEngine, job.Engine)
		s.publish(events.Created, job)
	}
	s.queue.Wake()
}

func (s *Service) seal(job *models.MigrationJob, sourcePassword, destinationPassword string) error {
	var err error
	if job.Source.SealedPassword, err = s.config.Keys.Seal(binding(job.ID, sourceSide), []byte(sourcePassword)); err != nil {
		return err
	}
	job.Destination.SealedPassword, err = s.config.Keys.Seal(binding(job.ID, destinationSide), []byte(destinationPassword))
	return err
}

func binding(jobID int64, side string) secret.Binding {
	return secret.Binding{Table: jobsTable, Row: jobID, Side: side}
}

// Job returns one job, with live progress if it runs here.
func (s *Service) Job(ctx context.Context, id int64) (*models.MigrationJob, error) {
	job := new(models.MigrationJob)
	err := s.db.NewSelect().Model(job).Where("id = ?", id).Scan(ctx)
	if isNoRows(err) {
		return nil, notFound(id)
	}
	if err != nil {
		return nil, fmt.Errorf("read job %d: %w", id, err)
	}
	s.addLive(job)
	return job, nil
}

// CancelJob ends a queued job at once, and asks a running one to stop: TERM now, KILL after
// the grace period. It returns the job as it is then; a running one ends a little later.
func (s *Service) CancelJob(ctx context.Context, id int64) (*models.MigrationJob, error) {
	now := s.now()
	var changed int64
	err := s.db.Write(ctx, func(ctx context.Context, db bun.IDB) error {
		var err error
		changed, err = affected(cancelQueued(db, now).Where("id = ?", id).Exec(ctx))
		if err != nil || changed > 0 {
			return err
		}
		// A column as well as a push: a run that is not here sees it at its next heartbeat.
		_, err = db.NewUpdate().Model((*models.MigrationJob)(nil)).
			Set("cancel_requested_at = COALESCE(cancel_requested_at, ?)", now).
			Where("id = ? AND status = ?", id, models.Running).Exec(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("cancel job %d: %w", id, err)
	}
	job, err := s.Job(ctx, id)
	if err != nil {
		return nil, err
	}
	switch {
	case changed > 0:
		s.logger.InfoContext(ctx, "job cancelled", keyJob, id)
		s.logs.Wake(id)
		s.publish(events.Ended, job)
	case job.Status == models.Running:
		s.queue.Cancel(id, errCancelled)
		s.publish(events.Changed, job)
	case job.CancelRequestedAt != nil && job.Status == models.Cancelled:
		// It ended between the two looks, by this very cancel or one before it.
	default:
		return nil, conflict("Job %d has ended already (%s).", id, job.Status)
	}
	return job, nil
}

// cancelQueued cancels jobs that wait; the caller says which.
func cancelQueued(db bun.IDB, now time.Time) *bun.UpdateQuery {
	return db.NewUpdate().Model((*models.MigrationJob)(nil)).
		Set("status = ?", models.Cancelled).Set("finished_at = ?", now).Set("cancel_requested_at = ?", now).
		Where("status = ?", models.Queued)
}

// DeleteJob removes a job that has ended, with its log, for good.
func (s *Service) DeleteJob(ctx context.Context, id int64) error {
	job, err := s.Job(ctx, id)
	if err != nil {
		return err
	}
	if !job.Status.Ended() {
		return conflict("Job %d is %s; cancel it first.", id, job.Status)
	}
	var deleted int64
	var predecessor *models.MigrationJob
	err = s.db.WriteTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		// An ended job never changes its state again, so it still has ended.
		deleted, err = affected(tx.NewDelete().Model((*models.MigrationJob)(nil)).Where("id = ?", id).Exec(ctx))
		if err != nil || job.Superseded {
			return err
		}
		predecessor, err = s.reinstatePredecessor(ctx, tx, job)
		return err
	})
	if err != nil {
		return fmt.Errorf("delete job %d: %w", id, err)
	}
	if deleted == 0 {
		return notFound(id)
	}
	s.logger.InfoContext(ctx, "job deleted", keyJob, id)
	s.logs.Wake(id)
	s.tellDeleted(job)
	if predecessor != nil {
		s.publish(events.Changed, predecessor)
	}
	return nil
}

// tellDeleted tells of a job for the last time.
func (s *Service) tellDeleted(job *models.MigrationJob) {
	last := snapshot(job)
	last.Deleted = true
	s.publish(events.Deleted, last)
}

// reinstatePredecessor has the run before a deleted one stand for the mailbox again: the newest that is
// left of it; nil if there is none.
func (s *Service) reinstatePredecessor(ctx context.Context, tx bun.Tx, deleted *models.MigrationJob) (*models.MigrationJob, error) {
	job := new(models.MigrationJob)
	update := tx.NewUpdate().Model(job).Set("superseded = FALSE").Returning("*")
	switch {
	case deleted.BatchID != nil:
		update = update.Where("id = (SELECT max(id) FROM migration_jobs WHERE batch_id = ? AND batch_position = ?)",
			*deleted.BatchID, deleted.BatchPosition)
	case deleted.RerunOf != nil:
		update = update.Where("id = ?", *deleted.RerunOf)
	default:
		return nil, nil //nolint:nilnil // none is an answer, not a fault
	}
	err := update.Scan(ctx)
	if isNoRows(err) {
		return nil, nil //nolint:nilnil // none is an answer, not a fault
	}
	return job, err
}
