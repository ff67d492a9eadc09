package joblog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"mailferry/internal/database"
	"mailferry/internal/imapsync"
	"mailferry/internal/models"
	databasetest "mailferry/internal/testkit/database"
)

var errNoJob = errors.New("there is no such job")

// rows are jobs as they are in the database.
type rows struct{ db *database.DB }

func (r rows) Job(ctx context.Context, id int64) (*models.MigrationJob, error) {
	job := new(models.MigrationJob)
	if n, err := r.db.NewSelect().Model(job).Where("id = ?", id).ScanAndCount(ctx); err == nil && n == 0 {
		return nil, errNoJob
	} else if err != nil {
		return nil, errors.Join(errNoJob, err)
	}
	return job, nil
}

func newLogs(db *database.DB) *Logs {
	return New(Config{DB: db, Jobs: rows{db}, Logger: slog.New(slog.DiscardHandler), Limit: 1 << 30})
}

// runningJob is the row of a job that is claimed.
func runningJob(tb testing.TB, db *database.DB) *models.MigrationJob {
	tb.Helper()
	now := time.Now().UTC()
	job := &models.MigrationJob{
		Name: "someone", Status: models.Running, Engine: models.Builtin, Owner: "this server", Claim: 1, CreatedAt: now, StartedAt: &now, Attempt: 1,
		Source:      models.Endpoint{Host: "old.example.org", Port: 993, Security: imapsync.TLS, User: "someone"},
		Destination: models.Endpoint{Host: "new.example.org", Port: 993, Security: imapsync.TLS, User: "someone"},
	}
	err := db.WriteTx(tb.Context(), func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewInsert().Model(job).ExcludeColumn("source_password", "destination_password").Returning("id").Exec(ctx)
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return job
}

// execute changes rows as the owner of a job does.
func execute(t *testing.T, db *database.DB, query string, args ...any) {
	t.Helper()
	err := db.Write(t.Context(), func(ctx context.Context, db bun.IDB) error {
		_, err := db.NewRaw(query, args...).Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// end writes the end of a job and tells its tails.
func end(t *testing.T, db *database.DB, writer *Writer) {
	t.Helper()
	size, err := Measure(t.Context(), db, writer.claimed.ID)
	if err != nil {
		t.Fatal(err)
	}
	execute(t, db, "UPDATE migration_jobs SET status = ?, finished_at = started_at, log_size = ? WHERE id = ?", models.Succeeded, size, writer.claimed.ID)
	writer.End(models.Succeeded)
}

// follow reads a tail to its end and says what it got.
func follow(t *testing.T, logs *Logs, jobID, offset int64) string {
	t.Helper()
	tail, err := logs.Follow(t.Context(), jobID, offset)
	if err != nil {
		t.Error(err)
		return ""
	}
	defer tail.Close()
	var text strings.Builder
	for {
		chunk, err := tail.Next(t.Context())
		if errors.Is(err, io.EOF) {
			return text.String()
		}
		if err != nil {
			t.Error(err)
			return ""
		}
		if len(chunk.Chunk) > maxChunk || !utf8.ValidString(chunk.Chunk) || chunk.NewOffset != chunk.Offset+int64(len(chunk.Chunk)) {
			t.Errorf("a piece from %d to %d has %d bytes", chunk.Offset, chunk.NewOffset, len(chunk.Chunk))
		}
		text.WriteString(chunk.Chunk)
	}
}

func TestTailsGetExactlyWhatIsStoredWhileItIsWritten(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		logs := newLogs(db)
		job := runningJob(t, db)
		writer := logs.Writer(job)
		defer writer.Close()
		writer.Begin()
		recorder := writer.Record([]string{"hunter2"}, func([]byte) {})
		var all sync.WaitGroup
		texts := make([]string, 4)
		for i := range texts {
			all.Go(func() { texts[i] = follow(t, logs, job.ID, 0) })
		}
		all.Go(func() {
			if err := recorder.Run(t.Context()); err != nil {
				t.Error(err)
			}
			end(t, db, writer)
		})
		var printed strings.Builder
		for n := range 20_000 {
			line := fmt.Sprintf("%d größer als hunter2 \x00€\n", n)
			printed.WriteString(strings.ReplaceAll(strings.ReplaceAll(line, "\x00", ""), "hunter2", "***"))
			if _, err := io.WriteString(recorder, line); err != nil {
				t.Fatal(err)
			}
		}
		if err := recorder.Close(); err != nil {
			t.Fatal(err)
		}
		all.Wait()
		reader, err := logs.Open(t.Context(), job.ID)
		if err != nil {
			t.Fatal(err)
		}
		stored, err := io.ReadAll(reader)
		if err != nil || string(stored) != printed.String() {
			t.Errorf("%d bytes are stored, want %d: %v", len(stored), printed.Len(), err)
		}
		for i, text := range slices.Concat(texts, []string{follow(t, logs, job.ID, 0)}) {
			if text != string(stored) {
				t.Errorf("tail %d got %d bytes that differ from the %d stored", i, len(text), len(stored))
			}
		}
	})
}

func TestALogGoesOnAtItsOffsetWhenItsJobIsRunAgain(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		logs := newLogs(db)
		job := runningJob(t, db)
		first := logs.Writer(job)
		first.Begin()
		record(t, first, "one\n")
		tail, err := logs.Follow(t.Context(), job.ID, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer tail.Close()
		if chunk, err := tail.Next(t.Context()); err != nil || chunk.Chunk != "one\n" || chunk.EOF {
			t.Fatalf("%+v, %v", chunk, err)
		}
		execute(t, db, "UPDATE migration_jobs SET status = ?, owner = '', log_size = 4 WHERE id = ?", models.Queued, job.ID)
		logs.Suspend(job.ID)
		first.Close()
		if err := logs.Append(t.Context(), job, 4, []byte("too late")); !errors.Is(err, ErrClaimLost) {
			t.Errorf("the log of a job that waits was appended to: %v", err)
		}
		execute(t, db, "UPDATE migration_jobs SET status = ?, owner = ?, claim = 2 WHERE id = ?", models.Running, job.Owner, job.ID)
		if job, err = (rows{db}).Job(t.Context(), job.ID); err != nil {
			t.Fatal(err)
		}
		second := logs.Writer(job)
		defer second.Close()
		second.Begin()
		record(t, second, "two\n")
		end(t, db, second)
		if chunk, err := tail.Next(t.Context()); err != nil || chunk.Offset != 4 || chunk.Chunk != "two\n" || !chunk.EOF {
			t.Errorf("%+v, %v", chunk, err)
		}
	})
}

// record stores all that a run prints.
func record(t *testing.T, writer *Writer, text string) {
	t.Helper()
	recorder := writer.Record(nil, func([]byte) {})
	_, writeErr := io.WriteString(recorder, text)
	if err := errors.Join(writeErr, recorder.Close(), recorder.Run(t.Context())); err != nil {
		t.Fatal(err)
	}
}

func TestWhatLiesOutsideOfALogIsRefusedByItsField(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		logs := newLogs(db)
		job := runningJob(t, db)
		for _, c := range []struct {
			offset int64
			limit  int
			field  string
		}{{-1, 1, "offset"}, {1, 1, "offset"}, {0, 0, "limit"}, {0, MaxRead + 1, "limit"}} {
			_, err := logs.Read(t.Context(), job.ID, c.offset, c.limit)
			if refused, ok := errors.AsType[*RangeError](err); !ok || refused.Field != c.field {
				t.Errorf("%d bytes from %d: %v", c.limit, c.offset, err)
			}
		}
		if _, err := logs.Follow(t.Context(), job.ID, 1); err == nil {
			t.Error("a tail begins after the end of the log")
		}
		if _, err := logs.Follow(t.Context(), job.ID+1, 0); !errors.Is(err, errNoJob) {
			t.Errorf("a tail of a job that is not there: %v", err)
		}
	})
}

func TestTheRingBufferKeepsTheNewestBytesAndNoMore(t *testing.T) {
	t.Parallel()
	var ring ringBuffer
	var log strings.Builder
	for n := range 3000 {
		text := strings.Repeat(fmt.Sprintf("größer %d\n", n), 1+n%40)
		ring.append(int64(log.Len()), text)
		log.WriteString(text)
		oldest := int(ring.pieces[0].start)
		if held := log.Len() - oldest; held != ring.bytes || held > ringSize+maxChunk || held < min(ringSize, log.Len()) {
			t.Fatalf("of %d bytes %d are held, which are counted as %d", log.Len(), held, ring.bytes)
		}
		if text, ok := ring.from(int64(oldest)); !ok || !strings.HasPrefix(log.String()[oldest:], text) || text == "" {
			t.Fatalf("from %d there is %q", oldest, text)
		}
		if _, ok := ring.from(int64(oldest) - 1); ok {
			t.Fatalf("byte %d is still held", oldest-1)
		}
	}
}
