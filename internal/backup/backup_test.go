package backup_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"mailferry/internal/backup"
	"mailferry/internal/database"
	"mailferry/internal/models"
	"mailferry/internal/secret"
	databasetest "mailferry/internal/testkit/database"
)

const canary = "canary-password-7f3e"

func newKeys(t *testing.T) *secret.Keyring {
	t.Helper()
	keys, err := secret.ParseKeys(secret.GenerateKey())
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// addJob inserts a job with sealed passwords, as the service does.
func addJob(ctx context.Context, db *database.DB, keys *secret.Keyring, status models.JobStatus) (*models.MigrationJob, error) {
	now := time.Now().UTC()
	job := &models.MigrationJob{
		Name: "job", Status: status, Engine: models.Builtin, CreatedAt: now,
		Source:      models.Endpoint{Host: "old.example.org", Port: 993, Security: "TLS", User: "a"},
		Destination: models.Endpoint{Host: "new.example.org", Port: 993, Security: "TLS", User: "a"},
	}
	if status.Ended() {
		job.FinishedAt = &now
	}
	return job, db.WriteTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewInsert().Model(job).Exec(ctx); err != nil {
			return err
		}
		for side, endpoint := range map[string]*models.Endpoint{"source": &job.Source, "destination": &job.Destination} {
			blob, err := keys.Seal(secret.Binding{Table: "migration_jobs", Row: job.ID, Side: side}, []byte(canary))
			if err != nil {
				return err
			}
			endpoint.SealedPassword = blob
		}
		_, err := tx.NewUpdate().Model(job).Column("source_password", "destination_password").WherePK().Exec(ctx)
		return err
	})
}

// appendLog adds a piece to the log of a job and says so in its row, in one transaction.
func appendLog(ctx context.Context, db *database.DB, job *models.MigrationJob, piece []byte) error {
	return db.WriteTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewInsert().Model(&models.LogChunk{JobID: job.ID, StartOffset: job.LogSize, Data: piece}).Exec(ctx); err != nil {
			return err
		}
		job.LogSize += int64(len(piece))
		_, err := tx.NewUpdate().Model(job).Column("log_size").WherePK().Exec(ctx)
		return err
	})
}

func open(t *testing.T, folder string) *database.DB {
	t.Helper()
	return databasetest.Open(t, database.Config{DataDir: folder})
}

func TestABackupUnderLoadIsOneMomentOfTheDatabaseAndEverySecretInItOpens(t *testing.T) {
	t.Parallel()
	folder, keys := t.TempDir(), newKeys(t)
	db := open(t, folder)
	ctx, stop := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	grown := make(chan struct{}, 1)
	for range 4 {
		writers.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				job, err := addJob(t.Context(), db, keys, models.Running)
				for i := range 20 {
					if err == nil {
						err = appendLog(t.Context(), db, job, fmt.Appendf(nil, "job %d, line %d %s\n", job.ID, i, strings.Repeat("x", n%4000)))
					}
				}
				if err != nil {
					t.Error(err)
					return
				}
				select {
				case grown <- struct{}{}:
				default:
				}
			}
		})
	}
	other := open(t, folder) // as a process of its own would
	last := int64(0)
	for round := range 5 {
		for range 6 { // with four writers, at least one has begun a job since the last backup
			<-grown
		}
		path := filepath.Join(t.TempDir(), "backup")
		manifest, err := backup.Write(t.Context(), other, path, "v1", false)
		if err != nil {
			t.Fatal(err)
		}
		if manifest.Jobs <= last {
			t.Errorf("backup %d has %d jobs, the one before had %d: nothing was written meanwhile", round, manifest.Jobs, last)
		}
		last = manifest.Jobs
		checkRestored(t, path, keys, manifest)
	}
	stop()
	writers.Wait()
}

