package mailsync_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mailferry/internal/demo/mailgen"
	"mailferry/internal/imapclient"
	"mailferry/internal/imapsync"
	"mailferry/internal/mailsync"
	"mailferry/internal/testkit/dovecot"
	"mailferry/internal/testkit/mailbox"
)

// TestMain is the engine itself where a test starts this binary as a process.
func TestMain(m *testing.M) {
	if os.Getenv("MAILSYNC_TEST_ENGINE") != "" {
		debug.SetMemoryLimit(40 << 20) // as the program does
		var config mailsync.Config
		if os.Getenv("MAILSYNC_TEST_QUICK") != "" {
			config = mailsync.Config{Pause: 10 * time.Millisecond, Attempts: 3}
		}
		code := config.Main(context.Background(), os.Args[1:], os.Environ(), os.Stdout, os.Stderr)
		if os.Getenv("MAILSYNC_TEST_PEAK") != "" {
			tellPeak()
		}
		os.Exit(code)
	}
	goleak.VerifyTestMain(m)
}

// side is an account to run between.
type side struct {
	host           string
	port           int
	user, password string
}

// outcome is a run's output and what the parser makes of it.
type outcome struct {
	code   int
	output string
	parser *imapsync.Parser
}

func (o outcome) report(t testing.TB) *imapsync.Report {
	t.Helper()
	r := o.parser.Report()
	if r == nil {
		t.Fatalf("no report; exit code %d, output:\n%s", o.code, o.output)
	}
	return r
}

// quick is a configuration that does not wait long for anything.
func quick() mailsync.Config { return mailsync.Config{Pause: 10 * time.Millisecond} }

// syncOnce runs the engine in clear text between two accounts.
func syncOnce(t testing.TB, config mailsync.Config, from, to side, args ...string) outcome {
	t.Helper()
	return syncContext(t.Context(), t, config, from, to, args...)
}

func syncContext(ctx context.Context, t testing.TB, config mailsync.Config, from, to side, args ...string) outcome {
	t.Helper()
	all := []string{
		"--host1=" + from.host, fmt.Sprintf("--port1=%d", from.port), "--user1=" + from.user, "--nossl1", "--notls1",
		"--host2=" + to.host, fmt.Sprintf("--port2=%d", to.port), "--user2=" + to.user, "--nossl2", "--notls2",
		"--nofoldersizes", "--noreleasecheck", "--nolog",
	}
	var out lockedBuffer
	parser := imapsync.NewParser()
	code := config.Main(ctx, append(all, args...), imapsync.Environment(from.password, to.password), io.MultiWriter(&out, parser), io.Discard)
	return outcome{code: code, output: out.String(), parser: parser}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// want fails the test unless the run ended with this code and copied so many messages.
func (o outcome) want(t testing.TB, code int, copied int64) *imapsync.Report {
	t.Helper()
	if o.code != code {
		t.Fatalf("exit code %d, want %d; output:\n%s", o.code, code, o.output)
	}
	r := o.report(t)
	if r.MessagesCopied != copied {
		t.Fatalf("%d messages copied, want %d; output:\n%s", r.MessagesCopied, copied, o.output)
	}
	return r
}

// dovecotUsers starts a server with one user, who is both the name and the login.
func dovecotUsers(t testing.TB, options dovecot.Options, users ...string) []side {
	t.Helper()
	server := dovecot.New(t, options)
	var sides []side
	for _, user := range users {
		server.AddUser(user, "secret-"+user, 0)
		sides = append(sides, side{server.Host, server.Port, user, "secret-" + user})
	}
	return sides
}

// mailbox is the account on a server that names folders so.
func (s side) mailbox(delimiter, prefix string) mailbox.Mailbox {
	return mailbox.Mailbox{Host: s.host, Port: s.port, User: s.user, Password: s.password, Delimiter: delimiter, Prefix: prefix}
}

// connect signs in by hand.
func connect(t testing.TB, s side) *imapclient.Client {
	t.Helper()
	return s.mailbox("", "").Connect(t)
}

// add appends messages as they are; the folder is created if it is not there.
func add(t testing.TB, c *imapclient.Client, folder string, messages ...mailgen.Message) {
	t.Helper()
	if !imapclient.IsInbox(folder) {
		_, _ = c.Create(folder).Wait(t.Context())
	}
	var commands []*imapclient.Command[imapclient.AppendData]
	for _, m := range messages {
		date := ""
		if !m.Date.IsZero() {
			date = imapclient.FormatInternalDate(m.Date)
		}
		commands = append(commands, c.Append(folder, imapclient.AppendMessage{
			Flags: m.Flags, InternalDate: date, Size: int64(len(m.Raw)), Body: bytes.NewReader(m.Raw),
		}, imapclient.AppendOptions{}))
	}
	for _, command := range commands {
		if _, err := command.Wait(t.Context()); err != nil {
			t.Fatalf("append to %s: %v", folder, err)
		}
	}
}

// fill puts an office's mail into an account, n messages in all.
func fill(t testing.TB, s side, n int, options mailgen.Options) {
	t.Helper()
	s.mailbox("/", "").Fill(t, n, len(mailgen.Folders()), options)
}

// contents is what an account holds, see mailbox.
func contents(t testing.TB, s side, delimiter, prefix string) mailbox.Contents {
	t.Helper()
	return s.mailbox(delimiter, prefix).Contents(t)
}

// same fails the test unless both accounts hold the same messages in the same folders.
func same(t testing.TB, got, want mailbox.Contents) {
	t.Helper()
	mailbox.Compare(t, got, want)
}
