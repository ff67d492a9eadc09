package migration

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"mailferry/internal/database"
	"mailferry/internal/models"
)

// ErrNotMine is what [Handler.Claim] answers for a job that is not available at this moment: it was
// cancelled, deleted, or claimed elsewhere, or another job has begun to write to its mailbox.
var ErrNotMine = errors.New("the job is not available any more")

// Queue hands waiting jobs out. It holds no state of a job: that is in migration_jobs.
type Queue interface {
	// Put takes jobs in, in the transaction that inserts their rows.
	Put(ctx context.Context, tx bun.IDB, jobIDs ...int64) error
	// Wake says that there may be something to hand out. It may be called at any time and
	// need not be: a wake-up may be lost where the jobs are looked for anyway.
	Wake()
	// Run hands each job to the handler in at most slots goroutines, at least once and, among
	// those that may start (see line), in the order of ids, until ctx ends. It returns when all handlers have returned; their
	// contexts end with ctx's cause.
	Run(ctx context.Context, slots int, handler Handler) error
	// Cancel ends the context of a job that runs here, with this cause. It says whether
	// there was one.
	Cancel(jobID int64, cause error) bool
}

// Handler runs jobs that a [Queue] hands out.
type Handler interface {
	// Claim makes the job this server's. ErrNotMine passes it over; another error leaves
	// it waiting and has it tried again later.
	Claim(ctx context.Context, jobID int64) (run func(ctx context.Context), err error)
}

// tableQueue is the queue of a single server: the QUEUED rows themselves, first in, first out
// among those that may start by the rule of line.
type tableQueue struct {
	db     *database.DB
	logger *slog.Logger
	now    func() time.Time
	// entitled waits until jobs may be claimed; it says whether ctx is still alive.
	entitled func(ctx context.Context) bool
	// held are the engines whose jobs are passed over, and how long the first of them is.
	held func() ([]models.Engine, time.Duration)
	// wake has one place: several wake-ups before the next look are one.
	wake chan struct{}

	mu      sync.Mutex
	running map[int64]context.CancelCauseFunc
}

func newTableQueue(db *database.DB, logger *slog.Logger, now func() time.Time,
	entitled func(ctx context.Context) bool, held func() ([]models.Engine, time.Duration),
) *tableQueue {
	return &tableQueue{
		db: db, logger: logger, now: now, entitled: entitled, held: held,
		wake:    make(chan struct{}, 1),
		running: make(map[int64]context.CancelCauseFunc),
	}
}

func (q *tableQueue) Put(context.Context, bun.IDB, ...int64) error { return nil }

func (q *tableQueue) Wake() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (q *tableQueue) Cancel(jobID int64, cause error) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	cancel, ok := q.running[jobID]
	if ok {
		cancel(cause)
	}
	return ok
}

// Pauses between looks at a database that does not answer.
const (
	firstRetryPause = 250 * time.Millisecond
	lastRetryPause  = 15 * time.Second
)

func (q *tableQueue) Run(ctx context.Context, slots int, handler Handler) error {
	free := make(chan struct{}, slots)
	for range slots {
		free <- struct{}{}
	}
	var running sync.WaitGroup
	defer running.Wait()
	pause := firstRetryPause
	for {
		// A slot first, then a job: a job that is looked up early may be cancelled meanwhile.
		select {
		case <-free:
		case <-ctx.Done():
			return nil
		}
		if !q.entitled(ctx) {
			return nil
		}
		started, err := q.startNext(ctx, handler, &running, free)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			free <- struct{}{}
			q.logger.ErrorContext(ctx, "queue cannot be read, trying again", keyError, err, keyPause, pause)
			if !sleep(ctx, pause) {
				return nil
			}
			pause = min(2*pause, lastRetryPause)
		case started:
			pause = firstRetryPause
		default:
			free <- struct{}{}
			if !q.waitForWork(ctx) {
				return nil
			}
		}
	}
}

// startNext claims the oldest waiting job and starts its handler, which frees the slot when
// it returns. It says whether there was a job.
func (q *tableQueue) startNext(ctx context.Context, handler Handler, running *sync.WaitGroup, free chan<- struct{}) (bool, error) {
	for {
		held, _ := q.held()
		id, err := nextInLine(ctx, q.db, q.now(), held)
		if err != nil {
			return false, err
		}
		if id == 0 {
			return false, nil
		}
		// Known as running before it is claimed, so that a cancel which sees it RUNNING
		// finds it here.
		jobCtx, cancel := context.WithCancelCause(ctx)
		q.mu.Lock()
		q.running[id] = cancel
		q.mu.Unlock()
		forget := func() {
			q.mu.Lock()
			delete(q.running, id)
			q.mu.Unlock()
			cancel(nil)
		}
		run, err := handler.Claim(ctx, id)
		if err != nil {
			forget()
			if errors.Is(err, ErrNotMine) {
				continue
			}
			return false, err
		}
		running.Go(func() {
			defer func() {
				free <- struct{}{}
				q.Wake() // its hosts have room for others now
			}()
			defer forget()
			run(jobCtx)
		})
		return true, nil
	}
}

// untilDue is the time to the next retry that waits for its own time, or to the end of a host's pause; 0 if there is none.
func (q *tableQueue) untilDue(ctx context.Context) time.Duration {
	job := new(models.MigrationJob)
	now := q.now()
	err := q.db.NewSelect().Model(job).Column("not_before").
		Where("status = ? AND not_before > ?", models.Queued, now).OrderExpr("not_before").Limit(1).Scan(ctx)
	next := job.NotBefore
	if isNoRows(err) {
		err = nil
	}
	if pauses, pausesErr := readPauses(ctx, q.db, now); pausesErr == nil {
		if end := pauses.next(); end != nil && (next == nil || end.Before(*next)) {
			next = end
		}
	}
	if err != nil || next == nil {
		return 0 // a fault of the database shows at the next look
	}
	return max(next.Sub(now), time.Millisecond)
}

// waitForWork waits for a wake-up or for the time of the next retry; it says whether ctx is
// still alive.
func (q *tableQueue) waitForWork(ctx context.Context) bool {
	var due <-chan time.Time
	wait := q.untilDue(ctx)
	if _, held := q.held(); held > 0 && (wait == 0 || held < wait) {
		wait = held
	}
	if wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		due = timer.C
	}
	select {
	case <-q.wake:
		return true
	case <-due:
		return true
	case <-ctx.Done():
		return false
	}
}

// sleep waits and says whether ctx is still alive.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
