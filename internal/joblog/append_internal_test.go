package joblog

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"mailferry/internal/database"
	"mailferry/internal/models"
	"mailferry/internal/testkit/postgres"
)

// BenchmarkAppend measures what it costs to store one more line (120 bytes) or one more full
// piece (64 KiB) after 1, 10 and 100 MB of log. It must stay flat. Both databases write
// through to the disk, as they do in use.
func BenchmarkAppend(b *testing.B) {
	server, err := postgres.Start(b.Context(), postgres.Options{FSync: true})
	if err != nil {
		b.Skip(err)
	}
	defer server.Stop()
	url, err := server.CreateDatabase(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	for name, config := range map[string]database.Config{"SQLite": {DataDir: b.TempDir()}, "Postgres": {URL: url}} {
		db, err := database.Open(b.Context(), config)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := db.Migrate(b.Context()); err != nil {
			b.Fatal(err)
		}
		logs := New(Config{DB: db, Logger: slog.New(slog.DiscardHandler), Limit: 1 << 40})
		for _, megabytes := range []int64{1, 10, 100} {
			for _, size := range []int{120, maxChunk} {
				b.Run(fmt.Sprintf("%s/%d_bytes_after_%d_MB", name, size, megabytes), func(b *testing.B) {
					job := runningJob(b, db)
					offset := fill(b, db, job.ID, megabytes*1_000_000)
					line := []byte(strings.Repeat("x", size))
					b.ResetTimer()
					for b.Loop() {
						if err := logs.Append(b.Context(), job, offset, line); err != nil {
							b.Fatal(err)
						}
						offset += int64(size)
					}
				})
			}
		}
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	}
}

// fill stores size bytes of lines that differ, in pieces of every length, and returns where
// they end.
func fill(b *testing.B, db *database.DB, jobID, size int64) int64 {
	b.Helper()
	var offset int64
	var pieces []models.LogChunk
	for n := 0; offset < size; n++ {
		line := fmt.Sprintf("msg INBOX/%d {%d} copied to INBOX/%d  %f msgs/s\n", n, n*7919%100000, n, float64(n)/3)
		data := []byte(strings.Repeat(line, 1+n%900))
		pieces = append(pieces, models.LogChunk{JobID: jobID, StartOffset: offset, Data: data})
		offset += int64(len(data))
	}
	err := db.WriteTx(b.Context(), func(ctx context.Context, tx bun.Tx) error {
		for len(pieces) > 0 {
			part := pieces[:min(len(pieces), 100)]
			if _, err := tx.NewInsert().Model(&part).Exec(ctx); err != nil {
				return err
			}
			pieces = pieces[len(part):]
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return offset
}
