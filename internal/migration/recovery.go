package migration

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"mailferry/internal/models"
)

const interruptedSentence = "The server stopped while this job was running. Run it again: what has arrived is not copied twice."

// recoverInterrupted ends what an earlier server run left RUNNING. Holding the database's
// lock means that none of these runs: their children died with their server.
func (s *Service) recoverInterrupted(ctx context.Context) error {
	var left []*models.MigrationJob
	if err := s.db.NewSelect().Model(&left).Where("status = ?", models.Running).OrderExpr("id").Scan(ctx); err != nil {
		return fmt.Errorf("list running jobs: %w", err)
	}
	for _, job := range left {
		if _, _, err := s.interrupt(ctx, job.ID, job.Owner); err != nil {
			return err
		}
	}
	if len(left) > 0 {
		s.logger.WarnContext(ctx, "jobs were interrupted by the end of an earlier server", keyCount, len(left))
	}
	return nil
}

// interruptOwn ends a job of this server run because the server is stopping.
func (s *Service) interruptOwn(ctx context.Context, r *run) {
	job, retry, err := s.interrupt(ctx, r.job.ID, s.owner)
	if err != nil {
		// The next start does it.
		s.logger.ErrorContext(ctx, "interrupted job cannot be written", keyJob, r.job.ID, keyError, err)
		return
	}
	s.tellEnd(ctx, r.feed, job)
	if retry != nil {
		s.tellCreated(ctx, []*models.MigrationJob{retry})
	}
}

// interrupt is the one place that writes INTERRUPTED. It counts what had been stored of the
// log, which the row may not know, and queues a retry where one is wanted.
func (s *Service) interrupt(ctx context.Context, jobID int64, owner string) (job, retry *models.MigrationJob, err error) {
	size, err := s.storedSize(ctx, jobID)
	if err != nil {
		return nil, nil, err
	}
	job = new(models.MigrationJob)
	err = s.db.WriteTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		err := tx.NewUpdate().Model(job).
			Set("status = ?", models.Interrupted).Set("finished_at = ?", s.now()).
			Set("error = ?", interruptedSentence).Set("log_size = ?", size).
			Where("id = ? AND owner = ? AND status = ?", jobID, owner, models.Running).
			Returning("*").Scan(ctx)
		if err != nil {
			return err
		}
		retry, err = s.retryTx(ctx, tx, job)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("interrupt job %d: %w", jobID, err)
	}
	return job, retry, nil
}

// unclaim puts a job back that was claimed in the moment in which the server stopped.
func (s *Service) unclaim(ctx context.Context, job *models.MigrationJob) {
	s.untilDone(context.WithoutCancel(ctx), job.ID, func(ctx context.Context, tx bun.Tx) error {
		_, err := affected(tx.NewUpdate().Model((*models.MigrationJob)(nil)).
			Set("status = ?", models.Queued).Set("owner = ''").Set("started_at = NULL").Set("beat_at = NULL").
			Where("id = ? AND owner = ? AND status = ?", job.ID, s.owner, models.Running).Exec(ctx))
		return err
	})
}
