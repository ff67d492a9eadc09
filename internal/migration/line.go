package migration

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"mailferry/internal/models"
)

// line is the one rule of what may start: it knows what runs, and tells of a waiting job what
// keeps it from starting. The queue claims the first job by id that nothing keeps, and places in
// the queue are counted by admitting one job after another as if each had started.
//
// A job may start when its batch is not paused, its own time has come, no host has asked one of its
// accounts for a pause, no other job writes to the mailbox of its destination, and both hosts have room
// by the limits of its batch. What
// keeps one job holds up no other: the order of ids is the order among those that may start.
type line struct {
	now time.Time
	// writers are the jobs that write to a mailbox, by its key.
	writers map[string]int64
	// sources and destinations count jobs by host.
	sources, destinations map[string]int
	pauses                pauses
}

// contender is a job as the line sees it.
type contender struct {
	bun.BaseModel `bun:"table:migration_jobs,alias:job"`

	ID      int64            `bun:"id"`
	Status  models.JobStatus `bun:"status"`
	DryRun  bool             `bun:"dry_run"`
	Attempt int              `bun:"attempt"`
	BatchID *int64           `bun:"batch_id"`

	SourceUser          string `bun:"source_user"`
	DestinationUser     string `bun:"destination_user"`
	SourceHostKey       string `bun:"source_host_key"`
	DestinationHostKey  string `bun:"destination_host_key"`
	DestinationPlaceKey string `bun:"destination_place_key"`
	SourceLimit         *int   `bun:"source_limit"`
	DestinationLimit    *int   `bun:"destination_limit"`

	NotBefore *time.Time `bun:"not_before"`
	// Paused is its batch's.
	Paused bool `bun:"paused"`
}

func newLine(now time.Time, running []contender) *line {
	l := &line{now: now, writers: make(map[string]int64), sources: make(map[string]int), destinations: make(map[string]int)}
	for i := range running {
		l.admit(&running[i])
	}
	return l
}

// admit counts a job as running.
func (l *line) admit(job *contender) {
	if !job.DryRun && job.DestinationPlaceKey != "" {
		l.writers[job.DestinationPlaceKey] = job.ID
	}
	l.sources[job.SourceHostKey]++
	l.destinations[job.DestinationHostKey]++
}

// obstacle is what keeps a job from starting; the zero value is nothing.
type obstacle struct {
	kind obstacleKind
	// job is the other job that is in the way of an [obstacleMailbox].
	job int64
	// pause is the one of an [obstaclePause].
	pause pause
}

type obstacleKind int

const (
	obstacleNone obstacleKind = iota
	obstaclePaused
	obstacleTime
	obstaclePause
	obstacleMailbox
	obstacleSource
	obstacleDestination
	obstacleFar
)

// obstacle is what keeps a waiting job from starting now.
func (l *line) obstacle(job *contender) obstacle {
	writer, busy := l.writers[job.DestinationPlaceKey]
	pause, asked := l.pauses.of(job)
	full := func(limit *int, used int) bool { return limit != nil && used >= *limit }
	switch {
	case job.Paused:
		return obstacle{kind: obstaclePaused}
	case job.NotBefore != nil && job.NotBefore.After(l.now):
		return obstacle{kind: obstacleTime}
	case asked:
		return obstacle{kind: obstaclePause, pause: pause}
	case busy && !job.DryRun:
		return obstacle{kind: obstacleMailbox, job: writer}
	case full(job.SourceLimit, l.sources[job.SourceHostKey]):
		return obstacle{kind: obstacleSource}
	case full(job.DestinationLimit, l.destinations[job.DestinationHostKey]):
		return obstacle{kind: obstacleDestination}
	}
	return obstacle{}
}

// linePage is how many waiting jobs are read at once.
const linePage = 500

// contenders reads jobs for the line, in the order of ids.
func contenders(db bun.IDB, into *[]contender) *bun.SelectQuery {
	return db.NewSelect().Model(into).
		Column("job.id", "job.status", "job.dry_run", "job.attempt", "job.batch_id", "job.source_user", "job.destination_user", "job.source_host_key", "job.destination_host_key",
			"job.destination_place_key", "job.source_limit", "job.destination_limit", "job.not_before").
		ColumnExpr("COALESCE(batch.paused, FALSE) AS paused").
		Join("LEFT JOIN migration_batches AS batch ON batch.id = job.batch_id").
		OrderExpr("job.id")
}

// readLine is the line as it stands now, before any waiting job has started.
func readLine(ctx context.Context, db bun.IDB, now time.Time) (*line, error) {
	var running []contender
	if err := contenders(db, &running).Where("job.status = ?", models.Running).Scan(ctx); err != nil {
		return nil, fmt.Errorf("list running jobs: %w", err)
	}
	l := newLine(now, running)
	var err error
	l.pauses, err = readPauses(ctx, db, now)
	return l, err
}

// nextInLine is the oldest waiting job that may start now, of those whose engine is not held; 0 if
// there is none.
func nextInLine(ctx context.Context, db bun.IDB, now time.Time, held []models.Engine) (int64, error) {
	l, err := readLine(ctx, db, now)
	if err != nil {
		return 0, err
	}
	for after := int64(0); ; {
		var waiting []contender
		query := contenders(db, &waiting).Where("job.status = ? AND job.id > ?", models.Queued, after).
			// The rule says so too; this saves reading thousands that are paused.
			Where("batch.id IS NULL OR NOT batch.paused").Limit(linePage)
		if len(held) > 0 {
			query = query.Where("job.engine NOT IN (?)", bun.List(held))
		}
		if err := query.Scan(ctx); err != nil {
			return 0, fmt.Errorf("list waiting jobs: %w", err)
		}
		for i := range waiting {
			if l.obstacle(&waiting[i]).kind == obstacleNone {
				return waiting[i].ID, nil
			}
			after = waiting[i].ID
		}
		if len(waiting) < linePage {
			return 0, nil
		}
	}
}
