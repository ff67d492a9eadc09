package graph

import (
	"context"
	"fmt"

	"github.com/99designs/gqlgen/graphql"

	"mailferry/graph/model"
	"mailferry/internal/batchreport"
	"mailferry/internal/imapsync"
	"mailferry/internal/models"
)

// Report is read with its lists only where they are asked for: they may be as long as all else of a page.
func (r jobResolver) Report(ctx context.Context, job *models.MigrationJob) (*imapsync.Report, error) {
	if job.Report == nil || !job.ReportOutline {
		return job.Report, nil
	}
	for _, field := range graphql.CollectFieldsCtx(ctx, nil) {
		if field.Name == "folderReports" || field.Name == "missing" {
			return r.jobs.Report(ctx, job.ID)
		}
	}
	return job.Report, nil
}

func (r jobResolver) Result(_ context.Context, job *models.MigrationJob) (model.MailboxResult, error) {
	switch batchreport.Of(job).Result {
	case batchreport.Complete:
		return model.MailboxResultComplete, nil
	case batchreport.Unverified:
		return model.MailboxResultNotVerified, nil
	case batchreport.Incomplete:
		return model.MailboxResultIncomplete, nil
	case batchreport.Failed:
		return model.MailboxResultFailed, nil
	case batchreport.Stopped:
		return model.MailboxResultStopped, nil
	case batchreport.Unfinished:
		return model.MailboxResultUnfinished, nil
	case batchreport.Tried:
		return model.MailboxResultDryRun, nil
	}
	return "", fmt.Errorf("the report knows no result of job %d", job.ID)
}

func (r jobResolver) NextStep(_ context.Context, job *models.MigrationJob) (*string, error) {
	return optional(batchreport.Of(job).NextStep), nil
}

type missingMessageResolver struct{}

func (missingMessageResolver) UID(_ context.Context, m *imapsync.MissingMessage) (*int64, error) {
	return optional(int64(m.UID)), nil
}

func (missingMessageResolver) Date(_ context.Context, m *imapsync.MissingMessage) (*string, error) {
	return optional(m.Date), nil
}

func (missingMessageResolver) Subject(_ context.Context, m *imapsync.MissingMessage) (*string, error) {
	return optional(m.Subject), nil
}

func (missingMessageResolver) Size(_ context.Context, m *imapsync.MissingMessage) (*int64, error) {
	return optional(m.Size), nil
}

func (missingMessageResolver) Reason(_ context.Context, m *imapsync.MissingMessage) (*string, error) {
	return optional(m.Reason), nil
}
