package httpserver_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mailferry/graph"
	"mailferry/internal/auth"
	"mailferry/internal/database"
	"mailferry/internal/httpserver"
	"mailferry/internal/migration"
	"mailferry/internal/secret"
	"mailferry/internal/testkit/process"
	"mailferry/web"
)

const (
	testEngine = "test-engine"
	password   = "correct horse battery"
	apiToken   = "a-configured-token"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == testEngine {
		runTestEngine(os.Args[2:])
		return
	}
	code := m.Run()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// runTestEngine prints as many lines as the source's user says.
func runTestEngine(args []string) {
	for _, arg := range args {
		if value, ok := strings.CutPrefix(arg, "--user1="); ok {
			n, _ := strconv.Atoi(value)
			for i := range n {
				fmt.Printf("line %d: žluťoučký kůň <script>alert(1)</script>\n", i)
			}
		}
	}
}

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

// harness is the whole HTTP of a server.
type harness struct {
	t      testing.TB
	jobs   *migration.Service
	server *httptest.Server
	log    *syncBuffer
}

func newHarness(t testing.TB, change ...func(*httpserver.Config, *auth.Config)) *harness {
	t.Helper()
	h := &harness{t: t, log: &syncBuffer{}}
	logger := slog.New(slog.NewTextHandler(h.log, nil))
	db, err := database.Open(t.Context(), database.Config{DataDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	keys, err := secret.ParseKeys(secret.GenerateKey())
	if err != nil {
		t.Fatal(err)
	}
	h.jobs = migration.NewService(migration.Config{
		DB: db, Keys: keys, Engine: migration.BuiltinEngine, Logger: logger,
		Builtin:     migration.Program{Path: os.Args[0], Args: []string{testEngine}},
		Environment: process.CoverageEnvironment(t),
	})
	if err := h.jobs.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	config := httpserver.Config{Jobs: h.jobs, App: web.Handler(), Playground: web.GraphiQL(), Logger: logger}
	signIn := auth.Config{DB: db, APIToken: apiToken, Logger: logger}
	for _, c := range change {
		c(&config, &signIn)
	}
	if config.Origins == nil {
		if config.Origins, err = httpserver.ParseOrigins(nil, ""); err != nil {
			t.Fatal(err)
		}
	}
	signIn.Proxies = config.Proxies
	config.Auth = auth.NewService(signIn)
	if _, err := config.Auth.PrepareAdministrator(t.Context(), password); err != nil {
		t.Fatal(err)
	}
	api := graph.NewHandler(graph.HandlerConfig{
		Jobs: h.jobs, AuthorizeSocket: config.Auth.AuthorizeSocket, AllowsOrigin: config.Origins.Allows, Logger: logger,
	})
	config.API = api
	config.Metrics = httpserver.NewMetrics(h.jobs, api, "test", logger)
	base, stop := context.WithCancelCause(context.Background())
	h.server = httptest.NewUnstartedServer(nil)
	h.server.Config = httpserver.NewServer(base, httpserver.NewHandler(config), logger)
	h.server.Start()
	t.Cleanup(func() {
		stop(graph.ErrStopping)
		h.server.Close()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := h.jobs.Stop(ctx); err != nil {
			t.Errorf("stop: %v", err)
		}
		if t.Failed() {
			t.Logf("server log:\n%s", h.log)
		}
	})
	return h
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Add(name, value) }
}

func bearer(r *http.Request) { r.Header.Set("Authorization", "Bearer "+apiToken) }

func asJSON(r *http.Request) { r.Header.Set("Content-Type", "application/json") }

type response struct {
	*http.Response

	text string
}

// do sends a request, follows no redirect and reads the answer.
func (h *harness) do(method, path, body string, change ...func(*http.Request)) response {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), method, h.server.URL+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	for _, c := range change {
		c(r)
	}
	answer, err := h.server.Client().Transport.RoundTrip(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return response{answer, string(text)}
}

// signIn returns a change that gives requests the session's cookie.
func (h *harness) signIn(change ...func(*http.Request)) func(*http.Request) {
	h.t.Helper()
	r := h.do("POST", "/login", `{"password":"`+password+`"}`, append(change, asJSON)...)
	if r.StatusCode != http.StatusOK || len(r.Cookies()) == 0 {
		h.t.Fatalf("sign-in: %d %s %v", r.StatusCode, r.text, r.Cookies())
	}
	return func(request *http.Request) { request.AddCookie(r.Cookies()[0]) }
}

// job runs a job that prints so many lines and returns its id when it has ended.
func (h *harness) job(name string, lines int) int64 {
	h.t.Helper()
	endpoint := migration.EndpointInput{Host: "old.example.org", User: strconv.Itoa(lines), Password: "p"}
	other := endpoint
	other.Host = "new.example.org"
	job, err := h.jobs.CreateJob(h.t.Context(), migration.NewJob{Name: name, Source: endpoint, Destination: other})
	if err != nil {
		h.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(h.t.Context(), 90*time.Second)
	defer cancel()
	watch, err := h.jobs.WatchJobs(ctx, &job.ID)
	if err != nil {
		h.t.Fatal(err)
	}
	defer watch.Close()
	for id := job.ID; !job.Status.Ended(); {
		if job, err = h.jobs.Job(ctx, id); err == nil && !job.Status.Ended() {
			_, err = watch.Next(ctx)
		}
		if err != nil {
			h.t.Fatal(err)
		}
	}
	return job.ID
}
