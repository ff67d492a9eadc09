// Package cyrus starts a real Cyrus IMAP server (3.x) for a test or a
// benchmark: a server of another make than Dovecot, with other habits.
//
// As Debian packages the two exclude each other, so Cyrus is not installed:
// scripts/install-test-deps.sh unpacks its packages into the user's cache folder
// (see package unpacked), from where it runs with its own libraries. Otherwise a server is
// like one of package dovecot: in the foreground, unprivileged, in a temporary folder,
// on free loopback ports, and gone with the test.
//
//	server := cyrus.New(t, cyrus.Options{})
//	server.AddUser("info@example.org", "secret", 0)
//	dial(server.Host, server.Port) // or server.TLSPort with server.CA
package cyrus

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mailferry/internal/testkit/imapserver"
	"mailferry/internal/testkit/imaptalk"
	"mailferry/internal/testkit/process"
	"mailferry/internal/testkit/unpacked"
)

// Options shapes a server; the zero value has "/" between the levels of a mailbox
// name and the mailboxes of a user beside INBOX.
type Options struct {
	// Separator stands between the levels of a mailbox name: "/" (the default) or ".".
	Separator string
	// BelowInbox puts all mailboxes of a user below INBOX, as "INBOX/Sent", which is
	// Cyrus's older habit.
	BelowInbox bool
	// SuppressCapabilities are left out of what the server advertises, as
	// "MULTIAPPEND", "UIDPLUS" or "LITERAL+".
	SuppressCapabilities []string
	// Extra is appended to imapd.conf.
	Extra string
}

// Server is a running Cyrus. What it tells only syslog is not in its log.
type Server struct {
	*imapserver.Server

	options  Options
	tree     unpacked.Tree
	user     *process.User
	accounts *accounts
}

// User logs in to a Server.
type User = imapserver.User

// TB starts servers in tests and owns them.
type TB struct {
	*Server

	t testing.TB
}

// New starts a server that ends with the test. It skips the test when Cyrus is
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
	if err := tb.Server.AddUser(tb.t.Context(), user); err != nil {
		tb.t.Fatal(err)
	}
	return user
}

// admin may create mailboxes for others and set quotas.
const admin = "cyrus"

// Start starts a server and returns when it answers. The context limits only the
// start. The error is a *process.MissingError where Cyrus has not been unpacked.
func Start(ctx context.Context, options Options) (*Server, error) {
	tree, err := unpacked.Find("cyrus", "usr/lib/cyrus/bin/master", "cyrus-imapd")
	if err != nil {
		return nil, fmt.Errorf("start Cyrus: %w", err)
	}
	user, err := process.Unprivileged("nobody")
	if err != nil {
		return nil, fmt.Errorf("start Cyrus: %w", err)
	}
	server, err := imapserver.Start(func() (*Server, error) { return start(ctx, tree, user, options) }, func(err error) bool {
		return ctx.Err() == nil && errors.Is(err, errNotReady)
	})
	if err != nil {
		return nil, fmt.Errorf("start Cyrus: %w", err)
	}
	return server, nil
}

// errNotReady says that a server did not come up, for which a taken port is the
// likeliest reason: Cyrus tells only syslog.
var errNotReady = errors.New("no answer for 10 s")

func start(ctx context.Context, tree unpacked.Tree, user *process.User, options Options) (started *Server, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, 10*time.Second, errNotReady)
	defer cancel()

	prepared, err := imapserver.Prepare(ctx, "mfcyrus", user)
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
	if server.tree, err = tree.For(user, server.Path("cyrus")); err != nil {
		return nil, err
	}
	if err := server.writeFiles(); err != nil {
		return nil, err
	}
	server.accounts, err = serveAccounts(ctx, server.Path("mux"))
	if err != nil {
		return nil, err
	}
	server.accounts.set(admin, rand.Text())

	arguments := []string{"-C", server.Path("imapd.conf"), "-M", server.Path("cyrus.conf"), "-p", server.Path("master.pid"), "-D"}
	if err := server.Run(ctx, server.program("master"), arguments, server.environment()); err != nil {
		return nil, err
	}
	return server, nil
}

// Stop ends the server and removes its folder. It may be called again.
func (s *Server) Stop() {
	s.Server.Stop()
	if s.accounts != nil {
		s.accounts.close()
	}
}

// AddUser adds a user with an INBOX, who can log in at once.
func (s *Server) AddUser(ctx context.Context, user User) error {
	if strings.ContainsAny(user.Name, "/\"\\\r\n\x00%*{ ") || user.Name == "" {
		return fmt.Errorf("add user %q to Cyrus: not a name it can store", user.Name)
	}
	if local, _, _ := strings.Cut(user.Name, "@"); s.separator() == "." && strings.Contains(local, ".") {
		return fmt.Errorf("add user %q to Cyrus: a dot would separate levels", user.Name)
	}
	s.accounts.set(user.Name, user.Password)
	commands := []string{fmt.Sprintf(`CREATE "%s"`, s.mailbox(user.Name))}
	if user.QuotaBytes != 0 {
		commands = append(commands, s.setQuota(user))
	}
	if err := s.administer(ctx, commands...); err != nil {
		return fmt.Errorf("add user %q to Cyrus: %w", user.Name, err)
	}
	return nil
}

