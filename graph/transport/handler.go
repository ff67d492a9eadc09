package transport

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"mailferry/graph/apierror"
	"mailferry/graph/budget"
	"mailferry/graph/limits"
)

// Keys of the attributes of log lines.
const (
	keyError  = "error"
	keyRemote = "remote"
	keyCode   = "code"
	keyReason = "reason"
)

// Executor is what carries operations out: gqlgen's *executor.Executor. Its presenter decides what callers see of
// errors, and its extensions may count for the budget in the context.
type Executor interface {
	graphql.GraphExecutor

	// PresentRecoveredError is what callers see of a panic.
	PresentRecoveredError(ctx context.Context, panicked any) error
}

// Caller is somebody who has signed in, as far as it matters here.
type Caller struct {
	// Browser says that a browser sends the credentials by itself with each request, so that pages elsewhere can make
	// it do so.
	Browser bool
}

// Auth knows who asks.
type Auth interface {
	// Caller is who sent the request of ctx; false if nobody has signed in.
	Caller(ctx context.Context) (Caller, bool)
	// AuthorizeSocket finds who opened a socket, from what its connection_init says or else from the request's context.
	// The context that it returns ends when those credentials do; release lets go of it.
	AuthorizeSocket(ctx context.Context, authorization string) (authorized context.Context, release func(), err error)
	// Refused says whether an error of AuthorizeSocket means that the credentials are no good. Any other is a fault of
	// the server, after which the client may try again with the same ones.
	Refused(err error) bool
	// SignedOut says whether the cause with which a socket's context ended is the end of its credentials. Any other
	// is the end of the server.
	SignedOut(cause error) bool
}

// Config is what a [Handler] needs. All but AllowsOrigin must be given.
type Config struct {
	Executor Executor
	Auth     Auth
	// Stopping says whether the server is stopping: mutations are refused then.
	Stopping func() bool
	// AllowsOrigin says whether a page of this origin may open a socket by this request. Nil allows only pages of
	// the host that the request was sent to.
	AllowsOrigin func(r *http.Request, origin string) bool
	// Limits are those of requests, answers and sockets, defaults filled in.
	Limits limits.Limits
	Logger *slog.Logger
}

// Handler is the API over HTTP: POST for queries and mutations, GET for queries, an upgraded GET for subscriptions.
type Handler struct {
	config  Config
	sockets *socketServer
	memory  *budget.Memory
}

// New returns the API over HTTP.
func New(config Config) *Handler {
	memory := budget.NewMemory(config.Limits.AnswerBytes)
	return &Handler{config: config, memory: memory, sockets: newSocketServer(config, memory)}
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

// Subscriptions is how many subscriptions run on them.
func (h *Handler) Subscriptions() int { return h.sockets.running() }

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
