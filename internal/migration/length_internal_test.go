package migration

import (
	"context"
	"io"
	"log/slog"
	"testing"

	"github.com/uptrace/bun"

	"mailferry/internal/database"
	"mailferry/internal/models"
	"mailferry/internal/secret"
	databasetest "mailferry/internal/testkit/database"
)

// An append may be on its way when its server is killed: Postgres commits it after the next server has looked.
func TestALogHasOneLengthHoweverLateAnAppendOfADeadServerIsStored(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		keys, err := secret.ParseKeys(secret.GenerateKey())
		if err != nil {
			t.Fatal(err)
		}
		s := NewService(Config{DB: db, Keys: keys, Logger: slog.New(slog.DiscardHandler)})
		side := EndpointInput{Host: "old.example.org", User: "someone", Password: "x", VerifyCertificate: true}
		other := side
		other.Host = "new.example.org"
		job, err := s.CreateJob(t.Context(), NewJob{Source: side, Destination: other})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Claim(t.Context(), job.ID); err != nil {
			t.Fatal(err)
		}
		claimed := s.runs[job.ID].job
		if err := s.logs.Append(t.Context(), claimed, 0, []byte("first ")); err != nil {
			t.Fatal(err)
		}
		interrupted := make(chan error, 1)
		err = db.WriteTx(t.Context(), func(ctx context.Context, tx bun.Tx) error {
			lock := ""
			if db.IsPostgres() {
				lock = " FOR SHARE"
			}
			if _, err := tx.NewRaw("INSERT INTO migration_log_chunks (job_id, start_offset, data) SELECT id, ?, ? FROM migration_jobs WHERE id = ?"+lock,
				6, []byte("second"), job.ID).Exec(ctx); err != nil {
				return err
			}
			// The next server looks now, and has to wait.
			go func() {
				_, _, err := s.interrupt(t.Context(), claimed)
				interrupted <- err
			}()
			if db.IsPostgres() {
				for waits := false; !waits; {
					if err := db.NewRaw("SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()").Scan(ctx, &waits); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := <-interrupted; err != nil {
			t.Fatal(err)
		}
		if err := s.logs.Append(t.Context(), claimed, 12, []byte("too late")); err == nil {
			t.Error("the log of a job that has ended was appended to")
		}
		ended, err := s.Job(t.Context(), job.ID)
		if err != nil || ended.Status != models.Interrupted || ended.LogSize != int64(len("first second")) {
			t.Fatalf("%+v, %v", ended, err)
		}
		download, err := s.OpenLog(t.Context(), job.ID)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(download); err != nil || string(text) != "first second" {
			t.Errorf("the download is %q, %v", text, err)
		}
	})
}
