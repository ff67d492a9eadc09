package mailsync_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"mailferry/internal/testkit/imapscript"
)

// most is what the engine may have resident at a hostile host, in bytes; the floods are several times as large.
const most = 128 << 20

// flood is how many bytes a hostile host sends: 300 MiB, or less in short tests.
func flood() int64 {
	if testing.Short() {
		return 80 << 20
	}
	return 300 << 20
}

// endless repeats what piece gives for each n up to so many bytes in all. It ends early when the client has gone.
func endless(wire io.Writer, limit int64, piece func(n int) string) bool {
	w := bufio.NewWriterSize(wire, 1<<20)
	var sent int64
	for n := 0; sent < limit; n++ {
		text := piece(n)
		if _, err := io.WriteString(w, text); err != nil {
			break
		}
		sent += int64(len(text))
	}
	_ = w.Flush()
	return true
}

// repeated is a piece that stays the same, about a kibibyte of it at a time.
func repeated(text string) func(int) string {
	text = strings.Repeat(text, max(1, 1024/len(text)))
	return func(int) string { return text }
}

// instead answers commands that begin so with a flood and OK.
func instead(prefix string, send func(tag string, wire io.Writer)) func(string, string, io.Writer) bool {
	return func(tag, line string, wire io.Writer) bool {
		if !strings.HasPrefix(line, prefix) {
			return false
		}
		send(tag, wire)
		fmt.Fprintf(wire, "%s OK done\r\n", tag)
		return true
	}
}

// before floods and then has the command done as usual.
func before(prefix string, send func(wire io.Writer)) func(string, string, io.Writer) bool {
	return func(_, line string, wire io.Writer) bool {
		if strings.HasPrefix(line, prefix) {
			send(wire)
		}
		return false
	}
}

// lines floods with lines.
func lines(piece func(n int) string) func(io.Writer) {
	return func(wire io.Writer) { endless(wire, flood(), piece) }
}

// oneLine floods with a single line between a beginning and an end.
func oneLine(begin, middle, end string) func(io.Writer) {
	return func(wire io.Writer) {
		_, _ = io.WriteString(wire, begin)
		endless(wire, flood(), repeated(middle))
		_, _ = io.WriteString(wire, end+"\r\n")
	}
}

// literal floods with a literal of the whole size between a beginning and an end.
func literal(begin, end string) func(io.Writer) {
	return func(wire io.Writer) {
		size := flood() >> 10 << 10
		fmt.Fprintf(wire, "%s{%d}\r\n", begin, size)
		endless(wire, size, func(int) string { return strings.Repeat("x", 1024) })
		_, _ = io.WriteString(wire, end+"\r\n")
	}
}

// tagless leaves the tag out.
func tagless(send func(io.Writer)) func(string, io.Writer) {
	return func(_ string, wire io.Writer) { send(wire) }
}

const indexing = "UID FETCH 1:* (UID FLAGS INTERNALDATE"

