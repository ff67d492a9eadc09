package migration_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"mailferry/internal/database"
	"mailferry/internal/migration"
	"mailferry/internal/models"
	"mailferry/internal/secret"
	databasetest "mailferry/internal/testkit/database"
)

func TestRekeyMovesEveryPasswordToTheFirstKey(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		oldKey, newKey := secret.GenerateKey(), secret.GenerateKey()
		ring := func(keys ...string) *secret.Keyring {
			k, err := secret.ParseKeys(strings.Join(keys, ","))
			if err != nil {
				t.Fatal(err)
			}
			return k
		}
		before := newHarness(t, db, func(c *migration.Config) { c.Keys = ring(oldKey) })
		var ids []int64
		for range 250 {
			ids = append(ids, before.create("echo-passwords").ID)
		}
		// One password from another row, one purged.
		swapped, purged := ids[10], ids[20]
		exec := func(query string, args ...any) {
			t.Helper()
			err := db.Write(t.Context(), func(ctx context.Context, db bun.IDB) error {
				_, err := db.NewRaw(query, args...).Exec(ctx)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		exec("UPDATE migration_jobs SET source_password = (SELECT source_password FROM migration_jobs WHERE id = ?) WHERE id = ?", ids[11], swapped)
		exec("UPDATE migration_jobs SET source_password = NULL, destination_password = NULL WHERE id = ?", purged)

		both := ring(newKey, oldKey)
		// Interrupted after the first batch, and taken up again.
		ctx, interrupt := context.WithCancel(t.Context())
		if _, err := migration.Rekey(ctx, db, both, func(migration.RekeyResult) { interrupt() }); err == nil {
			t.Fatal("an interrupted run reports no error")
		}
		result, err := migration.Rekey(t.Context(), db, both, func(migration.RekeyResult) {})
		if err != nil {
			t.Fatal(err)
		}
		if result.Moved == 0 || result.Current == 0 || result.Moved+result.Current != 248 || !slices.Equal(result.Unopened, []int64{swapped}) {
			t.Errorf("second run: %d moved, %d current, %v unopened", result.Moved, result.Current, result.Unopened)
		}
		again, err := migration.Rekey(t.Context(), db, both, func(migration.RekeyResult) {})
		if err != nil || again.Moved != 0 || again.Current != 248 {
			t.Errorf("third run: %+v, %v", again, err)
		}

		var jobs []models.MigrationJob
		if err := db.NewSelect().Model(&jobs).OrderExpr("id").Scan(t.Context()); err != nil {
			t.Fatal(err)
		}
		after := ring(newKey)
		for _, job := range jobs {
			if job.ID == swapped || job.ID == purged {
				continue
			}
			plain, err := after.Open(secret.Binding{Table: "migration_jobs", Row: job.ID, Side: "destination"}, job.Destination.SealedPassword)
			if err != nil || string(plain) != "destination-password-2" {
				t.Fatalf("job %d: %q, %v", job.ID, plain, err)
			}
		}
		if jobs[20].Source.SealedPassword != nil {
			t.Error("a purged password came back")
		}
	})
}
