package e2e_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mailferry/internal/testkit/mailbox"
	"mailferry/internal/testkit/pty"
)

// syncCommand is mailferry sync between two mailboxes.
func syncCommand(t *testing.T, source, destination mailbox.Mailbox, password string, more ...string) *exec.Cmd {
	t.Helper()
	args := []string{
		"sync", "--host1", source.Host, "--port1", strconv.Itoa(source.Port), "--user1", source.User, "--nossl1", "--notls1",
		"--host2", destination.Host, "--port2", strconv.Itoa(destination.Port), "--user2", destination.User, "--nossl2", "--notls2",
	}
	cmd := exec.CommandContext(t.Context(), os.Getenv(binaryVariable), slices.Concat(args, more)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "TERM=xterm", "IMAPSYNC_PASSWORD1=" + source.Password, "IMAPSYNC_PASSWORD2=" + password}
	return cmd
}

// onTerminal runs a command on a terminal and gives its exit code and what it shows.
func onTerminal(t *testing.T, columns int, cmd *exec.Cmd) (code int, text string) {
	t.Helper()
	terminal := pty.Open(t, columns)
	cmd.Stdout, cmd.Stderr = terminal.Side, terminal.Side
	_ = cmd.Run()
	return cmd.ProcessState.ExitCode(), terminal.Close()
}

// inPipe runs a command in a pipe.
func inPipe(t *testing.T, cmd *exec.Cmd) (code int, stdout, stderr string) {
	t.Helper()
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	_ = cmd.Run()
	return cmd.ProcessState.ExitCode(), out.String(), problems.String()
}

// syncEvent is an object of --progress=json.
type syncEvent struct {
	Type, Message string
	MessagesDone  *int64
	MessagesTotal *int64
	ExitCode      *int
	ExitReason    string
	DryRun        bool
	Report        *struct {
		MessagesCopied, MessagesToCopy int64
		Verified                       bool
	}
}

func events(t *testing.T, text string) (all []syncEvent) {
	t.Helper()
	for line := range strings.Lines(text) {
		var e syncEvent
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%q is no object: %v", line, err)
		}
		all = append(all, e)
	}
	return all
}

func TestASyncTellsHowFarItIsAsItIsAskedTo(t *testing.T) {
	t.Parallel()
	source, destination := mailboxPair(t, 300, 4)

	// A dry run first: it changes nothing for the others.
	code, text := onTerminal(t, 100, syncCommand(t, source, destination, destination.Password, "--dry"))
	if code != 0 || !strings.Contains(text, "would copy 300 messages; 300 messages at the source") || strings.Contains(text, "verified") {
		t.Errorf("a dry run ends with %d:\n%s", code, text)
	}
	code, stdout, stderr := inPipe(t, syncCommand(t, source, destination, destination.Password, "--dry", "--progress=json"))
	if all := events(t, stdout); code != 0 || stderr != "" || !all[len(all)-1].DryRun || all[len(all)-1].Report.MessagesToCopy != 300 {
		t.Errorf("a dry run ends with %d and %+v:\n%s", code, all[len(all)-1], stderr)
	}

	code, text = onTerminal(t, 80, syncCommand(t, source, destination, destination.Password, "--maxmessagespersecond", "150"))
	for line := range strings.SplitSeq(text, "\r") {
		line, _, _ = strings.Cut(line, "\x1b")
		if n := len([]rune(line)); n > 80 {
			t.Errorf("a line of %d characters: %q", n, line)
		}
	}
	if code != 0 || !strings.Contains(text, "[") || !strings.Contains(text, "300 messages") || !strings.Contains(text, "/s") ||
		!strings.Contains(text, "copied 300 messages (") || !strings.Contains(text, "verified: both sides were compared") || strings.Contains(text, "Progress: ") {
		t.Errorf("on a terminal it ends with %d:\n%q", code, text)
	}

	code, stdout, stderr = inPipe(t, syncCommand(t, source, destination, destination.Password, "--progress", "json"))
	all := events(t, stdout)
	last := all[len(all)-1]
	if code != 0 || stderr != "" || last.Type != "summary" || *last.ExitCode != 0 || last.ExitReason != "EX_OK" || !last.Report.Verified || last.Report.MessagesCopied != 0 {
		t.Errorf("as JSON it ends with %d and %+v:\n%s", code, last, stderr)
	}
	done := int64(0)
	for _, e := range all[:len(all)-1] {
		if e.Type != "progress" || e.MessagesDone != nil && *e.MessagesDone < done {
			t.Errorf("the event %+v comes after %d messages", e, done)
		}
		if e.MessagesDone != nil {
			done = *e.MessagesDone
		}
	}
	if done != 300 {
		t.Errorf("the progress ends with %d messages", done)
	}

	if code, stdout, stderr := inPipe(t, syncCommand(t, source, destination, destination.Password, "-progress=none")); code != 0 || stdout+stderr != "" {
		t.Errorf("with none it ends with %d:\n%s%s", code, stdout, stderr)
	}
	for _, more := range [][]string{nil, {"--progress=plain"}, {"--progress=bar"}} {
		code, stdout, stderr := inPipe(t, syncCommand(t, source, destination, destination.Password, more...))
		if code != 0 || stderr != "" || !strings.Contains(stdout, "\nProgress: ") || !strings.Contains(stdout, "\nExiting with return value 0 ") || strings.Contains(stdout, "\x1b") {
			t.Errorf("in a pipe with %q it ends with %d:\n%s%s", more, code, stdout, stderr)
		}
	}
	if code, text := onTerminal(t, 80, syncCommand(t, source, destination, destination.Password, "--justfolders")); code != 0 || !strings.Contains(text, "Exiting with return value 0 ") {
		t.Errorf("with --justfolders it ends with %d:\n%s", code, text)
	}
}

func TestErrorsOfASyncAreSeenHoweverItIsTold(t *testing.T) {
	t.Parallel()
	source, destination := mailboxPair(t, 3, 1)
	code, text := onTerminal(t, 120, syncCommand(t, source, destination, "wrong"))
	if code != 162 || strings.Count(text, "Host2 failure: ") != 1 || !strings.Contains(text, "not done: exit code 162 (EXIT_AUTHENTICATION_FAILURE_USER2)") {
		t.Errorf("on a terminal it ends with %d:\n%s", code, text)
	}
	code, stdout, stderr := inPipe(t, syncCommand(t, source, destination, "wrong", "--progress=json"))
	all := events(t, stdout)
	if code != 162 || stderr != "" || len(all) < 2 || all[0].Type != "error" || !strings.HasPrefix(all[0].Message, "Host2 failure: ") || *all[len(all)-1].ExitCode != 162 {
		t.Errorf("as JSON it ends with %d and %+v:\n%s", code, all, stderr)
	}
	code, stdout, stderr = inPipe(t, syncCommand(t, source, destination, "wrong", "--progress=none"))
	if code != 162 || stdout != "" || strings.Count(stderr, "\n") != 1 {
		t.Errorf("with none it ends with %d:\n%s%s", code, stdout, stderr)
	}

	for _, more := range [][]string{{"--nonsense"}, {"--progress=loud"}, {"--progress"}, {"--progress=bar", "--hots1=x"}} {
		code, text := onTerminal(t, 120, syncCommand(t, source, destination, destination.Password, more...))
		if word := strings.Trim(more[len(more)-1], "-"); code != 64 || !strings.Contains(text, strings.Split(word, "=")[0]) {
			t.Errorf("with %q it ends with %d:\n%s", more, code, text)
		}
	}
}
