// Package courier starts a real Courier IMAP server (5.x) for a test or a benchmark: a third make beside Dovecot
// and Cyrus, with habits of its own. It keeps each folder as a Maildir, names all of them below "INBOX.", takes one
// message at a time with a waiting literal, and gives a folder that was never selected another UIDVALIDITY each
// time it is examined: the time in seconds.
//
// Its packages are unpacked by scripts/install-test-deps.sh (see package unpacked) and run from there,
// unprivileged, in a temporary folder, on free loopback ports, and gone with the test.
//
// What speaks IMAP is Courier's own imapd, one process for each connection, and its watcher of files (gamin), by which
// these processes wait for each other's locks. Signing in is ours, in the words of Courier's imaplogin (see door): that program
// asks for passwords on a socket whose path is compiled into it.
//
//	server := courier.New(t, courier.Options{})
//	server.AddUser("info@example.org", "secret", 0)
//	dial(server.Host, server.Port) // or server.TLSPort with server.CA
package courier

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mailferry/internal/testkit/imapserver"
	"mailferry/internal/testkit/maildir"
	"mailferry/internal/testkit/process"
	"mailferry/internal/testkit/unpacked"
)

// Options shapes a server; the zero value is as Debian configures Courier.
type Options struct {
	// Settings are variables of Courier's configuration (/etc/courier/imapd), such as IMAP_KEYWORDS, that differ from Debian's.
	Settings map[string]string
}

// Server is a running Courier.
type Server struct {
	*imapserver.Server

	options Options
	tree    unpacked.Tree
	user    *process.User
	door    *door
}

// User logs in to a Server.
type User = imapserver.User

// TB starts servers in tests and owns them.
type TB struct {
	*Server

	t testing.TB
}

// New starts a server that ends with the test. It skips the test when Courier is
// missing, or fails it when the tests must run (see process.Check).
func New(t testing.TB, options Options) *TB {
	t.Helper()
	server, err := Start(t.Context(), options)
	process.Check(t, err)
	imapserver.Own(t, func(bytes int) string { return server.Log(bytes) }, server.Stop)
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

// errNotReady says that a server did not come up in time.
var errNotReady = errors.New("no answer for 10 s")

// Start starts a server and returns when it answers. The context limits only the
// start. The error is a *process.MissingError where Courier has not been unpacked.
func Start(ctx context.Context, options Options) (*Server, error) {
	tree, err := unpacked.Find("courier", imapd, "courier-imap")
	if err != nil {
		return nil, fmt.Errorf("start Courier: %w", err)
	}
	user, err := process.Unprivileged("nobody")
	if err != nil {
		return nil, fmt.Errorf("start Courier: %w", err)
	}
	server, err := imapserver.Start(func() (*Server, error) { return start(ctx, tree, user, options) }, func(err error) bool {
		return ctx.Err() == nil && errors.Is(err, errNotReady)
	})
	if err != nil {
		return nil, fmt.Errorf("start Courier: %w", err)
	}
	return server, nil
}

// The programs, as they lie in the packages.
const (
	imapd   = "usr/bin/imapd"
	watcher = "usr/libexec/gam_server"
)

func start(ctx context.Context, tree unpacked.Tree, user *process.User, options Options) (started *Server, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, 10*time.Second, errNotReady)
	defer cancel()

	prepared, err := imapserver.Prepare(ctx, "mfcourier", user)
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
	if server.tree, err = tree.For(user, server.Path("courier")); err != nil {
		return nil, err
	}
	if err := server.MakeFolders("users"); err != nil {
		return nil, err
	}
	if server.door, err = openDoor(ctx, server); err != nil {
		return nil, err
	}
	if err := server.Run(ctx, server.tree.Path(watcher), []string{"-notimeout", server.watch()}, server.environment()); err != nil {
		return nil, err
	}
	return server, nil
}

// Stop ends the server and removes its folder. It may be called again.
func (s *Server) Stop() {
	if s.door != nil {
		s.door.close()
	}
	s.Server.Stop()
}

// Kill ends the server at once and keeps its mail until Stop: connections break
// as if the machine had gone.
func (s *Server) Kill() {
	s.door.close()
	s.Server.Kill()
}

