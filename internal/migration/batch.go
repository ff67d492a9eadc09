package migration

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"mailferry/internal/events"
	"mailferry/internal/models"
)

// MaxBatch is how many mailboxes a batch may have.
const MaxBatch = 5000

// NewBatch is a batch to create.
type NewBatch struct {
	Name string
	// Paused creates it without letting anything run.
	Paused bool
	// SourceLimit and DestinationLimit are how many jobs may run at once from one source host
	// and to one destination host; nil: as many as there are slots.
	SourceLimit, DestinationLimit *int
	// RetryInterrupted has jobs retried as well when the server stopped under them.
	RetryInterrupted bool
	// Mailboxes are its jobs, in the order in which they are to run.
	Mailboxes []NewJob
}

// CheckBatchInput validates a batch as CreateBatch does and changes nothing. It returns
// every refused field, not just the first.
func (s *Service) CheckBatchInput(input NewBatch) []*Error {
	_, refused := s.newBatchJobs(input)
	return refused
}

// newBatchJobs makes the rows of a batch's jobs, without passwords.
func (s *Service) newBatchJobs(input NewBatch) (jobs []*models.MigrationJob, refused []*Error) {
	refuse := func(err error, prefix string) {
		if e, ok := errors.AsType[*Error](err); ok {
			refused = append(refused, &Error{Code: e.Code, Field: prefix + e.Field, Message: e.Message})
		} else if err != nil {
			refused = append(refused, &Error{Code: BadInput, Field: strings.TrimSuffix(prefix, "."), Message: "is refused"})
		}
	}
	refuse(text("name", strings.TrimSpace(input.Name), maxNameLength), "")
	for _, limit := range []struct {
		field string
		value *int
	}{{"sourceLimit", input.SourceLimit}, {"destinationLimit", input.DestinationLimit}} {
		if limit.value != nil && *limit.value < 1 {
			refuse(badInput(limit.field, "must be at least 1"), "")
		}
	}
	if len(input.Mailboxes) == 0 || len(input.Mailboxes) > MaxBatch {
		refuse(badInput("mailboxes", "must be 1 to %d mailboxes, not %d", MaxBatch, len(input.Mailboxes)), "")
	}
	destinations, retriesRefused := map[string]int{}, false
	for i, mailbox := range input.Mailboxes {
		prefix := fmt.Sprintf("mailboxes[%d].", i)
		job, err := s.newJob(mailbox)
		if e, ok := errors.AsType[*Error](err); ok && e.Field == fieldRetries {
			// They are set for all mailboxes at once.
			if !retriesRefused {
				refuse(err, "")
			}
			retriesRefused = true
			continue
		}
		if err != nil {
			refuse(err, prefix)
			continue
		}
		// Two jobs that write to the same folders at once would each miss what the other adds.
		place := destinationPlace(job)
		if before, taken := destinations[place]; taken {
			refuse(sharedDestination(before), prefix)
			continue
		}
		destinations[place] = i
		job.SourceLimit, job.DestinationLimit = input.SourceLimit, input.DestinationLimit
		job.RetryInterrupted = input.RetryInterrupted
		jobs = append(jobs, job)
	}
	return jobs, refused
}

// sharedDestination refuses a mailbox that would write where the one at a position of the batch does.
func sharedDestination(position int) error {
	return badInput("destination.user", "is the destination of mailbox %d as well; give one of them a folder of its own (underFolder)",
		position+1)
}

// CreateBatch creates a batch with all its jobs, or nothing if one is refused; the error is
// then the first refusal.
func (s *Service) CreateBatch(ctx context.Context, input NewBatch) (*models.MigrationBatch, error) {
	jobs, refused := s.newBatchJobs(input)
	if len(refused) > 0 {
		return nil, refused[0]
	}
	batch := &models.MigrationBatch{Name: readable(input.Name), CreatedAt: s.now(), Paused: input.Paused}
	err := s.db.WriteTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewInsert().Model(batch).Returning("id").Exec(ctx); err != nil {
			return err
		}
		for i, job := range jobs {
			job.BatchID, job.BatchPosition = &batch.ID, i
		}
		return s.insertTx(ctx, tx, jobs, func(i int, job *models.MigrationJob) error {
			return s.seal(job, input.Mailboxes[i].Source.Password, input.Mailboxes[i].Destination.Password)
		})
	})
	if err != nil {
		return nil, fmt.Errorf("create a batch: %w", err)
	}
	s.logger.InfoContext(ctx, "batch created", keyBatch, batch.ID, keyCount, len(jobs))
	s.tellCreated(ctx, jobs)
	return batch, nil
}

