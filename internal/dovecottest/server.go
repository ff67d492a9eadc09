// Package dovecottest starts a real Dovecot (2.3) for a test, a benchmark or a
// look by hand.
//
// Each server is a foreground process in a temporary folder, on free loopback
// ports, with users of its own; it needs no root, is not root when the test is,
// and leaves nothing behind. It listens on one port for clear text with STARTTLS
// and on another for TLS, with a certificate that CA verifies.
//
//	server := dovecottest.New(t, dovecottest.Options{})
//	server.AddUser("info@example.org", "secret", 0)
//	dial(server.Host, server.Port) // or server.TLSPort with server.CA
//
// Outside of tests use Start and Stop.
package dovecottest

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mailferry/internal/foreground"
	"mailferry/internal/imaptalk"
	"mailferry/internal/testcert"
)

// Options shapes a server; the zero value is a Dovecot as Debian configures it:
// Maildir, "/" between the levels of a mailbox name, no prefix, every capability.
type Options struct {
	// Separator stands between the levels of a mailbox name: "/" (the default) or ".".
	Separator string
	// Prefix is the personal namespace's, with its separator at the end, as "INBOX.".
	Prefix string
	// Format is how mail is stored: "maildir" (the default), "sdbox" or "mdbox".
	Format string
	// HideCapabilities are left out of what the server advertises, as
	// "MULTIAPPEND", "UIDPLUS" or "LITERAL+".
	HideCapabilities []string
	// Capability replaces the whole advertised list.
	Capability string
	// SpecialUse maps a mailbox (its name without the prefix) to its attribute
	// (RFC 6154), as "Sent": `\Sent`. Nil is Drafts, Junk, Sent and Trash; an empty
	// map is none.
	SpecialUse map[string]string
	// Quota turns quotas on; AddUser then takes one.
	Quota bool
	// FSync is Dovecot's mail_fsync: "never" (the default), "optimized" (Dovecot's
	// own default) or "always".
	FSync string
	// RequireTLS refuses LOGIN before STARTTLS.
	RequireTLS bool
	// ConnectionsPerUser is how many connections a user may have; zero is 1,000.
	ConnectionsPerUser int
	// Compress makes it announce COMPRESS=DEFLATE.
	Compress bool
	// Extra is appended to the configuration.
	Extra string
}

// Server is a running Dovecot.
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

	options Options
	user    *foreground.User
	process *foreground.Process
}

// User logs in to a Server.
type User struct {
	Name, Password string
	// QuotaBytes limits the user's storage; zero is no limit.
	QuotaBytes int64
}

// TB starts servers in tests and owns them.
type TB struct {
	*Server

	t testing.TB
}

// New starts a server that ends with the test. It skips the test when Dovecot is
// missing, or fails it when the tests must run (see foreground.Check). A failed
// test shows the end of the server's log.
func New(t testing.TB, options Options) *TB {
	t.Helper()
	server, err := Start(t.Context(), options)
	foreground.Check(t, err)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the end of Dovecot's log:\n%s", server.Log(8<<10))
		}
		server.Stop()
	})
	return &TB{Server: server, t: t}
}

// AddUser adds a user, or fails the test.
func (tb *TB) AddUser(name, password string, quotaBytes int64) User {
	tb.t.Helper()
	user := User{Name: name, Password: password, QuotaBytes: quotaBytes}
	if err := tb.Server.AddUser(user); err != nil {
		tb.t.Fatal(err)
	}
	return user
}

// startTries is how often a port is tried that another process took in between.
const startTries = 5

// Start starts a server and returns when it answers. The context limits only the
// start. The error is a *foreground.MissingError where Dovecot is not installed.
func Start(ctx context.Context, options Options) (*Server, error) {
	program, err := foreground.FindProgram("dovecot", "dovecot-imapd", "/usr/sbin", "/usr/local/sbin")
	if err != nil {
		return nil, err
	}
	user, err := foreground.Unprivileged("nobody")
	if err != nil {
		return nil, fmt.Errorf("start Dovecot: %w", err)
	}
	for try := 1; ; try++ {
		server, err := start(ctx, program, user, options)
		if err == nil {
			return server, nil
		}
		if try == startTries || !strings.Contains(err.Error(), "Address already in use") {
			return nil, fmt.Errorf("start Dovecot: %w", err)
		}
	}
}

