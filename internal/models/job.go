package models

import (
	"time"

	"github.com/uptrace/bun"

	"mailferry/internal/imapsync"
)

// JobStatus is where a job is in its life.
type JobStatus string

// The states of a job. A job is active while it is Queued or Running; the other states
// are final.
const (
	Queued      JobStatus = "QUEUED"
	Running     JobStatus = "RUNNING"
	Succeeded   JobStatus = "SUCCEEDED"
	Failed      JobStatus = "FAILED"
	Interrupted JobStatus = "INTERRUPTED"
	Cancelled   JobStatus = "CANCELLED"
)

// JobStatuses lists every state in the order of a job's life.
func JobStatuses() []JobStatus {
	return []JobStatus{Queued, Running, Succeeded, Failed, Interrupted, Cancelled}
}

// Ended says whether the state is final.
func (s JobStatus) Ended() bool { return s != Queued && s != Running }

// Engine is the program that a job runs as a child process.
type Engine string

// The engines.
const (
	Builtin  Engine = "BUILTIN"
	Imapsync Engine = "IMAPSYNC"
)

// Endpoint is one side of a job: a mailbox on an IMAP server, with its password sealed.
type Endpoint struct {
	Host              string            `bun:"host"`
	Port              int               `bun:"port"`
	Security          imapsync.Security `bun:"security"`
	User              string            `bun:"user"`
	VerifyCertificate bool              `bun:"verify_certificate"`
	// SealedPassword is the password as internal/secret sealed it for this row and side;
	// nil once the job's credentials are purged.
	SealedPassword []byte `bun:"password"`
}

