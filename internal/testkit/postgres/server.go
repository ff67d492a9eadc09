// Package postgres starts a real Postgres for tests: one server for a test
// binary, a database of its own for each test.
//
//	url := postgres.New(t)
//
// The server lives in a temporary folder on a free loopback port, runs as an
// unprivileged user when the test is root, writes nothing through to the disk, and
// ends with the process, however that ends. A TestMain that looks for leaked
// goroutines calls Stop before it does.
package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"mailferry/internal/testkit/process"
)

// Options shapes a server; the zero value is for tests.
type Options struct {
	// FSync makes commits durable, as in production: for benchmarks.
	FSync bool
	// Connections is how many may be open at the same time; zero is 200.
	Connections int
}

// Server is a running Postgres.
type Server struct {
	// Dir is the server's temporary folder.
	Dir string

	port      int
	password  string
	options   Options
	user      *process.User
	process   *process.Process
	databases atomic.Int64
}

// superuser owns the databases.
const superuser = "mailferry"

// shared is the server of this process, started by the first test that needs it: a
// server takes seconds to start, so a test binary has one, whatever its tests.
var shared struct {
	mutex  sync.Mutex
	server *Server
}

// New returns the URL of an empty database that is dropped after the test. It
// skips the test when Postgres is missing, or fails it when the tests must run (see
// process.Check).
func New(t testing.TB) string {
	t.Helper()
	server, err := sharedServer(context.WithoutCancel(t.Context()))
	process.Check(t, err)
	database, err := server.CreateDatabase(t.Context())
	process.Check(t, err)
	t.Cleanup(func() {
		// The test's own context has ended by now.
		if err := server.DropDatabase(context.WithoutCancel(t.Context()), database); err != nil {
			t.Errorf("%v\nthe end of Postgres's log:\n%s", err, server.Log(4<<10))
		}
	})
	return database
}

// Stop ends the server that New has started, if it has.
func Stop() {
	shared.mutex.Lock()
	defer shared.mutex.Unlock()
	if shared.server != nil {
		shared.server.Stop()
		shared.server = nil
	}
}

func sharedServer(ctx context.Context) (*Server, error) {
	shared.mutex.Lock()
	defer shared.mutex.Unlock()
	if shared.server == nil {
		server, err := Start(ctx, Options{})
		if err != nil {
			return nil, err
		}
		shared.server = server
	}
	return shared.server, nil
}

// startTries is how often a port is tried that another process took in between.
const startTries = 5

// Start starts a server and returns when it takes connections. The context limits
// only the start. The error is a *process.MissingError where Postgres is not
// installed.
func Start(ctx context.Context, options Options) (*Server, error) {
	initdb, err := process.FindProgram("initdb", "postgresql", "/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin")
	if err != nil {
		return nil, err
	}
	user, err := process.Unprivileged("postgres", "nobody")
	if err != nil {
		return nil, fmt.Errorf("start Postgres: %w", err)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, time.Minute, errors.New("not ready within a minute"))
	defer cancel()

	dir, err := process.TempDir("mfpostgres", user)
	if err != nil {
		return nil, fmt.Errorf("start Postgres: %w", err)
	}
	server := &Server{Dir: dir, options: options, user: user, password: rand.Text()}
	if err := server.initialise(ctx, initdb); err != nil {
		server.Stop()
		return nil, fmt.Errorf("start Postgres: %w", err)
	}
	for try := 1; ; try++ {
		err := server.run(ctx, filepath.Join(filepath.Dir(initdb), "postgres"))
		if err == nil {
			return server, nil
		}
		log := server.Log(4 << 10)
		if try == startTries || !strings.Contains(log, "Address already in use") {
			server.Stop()
			return nil, fmt.Errorf("start Postgres: %w\n%s", err, log)
		}
	}
}

// Stop ends the server and removes its folder. It may be called again.
func (s *Server) Stop() {
	if s.process != nil {
		s.process.Stop()
	}
	_ = os.RemoveAll(s.Dir)
}

