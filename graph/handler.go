package graph

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/99designs/gqlgen/graphql/executor"

	"mailferry/graph/budget"
	"mailferry/graph/generated"
	"mailferry/graph/limits"
	"mailferry/graph/transport"
	"mailferry/internal/migration"
)

// Limits bound what one caller can ask for. A zero field has the default that package limits names.
type Limits = limits.Limits

// HandlerConfig is what [NewHandler] needs. All but AllowsOrigin and Limits must be given.
type HandlerConfig struct {
	Jobs   *migration.Service
	Checks Checks
	// AuthorizeSocket finds who opened a socket, from what its connection_init says or else from the request's
	// context. The context that it returns ends when those credentials do; release lets go of it. The error is
	// auth.ErrUnauthenticated, or a fault of the server.
	AuthorizeSocket func(ctx context.Context, authorization string) (authorized context.Context, release func(), err error)
	// AllowsOrigin says whether a page of this origin may open a socket by this request. Nil allows only pages of
	// the host that the request was sent to.
	AllowsOrigin func(r *http.Request, origin string) bool
	Limits       Limits
	Logger       *slog.Logger
}

// Handler is the API over HTTP: POST for queries and mutations, GET for queries, an upgraded GET for subscriptions. The
// caller must be known to auth.FromContext, unless a socket brings credentials along.
type Handler = transport.Handler

// ErrStopping is the cause with which the server's base context ends when it stops; sockets then close with 1001.
var ErrStopping = errors.New("the server is stopping")

// NewHandler returns the API.
func NewHandler(config HandlerConfig) *Handler {
	bounds := config.Limits.WithDefaults()
	root := &resolver{jobs: config.Jobs, checks: config.Checks}
	present := presenter{config.Logger}
	wiring := generated.Config{Resolvers: root, Complexity: complexity()}
	wiring.Schema = limits.WithoutDefer(generated.NewExecutableSchema(wiring).Schema())
	schema := generated.NewExecutableSchema(wiring)
	exec := executor.New(schema)
	exec.SetErrorPresenter(present.present)
	exec.SetRecoverFunc(present.recovered)
	exec.SetParserTokenLimit(bounds.QueryTokens)
	// Suggestions compare what was sent with every name of the schema, at the caller's expense of nothing.
	exec.SetDisableSuggestion(true)
	// No cache of queries: a query may hold a password as a literal, and would stay in memory with it.
	exec.Use(limits.Shape{Depth: bounds.QueryDepth, Fields: bounds.Complexity})
	exec.Use(limits.Introspection{})
	exec.Use(limits.Cost{Schema: schema, Limit: bounds.Complexity})
	exec.Use(scope{})
	exec.Use(budget.NewFields())
	return transport.New(transport.Config{
		Executor:     exec,
		Auth:         callers{config.AuthorizeSocket},
		Stopping:     config.Jobs.Stopping,
		AllowsOrigin: config.AllowsOrigin,
		Limits:       bounds,
		Logger:       config.Logger,
	})
}
