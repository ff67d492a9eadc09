// Package database opens the Postgres or SQLite that holds Mailferry's tables, applies the
// migrations, and makes sure that one server alone owns it.
//
// Queries are written once, in what both databases speak. Where they differ in kind, this
// package hides it: SQLite has one writer at a time, so everything that writes goes through
// [DB.Write] or [DB.WriteTx], which let one in after the other instead of having SQLite's
// busy handler sleep and guess.
package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	_ "modernc.org/sqlite" // the SQLite driver, pure Go

	"mailferry/migrations"
)

// maxConnections is how many connections a server opens: enough for its slots, tails that
// read old log, and pages, and far below the 100 that Postgres allows by default.
const maxConnections = 16

// Config says which database to open.
type Config struct {
	// URL is postgres://… for Postgres; empty for the SQLite file in DataDir.
	URL string
	// DataDir is the folder of the SQLite file; created 0700 when it is not there.
	DataDir string
}

// DB is an open database. Reads use the embedded bun.DB directly.
type DB struct {
	*bun.DB

	name string
	// sqlitePath is where the file is, sqliteFile what it was when it was opened; sqliteNew says that
	// it was made then.
	sqlitePath string
	sqliteFile os.FileInfo
	sqliteNew  bool
	// corrupt says that the file was found damaged.
	corrupt atomic.Bool
	// writing holds one token while somebody writes to SQLite; nil on Postgres.
	writing chan struct{}
	// links are the connections to Postgres; nil on SQLite.
	links *links

	health *health
}

// Open connects and checks that the database answers. It neither locks nor migrates.
func Open(ctx context.Context, config Config) (*DB, error) {
	if config.URL == "" {
		return openSQLite(ctx, config.DataDir)
	}
	return openPostgres(ctx, config.URL)
}

func openPostgres(ctx context.Context, rawURL string) (*DB, error) {
	if !strings.HasPrefix(rawURL, "postgres://") && !strings.HasPrefix(rawURL, "postgresql://") {
		return nil, errors.New("DATABASE_URL must start with postgres:// (leave it out for the embedded SQLite)")
	}
	config, err := pgx.ParseConfig(rawURL)
	if err != nil {
		// pgx repeats the URL in its error with the password masked only in some forms.
		return nil, errors.New("DATABASE_URL is not a valid postgres:// address")
	}
	// bun puts values into the SQL text, so every statement is different: preparing them
	// would fill the server's cache for nothing.
	config.DefaultQueryExecMode = pgx.QueryExecModeExec
	config.RuntimeParams["application_name"] = "mailferry"
	// JSON and text go through as they are whatever the server's own default is.
	config.RuntimeParams["client_encoding"] = "UTF8"
	config.RuntimeParams["timezone"] = "UTC"
	links := newLinks()
	config.DialFunc = links.dial
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTime
	}
	sqlDB := stdlib.OpenDB(*config, stdlib.OptionShouldPing(shouldPing))
	sqlDB.SetMaxOpenConns(maxConnections)
	sqlDB.SetMaxIdleConns(maxConnections)
	sqlDB.SetConnMaxIdleTime(5 * time.Minute)
	db := &DB{
		DB:    bun.NewDB(sqlDB, pgdialect.New()),
		name:  fmt.Sprintf("Postgres database %q on %s:%d", config.Database, config.Host, config.Port),
		links: links, health: new(health),
	}
	db.DB = db.WithQueryHook(db.health)
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("connect to the %s: %w", db.name, err), db.Close())
	}
	return db, nil
}

func openSQLite(ctx context.Context, dir string) (*DB, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("create the data folder: %w", err)
	}
	path, err := filepath.Abs(filepath.Join(dir, SQLiteFile))
	if err != nil {
		return nil, fmt.Errorf("find the data folder: %w", err)
	}
	_, err = os.Stat(path)
	isNew := errors.Is(err, fs.ErrNotExist)
	// The file is made here so that nobody else can read it; SQLite gives its WAL the same mode.
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the SQLite file: %w", err)
	}
	info, err := file.Stat()
	if err := errors.Join(err, file.Close()); err != nil {
		return nil, fmt.Errorf("open the SQLite file: %w", err)
	}
	query := url.Values{
		"_txlock": {"immediate"},
		"_pragma": {
			"busy_timeout(10000)", "journal_mode(WAL)", "foreign_keys(1)",
			// FULL: what was answered to a client survives a power cut.
			"synchronous(FULL)",
			"journal_size_limit(67108864)",
		},
	}
	dsn := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: query.Encode()}).String()
	sqlDB, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("open the SQLite file: %w", err)
	}
	sqlDB.SetMaxOpenConns(maxConnections)
	sqlDB.SetMaxIdleConns(maxConnections)
	db := &DB{
		DB:         bun.NewDB(sqlDB, sqlitedialect.New()),
		name:       "SQLite database " + path,
		sqlitePath: path,
		sqliteFile: info,
		sqliteNew:  isNew,
		writing:    make(chan struct{}, 1),
		health:     new(health),
	}
	db.DB = db.WithQueryHook(db.health)
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open the %s: %w", db.name, db.noteDamage(err)), db.Close())
	}
	return db, nil
}

// Close closes the database. It does not wait long for one that no longer answers.
func (db *DB) Close() error {
	if db.links != nil {
		defer db.links.closeSoon()()
	}
	return db.DB.Close()
}

// Name describes the database for people, without credentials.
func (db *DB) Name() string { return db.name }

// IsPostgres says which of the two databases this is.
func (db *DB) IsPostgres() bool { return db.Dialect().Name() == dialect.PG }

// Write runs fn, which executes single statements, in turn with other writers.
func (db *DB) Write(ctx context.Context, fn func(ctx context.Context, db bun.IDB) error) error {
	release, err := db.acquireWriter(ctx)
	if err != nil {
		return err
	}
	defer release()
	if err := db.CheckStorage(); err != nil {
		return err
	}
	err = db.written(fn(ctx, db.DB))
	db.health.wrote(err, time.Now())
	return err
}

// WriteTx runs fn in a transaction, in turn with other writers. An error of fn rolls back
// and is returned as it is.
func (db *DB) WriteTx(ctx context.Context, fn func(ctx context.Context, tx bun.Tx) error) error {
	release, err := db.acquireWriter(ctx)
	if err != nil {
		return err
	}
	defer release()
	if err := db.CheckStorage(); err != nil {
		return err
	}
	err = db.written(db.RunInTx(ctx, nil, fn))
	db.health.wrote(err, time.Now())
	return err
}

func (db *DB) acquireWriter(ctx context.Context) (release func(), err error) {
	if db.writing == nil {
		return func() {}, nil
	}
	select {
	case db.writing <- struct{}{}:
		return func() { <-db.writing }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to write to the database: %w", context.Cause(ctx))
	}
}

func (db *DB) migrationFiles() (fs.FS, error) {
	if db.IsPostgres() {
		return fs.Sub(migrations.Postgres, "postgres")
	}
	return fs.Sub(migrations.SQLite, "sqlite")
}