// checkRestored restores a backup and reads every job, log and secret of it.
func checkRestored(t *testing.T, path string, keys *secret.Keyring, manifest backup.Manifest) {
	t.Helper()
	target := filepath.Join(t.TempDir(), "elsewhere")
	if _, err := backup.Restore(t.Context(), path, backup.Target{Folder: target}); err != nil {
		t.Fatal(err)
	}
	for name, mode := range map[string]os.FileMode{path: 0o600, target: 0o700, filepath.Join(target, database.SQLiteFile): 0o600} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v, want the mode %o", name, info.Mode(), err, mode)
		}
	}
	restored := open(t, target)
	var jobs []*models.MigrationJob
	if err := restored.NewSelect().Model(&jobs).Scan(t.Context()); err != nil {
		t.Fatal(err)
	}
	if int64(len(jobs)) != manifest.Jobs || manifest.Jobs == 0 || manifest.Secrets != 2*manifest.Jobs {
		t.Errorf("%d jobs were restored; the manifest says %+v", len(jobs), manifest)
	}
	for _, job := range jobs {
		plain, err := keys.Open(secret.Binding{Table: "migration_jobs", Row: job.ID, Side: "destination"}, job.Destination.SealedPassword)
		if err != nil || string(plain) != canary {
			t.Errorf("the password of job %d: %q, %v", job.ID, plain, err)
		}
		var chunks []models.LogChunk
		if err := restored.NewSelect().Model(&chunks).Where("job_id = ?", job.ID).OrderExpr("start_offset").Scan(t.Context()); err != nil {
			t.Fatal(err)
		}
		end := int64(0)
		for _, chunk := range chunks {
			if chunk.StartOffset != end {
				t.Errorf("the log of job %d has a gap from %d to %d", job.ID, end, chunk.StartOffset)
			}
			end += int64(len(chunk.Data))
		}
		if end != job.LogSize {
			t.Errorf("the log of job %d has %d bytes, its row says %d", job.ID, end, job.LogSize)
		}
	}
}

// small is a backup of a small database, its bytes and the keys.
func small(t *testing.T) (path string, content []byte, keys *secret.Keyring) {
	t.Helper()
	db, keys := open(t, t.TempDir()), newKeys(t)
	if _, err := addJob(t.Context(), db, keys, models.Queued); err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "backup")
	if _, err := backup.Write(t.Context(), db, path, "v1", false); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return path, content, keys
}

