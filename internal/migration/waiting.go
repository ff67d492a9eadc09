package migration

import (
	"time"

	"mailferry/internal/imapsync"
	"mailferry/internal/models"
)

// Waiting is what a host has asked a job to wait for: while it runs what its engine waits for,
// while it is queued again what it was queued for. Nil if there is nothing.
func Waiting(job *models.MigrationJob) *models.Waiting {
	switch job.Status {
	case models.Running:
		return WaitingOf(job.Progress)
	case models.Queued:
		return job.Waiting
	case models.Succeeded, models.Failed, models.Interrupted, models.Cancelled:
	}
	return nil
}

// WaitingOf is the pause that an engine waits out, nil if there is none.
func WaitingOf(p *imapsync.Progress) *models.Waiting {
	if p == nil || p.Waiting == nil {
		return nil
	}
	waiting := &models.Waiting{Side: models.Source, Reason: p.Waiting.Reason}
	if p.Waiting.Side == 2 {
		waiting.Side = models.Destination
	}
	if !p.Waiting.Until.IsZero() {
		until := p.Waiting.Until.UTC().Truncate(time.Microsecond)
		waiting.Until = &until
	}
	return waiting
}
