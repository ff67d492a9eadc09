package graph

import (
	"mailferry/graph/generated"
	"mailferry/internal/migration"
)

// resolver is the root of all resolvers. Each kind of object has a small type of its own around it.
type resolver struct {
	jobs   *migration.Service
	checks Checks
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

type queryResolver struct{ *resolver }

type mutationResolver struct{ *resolver }

type subscriptionResolver struct{ *resolver }

// Defaults of arguments that a caller may leave out or set to null, as schema.graphqls declares them.
const (
	defaultLogLimit = 64 << 10
	defaultPage     = 50
)

func orDefault[T any](value *T, otherwise T) T {
	if value == nil {
		return otherwise
	}
	return *value
}

// firstOf is the first that is given.
func firstOf[T any](own, otherwise *T) *T {
	if own != nil {
		return own
	}
	return otherwise
}

// optional is nil for the zero value, which stands for "nothing known" in Go and is null in the API.
func optional[T comparable](value T) *T {
	var zero T
	if value == zero {
		return nil
	}
	return &value
}
