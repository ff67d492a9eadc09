package migration

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"mailferry/internal/models"
)

// longestStartPause is where the growing pauses between tries to start an engine stop to grow.
const longestStartPause = 5 * time.Second

// starts is what is known of starting engines. A server that cannot start them, for want of
// descriptors, memory or the program itself, holds its queue back; jobs do not fail of it.
type starts struct {
	logger *slog.Logger
	now    func() time.Time

	mu      sync.Mutex
	known   map[models.Engine]bool
	trouble map[models.Engine]*startTrouble
	failed  int64
}

// startTrouble is an engine that cannot be started now.
type startTrouble struct {
	reason string
	pause  time.Duration
	// until is when it is tried again.
	until time.Time
	// trying is the job that tries it now; 0 if none does. The others wait for what comes of it, so
	// that none overtakes one that was claimed before it.
	trying int64
}

// errHeldBack sends a job back that was claimed in the moment in which another could not be started.
var errHeldBack = errors.New("another job waits for the engine to be startable")

func newStarts(logger *slog.Logger, now func() time.Time) *starts {
	return &starts{
		logger: logger, now: now,
		known: make(map[models.Engine]bool), trouble: make(map[models.Engine]*startTrouble),
	}
}

// exhausted says whether the system had too little of something, which passes.
func exhausted(err error) bool {
	for _, number := range []syscall.Errno{
		syscall.EMFILE, syscall.ENFILE, syscall.EAGAIN, syscall.ENOMEM, syscall.ENOSPC, syscall.EIO, syscall.ESTALE,
		// A program that is being replaced.
		syscall.ETXTBSY,
	} {
		if errors.Is(err, number) {
			return true
		}
	}
	return false
}

// isOurs says whether a failed start is the server's trouble and not the job's: always with the
// server's own program, and with another that could be started before or that the system refused for
// want of something. A program that was never there is what the job asked for.
func (s *starts) isOurs(engine models.Engine, err error) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return engine == models.Builtin || s.known[engine] || exhausted(err)
}

// try notes that a claimed job is about to start an engine; tried, that it has.
func (s *starts) try(engine models.Engine, jobID int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.trouble[engine]; t != nil && t.trying == 0 {
		t.trying = jobID
	}
}

func (s *starts) tried(engine models.Engine, jobID int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.trouble[engine]; t != nil && t.trying == jobID {
		t.trying = 0
	}
}

// allows says whether a claimed job may start an engine now.
func (s *starts) allows(engine models.Engine, jobID int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.trouble[engine]
	return t == nil || t.trying == jobID
}

// fail notes that an engine could not be started.
func (s *starts) fail(ctx context.Context, engine models.Engine, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed++
	now := s.now()
	t := s.trouble[engine]
	switch {
	case t == nil:
		t = &startTrouble{pause: firstRetryPause}
		s.trouble[engine] = t
		// Once: what follows is the same until it is over.
		s.logger.ErrorContext(ctx, "engines cannot be started: their jobs wait until they can", keyEngine, engine, keyError, err)
	case now.Before(t.until):
		// Another slot tried at the same time.
	default:
		t.pause = min(2*t.pause, longestStartPause)
	}
	t.reason, t.until = err.Error(), now.Add(t.pause)
}

// succeed notes that an engine was started; it says whether that ends a trouble.
func (s *starts) succeed(ctx context.Context, engine models.Engine) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known[engine] = true
	if s.trouble[engine] == nil {
		return false
	}
	delete(s.trouble, engine)
	s.logger.InfoContext(ctx, "engines can be started again", keyEngine, engine)
	return true
}

// held are the engines that are not to be tried now, and how long the first of them is not; 0 if there is none.
func (s *starts) held() (engines []models.Engine, first time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	for engine, t := range s.trouble {
		wait := t.until.Sub(now)
		if t.trying != 0 {
			wait = max(wait, longestStartPause) // the queue is woken before
		}
		if wait > 0 {
			engines = append(engines, engine)
			if first == 0 || wait < first {
				first = wait
			}
		}
	}
	return engines, first
}

// reasons are sentences on the engines that cannot be started.
func (s *starts) reasons() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var reasons []string
	for engine, t := range s.trouble {
		reasons = append(reasons, fmt.Sprintf("the %s engine cannot be started: %s", strings.ToLower(string(engine)), t.reason))
	}
	slices.Sort(reasons)
	return reasons
}

// FailedStarts is how many starts of engines have failed by the server's fault since it began.
func (s *Service) FailedStarts() int64 {
	s.starts.mu.Lock()
	defer s.starts.mu.Unlock()
	return s.starts.failed
}
