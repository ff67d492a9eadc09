package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"mailferry/graph"
	"mailferry/internal/auth"
	"mailferry/internal/childproc"
	"mailferry/internal/command"
	"mailferry/internal/database"
	"mailferry/internal/httpserver"
	"mailferry/internal/imapsync"
	"mailferry/internal/mailcheck"
	"mailferry/internal/migration"
	"mailferry/internal/netguard"
	"mailferry/internal/secret"
	"mailferry/web"
)

// Server is everything that runs behind one address: configuration, then database, then
// runner, then HTTP.
type Server struct {
	logger *slog.Logger
	db     *database.DB
	lease  *database.Lease
	auth   *auth.Service
	jobs   *migration.Service
	checks *mailcheck.Service
	http   *http.Server
	// profiles are nil unless they were asked for.
	profiles *httpserver.Profiles
	listener net.Listener
	// url is where browsers on this machine reach the server.
	url string
	// password is the administrator's if it was generated at this start.
	password string
	// closeSockets ends the upgraded connections, which http.Server.Shutdown does not see.
	closeSockets context.CancelFunc
	// waitSockets waits until they are closed.
	waitSockets func(context.Context)
}

// serveCommand runs the server.
type serveCommand struct {
	command.Configuration

	// unknown are sentences on variables of the environment that mean nothing to Mailferry.
	unknown []string
}

// configurationError says what is wrong with the configuration: nothing was opened.
type configurationError struct{ err error }

func (e *configurationError) Error() string {
	return "the configuration is not usable:\n" + e.err.Error()
}

func (e *configurationError) Unwrap() error { return e.err }

// serverMemory is what the server's memory should stay below, in bytes: the collector works harder rather than let it
// grow with what many clients ask for at once. GOMEMLIMIT sets another.
const serverMemory = 192 << 20

// Run runs the server until ctx ends, then stops it: no new jobs, children asked to end,
// last events sent, sockets closed.
func (c *serveCommand) Run(ctx context.Context, con command.Console) (err error) {
	s, err := c.open(ctx, con)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if con.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(serverMemory)
	}
	if s.password != "" {
		fmt.Fprintf(con.Out, "\nThe administrator's password is: %s\n"+
			"It is shown this once. To choose another, start with MAILFERRY_ADMIN_PASSWORD set.\n\n", s.password)
	}
	if !web.Built() {
		s.logger.WarnContext(ctx, "the web app is not in this binary: make build builds it where npm is installed")
	}
	return s.Run(ctx)
}

// open wires a server and begins to listen, but runs nothing yet.
func (c *serveCommand) open(ctx context.Context, con command.Console) (_ *Server, err error) {
	s := &Server{logger: c.Logger(con.Err)}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	parsed, err := c.Parse(con)
	if err != nil {
		return nil, &configurationError{err}
	}
	network := parsed.Network
	if name, err := os.Hostname(); err == nil {
		parsed.Hosts.Add(name)
	}
	for _, sentence := range c.unknown {
		s.logger.WarnContext(ctx, sentence)
	}
	if err := secret.CheckFolder(c.Data); err != nil {
		return nil, err
	}
	if s.db, s.lease, err = c.Own(ctx, c.Lease, s.logger); err != nil {
		return nil, err
	}
	applied, err := s.db.Migrate(ctx)
	if err != nil {
		return nil, err
	}
	if len(applied) > 0 {
		s.logger.InfoContext(ctx, "database migrated", "migrations", strings.Join(applied, ","))
	}
	keys, err := c.Keys(con)
	if err != nil {
		return nil, err
	}
	s.checks = mailcheck.NewService(mailcheck.Config{
		Path: "/proc/self/exe", Args: []string{checkCommand}, Environment: engineEnvironment(con, parsed.Network),
		AtOnce: c.MaxChecks, Logger: s.logger,
	})
	s.jobs = migration.NewService(migration.Config{
		DB: s.db, Lease: s.lease, Keys: keys, Slots: c.Slots, Engine: c.Engine,
		// The running file, even if another was put in its place meanwhile.
		Builtin:     migration.Program{Path: "/proc/self/exe", Args: []string{"sync"}},
		Imapsync:    migration.Program{Path: c.Imapsync},
		Guardian:    &childproc.Program{Path: "/proc/self/exe", Args: []string{guardianCommand}},
		Environment: engineEnvironment(con, network),
		Network:     network,
		Pin:         pin(network),
		Check:       precheck(s.checks),
		RetryPause:  c.RetryPause,
		Logger:      s.logger,
	})
	handler := c.handler(s, parsed, con)
	var socketContext context.Context
	socketContext, s.closeSockets = context.WithCancel(context.WithoutCancel(ctx))
	s.http = httpserver.NewServer(socketContext, handler, s.logger)
	s.listener, err = httpserver.Listen(ctx, httpserver.ListenConfig{
		Addr: c.Addr, CertFile: c.TLSCert, KeyFile: c.TLSKey, AllowPlain: c.AllowPlainHTTP, Hosts: parsed.Hosts, Logger: s.logger,
	})
	if err != nil {
		return nil, err
	}
	if c.PprofAddr != "" {
		if s.profiles, err = httpserver.ServeProfiles(ctx, c.PprofAddr, s.logger); err != nil {
			return nil, err
		}
	}
	// Last: a password that is generated now is shown for sure.
	if s.password, err = s.auth.PrepareAdministrator(ctx, con.Getenv("MAILFERRY_ADMIN_PASSWORD")); err != nil {
		return nil, err
	}
	scheme := "http"
	if c.TLSCert != "" {
		scheme = "https"
	}
	s.url = scheme + "://" + s.listener.Addr().String()
	return s, nil
}

