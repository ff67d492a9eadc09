package migration

import "mailferry/internal/models"

// share sums up how much of a batch's work is done.
type share struct {
	mailboxes, succeeded int64
	// known counts mailboxes whose size is known, and knownSucceeded those of them that have
	// succeeded; total and finished are their units.
	known, knownSucceeded int64
	total, finished       float64
}

// add counts mailboxes that are in one state.
func (s *share) add(status models.JobStatus, count, known int64, done, total float64) {
	s.mailboxes += count
	s.known += known
	s.total += total
	if status == models.Succeeded {
		s.succeeded += count
		s.knownSucceeded += known
		s.finished += total
		return
	}
	// Progress counts messages that were refused, and a first run is larger than a check said.
	s.finished += min(done, total)
}

// done is the share that is done, from 0 to 1.
func (s *share) done() float64 {
	if s.mailboxes == 0 {
		return 0
	}
	if s.total == 0 {
		// Nothing but mailboxes can be counted.
		return float64(s.succeeded) / float64(s.mailboxes)
	}
	each := s.total / float64(s.known)
	total := s.total + each*float64(s.mailboxes-s.known)
	return min((s.finished+each*float64(s.succeeded-s.knownSucceeded))/total, 1)
}
