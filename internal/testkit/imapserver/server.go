// Package imapserver holds what the packages that start real IMAP servers (dovecot,
// cyrus) have in common: a foreground process in a temporary folder, on free loopback
// ports, unprivileged, with a certificate, ready when it greets and gone with its test. How a
// make of server is configured is left to its package.
package imapserver

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"mailferry/internal/testkit/cert"
	"mailferry/internal/testkit/imaptalk"
	"mailferry/internal/testkit/process"
)

// User logs in to a server.
type User struct {
	Name, Password string
	// QuotaBytes limits the user's storage; zero is no limit. Cyrus counts in steps of 1,024.
	QuotaBytes int64
}

// Server is a running server, or one about to run.
type Server struct {
	// Host is 127.0.0.1, for which the certificate holds.
	Host string
	// Port is for clear text and STARTTLS, TLSPort for TLS from the first byte.
	Port, TLSPort int
	// CA verifies the server's certificate; CAFile holds the same as PEM.
	CA     *x509.CertPool
	CAFile string
	// Dir is the server's temporary folder.
	Dir string

	owner   *process.User
	process *process.Process
}

// Prepare makes the folder of a server that will run as owner, with a certificate in cert.pem
// and key.pem, and finds its ports. The folder stays until Stop, whatever the error.
func Prepare(ctx context.Context, name string, owner *process.User) (*Server, error) {
	dir, err := process.TempDir(name, owner)
	if err != nil {
		return nil, err
	}
	s := &Server{Host: "127.0.0.1", Dir: dir, owner: owner}
	ports, err := process.FreePorts(ctx, 2)
	if err != nil {
		return s, err
	}
	s.Port, s.TLSPort = ports[0], ports[1]
	certificate, err := cert.New()
	if err != nil {
		return s, fmt.Errorf("make a certificate: %w", err)
	}
	s.CA, s.CAFile = certificate.Pool, s.Path("ca.pem")
	return s, s.Write(map[string]string{
		"ca.pem": string(certificate.Authority), "cert.pem": string(certificate.Certificate), "key.pem": string(certificate.Key),
	})
}

// Path is that of a file in the server's folder.
func (s *Server) Path(name string) string { return filepath.Join(s.Dir, name) }

// Write writes files that the server may read and nobody else.
func (s *Server) Write(files map[string]string) error {
	for name, content := range files {
		if err := os.WriteFile(s.Path(name), []byte(content), 0o600); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		if err := s.owner.Own(s.Path(name)); err != nil {
			return err
		}
	}
	return nil
}

// MakeFolders makes folders that are the server's alone.
func (s *Server) MakeFolders(names ...string) error {
	for _, name := range names {
		if err := errors.Join(os.Mkdir(s.Path(name), 0o700), s.owner.Own(s.Path(name))); err != nil {
			return fmt.Errorf("make the folder %s: %w", name, err)
		}
	}
	return nil
}

// Run runs the server's program and returns when it greets. What it prints goes into output.log.
func (s *Server) Run(ctx context.Context, program string, arguments, environment []string) error {
	output, err := os.Create(s.Path("output.log"))
	if err != nil {
		return fmt.Errorf("open the output: %w", err)
	}
	defer output.Close()
	s.process, err = process.Start(process.Spec{
		Path: program, Args: arguments, Env: append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.Dir}, environment...),
		Dir: s.Dir, User: s.owner, Output: output, Folder: s.Dir,
	})
	if err != nil {
		return err
	}
	return s.process.WaitReady(ctx, s.greeted)
}

// greeted reports whether the server greets a new connection.
func (s *Server) greeted(ctx context.Context) error {
	session, err := imaptalk.Connect(ctx, process.Address(s.Port), nil)
	if err != nil {
		return err
	}
	_, err = session.Command("LOGOUT")
	return errors.Join(err, session.Close())
}

// Stop ends the server and removes its folder. It may be called again.
func (s *Server) Stop() {
	if s.process != nil {
		// Asked politely Dovecot takes a second, and nothing of it is kept.
		s.process.Kill()
	}
	_ = os.RemoveAll(s.Dir)
}

// Kill ends the server at once and keeps its mail until Stop: connections break
// as if the machine had gone.
func (s *Server) Kill() { s.process.Kill() }

// Group is the id of the process group of all of the server's processes.
func (s *Server) Group() int { return s.process.Group() }

// Log returns the last bytes of what the server printed, and of the log files named.
func (s *Server) Log(bytes int, files ...string) string {
	var text []byte
	for _, name := range append([]string{"output.log"}, files...) {
		content, err := os.ReadFile(s.Path(name))
		if err == nil {
			text = append(text, content...)
		}
	}
	if len(text) > bytes {
		text = text[len(text)-bytes:]
	}
	return string(text)
}

// tries is how often a port is tried that another process took in between.
const tries = 5

// Start calls start again, up to a point, while the error is one that goes away.
func Start[S any](start func() (S, error), goesAway func(error) bool) (S, error) {
	for try := 1; ; try++ {
		server, err := start()
		if err == nil || try == tries || !goesAway(err) {
			return server, err
		}
	}
}

// Own ends a server with its test; a failed test shows the end of the server's log.
func Own(t testing.TB, log func(bytes int) string, stop func()) {
	t.Helper()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the end of the server's log:\n%s", log(8<<10))
		}
		stop()
	})
}
