package transport_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/gorilla/websocket"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"go.uber.org/goleak"

	"mailferry/graph/apierror"
	"mailferry/graph/limits"
	"mailferry/graph/transport"
	"mailferry/internal/testkit/graphqlws"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// schema is all that transports need to know of an API.
const schema = `
	type Query { name(id: ID): String! self: Self }
	type Self { self: Self name: String }
	type Mutation { change: String! }
	type Subscription { events: String! flood: String! }
`

const subscription = `subscription { events }`

// maxDepth is how deep queries may nest here.
const maxDepth = 3

const (
	goodToken    = "Bearer good"
	sessionToken = "Bearer as if by a cookie"
	brokenToken  = "Bearer that cannot be checked"
)

var (
	errUnknown   = errors.New("these credentials are none")
	errSignedOut = errors.New("the credentials have ended")
	errStopping  = errors.New("the server is stopping")
)

// harness is the transports over a real HTTP server, with an executor whose answers are fixed.
type harness struct {
	t       testing.TB
	handler *transport.Handler
	server  *httptest.Server
	stop    context.CancelCauseFunc
	// events is what subscriptions to events send, each to one of them.
	events chan string
	// stopping says that the server is.
	stopping atomic.Bool
	// changes counts the mutations that were carried out.
	changes atomic.Int64

	mu      sync.Mutex
	revoked map[string]context.CancelCauseFunc
}

func newHarness(t testing.TB, bounds limits.Limits) *harness {
	t.Helper()
	h := &harness{t: t, events: make(chan string), revoked: map[string]context.CancelCauseFunc{}}
	exec := executor.New(h.schema())
	exec.SetErrorPresenter(present)
	exec.Use(limits.Shape{Depth: maxDepth, Fields: 1000})
	h.handler = transport.New(transport.Config{
		Executor: exec, Auth: h, Stopping: h.stopping.Load, Limits: bounds.WithDefaults(), Logger: slog.New(slog.DiscardHandler),
	})
	var base context.Context
	base, h.stop = context.WithCancelCause(context.Background())
	h.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Header.Get("Authorization") {
		case goodToken:
			r = r.WithContext(signedIn(r.Context(), transport.Caller{}))
		case sessionToken:
			r = r.WithContext(signedIn(r.Context(), transport.Caller{Browser: true}))
		}
		h.handler.ServeHTTP(w, r)
	}))
	h.server.Config.BaseContext = func(net.Listener) context.Context { return base }
	h.server.Start()
	t.Cleanup(func() {
		h.stop(errStopping)
		h.server.Close()
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		h.handler.WaitSockets(ctx)
		if sockets, subscriptions := h.handler.Sockets(), h.handler.Subscriptions(); sockets != 0 || subscriptions != 0 {
			t.Errorf("%d sockets and %d subscriptions are left", sockets, subscriptions)
		}
	})
	return h
}

// schema answers queries with the name of the operation and its variables, and mutations with one text, and hands subscriptions what h.events brings.
func (h *harness) schema() graphql.ExecutableSchema {
	parsed := gqlparser.MustLoadSchema(&ast.Source{Input: schema})
	return &graphql.ExecutableSchemaMock{
		SchemaFunc: func() *ast.Schema { return parsed },
		ExecFunc: func(ctx context.Context) graphql.ResponseHandler {
			request := graphql.GetOperationContext(ctx)
			op := request.Operation
			switch op.Operation {
			case ast.Query:
				return graphql.OneShot(&graphql.Response{Data: fmt.Appendf(nil, `{"name":"%s%v"}`, op.Name, request.Variables)})
			case ast.Mutation:
				h.changes.Add(1)
				return graphql.OneShot(&graphql.Response{Data: []byte(`{"change":"done"}`)})
			case ast.Subscription:
			}
			source := h.events
			if field, ok := op.SelectionSet[0].(*ast.Field); ok && field.Name == "flood" {
				source = flood(ctx)
			}
			events := transport.Follow(ctx, func() {}, nil, func(ctx context.Context) (*string, error) {
				select {
				case text := <-source:
					return &text, nil
				case <-ctx.Done():
					return nil, context.Cause(ctx)
				}
			})
			return func(context.Context) *graphql.Response {
				text, ok := <-events
				if !ok {
					return nil
				}
				return &graphql.Response{Data: []byte(`{"events":"` + *text + `"}`)}
			}
		},
	}
}

// flood sends large events as fast as they are taken, until ctx ends.
func flood(ctx context.Context) chan string {
	events := make(chan string)
	text := strings.Repeat("0123456789abcdef", 4<<10)
	go func() {
		for {
			select {
			case events <- text:
			case <-ctx.Done():
				return
			}
		}
	}()
	return events
}

// present gives errors that are meant for callers their codes, and all others that of bad input.
func present(_ context.Context, err error) *gqlerror.Error {
	if own, ok := errors.AsType[*apierror.Error](err); ok {
		return apierror.Presented(own.Code, own.Message)
	}
	return apierror.Presented(apierror.CodeBadInput, err.Error())
}

type callerKey struct{}

func signedIn(ctx context.Context, caller transport.Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, caller)
}

func (h *harness) Caller(ctx context.Context) (transport.Caller, bool) {
	caller, ok := ctx.Value(callerKey{}).(transport.Caller)
	return caller, ok
}

// AuthorizeSocket knows one token; each socket's credentials can be ended by signOut.
func (h *harness) AuthorizeSocket(ctx context.Context, authorization string) (context.Context, func(), error) {
	caller, known := h.Caller(ctx)
	switch authorization {
	case brokenToken:
		return nil, nil, errors.New("the database is away")
	case goodToken:
		known = true
	}
	if !known {
		return nil, nil, errUnknown
	}
	ctx, cancel := context.WithCancelCause(signedIn(ctx, caller))
	h.mu.Lock()
	defer h.mu.Unlock()
	h.revoked[authorization] = cancel
	return ctx, func() { cancel(nil) }, nil
}

func (h *harness) Refused(err error) bool { return errors.Is(err, errUnknown) }

func (h *harness) SignedOut(cause error) bool { return errors.Is(cause, errSignedOut) }

func (h *harness) signOut(authorization string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.revoked[authorization](errSignedOut)
}

// eventually waits for a condition that nothing announces.
func (h *harness) eventually(what string, holds func() bool) {
	h.t.Helper()
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	for deadline := time.Now().Add(20 * time.Second); !holds(); <-ticker.C {
		if time.Now().After(deadline) {
			h.t.Fatalf("waited in vain for %s", what)
		}
	}
}

func (h *harness) dial(change ...func(http.Header)) (*websocket.Conn, *http.Response, error) {
	h.t.Helper()
	return graphqlws.Dial(h.t, h.server.URL, change...)
}

// open opens a socket without connection_init.
func (h *harness) open(change ...func(http.Header)) *graphqlws.Client {
	h.t.Helper()
	return graphqlws.Open(h.t, h.server.URL, change...)
}

// connect opens a socket and signs in.
func (h *harness) connect() *graphqlws.Client {
	h.t.Helper()
	return graphqlws.Connect(h.t, h.server.URL, goodToken)
}
