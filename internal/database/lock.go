package database

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sys/unix"
)

// advisoryKey is the key of Mailferry's advisory lock on Postgres: "mailferr" in ASCII.
const advisoryKey = 0x6d61696c66657272

// relockTime is how long a lost Postgres lock is tried to be had again: a restart of
// Postgres ends every connection and takes some seconds.
const relockTime = 60 * time.Second

// ErrTaken is returned by [DB.Lock] when another server owns the database.
var ErrTaken = errors.New("another Mailferry server is using it")

// Lock is the ownership of a database.
type Lock struct {
	lost   chan struct{}
	cancel context.CancelFunc
	done   chan struct{}
	file   *os.File
}

// Lock makes the caller the one owner of the database until Release, or until the process
// ends in whatever way. It does not wait: if another process owns the database the error
// names the database and wraps [ErrTaken].
func (db *DB) Lock(ctx context.Context) (*Lock, error) {
	if db.IsPostgres() {
		return db.lockPostgres(ctx)
	}
	return db.lockFile()
}

// Lost is closed when the database was lost to another owner, or could not be reached for a
// minute so that another may have taken it.
func (l *Lock) Lost() <-chan struct{} { return l.lost }

// Release gives the database up.
func (l *Lock) Release() error {
	if l.file != nil {
		// Closing releases a flock (flock(2)). The file stays: removing it would let two
		// servers lock two files of the same name.
		return l.file.Close()
	}
	l.cancel()
	<-l.done
	return nil
}

func (db *DB) lockFile() (*Lock, error) {
	file, err := os.OpenFile(db.sqlitePath+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the %s: %w", db.name, err)
	}
	if err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		if errors.Is(err, unix.EWOULDBLOCK) {
			err = ErrTaken
		}
		return nil, errors.Join(fmt.Errorf("lock the %s: %w", db.name, err), file.Close())
	}
	return &Lock{lost: make(chan struct{}), file: file}, nil
}

func (db *DB) lockPostgres(ctx context.Context) (*Lock, error) {
	conn, err := db.tryAdvisoryLock(ctx)
	if err != nil {
		return nil, fmt.Errorf("lock the %s: %w", db.name, err)
	}
	holdCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	lock := &Lock{lost: make(chan struct{}), cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(lock.done)
		db.holdAdvisoryLock(holdCtx, conn, lock.lost)
	}()
	return lock, nil
}

// tryAdvisoryLock opens a connection of its own, for an advisory lock belongs to a session
// (PostgreSQL documentation, section 13.3.5).
func (db *DB) tryAdvisoryLock(ctx context.Context) (*pgx.Conn, error) {
	conn, err := pgx.ConnectConfig(ctx, db.pgConfig.Copy())
	if err != nil {
		return nil, err
	}
	var locked bool
	err = conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", int64(advisoryKey)).Scan(&locked)
	if err == nil && !locked {
		err = ErrTaken
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close(context.WithoutCancel(ctx)))
	}
	return conn, nil
}

// holdAdvisoryLock keeps the session that holds the lock, and tries to have it again after
// the connection broke. Waiting for a notification that nobody sends returns exactly when
// the connection ends.
func (db *DB) holdAdvisoryLock(ctx context.Context, conn *pgx.Conn, lost chan<- struct{}) {
	for {
		for {
			if _, err := conn.WaitForNotification(ctx); err != nil {
				break
			}
		}
		// The close error says nothing new: the connection is gone or no longer wanted.
		_ = conn.Close(context.WithoutCancel(ctx))
		if ctx.Err() != nil {
			return
		}
		var err error
		if conn, err = db.relock(ctx); err != nil {
			if ctx.Err() == nil {
				close(lost)
			}
			return
		}
	}
}

func (db *DB) relock(ctx context.Context) (*pgx.Conn, error) {
	deadline := time.NewTimer(relockTime)
	defer deadline.Stop()
	retry := time.NewTicker(500 * time.Millisecond)
	defer retry.Stop()
	for {
		conn, err := db.tryAdvisoryLock(ctx)
		if err == nil || errors.Is(err, ErrTaken) {
			return conn, err
		}
		select {
		case <-retry.C:
		case <-deadline.C:
			return nil, err
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
