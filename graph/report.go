package graph

import (
	"context"
	"fmt"
	"slices"

	"github.com/99designs/gqlgen/graphql"

	"mailferry/graph/model"
	"mailferry/internal/batchreport"
	"mailferry/internal/imapsync"
	"mailferry/internal/models"
)

// Report is read with its lists only where they are asked for: they may be as long as all else of a page.
func (r jobResolver) Report(ctx context.Context, job *models.MigrationJob) (*imapsync.Report, error) {
	if !job.ReportOutline || job.Report != nil && !wantsLists(graphql.CollectFieldsCtx(ctx, nil)) {
		return job.Report, nil
	}
	return r.jobs.Report(ctx, job.ID)
}

// wantsLists says whether fields of a report have the lists among them.
func wantsLists(fields []graphql.CollectedField) bool {
	return slices.ContainsFunc(fields, func(f graphql.CollectedField) bool { return f.Name == "folderReports" || f.Name == "missing" })
}

// wantsReports says whether the jobs of the page in ctx are asked for what takes their reports without the lists.
func wantsReports(ctx context.Context) bool {
	op := graphql.GetOperationContext(ctx)
	for _, edges := range graphql.CollectFieldsCtx(ctx, nil) {
		for _, node := range graphql.CollectFields(op, edges.Selections, nil) {
			for _, field := range graphql.CollectFields(op, node.Selections, nil) {
				switch field.Name {
				case "result", "nextStep":
					return true
				case "report":
					if !wantsLists(graphql.CollectFields(op, field.Selections, nil)) {
						return true
					}
				}
			}
		}
	}
	return false
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
