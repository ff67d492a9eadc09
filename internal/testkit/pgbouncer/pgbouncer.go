// Package pgbouncer puts a real PgBouncer that pools transactions before a Postgres: each
// transaction of a client may run in another session of the server.
package pgbouncer

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"mailferry/internal/testkit/process"
)

// New starts a PgBouncer before the database with this URL and returns the URL by which it is reached
// through it. It ends with the test, which is skipped when PgBouncer is missing, or fails when the
// tests must run (see process.Check).
func New(t testing.TB, databaseURL string) string {
	t.Helper()
	bouncer, err := start(context.WithoutCancel(t.Context()), databaseURL)
	process.Check(t, err)
	t.Cleanup(bouncer.process.Stop)
	return bouncer.url
}

type bouncer struct {
	process *process.Process
	url     string
}

func start(ctx context.Context, databaseURL string) (*bouncer, error) {
	program, err := process.FindProgram("pgbouncer", "pgbouncer", "/usr/sbin")
	if err != nil {
		return nil, err
	}
	user, err := process.Unprivileged("postgres", "nobody")
	if err != nil {
		return nil, fmt.Errorf("start PgBouncer: %w", err)
	}
	dir, err := process.TempDir("mfpgbouncer", user)
	if err != nil {
		return nil, fmt.Errorf("start PgBouncer: %w", err)
	}
	ports, err := process.FreePorts(ctx, 1)
	if err != nil {
		return nil, err
	}
	behind, err := pgx.ParseConfig(databaseURL)
	if err != nil {
		return nil, fmt.Errorf("read the database's address: %w", err)
	}
	// Two sessions for all clients: what one leaves in a session the next finds in another.
	config := fmt.Sprintf("[databases]\n%s = host=%s port=%d dbname=%s user=%s password=%s\n[pgbouncer]\n"+
		"listen_addr = 127.0.0.1\nlisten_port = %d\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\n"+
		"default_pool_size = 2\nserver_tls_sslmode = disable\nlogfile = %s\n",
		behind.Database, behind.Host, behind.Port, behind.Database, behind.User, behind.Password, ports[0], filepath.Join(dir, "log"))
	file := filepath.Join(dir, "pgbouncer.ini")
	if err := errors.Join(os.WriteFile(file, []byte(config), 0o600), user.Own(file)); err != nil {
		return nil, fmt.Errorf("configure PgBouncer: %w", err)
	}
	running, err := process.Start(process.Spec{Path: program, Args: []string{"-q", file}, Dir: dir, User: user, Folder: dir})
	if err != nil {
		return nil, err
	}
	address := url.URL{
		Scheme: "postgres", User: url.User(behind.User), Host: "127.0.0.1:" + strconv.Itoa(ports[0]), Path: behind.Database,
		RawQuery: "sslmode=disable",
	}
	b := &bouncer{process: running, url: address.String()}
	ctx, cancel := context.WithTimeoutCause(ctx, time.Minute, errors.New("not ready within a minute"))
	defer cancel()
	err = running.WaitReady(ctx, func(ctx context.Context) error {
		connection, err := pgx.Connect(ctx, b.url)
		if err != nil {
			return err
		}
		return connection.Close(ctx)
	})
	if err != nil {
		running.Stop()
		return nil, fmt.Errorf("start PgBouncer: %w", err)
	}
	return b, nil
}
