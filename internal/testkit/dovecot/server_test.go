package dovecot_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"mailferry/internal/testkit/dovecot"
	"mailferry/internal/testkit/imapserver"
)

func TestUserLogsInOverEachTransport(t *testing.T) {
	t.Parallel()
	server := dovecot.New(t, dovecot.Options{})
	server.AddUser("info@example.org", `p: a%s ü`, 0)
	for name, session := range imapserver.OverEachTransport(t, server.Server.Server) {
		session.OK(fmt.Sprintf(`LOGIN info@example.org {%d+}`+"\r\n%s", len(`p: a%s ü`), `p: a%s ü`))
		if capability := session.OK("CAPABILITY"); !strings.Contains(capability, " MULTIAPPEND ") {
			t.Errorf("%s: MULTIAPPEND is not among the capabilities: %s", name, capability)
		}
	}
}

func TestWrongPasswordIsRefused(t *testing.T) {
	t.Parallel()
	server := dovecot.New(t, dovecot.Options{})
	server.AddUser("info@example.org", "right", 0)
	connect(t, server).Fails("LOGIN info@example.org wrong", "NO [AUTHENTICATIONFAILED]")
	connect(t, server).Fails("LOGIN nobody@example.org right", "NO [AUTHENTICATIONFAILED]")
}

func TestUsersCanLogInAsSoonAsTheyAreAdded(t *testing.T) {
	t.Parallel()
	server := dovecot.New(t, dovecot.Options{})
	for i := range 20 {
		name := fmt.Sprintf("user-%d@example.org", i)
		server.AddUser(name, "secret", 0)
		login(t, server, name)
	}
}

func TestMailboxNamesAreAsConfigured(t *testing.T) {
	t.Parallel()
	for _, names := range []struct {
		options dovecot.Options
		mailbox string
		listed  string
	}{
		{dovecot.Options{}, "Projekte/2024.x &- y", `"/" "Projekte/2024.x &- y"`},
		{dovecot.Options{Format: "sdbox"}, "Projekte/2024.x", `"/" Projekte/2024.x`},
		{dovecot.Options{Separator: ".", Prefix: "INBOX."}, "INBOX.Projekte.2024", `"." INBOX.Projekte.2024`},
	} {
		server := dovecot.New(t, names.options)
		server.AddUser("info@example.org", "secret", 0)
		login(t, server, "info@example.org").Lists(names.mailbox, names.listed)
	}
}

func TestHiddenCapabilitiesAreNotAdvertised(t *testing.T) {
	t.Parallel()
	server := dovecot.New(t, dovecot.Options{HideCapabilities: []string{"UIDPLUS", "MULTIAPPEND", "LITERAL+"}})
	server.AddUser("info@example.org", "secret", 0)
	session := connect(t, server)
	for _, capability := range []string{session.Greeting, session.OK("LOGIN info@example.org secret"), session.OK("CAPABILITY")} {
		for _, hidden := range []string{"UIDPLUS", "MULTIAPPEND", "LITERAL+"} {
			if strings.Contains(capability, hidden) {
				t.Errorf("%s is advertised: %s", hidden, capability)
			}
		}
	}
	capability := session.OK("CAPABILITY")
	for _, shown := range []string{"MOVE", "SPECIAL-USE", "NAMESPACE"} {
		if !strings.Contains(capability, shown) {
			t.Errorf("%s is not advertised: %s", shown, capability)
		}
	}
}

func TestQuotaRefusesWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	server := dovecot.New(t, dovecot.Options{Quota: true})
	server.AddUser("small@example.org", "secret", 10_000)
	server.AddUser("free@example.org", "secret", 0)
	message := "Subject: Long\r\n\r\n" + strings.Repeat(strings.Repeat("x", 70)+"\r\n", 100)
	command := fmt.Sprintf("APPEND INBOX {%d+}\r\n%s", len(message), message)

	small := login(t, server, "small@example.org")
	small.OK(command)
	small.Fails(command, "NO [OVERQUOTA]")
	free := login(t, server, "free@example.org")
	free.OK(command)
	free.OK(command)
}

func TestStopLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	server := dovecot.New(t, dovecot.Options{})
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

func TestFailedStartSaysWhy(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("not today"))
	if server, err := dovecot.Start(ctx, dovecot.Options{}); err == nil || server != nil {
		t.Errorf("the start gives %v, %v", server, err)
	}
}

func connect(t *testing.T, server *dovecot.TB) *imapserver.Session {
	t.Helper()
	return imapserver.Connect(t, server.Port, nil)
}

func login(t *testing.T, server *dovecot.TB, user string) *imapserver.Session {
	t.Helper()
	return imapserver.Login(t, server.Port, user, "secret")
}
