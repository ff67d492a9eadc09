package database

import (
	"context"
	"fmt"

	"github.com/uptrace/bun/migrate"
)

// Migrate applies the migrations that are not applied yet, each in its own transaction, and
// returns their names. It refuses a database of a newer version ([ErrNewer]) and one that lacks
// tables or columns which the migrations have made. The caller holds the lease: see [DB.Acquire].
func (db *DB) Migrate(ctx context.Context) ([]string, error) {
	if err := db.CheckVersion(ctx); err != nil {
		return nil, err
	}
	known, err := db.knownMigrations()
	if err != nil {
		return nil, err
	}
	// Without this option bun marks a migration as applied before it runs, and one that
	// fails is then never run again.
	migrator := migrate.NewMigrator(db.DB, known, migrate.WithMarkAppliedOnSuccess(true))
	if err := migrator.Init(ctx); err != nil {
		return nil, fmt.Errorf("prepare the table of migrations: %w", err)
	}
	// A migration of a large table takes as long as it takes.
	if db.links != nil {
		defer db.links.patience.Store(db.links.patience.Swap(0))
	}
	group, err := migrator.Migrate(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrate the %s: %w", db.name, err)
	}
	names := make([]string, 0, len(group.Migrations))
	for _, migration := range group.Migrations {
		names = append(names, migration.Name+"_"+migration.Comment)
	}
	return names, db.checkSchema(ctx)
}
