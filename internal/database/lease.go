package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mailferry/internal/boottime"
	"mailferry/internal/models"
)

// ErrTaken is returned, or wrapped, where another server owns the database and is alive.
var ErrTaken = errors.New("another Mailferry server is using it")

const (
	// ServerLease is the name of the lease of a server that owns its database alone.
	ServerLease = "server"
	// DefaultLease is the length of a lease unless configured.
	DefaultLease = 12 * time.Second
	// beatsPerLease is how often a lease is prolonged within its length.
	beatsPerLease = 4
	// marginPart is the part of a lease by which its owner stops earlier than it ends in the
	// database: what is on its way then still arrives within the lease.
	marginPart = 6
	// oldAdvisoryKey is the advisory lock of servers from before there were leases: "mailferr" in ASCII.
	oldAdvisoryKey = 0x6d61696c66657272
)

// LeaseConfig says which lease to take.
type LeaseConfig struct {
	// Name is what is owned; ServerLease if it is empty.
	Name string
	// Length is how long the lease lasts after each beat; DefaultLease if it is 0.
	Length time.Duration
	// Holder tells people who holds the lease.
	Holder string
	// Process identifies this process to others of the same machine; empty if it cannot be told.
	Process string
	// Gone says whether the process of an earlier holder, and every engine that it started, is
	// sure to have ended; nil stands for never. Then its lease need not be waited for.
	Gone func(process, owner string) bool
	// Logger is told of what changes.
	Logger *slog.Logger
}

// Lease is the ownership of a database: a row that its owner prolongs ("beats"), in whose columns the
// owner, and the time at which it ends by the database's clock, stand. It depends on no session, so it
// is as good behind a pooler of transactions.
//
// The owner counts its time from when it sent the last beat that was answered, and by its own clock,
// so that for it the lease always ends before another can have it. While the database cannot be
// reached the lease ends, and is taken again as soon as the database is back and nobody else has it.
type Lease struct {
	db     *DB
	config LeaseConfig
	owner  string
	file   *os.File

	mu      sync.Mutex
	until   time.Duration
	changed chan struct{}

	lost   chan struct{}
	cancel context.CancelFunc
	done   chan struct{}
}

// Acquire takes a lease. Where another process holds it, Acquire waits, and says so, until that lease
// ends; it fails with [ErrTaken], with the database's name, as soon as the other is seen to be alive.
// The lease is held until Release, or until this process ends in whatever way.
func (db *DB) Acquire(ctx context.Context, config LeaseConfig) (*Lease, error) {
	if config.Name == "" {
		config.Name = ServerLease
	}
	if config.Length <= 0 {
		config.Length = DefaultLease
	}
	if config.Gone == nil {
		config.Gone = func(string, string) bool { return false }
	}
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	l := &Lease{
		db: db, config: config, owner: uuid.NewString(),
		changed: make(chan struct{}), lost: make(chan struct{}), done: make(chan struct{}),
	}
	if err := l.lockFile(); err != nil {
		return nil, err
	}
	err := l.prepare(ctx)
	if err == nil {
		err = l.acquire(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("take the lease of the %s: %w", db.name, err), l.unlockFile())
	}
	beatCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	l.cancel = cancel
	go func() {
		defer close(l.done)
		l.keep(beatCtx)
	}()
	return l, nil
}

// lockFile locks a file beside an SQLite file: a server of this machine that lives is noticed even
// when its lease has ended, as when it is frozen. Its lease is what counts for others.
func (l *Lease) lockFile() error {
	if l.db.IsPostgres() || l.config.Name != ServerLease {
		return nil
	}
	file, err := lockFile(l.db.sqlitePath)
	if err != nil {
		return fmt.Errorf("lock the %s: %w", l.db.name, err)
	}
	l.file = file
	return nil
}

// unlockFile releases the file by closing it (flock(2)). It stays: removing it would let two servers
// lock two files of the same name.
func (l *Lease) unlockFile() error {
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}

