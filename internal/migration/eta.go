package migration

import (
	"context"
	"fmt"
	"time"

	"mailferry/internal/models"
)

// etaSample is how many of the last runs tell how long one takes.
const etaSample = 100

// messageWeight is how many bytes a message costs beside its own, in the time that it takes.
const messageWeight = 8 << 10

// units measures the work of a mailbox by its messages and bytes.
func units(messages, bytes int64) float64 { return float64(messages)*messageWeight + float64(bytes) }

// workload is what waits in a batch: mailboxes, of which checks have told the size of some,
// and the units of those.
type workload struct {
	mailboxes, sized int64
	units            float64
}

// batchETA is the expected time to the end of a batch in seconds, nil while nothing runs or
// nothing tells. Runs say themselves how long they will take. Mailboxes that wait take as long
// for each unit as those that have ended or run, where a check told their size, and else as
// long as one of those that have ended; as many at a time as run now.
func (s *Service) batchETA(ctx context.Context, id, running int64, waiting workload) (*int64, error) {
	if running == 0 {
		return nil, nil //nolint:nilnil // unknown
	}
	var runs []*models.MigrationJob
	err := s.db.NewSelect().Model(&runs).Column("status", "started_at", "finished_at", "progress").
		Where("batch_id = ? AND status IN (?, ?, ?) AND started_at IS NOT NULL", id, models.Running, models.Succeeded, models.Failed).
		// What runs comes first, however old it is.
		OrderExpr("CASE WHEN finished_at IS NULL THEN 0 ELSE 1 END, id DESC").Limit(running + etaSample).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("time the jobs of batch %d: %w", id, err)
	}
	e := estimate{waiting: waiting}
	now := s.now()
	for _, job := range runs {
		e.add(job, now)
	}
	left, known := e.left()
	if !known {
		return nil, nil //nolint:nilnil // unknown
	}
	seconds := int64(left.Seconds()) + 1
	return &seconds, nil
}

// estimate gathers what the runs of a batch tell.
type estimate struct {
	waiting workload
	// spent and done are time and units of all runs, took the time of those that have ended.
	spent, took time.Duration
	done        float64
	ended       int64
	// running counts those that run; theirs is what they say is left of them, longest the
	// most that one says, and silent are those that do not say.
	running, silent int64
	theirs, longest time.Duration
}

func (e *estimate) add(job *models.MigrationJob, now time.Time) {
	var messages, bytes int64
	var eta *int64
	if p := job.Progress; p != nil {
		messages, bytes, eta = value(p.MessagesDone), value(p.BytesDone), p.ETASeconds
	}
	e.done += units(messages, bytes)
	if job.FinishedAt != nil {
		took := job.FinishedAt.Sub(*job.StartedAt)
		e.spent, e.took, e.ended = e.spent+took, e.took+took, e.ended+1
		return
	}
	e.spent += now.Sub(*job.StartedAt)
	e.running++
	if eta == nil {
		e.silent++
		return
	}
	left := time.Duration(*eta) * time.Second
	e.theirs += left
	e.longest = max(e.longest, left)
}

// left is the time to the end of all; known is false while nothing tells.
func (e *estimate) left() (left time.Duration, known bool) {
	var each time.Duration // of a mailbox of which nothing is known
	if e.ended > 0 {
		each = e.took / time.Duration(e.ended)
	}
	blind := e.waiting.mailboxes - e.waiting.sized
	if e.done == 0 {
		blind = e.waiting.mailboxes
	}
	if e.ended == 0 && blind+e.silent > 0 {
		return 0, false
	}
	work := e.theirs + each*time.Duration(blind) + each/2*time.Duration(e.silent)
	if e.done > 0 {
		work += time.Duration(e.waiting.units / e.done * float64(e.spent))
	}
	return max(work/time.Duration(max(e.running, 1)), e.longest), true
}

// value is what a pointer points to, 0 without one.
func value(n *int64) int64 {
	if n == nil {
		return 0
	}
	return *n
}
