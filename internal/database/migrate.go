package database

import (
	"context"
	"fmt"

	"github.com/uptrace/bun/migrate"
)

// Migrate applies the migrations that are not applied yet, each in its own transaction, and
// returns their names. The caller holds the lock: see [DB.Lock].
func (db *DB) Migrate(ctx context.Context) ([]string, error) {
	files, err := db.migrationFiles()
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	known := migrate.NewMigrations()
	if err := known.Discover(files); err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	// Without this option bun marks a migration as applied before it runs, and one that
	// fails is then never run again.
	migrator := migrate.NewMigrator(db.DB, known, migrate.WithMarkAppliedOnSuccess(true))
	if err := migrator.Init(ctx); err != nil {
		return nil, fmt.Errorf("prepare the table of migrations: %w", err)
	}
	group, err := migrator.Migrate(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrate the %s: %w", db.name, err)
	}
	names := make([]string, 0, len(group.Migrations))
	for _, migration := range group.Migrations {
		names = append(names, migration.Name+"_"+migration.Comment)
	}
	return names, nil
}