// Batch returns one batch.
func (s *Service) Batch(ctx context.Context, id int64) (*models.MigrationBatch, error) {
	batch := new(models.MigrationBatch)
	err := s.db.NewSelect().Model(batch).Where("id = ?", id).Scan(ctx)
	if isNoRows(err) {
		return nil, batchNotFound(id)
	}
	if err != nil {
		return nil, fmt.Errorf("read batch %d: %w", id, err)
	}
	return batch, nil
}

// BatchesPage is a page of batches, newest first.
type BatchesPage struct {
	Batches     []*models.MigrationBatch
	HasNextPage bool
}

// Batches lists batches, newest first: as many as first says, 1 to [MaxPage], after the one
// whose cursor after is.
func (s *Service) Batches(ctx context.Context, first int, after string) (BatchesPage, error) {
	if first < 1 || first > MaxPage {
		return BatchesPage{}, badInput("first", "must be between 1 and %d", MaxPage)
	}
	var batches []*models.MigrationBatch
	query := s.db.NewSelect().Model(&batches).OrderExpr("id DESC").Limit(int64(first) + 1)
	if after != "" {
		id, err := strconv.ParseInt(after, 10, 64)
		if err != nil || id < 1 {
			return BatchesPage{}, badInput("after", "is not a cursor that a page of batches gave")
		}
		query = query.Where("id < ?", id)
	}
	if err := query.Scan(ctx); err != nil {
		return BatchesPage{}, fmt.Errorf("list batches: %w", err)
	}
	if len(batches) > first {
		return BatchesPage{Batches: batches[:first], HasNextPage: true}, nil
	}
	return BatchesPage{Batches: batches}, nil
}

// PauseBatch keeps a batch's queued jobs waiting, or lets them go on; what runs runs on.
func (s *Service) PauseBatch(ctx context.Context, id int64, paused bool) (*models.MigrationBatch, error) {
	batch := new(models.MigrationBatch)
	err := s.db.Write(ctx, func(ctx context.Context, db bun.IDB) error {
		return db.NewUpdate().Model(batch).Set("paused = ?", paused).Where("id = ?", id).Returning("*").Scan(ctx)
	})
	if isNoRows(err) {
		return nil, batchNotFound(id)
	}
	if err != nil {
		return nil, fmt.Errorf("pause batch %d: %w", id, err)
	}
	s.logger.InfoContext(ctx, "batch paused or resumed", keyBatch, id, "paused", paused)
	s.queue.Wake()
	s.events.PublishBatch(id)
	return batch, nil
}

// CancelBatch cancels every job of a batch that is queued or running.
func (s *Service) CancelBatch(ctx context.Context, id int64) (*models.MigrationBatch, error) {
	batch, err := s.Batch(ctx, id)
	if err != nil {
		return nil, err
	}
	// All that wait at once: one by one, the later ones would start meanwhile.
	var waiting []*models.MigrationJob
	err = s.db.Write(ctx, func(ctx context.Context, db bun.IDB) error {
		return cancelQueued(db, s.now()).Where("batch_id = ?", id).Returning("*").Scan(ctx, &waiting)
	})
	if err != nil && !isNoRows(err) {
		return nil, fmt.Errorf("cancel batch %d: %w", id, err)
	}
	s.logger.InfoContext(ctx, "queued jobs of a batch cancelled", keyBatch, id, keyCount, len(waiting))
	for _, job := range waiting {
		s.logs.Wake(job.ID)
		s.publish(events.Ended, job)
	}
	running, err := s.batchJobs(ctx, id, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("status = ?", models.Running)
	})
	if err != nil {
		return nil, err
	}
	for _, job := range running {
		// One that has ended meanwhile needs no cancel.
		if _, err := s.CancelJob(ctx, job.ID); err != nil && !IsCode(err, Conflict) && !IsCode(err, NotFound) {
			return nil, err
		}
	}
	return batch, nil
}

// RerunBatch runs mailboxes of a batch again: all of them, which copies only what is new, or
// those alone whose last run did not succeed, in the order of the batch. Those that wait or
// run are left as they are. It returns how many were queued.
func (s *Service) RerunBatch(ctx context.Context, id int64, all bool) (int, error) {
	batch, err := s.Batch(ctx, id)
	if err != nil {
		return 0, err
	}
	if batch.PurgedAt != nil {
		return 0, conflict("The passwords of batch %d were purged; it can no longer be run.", id)
	}
	statuses := []models.JobStatus{models.Failed, models.Interrupted, models.Cancelled}
	if all {
		statuses = append(statuses, models.Succeeded)
	}
	jobs, err := s.batchJobs(ctx, id, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("status IN (?) AND NOT superseded", bun.List(statuses)).OrderExpr("batch_position")
	})
	if err != nil {
		return 0, err
	}
	count := 0
	for piece := range slices.Chunk(jobs, insertPiece) {
		made, err := s.rerunJobs(ctx, piece)
		if err != nil {
			return count, fmt.Errorf("rerun batch %d: %w", id, err)
		}
		count += len(made)
	}
	return count, nil
}