// prepare creates the table, which must be there before the migrations: their runner needs the lease.
func (l *Lease) prepare(ctx context.Context) error {
	timestamp := "TIMESTAMPTZ"
	if !l.db.IsPostgres() {
		timestamp = "TIMESTAMP"
	}
	// Without a look first, two servers that start at once would create it twice, and the one whose
	// role may not create tables could not start at all.
	if _, err := l.db.NewSelect().Model((*models.Lease)(nil)).Where("1 = 0").Exec(ctx); err == nil {
		return nil
	}
	return l.db.WriteTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if l.db.IsPostgres() {
			// IF NOT EXISTS alone is not safe against another who does the same at the same time.
			if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock(?)", int64(oldAdvisoryKey+1)); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS leases (name TEXT PRIMARY KEY, owner TEXT NOT NULL, holder TEXT NOT NULL, "+
			"process TEXT NOT NULL, beats BIGINT NOT NULL, beat_at "+timestamp+" NOT NULL, deadline "+timestamp+" NOT NULL)")
		return err
	})
}

// now is the database's clock in SQL: that of the moment, not of the transaction.
func (db *DB) now() string {
	if db.IsPostgres() {
		return "clock_timestamp()"
	}
	// As the driver writes times, so that they compare as text.
	return "strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')"
}

// inFuture is the database's clock in SQL, so much later.
func (db *DB) inFuture(d time.Duration) string {
	if db.IsPostgres() {
		return fmt.Sprintf("clock_timestamp() + interval '%d microseconds'", d.Microseconds())
	}
	return fmt.Sprintf("strftime('%%Y-%%m-%%d %%H:%%M:%%f+00:00', 'now', '+%.3f seconds')", d.Seconds())
}

// LeaseIsLive is a condition in SQL: the row of leases has not ended.
func (db *DB) LeaseIsLive() string { return "deadline > " + db.now() }

// acquire waits for the lease and takes it.
func (l *Lease) acquire(ctx context.Context) error {
	var seen *models.Lease
	poll := time.NewTicker(min(l.config.Length/beatsPerLease, time.Second))
	defer poll.Stop()
	for {
		other, err := l.try(ctx)
		if err != nil || other == nil {
			return err
		}
		switch {
		case seen == nil:
			if l.config.Process != "" && l.config.Gone(other.Process, other.Owner) {
				if err := l.withdraw(ctx, other); err != nil {
					return err
				}
				continue
			}
			seen = other
			l.config.Logger.WarnContext(ctx, "waiting for the lease of another server to end: it was not given back",
				"holder", other.Holder, "ends_within", time.Until(other.Deadline).Round(100*time.Millisecond))
		case other.Owner != seen.Owner || other.Beats != seen.Beats:
			return fmt.Errorf("%w (%s)", ErrTaken, other.Holder)
		}
		select {
		case <-poll.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// try takes the lease if it is free, ended or this process's own, and returns its holder's row if not.
func (l *Lease) try(ctx context.Context) (other *models.Lease, err error) {
	sent := boottime.Now()
	err = l.db.WriteTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if l.db.IsPostgres() {
			// A server from before there were leases holds this lock in its session.
			var free bool
			if err := tx.NewRaw("SELECT pg_try_advisory_xact_lock_shared(?)", int64(oldAdvisoryKey)).Scan(ctx, &free); err != nil {
				return err
			}
			if !free {
				return fmt.Errorf("%w (one of an earlier version)", ErrTaken)
			}
		}
		taken, err := tx.NewRaw("INSERT INTO leases AS lease (name, owner, holder, process, beats, beat_at, deadline) "+
			"VALUES (?, ?, ?, ?, 1, "+l.db.now()+", "+l.db.inFuture(l.config.Length)+") "+
			"ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, holder = excluded.holder, process = excluded.process, "+
			"beats = lease.beats + 1, beat_at = excluded.beat_at, deadline = "+l.db.inFuture(l.config.Length)+" "+
			"WHERE lease.owner = '' OR lease.owner = excluded.owner OR lease.deadline <= "+l.db.now(),
			l.config.Name, l.owner, l.config.Holder, l.config.Process).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := taken.RowsAffected(); err != nil || n > 0 {
			return err
		}
		other = new(models.Lease)
		return tx.NewSelect().Model(other).Where("name = ?", l.config.Name).Scan(ctx)
	})
	if err != nil || other != nil {
		return other, err
	}
	l.prolong(sent)
	return nil, nil
}

// withdraw ends the lease of a process that is sure to have ended.
func (l *Lease) withdraw(ctx context.Context, other *models.Lease) error {
	return l.db.Write(ctx, func(ctx context.Context, db bun.IDB) error {
		_, err := db.NewUpdate().Model((*models.Lease)(nil)).Set("owner = ''").
			Where("name = ? AND owner = ?", l.config.Name, other.Owner).Exec(ctx)
		return err
	})
}

// prolong counts the lease from when a beat was sent: the database counts from later.
func (l *Lease) prolong(sent time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.until = sent + l.config.Length - l.config.Length/marginPart
	close(l.changed)
	l.changed = make(chan struct{})
}

// keep beats until ctx ends or the lease is another's.
func (l *Lease) keep(ctx context.Context) {
	ticker := time.NewTicker(l.config.Length / beatsPerLease)
	defer ticker.Stop()
	away := false
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		held := l.Held()
		err := l.beat(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, ErrTaken):
			l.config.Logger.ErrorContext(ctx, "the lease of the database is another server's now", "error", err)
			close(l.lost)
			return
		case err != nil && !away:
			away = true
			l.config.Logger.ErrorContext(ctx, "the lease of the database cannot be prolonged, trying again: "+
				"running jobs are stopped when it ends", "error", err, "ends_in", (l.Until() - boottime.Now()).Round(time.Millisecond))
		case err == nil && (away || !held):
			away = false
			l.config.Logger.InfoContext(ctx, "the lease of the database is prolonged again")
		}
	}
}

