package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"mailferry/e2e/script"
	"mailferry/internal/testkit/postgres"
	"mailferry/internal/testkit/process"
)

// mailferry runs a command of the binary to its end and returns what it printed.
func (s *setup) mailferry(args ...string) (string, error) {
	cmd := exec.CommandContext(s.t.Context(), os.Getenv(binaryVariable), args...)
	cmd.Env = s.env
	text, err := cmd.CombinedOutput()
	return string(text), err
}

// busy starts a server with jobs that have ended, that run and that wait, and returns once the logs grow.
func (s *setup) busy() (server *server, ended, running, queued []job) {
	s.t.Helper()
	server = s.start("MAILFERRY_SLOTS=3")
	ended = server.create(scripted("ended-a", 500, 0), scripted("ended-b", 2000, 0))
	for _, one := range ended {
		server.waitEnd(one.ID)
	}
	running = server.create(scripted("running-a", 1_000_000, time.Millisecond), scripted("running-b", 1_000_000, time.Millisecond),
		scripted("running-c", 1_000_000, 100*time.Microsecond))
	queued = server.create(scripted("queued-a", 10, 0), scripted("queued-b", 10, 0))
	waitUntil(s.t, "the logs grow", func() bool {
		return !slices.ContainsFunc(running, func(j job) bool { return server.job(j.ID).LogSize < 20_000 })
	})
	return server, ended, running, queued
}

// checkRestored starts a server on what was restored: each job is there, each log is a whole beginning of what its
// engine printed, and the jobs that waited run, which needs their passwords.
func (s *setup) checkRestored(original *server, ended, running, queued []job) {
	s.t.Helper()
	restored := s.start()
	for _, one := range ended {
		if got, want := restored.download(one.ID), original.download(one.ID); got != want || want == "" {
			s.t.Errorf("the log of job %s has %d bytes, the original %d", one.Name, len(got), len(want))
		}
	}
	for _, one := range running {
		got, log := restored.job(one.ID), restored.download(one.ID)
		if got.Status != "INTERRUPTED" || len(log) < 20_000 || !strings.HasPrefix(original.download(one.ID), log) || log != script.Log(len(log)) {
			s.t.Errorf("job %s is %s, its log has %d bytes", one.Name, got.Status, len(log))
		}
	}
	for _, one := range queued {
		if got := restored.waitEnd(one.ID); got.StartedAt == nil || restored.download(one.ID) == "" {
			s.t.Errorf("job %s, which waited, did not run: %+v", one.Name, got)
		}
	}
}

func TestABackupTakenWhileJobsRunIsRestoredElsewhereWithEveryJobLogAndPassword(t *testing.T) {
	t.Parallel()
	setup := newSetup(t, "")
	server, ended, running, queued := setup.busy()
	file := filepath.Join(setup.folder, "backup")
	if text, err := setup.mailferry("backup", file); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if text, err := setup.mailferry("backup", "--verify", file); err != nil || !strings.Contains(text, "All 14 sealed passwords open") {
		t.Errorf("verify: %v\n%s", err, text)
	}
	if text, err := setup.mailferry("restore", "--force", file); err == nil || !strings.Contains(text, "another Mailferry server") {
		t.Errorf("a restore over the running server: %v\n%s", err, text)
	}
	elsewhere := newSetup(t, "")
	text, err := elsewhere.mailferry("restore", file)
	if err != nil || !strings.Contains(text, "Before a server starts here, bring the key ") {
		t.Errorf("restore: %v\n%s", err, text)
	}
	key, err := os.ReadFile(filepath.Join(setup.folder, "data", "encryption.key"))
	if err != nil {
		t.Fatal(err)
	}
	if content, err := os.ReadFile(file); err != nil || strings.Contains(string(content), strings.TrimSpace(string(key))) {
		t.Errorf("the key is in the backup (%v)", err)
	}
	if err := os.WriteFile(filepath.Join(elsewhere.folder, "data", "encryption.key"), key, 0o600); err != nil {
		t.Fatal(err)
	}
	elsewhere.checkRestored(server, ended, running, queued)
	if got := server.job(running[0].ID).Status; got != "RUNNING" {
		t.Errorf("the original's job is %s", got)
	}
}

// As docs/backup.md says.
func TestPostgresIsBackedUpByItsOwnToolsWhileJobsRun(t *testing.T) {
	t.Parallel()
	dump, err := process.FindProgram("pg_dump", "postgresql-client", "/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin")
	process.Check(t, err)
	restore, err := process.FindProgram("pg_restore", "postgresql-client", "/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin")
	process.Check(t, err)
	url := postgres.New(t)
	setup := newSetup(t, url)
	server, ended, running, queued := setup.busy()
	if text, err := setup.mailferry("backup", filepath.Join(setup.folder, "backup")); err == nil || !strings.Contains(text, "pg_dump") {
		t.Errorf("mailferry backup with Postgres: %v\n%s", err, text)
	}
	file := filepath.Join(setup.folder, "dump")
	elsewhere := newSetup(t, postgres.New(t))
	for _, args := range [][]string{
		{dump, "--format=custom", "--exclude-table-data=leases", "--exclude-table-data=sessions", "--file=" + file, url},
		{restore, "--exit-on-error", "--single-transaction", "--no-owner", "--dbname=" + urlOf(elsewhere), file},
	} {
		if text, err := exec.CommandContext(t.Context(), args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
	}
	key, err := os.ReadFile(filepath.Join(setup.folder, "data", "encryption.key"))
	if err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(elsewhere.folder, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "encryption.key"), key, 0o600); err != nil {
		t.Fatal(err)
	}
	elsewhere.checkRestored(server, ended, running, queued)
	server.signal(syscall.SIGTERM)
	server.wait()
}

// urlOf is the address of a setup's Postgres.
func urlOf(s *setup) string {
	for _, entry := range s.env {
		if url, ok := strings.CutPrefix(entry, "DATABASE_URL="); ok {
			return url
		}
	}
	return ""
}