func start(ctx context.Context, program string, user *foreground.User, options Options) (started *Server, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, 30*time.Second, errors.New("no answer for 30 s"))
	defer cancel()

	dir, err := foreground.TempDir("mfdovecot", user)
	if err != nil {
		return nil, err
	}
	server := &Server{Host: "127.0.0.1", Dir: dir, options: options, user: user}
	defer func() {
		if err != nil {
			err = fmt.Errorf("%w\n%s", err, server.Log(4<<10))
			server.Stop()
		}
	}()

	ports, err := foreground.FreePorts(ctx, 2)
	if err != nil {
		return nil, err
	}
	server.Port, server.TLSPort = ports[0], ports[1]

	certificate, err := testcert.New()
	if err != nil {
		return nil, err
	}
	server.CA = certificate.Pool
	server.CAFile = server.path("ca.pem")

	config, err := server.config()
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{
		"ca.pem":       certificate.Authority,
		"cert.pem":     certificate.Certificate,
		"key.pem":      certificate.Key,
		"dovecot.conf": []byte(config),
	}
	for name, content := range files {
		if err := os.WriteFile(server.path(name), content, 0o600); err != nil {
			return nil, fmt.Errorf("write %s: %w", name, err)
		}
		if err := user.Own(server.path(name)); err != nil {
			return nil, err
		}
	}

	if err := errors.Join(os.Mkdir(server.path("users"), 0o700), user.Own(server.path("users"))); err != nil {
		return nil, fmt.Errorf("make the folder of users: %w", err)
	}
	// What goes wrong before the log is open is printed.
	output, err := os.Create(server.path("output.log"))
	if err != nil {
		return nil, fmt.Errorf("open the output: %w", err)
	}
	defer output.Close()
	server.process, err = foreground.Start(foreground.Spec{
		Path:   program,
		Args:   []string{"-F", "-c", server.path("dovecot.conf")},
		Env:    []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir},
		Dir:    dir,
		User:   user,
		Output: output,
		Folder: dir,
	})
	if err != nil {
		return nil, err
	}
	if err := server.process.WaitReady(ctx, server.greeted); err != nil {
		return nil, err
	}
	return server, nil
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

// AddUser adds a user, who can log in at once.
func (s *Server) AddUser(user User) error {
	if strings.ContainsAny(user.Name, ":/\r\n\x00") || user.Name == "" {
		return fmt.Errorf("add user %q to Dovecot: not a name it can store", user.Name)
	}
	if user.QuotaBytes != 0 && !s.options.Quota {
		return fmt.Errorf("add user %q to Dovecot: a quota needs Options.Quota", user.Name)
	}
	// user:password:uid:gid:gecos:home:shell:extra fields, as in passwd(5).
	line := user.Name + ":{PLAIN.b64}" + base64.StdEncoding.EncodeToString([]byte(user.Password)) + ":::::"
	if user.QuotaBytes != 0 {
		line += fmt.Sprintf(":userdb_quota_rule=*:bytes=%d", user.QuotaBytes)
	}
	// A file for each user, since Dovecot looks at most once a second whether one
	// has changed. Renamed into place, so that it never reads half a file.
	next, file := s.path("next-"+user.Name), s.path("users/"+user.Name)
	if err := os.WriteFile(next, []byte(line+"\n"), 0o600); err != nil {
		return fmt.Errorf("add user %q to Dovecot: %w", user.Name, err)
	}
	if err := errors.Join(s.user.Own(next), os.Rename(next, file)); err != nil {
		return fmt.Errorf("add user %q to Dovecot: %w", user.Name, err)
	}
	return nil
}

// Home is the folder that holds a user's mail.
func (s *Server) Home(user string) string { return filepath.Join(s.Dir, "mail", user) }

// Group is the id of the process group of all of Dovecot's processes.
func (s *Server) Group() int { return s.process.Group() }

// Log returns the last bytes of what the server logged.
func (s *Server) Log(bytes int) string {
	var text []byte
	for _, name := range []string{"output.log", "dovecot.log"} {
		content, err := os.ReadFile(s.path(name))
		if err == nil {
			text = append(text, content...)
		}
	}
	if len(text) > bytes {
		text = text[len(text)-bytes:]
	}
	return string(text)
}

func (s *Server) path(name string) string { return filepath.Join(s.Dir, name) }

// greeted reports whether the server greets a new connection.
func (s *Server) greeted(ctx context.Context) error {
	session, err := imaptalk.Connect(ctx, foreground.Address(s.Port), nil)
	if err != nil {
		return err
	}
	_, err = session.Command("LOGOUT")
	return errors.Join(err, session.Close())
}
