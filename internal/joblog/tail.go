package joblog

import (
	"context"
	"fmt"
	"io"
	"time"
)

// Tail follows a job's log: a cursor. It belongs to one goroutine. A slow reader of a tail
// slows nobody: what it has not read lies in the database.
type Tail struct {
	logs   *Logs
	stream *stream
	offset int64
	// woken has one place: it says "read again", never what there is.
	woken chan struct{}
	// sentAt is when Next last returned a piece.
	sentAt time.Time
	ended  bool
}

// Follow follows a job's log from offset on, under the rules of [Logs.Read]. The tail of a
// queued job waits with it. The caller closes the tail.
func (l *Logs) Follow(ctx context.Context, jobID, offset int64) (*Tail, error) {
	job, err := l.jobs.Job(ctx, jobID)
	if err != nil {
		return nil, err
	}
	size, err := l.size(ctx, job)
	if err != nil {
		return nil, err
	}
	if err := checkOffset(offset, size); err != nil {
		return nil, err
	}
	if offset > 0 && offset < size {
		// Only the first offset can lie within a character; pieces end between them.
		if offset, _, err = l.readStored(ctx, jobID, offset, 1); err != nil {
			return nil, err
		}
	}
	tail := &Tail{logs: l, stream: l.hub.acquire(jobID), offset: offset, woken: make(chan struct{}, 1)}
	tail.stream.mu.Lock()
	tail.stream.tails[tail] = struct{}{}
	tail.stream.mu.Unlock()
	return tail, nil
}

// Close ends the tail.
func (t *Tail) Close() {
	t.stream.mu.Lock()
	delete(t.stream.tails, t)
	t.stream.mu.Unlock()
	t.logs.hub.release(t.stream)
}

// Next waits for what follows and returns it, at most 64 KiB. After the piece with EOF true,
// which may be empty, it returns io.EOF. It ends with ctx.
func (t *Tail) Next(ctx context.Context) (Chunk, error) {
	if t.ended {
		return Chunk{}, io.EOF
	}
	for {
		if err := t.Ready(ctx); err != nil {
			return Chunk{}, err
		}
		chunk, err := t.read(ctx)
		if err != nil {
			return Chunk{}, err
		}
		if chunk.Chunk != "" || chunk.EOF {
			t.offset = chunk.NewOffset
			t.sentAt = time.Now()
			t.ended = chunk.EOF
			return chunk, nil
		}
	}
}

// Ready waits until Next has something to return, and reads nothing of it: a caller with many tails takes only as many
// pieces at a time as it has room for. It ends with ctx.
func (t *Tail) Ready(ctx context.Context) error {
	if t.ended {
		return nil
	}
	if err := t.keepPace(ctx); err != nil {
		return err
	}
	for {
		if pending, err := t.pending(ctx); pending || err != nil {
			return err
		}
		select {
		case <-t.woken:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// pending says whether something follows the offset now, be it only the end.
func (t *Tail) pending(ctx context.Context) (bool, error) {
	if live, pending := t.stream.pending(t.offset); live {
		return pending, nil
	}
	job, err := t.logs.jobs.Job(ctx, t.stream.jobID)
	if err != nil {
		return false, err
	}
	size, err := t.logs.size(ctx, job)
	return job.Status.Ended() || size > t.offset, err
}

// keepPace lets a little more gather when the last event was a moment ago.
func (t *Tail) keepPace(ctx context.Context) error {
	if t.sentAt.IsZero() {
		return nil
	}
	wait := t.stream.pace(t.offset) - time.Since(t.sentAt)
	if wait > 0 && !sleep(ctx, wait) {
		return context.Cause(ctx)
	}
	return nil
}

// read reads what follows the offset now; an empty piece without EOF if there is nothing.
func (t *Tail) read(ctx context.Context) (Chunk, error) {
	state := t.stream.from(t.offset)
	if !state.live {
		// Waiting, ended before, or run by another process: the row tells.
		job, err := t.logs.jobs.Job(ctx, t.stream.jobID)
		if err != nil {
			return Chunk{}, err
		}
		return t.logs.readOf(ctx, job, t.offset, maxChunk)
	}
	chunk := Chunk{JobID: t.stream.jobID, Offset: t.offset, NewOffset: t.offset, Status: state.status}
	switch {
	case state.inMemory:
		chunk.Chunk = state.text
	case t.offset < state.size:
		_, text, err := t.logs.readStored(ctx, t.stream.jobID, t.offset, maxChunk)
		if err != nil {
			return Chunk{}, err
		}
		if len(text) == 0 {
			return Chunk{}, t.logs.gone(ctx, t.stream.jobID)
		}
		chunk.Chunk = string(text)
	}
	chunk.NewOffset += int64(len(chunk.Chunk))
	chunk.EOF = state.status.Ended() && chunk.NewOffset >= state.size
	return chunk, nil
}

// gone is the error about a job whose stored log is not there any more: it was deleted meanwhile.
func (l *Logs) gone(ctx context.Context, jobID int64) error {
	if _, err := l.jobs.Job(ctx, jobID); err != nil {
		return err
	}
	return fmt.Errorf("read log of job %d: %w", jobID, io.ErrUnexpectedEOF)
}
