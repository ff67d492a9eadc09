package migration

import (
	"context"
	"errors"
	"slices"
)

// errServerStopping is why nothing new is taken on.
var errServerStopping = errors.New("the server is stopping")

// Stopping says whether Stop was called: what was asked for before is answered, nothing new is begun.
func (s *Service) Stopping() bool { return s.stopping.Load() }

// NotReady are sentences on what keeps the service from storing jobs and running them, for anybody to read; none if
// nothing does. Whether the database can be written to is known from the newest writes, of which the lease makes one
// every few seconds; only whether it answers is asked now.
func (s *Service) NotReady(ctx context.Context) []string {
	s.mu.Lock()
	ended := s.ended
	s.mu.Unlock()
	if s.Stopping() {
		return []string{errServerStopping.Error()}
	}
	if ended == nil {
		return []string{"the runner is not started"}
	}
	select {
	case <-ended:
		return []string{"the runner has stopped"}
	default:
	}
	reasons := s.starts.reasons()
	if s.lease != nil && !s.lease.Held() {
		reasons = append(reasons, "the lease of the database has ended: it could not be reached in time, and no job runs until it can")
	}
	if trouble := s.db.Trouble(); trouble != "" {
		reasons = append(reasons, trouble)
	} else if err := s.db.PingContext(ctx); err != nil {
		s.logger.WarnContext(ctx, "the database does not answer", keyError, err)
		reasons = append(reasons, "the database does not answer")
	}
	return slices.Compact(reasons)
}