func TestABackupThatIsCutChangedOrNoneIsRefusedAndNothingIsMade(t *testing.T) {
	t.Parallel()
	path, whole, keys := small(t)
	refuse := func(what string, content []byte, want ...error) {
		t.Helper()
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		target := filepath.Join(t.TempDir(), "data")
		_, err := backup.Restore(t.Context(), path, backup.Target{Folder: target})
		var matches bool
		for _, one := range want {
			matches = matches || errors.Is(err, one)
		}
		if !matches {
			t.Errorf("%s: restore says %v, want %v", what, err, want)
		}
		if _, err := os.Stat(target); !os.IsNotExist(err) {
			t.Errorf("%s: a folder was made", what)
		}
		if _, _, err := backup.Verify(t.Context(), path, keys); err == nil {
			t.Errorf("%s: verified", what)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for _, size := range []int{0, 1, 15, 16, 100, 4096, len(whole) / 2, len(whole) - 57, len(whole) - 56, len(whole) - 16, len(whole) - 1} {
		refuse(fmt.Sprintf("cut at %d of %d", size, len(whole)), whole[:size], backup.ErrCut)
	}
	for range 50 {
		size := random.IntN(len(whole))
		refuse(fmt.Sprintf("cut at %d of %d", size, len(whole)), whole[:size], backup.ErrCut)
		changed, at := bytes.Clone(whole), random.IntN(len(whole))
		changed[at] ^= 1 << random.IntN(8)
		refuse(fmt.Sprintf("changed at %d of %d", at, len(whole)), changed, backup.ErrChanged, backup.ErrCut, backup.ErrNoBackup)
	}
	refuse("appended to", append(bytes.Clone(whole), '\n'), backup.ErrCut)
	refuse("a hole", append(bytes.Clone(whole[:4096]), whole[8192:]...), backup.ErrChanged)
	refuse("a text", []byte("-- PostgreSQL database dump"), backup.ErrNoBackup)
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, sealed, err := backup.Verify(t.Context(), path, keys); err != nil || sealed.Secrets != 2 || len(sealed.NoKey)+len(sealed.Damaged) > 0 {
		t.Errorf("the whole one: %+v, %v", sealed, err)
	}
}

func TestVerifyingSaysWhichSecretsDoNotOpen(t *testing.T) {
	t.Parallel()
	db, keys := open(t, t.TempDir()), newKeys(t)
	var jobs []*models.MigrationJob
	for range 3 {
		job, err := addJob(t.Context(), db, keys, models.Succeeded)
		if err != nil {
			t.Fatal(err)
		}
		jobs = append(jobs, job)
	}
	// One password in the place of another's.
	if _, err := db.NewUpdate().Model(jobs[1]).Set("source_password = ?", jobs[0].Source.SealedPassword).WherePK().Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	other := newKeys(t)
	foreign, err := addJob(t.Context(), db, other, models.Succeeded)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "backup")
	manifest, err := backup.Write(t.Context(), db, path, "v1", false)
	if err != nil {
		t.Fatal(err)
	}
	if len(manifest.KeyIDs) != 2 {
		t.Errorf("the manifest names the keys %v, want two", manifest.KeyIDs)
	}
	_, sealed, err := backup.Verify(t.Context(), path, keys)
	if err != nil || fmt.Sprint(sealed.Damaged, sealed.NoKey) != fmt.Sprint([]int64{jobs[1].ID}, []int64{foreign.ID}) {
		t.Errorf("found %+v, %v; want job %d damaged and job %d without its key", sealed, err, jobs[1].ID, foreign.ID)
	}
}

func TestABackupReplacesAFileOnlyWhenToldAndLeavesNothingBesideIt(t *testing.T) {
	t.Parallel()
	db, folder := open(t, t.TempDir()), t.TempDir()
	path := filepath.Join(folder, "backup")
	if err := os.WriteFile(path, []byte("something dear"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Write(t.Context(), db, path, "v1", false); !errors.Is(err, backup.ErrExists) {
		t.Errorf("over a file that is there: %v", err)
	}
	if text, _ := os.ReadFile(path); string(text) != "something dear" {
		t.Errorf("the file holds %q", text)
	}
	if _, err := backup.Write(t.Context(), db, path, "v1", true); err != nil {
		t.Error(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := backup.Write(ended, db, filepath.Join(folder, "interrupted"), "v1", false); err == nil {
		t.Error("a backup was written although its context has ended")
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
}

func TestADeletedSecretIsNotInABackup(t *testing.T) {
	t.Parallel()
	db, keys := open(t, t.TempDir()), newKeys(t)
	job, err := addJob(t.Context(), db, keys, models.Succeeded)
	if err != nil {
		t.Fatal(err)
	}
	blob := bytes.Clone(job.Source.SealedPassword)
	if _, err := db.NewUpdate().Model(job).Set("source_password = NULL").WherePK().Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "backup")
	if _, err := backup.Write(t.Context(), db, path, "v1", false); err != nil {
		t.Fatal(err)
	}
	if content, err := os.ReadFile(path); err != nil || bytes.Contains(content, blob) {
		t.Errorf("the sealed password that was deleted is in the backup (%v)", err)
	}
}

func TestRestoringKeepsToAnEmptyFolder(t *testing.T) {
	t.Parallel()
	path, _, _ := small(t)
	folder := t.TempDir()
	put := func(name string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(folder, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("encryption.key")
	put("mailferry.db-wal")
	target := backup.Target{Folder: folder, Keep: []string{"encryption.key"}}
	if _, err := backup.Restore(t.Context(), path, target); !errors.Is(err, backup.ErrNotEmpty) {
		t.Errorf("into a folder with a stray second file: %v", err)
	}
	target.Replace = true
	if _, err := backup.Restore(t.Context(), path, target); err != nil {
		t.Error(err)
	}
	if n, err := open(t, folder).NewSelect().Model((*models.MigrationJob)(nil)).Count(t.Context()); n != 1 || err != nil {
		t.Errorf("%d jobs, %v", n, err)
	}
}

func TestADatabaseThatIsReplacedIsKeptBesideAndOneInUseIsNotReplaced(t *testing.T) {
	t.Parallel()
	path, _, keys := small(t)
	folder := t.TempDir()
	db, err := database.Open(t.Context(), database.Config{DataDir: folder})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := addJob(t.Context(), db, keys, models.Queued); err != nil {
			t.Fatal(err)
		}
	}
	target := backup.Target{Folder: folder, Replace: true}
	lease, err := db.Acquire(t.Context(), database.LeaseConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Restore(t.Context(), path, target); !errors.Is(err, database.ErrTaken) {
		t.Errorf("while a server owns it: %v", err)
	}
	if err := lease.Release(); err != nil {
		t.Fatal(err)
	}
	// One of another machine has no lock here, only its lease.
	if _, err := db.NewRaw("UPDATE leases SET owner = 'x', holder = 'elsewhere', deadline = '2999-01-01 00:00:00.000+00:00'").Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Restore(t.Context(), path, target); !errors.Is(err, database.ErrTaken) || !strings.Contains(err.Error(), "elsewhere") {
		t.Errorf("while a server of another machine owns it: %v", err)
	}
	if _, err := db.NewRaw("UPDATE leases SET owner = ''").Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	restored, err := backup.Restore(t.Context(), path, target)
	if err != nil {
		t.Fatal(err)
	}
	aside := t.TempDir()
	if err := os.Rename(restored.SetAside, filepath.Join(aside, database.SQLiteFile)); err != nil {
		t.Fatal(err)
	}
	for place, want := range map[string]int64{folder: 1, aside: 2} {
		if n, err := open(t, place).NewSelect().Model((*models.MigrationJob)(nil)).Count(t.Context()); n != want || err != nil {
			t.Errorf("%s has %d jobs, %v, want %d", place, n, err, want)
		}
	}
}

func TestABackupOfANewerVersionIsRefused(t *testing.T) {
	t.Parallel()
	db := open(t, t.TempDir())
	if _, err := db.NewRaw("INSERT INTO bun_migrations (name, group_id, migrated_at) VALUES ('9999', 9, CURRENT_TIMESTAMP)").Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	path, target := filepath.Join(t.TempDir(), "backup"), filepath.Join(t.TempDir(), "data")
	if _, err := backup.Write(t.Context(), db, path, "v9", false); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Restore(t.Context(), path, backup.Target{Folder: target}); !errors.Is(err, database.ErrNewer) {
		t.Errorf("restore: %v", err)
	}
	if _, err := os.Stat(target); !os.IsNotExist(err) {
		t.Error("a folder was made")
	}
}

func TestIdsAreNotUsedAgainAndNobodyIsSignedInAfterARestore(t *testing.T) {
	t.Parallel()
	db, keys := open(t, t.TempDir()), newKeys(t)
	job, err := addJob(t.Context(), db, keys, models.Succeeded)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		"DELETE FROM migration_jobs", "INSERT INTO sessions (token_hash, data, expires_at) VALUES ('x', x'00', '2999-01-01 00:00:00')",
	} {
		if _, err := db.NewRaw(statement).Exec(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	path, target := filepath.Join(t.TempDir(), "backup"), t.TempDir()
	if _, err := backup.Write(t.Context(), db, path, "v1", false); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Restore(t.Context(), path, backup.Target{Folder: target}); err != nil {
		t.Fatal(err)
	}
	restored := open(t, target)
	next, err := addJob(t.Context(), restored, keys, models.Queued)
	if err != nil || next.ID <= job.ID {
		t.Errorf("the next job has the id %d (%v), the deleted one had %d", next.ID, err, job.ID)
	}
	var sessions int
	if err := restored.NewRaw("SELECT count(*) FROM sessions").Scan(t.Context(), &sessions); err != nil || sessions != 0 {
		t.Errorf("%d sessions, %v", sessions, err)
	}
}

// A table with sealed secrets that nobody tells migration.OpenSecrets of would be verified without being opened.
func TestEveryColumnOfBytesIsKnown(t *testing.T) {
	t.Parallel()
	known := map[string]bool{
		"migration_jobs.source_password": true, "migration_jobs.destination_password": true, // opened
		"migration_log_chunks.data": true, "sessions.data": true, // not sealed
	}
	var found []string
	err := open(t, t.TempDir()).NewRaw("SELECT t.name || '.' || c.name FROM sqlite_master AS t JOIN pragma_table_info(t.name) AS c "+
		"WHERE t.type = 'table' AND c.type = 'BLOB'").Scan(t.Context(), &found)
	if err != nil || len(found) == 0 {
		t.Fatal(found, err)
	}
	for _, column := range found {
		if !known[column] {
			t.Errorf("%s: have migration.OpenSecrets open it if it is sealed, and name it here", column)
		}
	}
}