// beat prolongs the lease, or takes it again where it has ended for everybody. A lost connection is no
// lost lease: only the row of another owner that lives is [ErrTaken].
func (l *Lease) beat(ctx context.Context) error {
	// One lost beat must leave time for others.
	beatCtx, cancel := context.WithTimeout(ctx, l.config.Length/beatsPerLease)
	defer cancel()
	sent := boottime.Now()
	var mine int64
	err := l.db.Write(beatCtx, func(ctx context.Context, db bun.IDB) error {
		result, err := db.NewUpdate().Model((*models.Lease)(nil)).Set("beats = beats + 1").
			Set("beat_at = "+l.db.now()).Set("deadline = "+l.db.inFuture(l.config.Length)).
			Where("name = ? AND owner = ?", l.config.Name, l.owner).Exec(ctx)
		if err == nil {
			mine, err = result.RowsAffected()
		}
		return err
	})
	if err != nil {
		return err
	}
	if mine > 0 {
		l.prolong(sent)
		return nil
	}
	other, err := l.try(beatCtx)
	if err == nil && other != nil {
		return fmt.Errorf("%w (%s)", ErrTaken, other.Holder)
	}
	return err
}

// Owner is the id of this holder, in the column owner of leases and of what it owns.
func (l *Lease) Owner() string { return l.owner }

// Name is the name of the lease.
func (l *Lease) Name() string { return l.config.Name }

// Length is how long the lease lasts after each beat.
func (l *Lease) Length() time.Duration { return l.config.Length }

// Until is when the lease ends for this process, by the clock of package boottime.
func (l *Lease) Until() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.until
}

// Held says whether the lease lasts at this moment.
func (l *Lease) Held() bool { return boottime.Now() < l.Until() }

// Changed returns a channel that is closed when Until changes the next time.
func (l *Lease) Changed() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.changed
}

// Lost is closed when another owner has the lease and lives. It is not closed because the database
// cannot be reached.
func (l *Lease) Lost() <-chan struct{} { return l.lost }

// releaseTime is how long giving back a lease may take; it ends by itself if that fails.
const releaseTime = time.Second

// Release gives the lease back, so that the next owner need not wait. What it entitled to has stopped.
func (l *Lease) Release() error {
	l.cancel()
	<-l.done
	l.mu.Lock()
	l.until = 0
	l.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), releaseTime)
	defer cancel()
	err := l.withdraw(ctx, &models.Lease{Owner: l.owner})
	if errors.Is(err, sql.ErrConnDone) || errors.Is(err, context.DeadlineExceeded) {
		l.config.Logger.WarnContext(ctx, "the lease of the database could not be given back: the next start waits until it ends", "error", err)
		err = nil
	}
	if err != nil {
		err = fmt.Errorf("give back the lease of the %s: %w", l.db.name, err)
	}
	return errors.Join(err, l.unlockFile())
}
