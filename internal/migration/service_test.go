package migration_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"mailferry/internal/database"
	"mailferry/internal/migration"
	"mailferry/internal/models"
	"mailferry/internal/secret"
	"mailferry/internal/testkit/process"
)

// harness is a service on a database of its own, whose engine is this test binary.
type harness struct {
	*migration.Service

	t      *testing.T
	db     *database.DB
	folder string
	log    *syncBuffer
	config migration.Config
}

type syncBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// newHarness returns a service that is not started; it is stopped when the test ends.
func newHarness(t *testing.T, db *database.DB, change ...func(*migration.Config)) *harness {
	t.Helper()
	h := &harness{t: t, db: db, folder: t.TempDir(), log: new(syncBuffer)}
	keys, err := secret.ParseKeys(secret.GenerateKey())
	if err != nil {
		t.Fatal(err)
	}
	h.config = migration.Config{
		DB: db, Keys: keys, Engine: migration.BuiltinEngine,
		Builtin:     migration.Program{Path: os.Args[0], Args: []string{testEngine}},
		Environment: append(process.CoverageEnvironment(t), folderVariable+"="+h.folder),
		CancelGrace: 300 * time.Millisecond,
		Logger:      slog.New(slog.NewTextHandler(h.log, nil)),
	}
	for _, c := range change {
		c(&h.config)
	}
	h.Service = migration.NewService(h.config)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := h.Stop(ctx); err != nil {
			t.Errorf("stop: %v", err)
		}
		if t.Failed() {
			t.Logf("service log:\n%s", h.log)
		}
	})
	return h
}

// start starts the service.
func (h *harness) start() *harness {
	h.t.Helper()
	if err := h.Start(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	return h
}

// input is a valid job whose engine behaves so, to a mailbox of its own.
func input(behaviour string) migration.NewJob {
	return migration.NewJob{
		Source:      migration.EndpointInput{Host: "old.example.org", User: behaviour, Password: "source-password-1", VerifyCertificate: true},
		Destination: migration.EndpointInput{Host: "new.example.org", User: "someone-" + rand.Text(), Password: "destination-password-2", VerifyCertificate: true},
	}
}

func (h *harness) create(behaviour string) *models.MigrationJob {
	h.t.Helper()
	job, err := h.CreateJob(h.t.Context(), input(behaviour))
	if err != nil {
		h.t.Fatal(err)
	}
	return job
}

// waitFor waits until a job fulfils a condition.
func (h *harness) waitFor(id int64, what string, fulfils func(*models.MigrationJob) bool) *models.MigrationJob {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), 90*time.Second)
	defer cancel()
	watch, err := h.WatchJobs(ctx, &id)
	if err != nil {
		h.t.Fatal(err)
	}
	defer watch.Close()
	var job *models.MigrationJob
	for {
		next, err := watch.Next(ctx)
		if err == nil {
			job = next.Job
		}
		if err != nil {
			h.t.Fatalf("job %d did not become %s: %v\n%+v", id, what, err, job)
		}
		if fulfils(job) {
			return job
		}
	}
}

func (h *harness) waitEnd(id int64) *models.MigrationJob {
	h.t.Helper()
	return h.waitFor(id, "ended", func(job *models.MigrationJob) bool { return job.Status.Ended() })
}

func (h *harness) waitStatus(id int64, status models.JobStatus) *models.MigrationJob {
	h.t.Helper()
	return h.waitFor(id, string(status), func(job *models.MigrationJob) bool { return job.Status == status })
}

// wholeLog follows a job's log from offset to its end.
func (h *harness) followLog(id, offset int64) string {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), 60*time.Second)
	defer cancel()
	tail, err := h.TailLog(ctx, id, offset)
	if err != nil {
		h.t.Fatal(err)
	}
	defer tail.Close()
	var text strings.Builder
	at := offset
	for {
		chunk, err := tail.Next(ctx)
		if errors.Is(err, io.EOF) {
			return text.String()
		}
		if err != nil {
			h.t.Fatalf("tail of job %d at %d: %v", id, at, err)
		}
		if text.Len() == 0 {
			at = chunk.Offset
		}
		if chunk.Offset != at || chunk.NewOffset != at+int64(len(chunk.Chunk)) {
			h.t.Fatalf("tail of job %d at %d got offsets %d to %d with %d bytes", id, at, chunk.Offset, chunk.NewOffset, len(chunk.Chunk))
		}
		at = chunk.NewOffset
		text.WriteString(chunk.Chunk)
	}
}

// storedLog reads a job's log as a download does.
func (h *harness) storedLog(id int64) string {
	h.t.Helper()
	log, err := h.OpenLog(h.t.Context(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	text, err := io.ReadAll(log)
	if err != nil {
		h.t.Fatal(err)
	}
	return string(text)
}

func (h *harness) file(name string) string { return h.folder + "/" + name }

func wantError(t *testing.T, err error, code migration.Code, field, part string) {
	t.Helper()
	var e *migration.Error
	if !errors.As(err, &e) || e.Code != code || e.Field != field || !strings.Contains(e.Message, part) {
		t.Errorf("error %#v (%v), want %s at %q with %q", err, err, code, field, part)
	}
}
