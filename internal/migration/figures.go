package migration

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"mailferry/internal/boottime"
	"mailferry/internal/database"
	"mailferry/internal/models"
)

// Figures are what tells an operator that something is about to go wrong.
type Figures struct {
	// OldestWaiting is how long the job has waited that has waited longest and may run by its own time; 0 if none waits.
	OldestWaiting time.Duration
	// LongestSilence is the time since the last output of the running job that has said nothing for longest; 0 if none
	// runs.
	LongestSilence time.Duration
	// LeaseLeft is how long the lease of the database still lasts; HasLease is false where there is none.
	LeaseLeft time.Duration
	HasLease  bool
	// FailedStarts counts starts of engines that failed by the server's fault.
	FailedStarts int64
	Database     database.Stats
	// FreeDisk is the room in bytes left for the SQLite file; KnowsDisk is false where it is not known.
	FreeDisk  uint64
	KnowsDisk bool
}

// Figures collects them. It asks the database one question.
func (s *Service) Figures(ctx context.Context) (Figures, error) {
	f := Figures{FailedStarts: s.FailedStarts(), Database: s.db.Stats()}
	f.FreeDisk, f.KnowsDisk = s.db.FreeDisk()
	if s.lease != nil {
		f.HasLease, f.LeaseLeft = true, max(s.lease.Until()-boottime.Now(), 0)
	}
	now := s.now()
	s.mu.Lock()
	for _, r := range s.runs {
		f.LongestSilence = max(f.LongestSilence, now.Sub(r.lastHeard()))
	}
	s.mu.Unlock()
	job := new(models.MigrationJob)
	err := s.db.NewSelect().Model(job).Column("created_at", "not_before").
		Where("status = ?", models.Queued).Where("not_before IS NULL OR not_before <= ?", now).
		OrderExpr("id").Limit(1).Scan(ctx)
	switch {
	case errors.Is(err, sql.ErrNoRows):
	case err != nil:
		return f, fmt.Errorf("find the job that has waited longest: %w", err)
	default:
		since := job.CreatedAt
		if job.NotBefore != nil && job.NotBefore.After(since) {
			since = *job.NotBefore
		}
		f.OldestWaiting = max(now.Sub(since), 0)
	}
	return f, nil
}

// lastHeard is when the run's engine last printed something, or else when it began.
func (r *run) lastHeard() time.Time {
	if at := r.heard.Load(); at != nil {
		return *at
	}
	if r.job.StartedAt != nil {
		return *r.job.StartedAt
	}
	return r.service.now()
}
