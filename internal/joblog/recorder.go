package joblog

import (
	"context"
	"fmt"
	"sync"

	"mailferry/internal/secret"
)

// maxGathered is how many bytes may wait to be stored; then the child has to wait.
const maxGathered = 1 << 20

// Recorder takes a child's output, cleans it, masks passwords in it, and stores it: while
// one append is being stored the next bytes gather, so that a quiet job is stored line by
// line and a loud one in large pieces.
type Recorder struct {
	cleaner *cleaner
	// redactor comes after the cleaner: what the cleaner drops could otherwise keep a
	// password apart until it has passed.
	redactor *secret.Redactor
	// store appends to the log after offset and returns only when that is done, or for
	// good without having done it.
	store func(ctx context.Context, offset int64, data []byte) error
	// announce is told of what was stored.
	announce func(data []byte)
	limit    int64

	mu sync.Mutex
	// gathered waits to be stored; spare is the buffer that alternates with it.
	gathered, spare []byte
	closed          bool
	full            bool
	failed          error
	// taken counts bytes that were taken in; stored those that are in the database.
	taken, stored int64
	changed       chan struct{}
	room          chan struct{}
}

// newRecorder returns a recorder whose parse is given each cleaned piece, also after the
// limit of the log is reached.
func newRecorder(limit int64, passwords []string, parse func(text []byte),
	store func(ctx context.Context, offset int64, data []byte) error, announce func(data []byte),
) *Recorder {
	r := &Recorder{
		store: store, announce: announce, limit: limit,
		changed: make(chan struct{}, 1), room: make(chan struct{}, 1),
	}
	r.redactor = secret.NewRedactor(writerFunc(func(text []byte) {
		parse(text)
		r.gather(text)
	}), passwords...)
	r.cleaner = &cleaner{out: func(text []byte) {
		_, _ = r.redactor.Write(text) // It fails only if its writer does, which never does.
	}}
	return r
}

// goOn has the recorder store after what an earlier run of the job has left. It is called before the
// recorder gets anything.
func (r *Recorder) goOn(size int64) *Recorder {
	r.taken, r.stored = size, size
	return r
}

// writerFunc is a writer that never fails.
type writerFunc func(p []byte)

func (f writerFunc) Write(p []byte) (int, error) {
	f(p)
	return len(p), nil
}

// Write takes a child's output. It waits while too much is waiting to be stored. It fails
// when nothing can be stored any more.
func (r *Recorder) Write(p []byte) (int, error) {
	r.waitForRoom()
	if _, err := r.cleaner.Write(p); err != nil {
		return 0, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(p), r.failed
}

// Size is how many bytes are stored.
func (r *Recorder) Size() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stored
}

// Close takes what was held back and lets Run end when all is stored.
func (r *Recorder) Close() error {
	r.cleaner.Flush()
	err := r.redactor.Flush()
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	signal(r.changed)
	return err
}

func (r *Recorder) waitForRoom() {
	for {
		r.mu.Lock()
		waiting := len(r.gathered) >= maxGathered && r.failed == nil
		r.mu.Unlock()
		if !waiting {
			return
		}
		<-r.room
	}
}

func (r *Recorder) gather(text []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.full || r.failed != nil {
		return
	}
	if r.taken+int64(len(text)) > r.limit {
		r.full = true
		text = text[:wholeCharactersOrNone(text, int(r.limit-r.taken))]
		r.gathered = append(r.gathered, text...)
		notice := fmt.Sprintf("\nThe log was cut here: it reached its limit of %d bytes. The job went on.\n", r.limit)
		r.gathered = append(r.gathered, notice...)
		r.taken += int64(len(text) + len(notice))
	} else {
		r.gathered = append(r.gathered, text...)
		r.taken += int64(len(text))
	}
	signal(r.changed)
}

// wholeCharactersOrNone is wholeCharacters, but nothing when the first one does not fit.
func wholeCharactersOrNone(text []byte, limit int) int {
	if n := wholeCharacters(text, limit); n <= limit {
		return n
	}
	return 0
}

// Run stores what gathers until Close and the last byte. An error means that the rest of
// the log is lost, and that Write fails from now on.
func (r *Recorder) Run(ctx context.Context) error {
	for {
		r.mu.Lock()
		data, offset, closed := r.gathered, r.stored, r.closed
		r.gathered = r.spare[:0]
		r.mu.Unlock()
		if len(data) == 0 {
			r.spare = data
			if closed {
				return nil
			}
			<-r.changed
			continue
		}
		signal(r.room)
		if err := r.store(ctx, offset, data); err != nil {
			r.Fail(err)
			return err
		}
		r.mu.Lock()
		r.stored += int64(len(data))
		r.mu.Unlock()
		r.announce(data)
		r.spare = data
	}
}

// Fail has Write fail from now on.
func (r *Recorder) Fail(err error) {
	r.mu.Lock()
	r.failed = fmt.Errorf("store log: %w", err)
	r.mu.Unlock()
	signal(r.room)
}