func hostileHosts() map[string]struct{ source, destination imapscript.Knobs } {
	type pair = struct{ source, destination imapscript.Knobs }
	source := func(f func(string, string, io.Writer) bool) pair {
		return pair{source: imapscript.Knobs{Instead: f}}
	}
	destination := func(f func(string, string, io.Writer) bool) pair {
		return pair{destination: imapscript.Knobs{Instead: f}}
	}
	content := func(tag, line string, wire io.Writer) bool {
		if !strings.Contains(line, "BODY.PEEK[") || strings.Contains(line, "FIELDS") {
			return false
		}
		literal("* 2 FETCH (UID 2 BODY[] ", ")")(wire)
		fmt.Fprintf(wire, "%s OK done\r\n", tag)
		return true
	}
	return map[string]pair{
		"content far larger than told": source(content),
		"content without a UID": source(instead("UID FETCH 1:3 (UID FLAGS BODY.PEEK[])", tagless(
			literal("* 2 FETCH (BODY[] ", " UID 2)")))),
		"content of messages not asked for": source(before("UID FETCH 1:3 (UID FLAGS BODY.PEEK[])", lines(func(n int) string {
			return fmt.Sprintf("* 9 FETCH (UID %d BODY[] {1000}\r\n%s)\r\n", n+9, strings.Repeat("x", 1000))
		}))),
		"the same content again and again": source(instead("UID FETCH 1:3 (UID FLAGS BODY.PEEK[])", tagless(lines(func(int) string {
			m := letter(2)
			return fmt.Sprintf("* 2 FETCH (UID 2 BODY[] {%d}\r\n%s)\r\n", len(m.Body), m.Body)
		})))),
		"a header without end": source(instead(indexing, tagless(
			literal("* 1 FETCH (UID 1 RFC822.SIZE 1 BODY[HEADER.FIELDS (SUBJECT)] ", ")")))),
		"long headers": source(instead(indexing, tagless(lines(func(n int) string {
			head := fmt.Sprintf("Message-ID: <%d@x>\r\nSubject: %s\r\n\r\n", n, strings.Repeat("s", 1<<20))
			return fmt.Sprintf("* %d FETCH (UID %d RFC822.SIZE 9 BODY[HEADER.FIELDS (SUBJECT)] {%d}\r\n%s)\r\n", n+1, n+1, len(head), head)
		})))),
		"one message told again and again": source(before(indexing, lines(func(int) string {
			return "* 1 FETCH (UID 1 FLAGS () INTERNALDATE \"01-Jan-2020 00:00:00 +0000\" RFC822.SIZE 9 BODY[HEADER.FIELDS (SUBJECT)] {2}\r\n\r\n)\r\n"
		}))),
		"messages without end": source(instead(indexing, tagless(lines(func(n int) string {
			return fmt.Sprintf("* %d FETCH (UID %d FLAGS () INTERNALDATE \"01-Jan-2020 00:00:00 +0000\" RFC822.SIZE 9 BODY[HEADER.FIELDS (SUBJECT)] {2}\r\n\r\n)\r\n", n+1, n+1)
		})))),
		"ever new keywords": source(before(indexing, lines(func(n int) string {
			return fmt.Sprintf("* 1 FETCH (UID 1 FLAGS (%s k%d) RFC822.SIZE 9)\r\n", strings.Repeat("keyword ", 1000), n)
		}))),
		"lists in lists": source(before(indexing, func(wire io.Writer) {
			oneLine("* 1 FETCH (UID 1 ENVELOPE ", "((((((((", "")(wire)
		})),
		"a list of lists": source(before(indexing, lines(func(int) string {
			return "* 1 FETCH (UID 1 ENVELOPE (" + strings.Repeat("(a \"b\" NIL)", 90000) + "))\r\n"
		}))),
		"items without end": source(before(indexing, func(wire io.Writer) {
			_, _ = io.WriteString(wire, "* 1 FETCH (UID 1 ")
			endless(wire, flood(), func(n int) string { return fmt.Sprintf("X-%d {1000}\r\n%s ", n, strings.Repeat("x", 1000)) })
			_, _ = io.WriteString(wire, ")\r\n")
		})),
		"a line without end":     source(before("EXAMINE", oneLine("* OK ", "x", ""))),
		"a tag without end":      source(before("EXAMINE", oneLine("F", "x", ""))),
		"lines that say nothing": source(before("EXAMINE", lines(repeated("* OK still here\r\n")))),
		"unknown lines":          source(before("EXAMINE", lines(repeated("* XWEATHER fine {4}\r\nrain today\r\n")))),
		"folders without end": source(before("LIST", lines(func(n int) string {
			return fmt.Sprintf("* LIST () \"/\" \"folder %d\"\r\n", n)
		}))),
		"the folder list in short words": source(before("LIST", lines(func(n int) string { return fmt.Sprintf("* LIST () / %x\r\n", n) }))),
		"attributes without end":         source(before("LIST", oneLine("* LIST (", "\\a ", ") / x"))),
		"a folder name without end":      source(before("LIST", literal("* LIST () / ", ""))),
		"sizes of folders without end": source(before("LIST", lines(func(n int) string {
			return fmt.Sprintf("* STATUS x%d (MESSAGES 1 UIDNEXT 2 X%s 3)\r\n", n, strings.Repeat("y", 100))
		}))),
		"permanent flags without end": source(before("EXAMINE", oneLine("* OK [PERMANENTFLAGS (", "a ", ")] yes"))),
		"flags without end":           source(before("EXAMINE", oneLine("* FLAGS (", "a ", ")"))),
		"flags again and again":       source(before("EXAMINE", lines(func(n int) string { return fmt.Sprintf("* FLAGS (a%d %s)\r\n", n, strings.Repeat("b ", 500)) }))),
		"counts again and again":      source(before("EXAMINE", lines(func(n int) string { return fmt.Sprintf("* %d EXISTS\r\n", n) }))),
		"found numbers in one line": source(func(_, line string, wire io.Writer) bool {
			if strings.HasPrefix(line, "EXAMINE") {
				oneLine("* SEARCH", " 1", "")(wire)
			}
			return false
		}),
		"capabilities without end": source(before("LIST", oneLine("* CAPABILITY", " A", ""))),
		"capabilities again and again": source(before("LIST", lines(func(n int) string {
			return fmt.Sprintf("* CAPABILITY IMAP4rev1 X%d %s\r\n", n, strings.Repeat("y", 1000))
		}))),
		"an identity without end":         source(before("ID", oneLine("* ID (", "\"a\" \"b\" ", ")"))),
		"namespaces without end":          source(before("NAMESPACE", oneLine("* NAMESPACE (", "(\"a\" \"/\")", ") NIL NIL"))),
		"continuation requests":           source(before("EXAMINE", lines(repeated("+ go on\r\n")))),
		"stray replies":                   source(before("EXAMINE", lines(repeated("F999999 OK done\r\n")))),
		"an alert without end":            source(before("EXAMINE", lines(repeated("* OK [ALERT] "+strings.Repeat("z", 900)+"\r\n")))),
		"destination: quota without end":  destination(before("GETQUOTAROOT", oneLine("* QUOTA \"\" (", "STORAGE 1 2 ", ")"))),
		"destination: UIDs without end":   destination(before("APPEND", lines(repeated("* VANISHED 1:4294967295\r\n")))),
		"destination: APPENDUID too long": destination(instead("UID FETCH 1:* (UID)", tagless(oneLine("* OK [APPENDUID 1 ", "1:4294967295,", "] yes")))),
		"destination: messages without end": destination(before(indexing, lines(func(n int) string {
			return fmt.Sprintf("* %d FETCH (UID %d RFC822.SIZE 9 BODY[HEADER.FIELDS (SUBJECT)] {2}\r\n\r\n)\r\n", n+1, n+1)
		}))),
	}
}

