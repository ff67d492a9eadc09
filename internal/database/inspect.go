package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/uptrace/bun"
)

// ErrNoTables is a database in which Mailferry has made nothing yet.
var ErrNoTables = errors.New("the database has no tables of Mailferry yet")

// TryWrite makes a change and takes it back, to see whether the database takes changes. Whether the disk has room for
// them shows only when they stay.
func (db *DB) TryWrite(ctx context.Context) error {
	migrated, err := db.Migrated(ctx)
	if err != nil {
		return err
	}
	if !migrated {
		return ErrNoTables
	}
	err = db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewRaw("UPDATE bun_migrations SET name = name").Exec(ctx); err != nil {
			return err
		}
		return errTakenBack
	})
	if errors.Is(err, errTakenBack) {
		return nil
	}
	return fmt.Errorf("change the %s: %w", db.name, err)
}

// errTakenBack rolls a transaction back that went well.
var errTakenBack = errors.New("taken back")

// MigrationCounts says how many migrations the database has, and how many of this program it lacks.
func (db *DB) MigrationCounts(ctx context.Context) (applied, pending int, err error) {
	known, err := db.knownMigrations()
	if err != nil {
		return 0, 0, err
	}
	names, err := db.appliedMigrations(ctx)
	return len(names), len(known.Sorted()) - len(names), err
}

// CheckTables fails if a table or column of this version is not there.
func (db *DB) CheckTables(ctx context.Context) error { return db.checkSchema(ctx) }

// Size is what the database takes on disk, in bytes.
func (db *DB) Size(ctx context.Context) (int64, error) {
	if db.IsPostgres() {
		var size int64
		if err := db.NewRaw("SELECT pg_database_size(current_database())").Scan(ctx, &size); err != nil {
			return 0, fmt.Errorf("ask for the size of the %s: %w", db.name, err)
		}
		return size, nil
	}
	var size int64
	for _, suffix := range []string{"", "-wal"} {
		info, err := os.Stat(db.sqlitePath + suffix)
		if err != nil && (suffix == "" || !errors.Is(err, os.ErrNotExist)) {
			return 0, fmt.Errorf("ask for the size of the %s: %w", db.name, err)
		}
		if err == nil {
			size += info.Size()
		}
	}
	return size, nil
}

// Clock is the time of the database's clock.
func (db *DB) Clock(ctx context.Context) (time.Time, error) {
	if !db.IsPostgres() {
		return time.Now(), nil
	}
	var now sql.NullTime
	if err := db.NewRaw("SELECT clock_timestamp()").Scan(ctx, &now); err != nil {
		return time.Time{}, fmt.Errorf("ask the clock of the %s: %w", db.name, err)
	}
	return now.Time, nil
}
