package graph

import (
	"context"
	"errors"
	"strconv"
	"strings"

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
	return batchConnection(page), nil
}

func (r mutationResolver) CreateBatch(ctx context.Context, input model.CreateBatchInput) (*models.MigrationBatch, error) {
	batch, err := newBatch(&input.Settings)
	if err != nil {
		return nil, under("settings", err)
	}
	batch.Mailboxes = make([]migration.NewJob, len(input.Mailboxes))
	for i, mailbox := range input.Mailboxes {
		if batch.Mailboxes[i], err = newMailbox(mailbox, &input.Settings); err != nil {
			return nil, under(indexed("mailboxes", i), err)
		}
	}
	created, err := r.jobs.CreateBatch(ctx, batch)
	if refused, ok := errors.AsType[*migration.Error](err); ok && !strings.HasPrefix(refused.Field, "mailboxes") {
		return nil, under("settings", err)
	}
	return created, err
}

// newBatch is a batch without its mailboxes.
func newBatch(settings *model.BatchSettingsInput) (migration.NewBatch, error) {
	if err := checkEngine(settings.Engine); err != nil {
		return migration.NewBatch{}, err
	}
	return migration.NewBatch{
		Name:             orDefault(settings.Name, ""),
		Paused:           orDefault(settings.Paused, false),
		SourceLimit:      settings.SourceLimit,
		DestinationLimit: settings.DestinationLimit,
		RetryInterrupted: orDefault(settings.RetryInterrupted, false),
	}, nil
}

// newMailbox is a mailbox of a batch; what it leaves out is taken from the batch's settings.
func newMailbox(mailbox *model.BatchMailboxInput, settings *model.BatchSettingsInput) (migration.NewJob, error) {
	if err := checkEngine(mailbox.Engine); err != nil {
		return migration.NewJob{}, err
	}
	return migration.NewJob{
		Name:        orDefault(mailbox.Name, ""),
		Source:      endpointOf(&mailbox.Source, settings.Source),
		Destination: endpointOf(&mailbox.Destination, settings.Destination),
		DryRun:      orDefault(firstOf(mailbox.DryRun, settings.DryRun), false),
		Engine:      firstOf(mailbox.Engine, settings.Engine),
		Options:     orDefault(firstOf(mailbox.Options, settings.Options), imapsync.Options{}),
		Retries:     orDefault(settings.Retries, migration.DefaultRetries),
	}, nil
}

// batchConnection is a page of batches.
func batchConnection(page migration.BatchesPage) *model.BatchConnection {
	connection := &model.BatchConnection{
		Edges:    make([]*model.BatchEdge, len(page.Batches)),
		PageInfo: model.PageInfo{HasNextPage: page.HasNextPage},
	}
	for i, batch := range page.Batches {
		connection.Edges[i] = &model.BatchEdge{Cursor: strconv.FormatInt(batch.ID, 10), Node: *batch}
		connection.PageInfo.EndCursor = &connection.Edges[i].Cursor
	}
	return connection
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
