package graph

import (
	"context"
	"slices"

	"mailferry/graph/apierror"
	"mailferry/graph/model"
	"mailferry/internal/migration"
	"mailferry/internal/models"
)

type queryResolver struct{ *resolver }

func (r queryResolver) Job(ctx context.Context, id int64) (*models.MigrationJob, error) {
	job, err := r.jobs.Job(ctx, id)
	if migration.IsCode(err, migration.NotFound) {
		return nil, nil //nolint:nilnil // null is the answer
	}
	return job, err
}

func (r queryResolver) Jobs(ctx context.Context, first *int, after *string, filter *migration.Filter) (*model.JobConnection, error) {
	query := migration.JobsQuery{
		First:  orDefault(first, defaultPage),
		After:  orDefault(after, ""),
		Filter: orDefault(filter, migration.Filter{}),
		// Without them a page of jobs is read much faster: each may be as long as its mailbox has folders.
		Reports: wantsReports(ctx),
	}
	for _, status := range query.Filter.Statuses {
		// gqlgen lets variables through in any case.
		if !slices.Contains(models.JobStatuses(), status) {
			return nil, apierror.BadInput("filter.status", "is not a state of a job")
		}
	}
	page, err := r.jobs.Jobs(ctx, query)
	if err != nil {
		return nil, err
	}
	connection := &model.JobConnection{
		Edges:    make([]*model.JobEdge, len(page.Jobs)),
		PageInfo: model.PageInfo{HasNextPage: page.HasNextPage},
		Filter:   query.Filter,
	}
	for i, job := range page.Jobs {
		connection.Edges[i] = &model.JobEdge{Cursor: query.Filter.Cursor(job), Node: job}
		connection.PageInfo.EndCursor = &connection.Edges[i].Cursor
	}
	return connection, nil
}

func (r queryResolver) JobCounts(ctx context.Context, search *string, superseded *bool) ([]*model.StatusCount, error) {
	counts, err := r.jobs.CountByStatus(ctx, migration.Filter{Search: orDefault(search, ""), Superseded: superseded})
	if err != nil {
		return nil, err
	}
	return statusCounts(counts), nil
}

// statusCounts lists every state in the order of a job's life.
func statusCounts(counts map[models.JobStatus]int64) []*model.StatusCount {
	list := make([]*model.StatusCount, 0, len(models.JobStatuses()))
	for _, status := range models.JobStatuses() {
		list = append(list, &model.StatusCount{Status: status, Count: int(counts[status])})
	}
	return list
}

func (r queryResolver) Runner(ctx context.Context) (*migration.RunnerState, error) {
	state, err := r.jobs.Runner(ctx)
	if err != nil {
		return nil, err
	}
	return &state, nil
}
