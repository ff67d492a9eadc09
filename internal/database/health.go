package database

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"
	"golang.org/x/sys/unix"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// recentFailure is how long a failed write counts although a later one succeeded: on a full disk a short one often
// finds room where a long one does not.
const recentFailure = 5 * time.Second

// leastDisk is the free room in bytes below which an SQLite database is as good as full: its log of changes grows by
// megabytes before it is folded in.
const leastDisk = 8 << 20

// health is how writing goes. The lease is prolonged every few seconds, so that a database which can no longer be
// written to shows itself without anybody asking for something.
type health struct {
	errors, failedWrites atomic.Int64

	mu     sync.Mutex
	failed error
	at     time.Time
	good   bool // a write has succeeded since
}

// wrote notes how a write ended. A row that was not there, input that was refused and a caller who left say nothing
// about the database.
func (h *health) wrote(err error, now time.Time) {
	if err != nil && !Away(err) && !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrGone) {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if err == nil {
		h.good = true
		return
	}
	h.failedWrites.Add(1)
	h.failed, h.at, h.good = err, now, false
}

// trouble is the error of a write that was the last one, or recent.
func (h *health) trouble(now time.Time) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.good && now.Sub(h.at) >= recentFailure {
		h.failed = nil
	}
	return h.failed
}

var _ bun.QueryHook = (*health)(nil)

// BeforeQuery leaves the context as it is; see bun.QueryHook.
func (*health) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context { return ctx }

// AfterQuery counts errors. It looks at nothing else: statements hold values.
func (h *health) AfterQuery(_ context.Context, event *bun.QueryEvent) {
	if event.Err != nil && !errors.Is(event.Err, sql.ErrNoRows) && !errors.Is(event.Err, context.Canceled) {
		h.errors.Add(1)
	}
}

// Trouble is a sentence on why the database cannot be written to, for anybody to read; "" where it can, as far as the
// newest write showed. It asks nobody.
func (db *DB) Trouble() string {
	if err := db.CheckStorage(); err != nil {
		return troubleSentence(err)
	}
	if free, ok := db.FreeDisk(); ok && free < leastDisk {
		return "the disk of the data folder is full"
	}
	if err := db.health.trouble(time.Now()); err != nil {
		return troubleSentence(err)
	}
	return ""
}

// troubleSentence tells no more than strangers may know: errors of drivers name hosts and users.
func troubleSentence(err error) string {
	switch {
	case errors.Is(err, ErrGone):
		return ErrGone.Error()
	case errors.Is(err, ErrCorrupt):
		return ErrCorrupt.Error()
	}
	if failed, ok := errors.AsType[*sqlite.Error](err); ok {
		switch failed.Code() & 0xff {
		case sqlite3.SQLITE_FULL:
			return "the disk of the data folder is full"
		case sqlite3.SQLITE_READONLY:
			return "the SQLite file is read-only"
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
			return "another program holds the SQLite file locked"
		}
		return "the SQLite file cannot be written to"
	}
	if answer, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch answer.Code {
		case "25006":
			return "the database is read-only"
		case "53100":
			return "the disk of the database is full"
		case "53300":
			return "the database takes no more connections"
		}
		return "the database takes no changes at this moment"
	}
	return "the database does not answer"
}

// Stats are counters since the database was opened.
type Stats struct {
	// Errors counts statements that failed, FailedWrites changes that the database could not take.
	Errors, FailedWrites int64
}

// Stats returns the counters.
func (db *DB) Stats() Stats {
	return Stats{Errors: db.health.errors.Load(), FailedWrites: db.health.failedWrites.Load()}
}

// FreeDisk is the room in bytes that is left on the disk of the SQLite file; ok is false for Postgres, and where it
// cannot be told.
func (db *DB) FreeDisk() (free uint64, ok bool) {
	if db.IsPostgres() {
		return 0, false
	}
	var status unix.Statfs_t
	if err := unix.Statfs(filepath.Dir(db.sqlitePath), &status); err != nil {
		return 0, false
	}
	return status.Bavail * uint64(status.Bsize), true
}
