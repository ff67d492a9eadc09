package graph

import (
	"context"
	"slices"
	"time"

	"mailferry/graph/apierror"
	"mailferry/graph/model"
	"mailferry/graph/transport"
	"mailferry/internal/imapsync"
	"mailferry/internal/migration"
	"mailferry/internal/models"
)

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
	return jobConnection(page, query.Filter), nil
}

func (r queryResolver) JobCounts(ctx context.Context, search *string, superseded *bool) ([]*model.StatusCount, error) {
	counts, err := r.jobs.CountByStatus(ctx, migration.Filter{Search: orDefault(search, ""), Superseded: superseded})
	if err != nil {
		return nil, err
	}
	return statusCounts(counts), nil
}

// jobConnection is a page of jobs that was asked for with filter.
func jobConnection(page migration.JobsPage, filter migration.Filter) *model.JobConnection {
	connection := &model.JobConnection{
		Edges:    make([]*model.JobEdge, len(page.Jobs)),
		PageInfo: model.PageInfo{HasNextPage: page.HasNextPage},
		Filter:   filter,
	}
	for i, job := range page.Jobs {
		connection.Edges[i] = &model.JobEdge{Cursor: filter.Cursor(job), Node: job}
		connection.PageInfo.EndCursor = &connection.Edges[i].Cursor
	}
	return connection
}

// statusCounts lists every state in the order of a job's life.
func statusCounts(counts map[models.JobStatus]int64) []*model.StatusCount {
	list := make([]*model.StatusCount, 0, len(models.JobStatuses()))
	for _, status := range models.JobStatuses() {
		list = append(list, &model.StatusCount{Status: status, Count: int(counts[status])})
	}
	return list
}

type jobConnectionResolver struct{ *resolver }

func (r jobConnectionResolver) TotalCount(ctx context.Context, page *model.JobConnection) (int, error) {
	count, err := r.jobs.CountJobs(ctx, page.Filter)
	return int(count), err
}

func (r mutationResolver) CreateJob(ctx context.Context, input model.CreateJobInput) (*models.MigrationJob, error) {
	job, err := newJob(input)
	if err != nil {
		return nil, err
	}
	return r.jobs.CreateJob(ctx, job)
}

func (r mutationResolver) CreateJobs(ctx context.Context, inputs []*model.CreateJobInput) ([]*models.MigrationJob, error) {
	jobs := make([]migration.NewJob, len(inputs))
	for i, input := range inputs {
		var err error
		if jobs[i], err = newJob(*input); err != nil {
			return nil, under(indexed("inputs", i), err)
		}
	}
	return r.jobs.CreateJobs(ctx, jobs)
}

func (r mutationResolver) RerunJob(ctx context.Context, id int64, dryRun *bool) (*models.MigrationJob, error) {
	return r.jobs.RerunJob(ctx, id, dryRun)
}

func (r mutationResolver) SetCredentials(ctx context.Context, jobID int64, source, destination *model.CredentialsInput) (*models.MigrationJob, error) {
	return r.jobs.SetCredentials(ctx, jobID, credentials(source), credentials(destination))
}

func (r mutationResolver) CancelJob(ctx context.Context, id int64) (*models.MigrationJob, error) {
	return r.jobs.CancelJob(ctx, id)
}

func (r mutationResolver) DeleteJob(ctx context.Context, id int64) (int64, error) {
	return id, r.jobs.DeleteJob(ctx, id)
}

// JobChanged follows one job or all.
func (r subscriptionResolver) JobChanged(ctx context.Context, id *int64) (<-chan *models.MigrationJob, error) {
	watch, err := r.jobs.WatchJobs(ctx, id)
	if err != nil {
		return nil, err
	}
	return transport.Follow(ctx, watch.Close, nil, func(ctx context.Context) (*models.MigrationJob, error) {
		event, err := watch.Next(ctx)
		return event.Job, err
	}), nil
}

// jobResolver answers what a job's row does not say by itself.
type jobResolver struct{ *resolver }

