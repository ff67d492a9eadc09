package joblog

import (
	"context"
	"fmt"
	"io"

	"mailferry/internal/models"
)

// Reader reads a job's log as it was when it was opened. It is an io.ReadSeeker that
// holds one piece in memory.
type Reader struct {
	// Job is the job as it was when the log was opened.
	Job *models.MigrationJob

	ctx   context.Context //nolint:containedctx // io.Reader has no place for one
	logs  *Logs
	size  int64
	at    int64
	piece []byte
	start int64
}

// Open opens a job's log for a download; ctx is that of the download.
func (l *Logs) Open(ctx context.Context, jobID int64) (*Reader, error) {
	job, err := l.jobs.Job(ctx, jobID)
	if err != nil {
		return nil, err
	}
	size, err := l.size(ctx, job)
	if err != nil {
		return nil, err
	}
	return &Reader{Job: job, ctx: ctx, logs: l, size: size}, nil
}

// Size is the length of the log in bytes.
func (r *Reader) Size() int64 { return r.size }

// Read reads on; io.EOF at the end. The bytes that it gives may be parts of characters.
func (r *Reader) Read(p []byte) (int, error) {
	if r.at >= r.size {
		return 0, io.EOF
	}
	if r.at < r.start || r.at >= r.start+int64(len(r.piece)) {
		start, text, err := r.logs.readStored(r.ctx, r.Job.ID, r.at, 4*maxChunk)
		if err != nil {
			return 0, err
		}
		if len(text) == 0 {
			return 0, io.ErrUnexpectedEOF // deleted meanwhile
		}
		r.start, r.piece = start, text
	}
	rest := r.piece[r.at-r.start:]
	n := copy(p, rest[:min(int64(len(rest)), r.size-r.at)])
	r.at += int64(n)
	return n, nil
}

// Seek moves to an offset in bytes.
func (r *Reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += r.at
	case io.SeekEnd:
		offset += r.size
	default:
		return 0, fmt.Errorf("seek in log of job %d: unknown whence %d", r.Job.ID, whence)
	}
	if offset < 0 {
		return 0, fmt.Errorf("seek in log of job %d: negative offset %d", r.Job.ID, offset)
	}
	r.at = offset
	return offset, nil
}
