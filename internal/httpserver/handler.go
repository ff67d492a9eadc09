// Package httpserver is the server's HTTP: its routes, who may use them, the headers that every answer has, sign-in,
// metrics, and listening with or without TLS. What the routes answer comes from elsewhere: the API from graph, the
// web app and the playground from web, logs from internal/migration.
//
// It promises that nothing but /healthz, /readyz, POST /login and the web app's static files is answered without
// credentials, and that no page of another origin changes anything.
package httpserver

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"mailferry/internal/auth"
	"mailferry/internal/database"
	"mailferry/internal/migration"
)

// Keys of the attributes of log lines.
const (
	keyError  = "error"
	keyRemote = "remote"
	keyPath   = "path"
	keyStack  = "stack"
	keyUser   = "user"

	keyReasons = "reasons"
)

// apiPolicy is for answers that are no pages: even if a browser shows one, nothing in it does anything.
const apiPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"

// Config is what [NewHandler] needs. MetricsOpen, Proxies and Origins may be zero.
type Config struct {
	// API answers /graphql. It refuses requests whose context has no auth.Principal, except for WebSockets, which
	// may bring credentials along.
	API http.Handler
	// App answers every path that nothing else answers, Playground those at and below /graphiql.
	App, Playground http.Handler
	Jobs            *migration.Service
	Auth            *auth.Service
	Proxies         *auth.Proxies
	Origins         *Origins
	// Hosts are the names under which the server is asked; nil: all.
	Hosts *Hosts
	// Metrics answers /metrics; see NewMetrics.
	Metrics *Metrics
	// MetricsOpen lets everybody read /metrics.
	MetricsOpen bool
	// BodyTime is how long a client may take to send a body, WriteTime how long for each piece of an answer; 30
	// seconds each if they are 0.
	BodyTime, WriteTime time.Duration
	Logger              *slog.Logger
}

// NewHandler returns all routes.
func NewHandler(config Config) http.Handler {
	const patience = 30 * time.Second
	config.BodyTime, config.WriteTime = cmp.Or(config.BodyTime, patience), cmp.Or(config.WriteTime, patience)
	s := &server{config: config}
	mux := http.NewServeMux()
	handle := func(pattern string, handler http.Handler) { mux.Handle(pattern, s.observed(pattern, handler)) }
	handle("/graphql", s.identified(config.API))
	handle("/graphiql", s.protected(config.Playground))
	handle("/graphiql/", s.protected(config.Playground))
	handle("GET /migration/jobs/{id}/tail", s.protected(http.HandlerFunc(s.tail)))
	handle("GET /migration/jobs/{id}/log", s.protected(http.HandlerFunc(s.log)))
	handle("GET /migration/batches/{id}/report.csv", s.protected(s.report("text/csv; charset=utf-8", "-mailboxes.csv", mailboxesCSV)))
	handle("GET /migration/batches/{id}/missing.csv", s.protected(s.report("text/csv; charset=utf-8", "-missing.csv", missingCSV)))
	handle("GET /migration/batches/{id}/report.json", s.protected(s.report("application/json", "-report.json", reportJSON)))
	handle("/migration/", s.protected(http.HandlerFunc(notFound)))
	handle("POST /login", http.HandlerFunc(s.signIn))
	handle("POST /logout", s.identified(http.HandlerFunc(s.signOut)))
	handle("/logout", http.HandlerFunc(notAllowed))
	handle("GET /healthz", http.HandlerFunc(s.alive))
	handle("GET /readyz", http.HandlerFunc(s.ready))
	if config.MetricsOpen {
		handle("GET /metrics", config.Metrics)
	} else {
		handle("GET /metrics", s.protected(config.Metrics))
	}
	handle("/", config.App)
	return s.recovered(s.headers(config.Hosts.protect(config.Origins.protect(mux))))
}

type server struct{ config Config }

// observed limits the time of a route's clients and counts its answers.
func (s *server) observed(pattern string, next http.Handler) http.Handler {
	route := pattern[strings.IndexByte(pattern, '/'):]
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		response := newResponse(w, r, s.config.BodyTime, s.config.WriteTime)
		// Deferred: a download that is cut off panics with http.ErrAbortHandler.
		defer func() { s.config.Metrics.observe(route, response, time.Since(start)) }()
		next.ServeHTTP(response, r)
	})
}

