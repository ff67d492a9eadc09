package main

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"mailferry/graph"
	"mailferry/internal/auth"
	"mailferry/internal/database"
	"mailferry/internal/migration"
	"mailferry/internal/netguard"
	"mailferry/internal/secret"
	"mailferry/web"
)

// Server is everything that runs behind one address: configuration, then database, then
// runner, then HTTP.
type Server struct {
	logger   *slog.Logger
	db       *database.DB
	lock     *database.Lock
	jobs     *migration.Service
	http     *http.Server
	listener net.Listener
	// sockets ends the upgraded connections, which http.Server.Shutdown does not see.
	sockets context.CancelFunc
}

// Close gives up what Open took, in the opposite order; Run has returned or was not called.
func (s *Server) Close() error {
	var errs []error
	if s.listener != nil {
		if err := s.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Release())
	}
	if s.db != nil {
		errs = append(errs, s.db.Close())
	}
	return errors.Join(errs...)
}

// Run runs the server until ctx ends, then stops it: no new jobs, children asked to end,
// last events sent, sockets closed.
func (c *serveCommand) Run(ctx context.Context, con console) (err error) {
	s, err := c.open(ctx, con)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return s.run(ctx)
}

// open wires a server and begins to listen, but runs nothing yet.
func (c *serveCommand) open(ctx context.Context, con console) (_ *Server, err error) {
	s := &Server{logger: slog.New(slog.NewTextHandler(con.err, nil))}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	network, err := netguard.Parse(c.AllowedNetworks, c.AllowedPorts)
	if err != nil {
		return nil, err
	}
	if s.db, s.lock, err = c.openAndLock(ctx); err != nil {
		return nil, err
	}
	applied, err := s.db.Migrate(ctx)
	if err != nil {
		return nil, err
	}
	if len(applied) > 0 {
		s.logger.InfoContext(ctx, "database migrated", "migrations", strings.Join(applied, ","))
	}
	keys, err := c.keys(con)
	if err != nil {
		return nil, err
	}
	s.jobs = migration.NewService(migration.Config{
		DB: s.db, Keys: keys, Slots: c.Slots, Engine: c.Engine,
		// The running file, even if another was put in its place meanwhile.
		Builtin:     migration.Program{Path: "/proc/self/exe", Args: []string{"sync"}},
		Imapsync:    migration.Program{Path: c.Imapsync},
		Environment: engineEnvironment(con, network),
		Network:     network,
		Logger:      s.logger,
	})
	socketContext, closeSockets := context.WithCancel(context.WithoutCancel(ctx))
	s.sockets = closeSockets
	s.http = &http.Server{
		Handler:           c.routes(s, con, network),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		BaseContext:       func(net.Listener) context.Context { return socketContext },
		ErrorLog:          slog.NewLogLogger(s.logger.Handler(), slog.LevelWarn),
	}
	if s.listener, err = new(net.ListenConfig).Listen(ctx, "tcp", c.Addr); err != nil {
		return nil, fmt.Errorf("listen on %s: %w", c.Addr, err)
	}
	return s, nil
}

// keys are the ones of the environment, or those of the data folder, generated at need.
func (c *serveCommand) keys(con console) (*secret.Keyring, error) {
	if text := con.getenv("MAILFERRY_ENCRYPTION_KEY"); text != "" {
		keys, err := secret.ParseKeys(text)
		if err != nil {
			return nil, fmt.Errorf("MAILFERRY_ENCRYPTION_KEY: %w", err)
		}
		return keys, nil
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, fmt.Errorf("create the data folder: %w", err)
	}
	return secret.LoadOrCreate(filepath.Join(c.Data, "encryption.key"))
}

// engineEnvironment is what an engine needs to know of the server's environment, and nothing
// that it need not.
func engineEnvironment(con console, network *netguard.Policy) []string {
	env := []string{
		"LANG=C.UTF-8",
		"MAILFERRY_ALLOWED_NETWORKS=" + network.Networks(),
		"MAILFERRY_ALLOWED_PORTS=" + network.Ports(),
	}
	for _, name := range []string{"PATH", "HOME", "TZ", "TMPDIR", "PERL5LIB", "SSL_CERT_FILE", "SSL_CERT_DIR"} {
		if value := con.getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// routes is the table of what the server answers.
func (c *serveCommand) routes(s *Server, con console, network *netguard.Policy) http.Handler {
	token := con.getenv("MAILFERRY_API_TOKEN")
	authorized := func(header string) bool {
		given, _ := strings.CutPrefix(header, "Bearer ")
		return token == "" || subtle.ConstantTimeCompare([]byte(given), []byte(token)) == 1
	}
	api := graph.NewHandler(graph.HandlerConfig{
		Jobs: s.jobs, Logger: s.logger,
		CheckEndpoint: checkEndpoint(network),
		AuthorizeSocket: func(ctx context.Context, authorization string) (context.Context, func(), error) {
			if !authorized(authorization) {
				return nil, nil, errors.New("wrong token")
			}
			return auth.NewContext(ctx, auth.Principal{Name: "token"}), func() {}, nil
		},
	})
	mux := http.NewServeMux()
	mux.Handle("/graphql", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if authorized(r.Header.Get("Authorization")) {
			r = r.WithContext(auth.NewContext(r.Context(), auth.Principal{Name: "token"}))
		}
		api.ServeHTTP(w, r)
	}))
	mux.Handle("/graphiql", web.GraphiQL())
	mux.Handle("/graphiql/", web.GraphiQL())
	mux.Handle("/", web.Handler())
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") })
	return mux
}

// stopTime is how long requests that are being answered may take when the server stops.
const stopTime = 5 * time.Second

func (s *Server) run(ctx context.Context) error {
	if err := s.jobs.Start(ctx); err != nil {
		return err
	}
	served := make(chan error, 1)
	go func() { served <- s.http.Serve(s.listener) }()
	s.logger.InfoContext(ctx, "listening", "url", "http://"+s.listener.Addr().String(), "database", s.db.Name())
	var failure error
	select {
	case <-ctx.Done():
		s.logger.InfoContext(ctx, "stopping", "reason", context.Cause(ctx).Error())
	case <-s.lock.Lost():
		failure = fmt.Errorf("the %s was lost: %w", s.db.Name(), database.ErrTaken)
	case err := <-served:
		return errors.Join(fmt.Errorf("serve: %w", err), s.jobs.Stop(context.WithoutCancel(ctx)))
	}
	// Jobs first, so that tails get their last event before their sockets close.
	failure = errors.Join(failure, s.jobs.Stop(context.WithoutCancel(ctx)))
	s.sockets()
	shutdown, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	if err := s.http.Shutdown(shutdown); err != nil {
		failure = errors.Join(failure, s.http.Close())
	}
	s.logger.InfoContext(ctx, "stopped")
	return failure
}
