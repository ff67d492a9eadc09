package database_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/uptrace/bun"

	"mailferry/internal/database"
	databasetest "mailferry/internal/testkit/database"
	"mailferry/internal/testkit/postgres"
)

func TestMain(m *testing.M) {
	code := m.Run()
	postgres.Stop()
	os.Exit(code)
}

func configs(t *testing.T) map[string]database.Config {
	t.Helper()
	return map[string]database.Config{"SQLite": databasetest.SQLite(t), "Postgres": {URL: postgres.New(t)}}
}

func TestMigrationsAreAppliedOnce(t *testing.T) {
	t.Parallel()
	for name, config := range configs(t) {
		db, err := database.Open(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		first, err := db.Migrate(t.Context())
		if err != nil || len(first) == 0 || !strings.HasPrefix(first[0], "0001_") {
			t.Errorf("%s: first run applied %v, %v", name, first, err)
		}
		second, err := db.Migrate(t.Context())
		if err != nil || len(second) != 0 {
			t.Errorf("%s: second run applied %v, %v", name, second, err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestWritersOfSQLiteTakeTurns(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		if _, err := db.Exec("CREATE TABLE numbers (n bigint)"); err != nil {
			t.Fatal(err)
		}
		var failed atomic.Int32
		done := make(chan struct{})
		const writers, each = 8, 25
		for range writers {
			go func() {
				defer func() { done <- struct{}{} }()
				for range each {
					err := db.WriteTx(t.Context(), func(ctx context.Context, tx bun.Tx) error {
						_, err := tx.ExecContext(ctx, "INSERT INTO numbers SELECT count(*) FROM numbers")
						return err
					})
					if err != nil {
						failed.Add(1)
					}
				}
			}()
		}
		for range writers {
			<-done
		}
		count, err := db.NewSelect().Table("numbers").Count(t.Context())
		if err != nil || failed.Load() != 0 || count != writers*each {
			t.Errorf("%d writes failed, %d rows, %v", failed.Load(), count, err)
		}
	})
}

func TestAFailedTransactionLeavesNothing(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		broken := errors.New("broken")
		err := db.WriteTx(t.Context(), func(ctx context.Context, tx bun.Tx) error {
			if _, err := tx.ExecContext(ctx, "UPDATE migration_job_counts SET count = 7"); err != nil {
				return err
			}
			return broken
		})
		var total int
		if scanErr := db.NewRaw("SELECT sum(count) FROM migration_job_counts").Scan(t.Context(), &total); scanErr != nil {
			t.Fatal(scanErr)
		}
		if !errors.Is(err, broken) || total != 0 {
			t.Errorf("transaction gave %v and left %d", err, total)
		}
	})
}

func TestTheSQLiteFileIsItsOwnersAlone(t *testing.T) {
	t.Parallel()
	config := database.Config{DataDir: filepath.Join(t.TempDir(), "a b%3F?#", "data")}
	databasetest.Open(t, config)
	files, err := os.ReadDir(config.DataDir)
	if err != nil || len(files) == 0 {
		t.Fatalf("the data folder holds %v, %v", files, err)
	}
	for _, file := range files {
		info, err := file.Info()
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %s, %v", file.Name(), info.Mode(), err)
		}
	}
}

func TestAWrongDatabaseURLIsRefusedWithoutRepeatingIt(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"mysql://root:canary@host/db", "postgres://user:canary@127.0.0.1:x/db", "postgres://user:canary@127.0.0.1:1/db"} {
		_, err := database.Open(t.Context(), database.Config{URL: url})
		if err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s gave %v", url, err)
		}
	}
}
