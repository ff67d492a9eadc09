package batchreport

import (
	"fmt"
	"iter"
	"strings"
	"time"

	"mailferry/internal/imapsync"
	"mailferry/internal/models"
)

// Jobs are jobs to report on, in order. An error ends them and the report.
type Jobs = iter.Seq2[*models.MigrationJob, error]

// List gives jobs that are at hand.
func List(jobs []*models.MigrationJob) Jobs {
	return func(yield func(*models.MigrationJob, error) bool) {
		for _, job := range jobs {
			if !yield(job, nil) {
				return
			}
		}
	}
}

// Mailbox is what became of one mailbox. Numbers are nil where they are not known.
type Mailbox struct {
	JobID       int64            `json:"jobId,string"`
	Name        string           `json:"name"`
	Source      Side             `json:"source"`
	Destination Side             `json:"destination"`
	Result      Result           `json:"result"`
	Status      models.JobStatus `json:"status"`
	Verified    bool             `json:"verified"`
	DryRun      bool             `json:"dryRun"`
	Engine      models.Engine    `json:"engine"`

	Folders *int64 `json:"folders"`
	// SourceMessages are those that were to be moved, DestinationMessages those of them
	// that are there at the end, whether this run copied them or one before it.
	SourceMessages      *int64 `json:"sourceMessages"`
	DestinationMessages *int64 `json:"destinationMessages"`
	Copied              *int64 `json:"copied"`
	Skipped             *int64 `json:"skipped"`
	Missing             *int64 `json:"missing"`
	// ToCopy is what a dry run would have copied.
	ToCopy *int64 `json:"toCopy,omitempty"`
	// Bytes and Seconds are those of this run.
	Bytes   *int64   `json:"bytes"`
	Seconds *float64 `json:"seconds"`

	StartedAt  *time.Time `json:"startedAt"`
	FinishedAt *time.Time `json:"finishedAt"`

	// Reason is imapsync's name of how the run ended.
	Reason string `json:"reason,omitempty"`
	// NextStep says what went wrong and what to do, empty where nothing is left to do.
	NextStep string `json:"nextStep,omitempty"`

	FolderReports   []imapsync.FolderReport   `json:"folderReports,omitempty"`
	MissingMessages []imapsync.MissingMessage `json:"missingMessages,omitempty"`
}

// Side is one end of a move.
type Side struct {
	Host string `json:"host"`
	Port int    `json:"port"`
	User string `json:"user"`
}

// Result is a mailbox's end in one or two words, for people who know nothing of jobs.
type Result string

// The results, best first.
const (
	// Complete is copied and compared: nothing is missing.
	Complete Result = "complete"
	// Unverified is copied without an error by an engine that compares nothing.
	Unverified Result = "not verified"
	// Incomplete is copied, but for messages that are known to be missing.
	Incomplete Result = "incomplete"
	// Failed is not moved, or nobody knows how much of it.
	Failed Result = "failed"
	// Stopped was cancelled or interrupted.
	Stopped Result = "stopped"
	// Unfinished waits or runs still.
	Unfinished Result = "unfinished"
	// Tried was a dry run: nothing was to be moved.
	Tried Result = "dry run"
)

// Of is what became of the mailbox of a job.
func Of(job *models.MigrationJob) Mailbox {
	m := Mailbox{
		JobID: job.ID, Name: job.Name, Source: side(job.Source), Destination: side(job.Destination),
		Status: job.Status, Verified: job.Verified, DryRun: job.DryRun, Engine: job.Engine,
		StartedAt: job.StartedAt, FinishedAt: job.FinishedAt, Reason: job.ExitReason,
	}
	if job.StartedAt != nil && job.FinishedAt != nil {
		seconds := job.FinishedAt.Sub(*job.StartedAt).Seconds()
		m.Seconds = &seconds
	}
	if r := job.Report; r != nil {
		m.count(r)
	}
	m.Result = result(job)
	m.NextStep = nextStep(job, m)
	return m
}

func side(e models.Endpoint) Side { return Side{Host: e.Host, Port: e.Port, User: e.User} }

func (m *Mailbox) count(r *imapsync.Report) {
	m.Folders, m.SourceMessages = &r.Folders, &r.MessagesFound
	if m.DryRun {
		m.ToCopy, m.Skipped = &r.MessagesToCopy, &r.MessagesSkipped
		if r.MessagesToCopy == 0 && r.MessagesMissing > 0 {
			m.ToCopy = &r.MessagesMissing // as earlier versions stored it
		}
		return // nothing was to be brought, so nothing is missing
	}
	m.Copied, m.Skipped, m.Missing, m.Bytes = &r.MessagesCopied, &r.MessagesSkipped, &r.MessagesMissing, &r.Bytes
	m.FolderReports, m.MissingMessages = r.FolderReports, r.Missing
	if len(r.FolderReports) == 0 {
		return // nobody looked at the destination
	}
	var there int64
	for _, f := range r.FolderReports {
		there += f.DestinationMessages
	}
	m.DestinationMessages = &there
}

