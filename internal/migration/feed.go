package migration

import (
	"sort"
	"strings"
	"sync"
	"time"

	"mailferry/internal/models"
)

// windowSize is how many of the newest bytes of a running job's log are kept in memory, for
// the tails that follow closely; others read the database.
const windowSize = 256 << 10

// The least time between two events of one tail. It grows with the number of tails of the
// job, for each event costs the same whether it carries 100 bytes or 10,000: a single reader
// sees a line within milliseconds, and a thousand readers of a loud job share the processor
// in larger pieces.
const (
	paceBase    = 5 * time.Millisecond
	pacePerTail = 100 * time.Microsecond
	paceMost    = 250 * time.Millisecond
)

// feeds are the logs that somebody follows or writes, by job.
type feeds struct {
	mu    sync.Mutex
	byJob map[int64]*feed
}

func newFeeds() *feeds { return &feeds{byJob: make(map[int64]*feed)} }

// acquire returns the job's feed; release gives it back.
func (f *feeds) acquire(jobID int64) *feed {
	f.mu.Lock()
	defer f.mu.Unlock()
	fd := f.byJob[jobID]
	if fd == nil {
		fd = &feed{jobID: jobID, tails: make(map[*Tail]struct{})}
		f.byJob[jobID] = fd
	}
	fd.users++
	return fd
}

func (f *feeds) release(fd *feed) {
	f.mu.Lock()
	defer f.mu.Unlock()
	fd.users--
	if fd.users == 0 {
		delete(f.byJob, fd.jobID)
	}
}

// wake wakes the tails of a job whose row changed.
func (f *feeds) wake(jobID int64) {
	f.mu.Lock()
	fd := f.byJob[jobID]
	f.mu.Unlock()
	if fd != nil {
		fd.wake()
	}
}

// feed is what the tails of one job share: the newest bytes of its log while it runs here,
// and the wake-ups.
type feed struct {
	jobID int64
	// users counts tails and the run; guarded by feeds.mu.
	users int

	mu sync.Mutex
	// live says that a run here writes this log; then size, status and the window hold.
	live   bool
	size   int64
	status models.JobStatus
	window []windowPiece
	held   int
	tails  map[*Tail]struct{}
}

type windowPiece struct {
	start int64
	text  string
}

// suspend makes the feed of a job that goes back to the queue, or ended without its run, one that is
// not live: what its tails get next is in the row.
func (f *feeds) suspend(jobID int64) {
	f.mu.Lock()
	fd := f.byJob[jobID]
	f.mu.Unlock()
	if fd == nil {
		return
	}
	fd.mu.Lock()
	fd.live = false
	fd.wakeLocked()
	fd.mu.Unlock()
}

// begin makes the feed live: a run here writes the log from size on, which is more than 0 for a job
// that has run before.
func (f *feed) begin(size int64) {
	f.mu.Lock()
	f.live, f.size, f.status = true, size, models.Running
	f.window, f.held = nil, 0
	f.mu.Unlock()
	f.wake()
}

// announce takes in what was just stored and wakes the tails.
func (f *feed) announce(data []byte) {
	text := string(data)
	f.mu.Lock()
	for len(text) > 0 {
		cut := wholeCharacters(text, maxChunk)
		f.window = append(f.window, windowPiece{start: f.size, text: text[:cut]})
		f.size += int64(cut)
		f.held += cut
		text = text[cut:]
	}
	drop := 0
	for f.held-len(f.window[drop].text) >= windowSize {
		f.held -= len(f.window[drop].text)
		drop++
	}
	// Copying down lets the dropped pieces go and keeps the slice from growing at its end.
	if drop > 0 {
		kept := copy(f.window, f.window[drop:])
		clear(f.window[kept:])
		f.window = f.window[:kept]
	}
	f.wakeLocked()
	f.mu.Unlock()
}

// end makes the final status known; the log is complete.
func (f *feed) end(status models.JobStatus) {
	f.mu.Lock()
	f.status = status
	f.wakeLocked()
	f.mu.Unlock()
}

func (f *feed) wake() {
	f.mu.Lock()
	f.wakeLocked()
	f.mu.Unlock()
}

func (f *feed) wakeLocked() {
	for tail := range f.tails {
		select {
		case tail.woken <- struct{}{}:
		default:
		}
	}
}

// pace is the least time between two events of a tail that stands at offset: none when a
// full piece waits or the log is complete.
func (f *feed) pace(offset int64) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.live || f.status.Ended() || f.size-offset >= maxChunk {
		return 0
	}
	return min(paceBase+time.Duration(len(f.tails))*pacePerTail, paceMost)
}

// feedState is what a feed knows about an offset.
type feedState struct {
	// live says that the other fields hold.
	live   bool
	size   int64
	status models.JobStatus
	// inWindow says that text is what follows the offset; else it is in the database.
	inWindow bool
	text     string
}

// pending says whether something follows offset, be it only the end; live says that it holds.
func (f *feed) pending(offset int64) (live, pending bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.live, f.size > offset || f.status.Ended()
}

// from looks up what follows offset.
func (f *feed) from(offset int64) feedState {
	f.mu.Lock()
	defer f.mu.Unlock()
	state := feedState{live: f.live, size: f.size, status: f.status}
	if !f.live || len(f.window) == 0 || offset < f.window[0].start || offset >= f.size {
		return state
	}
	state.inWindow = true
	i := sort.Search(len(f.window), func(i int) bool { return f.window[i].start > offset }) - 1
	first := f.window[i].text[offset-f.window[i].start:]
	if i == len(f.window)-1 {
		state.text = first
		return state
	}
	var joined strings.Builder
	joined.WriteString(first)
	for _, piece := range f.window[i+1:] {
		if joined.Len()+len(piece.text) > maxChunk {
			break
		}
		joined.WriteString(piece.text)
	}
	state.text = joined.String()
	return state
}
