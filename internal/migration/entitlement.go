package migration

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"mailferry/internal/boottime"
	"mailferry/internal/childproc"
	"mailferry/internal/events"
	"mailferry/internal/models"
)

// errLeaseEnded ends engines without grace: another server may take the database at any moment.
var errLeaseEnded = fmt.Errorf("the lease of the database has ended: %w", childproc.ErrAtOnce)

// sweepPause is the time between two looks for jobs that are RUNNING and run nowhere.
const sweepPause = 5 * time.Second

// entitled waits until this server may run jobs; it says whether ctx is still alive.
func (s *Service) entitled(ctx context.Context) bool {
	for s.lease != nil {
		changed := s.lease.Changed()
		if s.lease.Held() {
			break
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return false
		}
	}
	return ctx.Err() == nil
}

// watchLease ends what runs when the lease ends, until ctx ends. Engines would do so by themselves.
func (s *Service) watchLease(ctx context.Context) {
	if s.lease == nil {
		return
	}
	for {
		changed := s.lease.Changed()
		left := s.lease.Until() - boottime.Now()
		if left <= 0 {
			s.endRuns(ctx)
			select {
			case <-changed:
				continue
			case <-ctx.Done():
				return
			}
		}
		// Timers stand still while the machine sleeps.
		timer := time.NewTimer(min(left, time.Second))
		select {
		case <-changed:
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
		timer.Stop()
	}
}

// endRuns ends all engines because the lease has ended.
func (s *Service) endRuns(ctx context.Context) {
	s.mu.Lock()
	ids := make([]int64, 0, len(s.runs))
	for id := range s.runs {
		ids = append(ids, id)
	}
	s.mu.Unlock()
	if len(ids) > 0 {
		s.logger.ErrorContext(ctx, "the lease of the database has ended: running engines are stopped", keyCount, len(ids))
	}
	for _, id := range ids {
		s.queue.Cancel(id, errLeaseEnded)
	}
}

// checkLease fails with errLeaseEnded, within a transaction, if the lease is not this server's.
func (s *Service) checkLease(ctx context.Context, tx bun.Tx) error {
	if s.lease == nil {
		return nil
	}
	n, err := tx.NewSelect().Model((*models.Lease)(nil)).Where("name = ? AND owner = ?", s.lease.Name(), s.owner).
		Where(s.db.LeaseIsLive()).Count(ctx)
	if err == nil && n == 0 {
		err = errLeaseEnded
	}
	return err
}

// keepSweeping looks for jobs that run nowhere, now and then and after each wake-up, until ctx ends.
func (s *Service) keepSweeping(ctx context.Context) {
	ticker := time.NewTicker(sweepPause)
	defer ticker.Stop()
	failing := false
	for {
		select {
		case <-ticker.C:
		case <-s.sweepSoon:
		case <-ctx.Done():
			return
		}
		if s.lease != nil && !s.lease.Held() {
			continue
		}
		err := s.sweep(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			s.logger.WarnContext(ctx, "jobs that run nowhere cannot be looked for, trying again", keyError, err)
		}
		failing = err != nil
	}
}

// sweep finds rows that are RUNNING without a process. The job of a claim whose answer was lost goes
// back to the queue; that of a server which lost its lease was interrupted. A claim may be committed
// long after its server was killed, so the start of the next is too early to look for all of them.
func (s *Service) sweep(ctx context.Context) error {
	var left []*models.MigrationJob
	query := s.db.NewSelect().Model(&left).Column("id", "owner", "claim").Where("status = ?", models.Running).OrderExpr("id")
	if s.lease == nil {
		query = query.Where("owner = ?", s.owner)
	} else {
		query = query.Where("owner = ? OR NOT EXISTS (SELECT 1 FROM leases AS lease WHERE lease.owner = job.owner AND "+s.db.LeaseIsLive()+")", s.owner)
	}
	if err := query.Scan(ctx); err != nil {
		return fmt.Errorf("list running jobs: %w", err)
	}
	for _, job := range left {
		if job.Owner != s.owner {
			if err := s.interruptOther(ctx, job); err != nil {
				return err
			}
			continue
		}
		s.mu.Lock()
		_, running := s.runs[job.ID]
		_, claiming := s.claiming[job.ID]
		s.mu.Unlock()
		if running || claiming {
			continue
		}
		// Its engine was never started. If it has ended since it was listed, or is claimed anew, the
		// claim in the condition tells.
		back, err := s.goBackTx(ctx, job, nil)
		switch {
		case isNoRows(err):
		case err != nil:
			return fmt.Errorf("put job %d back: %w", job.ID, err)
		default:
			s.logger.WarnContext(ctx, "a claim was stored although its answer was lost: the job waits again", keyJob, job.ID)
			s.tellBack(back)
		}
	}
	return nil
}

// interruptOther ends a job of a server that has lost its lease.
func (s *Service) interruptOther(ctx context.Context, left *models.MigrationJob) error {
	job, retry, err := s.interrupt(ctx, left)
	if isNoRows(err) {
		return nil
	}
	if err != nil {
		return err
	}
	s.logger.WarnContext(ctx, "a job was interrupted by the end of another server", keyJob, job.ID, keyOwner, left.Owner)
	s.logs.Wake(job.ID)
	s.publish(events.Ended, job)
	if retry != nil {
		s.tellCreated(ctx, []*models.MigrationJob{retry})
	}
	s.queue.Wake()
	return nil
}
