package graph

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"mailferry/internal/auth"
	"mailferry/internal/migration"
)

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

// Handler is the API over HTTP: POST for queries and mutations, an upgraded GET for subscriptions. The caller of a
// POST must be known to auth.FromContext.
type Handler struct {
	config  HandlerConfig
	limits  Limits
	exec    *executor.Executor
	present presenter
	sockets *socketServer
}

// NewHandler returns the API.
func NewHandler(config HandlerConfig) *Handler {
	limits := config.Limits.withDefaults()
	root := &resolver{
		jobs:           config.Jobs,
		checkEndpoint:  config.CheckEndpoint,
		previewFolders: config.PreviewFolders,
		checking:       make(chan struct{}, limits.EndpointChecks),
	}
	present := presenter{config.Logger}
	schema := NewExecutableSchema(Config{Resolvers: root, Complexity: complexity()})
	exec := executor.New(schema)
	exec.SetErrorPresenter(present.present)
	exec.SetRecoverFunc(present.recovered)
	exec.SetParserTokenLimit(limits.QueryTokens)
	// Suggestions compare what was sent with every name of the schema, at the caller's expense of nothing.
	exec.SetDisableSuggestion(true)
	// No cache of queries: a query may hold a password as a literal, and would stay in memory with it.
	exec.Use(openSchema{})
	exec.Use(shape{depth: limits.QueryDepth, size: limits.Complexity})
	exec.Use(costLimit{schema, limits.Complexity})
	exec.Use(scope{})
	h := &Handler{config: config, limits: limits, exec: exec, present: present}
	h.sockets = newSocketServer(config, limits, exec)
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
		w.Header().Set("Allow", "POST")
		h.refuse(w, r, http.StatusMethodNotAllowed, codeBadInput,
			"Queries and mutations are sent by POST; GET opens a WebSocket (graphql-transport-ws).")
	default:
		w.Header().Set("Allow", "POST")
		h.refuse(w, r, http.StatusMethodNotAllowed, codeBadInput, "Queries and mutations are sent by POST.")
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

// post answers GraphQL over HTTP with a JSON body.
func (h *Handler) post(w http.ResponseWriter, r *http.Request) {
	if _, ok := auth.FromContext(r.Context()); !ok {
		h.refuse(w, r, http.StatusUnauthorized, codeUnauthenticated, "Sign in first.")
		return
	}
	if mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || mediaType != "application/json" {
		h.refuse(w, r, http.StatusUnsupportedMediaType, codeBadInput, "The content type must be application/json.")
		return
	}
	start := graphql.Now()
	params, status, problem := readParams(http.MaxBytesReader(w, r.Body, h.limits.BodyBytes))
	if problem != "" {
		h.refuse(w, r, status, codeBadInput, problem)
		return
	}
	params.ReadTime = graphql.TraceTiming{Start: start, End: graphql.Now()}

	ctx := graphql.StartOperationTrace(r.Context())
	defer func() {
		if panicked := recover(); panicked != nil {
			err := h.present.present(ctx, h.present.recovered(ctx, panicked))
			h.write(w, r, http.StatusInternalServerError, &graphql.Response{Errors: gqlerror.List{err}})
		}
	}()
	op, errs := h.exec.CreateOperationContext(ctx, params)
	if len(errs) > 0 {
		// Clients that know application/graphql-response+json tell a bad request by its status.
		status := http.StatusOK
		if wantsGraphQLResponse(r) {
			status = http.StatusBadRequest
		}
		h.write(w, r, status, h.exec.DispatchError(graphql.WithOperationContext(ctx, op), atMost(errs)))
		return
	}
	if op.Operation.Operation == ast.Subscription {
		h.refuse(w, r, http.StatusBadRequest, codeBadInput, "Subscriptions need a WebSocket (graphql-transport-ws).")
		return
	}
	responses, ctx := h.exec.DispatchOperation(ctx, op)
	h.write(w, r, http.StatusOK, responses(ctx))
}

// readParams reads a request. Its problems are told in words of this function alone: a body holds passwords, and
// errors of encoding/json quote it.
func readParams(body io.Reader) (params *graphql.RawParams, status int, problem string) {
	decoder := json.NewDecoder(body)
	decoder.UseNumber()
	params = &graphql.RawParams{}
	err := decoder.Decode(params)
	if err == nil {
		_, err = decoder.Token()
		if errors.Is(err, io.EOF) {
			return params, 0, ""
		}
		if err == nil {
			err = errors.New("more than one value")
		}
	}
	var tooLarge *http.MaxBytesError
	var mistyped *json.UnmarshalTypeError
	switch {
	case errors.As(err, &tooLarge):
		return nil, http.StatusRequestEntityTooLarge, fmt.Sprintf(
			"The request is larger than %d bytes. Divide it, or raise the server's MAILFERRY_MAX_BODY.", tooLarge.Limit)
	case errors.As(err, &mistyped):
		return nil, http.StatusBadRequest, "The body must be a JSON object with query, operationName, variables and extensions."
	}
	return nil, http.StatusBadRequest, "The body is not valid JSON."
}

// maxErrors is how many faults of a query are told: one mistake, repeated, would make an answer larger than its request.
const maxErrors = 10

func atMost(errs gqlerror.List) gqlerror.List { return errs[:min(len(errs), maxErrors)] }

func wantsGraphQLResponse(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "application/graphql-response+json")
}

func (h *Handler) refuse(w http.ResponseWriter, r *http.Request, status int, code, message string) {
	h.write(w, r, status, &graphql.Response{Errors: gqlerror.List{
		{Message: message, Extensions: map[string]any{"code": code}},
	}})
}

func (h *Handler) write(w http.ResponseWriter, r *http.Request, status int, response *graphql.Response) {
	body, err := json.Marshal(response)
	if err != nil {
		h.config.Logger.ErrorContext(r.Context(), "response cannot be encoded", keyError, err)
		status, body = http.StatusInternalServerError, []byte(`{"errors":[{"message":"Something went wrong inside the server."}]}`)
	}
	contentType := "application/json; charset=utf-8"
	if wantsGraphQLResponse(r) {
		contentType = "application/graphql-response+json; charset=utf-8"
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body) // The client is gone if this fails.
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
	const message = "This token may read and change nothing."
	return &gqlerror.Error{Err: &apiError{code: codeForbidden, message: message}, Message: message}
}
