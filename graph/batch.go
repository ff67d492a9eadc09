package graph

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"mailferry/graph/apierror"
	"mailferry/graph/model"
	"mailferry/graph/transport"
	"mailferry/internal/imapsync"
	"mailferry/internal/migration"
	"mailferry/internal/models"
)

// batchResolver answers what a batch's row does not say by itself.
type batchResolver struct{ *resolver }

func (r batchResolver) Summary(ctx context.Context, batch *models.MigrationBatch) (*migration.BatchSummary, error) {
	summary, err := r.jobs.SummarizeBatch(ctx, batch.ID)
	if err != nil {
		return nil, err
	}
	return &summary, nil
}

func (r batchResolver) Jobs(ctx context.Context, batch *models.MigrationBatch, first *int, after *string, status []models.JobStatus) (*model.JobConnection, error) {
	return queryResolver(r).Jobs(ctx, first, after, &migration.Filter{BatchID: &batch.ID, Statuses: status})
}

type batchSummaryResolver struct{}

func (batchSummaryResolver) Counts(_ context.Context, summary *migration.BatchSummary) ([]*model.StatusCount, error) {
	return statusCounts(summary.Counts), nil
}

type precheckResolver struct{}

func (precheckResolver) Error(_ context.Context, check *models.Precheck) (*string, error) {
	return optional(check.Error), nil
}

func (precheckResolver) BiggestMessage(_ context.Context, check *models.Precheck) (*int64, error) {
	return optional(check.BiggestMessage), nil
}

// CanRerun is whether rerunJob would take the job.
func (r jobResolver) CanRerun(_ context.Context, job *models.MigrationJob) (bool, error) {
	return job.Status.Ended() && !job.Superseded && job.Source.SealedPassword != nil && job.Destination.SealedPassword != nil, nil
}

func (r jobResolver) NextTryAt(_ context.Context, job *models.MigrationJob) (*time.Time, error) {
	if job.Status != models.Queued {
		return nil, nil //nolint:nilnil // null is the answer
	}
	return job.NotBefore, nil
}

func (r jobResolver) Batch(ctx context.Context, job *models.MigrationJob) (*models.MigrationBatch, error) {
	if job.BatchID == nil {
		return nil, nil //nolint:nilnil // null is the answer
	}
	return queryResolver(r).Batch(ctx, *job.BatchID)
}

func (r queryResolver) Batch(ctx context.Context, id int64) (*models.MigrationBatch, error) {
	batch, err := r.jobs.Batch(ctx, id)
	if migration.IsCode(err, migration.NotFound) {
		return nil, nil //nolint:nilnil // null is the answer
	}
	return batch, err
}

func (r queryResolver) Batches(ctx context.Context, first *int, after *string) (*model.BatchConnection, error) {
	page, err := r.jobs.Batches(ctx, orDefault(first, defaultPage), orDefault(after, ""))
	if err != nil {
		return nil, err
	}
	connection := &model.BatchConnection{
		Edges:    make([]*model.BatchEdge, len(page.Batches)),
		PageInfo: model.PageInfo{HasNextPage: page.HasNextPage},
	}
	for i, batch := range page.Batches {
		connection.Edges[i] = &model.BatchEdge{Cursor: strconv.FormatInt(batch.ID, 10), Node: *batch}
		connection.PageInfo.EndCursor = &connection.Edges[i].Cursor
	}
	return connection, nil
}

func (r mutationResolver) CreateBatch(ctx context.Context, input model.CreateBatchInput) (*models.MigrationBatch, error) {
	batch, err := newBatch(&input.Settings)
	if err != nil {
		return nil, under("settings", err)
	}
	defaults := input.Settings
	for i, mailbox := range input.Mailboxes {
		if !knownEngine(mailbox.Engine) {
			return nil, apierror.BadInput(indexed("mailboxes", i)+".engine", "must be BUILTIN or IMAPSYNC")
		}
		job := migration.NewJob{
			Name:        orDefault(mailbox.Name, ""),
			Source:      endpointOf(&mailbox.Source, defaults.Source),
			Destination: endpointOf(&mailbox.Destination, defaults.Destination),
			DryRun:      orDefault(firstOf(mailbox.DryRun, defaults.DryRun), false),
			Engine:      firstOf(mailbox.Engine, defaults.Engine),
			Options:     orDefault(firstOf(mailbox.Options, defaults.Options), imapsync.Options{}),
			Retries:     orDefault(defaults.Retries, migration.DefaultRetries),
		}
		batch.Mailboxes = append(batch.Mailboxes, job)
	}
	created, err := r.jobs.CreateBatch(ctx, batch)
	if refused, ok := errors.AsType[*migration.Error](err); ok && !strings.HasPrefix(refused.Field, "mailboxes") {
		return nil, under("settings", err)
	}
	return created, err
}