// MigrationJob is a row of migration_jobs: one run that copies one source mailbox to one
// destination mailbox. Times are UTC with microseconds, as Postgres keeps them.
type MigrationJob struct {
	bun.BaseModel `bun:"table:migration_jobs,alias:job"`

	// ID is never used again, even after the job is deleted.
	ID          int64            `bun:"id,pk,autoincrement"`
	Name        string           `bun:"name"`
	Status      JobStatus        `bun:"status"`
	Engine      Engine           `bun:"engine"`
	DryRun      bool             `bun:"dry_run"`
	Source      Endpoint         `bun:"embed:source_"`
	Destination Endpoint         `bun:"embed:destination_"`
	Options     imapsync.Options `bun:"options,type:jsonb"`
	// RerunOf is the job that this one repeats; nil where there is none or it is deleted.
	RerunOf *int64 `bun:"rerun_of"`

	CreatedAt  time.Time  `bun:"created_at"`
	StartedAt  *time.Time `bun:"started_at"`
	FinishedAt *time.Time `bun:"finished_at"`

	// ExitCode is the child's, nil unless it exited by itself.
	ExitCode *int `bun:"exit_code"`
	// ExitReason is imapsync's name of how it ended, as EXIT_OVERQUOTA, or empty.
	ExitReason string `bun:"exit_reason"`
	// Error is one sentence that a person can act on, or empty.
	Error    string             `bun:"error"`
	Progress *imapsync.Progress `bun:"progress,type:jsonb"`
	Report   *imapsync.Report   `bun:"report,type:jsonb"`
	// ReportOutline says that Report came without its lists, folders and missing messages, or, where it is nil, that it
	// was not read at all, as in pages of jobs.
	ReportOutline bool `bun:"-"`
	Verified      bool `bun:"verified"`
	// LogSize is the length of the stored log in bytes; while the job runs the row lags
	// behind by up to a second.
	LogSize int64 `bun:"log_size"`

	// Owner is the id of the server run that claimed the job. Each write of a run is
	// conditional on it, so that a server which lost a job can change nothing.
	Owner string `bun:"owner"`
	// BeatAt is when the owner last wrote that it is alive.
	BeatAt *time.Time `bun:"beat_at"`
	// CancelRequestedAt is when an operator asked a running job to stop.
	CancelRequestedAt *time.Time `bun:"cancel_requested_at"`
	// BatchID is the batch that the job belongs to; nil for a job of its own.
	BatchID *int64 `bun:"batch_id"`
	// BatchPosition is the mailbox's place in its batch, from 0, which each of its runs keeps.
	BatchPosition int `bun:"batch_position"`
	// Superseded says that a later run of the same mailbox of the batch took this one's place.
	Superseded bool `bun:"superseded"`
	// SourceLimit and DestinationLimit are how many jobs may run at once from this job's
	// source host and to its destination host; nil for as many as there are slots.
	SourceLimit      *int `bun:"source_limit"`
	DestinationLimit *int `bun:"destination_limit"`
	// Attempt is 1 for a job that somebody created or repeated, and one more for each
	// automatic retry; RetriesLeft is how many may follow.
	Attempt     int `bun:"attempt"`
	RetriesLeft int `bun:"retries_left"`
	// RetryInterrupted has the job retried as well when the server stopped under it.
	RetryInterrupted bool `bun:"retry_interrupted"`
	// NotBefore is when a retry, or a job that waits for a host, may start; nil for at once.
	NotBefore *time.Time `bun:"not_before"`
	// Waiting is what a host has asked to wait for. It is set only while the job is queued again
	// because of that; while it runs its progress tells.
	Waiting *Waiting `bun:"waiting,type:jsonb"`
	// Claim counts how often the job was claimed: 0 for one that never ran. A job that goes back
	// to the queue is claimed again. Each write of a run is conditional on it as on Owner.
	Claim int64 `bun:"claim"`
	// Precheck is what signing in on both sides showed; nil where nobody looked.
	Precheck *Precheck `bun:"precheck,type:jsonb"`
	// SearchText is name, hosts and users as mailboxid.Fold has them, separated by line feeds,
	// for searches that ignore case and the ways to type a letter alike on both databases.
	SearchText string `bun:"search_text"`

	// SourceHostKey and DestinationHostKey are equal for one host, and DestinationPlaceKey for
	// one mailbox at the destination and one folder to put everything under, however they are
	// spelt; see internal/mailboxid. They are empty on jobs of older versions that have ended.
	SourceHostKey       string `bun:"source_host_key"`
	DestinationHostKey  string `bun:"destination_host_key"`
	DestinationPlaceKey string `bun:"destination_place_key"`

	// Deleted is true on the last event of a job, which tells that its row is gone.
	Deleted bool `bun:"-"`
}

// Side is one of the two endpoints of a job.
type Side string

// The sides.
const (
	Source      Side = "SOURCE"
	Destination Side = "DESTINATION"
)

// Waiting is a pause that a host has asked for. Nothing has failed.
type Waiting struct {
	// Side is whose host asked.
	Side Side `json:"side"`
	// Reason is what it said, in words for people.
	Reason string `json:"reason"`
	// Until is when the job goes on, in UTC; nil if that is not known.
	Until *time.Time `json:"until,omitempty"`
}

// LogChunk is a row of migration_log_chunks: a piece of a job's log. The pieces of a job
// lie end to end from offset 0; none is ever changed.
type LogChunk struct {
	bun.BaseModel `bun:"table:migration_log_chunks,alias:chunk"`

	JobID int64 `bun:"job_id,pk"`
	// StartOffset is where Data starts, in bytes from the start of the log.
	StartOffset int64 `bun:"start_offset,pk"`
	// Data is valid UTF-8 without NUL, at most 64 KiB, and never ends within a character.
	Data []byte `bun:"data"`
}

// JobCount is a row of migration_job_counts, which triggers keep: how many jobs are in a
// state. Counting a million rows for each page would take longer than reading it.
type JobCount struct {
	bun.BaseModel `bun:"table:migration_job_counts,alias:job_count"`

	Status JobStatus `bun:"status,pk"`
	Count  int64     `bun:"count"`
}
