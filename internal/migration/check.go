package migration

import (
	"context"
	"errors"
	"sync"

	"github.com/uptrace/bun"

	"mailferry/internal/events"
	"mailferry/internal/imapsync"
	"mailferry/internal/models"
)

// checksPerHost is how many mailboxes of one host a batch has checked at the same time, unless it
// has a lower limit.
const checksPerHost = 4

// CheckFunc signs in to both sides of a job, counts what is there and changes nothing. It waits
// until there is room for one more check, and takes a bounded time for it. What stands in the way
// is in the result; the error is that of ctx, or a fault of the server.
type CheckFunc func(ctx context.Context, command imapsync.Command, sourcePassword, destinationPassword string) (models.Precheck, error)

// checks are the checks of batches that go on.
type checks struct {
	mu      sync.Mutex
	running map[int64]struct{}
	group   sync.WaitGroup
	stopped bool
	cancel  context.CancelCauseFunc
	ctx     context.Context //nolint:containedctx // the life of what goes on in the background
}

func newChecks() *checks {
	ctx, cancel := context.WithCancelCause(context.Background())
	return &checks{
		running: make(map[int64]struct{}), ctx: ctx, cancel: cancel,
	}
}

// stop ends all checks and waits for them.
func (c *checks) stop() {
	c.mu.Lock()
	c.stopped = true
	c.mu.Unlock()
	c.cancel(errStopping)
	c.group.Wait()
}

// CheckBatch begins to sign in to both sides of each mailbox of a batch that does not run,
// and notes on the job what it found. It returns at once; a check of the batch that goes on
// already is left to go on.
func (s *Service) CheckBatch(ctx context.Context, id int64) (*models.MigrationBatch, error) {
	batch, err := s.Batch(ctx, id)
	if err != nil {
		return nil, err
	}
	if batch.PurgedAt != nil {
		return nil, conflict("The passwords of batch %d were purged; it can no longer be checked.", id)
	}
	if s.config.Check == nil {
		return nil, errors.New("no check is configured")
	}
	jobs, err := s.batchJobs(ctx, id, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("NOT superseded AND status <> ?", models.Running).OrderExpr("batch_position")
	})
	if err != nil {
		return nil, err
	}
	c := s.checks
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, running := c.running[id]; running || c.stopped {
		return batch, nil
	}
	c.running[id] = struct{}{}
	c.group.Go(func() {
		s.checkJobs(c.ctx, jobs)
		c.mu.Lock()
		delete(c.running, id)
		c.mu.Unlock()
		s.events.PublishBatch(id)
	})
	return batch, nil
}

// Checking says whether a check of the batch goes on.
func (s *Service) Checking(id int64) bool {
	s.checks.mu.Lock()
	defer s.checks.mu.Unlock()
	_, running := s.checks.running[id]
	return running
}

// checkJobs checks jobs, several at a time, within their limits for hosts.
func (s *Service) checkJobs(ctx context.Context, jobs []*models.MigrationJob) {
	if err := s.forgetChecks(ctx, jobs); err != nil {
		s.logger.ErrorContext(ctx, "check of a batch cannot begin", keyError, err)
		return
	}
	hosts := newHostSemaphores()
	var group sync.WaitGroup
	defer group.Wait()
	for _, job := range jobs {
		group.Go(func() {
			// Hosts in one order for all, so that two checks cannot wait for each other.
			release, ok := hosts.acquire(ctx, job)
			if !ok {
				return
			}
			defer release()
			if err := s.checkJob(ctx, job.ID); err != nil && ctx.Err() == nil {
				s.logger.ErrorContext(ctx, "job cannot be checked", keyJob, job.ID, keyError, err)
			}
		})
	}
}

// forgetChecks clears what an earlier check found, so that progress counts from nothing.
func (s *Service) forgetChecks(ctx context.Context, jobs []*models.MigrationJob) error {
	ids := make([]int64, len(jobs))
	for i, job := range jobs {
		ids[i] = job.ID
	}
	if len(ids) == 0 {
		return nil
	}
	return s.db.Write(ctx, func(ctx context.Context, db bun.IDB) error {
		_, err := db.NewUpdate().Model((*models.MigrationJob)(nil)).Set("precheck = NULL").
			Where("id IN (?)", bun.List(ids)).Exec(ctx)
		return err
	})
}

// checkJob checks the job with the credentials that it has when its turn comes, and again if
// they are replaced meanwhile.
func (s *Service) checkJob(ctx context.Context, id int64) error {
	for {
		job, err := s.Job(ctx, id)
		if IsCode(err, NotFound) {
			return nil // deleted meanwhile
		}
		if err != nil {
			return err
		}
		if job.Superseded || job.Status == models.Running || job.Source.SealedPassword == nil || job.Destination.SealedPassword == nil {
			return nil // what it runs with, or ran with, shows what a check would
		}
		precheck, err := s.precheck(ctx, job)
		if err != nil {
			return err
		}
		if noted, err := s.notePrecheck(context.WithoutCancel(ctx), job, precheck); noted || err != nil {
			return err
		}
	}
}

// precheck looks at both sides of a job.
func (s *Service) precheck(ctx context.Context, job *models.MigrationJob) (models.Precheck, error) {
	precheck := models.Precheck{}
	passwords, err := s.openPasswords(job)
	if err != nil {
		precheck.Error = sealedSentence(err)
	} else {
		precheck, err = s.config.Check(ctx, command(job), passwords[0], passwords[1])
		if err != nil {
			return models.Precheck{}, err
		}
	}
	precheck.OK, precheck.CheckedAt = precheck.Error == "", s.now()
	return precheck, nil
}

// notePrecheck writes down what a check of the job found. It says whether the job's
// credentials are still those that were checked, and writes nothing if not.
func (s *Service) notePrecheck(ctx context.Context, job *models.MigrationJob, precheck models.Precheck) (bool, error) {
	updated := new(models.MigrationJob)
	err := s.db.Write(ctx, func(ctx context.Context, db bun.IDB) error {
		return sameCredentials(db.NewUpdate().Model(updated).Set("precheck = ?", jsonValue{precheck}), job).Returning("*").Scan(ctx)
	})
	if isNoRows(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	s.addLive(updated)
	s.publish(events.Changed, updated)
	return true, nil
}

// hostSemaphores holds a semaphore for each host, of as many places as jobs' limits leave on each host.
type hostSemaphores struct {
	mu     sync.Mutex
	byHost map[string]chan struct{}
}

func newHostSemaphores() *hostSemaphores {
	return &hostSemaphores{byHost: make(map[string]chan struct{})}
}

func (h *hostSemaphores) of(key string, limit *int) chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	semaphore := h.byHost[key]
	if semaphore == nil {
		size := checksPerHost
		if limit != nil {
			size = min(size, *limit)
		}
		semaphore = make(chan struct{}, size)
		h.byHost[key] = semaphore
	}
	return semaphore
}

// acquire waits for a place on both hosts of a job; ok is false when ctx ends first.
func (h *hostSemaphores) acquire(ctx context.Context, job *models.MigrationJob) (release func(), ok bool) {
	source := h.of("source "+endpointID(job.Source).Host, job.SourceLimit)
	destination := h.of("destination "+endpointID(job.Destination).Host, job.DestinationLimit)
	select {
	case source <- struct{}{}:
	case <-ctx.Done():
		return nil, false
	}
	select {
	case destination <- struct{}{}:
	case <-ctx.Done():
		<-source
		return nil, false
	}
	return func() {
		<-destination
		<-source
	}, true
}
