package joblog

import (
	"context"
	"errors"
	"time"

	"mailferry/internal/models"
)

// Writer is the log of a job that runs here, for its run.
type Writer struct {
	logs    *Logs
	claimed *models.MigrationJob
	stream  *stream
}

// Writer returns the writer of a claimed job's log, which goes on after the claimed row's LogSize.
// Only the claim's owner and number are believed later: an append fails once they are not the
// row's any more. The caller closes the writer.
func (l *Logs) Writer(claimed *models.MigrationJob) *Writer {
	return &Writer{logs: l, claimed: claimed, stream: l.hub.acquire(claimed.ID)}
}

// Begin tells the tails that the log is written here from now on.
func (w *Writer) Begin() { w.stream.begin(w.claimed.LogSize) }

// End tells the tails the final status; the log is complete.
func (w *Writer) End(status models.JobStatus) { w.stream.end(status) }

// Close gives up the writer. The tails stay.
func (w *Writer) Close() { w.logs.hub.release(w.stream) }

// Record returns the recorder of what the job's child prints. It masks the passwords, and gives
// parse each cleaned and masked piece, also after the log has reached its limit.
func (w *Writer) Record(passwords []string, parse func(text []byte)) *Recorder {
	return newRecorder(w.logs.limit, passwords, parse, w.store, w.stream.announce).goOn(w.claimed.LogSize)
}

// Pauses between tries to store.
const (
	firstRetryPause = 250 * time.Millisecond
	lastRetryPause  = 15 * time.Second
)

// store appends to the log and does not give up while ctx lives: a database that is away comes
// back, and meanwhile the child waits.
func (w *Writer) store(ctx context.Context, offset int64, data []byte) error {
	pause := firstRetryPause
	for {
		err := w.logs.Append(ctx, w.claimed, offset, data)
		if err == nil || errors.Is(err, ErrClaimLost) {
			return err
		}
		// It may have been stored and only the answer was lost.
		if size, sizeErr := Measure(ctx, w.logs.db, w.claimed.ID); sizeErr == nil && size == offset+int64(len(data)) {
			return nil
		}
		w.logs.logger.ErrorContext(ctx, "log cannot be stored, trying again", keyJob, w.claimed.ID, keyError, err, keyPause, pause)
		if !sleep(ctx, pause) {
			return err
		}
		pause = min(2*pause, lastRetryPause)
	}
}