func (r jobResolver) QueuePosition(ctx context.Context, job *models.MigrationJob) (*int, error) {
	place, err := r.jobs.QueuePlace(ctx, job)
	if place == nil || err != nil {
		return nil, err
	}
	return optional(int(place.Position)), nil
}

func (r jobResolver) QueueReason(ctx context.Context, job *models.MigrationJob) (*string, error) {
	place, err := r.jobs.QueuePlace(ctx, job)
	if place == nil || err != nil {
		return nil, err
	}
	return optional(place.Reason), nil
}

func (r jobResolver) Waiting(_ context.Context, job *models.MigrationJob) (*models.Waiting, error) {
	return migration.Waiting(job), nil
}

func (r jobResolver) NextTryAt(_ context.Context, job *models.MigrationJob) (*time.Time, error) {
	if job.Status != models.Queued {
		return nil, nil //nolint:nilnil // null is the answer
	}
	return job.NotBefore, nil
}

func (r jobResolver) ExitReason(_ context.Context, job *models.MigrationJob) (*string, error) {
	return optional(job.ExitReason), nil
}

func (r jobResolver) Error(_ context.Context, job *models.MigrationJob) (*string, error) {
	return optional(job.Error), nil
}

// RerunOf is null too when the repeated job is deleted between the two looks.
func (r jobResolver) RerunOf(ctx context.Context, job *models.MigrationJob) (*models.MigrationJob, error) {
	if job.RerunOf == nil {
		return nil, nil //nolint:nilnil // null is the answer
	}
	repeated, err := r.jobs.Job(ctx, *job.RerunOf)
	if migration.IsCode(err, migration.NotFound) {
		return nil, nil //nolint:nilnil // null is the answer
	}
	return repeated, err
}

func (r jobResolver) Reruns(ctx context.Context, job *models.MigrationJob) ([]*models.MigrationJob, error) {
	return r.jobs.Reruns(ctx, job.ID)
}

// CanRerun is whether rerunJob would take the job.
func (r jobResolver) CanRerun(_ context.Context, job *models.MigrationJob) (bool, error) {
	return job.Status.Ended() && !job.Superseded && job.Source.SealedPassword != nil && job.Destination.SealedPassword != nil, nil
}

func (r jobResolver) Batch(ctx context.Context, job *models.MigrationJob) (*models.MigrationBatch, error) {
	if job.BatchID == nil {
		return nil, nil //nolint:nilnil // null is the answer
	}
	return queryResolver(r).Batch(ctx, *job.BatchID)
}

type progressResolver struct{}

func (progressResolver) Waiting(_ context.Context, progress *imapsync.Progress) (*models.Waiting, error) {
	return migration.WaitingOf(progress), nil
}

// newJob is a job as internal/migration takes it. The error names the input, from the job's own on.
func newJob(input model.CreateJobInput) (migration.NewJob, error) {
	if err := checkEngine(input.Engine); err != nil {
		return migration.NewJob{}, err
	}
	return migration.NewJob{
		Name:        orDefault(input.Name, ""),
		Source:      endpointInput(input.Source),
		Destination: endpointInput(input.Destination),
		DryRun:      orDefault(input.DryRun, false),
		Engine:      input.Engine,
		Options:     orDefault(input.Options, imapsync.Options{}),
		Retries:     orDefault(input.Retries, migration.DefaultRetries),
	}, nil
}

// credentials are those that replace a side's; nil where that side keeps its own.
func credentials(input *model.CredentialsInput) *migration.Credentials {
	if input == nil {
		return nil
	}
	replaced := &migration.Credentials{User: input.User}
	if input.Password != nil {
		password := input.Password.Reveal()
		replaced.Password = &password
	}
	return replaced
}

// checkEngine refuses engines that there are not: gqlgen lets variables through in any case.
func checkEngine(engine *models.Engine) error {
	if engine == nil || *engine == models.Builtin || *engine == models.Imapsync {
		return nil
	}
	return apierror.BadInput("engine", "must be BUILTIN or IMAPSYNC")
}
