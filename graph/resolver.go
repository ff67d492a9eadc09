package graph

import (
	"context"

	"mailferry/graph/apierror"
	"mailferry/graph/generated"
	"mailferry/graph/model"
	"mailferry/internal/imapsync"
	"mailferry/internal/migration"
)

// What a [CheckEndpointFunc] and a [PreviewFoldersFunc] return where it is not the mailbox that is at fault.
var (
	ErrTooManyChecks error = &apierror.Error{
		Code: apierror.CodeTooMany, Message: "Too many mailboxes are being checked at this moment. Try again in a few seconds.",
	}
	ErrNoCheck error = &apierror.Error{
		Code: apierror.CodeUnavailable, Message: "The server cannot check mailboxes at this moment; its log says why. Try again in a few seconds.",
	}
)

// CheckEndpointFunc signs in to a mailbox and counts what is in it. A server that refuses is not an error but a check
// that is not OK.
type CheckEndpointFunc func(ctx context.Context, endpoint imapsync.Endpoint, password string) (model.EndpointCheck, error)

// PreviewFoldersFunc signs in to both sides of a job and says what would become of each folder. A side that refuses is
// not an error but a check that is not OK.
type PreviewFoldersFunc func(ctx context.Context, command imapsync.Command, sourcePassword, destinationPassword string) (model.FolderPreview, error)

// resolver is the root of all resolvers. Each kind of object has a small type of its own around it.
type resolver struct {
	jobs           *migration.Service
	checkEndpoint  CheckEndpointFunc
	previewFolders PreviewFoldersFunc
}

func (r *resolver) Batch() generated.BatchResolver                   { return batchResolver{r} }
func (r *resolver) BatchSummary() generated.BatchSummaryResolver     { return batchSummaryResolver{} }
func (r *resolver) Job() generated.JobResolver                       { return jobResolver{r} }
func (r *resolver) JobConnection() generated.JobConnectionResolver   { return jobConnectionResolver{r} }
func (r *resolver) MissingMessage() generated.MissingMessageResolver { return missingMessageResolver{} }
func (r *resolver) Mutation() generated.MutationResolver             { return mutationResolver{r} }
func (r *resolver) Precheck() generated.PrecheckResolver             { return precheckResolver{} }
func (r *resolver) Progress() generated.ProgressResolver             { return progressResolver{} }
func (r *resolver) Query() generated.QueryResolver                   { return queryResolver{r} }
func (r *resolver) Subscription() generated.SubscriptionResolver     { return subscriptionResolver{r} }
func (r *resolver) SyncOptions() generated.SyncOptionsResolver       { return syncOptionsResolver{} }

// optional is nil for the zero value, which stands for "nothing known" in Go and is null in the API.
func optional[T comparable](value T) *T {
	var zero T
	if value == zero {
		return nil
	}
	return &value
}
