package migration

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/uptrace/bun"

	"mailferry/internal/database"
	"mailferry/internal/events"
	"mailferry/internal/imapsync"
	"mailferry/internal/joblog"
	"mailferry/internal/models"
	"mailferry/internal/secret"
)

const (
	// progressPause is the least time between two writes of a job's progress.
	progressPause = time.Second
	// heartbeatPause is the most time between two signs of life of a running job.
	heartbeatPause = 15 * time.Second
)

// run is a job that runs here.
type run struct {
	service *Service
	job     *models.MigrationJob
	log     *joblog.Writer

	mu     sync.Mutex
	parser *imapsync.Parser
	// recorder is nil until the engine is about to be started.
	recorder *joblog.Recorder
	// masker knows the job's passwords once they are opened. The log is masked as it comes; what
	// is read out of it is masked again, since decoding may bring a password to light.
	masker secret.Masker

	// heard is when the engine last printed something.
	heard atomic.Pointer[time.Time]
}

// Claim makes a waiting job this server's; see [Handler].
func (s *Service) Claim(ctx context.Context, jobID int64) (func(ctx context.Context), error) {
	job := new(models.MigrationJob)
	now := s.now()
	// A claim that was begun is carried through: otherwise a job might be RUNNING with
	// nobody to run it.
	ctx = context.WithoutCancel(ctx)
	s.mu.Lock()
	s.claiming[jobID] = struct{}{}
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.claiming, jobID)
		s.mu.Unlock()
	}()
	err := s.db.WriteTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := s.checkLease(ctx, tx); err != nil {
			return err
		}
		err := tx.NewUpdate().Model(job).
			Set("status = ?", models.Running).Set("owner = ?", s.owner).Set("claim = claim + 1").
			Set("started_at = ?", now).Set("beat_at = ?", now).Set("waiting = NULL").
			Where("id = ? AND status = ?", jobID, models.Queued).Returning("*").Scan(ctx)
		if err != nil || job.Claim == 1 {
			return err
		}
		// It has run before, and its log goes on.
		job.LogSize, err = joblog.Measure(ctx, tx, jobID)
		return err
	})
	if isNoRows(err) || database.IsDuplicate(err) {
		return nil, ErrNotMine // or its mailbox's: another job has begun to write to it (migration 0007)
	}
	if err != nil {
		// It may have been claimed, and only the answer was lost.
		signal(s.sweepSoon)
		return nil, fmt.Errorf("claim job %d: %w", jobID, err)
	}
	s.starts.try(job.Engine, job.ID)
	r := &run{service: s, job: job, log: s.logs.Writer(job), parser: imapsync.NewParserOf(job.Options)}
	s.mu.Lock()
	s.runs[jobID] = r
	s.mu.Unlock()
	return r.handle, nil
}

// live is the newest progress and length of the log.
func (r *run) live() (*imapsync.Progress, int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	progress := r.parser.Progress()
	r.masker.Value(&progress)
	if r.recorder == nil {
		return &progress, r.job.LogSize
	}
	return &progress, r.recorder.Size()
}

// handle runs the claimed job to its end. It is all that happens in a slot.
func (r *run) handle(ctx context.Context) {
	s := r.service
	defer func() {
		s.mu.Lock()
		delete(s.runs, r.job.ID)
		s.mu.Unlock()
		r.log.Close()
		s.starts.tried(r.job.Engine, r.job.ID)
	}()
	if errors.Is(context.Cause(ctx), errStopping) {
		s.goBack(s.storing, r, new(back))
		return
	}
	r.log.Begin()
	s.logger.InfoContext(ctx, "job started", keyJob, r.job.ID, keyEngine, r.job.Engine)
	s.publish(events.Changed, snapshot(r.job))
	result := r.runRecovered(ctx)
	if errors.Is(result.cause, joblog.ErrClaimLost) {
		s.logger.ErrorContext(ctx, "job was lost to another server", keyJob, r.job.ID)
		return
	}
	// What was run is written down even though the server is stopping.
	if why := s.goesBack(r, result); why != nil {
		s.goBack(s.storing, r, why)
		return
	}
	s.finish(s.storing, r, result)
}

// result is how a run ended.
type result struct {
	outcome imapsync.Outcome
	// cause is why the run was ended from outside; nil if it ended by itself.
	cause error
	// failure is a sentence for people when the engine was not run or not heard to its end.
	failure string
	// trouble is why the server could not start the engine, which is no fault of the job.
	trouble error
}

// runRecovered is execute; a panic in it fails this job alone.
func (r *run) runRecovered(ctx context.Context) (res result) {
	defer r.recoverPanic(ctx, func(error) { res = result{failure: panicSentence} })
	return r.execute(ctx)
}

const panicSentence = "Mailferry itself failed while it ran this job. Run the job again; the server's log has the details."

// recoverPanic is deferred in each goroutine of a run: it logs a panic and hands on errPanic.
func (r *run) recoverPanic(ctx context.Context, end func(cause error)) {
	if p := recover(); p != nil {
		r.service.logger.ErrorContext(ctx, "panic while running a job",
			keyJob, r.job.ID, keyError, fmt.Sprint(p), keyStack, string(debug.Stack()))
		end(errPanic)
	}
}

