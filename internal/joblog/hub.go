package joblog

import (
	"sync"
	"time"

	"mailferry/internal/models"
)

// The least time between two events of one tail. It grows with the number of tails of the
// job, for each event costs the same whether it carries 100 bytes or 10,000: a single reader
// sees a line within milliseconds, and a thousand readers of a loud job share the processor
// in larger pieces.
const (
	paceBase    = 5 * time.Millisecond
	pacePerTail = 100 * time.Microsecond
	paceMost    = 250 * time.Millisecond
)

// hub holds the streams of the logs that somebody follows or writes, by job.
type hub struct {
	mu    sync.Mutex
	byJob map[int64]*stream
}

func newHub() *hub { return &hub{byJob: make(map[int64]*stream)} }

// acquire returns the stream of a job; release gives it back.
func (h *hub) acquire(jobID int64) *stream {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.byJob[jobID]
	if s == nil {
		s = &stream{jobID: jobID, tails: make(map[*Tail]struct{})}
		h.byJob[jobID] = s
	}
	s.users++
	return s
}

func (h *hub) release(s *stream) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s.users--
	if s.users == 0 {
		delete(h.byJob, s.jobID)
	}
}

// of is the stream of a job; nil if nobody follows or writes its log.
func (h *hub) of(jobID int64) *stream {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.byJob[jobID]
}

func (h *hub) wake(jobID int64) {
	if s := h.of(jobID); s != nil {
		s.wake()
	}
}

func (h *hub) suspend(jobID int64) {
	if s := h.of(jobID); s != nil {
		s.suspend()
	}
}

// stream is what the tails of one job share: the newest bytes of its log while it runs here,
// and the wake-ups.
type stream struct {
	jobID int64
	// users counts tails and the writer; guarded by hub.mu.
	users int

	mu sync.Mutex
	// live says that a run here writes this log; then size, status and newest hold.
	live   bool
	size   int64
	status models.JobStatus
	newest ringBuffer
	tails  map[*Tail]struct{}
}

// begin makes the stream live: a run here writes the log from size on, which is more than 0 for
// a job that has run before.
func (s *stream) begin(size int64) {
	s.mu.Lock()
	s.live, s.size, s.status = true, size, models.Running
	s.newest = ringBuffer{}
	s.wakeLocked()
	s.mu.Unlock()
}

// suspend makes the stream one that is not live.
func (s *stream) suspend() {
	s.mu.Lock()
	s.live = false
	s.wakeLocked()
	s.mu.Unlock()
}

// announce takes in what was just stored and wakes the tails.
func (s *stream) announce(data []byte) {
	s.mu.Lock()
	s.newest.append(s.size, string(data))
	s.size += int64(len(data))
	s.wakeLocked()
	s.mu.Unlock()
}

// end makes the final status known; the log is complete.
func (s *stream) end(status models.JobStatus) {
	s.mu.Lock()
	s.status = status
	s.wakeLocked()
	s.mu.Unlock()
}

func (s *stream) wake() {
	s.mu.Lock()
	s.wakeLocked()
	s.mu.Unlock()
}

func (s *stream) wakeLocked() {
	for tail := range s.tails {
		signal(tail.woken)
	}
}

// pace is the least time between two events of a tail that stands at offset: none when a
// full piece waits or the log is complete.
func (s *stream) pace(offset int64) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.live || s.status.Ended() || s.size-offset >= maxChunk {
		return 0
	}
	return min(paceBase+time.Duration(len(s.tails))*pacePerTail, paceMost)
}

// pending says whether something follows offset, be it only the end; live says that it holds.
func (s *stream) pending(offset int64) (live, pending bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.live, s.size > offset || s.status.Ended()
}

// position is what a stream knows about an offset.
type position struct {
	// live says that the other fields hold.
	live   bool
	size   int64
	status models.JobStatus
	// inMemory says that text is what follows the offset; else it is in the database.
	inMemory bool
	text     string
}

// from says what follows offset.
func (s *stream) from(offset int64) position {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := position{live: s.live, size: s.size, status: s.status}
	if s.live && offset < s.size {
		p.text, p.inMemory = s.newest.from(offset)
	}
	return p
}
