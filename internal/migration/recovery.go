package migration

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"mailferry/internal/models"
)

const interruptedSentence = "The server stopped while this job was running. Run it again: what has arrived is not copied twice."

// recoverInterrupted ends what an earlier server run left RUNNING. Holding the database's lease
// means that none of these runs: an engine ends before its server's lease does.
func (s *Service) recoverInterrupted(ctx context.Context) error {
	var left []*models.MigrationJob
	if err := s.db.NewSelect().Model(&left).Where("status = ?", models.Running).OrderExpr("id").Scan(ctx); err != nil {
		return fmt.Errorf("list running jobs: %w", err)
	}
	for _, job := range left {
		if _, _, err := s.interrupt(ctx, job); err != nil && !isNoRows(err) {
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
	job, retry, err := s.interrupt(ctx, r.job)
	if err != nil {
		// The next start does it.
		s.logger.ErrorContext(ctx, "interrupted job cannot be written", keyJob, r.job.ID, keyError, err)
		return
	}
	s.tellEnd(ctx, r.log, job)
	if retry != nil {
		s.tellCreated(ctx, []*models.MigrationJob{retry})
	}
}

// interrupt is the one place that writes INTERRUPTED; a job that an operator has asked to stop is
// CANCELLED instead. It counts what had been stored of the log, which the row may not know, and queues
// a retry where one is wanted. The error wraps sql.ErrNoRows if the claim is not the row's any more.
func (s *Service) interrupt(ctx context.Context, claimed *models.MigrationJob) (job, retry *models.MigrationJob, err error) {
	job = new(models.MigrationJob)
	err = s.db.WriteTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		held, err := s.lockClaim(ctx, tx, claimed)
		if err != nil {
			return err
		}
		status, sentence := models.Interrupted, interruptedSentence
		if held.cancelled {
			status, sentence = models.Cancelled, ""
		}
		err = tx.NewUpdate().Model(job).
			Set("status = ?", status).Set("finished_at = ?", s.now()).
			Set("error = ?", sentence).Set("log_size = ?", held.size).
			Where("id = ?", claimed.ID).Returning("*").Scan(ctx)
		if err != nil {
			return err
		}
		retry, err = s.retryTx(ctx, tx, job, false)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("interrupt job %d: %w", claimed.ID, err)
	}
	job.Superseded = job.Superseded || retry != nil
	return job, retry, nil
}