// Log returns the last bytes of what the server printed.
func (s *Server) Log(bytes int) string { return s.Server.Log(bytes, "imapd.log") }

// AddUser adds a user with an INBOX, who can log in at once.
func (s *Server) AddUser(user User) error {
	if user.Name == "" || strings.ContainsAny(user.Name, "/\x00\r\n") || strings.HasPrefix(user.Name, ".") {
		return fmt.Errorf("add user %q to Courier: not a name it can store", user.Name)
	}
	if err := maildir.Make(s.maildir(user.Name, ""), s.user); err != nil {
		return fmt.Errorf("add user %q to Courier: %w", user.Name, err)
	}
	if user.QuotaBytes != 0 {
		if err := s.SetQuota(user); err != nil {
			return err
		}
	}
	s.door.admit(user.Name, user.Password)
	return nil
}

// SetQuota changes the limit of a user's storage to user.QuotaBytes. What is there is counted anew.
func (s *Server) SetQuota(user User) error {
	path := filepath.Join(s.maildir(user.Name, ""), "maildirsize")
	if err := errors.Join(os.WriteFile(path, fmt.Appendf(nil, "%dS\n", user.QuotaBytes), 0o600), s.user.Own(path)); err != nil {
		return fmt.Errorf("set the quota of user %q of Courier: %w", user.Name, err)
	}
	return nil
}

// WriteFolder puts messages into a user's folder past IMAP (see package maildir), once per folder: "" is INBOX, and others are
// named as by IMAP without "INBOX.", as "Sent" or "Projekte.2024". No client has opened the folder then.
func (s *Server) WriteFolder(user, folder string, files []maildir.File) error {
	path := s.maildir(user, folder)
	if err := maildir.Write(path, files, s.user); err != nil {
		return fmt.Errorf("write messages of user %q: %w", user, err)
	}
	if folder == "" {
		return nil
	}
	mark := filepath.Join(path, "maildirfolder")
	if err := errors.Join(os.WriteFile(mark, nil, 0o600), s.user.Own(mark)); err != nil {
		return fmt.Errorf("write messages of user %q: %w", user, err)
	}
	return nil
}

func (s *Server) home(user string) string { return filepath.Join(s.Path("users"), user) }

func (s *Server) maildir(user, folder string) string {
	path := filepath.Join(s.home(user), "Maildir")
	if folder != "" {
		path = filepath.Join(path, "."+folder)
	}
	return path
}

// watch is the name under which the processes of this server find its watcher of files.
func (s *Server) watch() string { return filepath.Base(s.Dir) }

// environment is that of all programs.
func (s *Server) environment() []string {
	return []string{unpacked.LibraryPath(s.tree.Libraries("usr/lib")), "GAM_CLIENT_ID=" + s.watch()}
}

// settings are the variables of /etc/courier/imapd, as Debian has them, that imapd and imaplogin read.
func (s *Server) settings() map[string]string {
	all := map[string]string{
		"IMAP_CAPABILITY":            "IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=ORDEREDSUBJECT THREAD=REFERENCES SORT QUOTA IDLE",
		"IMAP_KEYWORDS":              "1",
		"IMAP_ACL":                   "1",
		"IMAP_IDLE_TIMEOUT":          "60",
		"IMAP_MAILBOX_SANITY_CHECK":  "1",
		"IMAP_DISABLETHREADSORT":     "0",
		"IMAP_CHECK_ALL_FOLDERS":     "0",
		"IMAP_OBSOLETE_CLIENT":       "0",
		"IMAP_USELOCKS":              "1",
		"IMAP_ENHANCEDIDLE":          "0",
		"IMAP_TRASHFOLDERNAME":       "Trash",
		"IMAP_EMPTYTRASH":            "Trash:7",
		"IMAP_MOVE_EXPUNGE_TO_TRASH": "0",
		"IMAP_TLS_REQUIRED":          "0",
	}
	maps.Copy(all, s.options.Settings)
	return all
}

// variables are the settings as an environment, in an order that does not change.
func (s *Server) variables() []string {
	settings := s.settings()
	var all []string
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		all = append(all, name+"="+settings[name])
	}
	return all
}