// pin looks an endpoint's host up, refuses addresses that are not allowed, and has imapsync
// connect to one that is: a second look-up of its own might lead elsewhere.
func pin(network *netguard.Policy) func(ctx context.Context, endpoint *imapsync.Endpoint) error {
	return func(ctx context.Context, endpoint *imapsync.Endpoint) error {
		if err := network.CheckHostPort(endpoint.Host, endpoint.Port); err != nil {
			return err
		}
		allowed, err := network.ResolveAll(ctx, endpoint.Host)
		if err != nil {
			return err
		}
		endpoint.Address = allowed[0].String()
		for _, addr := range allowed {
			// Not every machine that has an IPv6 address of its own reaches others by it, and
			// imapsync would not try the next.
			if addr.Is4() {
				endpoint.Address = addr.String()
				break
			}
		}
		return nil
	}
}

// handler wires sign-in, the API and the pages.
func (c *serveCommand) handler(s *Server, parsed command.Parsed, con command.Console) http.Handler {
	proxies, origins := parsed.Proxies, parsed.Origins
	s.auth = auth.NewService(auth.Config{
		DB: s.db, APIToken: con.Getenv("MAILFERRY_API_TOKEN"), SessionLifetime: c.SessionLifetime, SessionEnd: c.SessionEnd,
		Proxies: proxies, ProxyUserHeader: c.ProxyUserHeader, ProxyUsers: c.ProxyUsers,
		ProxySecret: con.Getenv("MAILFERRY_PROXY_SECRET"), Logger: s.logger,
	})
	api := graph.NewHandler(graph.HandlerConfig{
		Jobs:            s.jobs,
		Checks:          s.checks,
		AuthorizeSocket: s.auth.AuthorizeSocket,
		AllowsOrigin:    origins.Allows,
		Limits:          c.Limits(),
		Logger:          s.logger,
	})
	s.waitSockets = api.WaitSockets
	return httpserver.NewHandler(httpserver.Config{
		API: api, App: web.Handler(), Playground: web.GraphiQL(),
		Jobs: s.jobs, Auth: s.auth, Proxies: proxies, Origins: origins, Hosts: parsed.Hosts,
		Metrics:     httpserver.NewMetrics(s.jobs, api, version(), s.logger),
		MetricsOpen: c.MetricsOpen,
		Logger:      s.logger,
	})
}

// engineEnvironment is what an engine needs to know of the server's environment, and nothing
// that it need not.
func engineEnvironment(con command.Console, network *netguard.Policy) []string {
	env := []string{
		"LANG=C.UTF-8",
		"MAILFERRY_ALLOWED_NETWORKS=" + network.Networks(),
		"MAILFERRY_ALLOWED_PORTS=" + network.Ports(),
	}
	for _, name := range []string{"PATH", "HOME", "TZ", "TMPDIR", "PERL5LIB", "SSL_CERT_FILE", "SSL_CERT_DIR"} {
		if value := con.Getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env
}

const (
	// stopTime is how long requests that are being answered may take when the server stops.
	stopTime = 5 * time.Second
	// wholeStopTime is how long stopping may take in all, also where the database is away;
	// giving back the lease and closing the database come after it.
	wholeStopTime = 12500 * time.Millisecond
)

// Run runs jobs and answers requests until ctx ends or the database is lost.
func (s *Server) Run(ctx context.Context) error {
	if err := s.jobs.Start(ctx); err != nil {
		return err
	}
	background, stopBackground := context.WithCancel(context.WithoutCancel(ctx))
	cleaned := make(chan struct{})
	go func() {
		defer close(cleaned)
		s.auth.Run(background)
	}()
	defer func() {
		stopBackground()
		<-cleaned
	}()
	served := make(chan error, 1)
	go func() { served <- s.http.Serve(s.listener) }()
	s.logger.InfoContext(ctx, "listening", "url", s.url, "database", s.db.Name())
	var failure error
	select {
	case <-ctx.Done():
		s.logger.InfoContext(ctx, "stopping", "reason", context.Cause(ctx).Error())
	case <-s.lease.Lost():
		failure = fmt.Errorf("the %s was lost: %w", s.db.Name(), database.ErrTaken)
	case err := <-served:
		failure = fmt.Errorf("serve: %w", err)
	}
	stopBy := time.Now().Add(wholeStopTime)
	// Jobs first, so that tails get their last event before their sockets close.
	failure = errors.Join(failure, s.jobs.Stop(context.WithoutCancel(ctx)))
	s.closeSockets()
	shutdown, cancel := context.WithTimeout(context.WithoutCancel(ctx), max(time.Second, min(stopTime, time.Until(stopBy))))
	defer cancel()
	if err := s.http.Shutdown(shutdown); err != nil {
		failure = errors.Join(failure, s.http.Close())
	}
	s.waitSockets(shutdown)
	s.logger.InfoContext(ctx, "stopped")
	return failure
}

// Close gives up what open took, in the opposite order. Run has returned or was not called.
func (s *Server) Close() error {
	var errs []error
	if s.closeSockets != nil {
		s.closeSockets()
	}
	if s.profiles != nil {
		errs = append(errs, s.profiles.Close())
	}
	if s.listener != nil {
		if err := s.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	if s.lease != nil {
		errs = append(errs, s.lease.Release())
	}
	if s.db != nil {
		errs = append(errs, s.db.Close())
	}
	return errors.Join(errs...)
}
