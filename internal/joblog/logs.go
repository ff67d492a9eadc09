package joblog

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"mailferry/internal/database"
	"mailferry/internal/models"
)

// Keys of the attributes of log lines.
const (
	keyJob   = "job"
	keyError = "error"
	keyPause = "pause"
)

// Jobs is what a log needs to know of jobs.
type Jobs interface {
	// Job reads a job's row. Of one that has ended, Status and LogSize are final. Its error for a
	// job that is not there is handed on as it is.
	Job(ctx context.Context, id int64) (*models.MigrationJob, error)
}

// Config is what [New] needs; all of it must be given.
type Config struct {
	DB     *database.DB
	Jobs   Jobs
	Logger *slog.Logger
	// Limit is how many bytes of a job's log are kept.
	Limit int64
}

// Logs are the logs of all jobs.
type Logs struct {
	db     *database.DB
	jobs   Jobs
	logger *slog.Logger
	limit  int64
	hub    *hub
}

// New returns the logs of the jobs in a database.
func New(config Config) *Logs {
	return &Logs{db: config.DB, jobs: config.Jobs, logger: config.Logger, limit: config.Limit, hub: newHub()}
}

// Wake wakes the tails of a job whose row has changed.
func (l *Logs) Wake(jobID int64) { l.hub.wake(jobID) }

// Suspend says that no run here writes the log of a job any more, although its writer has not
// ended it: the job waits again, or its end was written without its run. What its tails get next
// is in the row.
func (l *Logs) Suspend(jobID int64) { l.hub.suspend(jobID) }

// RangeError refuses an offset or a limit.
type RangeError struct {
	// Field is the refused parameter: offset or limit.
	Field string
	// Message says what is wrong with it, for people.
	Message string
}

// Error gives the field and the message.
func (e *RangeError) Error() string { return e.Field + ": " + e.Message }

func outOfRange(field, format string, args ...any) error {
	return &RangeError{Field: field, Message: fmt.Sprintf(format, args...)}
}

// signal puts a wake-up into a channel of one place, unless one waits there already.
func signal(wake chan struct{}) {
	select {
	case wake <- struct{}{}:
	default:
	}
}

// sleep waits and says whether ctx is still alive.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