// newBatch is a batch without its mailboxes.
func newBatch(settings *model.BatchSettingsInput) (migration.NewBatch, error) {
	if !knownEngine(settings.Engine) {
		return migration.NewBatch{}, apierror.BadInput("engine", "must be BUILTIN or IMAPSYNC")
	}
	return migration.NewBatch{
		Name:             orDefault(settings.Name, ""),
		Paused:           orDefault(settings.Paused, false),
		SourceLimit:      settings.SourceLimit,
		DestinationLimit: settings.DestinationLimit,
		RetryInterrupted: orDefault(settings.RetryInterrupted, false),
	}, nil
}

func knownEngine(engine *models.Engine) bool {
	// gqlgen lets variables through in any case.
	return engine == nil || *engine == models.Builtin || *engine == models.Imapsync
}

// endpointOf is a side of a mailbox; what it leaves out is taken from the defaults.
func endpointOf(own, defaults *model.EndpointDefaultsInput) migration.EndpointInput {
	if defaults == nil {
		defaults = new(model.EndpointDefaultsInput)
	}
	if own == nil {
		own = new(model.EndpointDefaultsInput)
	}
	password := ""
	if given := firstOf(own.Password, defaults.Password); given != nil {
		password = given.Reveal()
	}
	if own.Security != nil && *own.Security != orDefault(defaults.Security, imapsync.TLS) {
		// The default's port belongs to the default's security.
		withoutPort := *defaults
		withoutPort.Port = nil
		defaults = &withoutPort
	}
	return migration.EndpointInput{
		Host:              orDefault(firstOf(own.Host, defaults.Host), ""),
		Port:              orDefault(firstOf(own.Port, defaults.Port), 0),
		Security:          orDefault(firstOf(own.Security, defaults.Security), imapsync.TLS),
		User:              orDefault(firstOf(own.User, defaults.User), ""),
		Password:          password,
		VerifyCertificate: orDefault(firstOf(own.VerifyCertificate, defaults.VerifyCertificate), true),
	}
}

// firstOf is the first that is given.
func firstOf[T any](own, otherwise *T) *T {
	if own != nil {
		return own
	}
	return otherwise
}

func (r mutationResolver) CheckBatch(ctx context.Context, id int64) (*models.MigrationBatch, error) {
	return r.jobs.CheckBatch(ctx, id)
}

func (r mutationResolver) PauseBatch(ctx context.Context, id int64) (*models.MigrationBatch, error) {
	return r.jobs.PauseBatch(ctx, id, true)
}

func (r mutationResolver) ResumeBatch(ctx context.Context, id int64) (*models.MigrationBatch, error) {
	return r.jobs.PauseBatch(ctx, id, false)
}

func (r mutationResolver) CancelBatch(ctx context.Context, id int64) (*models.MigrationBatch, error) {
	return r.jobs.CancelBatch(ctx, id)
}

func (r mutationResolver) RerunBatch(ctx context.Context, id int64, scope model.RerunScope) (*models.MigrationBatch, error) {
	if _, err := r.jobs.RerunBatch(ctx, id, scope == model.RerunScopeAll); err != nil {
		return nil, err
	}
	return r.jobs.Batch(ctx, id)
}

func (r mutationResolver) DeleteBatch(ctx context.Context, id int64) (int64, error) {
	return id, r.jobs.DeleteBatch(ctx, id)
}

func (r mutationResolver) PurgeBatch(ctx context.Context, id int64) (*models.MigrationBatch, error) {
	return r.jobs.PurgeBatch(ctx, id)
}

// BatchChanged sends a batch at once and then whenever it changes. It ends when the batch is deleted.
func (r subscriptionResolver) BatchChanged(ctx context.Context, id int64) (<-chan *models.MigrationBatch, error) {
	watch := r.jobs.WatchBatch(id)
	batch, err := r.jobs.Batch(ctx, id)
	if err != nil {
		watch.Close()
		return nil, err
	}
	return transport.Follow(ctx, watch.Close, nil, func(ctx context.Context) (*models.MigrationBatch, error) {
		if batch != nil {
			first := batch
			batch = nil
			return first, nil
		}
		if err := watch.Next(ctx); err != nil {
			return nil, err
		}
		return r.jobs.Batch(ctx, id)
	}), nil
}
