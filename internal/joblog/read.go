package joblog

import (
	"context"

	"mailferry/internal/models"
)

// MaxRead is the most bytes that one [Logs.Read] gives.
const MaxRead = 1 << 20

// Chunk is a piece of a job's log. Offsets are bytes from the start of the log.
type Chunk struct {
	JobID int64
	// Offset is where Chunk starts.
	Offset int64
	// Chunk is valid UTF-8 and never a part of a character.
	Chunk string
	// NewOffset is where to ask on from.
	NewOffset int64
	// Status is the job's status when this was read.
	Status models.JobStatus
	// EOF says that the job has ended and this is the end of its log.
	EOF bool
}

// Read reads a job's log once: at most limit bytes (1 to [MaxRead]) from offset on. An
// offset within a character starts at that character; one past the end is refused.
func (l *Logs) Read(ctx context.Context, jobID, offset int64, limit int) (Chunk, error) {
	if limit < 1 || limit > MaxRead {
		return Chunk{}, outOfRange("limit", "must be between 1 and %d", MaxRead)
	}
	job, err := l.jobs.Job(ctx, jobID)
	if err != nil {
		return Chunk{}, err
	}
	return l.readOf(ctx, job, offset, limit)
}

// readOf reads the log of a job whose row was read before: if that says it has ended, its
// log is complete.
func (l *Logs) readOf(ctx context.Context, job *models.MigrationJob, offset int64, limit int) (Chunk, error) {
	size, err := l.size(ctx, job)
	if err != nil {
		return Chunk{}, err
	}
	if err := checkOffset(offset, size); err != nil {
		return Chunk{}, err
	}
	chunk := Chunk{JobID: job.ID, Offset: offset, NewOffset: offset, Status: job.Status}
	if offset < size {
		start, text, err := l.readStored(ctx, job.ID, offset, limit)
		if err != nil {
			return Chunk{}, err
		}
		chunk.Offset, chunk.Chunk, chunk.NewOffset = start, string(text), start+int64(len(text))
	}
	chunk.EOF = job.Status.Ended() && chunk.NewOffset >= size
	return chunk, nil
}

func checkOffset(offset, size int64) error {
	if offset < 0 {
		return outOfRange("offset", "must not be negative")
	}
	if offset > size {
		return outOfRange("offset", "is past the end of the log, which has %d bytes", size)
	}
	return nil
}

// size is the length of the stored log of a job whose row was read before.
func (l *Logs) size(ctx context.Context, job *models.MigrationJob) (int64, error) {
	if job.Status == models.Running {
		return Measure(ctx, l.db, job.ID)
	}
	return job.LogSize, nil
}
