package migration

import (
	"context"
	"sync"
	"time"

	"mailferry/internal/models"
)

// watchers are those who are told of changed jobs and batches.
type watchers struct {
	mu      sync.Mutex
	all     map[*JobWatch]struct{}
	batches map[*BatchWatch]struct{}
	// told counts what was told.
	told int64
}

// changes counts what was told of so far.
func (w *watchers) changes() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.told
}

func newWatchers() *watchers {
	return &watchers{all: make(map[*JobWatch]struct{}), batches: make(map[*BatchWatch]struct{})}
}

// publish hands a job's newest state to those who watch it. The caller leaves the job as it
// is from then on.
func (w *watchers) publish(job *models.MigrationJob) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.told++
	for watch := range w.all {
		watch.put(job)
	}
	if job.BatchID != nil {
		w.wakeBatch(*job.BatchID)
	}
}

// publishBatch says that a batch itself changed.
func (w *watchers) publishBatch(id int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.told++
	w.wakeBatch(id)
}

func (w *watchers) wakeBatch(id int64) {
	for watch := range w.batches {
		if watch.id == id {
			signal(watch.woken)
		}
	}
}

// JobWatch tells of changed jobs. It belongs to one goroutine.
type JobWatch struct {
	watchers *watchers
	// only is the job to tell of; 0: all.
	only  int64
	woken chan struct{}

	mu sync.Mutex
	// newest is the last state of each job that Next has not returned yet; order is the
	// order in which they changed first. A slow reader costs one state per job.
	newest map[int64]*models.MigrationJob
	order  []int64
}

// WatchJobs tells of one job, or of all if id is nil, from now on: at its creation, at each
// change of its status, at its deletion (Deleted is true then) and, at most once a second, of its progress. First it
// tells of the present state of the one job, or of those that run, so that nothing is missed
// between a look at a job and the watch. The caller closes the watch. It does not fail for a
// job that is not there.
func (s *Service) WatchJobs(ctx context.Context, id *int64) (*JobWatch, error) {
	watch := &JobWatch{watchers: s.watch, woken: make(chan struct{}, 1), newest: make(map[int64]*models.MigrationJob)}
	if id != nil {
		watch.only = *id
	}
	s.watch.mu.Lock()
	s.watch.all[watch] = struct{}{}
	s.watch.mu.Unlock()
	present, err := s.presentJobs(ctx, id)
	if err != nil {
		watch.Close()
		return nil, err
	}
	for _, job := range present {
		watch.putPresent(job)
	}
	return watch, nil
}

func (s *Service) presentJobs(ctx context.Context, id *int64) ([]*models.MigrationJob, error) {
	if id == nil {
		state, err := s.Runner(ctx)
		return state.Running, err
	}
	job, err := s.Job(ctx, *id)
	if IsCode(err, NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return []*models.MigrationJob{job}, nil
}

// Close ends the watch.
func (w *JobWatch) Close() {
	w.watchers.mu.Lock()
	delete(w.watchers.all, w)
	w.watchers.mu.Unlock()
}

func (w *JobWatch) put(job *models.MigrationJob) {
	if w.only != 0 && w.only != job.ID {
		return
	}
	w.mu.Lock()
	if _, waiting := w.newest[job.ID]; !waiting {
		w.order = append(w.order, job.ID)
	}
	w.newest[job.ID] = job
	w.mu.Unlock()
	signal(w.woken)
}

// putPresent puts in a state that was read after the watch began: one that was published
// since is newer.
func (w *JobWatch) putPresent(job *models.MigrationJob) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, newer := w.newest[job.ID]; !newer {
		w.order = append(w.order, job.ID)
		w.newest[job.ID] = job
		signal(w.woken)
	}
}

// Next waits for a changed job and returns its newest state, which the caller does not
// change. It ends with ctx.
func (w *JobWatch) Next(ctx context.Context) (*models.MigrationJob, error) {
	for {
		w.mu.Lock()
		if len(w.order) > 0 {
			id := w.order[0]
			w.order = w.order[1:]
			job := w.newest[id]
			delete(w.newest, id)
			w.mu.Unlock()
			return job, nil
		}
		w.mu.Unlock()
		select {
		case <-w.woken:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// batchPause is the least time between two events about one batch: each is a count of all
// its jobs.
const batchPause = time.Second

// BatchWatch tells when a batch or one of its jobs changes. It belongs to one goroutine.
type BatchWatch struct {
	watchers *watchers
	id       int64
	woken    chan struct{}
	toldAt   time.Time
}

// WatchBatch tells of a batch from now on. The caller closes the watch.
func (s *Service) WatchBatch(id int64) *BatchWatch {
	watch := &BatchWatch{watchers: s.watch, id: id, woken: make(chan struct{}, 1)}
	s.watch.mu.Lock()
	s.watch.batches[watch] = struct{}{}
	s.watch.mu.Unlock()
	return watch
}

// Close ends the watch.
func (w *BatchWatch) Close() {
	w.watchers.mu.Lock()
	delete(w.watchers.batches, w)
	w.watchers.mu.Unlock()
}

// Next waits until something has changed since it last returned, at most once a second. It
// ends with ctx.
func (w *BatchWatch) Next(ctx context.Context) error {
	if wait := batchPause - time.Since(w.toldAt); !w.toldAt.IsZero() && wait > 0 && !sleep(ctx, wait) {
		return context.Cause(ctx)
	}
	select {
	case <-w.woken:
		w.toldAt = time.Now()
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
