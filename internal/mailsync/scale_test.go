package mailsync_test

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"mailferry/internal/demo/mailgen"
	"mailferry/internal/imapclient"
	"mailferry/internal/testkit/dovecot"
	"mailferry/internal/testkit/imapscript"
)

// runProcess runs the engine as a process of its own and gives its output and the most
// memory it had resident, in bytes.
func runProcess(t *testing.T, from, to side) (output string, resident int64) {
	t.Helper()
	cmd := engineProcess(t.Context(), from, to)
	var out bytes.Buffer
	cmd.Stdout = &out
	cmd.Env = append(cmd.Env, "MAILSYNC_TEST_PEAK=1")
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	cmd.ExtraFiles = []*os.File{writer}
	err = cmd.Start()
	_ = writer.Close()
	if err != nil {
		t.Fatal(err)
	}
	peak, _ := bufio.NewReader(reader).ReadString('\n')
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v:\n%s", err, tail(out.String()))
	}
	kibibytes, err := strconv.ParseInt(strings.TrimSpace(peak), 10, 64)
	if err != nil {
		t.Fatalf("the engine told no peak: %v", err)
	}
	return out.String(), kibibytes << 10
}

// tellPeak writes the most memory this process had resident, in KiB, to descriptor 3. The
// usage that wait reports would count the test's own memory, from before the exec.
func tellPeak() {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return
	}
	for line := range strings.SplitSeq(string(status), "\n") {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			fmt.Fprintln(os.NewFile(3, "peak"), strings.TrimSuffix(strings.TrimSpace(value), " kB"))
		}
	}
}

func TestAHundredMebibytesInOneMessageNeedLittleMemory(t *testing.T) {
	t.Parallel()
	from := dovecotUsers(t, dovecot.Options{}, "old")[0]
	to := dovecotUsers(t, dovecot.Options{}, "new")[0]
	line := append(bytes.Repeat([]byte("x"), 1022), '\r', '\n')
	big := append([]byte("Message-ID: <big@example.org>\r\n\r\n"), bytes.Repeat(line, 100<<10)...)
	add(t, connect(t, from), "INBOX", mailgen.Message{Raw: big})
	output, resident := runProcess(t, from, to)
	t.Logf("%d MiB resident", resident>>20)
	if resident > 64<<20 && !raceDetector {
		t.Errorf("%d MiB resident:\n%s", resident>>20, tail(output))
	}
	same(t, contents(t, to, "/", ""), contents(t, from, "/", ""))
}

func TestAHundredThousandMessagesAreIndexedInLittleMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("fills a mailbox of 100,000 messages")
	}
	t.Parallel()
	const count = 100_000
	server := dovecot.New(t, dovecot.Options{Format: "mdbox"})
	var sides [2]side
	for i, user := range []string{"old", "new"} {
		server.AddUser(user, "secret", 0)
		sides[i] = side{server.Host, server.Port, user, "secret"}
	}
	c := connect(t, sides[0])
	for n := 0; n < count; n += 500 {
		var batch []imapclient.AppendMessage
		for i := n; i < n+500; i++ {
			body := fmt.Sprintf("Message-ID: <%d@example.org>\r\nSubject: number %d\r\n\r\nshort\r\n", i, i)
			batch = append(batch, imapclient.AppendMessage{InternalDate: "01-Jan-2021 00:00:00 +0000", Size: int64(len(body)), Body: strings.NewReader(body)})
		}
		if _, err := c.MultiAppend("INBOX", batch, imapclient.AppendOptions{}).Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for run, want := range []int64{count, 0} {
		began := time.Now()
		output, resident := runProcess(t, sides[0], sides[1])
		took := time.Since(began)
		t.Logf("run %d: %s, %d MiB resident", run+1, took.Round(time.Millisecond), resident>>20)
		if want == 0 && took > 30*time.Second && !raceDetector {
			t.Errorf("looking at all messages and copying none took %s", took)
		}
		if !strings.Contains(output, fmt.Sprintf("Messages transferred                    : %d ", want)) || !strings.Contains(output, "Exiting with return value 0") {
			t.Fatalf("run %d did not copy %d messages:\n%s", run+1, want, tail(output))
		}
		if resident > 64<<20 && !raceDetector {
			t.Errorf("run %d: %d MiB resident", run+1, resident>>20)
		}
	}
}

func TestTwoThousandFoldersArrive(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{Delimiter: ".", Prefix: "INBOX."})
	for i := range 2000 {
		from.Mailbox(fmt.Sprintf("Group %d/Folder %d", i/100, i)).Add(letter(i))
	}
	r := move(t, from, to).want(t, 0, 2000)
	if !r.Verified || len(r.FolderReports) != 2001 {
		t.Errorf("verified %v, %d folders reported", r.Verified, len(r.FolderReports))
	}
	if n := to.Total(); n != 2000 {
		t.Errorf("%d messages arrived", n)
	}
	rerunCopiesNothing(t, from, to)
}
