package migration

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"mailferry/internal/imapsync"
	"mailferry/internal/models"
)

// outlined has jobs read with reports that leave out their lists: a page of jobs would hold hundreds of them, each as
// long as the mailbox has folders.
func (s *Service) outlined(query *bun.SelectQuery) *bun.SelectQuery {
	report := "json_remove(report, '$.folderReports', '$.missing') AS report"
	if s.db.IsPostgres() {
		report = "report - 'folderReports' - 'missing' AS report"
	}
	return query.ExcludeColumn("report").ColumnExpr(report)
}

// Report is a job's whole report, nil where it has none. The error is NotFound for a job that is not there.
func (s *Service) Report(ctx context.Context, id int64) (*imapsync.Report, error) {
	job := new(models.MigrationJob)
	err := s.db.NewSelect().Model(job).Column("report").Where("id = ?", id).Scan(ctx)
	switch {
	case isNoRows(err):
		return nil, notFound(id)
	case err != nil:
		return nil, fmt.Errorf("read report of job %d: %w", id, err)
	}
	return job.Report, nil
}
