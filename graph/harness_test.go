package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mailferry/graph"
	"mailferry/internal/auth"
	"mailferry/internal/database"
	"mailferry/internal/imapsync"
	"mailferry/internal/mailcheck"
	"mailferry/internal/migration"
	"mailferry/internal/netguard"
	"mailferry/internal/secret"
	"mailferry/internal/testkit/process"
)

// harness is the API over HTTP, on a real database and a runner whose engine is this test binary.
type harness struct {
	t       testing.TB
	db      *database.DB
	jobs    *migration.Service
	handler *graph.Handler
	server  *httptest.Server
	folder  string
	log     *syncBuffer
	stop    context.CancelCauseFunc
	// checks is what checkEndpoint was asked.
	checks chan imapsync.Endpoint
	// created counts the jobs of create.
	created atomic.Int64

	mu      sync.Mutex
	revoked map[string]context.CancelCauseFunc
}

const (
	goodToken     = "Bearer good"
	readOnlyToken = "Bearer read-only"
	sessionToken  = "Bearer as if by a cookie"
	brokenToken   = "Bearer that cannot be checked"
)

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func newHarness(t testing.TB, limits graph.Limits) *harness {
	t.Helper()
	db, err := database.Open(t.Context(), database.Config{DataDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	h := &harness{
		t: t, db: db, folder: t.TempDir(), log: &syncBuffer{},
		checks: make(chan imapsync.Endpoint, 100), revoked: map[string]context.CancelCauseFunc{},
	}
	keys, err := secret.ParseKeys(secret.GenerateKey())
	if err != nil {
		t.Fatal(err)
	}
	policy, err := netguard.Parse("public,private", "143,993")
	if err != nil {
		t.Fatal(err)
	}
	logger := slog.New(slog.NewTextHandler(h.log, nil))
	h.jobs = migration.NewService(migration.Config{
		DB: h.db, Keys: keys, Engine: migration.BuiltinEngine, Network: policy,
		Builtin:     migration.Program{Path: os.Args[0], Args: []string{testEngine}},
		Environment: append(process.CoverageEnvironment(t), folderVariable+"="+h.folder),
		CancelGrace: 300 * time.Millisecond, Logger: logger,
	})
	if err := h.jobs.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.handler = graph.NewHandler(graph.HandlerConfig{
		Jobs:            h.jobs,
		Checks:          h,
		AuthorizeSocket: h.authorizeSocket,
		Limits:          limits,
		Logger:          logger,
	})
	var base context.Context
	base, h.stop = context.WithCancelCause(context.Background())
	h.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Header.Get("Authorization") {
		case goodToken:
			r = r.WithContext(auth.NewContext(r.Context(), auth.Principal{Name: "test"}))
		case readOnlyToken:
			r = r.WithContext(auth.NewContext(r.Context(), auth.Principal{Name: "test", ReadOnly: true}))
		case sessionToken:
			r = r.WithContext(auth.NewContext(r.Context(), auth.NewBrowserPrincipal("test")))
		}
		h.handler.ServeHTTP(w, r)
	}))
	h.server.Config.BaseContext = func(net.Listener) context.Context { return base }
	h.server.Start()
	t.Cleanup(func() {
		h.stop(graph.ErrStopping)
		h.server.Close()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := h.jobs.Stop(ctx); err != nil {
			t.Errorf("stop: %v", err)
		}
		h.eventually("all sockets to be gone", func() bool { return h.handler.Sockets() == 0 && h.handler.Subscriptions() == 0 })
		if t.Failed() {
			t.Logf("server log:\n%s", h.log)
		}
	})
	return h
}

// Look notes what is asked, and finds what the passwords say.
func (h *harness) Look(_ context.Context, request mailcheck.Request) (mailcheck.Result, error) {
	command := request.Command
	if request.Kind == mailcheck.Endpoint {
		h.checks <- command.Source
	}
	switch request.SourcePassword {
	case "busy":
		return mailcheck.Result{}, mailcheck.ErrBusy
	case "not started":
		return mailcheck.Result{}, mailcheck.ErrNotStarted
	case "no end":
		return mailcheck.Result{Problem: "The check took too long."}, nil
	}
	if request.SourcePassword == "break" || request.Kind == mailcheck.Folders && request.DestinationPassword == "" {
		return mailcheck.Result{}, errors.New("inside: dial tcp 10.1.2.3")
	}
	if request.Kind == mailcheck.Endpoint {
		return mailcheck.Result{Endpoint: &mailcheck.EndpointCheck{OK: true}}, nil
	}
	return mailcheck.Result{Folders: &mailcheck.FolderPreview{
		Source: mailcheck.EndpointCheck{OK: true}, Destination: mailcheck.EndpointCheck{Error: "refused"},
		Folders: []mailcheck.PreviewedFolder{{Source: command.Source.User, Destination: command.Options.UnderFolder, Create: command.Options.Automap}},
		Unknown: []string{
			fmt.Sprintf("%s:%d", command.Source.Host, command.Source.Port),
			fmt.Sprintf("%s:%d", command.Destination.Host, command.Destination.Port),
		},
	}}, nil
}

