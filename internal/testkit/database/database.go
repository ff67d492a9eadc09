// Package database gives tests a migrated database of each kind.
package database

import (
	"testing"

	"mailferry/internal/database"
	"mailferry/internal/testkit/postgres"
)

// Each runs test on a fresh SQLite database and on a fresh database of a real Postgres, as
// subtests in parallel. The test binary's TestMain calls postgres.Stop.
func Each(t *testing.T, test func(t *testing.T, db *database.DB)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		test(t, Open(t, SQLite(t)))
	})
	t.Run("Postgres", func(t *testing.T) {
		t.Parallel()
		test(t, Open(t, database.Config{URL: postgres.New(t)}))
	})
}

// SQLite is the configuration of a fresh SQLite database.
func SQLite(t *testing.T) database.Config {
	t.Helper()
	return database.Config{DataDir: t.TempDir()}
}

// Open opens and migrates a database, and closes it when the test ends.
func Open(t *testing.T, config database.Config) *database.DB {
	t.Helper()
	db, err := database.Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close database: %v", err)
		}
	})
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}