// SetQuota changes the limit of a user's storage to user.QuotaBytes.
func (s *Server) SetQuota(ctx context.Context, user User) error {
	if err := s.administer(ctx, s.setQuota(user)); err != nil {
		return fmt.Errorf("set the quota of user %q of Cyrus: %w", user.Name, err)
	}
	return nil
}

// mailbox is how the administrator names a user's INBOX.
func (s *Server) mailbox(user string) string { return "user" + s.separator() + user }

func (s *Server) setQuota(user User) string {
	return fmt.Sprintf(`SETQUOTA "%s" (STORAGE %d)`, s.mailbox(user.Name), user.QuotaBytes/1024)
}

// administer gives commands as the administrator.
func (s *Server) administer(ctx context.Context, commands ...string) error {
	session, err := imaptalk.Connect(ctx, process.Address(s.Port), nil)
	if err != nil {
		return err
	}
	defer session.Close()
	login := fmt.Sprintf(`LOGIN %s %s`, admin, s.accounts.password(admin))
	for _, command := range append([]string{login}, commands...) {
		if _, err := session.Command(command); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) program(name string) string {
	return filepath.Join(s.tree.Path("usr/lib/cyrus/bin"), name)
}

func (s *Server) separator() string {
	if s.options.Separator == "" {
		return "/"
	}
	return s.options.Separator
}

// environment lets the programs find their libraries.
func (s *Server) environment() []string {
	libraries := s.tree.Libraries("usr/lib/cyrus")
	plugins := make([]string, 0, len(libraries))
	for _, folder := range libraries {
		plugins = append(plugins, filepath.Join(folder, "sasl2"))
	}
	return []string{
		unpacked.LibraryPath(libraries),
		"SASL_PATH=" + strings.Join(plugins, ":"),
	}
}

func (s *Server) writeFiles() error {
	return errors.Join(
		s.Write(map[string]string{"imapd.conf": s.imapdConf(), "cyrus.conf": s.cyrusConf()}),
		s.MakeFolders("conf", "conf/db", "conf/socket", "conf/proc", "conf/log", "conf/msg", "conf/ptclient", "spool", "spool/stage."),
	)
}

func (s *Server) imapdConf() string {
	yes := map[bool]string{true: "yes", false: "no"}
	name := "root"
	if found, _, err := s.user.NameAndGroup(); err == nil {
		name = found
	}
	settings := []string{
		"configdirectory: " + s.Path("conf"),
		"defaultpartition: default",
		"partition-default: " + s.Path("spool"),
		"cyrus_user: " + name,
		"admins: " + admin,
		"servername: localhost",
		"unixhierarchysep: " + yes[s.separator() == "/"],
		"altnamespace: " + yes[!s.options.BelowInbox],
		"virtdomains: userid",
		"normalizeuid: no",
		"username_tolower: no",
		"allowplaintext: yes",
		"sasl_pwcheck_method: saslauthd",
		"sasl_saslauthd_path: " + s.Path("mux"),
		"sasl_mech_list: PLAIN LOGIN",
		"tls_server_cert: " + s.Path("cert.pem"),
		"tls_server_key: " + s.Path("key.pem"),
		"tls_sessions_db: twoskip",
		"specialusealways: yes",
		"maxlogins_per_user: 0",
		"maxlogins_per_host: 0",
		"lmtpsocket: " + s.Path("conf/socket/lmtp"),
		"idlesocket: " + s.Path("conf/socket/idle"),
		"notifysocket: " + s.Path("conf/socket/notify"),
	}
	if len(s.options.SuppressCapabilities) > 0 {
		settings = append(settings, "suppress_capabilities: "+strings.Join(s.options.SuppressCapabilities, " "))
	}
	return strings.Join(settings, "\n") + "\n" + s.options.Extra + "\n"
}

func (s *Server) cyrusConf() string {
	service := func(name, arguments string, port int) string {
		return fmt.Sprintf("  %s cmd=\"%s -C %s %s\" listen=\"127.0.0.1:%d\" proto=\"tcp4\" prefork=0 maxchild=200 maxforkrate=1000\n",
			name, s.program("imapd"), s.Path("imapd.conf"), arguments, port)
	}
	return "START {\n" +
		fmt.Sprintf("  recover cmd=\"%s -C %s -r\"\n", s.program("ctl_cyrusdb"), s.Path("imapd.conf")) +
		"}\nSERVICES {\n" + service("imap", "", s.Port) + service("imaps", "-s", s.TLSPort) + "}\nEVENTS {\n}\n"
}
