package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"mailferry/internal/database"
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

// Lock opens the database as its one owner.
func (d Database) Lock(ctx context.Context) (*database.DB, *database.Lock, error) {
	db, err := database.Open(ctx, d.Config())
	if err != nil {
		return nil, nil, err
	}
	lock, err := db.Lock(ctx)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return db, lock, nil
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
