// Package dovecot starts a real Dovecot (2.3) for a test, a benchmark or a
// look by hand.
//
// Each server is a foreground process in a temporary folder, on free loopback
// ports, with users of its own; it needs no root, is not root when the test is,
// and leaves nothing behind. It listens on one port for clear text with STARTTLS
// and on another for TLS, with a certificate that CA verifies.
//
//	server := dovecot.New(t, dovecot.Options{})
//	server.AddUser("info@example.org", "secret", 0)
//	dial(server.Host, server.Port) // or server.TLSPort with server.CA
//
// Outside of tests use Start and Stop.
package dovecot

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mailferry/internal/testkit/imapserver"
	"mailferry/internal/testkit/process"
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
	*imapserver.Server

	options Options
	user    *process.User
}

// User logs in to a Server.
type User = imapserver.User

// TB starts servers in tests and owns them.
type TB struct {
	*Server

	t testing.TB
}

// New starts a server that ends with the test. It skips the test when Dovecot is
// missing, or fails it when the tests must run (see process.Check). A failed
// test shows the end of the server's log.
func New(t testing.TB, options Options) *TB {
	t.Helper()
	server, err := Start(t.Context(), options)
	process.Check(t, err)
	imapserver.Own(t, server.Log, server.Stop)
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

// Start starts a server and returns when it answers. The context limits only the
// start. The error is a *process.MissingError where Dovecot is not installed.
func Start(ctx context.Context, options Options) (*Server, error) {
	program, err := process.FindProgram("dovecot", "dovecot-imapd", "/usr/sbin", "/usr/local/sbin")
	if err != nil {
		return nil, err
	}
	user, err := process.Unprivileged("nobody")
	if err != nil {
		return nil, fmt.Errorf("start Dovecot: %w", err)
	}
	server, err := imapserver.Start(func() (*Server, error) { return start(ctx, program, user, options) }, func(err error) bool {
		return strings.Contains(err.Error(), "Address already in use")
	})
	if err != nil {
		return nil, fmt.Errorf("start Dovecot: %w", err)
	}
	return server, nil
}

func start(ctx context.Context, program string, user *process.User, options Options) (started *Server, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, 30*time.Second, errors.New("no answer for 30 s"))
	defer cancel()

	prepared, err := imapserver.Prepare(ctx, "mfdovecot", user)
	if prepared == nil {
		return nil, err
	}
	server := &Server{Server: prepared, options: options, user: user}
	defer func() {
		if err != nil {
			err = fmt.Errorf("%w\n%s", err, server.Log(4<<10))
			server.Stop()
		}
	}()
	if err != nil {
		return nil, err
	}
	config, err := server.config()
	if err != nil {
		return nil, err
	}
	if err := errors.Join(server.Write(map[string]string{"dovecot.conf": config}), server.MakeFolders("users")); err != nil {
		return nil, err
	}
	// What goes wrong before the log is open is printed.
	if err := server.Run(ctx, program, []string{"-F", "-c", server.Path("dovecot.conf")}, nil); err != nil {
		return nil, err
	}
	return server, nil
}

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
	next, file := s.Path("next-"+user.Name), s.Path("users/"+user.Name)
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

// Log returns the last bytes of what the server logged.
func (s *Server) Log(bytes int) string { return s.Server.Log(bytes, "dovecot.log") }