func result(job *models.MigrationJob) Result {
	missing := job.Report != nil && job.Report.MessagesMissing > 0
	switch {
	case !job.Status.Ended():
		return Unfinished
	case job.Status == models.Cancelled, job.Status == models.Interrupted:
		return Stopped
	case job.DryRun && job.Status == models.Succeeded:
		return Tried
	case missing && !job.DryRun:
		return Incomplete
	case job.Status == models.Failed:
		return Failed
	case job.Verified:
		return Complete
	}
	return Unverified
}

// nextStep is the job's own sentence, or what follows from the result. What cannot be run again
// is not told to be.
func nextStep(job *models.MigrationJob, m Mailbox) string {
	switch purged := job.Source.SealedPassword == nil || job.Destination.SealedPassword == nil; {
	case !job.Status.Ended():
	case job.Superseded:
		return "A later run of this mailbox has taken its place: look at that one."
	case purged && m.Result != Complete:
		what := job.Error
		if what != "" && !strings.HasSuffix(what, ".") {
			what += "."
		}
		return strings.TrimSpace(what + " Its passwords were deleted, so it can no longer be run again: create a new job to move the mailbox once more.")
	}
	if job.Error != "" {
		return job.Error
	}
	switch m.Result {
	case Unverified:
		return unverifiedStep(job.Report)
	case Incomplete:
		return fmt.Sprintf("%s missing at the destination: see the list of missing messages, then rerun the job.", are(*m.Missing))
	case Failed:
		return "Look at the end of the job's log, then rerun the job."
	case Stopped:
		return "The move was not finished: rerun the job, which copies only what is still missing."
	case Unfinished:
		if w := job.Waiting; w != nil && job.Status == models.Queued && job.NotBefore != nil {
			return fmt.Sprintf("The %s's host has asked for a pause (it said %q): the job goes on by itself after %s UTC.",
				strings.ToLower(string(w.Side)), w.Reason, job.NotBefore.UTC().Format("2006-01-02 15:04:05"))
		}
		if job.NotBefore != nil && job.Status == models.Queued {
			return fmt.Sprintf("Try %d comes by itself after %s UTC, since the one before it failed in a way that may pass.",
				job.Attempt, job.NotBefore.UTC().Format("2006-01-02 15:04:05"))
		}
		return "The job has not ended yet: write the report again when it has."
	case Tried:
		if m.ToCopy != nil && *m.ToCopy == 0 {
			return "This was a dry run, and it found nothing to copy."
		}
		return "This was a dry run: run the job in earnest to move the mailbox."
	case Complete:
		if m.Folders != nil && *m.Folders == 0 {
			return noFolderStep
		}
	}
	return ""
}

const noFolderStep = "No folder was copied, since the options leave out all of them: change the options and rerun the job, if that was not meant."

func unverifiedStep(r *imapsync.Report) string {
	switch {
	case r != nil && r.Empty:
		return noFolderStep
	case r != nil && r.MessagesFound == 0:
		return "No message was found at the source, and nobody has counted to be sure of it: look into the mailbox, or rerun the job with the built-in engine, which counts."
	}
	return "Nobody has compared both sides: rerun the job with the built-in engine, which copies nothing twice and verifies."
}

func are(messages int64) string {
	if messages == 1 {
		return "1 message is"
	}
	return fmt.Sprintf("%d messages are", messages)
}

// Totals sum mailboxes up.
type Totals struct {
	Mailboxes int64 `json:"mailboxes"`
	// Results counts mailboxes by their result; those that did not occur are absent.
	Results map[Result]int64 `json:"results"`
	// Verified counts those that are complete.
	Verified            int64 `json:"verified"`
	SourceMessages      int64 `json:"sourceMessages"`
	DestinationMessages int64 `json:"destinationMessages"`
	Copied              int64 `json:"copied"`
	Missing             int64 `json:"missing"`
	Bytes               int64 `json:"bytes"`
}

// Add counts a mailbox. What is not known of it counts as nothing, and so does what a dry
// run saw.
func (t *Totals) Add(m Mailbox) {
	t.Mailboxes++
	if t.Results == nil {
		t.Results = map[Result]int64{}
	}
	t.Results[m.Result]++
	if m.Verified {
		t.Verified++
	}
	if m.DryRun {
		return
	}
	for sum, n := range map[*int64]*int64{
		&t.SourceMessages: m.SourceMessages, &t.DestinationMessages: m.DestinationMessages,
		&t.Copied: m.Copied, &t.Missing: m.Missing, &t.Bytes: m.Bytes,
	} {
		if n != nil {
			*sum += *n
		}
	}
}
