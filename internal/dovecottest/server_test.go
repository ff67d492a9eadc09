package dovecottest_test

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"mailferry/internal/dovecottest"
	"mailferry/internal/foreground"
)

func TestUserLogsInOverEachTransport(t *testing.T) {
	t.Parallel()
	server := dovecottest.New(t, dovecottest.Options{})
	server.AddUser("info@example.org", `p: a%s ü`, 0)
	verify := &tls.Config{RootCAs: server.CA, ServerName: server.Host, MinVersion: tls.VersionTLS12}

	plain := connect(t, server.Port)
	starttls := connect(t, server.Port)
	starttls.ok("STARTTLS")
	starttls.secure(verify)
	secure := dialTLS(t, server.TLSPort, verify)

	for name, session := range map[string]*session{"clear": plain, "STARTTLS": starttls, "TLS": secure} {
		session.ok(fmt.Sprintf(`LOGIN info@example.org {%d+}`+"\r\n%s", len(`p: a%s ü`), `p: a%s ü`))
		if capability := session.ok("CAPABILITY"); !strings.Contains(capability, " MULTIAPPEND ") {
			t.Errorf("%s: MULTIAPPEND is not among the capabilities: %s", name, capability)
		}
	}
}

func TestWrongPasswordIsRefused(t *testing.T) {
	t.Parallel()
	server := dovecottest.New(t, dovecottest.Options{})
	server.AddUser("info@example.org", "right", 0)
	connect(t, server.Port).fails("LOGIN info@example.org wrong", "NO [AUTHENTICATIONFAILED]")
}

func TestMailboxNamesAreAsConfigured(t *testing.T) {
	t.Parallel()
	for _, names := range []struct {
		options dovecottest.Options
		mailbox string
		listed  string
	}{
		{dovecottest.Options{}, "Projekte/2024.x &- y", `"/" "Projekte/2024.x &- y"`},
		{dovecottest.Options{Format: "sdbox"}, "Projekte/2024.x", `"/" Projekte/2024.x`},
		{dovecottest.Options{Separator: ".", Prefix: "INBOX."}, "INBOX.Projekte.2024", `"." INBOX.Projekte.2024`},
	} {
		server := dovecottest.New(t, names.options)
		server.AddUser("info@example.org", "secret", 0)
		session := login(t, server, "info@example.org")
		session.ok(`CREATE "` + names.mailbox + `"`)
		if answer := session.ok(`LIST "" "` + names.mailbox + `"`); !strings.Contains(answer, names.listed+"\r\n") {
			t.Errorf("%+v: LIST answers %s, want %s", names.options, answer, names.listed)
		}
	}
}

func TestHiddenCapabilitiesAreNotAdvertised(t *testing.T) {
	t.Parallel()
	server := dovecottest.New(t, dovecottest.Options{HideCapabilities: []string{"UIDPLUS", "MULTIAPPEND", "LITERAL+"}})
	server.AddUser("info@example.org", "secret", 0)
	session := connect(t, server.Port)
	for _, capability := range []string{session.greeting, session.ok("LOGIN info@example.org secret"), session.ok("CAPABILITY")} {
		for _, hidden := range []string{"UIDPLUS", "MULTIAPPEND", "LITERAL+"} {
			if strings.Contains(capability, hidden) {
				t.Errorf("%s is advertised: %s", hidden, capability)
			}
		}
	}
	capability := session.ok("CAPABILITY")
	for _, shown := range []string{"MOVE", "SPECIAL-USE", "NAMESPACE"} {
		if !strings.Contains(capability, shown) {
			t.Errorf("%s is not advertised: %s", shown, capability)
		}
	}
}

func TestQuotaRefusesWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	server := dovecottest.New(t, dovecottest.Options{Quota: true})
	server.AddUser("small@example.org", "secret", 10_000)
	server.AddUser("free@example.org", "secret", 0)
	message := "Subject: Long\r\n\r\n" + strings.Repeat(strings.Repeat("x", 70)+"\r\n", 100)
	command := fmt.Sprintf("APPEND INBOX {%d+}\r\n%s", len(message), message)

	small := login(t, server, "small@example.org")
	small.ok(command)
	small.fails(command, "NO [OVERQUOTA]")
	free := login(t, server, "free@example.org")
	free.ok(command)
	free.ok(command)
}

func TestStopLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	server := dovecottest.New(t, dovecottest.Options{})
	server.AddUser("info@example.org", "secret", 0)
	login(t, server, "info@example.org") // A process of its own, held open.

	group := server.Group()
	server.Stop()
	if left := alive(t, group); len(left) > 0 {
		t.Errorf("of the process group %d are left: %v", group, left)
	}
	if _, err := os.Stat(server.Dir); !os.IsNotExist(err) {
		t.Errorf("the folder %s is not gone: %v", server.Dir, err)
	}
}

// alive lists the processes of a group that have not ended. (One that has ended
// stays listed as a zombie until its adoptive parent, which may be anything, asks.)
func alive(t *testing.T, group int) []string {
	t.Helper()
	if err := syscall.Kill(-group, 0); errors.Is(err, syscall.ESRCH) {
		return nil
	}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, entry := range entries {
		stat, err := os.ReadFile("/proc/" + entry.Name() + "/stat")
		if err != nil {
			continue // Not a process, or gone meanwhile.
		}
		text := string(stat)
		fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
		if fields[2] == strconv.Itoa(group) && fields[0] != "Z" {
			left = append(left, text)
		}
	}
	return left
}

// session is a conversation with the server, in IMAP's own words.
type session struct {
	t          *testing.T
	connection net.Conn
	reader     *bufio.Reader
	greeting   string
	tag        int
}

func connect(t *testing.T, port int) *session {
	t.Helper()
	connection, err := net.Dial("tcp", foreground.Address(port))
	if err != nil {
		t.Fatal(err)
	}
	return converse(t, connection)
}

func dialTLS(t *testing.T, port int, config *tls.Config) *session {
	t.Helper()
	connection, err := tls.Dial("tcp", foreground.Address(port), config)
	if err != nil {
		t.Fatal(err)
	}
	return converse(t, connection)
}

func converse(t *testing.T, connection net.Conn) *session {
	t.Helper()
	t.Cleanup(func() { _ = connection.Close() })
	if err := connection.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	session := &session{t: t, connection: connection, reader: bufio.NewReader(connection)}
	session.greeting = session.line()
	return session
}

func login(t *testing.T, server *dovecottest.TB, user string) *session {
	t.Helper()
	session := connect(t, server.Port)
	session.ok("LOGIN " + user + " secret")
	return session
}

func (s *session) secure(config *tls.Config) {
	s.connection = tls.Client(s.connection, config)
	s.reader = bufio.NewReader(s.connection)
}

func (s *session) line() string {
	s.t.Helper()
	line, err := s.reader.ReadString('\n')
	if err != nil {
		s.t.Fatalf("read after %q: %v", line, err)
	}
	return line
}

// answer sends a command and returns all lines up to the tagged one.
func (s *session) answer(command string) string {
	s.t.Helper()
	s.tag++
	tag := fmt.Sprintf("t%d ", s.tag)
	if _, err := s.connection.Write([]byte(tag + command + "\r\n")); err != nil {
		s.t.Fatal(err)
	}
	var answer strings.Builder
	for {
		line := s.line()
		if status, tagged := strings.CutPrefix(line, tag); tagged {
			return status + answer.String()
		}
		answer.WriteString(line)
	}
}

func (s *session) ok(command string) string {
	s.t.Helper()
	answer := s.answer(command)
	if !strings.HasPrefix(answer, "OK") {
		s.t.Fatalf("%.80q answers %s", command, answer)
	}
	return answer
}

func (s *session) fails(command, want string) {
	s.t.Helper()
	if answer := s.answer(command); !strings.HasPrefix(answer, want) {
		s.t.Errorf("%.80q answers %s, want %s", command, answer, want)
	}
}
