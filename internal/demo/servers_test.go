package demo_test

import (
	"net"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"go.uber.org/goleak"

	"mailferry/internal/demo"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

func TestSourceIsFullAndDestinationEmpty(t *testing.T) {
	t.Parallel()
	source, destination := start(t)
	for _, mailbox := range demo.Mailboxes() {
		folders, messages := count(t, source, mailbox.User)
		if messages != mailbox.Messages {
			t.Errorf("%s has %d messages at the source, want %d", mailbox.User, messages, mailbox.Messages)
		}
		for _, name := range []string{"INBOX", "Archive/2023", "Projekte/Büro-Umbau", "R&D", "Счета"} {
			if !slices.Contains(folders, name) {
				t.Errorf("%s has no folder %s at the source: %q", mailbox.User, name, folders)
			}
		}
		if folders, messages := count(t, destination, mailbox.User); messages != 0 || len(folders) != 1 {
			t.Errorf("%s has %d messages in %q at the destination", mailbox.User, messages, folders)
		}
	}
}

func TestPasswordsDifferAndAreChecked(t *testing.T) {
	t.Parallel()
	source, destination := start(t)
	user := demo.Mailboxes()[0].User
	if source.Password(user) == destination.Password(user) {
		t.Error("both servers have the same password")
	}
	client := dial(t, source)
	if err := client.Login(user, destination.Password(user)).Wait(); err == nil {
		t.Error("the other server's password was taken")
	}
}

func TestServersEndWhenClosed(t *testing.T) {
	t.Parallel()
	source, _ := start(t)
	for range 2 {
		source.Close()
	}
	if connection, err := net.Dial("tcp", address(source)); err == nil {
		_ = connection.Close()
		t.Error("the server still listens")
	}
}

func start(t *testing.T) (source, destination *demo.Server) {
	t.Helper()
	source, destination, err := demo.StartServers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(source.Close)
	t.Cleanup(destination.Close)
	return source, destination
}

func address(server *demo.Server) string {
	return net.JoinHostPort(server.Host, strconv.Itoa(server.Port))
}

func dial(t *testing.T, server *demo.Server) *imapclient.Client {
	t.Helper()
	client, err := imapclient.DialInsecure(address(server), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// count logs in and returns the folders and the number of messages in them.
func count(t *testing.T, server *demo.Server, user string) (folders []string, messages int) {
	t.Helper()
	client := dial(t, server)
	if err := client.Login(user, server.Password(user)).Wait(); err != nil {
		t.Fatalf("log in as %s: %v", user, err)
	}
	listed, err := client.List("", "*", nil).Collect()
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range listed {
		folders = append(folders, folder.Mailbox)
		status, err := client.Status(folder.Mailbox, &imap.StatusOptions{NumMessages: true}).Wait()
		if err != nil {
			t.Fatalf("status of %s: %v", folder.Mailbox, err)
		}
		messages += int(*status.NumMessages)
	}
	if strings.Join(folders, "") == "" {
		t.Fatalf("%s has no folders", user)
	}
	return folders, messages
}
