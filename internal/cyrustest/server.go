// Package cyrustest starts a real Cyrus IMAP server (3.x) for a test or a
// benchmark: a server of another make than Dovecot, with other habits.
//
// As Debian packages the two exclude each other, so Cyrus is not installed:
// scripts/install-test-deps.sh unpacks its packages into the user's cache folder
// (see Folder), from where it runs with its own libraries. Otherwise a server is
// like one of dovecottest: in the foreground, unprivileged, in a temporary folder,
// on free loopback ports, and gone with the test.
//
//	server := cyrustest.New(t, cyrustest.Options{})
//	server.AddUser("info@example.org", "secret", 0)
//	dial(server.Host, server.Port) // or server.TLSPort with server.CA
package cyrustest

import (
	"context"
	"crypto/rand"
	"crypto/x509"
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

// Server is a running Cyrus.
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

	options  Options
	root     string // the folder of the unpacked packages
	user     *foreground.User
	process  *foreground.Process
	accounts *accounts
}

// User logs in to a Server.
type User struct {
	Name, Password string
	// QuotaBytes limits the user's storage, in steps of 1,024; zero is no limit.
	QuotaBytes int64
}

// TB starts servers in tests and owns them.
type TB struct {
	*Server

	t testing.TB
}

// New starts a server that ends with the test. It skips the test when Cyrus is
// missing, or fails it when the tests must run (see foreground.Check).
func New(t testing.TB, options Options) *TB {
	t.Helper()
	server, err := Start(t.Context(), options)
	foreground.Check(t, err)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the end of what Cyrus printed:\n%s", server.Log(8<<10))
		}
		server.Stop()
	})
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

// Folder is where scripts/install-test-deps.sh unpacks Cyrus.
func Folder() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache folder: %w", err)
	}
	return filepath.Join(cache, "mailferry-test", "cyrus"), nil
}

// admin may create mailboxes for others and set quotas.
const admin = "cyrus"

// startTries is how often a port is tried that another process took in between.
const startTries = 5

// Start starts a server and returns when it answers. The context limits only the
// start. The error is a *foreground.MissingError where Cyrus has not been unpacked.
func Start(ctx context.Context, options Options) (*Server, error) {
	folder, err := Folder()
	if err != nil {
		return nil, fmt.Errorf("start Cyrus: %w", err)
	}
	if _, err := os.Stat(filepath.Join(folder, "usr/lib/cyrus/bin/master")); err != nil {
		return nil, &foreground.MissingError{Program: "Cyrus IMAP", Package: "cyrus-imapd, unpacked into " + folder}
	}
	user, err := foreground.Unprivileged("nobody")
	if err != nil {
		return nil, fmt.Errorf("start Cyrus: %w", err)
	}
	for try := 1; ; try++ {
		server, err := start(ctx, folder, user, options)
		if err == nil {
			return server, nil
		}
		if try == startTries || ctx.Err() != nil || !errors.Is(err, errNotReady) {
			return nil, fmt.Errorf("start Cyrus: %w", err)
		}
	}
}

// errNotReady says that a server did not come up, for which a taken port is the
// likeliest reason: Cyrus tells only syslog.
var errNotReady = errors.New("no answer for 10 s")

func start(ctx context.Context, folder string, user *foreground.User, options Options) (started *Server, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, 10*time.Second, errNotReady)
	defer cancel()

	dir, err := foreground.TempDir("mfcyrus", user)
	if err != nil {
		return nil, err
	}
	server := &Server{Host: "127.0.0.1", Dir: dir, options: options, user: user, root: folder}
	defer func() {
		if err != nil {
			err = fmt.Errorf("%w\n%s", err, server.Log(4<<10))
			server.Stop()
		}
	}()
	if err := server.reachable(); err != nil {
		return nil, err
	}
	ports, err := foreground.FreePorts(ctx, 2)
	if err != nil {
		return nil, err
	}
	server.Port, server.TLSPort = ports[0], ports[1]
	if err := server.writeFiles(); err != nil {
		return nil, err
	}
	server.accounts, err = serveAccounts(ctx, server.path("mux"))
	if err != nil {
		return nil, err
	}
	server.accounts.set(admin, rand.Text())

	output, err := os.Create(server.path("output.log"))
	if err != nil {
		return nil, fmt.Errorf("open the output: %w", err)
	}
	defer output.Close()
	server.process, err = foreground.Start(foreground.Spec{
		Path:   server.program("master"),
		Args:   []string{"-C", server.path("imapd.conf"), "-M", server.path("cyrus.conf"), "-p", server.path("master.pid"), "-D"},
		Env:    server.environment(),
		Dir:    dir,
		Output: output,
		User:   user,
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
		s.process.Kill()
	}
	if s.accounts != nil {
		s.accounts.close()
	}
	_ = os.RemoveAll(s.Dir)
}

// Kill ends the server at once and keeps its mail until Stop: connections break
// as if the machine had gone.
func (s *Server) Kill() { s.process.Kill() }

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
	session, err := imaptalk.Connect(ctx, foreground.Address(s.Port), nil)
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

