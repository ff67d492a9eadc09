package cyrus_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"mailferry/internal/testkit/cyrus"
	"mailferry/internal/testkit/imapserver"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

func TestUserLogsInOverEachTransport(t *testing.T) {
	t.Parallel()
	server := cyrus.New(t, cyrus.Options{})
	server.AddUser("info@example.org", "secret", 0)
	for name, session := range imapserver.OverEachTransport(t, server.Server.Server) {
		session.OK("LOGIN info@example.org secret")
		if answer := session.OK("SELECT INBOX"); !strings.Contains(answer, "* 0 EXISTS") {
			t.Errorf("%s: INBOX is not empty: %s", name, answer)
		}
	}
	connect(t, server).Fails("LOGIN info@example.org wrong", "NO")
	// AUTHENTICATE PLAIN with user and password, in base64.
	connect(t, server).OK("AUTHENTICATE PLAIN AGluZm9AZXhhbXBsZS5vcmcAc2VjcmV0")
}

func TestMailboxNamesAreAsConfigured(t *testing.T) {
	t.Parallel()
	for _, names := range []struct {
		options cyrus.Options
		mailbox string
		listed  string
	}{
		{cyrus.Options{}, "Projekte/2024.x", `"/" Projekte/2024.x`},
		{cyrus.Options{Separator: "."}, "Projekte.2024", `"." Projekte.2024`},
		{cyrus.Options{Separator: ".", BelowInbox: true}, "INBOX.Projekte.2024", `"." INBOX.Projekte.2024`},
	} {
		server := cyrus.New(t, names.options)
		server.AddUser("info@example.org", "secret", 0)
		login(t, server, "info@example.org").Lists(names.mailbox, names.listed)
	}
}

func TestSuppressedCapabilitiesAreNotAdvertised(t *testing.T) {
	t.Parallel()
	server := cyrus.New(t, cyrus.Options{SuppressCapabilities: []string{"UIDPLUS", "MULTIAPPEND"}})
	server.AddUser("info@example.org", "secret", 0)
	capability := login(t, server, "info@example.org").OK("CAPABILITY")
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
	server := cyrus.New(t, cyrus.Options{})
	server.AddUser("small@example.org", "secret", 10<<10)
	message := "Date: Mon, 1 Jul 2024 10:00:00 +0000\r\nFrom: <info@example.org>\r\nSubject: Long\r\n\r\n" +
		strings.Repeat(strings.Repeat("x", 70)+"\r\n", 100)
	command := fmt.Sprintf("APPEND INBOX {%d+}\r\n%s", len(message), message)
	session := login(t, server, "small@example.org")
	session.OK(command)
	// Without the response code of RFC 9208.
	session.Fails(command, "NO Over quota")
}

func TestStopRemovesTheFolder(t *testing.T) {
	t.Parallel()
	server := cyrus.New(t, cyrus.Options{})
	server.Stop()
	if _, err := os.Stat(server.Dir); !os.IsNotExist(err) {
		t.Errorf("the folder %s is not gone: %v", server.Dir, err)
	}
}

func TestFailedStartSaysWhy(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("not today"))
	if server, err := cyrus.Start(ctx, cyrus.Options{}); err == nil || server != nil {
		t.Errorf("the start gives %v, %v", server, err)
	}
}

func connect(t *testing.T, server *cyrus.TB) *imapserver.Session {
	t.Helper()
	return imapserver.Connect(t, server.Port, nil)
}

func login(t *testing.T, server *cyrus.TB, user string) *imapserver.Session {
	t.Helper()
	return imapserver.Login(t, server.Port, user, "secret")
}