func TestNoHostileHostTakesMuchMemoryOrTime(t *testing.T) {
	t.Parallel()
	for name, hosts := range hostileHosts() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := between(t, hosts.source, hosts.destination)
			from.Mailbox("INBOX").Add(letters(3)...)
			to.Mailbox("INBOX").Add(letter(99))
			began := time.Now()
			code, output, resident := hostileRun(t, account(from), account(to))
			t.Logf("%-36s %4d MiB resident, %5.1f s, exit code %d", name, resident>>20, time.Since(began).Seconds(), code)
			if resident > most && !raceDetector {
				t.Errorf("%d MiB resident:\n%s", resident>>20, tail(output))
			}
			if code < 0 || strings.Contains(output, "panic:") || strings.Contains(output, "fatal error:") {
				t.Errorf("exit code %d:\n%s", code, tail(output))
			}
		})
	}
}

// hostileRun runs the engine as a process of its own and gives the most memory it had resident.
func hostileRun(t *testing.T, from, to side) (code int, output string, resident int64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := engineProcess(ctx, from, to)
	cmd.Args = append(cmd.Args, "--timeout1=5", "--timeout2=5")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.Env = append(cmd.Env, "MAILSYNC_TEST_PEAK=1", "MAILSYNC_TEST_QUICK=1", "TMPDIR="+t.TempDir())
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
	_ = cmd.Wait()
	kibibytes, err := strconv.ParseInt(strings.TrimSpace(peak), 10, 64)
	if err != nil {
		t.Fatalf("the engine told no peak: %v\n%s", err, tail(out.String()))
	}
	return cmd.ProcessState.ExitCode(), out.String(), kibibytes << 10
}
