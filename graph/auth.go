package graph

import (
	"context"
	"errors"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"mailferry/graph/apierror"
	"mailferry/graph/transport"
	"mailferry/internal/auth"
)

// callers is internal/auth as the transports ask for it.
type callers struct {
	authorizeSocket func(ctx context.Context, authorization string) (context.Context, func(), error)
}

var _ transport.Auth = callers{}

func (callers) Caller(ctx context.Context) (transport.Caller, bool) {
	principal, ok := auth.FromContext(ctx)
	return transport.Caller{Browser: principal.Browser()}, ok
}

func (c callers) AuthorizeSocket(ctx context.Context, authorization string) (context.Context, func(), error) {
	return c.authorizeSocket(ctx, authorization)
}

func (callers) Refused(err error) bool { return errors.Is(err, auth.ErrUnauthenticated) }

func (callers) SignedOut(cause error) bool { return errors.Is(cause, auth.ErrEnded) }

// scope keeps callers with a read-only token from changing anything.
type scope struct{}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationContextMutator
} = scope{}

func (scope) ExtensionName() string { return "Scope" }

func (scope) Validate(graphql.ExecutableSchema) error { return nil }

func (scope) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	if op.Operation.Operation != ast.Mutation {
		return nil
	}
	if principal, ok := auth.FromContext(ctx); ok && !principal.ReadOnly {
		return nil
	}
	return apierror.Refuse(apierror.CodeForbidden, "This token may read and change nothing.")
}
