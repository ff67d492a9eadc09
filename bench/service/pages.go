package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"time"

	"mailferry/internal/database"
)

const pageQuery = `query ($after: String, $filter: JobFilter) {
  jobs(first: 50, after: $after, filter: $filter) {
    totalCount
    pageInfo { hasNextPage endCursor }
    edges { cursor node { id name status createdAt finishedAt source { host user } destination { host user }
      progress { messagesDone messagesTotal } error } }
  }
}`

// fillJobs puts rows into the table, one in fifty of them failed.
func fillJobs(ctx context.Context, folder, url string, rows int) (err error) {
	db, err := database.Open(ctx, database.Config{URL: url, DataDir: folder})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	_, err = db.NewRaw(`WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
INSERT INTO migration_jobs (name, status, engine, dry_run, source_host, source_port, source_security, source_user,
  source_verify_certificate, destination_host, destination_port, destination_security, destination_user,
  destination_verify_certificate, options, created_at, finished_at, search_text)
SELECT 'mailbox ' || n, CASE WHEN n % 50 = 0 THEN 'FAILED' ELSE 'SUCCEEDED' END, 'BUILTIN', FALSE,
  'old.example.org', 993, 'TLS', 'user' || n, TRUE, 'new.example.org', 993, 'TLS', 'user' || n, TRUE, '{}', ?, ?,
  'mailbox ' || n || ' old.example.org user' || n || ' new.example.org user' || n
FROM numbers`, rows, time.Now().UTC(), time.Now().UTC()).Exec(ctx)
	if err != nil {
		return fmt.Errorf("fill the table: %w", err)
	}
	if db.IsPostgres() {
		_, err = db.ExecContext(ctx, "VACUUM ANALYZE migration_jobs")
	}
	return err
}

// measurePages reads pages from random places, of all jobs and of the failed ones.
func measurePages(ctx context.Context, s *server, set settings) error {
	for _, c := range []struct {
		name   string
		filter any
	}{{"all", nil}, {"failed ones", map[string]any{"status": []string{"FAILED"}}}} {
		measured := &delays{}
		for range set.pages {
			after := strconv.Itoa(1 + rand.IntN(set.rows)) //nolint:gosec // a place in a table is no secret
			var answer struct {
				Jobs struct {
					TotalCount int
					Edges      []struct{ Cursor string }
				}
			}
			began := time.Now()
			if err := s.Do(ctx, pageQuery, map[string]any{"after": after, "filter": c.filter}, &answer); err != nil {
				return err
			}
			measured.add(time.Since(began))
			if answer.Jobs.TotalCount < set.rows/50 {
				return fmt.Errorf("%d jobs are there", answer.Jobs.TotalCount)
			}
		}
		fmt.Fprintf(os.Stdout, "  a page of 50 of %d jobs, %-12s       p50 %6.2f ms   p99 %6.2f ms\n",
			set.rows, c.name, measured.milliseconds(50), measured.milliseconds(99))
	}
	return nil
}
