package cyrustest_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"mailferry/internal/cyrustest"
	"mailferry/internal/foreground"
	"mailferry/internal/imaptalk"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

func TestUserLogsInOverEachTransport(t *testing.T) {
	t.Parallel()
	server := cyrustest.New(t, cyrustest.Options{})
	server.AddUser("info@example.org", "secret", 0)
	verify := &tls.Config{RootCAs: server.CA, ServerName: server.Host, MinVersion: tls.VersionTLS12}

	plain := connect(t, server.Port, nil)
	starttls := connect(t, server.Port, nil)
	if err := starttls.StartTLS(verify); err != nil {
		t.Fatal(err)
	}
	secure := connect(t, server.TLSPort, verify)
	for name, session := range map[string]*session{"clear": plain, "STARTTLS": starttls, "TLS": secure} {
		session.ok("LOGIN info@example.org secret")
		if answer := session.ok("SELECT INBOX"); !strings.Contains(answer, "* 0 EXISTS") {
			t.Errorf("%s: INBOX is not empty: %s", name, answer)
		}
	}
	connect(t, server.Port, nil).fails("LOGIN info@example.org wrong", "NO")
	// AUTHENTICATE PLAIN with user and password, in base64.
	connect(t, server.Port, nil).ok("AUTHENTICATE PLAIN AGluZm9AZXhhbXBsZS5vcmcAc2VjcmV0")
}

func TestMailboxNamesAreAsConfigured(t *testing.T) {
	t.Parallel()
	for _, names := range []struct {
		options cyrustest.Options
		mailbox string
		listed  string
	}{
		{cyrustest.Options{}, "Projekte/2024.x", `"/" Projekte/2024.x`},
		{cyrustest.Options{Separator: "."}, "Projekte.2024", `"." Projekte.2024`},
		{cyrustest.Options{Separator: ".", BelowInbox: true}, "INBOX.Projekte.2024", `"." INBOX.Projekte.2024`},
	} {
		server := cyrustest.New(t, names.options)
		server.AddUser("info@example.org", "secret", 0)
		session := login(t, server, "info@example.org")
		session.ok(`CREATE "` + names.mailbox + `"`)
		if answer := session.ok(`LIST "" "` + names.mailbox + `"`); !strings.Contains(answer, names.listed+"\r\n") {
			t.Errorf("%+v: LIST answers %s, want %s", names.options, answer, names.listed)
		}
	}
}

func TestSuppressedCapabilitiesAreNotAdvertised(t *testing.T) {
	t.Parallel()
	server := cyrustest.New(t, cyrustest.Options{SuppressCapabilities: []string{"UIDPLUS", "MULTIAPPEND"}})
	server.AddUser("info@example.org", "secret", 0)
	capability := login(t, server, "info@example.org").ok("CAPABILITY")
	for _, hidden := range []string{"UIDPLUS", "MULTIAPPEND"} {
		if strings.Contains(capability, hidden) {
			t.Errorf("%s is advertised: %s", hidden, capability)
		}
	}
	if !strings.Contains(capability, "LITERAL+") {
		t.Errorf("LITERAL+ is not advertised: %s", capability)
	}
}

func TestQuotaRefusesWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	server := cyrustest.New(t, cyrustest.Options{})
	server.AddUser("small@example.org", "secret", 10<<10)
	message := "Date: Mon, 1 Jul 2024 10:00:00 +0000\r\nFrom: <info@example.org>\r\nSubject: Long\r\n\r\n" +
		strings.Repeat(strings.Repeat("x", 70)+"\r\n", 100)
	command := fmt.Sprintf("APPEND INBOX {%d+}\r\n%s", len(message), message)
	session := login(t, server, "small@example.org")
	session.ok(command)
	// Without the response code of RFC 9208.
	session.fails(command, "NO Over quota")
}

func TestStopRemovesTheFolder(t *testing.T) {
	t.Parallel()
	server := cyrustest.New(t, cyrustest.Options{})
	server.Stop()
	if _, err := os.Stat(server.Dir); !os.IsNotExist(err) {
		t.Errorf("the folder %s is not gone: %v", server.Dir, err)
	}
}

func TestFailedStartSaysWhy(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("not today"))
	if server, err := cyrustest.Start(ctx, cyrustest.Options{}); err == nil || server != nil {
		t.Errorf("the start gives %v, %v", server, err)
	}
}

// session is a conversation that fails the test.
type session struct {
	*imaptalk.Session

	t *testing.T
}

func connect(t *testing.T, port int, config *tls.Config) *session {
	t.Helper()
	talk, err := imaptalk.Connect(t.Context(), foreground.Address(port), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = talk.Close() })
	return &session{Session: talk, t: t}
}

func login(t *testing.T, server *cyrustest.TB, user string) *session {
	t.Helper()
	session := connect(t, server.Port, nil)
	session.ok("LOGIN " + user + " secret")
	return session
}

func (s *session) ok(command string) string {
	s.t.Helper()
	answer, err := s.Command(command)
	if err != nil {
		s.t.Fatalf("%.80q: %v", command, err)
	}
	return answer
}

func (s *session) fails(command, want string) {
	s.t.Helper()
	if answer, err := s.Command(command); err == nil || !strings.HasPrefix(answer, want) {
		s.t.Errorf("%.80q answers %s, %v, want %s", command, answer, err, want)
	}
}
