package migration

import (
	"context"
	"errors"

	"mailferry/internal/joblog"
)

// ReadLog reads a job's log once: at most limit bytes (1 to [joblog.MaxRead]) from offset on. An
// offset within a character starts at that character; one past the end is refused.
func (s *Service) ReadLog(ctx context.Context, jobID, offset int64, limit int) (joblog.Chunk, error) {
	chunk, err := s.logs.Read(ctx, jobID, offset, limit)
	return chunk, refusedRange(err)
}

// TailLog follows a job's log from offset on, under the rules of ReadLog. The tail of a queued
// job waits with it. The caller closes the tail.
func (s *Service) TailLog(ctx context.Context, jobID, offset int64) (*joblog.Tail, error) {
	tail, err := s.logs.Follow(ctx, jobID, offset)
	return tail, refusedRange(err)
}

// OpenLog opens a job's log for a download; ctx is that of the download.
func (s *Service) OpenLog(ctx context.Context, jobID int64) (*joblog.Reader, error) {
	return s.logs.Open(ctx, jobID)
}

// refusedRange is an error of package joblog as one of this package.
func refusedRange(err error) error {
	if refused, ok := errors.AsType[*joblog.RangeError](err); ok {
		return &Error{Code: BadInput, Field: refused.Field, Message: refused.Message}
	}
	return err
}
