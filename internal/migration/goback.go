package migration

import (
	"context"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"mailferry/internal/imapsync"
	"mailferry/internal/joblog"
	"mailferry/internal/models"
)

// leaseNote ends what was printed by an engine that was stopped with the lease.
const leaseNote = "\nMailferry stopped the engine here, because it could not reach its database in time. The job goes on when it can.\n"

// back is why a job goes back to the queue: nothing is wrong with it.
type back struct {
	// waiting is what a host has asked to wait for; nil if it is the server's own trouble.
	waiting *models.Waiting
}

// goesBack tells whether the way a run ended sends its job back; nil if not. An operator's cancel comes first.
func (s *Service) goesBack(r *run, res result) *back {
	switch {
	case errors.Is(res.cause, errCancelled) || errors.Is(res.cause, errStopping):
		return nil
	case res.trouble != nil:
		return new(back)
	case errors.Is(res.cause, errLeaseEnded):
		if code := res.outcome.ExitCode; code != nil && *code == imapsync.ExitOK {
			return nil // it had finished
		}
		return new(back)
	}
	if code := res.outcome.ExitCode; r.job.Engine != models.Builtin || code == nil || *code != imapsync.ExitTempFail {
		return nil
	}
	progress, _ := r.live()
	if progress.Waiting == nil {
		return nil
	}
	until := progress.Waiting.Until.UTC().Truncate(time.Microsecond)
	waiting := &models.Waiting{Side: models.Source, Reason: progress.Waiting.Reason, Until: &until}
	if progress.Waiting.Side == 2 {
		waiting.Side = models.Destination
	}
	return &back{waiting: waiting}
}

// goBack puts the job of a run back into the queue: the same row, in its place, with no try used up.
func (s *Service) goBack(ctx context.Context, r *run, why *back) {
	var job *models.MigrationJob
	s.untilDone(ctx, r.job, func(ctx context.Context) (err error) {
		job, err = s.goBackTx(ctx, r.job, why.waiting)
		return err
	})
	if job == nil {
		return
	}
	s.logger.InfoContext(ctx, "job waits again", keyJob, job.ID, keyStatus, job.Status, keyBytes, job.LogSize)
	s.tellBack(job)
}

// goBackTx puts a claimed job back, or ends it where somebody has asked for that meanwhile. It fails
// with sql.ErrNoRows if the claim is not the row's any more.
func (s *Service) goBackTx(ctx context.Context, claimed *models.MigrationJob, waiting *models.Waiting) (*models.MigrationJob, error) {
	job := new(models.MigrationJob)
	err := s.db.WriteTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		held, err := s.lockClaim(ctx, tx, claimed)
		if err != nil {
			return err
		}
		update := tx.NewUpdate().Model(job).Set("owner = ''").Set("log_size = ?", held.size).Where("id = ?", claimed.ID).Returning("*")
		if held.cancelled {
			update = update.Set("status = ?", models.Cancelled).Set("finished_at = ?", s.now())
		} else {
			update = update.Set("status = ?", models.Queued).Set("started_at = NULL").Set("beat_at = NULL").
				Set("waiting = ?", jsonValue{waiting})
			if waiting != nil {
				update = update.Set("not_before = ?", waiting.Until)
			}
		}
		return update.Scan(ctx)
	})
	if err != nil {
		return nil, err
	}
	return job, nil
}

// tellBack tells those who follow a job that it waits again, or has ended instead.
func (s *Service) tellBack(job *models.MigrationJob) {
	s.logs.Suspend(job.ID)
	s.publishState(job)
	s.queue.Wake()
}

// heldClaim is a locked row of a running job.
type heldClaim struct {
	// size is the length of the stored log: nobody can append while the row is locked.
	size int64
	// cancelled says that an operator has asked the job to stop.
	cancelled bool
}

// lockClaim locks the row of a claimed job that is still RUNNING under that claim, and measures its
// log. It fails with sql.ErrNoRows where that is over.
func (s *Service) lockClaim(ctx context.Context, tx bun.Tx, claimed *models.MigrationJob) (heldClaim, error) {
	row := new(models.MigrationJob)
	query := tx.NewSelect().Model(row).Column("cancel_requested_at").
		Where("id = ? AND owner = ? AND claim = ? AND status = ?", claimed.ID, claimed.Owner, claimed.Claim, models.Running)
	if s.db.IsPostgres() {
		// SQLite lets one transaction write at a time.
		query = query.For("UPDATE")
	}
	if err := query.Scan(ctx); err != nil {
		return heldClaim{}, err
	}
	// A statement of its own: one that waited for the lock would look at the log as it was before.
	size, err := joblog.Measure(ctx, tx, claimed.ID)
	return heldClaim{size: size, cancelled: row.CancelRequestedAt != nil}, err
}
