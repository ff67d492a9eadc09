package database

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrGone is an SQLite file that is no longer where it was opened: its folder was removed, replaced or
// unmounted. What is written then goes into a file that nobody will find.
var ErrGone = errors.New("the data folder was removed or replaced while the server runs: bring it back, or restart the server")

// ErrCorrupt is an SQLite file that is damaged.
var ErrCorrupt = errors.New("the SQLite file is damaged: stop the server and restore a backup")

// ErrIncomplete is an SQLite file without its tables, beside a key that a server made after them.
var ErrIncomplete = errors.New("the data folder has an encryption key, but mailferry.db has no tables: it was probably copied without " +
	"mailferry.db-wal, where the newest changes are, while a server ran. Copy both files with the server stopped; " +
	"to start with an empty database instead, remove mailferry.db")

// CheckStorage says whether what is written can be found again: [ErrGone] or [ErrCorrupt] if not. It
// costs a look at the file's directory entry. For Postgres it is always nil.
func (db *DB) CheckStorage() error {
	if db.IsPostgres() {
		return nil
	}
	if db.corrupt.Load() {
		return fmt.Errorf("the %s cannot be used: %w", db.name, ErrCorrupt)
	}
	now, err := os.Stat(db.sqlitePath)
	if err != nil || !os.SameFile(now, db.sqliteFile) {
		return fmt.Errorf("the %s is not there any more: %w", db.name, ErrGone)
	}
	return nil
}

// written checks, before a change is acknowledged, that it lasts. The changes themselves are in the
// file beside the database.
func (db *DB) written(err error) error {
	if db.IsPostgres() {
		return err
	}
	if err != nil {
		return db.noteDamage(err)
	}
	if err := db.CheckStorage(); err != nil {
		return err
	}
	if _, err := os.Stat(db.sqlitePath + "-wal"); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the file mailferry.db-wal of the %s is not there any more: %w", db.name, ErrGone)
	}
	return nil
}

// noteDamage remembers that the file is damaged: nothing that is written from then on is sure to last.
func (db *DB) noteDamage(err error) error {
	var failed *sqlite.Error
	if !errors.As(err, &failed) {
		return err
	}
	switch failed.Code() & 0xff {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		db.corrupt.Store(true)
		return fmt.Errorf("%w (%w)", ErrCorrupt, err)
	}
	return err
}

// CheckCopy fails with [ErrIncomplete] if the database is an SQLite file without tables that was there
// before, in a folder with the key of a server that ran there. keyFile is the key's name in it.
func (db *DB) CheckCopy(ctx context.Context, keyFile string) error {
	if db.IsPostgres() || db.sqliteNew {
		return nil
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(db.sqlitePath), keyFile)); err != nil {
		return nil //nolint:nilerr // without a key of its own the folder may be a new one
	}
	applied, err := db.appliedMigrations(ctx)
	if err == nil && len(applied) == 0 {
		err = fmt.Errorf("the %s cannot be used: %w", db.name, ErrIncomplete)
	}
	return err
}
