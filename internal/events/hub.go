package events

import (
	"context"
	"sync"
	"time"

	"mailferry/internal/models"
)

// Hub hands events to those who subscribe. It is safe for use by several goroutines.
type Hub struct {
	mu      sync.Mutex
	jobs    map[*JobSubscription]struct{}
	batches map[*BatchSubscription]struct{}
	version int64
}

// NewHub returns a hub that nobody subscribes to yet.
func NewHub() *Hub {
	return &Hub{jobs: make(map[*JobSubscription]struct{}), batches: make(map[*BatchSubscription]struct{})}
}

// Version is that of the last event: what was read before it may have changed since.
func (h *Hub) Version() int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.version
}

// PublishJob tells what happened to a job, after it was committed. The caller leaves the job as
// it is from then on.
func (h *Hub) PublishJob(kind Kind, job *models.MigrationJob) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.version++
	for s := range h.jobs {
		s.put(Event{Kind: kind, Version: h.version, Job: job})
	}
	if job.BatchID != nil {
		h.wakeBatch(*job.BatchID)
	}
}

// PublishBatch tells that a batch itself changed, or was deleted, after that was committed.
func (h *Hub) PublishBatch(id int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.version++
	h.wakeBatch(id)
}

func (h *Hub) wakeBatch(id int64) {
	for s := range h.batches {
		if s.id == id {
			signal(s.woken)
		}
	}
}

// JobSubscription tells what happens to jobs. It belongs to one goroutine.
type JobSubscription struct {
	hub *Hub
	// only is the job to tell of; 0: all.
	only  int64
	woken chan struct{}

	mu sync.Mutex
	// newest is the last state of each job that Next has not returned yet; order is the
	// order in which they changed first. A slow reader costs one state per job.
	newest map[int64]Event
	order  []int64
}

// Jobs subscribes to one job, or to all if id is nil, from now on. The caller closes the
// subscription.
func (h *Hub) Jobs(id *int64) *JobSubscription {
	s := &JobSubscription{hub: h, woken: make(chan struct{}, 1), newest: make(map[int64]Event)}
	if id != nil {
		s.only = *id
	}
	h.mu.Lock()
	h.jobs[s] = struct{}{}
	h.mu.Unlock()
	return s
}

// Close ends the subscription.
func (s *JobSubscription) Close() {
	s.hub.mu.Lock()
	delete(s.hub.jobs, s)
	s.hub.mu.Unlock()
}

func (s *JobSubscription) put(event Event) {
	job := event.Job
	if s.only != 0 && s.only != job.ID {
		return
	}
	s.mu.Lock()
	if _, waiting := s.newest[job.ID]; !waiting {
		s.order = append(s.order, job.ID)
	}
	s.newest[job.ID] = event
	s.mu.Unlock()
	signal(s.woken)
}

// Present gives a state that was read after the subscription began: one that was published
// since is newer.
func (s *JobSubscription) Present(job *models.MigrationJob) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, newer := s.newest[job.ID]; !newer {
		s.order = append(s.order, job.ID)
		s.newest[job.ID] = Event{Kind: Present, Job: job}
		signal(s.woken)
	}
}

// Next waits for an event and returns the newest one of its job. It ends with ctx.
func (s *JobSubscription) Next(ctx context.Context) (Event, error) {
	for {
		s.mu.Lock()
		if len(s.order) > 0 {
			id := s.order[0]
			s.order = s.order[1:]
			event := s.newest[id]
			delete(s.newest, id)
			s.mu.Unlock()
			return event, nil
		}
		s.mu.Unlock()
		select {
		case <-s.woken:
		case <-ctx.Done():
			return Event{}, context.Cause(ctx)
		}
	}
}

// batchPause is the least time between two events about one batch: each is a count of all
// its jobs.
const batchPause = time.Second

// BatchSubscription tells when a batch or one of its jobs changes. It belongs to one goroutine.
type BatchSubscription struct {
	hub    *Hub
	id     int64
	woken  chan struct{}
	toldAt time.Time
}

// Batch subscribes to a batch and its jobs from now on. The caller closes the subscription.
func (h *Hub) Batch(id int64) *BatchSubscription {
	s := &BatchSubscription{hub: h, id: id, woken: make(chan struct{}, 1)}
	h.mu.Lock()
	h.batches[s] = struct{}{}
	h.mu.Unlock()
	return s
}

// Close ends the subscription.
func (s *BatchSubscription) Close() {
	s.hub.mu.Lock()
	delete(s.hub.batches, s)
	s.hub.mu.Unlock()
}

// Next waits until something has changed since it last returned, at most once a second. It
// ends with ctx.
func (s *BatchSubscription) Next(ctx context.Context) error {
	if wait := batchPause - time.Since(s.toldAt); !s.toldAt.IsZero() && wait > 0 && !sleep(ctx, wait) {
		return context.Cause(ctx)
	}
	select {
	case <-s.woken:
		s.toldAt = time.Now()
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// signal puts a wake-up into a channel of one place, unless one waits there already.
func signal(wake chan struct{}) {
	select {
	case wake <- struct{}{}:
	default:
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
