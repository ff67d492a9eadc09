package migration

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"mailferry/internal/imapsync"
	"mailferry/internal/models"
)

// longestRetryPause is where the growing pauses between retries stop to grow.
const longestRetryPause = time.Hour

// passesByItself says whether an end is of a kind that may go away without anybody doing
// anything: the connection was lost or could not be made, the host throttles or is out of
// order for a while, or the server stopped. refusalsPass says that the engine's output tells of
// refusals that pass. A wrong password, a full mailbox and a refused message stay what they are.
func passesByItself(job *models.MigrationJob, refusalsPass bool) bool {
	if job.Status == models.Interrupted {
		return job.RetryInterrupted
	}
	if job.Status != models.Failed || job.ExitCode == nil {
		return false
	}
	switch *job.ExitCode {
	case imapsync.ExitConnectionFailure, imapsync.ExitConnectionFailureHost1, imapsync.ExitConnectionFailureHost2,
		imapsync.ExitTransferExceeded, imapsync.ExitTempFail:
		return true
	case imapsync.ExitWithErrors, imapsync.ExitWithErrorsMax, imapsync.ExitOverQuota, imapsync.ExitErrAppend, imapsync.ExitErrFetch,
		imapsync.ExitErrCreate, imapsync.ExitErrSelect:
		return refusalsPass
	}
	return false
}

// retryTx queues the next try of a job that has just ended, in the transaction that ends it,
// where its end passes by itself and tries are left. It returns nil where there is none.
func (s *Service) retryTx(ctx context.Context, tx bun.Tx, old *models.MigrationJob, refusalsPass bool) (*models.MigrationJob, error) {
	if old.RetriesLeft < 1 || !passesByItself(old, refusalsPass) || old.CancelRequestedAt != nil {
		return nil, nil //nolint:nilnil // no retry is an answer, not a fault
	}
	if _, err := s.openPasswords(old); err != nil {
		// It ran, so they opened a moment ago: the key was taken away meanwhile. The end of the
		// job must be written all the same.
		s.logger.WarnContext(ctx, "job cannot be retried", keyJob, old.ID, keyError, err)
		return nil, nil //nolint:nilnil // no retry is an answer, not a fault
	}
	job := s.successor(old)
	job.Attempt, job.RetriesLeft = old.Attempt+1, old.RetriesLeft-1
	if old.Status != models.Interrupted {
		due := s.now().Add(s.retryPause(old.Attempt))
		job.NotBefore = &due
	}
	if err := s.supersedeTx(ctx, tx, old, job); err != nil {
		return nil, err
	}
	return job, nil
}

// retryPause is the pause after a try: the first one, then each time three times as long.
func (s *Service) retryPause(attempt int) time.Duration {
	pause := s.config.RetryPause
	for range attempt - 1 {
		if pause = 3 * pause; pause >= longestRetryPause {
			return longestRetryPause
		}
	}
	return pause
}