// identified puts who asks into the request's context, if that is known.
func (s *server) identified(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		principal, err := s.config.Auth.Authenticate(r)
		switch {
		case err == nil:
			r = r.WithContext(auth.NewContext(r.Context(), principal))
		case !errors.Is(err, auth.ErrUnauthenticated):
			s.fail(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// protected refuses whoever is not known. Browsers that ask for a page are sent to the sign-in.
func (s *server) protected(next http.Handler) http.Handler {
	return s.identified(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, known := auth.FromContext(r.Context()); known {
			next.ServeHTTP(w, r)
			return
		}
		if r.Method == http.MethodGet && strings.Contains(r.Header.Get("Accept"), "text/html") {
			//nolint:gosec // To this server's own page; what was asked for is escaped.
			http.Redirect(w, r, "/login?next="+queryEscapePath(r), http.StatusSeeOther)
			return
		}
		w.Header().Set("WWW-Authenticate", "Bearer")
		answer(w, http.StatusUnauthorized, problem{"Sign in first.", "UNAUTHENTICATED"})
	}))
}

// headers sets what every answer has. Pages replace the policy with their own.
func (s *server) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", apiPolicy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("X-Frame-Options", "DENY")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		if s.config.Proxies.IsTLS(r) {
			header.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// recovered keeps a panic from showing anything.
func (s *server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			switch panicked := recover(); panicked {
			case nil:
			case http.ErrAbortHandler:
				panic(panicked)
			default:
				s.config.Logger.ErrorContext(r.Context(), "panic while answering",
					keyPath, r.URL.Path, keyError, fmt.Sprint(panicked), keyStack, string(debug.Stack()))
				answer(w, http.StatusInternalServerError, internalProblem())
			}
		}()
		next.ServeHTTP(w, r)
	})
}

func (s *server) alive(w http.ResponseWriter, _ *http.Request) { text(w, http.StatusOK, "ok\n") }

// readyTime is how long the database may take to say that it is there.
const readyTime = 3 * time.Second

// ready says whether new jobs can be stored and run, and if not why: a line for each reason. A balancer reads the
// status, people read the rest.
func (s *server) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTime)
	defer cancel()
	if reasons := s.config.Jobs.NotReady(ctx); len(reasons) > 0 {
		s.config.Logger.WarnContext(r.Context(), "not ready", keyReasons, strings.Join(reasons, "; "))
		text(w, http.StatusServiceUnavailable, "not ready\n"+strings.Join(reasons, "\n")+"\n")
		return
	}
	text(w, http.StatusOK, "ready\n")
}

// fail answers a fault of the server, or an error of internal/migration that is meant for the caller.
func (s *server) fail(w http.ResponseWriter, r *http.Request, err error) {
	var refused *migration.Error
	switch {
	case errors.As(err, &refused):
		status := http.StatusBadRequest
		switch refused.Code {
		case migration.NotFound:
			status = http.StatusNotFound
		case migration.Conflict:
			status = http.StatusConflict
		case migration.BadInput:
		}
		answer(w, status, problem{refused.Error(), string(refused.Code)})
	case r.Context().Err() != nil:
		// Nobody is there to read an answer.
	case database.Away(err):
		// Passing trouble has a status after which clients, those of WebSockets too, come back.
		s.config.Logger.WarnContext(r.Context(), "the database cannot be used", keyPath, r.URL.Path, keyError, err)
		w.Header().Set("Retry-After", "5")
		unavailable := problem{"The database cannot be used at this moment. Try again in a few seconds.", "UNAVAILABLE"}
		if r.URL.Path == "/graphql" {
			answer(w, http.StatusServiceUnavailable, unavailable.graphQL())
			return
		}
		answer(w, http.StatusServiceUnavailable, unavailable)
	default:
		s.config.Logger.ErrorContext(r.Context(), "request failed", keyPath, r.URL.Path, keyError, err)
		answer(w, http.StatusInternalServerError, internalProblem())
	}
}

// problem is the body of an answer that is no success.
type problem struct {
	Error string `json:"error"`
	Code  string `json:"code"`
}

// graphQL is the problem as clients of the API expect it.
func (p problem) graphQL() any {
	return map[string]any{"errors": []any{map[string]any{"message": p.Error, "extensions": map[string]any{"code": p.Code}}}}
}

func internalProblem() problem {
	return problem{"Something went wrong inside the server. Its log says what.", "INTERNAL"}
}

func answer(w http.ResponseWriter, status int, body any) {
	encoded, err := json.Marshal(body)
	if err != nil {
		status, encoded = http.StatusInternalServerError, []byte(`{"code":"INTERNAL"}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(encoded, '\n')) // The client is gone if this fails.
}

func text(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body)) // The client is gone if this fails.
}

func notFound(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusNotFound, problem{"There is nothing at this address.", "NOT_FOUND"})
}

func notAllowed(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Allow", http.MethodPost)
	answer(w, http.StatusMethodNotAllowed, problem{"Use POST.", "BAD_USER_INPUT"})
}
