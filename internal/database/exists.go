package database

import (
	"context"
	"fmt"

	"github.com/uptrace/bun/dialect"
)

// SQLiteFile is the name of the SQLite file in the data folder.
const SQLiteFile = "mailferry.db"

// Migrated says whether the database holds tables of Mailferry, of whatever version.
func (db *DB) Migrated(ctx context.Context) (bool, error) {
	query := "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'bun_migrations'"
	if db.Dialect().Name() == dialect.PG {
		query = "SELECT count(*) FROM pg_class WHERE oid = to_regclass('bun_migrations')"
	}
	var tables int
	if err := db.QueryRowContext(ctx, query).Scan(&tables); err != nil {
		return false, fmt.Errorf("look for the tables in the %s: %w", db.name, err)
	}
	return tables > 0, nil
}
