package command

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"mailferry/internal/childproc"
	"mailferry/internal/database"
	"mailferry/internal/migration"
	"mailferry/internal/secret"
)

// keyFile is the name of the generated key in the data folder.
const keyFile = "encryption.key"

// Database says which database to use.
type Database struct {
	Data        string `default:"./data" env:"MAILFERRY_DATA" help:"Folder of the SQLite file and of the generated key."`
	DatabaseURL string `env:"DATABASE_URL" help:"postgres://… to use Postgres; without it SQLite." name:"database-url" placeholder:"URL"`
}

// Config is the database's own configuration.
func (d Database) Config() database.Config {
	return database.Config{URL: d.DatabaseURL, DataDir: d.Data}
}

// Own opens the database as its one owner, whose lease lasts that long after each beat. It waits where
// the last owner has not given its lease back.
func (d Database) Own(ctx context.Context, length time.Duration, logger *slog.Logger) (*database.DB, *database.Lease, error) {
	db, err := database.Open(ctx, d.Config())
	if err != nil {
		return nil, nil, err
	}
	lease, err := d.own(ctx, db, length, logger)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return db, lease, nil
}

func (d Database) own(ctx context.Context, db *database.DB, length time.Duration, logger *slog.Logger) (*database.Lease, error) {
	// Before anything is written.
	if err := db.CheckVersion(ctx); err != nil {
		return nil, err
	}
	if err := db.CheckCopy(ctx, keyFile); err != nil {
		return nil, err
	}
	host, err := os.Hostname()
	if err != nil {
		host = "an unnamed machine"
	}
	return db.Acquire(ctx, database.LeaseConfig{
		Length: length, Holder: fmt.Sprintf("process %d on %s", os.Getpid(), host),
		Process: childproc.Identity(), Gone: ownerIsGone, Logger: logger,
	})
}

// ownerIsGone says whether a server, and every process that it started, is sure to have ended.
func ownerIsGone(process, owner string) bool {
	if !childproc.Gone(process) {
		return false
	}
	left, err := childproc.WithEnviron(migration.OwnerEntry(owner))
	return err == nil && len(left) == 0
}

// with opens the database beside its owner and does something with it. Where there is none it
// says so and makes none: a mistyped folder is no reason for a second, empty database.
func (d Database) with(ctx context.Context, do func(db *database.DB) error) (err error) {
	if err := d.exists(); err != nil {
		return err
	}
	db, err := database.Open(ctx, d.Config())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	migrated, err := db.Migrated(ctx)
	if err != nil {
		return err
	}
	if !migrated {
		return fmt.Errorf("the %s has no tables of Mailferry yet: start the server once, or run mailferry migrate", db.Name())
	}
	return do(db)
}

// exists refuses an SQLite file that is not there. Whether Postgres is shows when it is asked.
func (d Database) exists() error {
	if d.DatabaseURL != "" {
		return nil
	}
	if _, err := os.Stat(filepath.Join(d.Data, database.SQLiteFile)); errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("there is no database in %s: name the server's data folder with --data or MAILFERRY_DATA, "+
			"or its Postgres with DATABASE_URL (the server makes a database when it first starts)", d.Data)
	} else if err != nil {
		return fmt.Errorf("find the database: %w", err)
	}
	return nil
}

// Keys are the ones of the environment, or those of the data folder, generated at need.
func (d Database) Keys(con Console) (*secret.Keyring, error) {
	if text := con.Getenv("MAILFERRY_ENCRYPTION_KEY"); text != "" {
		keys, err := secret.ParseKeys(text)
		if err != nil {
			return nil, fmt.Errorf("MAILFERRY_ENCRYPTION_KEY: %w", err)
		}
		return keys, nil
	}
	if err := os.MkdirAll(d.Data, 0o700); err != nil {
		return nil, fmt.Errorf("create the data folder: %w", err)
	}
	return secret.LoadOrCreate(filepath.Join(d.Data, keyFile))
}
