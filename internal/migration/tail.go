package migration

import (
	"context"
	"io"
	"time"
)

// Tail follows a job's log: a cursor. It belongs to one goroutine. A slow reader of a tail
// slows nobody: what it has not read lies in the database.
type Tail struct {
	service *Service
	feed    *feed
	offset  int64
	// woken has one place: it says "look again", never what there is.
	woken chan struct{}
	// sentAt is when Next last returned a piece.
	sentAt time.Time
	ended  bool
}

// TailLog follows a job's log from offset on, under the rules of ReadLog. The tail of a
// queued job waits with it. The caller closes the tail.
func (s *Service) TailLog(ctx context.Context, jobID, offset int64) (*Tail, error) {
	job, err := s.Job(ctx, jobID)
	if err != nil {
		return nil, err
	}
	size, err := s.logSize(ctx, job)
	if err != nil {
		return nil, err
	}
	if err := checkOffset(offset, size); err != nil {
		return nil, err
	}
	if offset > 0 && offset < size {
		// Only the first offset can lie within a character; pieces end between them.
		if offset, _, err = s.readStored(ctx, jobID, offset, 1); err != nil {
			return nil, err
		}
	}
	tail := &Tail{service: s, feed: s.feeds.acquire(jobID), offset: offset, woken: make(chan struct{}, 1)}
	tail.feed.mu.Lock()
	tail.feed.tails[tail] = struct{}{}
	tail.feed.mu.Unlock()
	return tail, nil
}

// Close ends the tail.
func (t *Tail) Close() {
	t.feed.mu.Lock()
	delete(t.feed.tails, t)
	t.feed.mu.Unlock()
	t.service.feeds.release(t.feed)
}

// Next waits for what follows and returns it, at most 64 KiB. After the piece with EOF true,
// which may be empty, it returns io.EOF. It ends with ctx.
func (t *Tail) Next(ctx context.Context) (LogChunk, error) {
	if t.ended {
		return LogChunk{}, io.EOF
	}
	for {
		if err := t.Ready(ctx); err != nil {
			return LogChunk{}, err
		}
		chunk, err := t.look(ctx)
		if err != nil {
			return LogChunk{}, err
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
	if live, pending := t.feed.pending(t.offset); live {
		return pending, nil
	}
	job, err := t.service.Job(ctx, t.feed.jobID)
	if err != nil {
		return false, err
	}
	size, err := t.service.logSize(ctx, job)
	return job.Status.Ended() || size > t.offset, err
}

// keepPace lets a little more gather when the last event was a moment ago.
func (t *Tail) keepPace(ctx context.Context) error {
	if t.sentAt.IsZero() {
		return nil
	}
	wait := t.feed.pace(t.offset) - time.Since(t.sentAt)
	if wait > 0 && !sleep(ctx, wait) {
		return context.Cause(ctx)
	}
	return nil
}

// look reads what follows the offset now; an empty piece without EOF if there is nothing.
func (t *Tail) look(ctx context.Context) (LogChunk, error) {
	state := t.feed.from(t.offset)
	if !state.live {
		// Waiting, ended before, or run by another process: the row tells.
		job, err := t.service.Job(ctx, t.feed.jobID)
		if err != nil {
			return LogChunk{}, err
		}
		return t.service.readLogOf(ctx, job, t.offset, maxChunk)
	}
	chunk := LogChunk{JobID: t.feed.jobID, Offset: t.offset, NewOffset: t.offset, Status: state.status}
	switch {
	case state.inWindow:
		chunk.Chunk = state.text
	case t.offset < state.size:
		_, text, err := t.service.readStored(ctx, t.feed.jobID, t.offset, maxChunk)
		if err != nil {
			return LogChunk{}, err
		}
		if len(text) == 0 {
			return LogChunk{}, notFound(t.feed.jobID) // deleted meanwhile
		}
		chunk.Chunk = string(text)
	}
	chunk.NewOffset += int64(len(chunk.Chunk))
	chunk.EOF = state.status.Ended() && chunk.NewOffset >= state.size
	return chunk, nil
}
