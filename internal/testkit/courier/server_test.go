package courier_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mailferry/internal/testkit/courier"
	"mailferry/internal/testkit/imapserver"
	"mailferry/internal/testkit/maildir"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

func TestUserLogsInOverEachTransport(t *testing.T) {
	t.Parallel()
	server := courier.New(t, courier.Options{})
	server.AddUser("info@example.org", `sec"ret \ word`, 0)
	for name, session := range imapserver.OverEachTransport(t, server.Server.Server) {
		if strings.Contains(session.OK("CAPABILITY"), "STARTTLS") != (name == "clear") {
			t.Errorf("%s: STARTTLS is announced, or is not", name)
		}
		session.Fails("LOGIN info@example.org wrong", "NO Login failed")
		session.OK(`LOGIN "info@example.org" "sec\"ret \\ word"`)
		if answer := session.OK("SELECT INBOX"); !strings.Contains(answer, "* 0 EXISTS") {
			t.Errorf("%s: INBOX is not empty: %s", name, answer)
		}
		session.OK("LOGOUT")
	}
	connect(t, server).Fails("AUTHENTICATE PLAIN", "NO")
	connect(t, server).Fails("SELECT INBOX", "NO")
}

func TestFoldersAreBelowINBOXAndHaveAnotherUIDVALIDITYUntilTheyAreSelected(t *testing.T) {
	t.Parallel()
	server := courier.New(t, courier.Options{})
	server.AddUser("info@example.org", "secret", 0)
	date := time.Date(2020, time.February, 15, 12, 0, 0, 0, time.UTC)
	err := server.WriteFolder("info@example.org", "Projekte.2024", []maildir.File{
		{Raw: []byte("Subject: one\n\nText\n"), Date: date, Flags: []string{`\Seen`, `\Flagged`}},
		{Raw: []byte("Subject: two\n\n"), Date: date},
	})
	if err != nil {
		t.Fatal(err)
	}
	session := login(t, server)
	session.Lists("INBOX.Sent", `"." "INBOX.Sent"`)
	uidvalidity := func(command string) string {
		answer := session.OK(command + " INBOX.Projekte.2024")
		if !strings.Contains(answer, "* 2 EXISTS") {
			t.Errorf("%s answers %s", command, answer)
		}
		_, after, _ := strings.Cut(answer, "[UIDVALIDITY ")
		number, _, _ := strings.Cut(after, "]")
		return number
	}
	// It is the time in seconds until something writes it down. The conversation has a time limit.
	for first := uidvalidity("EXAMINE"); uidvalidity("EXAMINE") == first; {
		if first == "" {
			t.Fatal("EXAMINE gives no UIDVALIDITY")
		}
	}
	if first := uidvalidity("SELECT"); uidvalidity("SELECT") != first || uidvalidity("EXAMINE") != first {
		t.Errorf("after SELECT the UIDVALIDITY is not always %q", first)
	}
	answer := session.OK("FETCH 1:* (UID FLAGS INTERNALDATE BODY.PEEK[])")
	for _, want := range []string{`* 1 FETCH (UID 1 FLAGS (\Flagged \Seen)`, `"15-Feb-2020 `, "Subject: one\r\n\r\nText\r\n"} {
		if !strings.Contains(answer, want) {
			t.Errorf("%q is not in the answer %q", want, answer)
		}
	}
}

func TestQuotaRefusesWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	server := courier.New(t, courier.Options{})
	server.AddUser("info@example.org", "secret", 10<<10)
	message := "Date: Mon, 1 Jul 2024 10:00:00 +0000\r\nFrom: <info@example.org>\r\nSubject: Long\r\n\r\n" +
		strings.Repeat(strings.Repeat("x", 70)+"\r\n", 100)
	session := login(t, server)
	store := func() (string, error) {
		return session.Command(fmt.Sprintf("APPEND INBOX {%d}\r\n%s", len(message), message))
	}
	if answer, err := store(); err != nil {
		t.Fatalf("the first message: %s", answer)
	}
	if answer, err := store(); err == nil || !strings.Contains(answer, "quota") {
		t.Errorf("the second message is answered with %s", answer)
	}
}

func TestKillBreaksConnectionsAndStopRemovesTheFolder(t *testing.T) {
	t.Parallel()
	server := courier.New(t, courier.Options{})
	server.AddUser("info@example.org", "secret", 0)
	session := login(t, server)
	server.Kill()
	if answer, err := session.Command("NOOP"); err == nil {
		t.Errorf("after Kill NOOP is answered with %s", answer)
	}
	if _, err := os.Stat(server.Dir); err != nil {
		t.Errorf("after Kill the folder is gone: %v", err)
	}
	server.Stop()
	if _, err := os.Stat(server.Dir); !os.IsNotExist(err) {
		t.Errorf("the folder %s is not gone: %v", server.Dir, err)
	}
}

func TestFailedStartSaysWhy(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("not today"))
	if server, err := courier.Start(ctx, courier.Options{}); err == nil || server != nil {
		t.Errorf("the start gives %v, %v", server, err)
	}
}

func connect(t *testing.T, server *courier.TB) *imapserver.Session {
	t.Helper()
	return imapserver.Connect(t, server.Port, nil)
}

func login(t *testing.T, server *courier.TB) *imapserver.Session {
	t.Helper()
	return imapserver.Login(t, server.Port, "info@example.org", "secret")
}
