package migration_test

import (
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"mailferry/internal/database"
	"mailferry/internal/joblog"
	"mailferry/internal/migration"
	"mailferry/internal/models"
	databasetest "mailferry/internal/testkit/database"
)

func TestTailsOfALoudJobGetExactlyTheStoredLog(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db)
		job := h.create("bytes 3000000")
		texts := make([]string, 8)
		var tails sync.WaitGroup
		for i := range texts {
			tails.Go(func() { texts[i] = h.followLog(job.ID, 0) })
		}
		h.start()
		h.waitStatus(job.ID, models.Succeeded)
		tails.Wait()
		stored := h.storedLog(job.ID)
		for i, text := range texts {
			if text != stored {
				t.Errorf("tail %d got %d bytes that differ from the %d stored", i, len(text), len(stored))
			}
		}
		if len(stored) < 3000000 {
			t.Errorf("%d bytes are stored of 3,000,000", len(stored))
		}
		var longest int64
		if err := db.NewRaw("SELECT max(octet_length(data)) FROM migration_log_chunks").Scan(t.Context(), &longest); err != nil {
			t.Fatal(err)
		}
		if longest > 64<<10 {
			t.Errorf("a stored piece has %d bytes", longest)
		}
	})
}

func TestATailResumesAtAnyByteWithinACharacterAtItsStart(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db).start()
		job := h.waitStatus(h.create("lines 2").ID, models.Succeeded)
		whole := h.storedLog(job.ID)
		for offset := range len(whole) + 1 {
			start := offset
			for start < len(whole) && !utf8.RuneStart(whole[start]) {
				start--
			}
			if text := h.followLog(job.ID, int64(offset)); text != whole[start:] {
				t.Fatalf("from byte %d a tail got %q, want %q", offset, text, whole[start:])
			}
			for _, limit := range []int{1, 2, 5, 1 << 20} {
				chunk, err := h.ReadLog(t.Context(), job.ID, int64(offset), limit)
				if err != nil {
					t.Fatal(err)
				}
				if chunk.Offset != int64(start) || !utf8.ValidString(chunk.Chunk) || len(chunk.Chunk) > max(limit, 2) ||
					chunk.Chunk != whole[start:chunk.NewOffset] || chunk.Chunk == "" && start < len(whole) ||
					chunk.EOF != (chunk.NewOffset == int64(len(whole))) {
					t.Fatalf("%d bytes from %d are %+v", limit, offset, chunk)
				}
			}
		}
	})
}

func TestOffsetsOutsideTheLogAreRefused(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db).start()
		job := h.waitStatus(h.create("lines 2").ID, models.Succeeded)
		for _, offset := range []int64{-1, job.LogSize + 1, 1 << 60} {
			_, err := h.TailLog(t.Context(), job.ID, offset)
			wantError(t, err, migration.BadInput, "offset", "")
			_, err = h.ReadLog(t.Context(), job.ID, offset, 10)
			wantError(t, err, migration.BadInput, "offset", "")
		}
		for _, limit := range []int{-1, 0, joblog.MaxRead + 1} {
			_, err := h.ReadLog(t.Context(), job.ID, 0, limit)
			wantError(t, err, migration.BadInput, "limit", "")
		}
		_, err := h.TailLog(t.Context(), job.ID+1, 0)
		wantError(t, err, migration.NotFound, "", "")
	})
}

func TestOutputIsStoredAsUTF8WithoutNUL(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db).start()
		job := h.waitEnd(h.create("raw").ID)
		text := h.storedLog(job.ID)
		if want := "ab\uFFFDc€\uFFFD\uFFFD\n"; !strings.HasPrefix(text, want) {
			t.Errorf("stored %q, want it to begin with %q", text, want)
		}
		if !utf8.ValidString(text) {
			t.Errorf("stored invalid UTF-8: %q", text)
		}
	})
}

func TestALogIsCutAtItsLimitAndTheJobGoesOn(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db, func(c *migration.Config) { c.LogLimit = 100_001 }).start()
		job := h.waitEnd(h.create("bytes 1000000").ID)
		if job.Status != models.Succeeded {
			t.Errorf("ended as %s: %s", job.Status, job.Error)
		}
		text := h.storedLog(job.ID)
		if len(text) > 100_001+200 || !strings.HasSuffix(text, "limit of 100001 bytes. The job went on.\n") {
			t.Errorf("log of %d bytes ends with %q", len(text), text[max(0, len(text)-100):])
		}
	})
}

func TestATailOfAWaitingJobWaitsWithItAndSeesItsFirstByte(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db)
		job := h.create("until go")
		tail, err := h.TailLog(t.Context(), job.ID, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer tail.Close()
		h.start()
		chunk, err := tail.Next(t.Context())
		if err != nil || !strings.HasPrefix(chunk.Chunk, "line 0\n") || chunk.Status != models.Running || chunk.EOF {
			t.Errorf("first event is %+v, %v", chunk, err)
		}
		if err := os.WriteFile(h.file("go"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		for err == nil && !chunk.EOF {
			chunk, err = tail.Next(t.Context())
		}
		if err != nil || !chunk.Status.Ended() {
			t.Errorf("last event is %+v, %v", chunk, err)
		}
		if _, err = tail.Next(t.Context()); !errors.Is(err, io.EOF) {
			t.Errorf("after the last event: %v", err)
		}
	})
}

func TestALogReaderSeeks(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db).start()
		job := h.waitStatus(h.create("bytes 700000").ID, models.Succeeded)
		whole := h.storedLog(job.ID)
		log, err := h.OpenLog(t.Context(), job.ID)
		if err != nil || log.Size() != int64(len(whole)) {
			t.Fatalf("opened a log of %d bytes: %v", log.Size(), err)
		}
		for _, offset := range []int64{0, 1, 65535, 65536, 65537, 300001, int64(len(whole)) - 1, int64(len(whole))} {
			if at, err := log.Seek(offset, io.SeekStart); at != offset || err != nil {
				t.Fatalf("seek to %d gave %d, %v", offset, at, err)
			}
			text, err := io.ReadAll(log)
			if err != nil || string(text) != whole[offset:] {
				t.Errorf("from %d read %d bytes, want %d: %v", offset, len(text), len(whole)-int(offset), err)
			}
		}
	})
}

func TestADeletedJobEndsItsTails(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db)
		job := h.create("lines 1")
		tail, err := h.TailLog(t.Context(), job.ID, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer tail.Close()
		err = h.DeleteJob(t.Context(), job.ID)
		wantError(t, err, migration.Conflict, "", "cancel it first")
		if _, err := h.CancelJob(t.Context(), job.ID); err != nil {
			t.Fatal(err)
		}
		if err := h.DeleteJob(t.Context(), job.ID); err != nil {
			t.Fatal(err)
		}
		_, err = tail.Next(t.Context())
		wantError(t, err, migration.NotFound, "", "")
		var pieces int
		if err := db.NewRaw("SELECT count(*) FROM migration_log_chunks").Scan(t.Context(), &pieces); err != nil || pieces != 0 {
			t.Errorf("%d pieces of log are left, %v", pieces, err)
		}
		wantError(t, h.DeleteJob(t.Context(), job.ID), migration.NotFound, "", "")
	})
}
