package limits

import (
	"context"
	"fmt"

	gqlcomplexity "github.com/99designs/gqlgen/complexity"
	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"mailferry/graph/apierror"
)

// Cost refuses operations that cost too much. It is not gqlgen's own, whose package brings a dependency along.
type Cost struct {
	// Schema says what each field costs.
	Schema graphql.ExecutableSchema
	// Limit is the most that an operation may cost.
	Limit int
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationContextMutator
} = Cost{}

// ExtensionName is the name that the executor knows the guard by.
func (Cost) ExtensionName() string { return "CostLimit" }

// Validate has nothing to find: the guard fits every schema.
func (Cost) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext refuses the operation, or lets it pass.
func (c Cost) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	ofSchema, _ := op.Stats.GetExtension(introspectionCost).(int)
	cost := ofSchema + gqlcomplexity.Calculate(ctx, c.Schema, op.Operation, op.Variables)
	if cost > c.Limit {
		return refuse(fmt.Sprintf("The query asks for too much at once: it costs %d, and at most %d is answered. "+
			"Ask for fewer fields or shorter lists.", cost, c.Limit))
	}
	return nil
}

func refuse(message string) *gqlerror.Error {
	return apierror.Refuse(apierror.CodeBadInput, message)
}