func (r *run) execute(ctx context.Context) result {
	s := r.service
	passwords, err := s.openPasswords(r.job)
	if err != nil {
		s.logger.ErrorContext(ctx, "passwords cannot be opened", keyJob, r.job.ID, keyError, err)
		return result{failure: sealedSentence(err)}
	}
	r.mu.Lock()
	r.masker = secret.NewMasker(passwords[:]...)
	r.mu.Unlock()
	if !s.starts.allows(r.job.Engine, r.job.ID) {
		return result{trouble: errHeldBack}
	}
	engine, err := s.childFor(ctx, r.job, passwords)
	if exhausted(err) {
		s.starts.fail(ctx, r.job.Engine, err)
		return result{trouble: err}
	}
	if err != nil {
		return result{failure: err.Error()}
	}
	engine.Started = func(int) {
		if s.starts.succeed(ctx, r.job.Engine) {
			s.queue.Wake()
		}
	}
	// The run ends when nothing can be stored any more, as when it is cancelled.
	runCtx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	storeCtx, stopStoring := context.WithCancelCause(s.storing)
	defer stopStoring(nil)

	rec := r.log.Record(passwords[:], func(text []byte) { r.parse(ctx, text, cancel) })
	r.mu.Lock()
	r.recorder = rec
	r.mu.Unlock()
	var stored error
	var background sync.WaitGroup
	background.Go(func() {
		defer r.recoverPanic(ctx, func(cause error) { cancel(cause); rec.Fail(cause) })
		if stored = rec.Run(storeCtx); stored != nil {
			cancel(stored)
		}
	})
	reportCtx, stopReporting := context.WithCancel(ctx)
	background.Go(func() {
		defer r.recoverPanic(ctx, cancel)
		r.report(reportCtx, cancel)
	})

	outcome, unfed := r.runChild(runCtx, engine, rec)
	stopReporting()
	res := result{outcome: outcome, cause: context.Cause(runCtx)}
	if unfed && res.cause == nil {
		// It saw the end of the lease before the server did, which may have been frozen.
		res.cause = errLeaseEnded
	}
	if err := outcome.StartError; err != nil && s.starts.isOurs(r.job.Engine, err) {
		s.starts.fail(ctx, r.job.Engine, err)
		res.trouble = err
	}
	if why := s.goesBack(r, res); why != nil && errors.Is(res.cause, errLeaseEnded) {
		_, _ = rec.Write([]byte(leaseNote)) // an error shows at the end
	}
	closeErr := rec.Close()
	background.Wait()
	if errors.Is(res.cause, errPanic) {
		return result{cause: errPanic, failure: panicSentence}
	}
	if err := errors.Join(stored, closeErr); err != nil && !errors.Is(err, joblog.ErrClaimLost) {
		res.failure = "The log could not be stored to its end."
	}
	return res
}

// parse reads what the child printed. It runs in the goroutine that copies the output.
func (r *run) parse(ctx context.Context, text []byte, cancel context.CancelCauseFunc) {
	defer r.recoverPanic(ctx, cancel)
	now := r.service.now()
	r.heard.Store(&now)
	r.mu.Lock()
	defer r.mu.Unlock()
	_, _ = r.parser.Write(text) // never fails
}

// report writes progress at most once a second, and a sign of life when there is none. It
// sees a cancel that was not pushed here.
func (r *run) report(ctx context.Context, cancel context.CancelCauseFunc) {
	s := r.service
	ticker := time.NewTicker(progressPause)
	defer ticker.Stop()
	var lastHeartbeat time.Time
	var lastSize int64
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		r.mu.Lock()
		changed := r.parser.Changed()
		r.mu.Unlock()
		progress, size := r.live()
		if !changed && size == lastSize && time.Since(lastHeartbeat) < heartbeatPause {
			continue
		}
		lastHeartbeat, lastSize = time.Now(), size
		job := new(models.MigrationJob)
		err := s.db.Write(ctx, func(ctx context.Context, db bun.IDB) error {
			return db.NewUpdate().Model(job).
				Set("progress = ?", jsonValue{progress}).Set("log_size = ?", size).Set("beat_at = ?", s.now()).
				Where("id = ? AND owner = ? AND claim = ? AND status = ?", r.job.ID, s.owner, r.job.Claim, models.Running).
				Returning("*").Scan(ctx)
		})
		switch {
		case isNoRows(err):
			cancel(joblog.ErrClaimLost)
			return
		case err != nil:
			if ctx.Err() == nil {
				s.logger.WarnContext(ctx, "progress cannot be written", keyJob, r.job.ID, keyError, err)
			}
		default:
			if job.CancelRequestedAt != nil {
				cancel(errCancelled)
			}
			s.publish(events.Progressed, job)
		}
	}
}

// openPasswords opens the source's and the destination's password.
func (s *Service) openPasswords(job *models.MigrationJob) ([2]string, error) {
	source, err := s.config.Keys.Open(binding(job.ID, sourceSide), job.Source.SealedPassword)
	if err != nil {
		return [2]string{}, fmt.Errorf("open the source's password: %w", err)
	}
	destination, err := s.config.Keys.Open(binding(job.ID, destinationSide), job.Destination.SealedPassword)
	if err != nil {
		return [2]string{}, fmt.Errorf("open the destination's password: %w", err)
	}
	return [2]string{string(source), string(destination)}, nil
}

// sealedSentence says for people why a sealed password does not open.
func sealedSentence(err error) string {
	if errors.Is(err, secret.ErrUnknownKey) {
		return "The job's passwords are sealed with a key that this server does not have. " +
			"Add the old key to MAILFERRY_ENCRYPTION_KEY and run the job again, or create a new job."
	}
	return "The job's stored passwords are damaged and cannot be opened. Create a new job."
}

// snapshot is a copy that the run will not change any more.
func snapshot(job *models.MigrationJob) *models.MigrationJob {
	c := *job
	return &c
}