// CreateDatabase makes an empty database and returns its URL.
func (s *Server) CreateDatabase(ctx context.Context) (string, error) {
	name := "test_" + strconv.FormatInt(s.databases.Add(1), 10)
	if err := s.execute(ctx, "CREATE DATABASE "+name+" TEMPLATE template0"); err != nil {
		return "", fmt.Errorf("create database %s: %w", name, err)
	}
	return s.url(name), nil
}

// DropDatabase drops a database that CreateDatabase made, and ends the connections
// to it.
func (s *Server) DropDatabase(ctx context.Context, databaseURL string) error {
	parsed, err := url.Parse(databaseURL)
	if err != nil {
		return fmt.Errorf("drop a database: %w", err)
	}
	name := strings.TrimPrefix(parsed.Path, "/")
	if err := s.execute(ctx, "DROP DATABASE IF EXISTS "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)"); err != nil {
		return fmt.Errorf("drop database %s: %w", name, err)
	}
	return nil
}

// Log returns the last bytes of what the server logged.
func (s *Server) Log(bytes int) string {
	text, err := os.ReadFile(s.path("postgres.log"))
	if err != nil {
		return err.Error()
	}
	if len(text) > bytes {
		text = text[len(text)-bytes:]
	}
	return string(text)
}

func (s *Server) path(name string) string { return filepath.Join(s.Dir, name) }

func (s *Server) url(database string) string {
	result := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(superuser, s.password),
		Host:     process.Address(s.port),
		Path:     database,
		RawQuery: "sslmode=disable",
	}
	return result.String()
}

func (s *Server) environment() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.Dir, "LC_ALL=C.UTF-8", "TZ=UTC"}
}

// initialise makes the server's data folder.
func (s *Server) initialise(ctx context.Context, initdb string) error {
	if err := os.WriteFile(s.path("password"), []byte(s.password), 0o600); err != nil {
		return fmt.Errorf("write the password: %w", err)
	}
	if err := s.user.Own(s.path("password")); err != nil {
		return err
	}
	command := exec.CommandContext(ctx, initdb, "--pgdata="+s.path("data"), "--username="+superuser,
		"--auth=password", "--pwfile="+s.path("password"), "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
	command.Env = s.environment()
	command.Dir = s.Dir
	command.SysProcAttr = &syscall.SysProcAttr{Credential: s.user.Credential()}
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", initdb, err, output)
	}
	return nil
}

// run starts the server on a free port.
func (s *Server) run(ctx context.Context, postgres string) error {
	ports, err := process.FreePorts(ctx, 1)
	if err != nil {
		return err
	}
	s.port = ports[0]
	log, err := os.Create(s.path("postgres.log"))
	if err != nil {
		return fmt.Errorf("open the log: %w", err)
	}
	defer log.Close()

	connections := s.options.Connections
	if connections == 0 {
		connections = 200
	}
	settings := []string{
		"listen_addresses=127.0.0.1",
		"port=" + strconv.Itoa(s.port),
		"unix_socket_directories=" + s.Dir,
		"max_connections=" + strconv.Itoa(connections),
		"log_min_messages=warning",
	}
	if !s.options.FSync {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off")
	}
	arguments := []string{"-D", s.path("data")}
	for _, setting := range settings {
		arguments = append(arguments, "-c", setting)
	}
	s.process, err = process.Start(process.Spec{
		Path:   postgres,
		Args:   arguments,
		Env:    s.environment(),
		Dir:    s.Dir,
		Output: log,
		User:   s.user,
		// An immediate shutdown: ends without a checkpoint, and frees its shared
		// memory, which SIGKILL would not.
		StopSignal: syscall.SIGQUIT,
		Folder:     s.Dir,
	})
	if err != nil {
		return err
	}
	return s.process.WaitReady(ctx, func(ctx context.Context) error {
		return s.execute(ctx, "SELECT 1")
	})
}

// execute runs one statement in the database that every server has.
func (s *Server) execute(ctx context.Context, statement string) error {
	connection, err := pgx.Connect(ctx, s.url("postgres"))
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer connection.Close(context.WithoutCancel(ctx))
	if _, err := connection.Exec(ctx, statement); err != nil {
		return fmt.Errorf("execute: %w", err)
	}
	return nil
}