// Log returns the last bytes of what the server printed. What it tells only
// syslog is lost.
func (s *Server) Log(bytes int) string {
	text, err := os.ReadFile(s.path("output.log"))
	if err != nil {
		return ""
	}
	if len(text) > bytes {
		text = text[len(text)-bytes:]
	}
	return string(text)
}

func (s *Server) path(name string) string { return filepath.Join(s.Dir, name) }

func (s *Server) program(name string) string {
	return filepath.Join(s.root, "usr/lib/cyrus/bin", name)
}

func (s *Server) separator() string {
	if s.options.Separator == "" {
		return "/"
	}
	return s.options.Separator
}

// greeted reports whether the server greets a new connection.
func (s *Server) greeted(ctx context.Context) error {
	session, err := imaptalk.Connect(ctx, foreground.Address(s.Port), nil)
	if err != nil {
		return err
	}
	_, err = session.Command("LOGOUT")
	return errors.Join(err, session.Close())
}

// environment lets the programs find their libraries.
func (s *Server) environment() []string {
	var libraries []string
	for _, pattern := range []string{"lib/*-linux-*", "usr/lib/*-linux-*", "usr/lib/cyrus"} {
		found, err := filepath.Glob(filepath.Join(s.root, pattern))
		if err == nil {
			libraries = append(libraries, found...)
		}
	}
	plugins := make([]string, 0, len(libraries))
	for _, folder := range libraries {
		plugins = append(plugins, filepath.Join(folder, "sasl2"))
	}
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + s.Dir,
		"LD_LIBRARY_PATH=" + strings.Join(libraries, ":"),
		"SASL_PATH=" + strings.Join(plugins, ":"),
	}
}

// reachable makes the unpacked programs usable by the user who runs them: a cache
// folder is often closed to others.
func (s *Server) reachable() error {
	if s.user == nil {
		return nil
	}
	// A copy would be larger than all that the tests do; hard links cost nothing,
	// but work only within one file system.
	root := s.path("cyrus")
	if err := linkTree(s.root, root); err != nil {
		return fmt.Errorf("unpack for %s: %w", s.user.Name, err)
	}
	s.root = root
	return nil
}

func (s *Server) writeFiles() error {
	certificate, err := testcert.New()
	if err != nil {
		return fmt.Errorf("make a certificate: %w", err)
	}
	s.CA, s.CAFile = certificate.Pool, s.path("ca.pem")
	files := map[string]string{
		"ca.pem":     string(certificate.Authority),
		"cert.pem":   string(certificate.Certificate),
		"key.pem":    string(certificate.Key),
		"imapd.conf": s.imapdConf(),
		"cyrus.conf": s.cyrusConf(),
	}
	for name, content := range files {
		if err := os.WriteFile(s.path(name), []byte(content), 0o600); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		if err := s.user.Own(s.path(name)); err != nil {
			return err
		}
	}
	for _, folder := range []string{"conf", "conf/db", "conf/socket", "conf/proc", "conf/log", "conf/msg", "conf/ptclient", "spool", "spool/stage."} {
		if err := os.Mkdir(s.path(folder), 0o700); err != nil {
			return fmt.Errorf("make the folder %s: %w", folder, err)
		}
		if err := s.user.Own(s.path(folder)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) imapdConf() string {
	yes := map[bool]string{true: "yes", false: "no"}
	name := "root"
	if found, _, err := s.user.NameAndGroup(); err == nil {
		name = found
	}
	settings := []string{
		"configdirectory: " + s.path("conf"),
		"defaultpartition: default",
		"partition-default: " + s.path("spool"),
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
		"sasl_saslauthd_path: " + s.path("mux"),
		"sasl_mech_list: PLAIN LOGIN",
		"tls_server_cert: " + s.path("cert.pem"),
		"tls_server_key: " + s.path("key.pem"),
		"tls_sessions_db: twoskip",
		"specialusealways: yes",
		"maxlogins_per_user: 0",
		"maxlogins_per_host: 0",
		"lmtpsocket: " + s.path("conf/socket/lmtp"),
		"idlesocket: " + s.path("conf/socket/idle"),
		"notifysocket: " + s.path("conf/socket/notify"),
	}
	if len(s.options.SuppressCapabilities) > 0 {
		settings = append(settings, "suppress_capabilities: "+strings.Join(s.options.SuppressCapabilities, " "))
	}
	return strings.Join(settings, "\n") + "\n" + s.options.Extra + "\n"
}

func (s *Server) cyrusConf() string {
	service := func(name, arguments string, port int) string {
		return fmt.Sprintf("  %s cmd=\"%s -C %s %s\" listen=\"127.0.0.1:%d\" proto=\"tcp4\" prefork=0 maxchild=200 maxforkrate=1000\n",
			name, s.program("imapd"), s.path("imapd.conf"), arguments, port)
	}
	return "START {\n" +
		fmt.Sprintf("  recover cmd=\"%s -C %s -r\"\n", s.program("ctl_cyrusdb"), s.path("imapd.conf")) +
		"}\nSERVICES {\n" + service("imap", "", s.Port) + service("imaps", "-s", s.TLSPort) + "}\nEVENTS {\n}\n"
}
