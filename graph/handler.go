package graph

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"mailferry/graph/apierror"
	"mailferry/graph/budget"
	"mailferry/graph/generated"
	"mailferry/graph/limits"
	"mailferry/internal/auth"
	"mailferry/internal/migration"
)

// Limits bound what one caller can ask for. A zero field has the default that package limits names.
type Limits = limits.Limits

// HandlerConfig is what [NewHandler] needs. All but AllowsOrigin and Limits must be given.
type HandlerConfig struct {
	Jobs           *migration.Service
	CheckEndpoint  CheckEndpointFunc
	PreviewFolders PreviewFoldersFunc
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
type Handler struct {
	config  HandlerConfig
	limits  Limits
	exec    *executor.Executor
	present presenter
	sockets *socketServer
	memory  *budget.Memory
}

// NewHandler returns the API.
func NewHandler(config HandlerConfig) *Handler {
	bounds := config.Limits.WithDefaults()
	root := &resolver{
		jobs:           config.Jobs,
		checkEndpoint:  config.CheckEndpoint,
		previewFolders: config.PreviewFolders,
	}
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
	h := &Handler{
		config: config, limits: bounds, exec: exec, present: present,
		memory: budget.NewMemory(bounds.AnswerBytes),
	}
	h.sockets = newSocketServer(config, bounds, exec, h.memory)
	return h
}

// ServeHTTP answers one request, or holds one socket until it closes.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodGet && isUpgrade(r):
		h.sockets.serve(w, r)
	case r.Method == http.MethodPost:
		h.post(w, r)
	case r.Method == http.MethodGet:
		h.get(w, r)
	default:
		w.Header().Set("Allow", "GET, POST")
		h.refuse(w, r, http.StatusMethodNotAllowed, apierror.CodeBadInput, "Queries are sent by POST or GET, mutations by POST.")
	}
}

// Sockets is how many WebSockets are open.
func (h *Handler) Sockets() int { return h.sockets.open() }

// WaitSockets waits until all sockets are closed, or ctx ends: a server that exits before has not told its clients why.
// No request may come in any more, and the context of those there are must have ended.
func (h *Handler) WaitSockets(ctx context.Context) {
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		h.sockets.serving.Wait()
	}()
	select {
	case <-closed:
	case <-ctx.Done():
	}
}

// Subscriptions is how many subscriptions run on them.
func (h *Handler) Subscriptions() int { return h.sockets.running() }

func isUpgrade(r *http.Request) bool {
	return headerHas(r.Header, "Connection", "upgrade") && headerHas(r.Header, "Upgrade", "websocket")
}

func headerHas(header http.Header, name, token string) bool {
	for _, value := range header.Values(name) {
		for part := range strings.SplitSeq(value, ",") {
			if strings.EqualFold(strings.TrimSpace(part), token) {
				return true
			}
		}
	}
	return false
}

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