// rerunJobs queues jobs that repeat old ones, in one transaction. Those that cannot be run
// again, or were run again meanwhile, are left out.
func (s *Service) rerunJobs(ctx context.Context, old []*models.MigrationJob) ([]*models.MigrationJob, error) {
	var made, superseded []*models.MigrationJob
	err := s.db.WriteTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		for _, job := range old {
			if s.mayRerun(ctx, job) != nil {
				continue
			}
			again := s.rerunOf(job)
			switch err := s.supersedeTx(ctx, tx, job, again); {
			case err == nil:
				made, superseded = append(made, again), append(superseded, job)
			case !IsCode(err, Conflict):
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, job := range superseded {
		s.tellSuperseded(job)
	}
	s.tellCreated(ctx, made)
	return made, nil
}

// DeleteBatch removes a batch with all its jobs and their logs, for good. All must have ended.
func (s *Service) DeleteBatch(ctx context.Context, id int64) error {
	if _, err := s.Batch(ctx, id); err != nil {
		return err
	}
	var jobs []*models.MigrationJob
	err := s.db.WriteTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := noneActive(ctx, tx, id, "cancel it first"); err != nil {
			return err
		}
		// Reports and progress may be large, and are of no use any more.
		if err := tx.NewSelect().Model(&jobs).ExcludeColumn("report", "progress", "source_password", "destination_password").
			Where("batch_id = ?", id).Scan(ctx); err != nil {
			return err
		}
		_, err := tx.NewDelete().Model((*models.MigrationBatch)(nil)).Where("id = ?", id).Exec(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("delete batch %d: %w", id, err)
	}
	s.logger.InfoContext(ctx, "batch deleted", keyBatch, id)
	for _, job := range jobs {
		s.logs.Wake(job.ID)
		s.tellDeleted(job)
	}
	s.events.PublishBatch(id)
	return nil
}

// PurgeBatch deletes the passwords of all jobs of a batch. The jobs stay as history and can
// no longer be run again.
func (s *Service) PurgeBatch(ctx context.Context, id int64) (*models.MigrationBatch, error) {
	if _, err := s.Batch(ctx, id); err != nil {
		return nil, err
	}
	batch := new(models.MigrationBatch)
	err := s.db.WriteTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := noneActive(ctx, tx, id, "wait for its end, or cancel it"); err != nil {
			return err
		}
		if _, err := tx.NewUpdate().Model((*models.MigrationJob)(nil)).
			Set("source_password = NULL").Set("destination_password = NULL").
			Where("batch_id = ?", id).Exec(ctx); err != nil {
			return err
		}
		return tx.NewUpdate().Model(batch).Set("purged_at = COALESCE(purged_at, ?)", s.now()).
			Where("id = ?", id).Returning("*").Scan(ctx)
	})
	if err != nil {
		return nil, fmt.Errorf("purge batch %d: %w", id, err)
	}
	s.logger.InfoContext(ctx, "batch purged of its passwords", keyBatch, id)
	s.events.PublishBatch(id)
	return batch, nil
}

// noneActive refuses what needs a batch at rest.
func noneActive(ctx context.Context, tx bun.Tx, id int64, advice string) error {
	active, err := tx.NewSelect().Model((*models.MigrationJob)(nil)).
		Where("batch_id = ? AND status IN (?, ?)", id, models.Queued, models.Running).Count(ctx)
	if err != nil {
		return err
	}
	if active > 0 {
		return conflict("Batch %d has %d jobs that wait or run; %s.", id, active, advice)
	}
	return nil
}

// batchJobs lists jobs of a batch.
func (s *Service) batchJobs(ctx context.Context, id int64, narrow func(*bun.SelectQuery) *bun.SelectQuery) ([]*models.MigrationJob, error) {
	var jobs []*models.MigrationJob
	if err := narrow(s.db.NewSelect().Model(&jobs).Where("batch_id = ?", id)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("list jobs of batch %d: %w", id, err)
	}
	return jobs, nil
}

func batchNotFound(id int64) error {
	return &Error{Code: NotFound, Message: fmt.Sprintf("There is no batch %d.", id)}
}
