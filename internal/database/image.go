package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
)

// WriteImage writes the SQLite database, as it is at one moment, into the file at path, which is empty or not there.
// Others read and write the database meanwhile. The image has no second file beside it and nothing of what was
// deleted. It is not forced to disk: that is the caller's.
func (db *DB) WriteImage(ctx context.Context, path string) error {
	if db.IsPostgres() {
		return fmt.Errorf("the %s is copied by pg_dump alone", db.name)
	}
	// A reader's transaction (https://sqlite.org/lang_vacuum.html): it waits for no writer, and none for it.
	if _, err := db.NewRaw("VACUUM INTO ?", path).Exec(ctx); err != nil {
		return fmt.Errorf("copy the %s: %w", db.name, db.noteDamage(err))
	}
	return nil
}

// OpenImage opens a file that starts with what [DB.WriteImage] wrote, to read it: nothing is written to it or beside it.
// The database writes nothing and has no health.
func OpenImage(ctx context.Context, path string) (*DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("find the image: %w", err)
	}
	query := url.Values{"mode": {"ro"}, "immutable": {"1"}, "_pragma": {"query_only(1)"}}
	dsn := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: query.Encode()}).String()
	sqlDB, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("open the image %s: %w", path, err)
	}
	db := &DB{
		DB: bun.NewDB(sqlDB, sqlitedialect.New()), name: "SQLite image " + path, sqlitePath: path,
		writing: make(chan struct{}, 1), health: new(health),
	}
	// The file is not looked at before the first question.
	if _, err := db.Migrations(ctx); err != nil {
		return nil, errors.Join(db.noteDamage(err), db.Close())
	}
	return db, nil
}

// Migrations are the names of the migrations that the database has, in their order; none before the first.
func (db *DB) Migrations(ctx context.Context) ([]string, error) { return db.appliedMigrations(ctx) }

// maxFaults is how many faults of a damaged file are told.
const maxFaults = 3

// CheckIntegrity reads a whole SQLite database, tables and indexes, and fails with [ErrCorrupt] if they do not fit
// together. It takes as long as reading the file does.
func (db *DB) CheckIntegrity(ctx context.Context) error {
	var faults []string
	if err := db.NewRaw("PRAGMA integrity_check(?)", maxFaults).Scan(ctx, &faults); err != nil {
		return fmt.Errorf("check the %s: %w", db.name, db.noteDamage(err))
	}
	if len(faults) != 1 || faults[0] != "ok" {
		return fmt.Errorf("check the %s: %w: %q", db.name, ErrCorrupt, faults)
	}
	return nil
}

// Forget removes what must not come back with a copy: the leases of processes that run with the original, and the
// sessions of people, some of whom have signed out since.
func (db *DB) Forget(ctx context.Context) error {
	columns, err := columns(ctx, db.DB)
	if err != nil {
		return fmt.Errorf("look at the tables of the %s: %w", db.name, err)
	}
	return db.WriteTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		for _, table := range []string{"leases", "sessions"} {
			if len(columns[table]) == 0 {
				continue
			}
			if _, err := tx.NewRaw("DELETE FROM ?", bun.Ident(table)).Exec(ctx); err != nil {
				return fmt.Errorf("empty the table %s: %w", table, err)
			}
		}
		return nil
	})
}

// Owner tells who holds a lease of the database at this moment; "" if nobody does.
func (db *DB) Owner(ctx context.Context) (string, error) {
	columns, err := columns(ctx, db.DB)
	if err != nil || len(columns["leases"]) == 0 {
		return "", err
	}
	var holders []string
	err = db.NewRaw("SELECT holder FROM leases WHERE owner <> '' AND "+db.LeaseIsLive()+" ORDER BY name LIMIT 1").Scan(ctx, &holders)
	if err != nil || len(holders) == 0 {
		return "", err
	}
	return holders[0], nil
}
