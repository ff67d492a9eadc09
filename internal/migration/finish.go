package migration

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"mailferry/internal/events"
	"mailferry/internal/imapsync"
	"mailferry/internal/joblog"
	"mailferry/internal/models"
)

// jsonValue puts a value into SQL as JSON text, null for nil.
type jsonValue struct{ value any }

// AppendQuery appends the value to a query; see schema.QueryAppender.
func (v jsonValue) AppendQuery(gen schema.QueryGen, b []byte) ([]byte, error) {
	text, err := json.Marshal(v.value)
	if err != nil {
		return nil, err
	}
	if string(text) == "null" {
		return append(b, "NULL"...), nil
	}
	return gen.Dialect().AppendString(b, string(text)), nil
}

// end is what a finished job's row gets.
type end struct {
	status     models.JobStatus
	exitCode   *int
	exitReason string
	sentence   string
	report     *imapsync.Report
	verified   bool
}

// classify tells what the way a run ended means for its job.
func classify(job *models.MigrationJob, parser *imapsync.Parser, res result) end {
	report := parser.Report()
	e := end{status: models.Failed, exitCode: res.outcome.ExitCode, report: report}
	e.verified = report != nil && report.Verified && !job.DryRun
	if res.failure != "" && res.outcome.ExitCode == nil && res.outcome.Signal == "" {
		e.exitCode, e.sentence = nil, res.failure
		return e
	}
	e.exitReason, e.sentence = parser.Explain(res.outcome)
	succeeded := res.outcome.StartError == nil && res.outcome.ExitCode != nil && *res.outcome.ExitCode == 0 && !res.outcome.Silent
	switch {
	case !succeeded && errors.Is(res.cause, errCancelled):
		e.status, e.sentence = models.Cancelled, ""
	case !succeeded && errors.Is(res.cause, errStopping):
		e.status, e.sentence = models.Interrupted, interruptedSentence
	case !succeeded:
		if e.sentence == "" {
			e.sentence = "The engine failed without saying why. Read the end of the log, and run the job again."
		}
	case res.failure != "":
		e.sentence = res.failure
	case report == nil:
		e.sentence = "The engine reported success, but did not print what it came to. Read the end of the log, and run the job again."
	case report.MessagesMissing > 0 && !job.DryRun:
		// Explain has said what is missing, where it knows.
		if e.sentence == "" {
			e.sentence = fmt.Sprintf("The engine reported success, but %d messages of the source are not at the destination. Run the job again.",
				report.MessagesMissing)
		}
	case job.Engine == models.Builtin && !job.DryRun && !e.verified && !report.Empty:
		e.sentence = "The engine reported success, but did not compare both sides to the end. Run the job again."
	default:
		e.status, e.sentence = models.Succeeded, ""
	}
	return e
}

// finish writes how a run ended, once, and tells those who follow. The last bytes of the
// log are stored already. It tries until it has been written or the job is another's.
func (s *Service) finish(ctx context.Context, r *run, res result) {
	r.mu.Lock()
	e := classify(r.job, r.parser, res)
	e.sentence = r.masker.Text(e.sentence)
	r.masker.Value(e.report)
	passing, _ := r.parser.Passing()
	r.mu.Unlock()
	if e.status == models.Interrupted {
		s.interruptOwn(ctx, r)
		return
	}
	progress, _ := r.live()
	var job, retry *models.MigrationJob
	s.untilDone(ctx, r.job, func(ctx context.Context) error {
		ended := new(models.MigrationJob)
		return s.db.WriteTx(ctx, func(ctx context.Context, tx bun.Tx) error {
			held, err := s.lockClaim(ctx, tx, r.job)
			if err != nil {
				return err
			}
			e := e
			if held.cancelled && e.status == models.Failed {
				// The cancel was acknowledged, and came first.
				e.status, e.sentence = models.Cancelled, ""
			}
			err = tx.NewUpdate().Model(ended).
				Set("status = ?", e.status).Set("finished_at = ?", s.now()).
				Set("exit_code = ?", e.exitCode).Set("exit_reason = ?", e.exitReason).Set("error = ?", e.sentence).
				Set("progress = ?", jsonValue{progress}).Set("report = ?", jsonValue{e.report}).
				Set("verified = ?", e.verified).Set("log_size = ?", held.size).
				Where("id = ?", r.job.ID).Returning("*").Scan(ctx)
			if err != nil {
				return err
			}
			retry, err = s.retryTx(ctx, tx, ended, passing)
			job = ended
			return err
		})
	})
	if job == nil {
		return
	}
	job.Superseded = job.Superseded || retry != nil
	s.tellEnd(ctx, r.log, job)
	if retry != nil {
		s.tellCreated(ctx, []*models.MigrationJob{retry})
	}
}

// untilDone tries a write about a claimed job again while the database is away. No row means that the
// job is not this server's any more, unless an earlier try was stored and only its answer was lost.
func (s *Service) untilDone(ctx context.Context, claimed *models.MigrationJob, write func(ctx context.Context) error) {
	pause := firstRetryPause
	for tries := 1; ; tries++ {
		err := write(ctx)
		switch {
		case err == nil:
			return
		case isNoRows(err) && tries > 1 && s.wasStored(ctx, claimed):
			return
		case isNoRows(err):
			s.logger.ErrorContext(ctx, "job was lost to another server", keyJob, claimed.ID)
			return
		}
		s.logger.ErrorContext(ctx, "end of a job cannot be written, trying again", keyJob, claimed.ID, keyError, err, keyPause, pause)
		if !sleep(ctx, pause) {
			return
		}
		pause = min(2*pause, lastRetryPause)
	}
}

// wasStored says whether the end of a claim stands in the row, whose writer got no answer, and tells
// those who follow the job.
func (s *Service) wasStored(ctx context.Context, claimed *models.MigrationJob) bool {
	job, err := s.Job(ctx, claimed.ID)
	if err != nil || job.Claim != claimed.Claim || job.Owner != claimed.Owner && job.Owner != "" {
		return false
	}
	s.logger.InfoContext(ctx, "end of a job was stored although its answer was lost", keyJob, job.ID, keyStatus, job.Status)
	s.logs.Suspend(job.ID)
	s.publishState(job)
	s.queue.Wake()
	return true
}

// tellEnd tells those who follow a job that it has ended.
func (s *Service) tellEnd(ctx context.Context, log *joblog.Writer, job *models.MigrationJob) {
	exit := -1
	if job.ExitCode != nil {
		exit = *job.ExitCode
	}
	s.logger.InfoContext(ctx, "job ended", keyJob, job.ID, keyStatus, job.Status, keyExit, exit, keyBytes, job.LogSize)
	log.End(job.Status)
	s.publish(events.Ended, job)
}