// authorizeSocket knows two tokens; each socket's credentials can be ended by end.
func (h *harness) authorizeSocket(ctx context.Context, authorization string) (context.Context, func(), error) {
	principal, known := auth.FromContext(ctx)
	switch authorization {
	case brokenToken:
		return nil, nil, errors.New("the database is away")
	case goodToken:
		principal, known = auth.Principal{Name: "test"}, true
	case readOnlyToken:
		principal, known = auth.Principal{Name: "test", ReadOnly: true}, true
	}
	if !known {
		return nil, nil, auth.ErrUnauthenticated
	}
	ctx, cancel := context.WithCancelCause(auth.NewContext(ctx, principal))
	h.mu.Lock()
	defer h.mu.Unlock()
	h.revoked[authorization] = cancel
	return ctx, func() { cancel(nil) }, nil
}

func (h *harness) signOut(authorization string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.revoked[authorization](auth.ErrEnded)
}

// eventually waits for a condition that nothing announces.
func (h *harness) eventually(what string, holds func() bool) {
	h.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			h.t.Fatalf("waited in vain for %s", what)
		}
	}
}

// write makes an "until" engine print.
func (h *harness) write(name, text string) {
	h.t.Helper()
	file, err := os.OpenFile(filepath.Join(h.folder, name), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		h.t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.WriteString(text); err != nil {
		h.t.Fatal(err)
	}
}

// request sends a POST as it is and returns status and body.
func (h *harness) request(contentType, authorization, body string) (int, string) {
	h.t.Helper()
	request, err := http.NewRequestWithContext(h.t.Context(), http.MethodPost, h.server.URL, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("Authorization", authorization)
	response, err := h.server.Client().Do(request)
	if err != nil {
		h.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

type problem struct {
	Message    string
	Extensions struct{ Code, Field string }
}

type answer struct {
	Data   json.RawMessage
	Errors []problem
}

// query runs a query or mutation.
func (h *harness) query(query string, variables map[string]any) answer {
	h.t.Helper()
	return h.queryAs(goodToken, query, variables)
}

func (h *harness) queryAs(authorization, query string, variables map[string]any) answer {
	h.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		h.t.Fatal(err)
	}
	_, text := h.request("application/json", authorization, string(body))
	var a answer
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		h.t.Fatalf("%v in answer %s", err, text)
	}
	return a
}

// must decodes the data of an answer without errors.
func must[T any](t testing.TB, a answer) T {
	t.Helper()
	var data T
	if len(a.Errors) > 0 {
		t.Fatalf("errors %+v", a.Errors)
	}
	if err := json.Unmarshal(a.Data, &data); err != nil {
		t.Fatalf("%v in %s", err, a.Data)
	}
	return data
}

func (a answer) refusedAs(t testing.TB, what, code, field string) {
	t.Helper()
	if len(a.Errors) != 1 || a.Errors[0].Extensions.Code != code || a.Errors[0].Extensions.Field != field {
		t.Errorf("%s: answer %s %+v, want %s at %q", what, a.Data, a.Errors, code, field)
	}
}

func endpoint(host, user string) map[string]any {
	return map[string]any{"host": host, "user": user, "password": "s3cret-" + user}
}

func jobInput(behaviour string) map[string]any {
	return map[string]any{"source": endpoint("old.example.org", behaviour), "destination": endpoint("new.example.org", "anna")}
}

// create makes a job and returns its id.
func (h *harness) create(behaviour string) string {
	h.t.Helper()
	input := jobInput(behaviour)
	// Jobs between the same two mailboxes would wait for each other.
	input["destination"] = endpoint("new.example.org", fmt.Sprintf("anna%d", h.created.Add(1)))
	data := must[struct{ CreateJob struct{ ID string } }](h.t, h.query(
		`mutation($input: CreateJobInput!) { createJob(input: $input) { id } }`, map[string]any{"input": input}))
	return data.CreateJob.ID
}

// queued makes a job that waits, since as many before it as there are slots run until their file says end.
func (h *harness) queued(until string) string {
	h.t.Helper()
	h.create(until)
	h.create(until)
	h.eventually("the slots to be taken", func() bool {
		runner, err := h.jobs.Runner(h.t.Context())
		return err == nil && len(runner.Running) == runner.Slots
	})
	return h.create(until)
}

const canary = "c4n4ry-p4ssw0rd"
