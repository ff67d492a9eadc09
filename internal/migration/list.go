package migration

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"mailferry/internal/mailboxid"
	"mailferry/internal/models"
)

// MaxPage is how many jobs a page may have.
const MaxPage = 500

// Filter says which jobs to list; its conditions are joined by AND.
type Filter struct {
	// Statuses are the states to list; empty: all.
	Statuses []models.JobStatus
	// Search is a part of name, host or user, in any case; empty: all.
	Search string
	// BatchID narrows the list to the latest run of each mailbox of a batch; nil: no batch.
	BatchID *int64
	// Superseded leaves out runs whose place a later run has taken if it is false, and all
	// others if it is true; nil: both are listed.
	Superseded *bool
}

func (f Filter) apply(query *bun.SelectQuery) *bun.SelectQuery {
	if len(f.Statuses) > 0 {
		query = query.Where("status IN (?)", bun.List(f.Statuses))
	}
	if f.Superseded != nil {
		query = query.Where("superseded = ?", *f.Superseded)
	}
	if f.BatchID != nil {
		query = query.Where("batch_id = ? AND NOT superseded", *f.BatchID)
	}
	if search := mailboxid.Fold(strings.TrimSpace(f.Search)); search != "" {
		escaped := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(search)
		query = query.Where(`search_text LIKE ? ESCAPE '\'`, "%"+escaped+"%")
	}
	return query
}

// JobsQuery asks for a page of jobs.
type JobsQuery struct {
	// First is how many, 1 to [MaxPage].
	First int
	// After is the cursor of the job to go on after; empty: from the start.
	After  string
	Filter Filter
	// Reports has the jobs' reports read too, without their lists.
	Reports bool
}

// JobsPage is a page of jobs. New jobs do not move what is on later pages.
type JobsPage struct {
	Jobs        []*models.MigrationJob
	HasNextPage bool
}

// placeMark sets the cursors of a batch's pages apart: a place in a batch is no id.
const placeMark = "place-"

// Cursor is the cursor of a job in a page of those that the filter lets through.
func (f Filter) Cursor(job *models.MigrationJob) string {
	if f.BatchID != nil {
		return placeMark + strconv.Itoa(job.BatchPosition)
	}
	return strconv.FormatInt(job.ID, 10)
}

// page orders the jobs that the filter lets through, from after a cursor of its own; empty:
// from the start.
func (f Filter) page(query *bun.SelectQuery, after string) (*bun.SelectQuery, error) {
	bad := badInput("after", "is not a cursor that a page of these jobs gave")
	if f.BatchID == nil {
		query = query.OrderExpr("id DESC")
		if after == "" {
			return query, nil
		}
		id, err := strconv.ParseInt(after, 10, 64)
		if err != nil || id < 1 {
			return nil, bad
		}
		return query.Where("id < ?", id), nil
	}
	query = query.OrderExpr("batch_position")
	if after == "" {
		return query, nil
	}
	place, marked := strings.CutPrefix(after, placeMark)
	// A place is no larger than Postgres' integer.
	position, err := strconv.ParseInt(place, 10, 32)
	if !marked || err != nil || position < 0 {
		return nil, bad
	}
	return query.Where("batch_position > ?", position), nil
}

// Jobs lists jobs, newest first; those of a batch in the order of the batch, in which a rerun
// has the place of the run that it repeats.
func (s *Service) Jobs(ctx context.Context, query JobsQuery) (JobsPage, error) {
	if query.First < 1 || query.First > MaxPage {
		return JobsPage{}, badInput("first", "must be between 1 and %d", MaxPage)
	}
	var jobs []*models.MigrationJob
	selected, err := query.Filter.page(query.Filter.apply(s.db.NewSelect().Model(&jobs)), query.After)
	if err != nil {
		return JobsPage{}, err
	}
	if query.Reports {
		selected = s.outlined(selected)
	} else {
		selected = selected.ExcludeColumn("report")
	}
	// One more than asked for tells whether there is a next page.
	selected = selected.Limit(int64(query.First) + 1)
	if err := selected.Scan(ctx); err != nil {
		return JobsPage{}, fmt.Errorf("list jobs: %w", err)
	}
	page := JobsPage{Jobs: jobs}
	if len(jobs) > query.First {
		page.Jobs, page.HasNextPage = jobs[:query.First], true
	}
	for _, job := range page.Jobs {
		job.ReportOutline = true
		s.addLive(job)
	}
	return page, nil
}

// CountJobs counts the jobs that the filter lets through.
func (s *Service) CountJobs(ctx context.Context, filter Filter) (int64, error) {
	counts, err := s.CountByStatus(ctx, filter)
	if err != nil {
		return 0, err
	}
	var total int64
	for _, count := range counts {
		total += count
	}
	return total, nil
}

// CountByStatus counts the jobs that the filter lets through by state. Without a search it
// reads counters and costs the same however many jobs there are.
func (s *Service) CountByStatus(ctx context.Context, filter Filter) (map[models.JobStatus]int64, error) {
	counted := strings.TrimSpace(filter.Search) == "" && filter.BatchID == nil
	if counted && filter.Superseded != nil && !*filter.Superseded {
		return s.countLatest(ctx, filter)
	}
	var rows []models.JobCount
	query := s.db.NewSelect()
	if counted && filter.Superseded == nil {
		query = filter.apply(query.Model(&rows))
	} else {
		query = filter.apply(query.Model((*models.MigrationJob)(nil))).
			ColumnExpr("status, count(*) AS count").GroupExpr("status")
	}
	if err := query.Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("count jobs: %w", err)
	}
	counts := make(map[models.JobStatus]int64, len(models.JobStatuses()))
	for _, row := range rows {
		counts[row.Status] = row.Count
	}
	return counts, nil
}

// countLatest is all jobs without the superseded ones, of which there are few.
func (s *Service) countLatest(ctx context.Context, filter Filter) (map[models.JobStatus]int64, error) {
	filter.Superseded = nil
	counts, err := s.CountByStatus(ctx, filter)
	if err != nil {
		return nil, err
	}
	filter.Superseded = new(true)
	superseded, err := s.CountByStatus(ctx, filter)
	if err != nil {
		return nil, err
	}
	for status, n := range superseded {
		counts[status] = max(counts[status]-n, 0)
	}
	return counts, nil
}

// affected is the number of rows that a statement changed.
func affected(result sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}
