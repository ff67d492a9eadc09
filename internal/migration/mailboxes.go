package migration

import (
	"context"
	"iter"

	"github.com/uptrace/bun"

	"mailferry/internal/models"
)

// BatchMailboxes lists the latest run of each mailbox of a batch, in the order of the batch.
func (s *Service) BatchMailboxes(ctx context.Context, id int64) ([]*models.MigrationJob, error) {
	jobs, err := s.batchJobs(ctx, id, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("NOT superseded").OrderExpr("batch_position")
	})
	for _, job := range jobs {
		s.addLive(job)
	}
	return jobs, err
}

// EachMailbox yields the latest run of each mailbox of a batch, in the order of the batch, a
// page at a time. An error ends it.
func (s *Service) EachMailbox(ctx context.Context, id int64) iter.Seq2[*models.MigrationJob, error] {
	return func(yield func(*models.MigrationJob, error) bool) {
		for after := -1; ; {
			page, err := s.batchJobs(ctx, id, func(q *bun.SelectQuery) *bun.SelectQuery {
				return q.Where("NOT superseded AND batch_position > ?", after).OrderExpr("batch_position").Limit(mailboxesPage)
			})
			if err != nil {
				yield(nil, err)
				return
			}
			for _, job := range page {
				s.addLive(job)
				if !yield(job, nil) {
					return
				}
				after = job.BatchPosition
			}
			if len(page) < mailboxesPage {
				return
			}
		}
	}
}

// mailboxesPage is how many jobs are read at once: each may name a thousand messages.
const mailboxesPage = 100
