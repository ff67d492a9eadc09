package imapclient_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"mailferry/internal/imapclient"
	"mailferry/internal/testkit/imapscript"
)

// allocated is how many bytes this process has ever allocated.
func allocated() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.TotalAlloc
}

// replies is a conversation in which one FETCH gets these lines and an OK.
func replies(raw string) imapscript.Conversation {
	return func(c *imapscript.Conn) {
		greet(c, "")
		c.Expect("UID FETCH *")
		c.SendRaw(raw)
		c.Reply("OK done")
		c.ExpectEnd()
	}
}

// fetched runs one UID FETCH 1:* of these items against a raw reply, with contents kept by section.
func fetched(t *testing.T, raw string, items ...string) []*imapclient.Message {
	t.Helper()
	c := dial(t, imapscript.Start(t, replies(raw)))
	var messages []*imapclient.Message
	_, err := c.Fetch(imapclient.From(1), imapclient.FetchOptions{
		Items: items, Message: func(m *imapclient.Message) { messages = append(messages, m) },
	}).Wait(patient(t))
	if err != nil {
		t.Fatal(err)
	}
	return messages
}

func TestItemsComeInAnyOrderAndShape(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ raw, want string }{
		"in order":           {"* 1 FETCH (UID 7 FLAGS (\\Seen) BODY[] {3}\r\nabc)\r\n", `1 7 [\Seen] "" -1 BODY[]=abc`},
		"UID last":           {"* 1 FETCH (BODY[] {3}\r\nabc FLAGS (\\Seen) UID 7)\r\n", `1 7 [\Seen] "" -1 BODY[]=abc`},
		"quoted":             {"* 1 FETCH (UID 7 BODY[] \"a\\\"\\\\ b\")\r\n", `1 7 [] "" -1 BODY[]=a"\ b`},
		"NIL":                {"* 1 FETCH (UID 7 BODY[] NIL)\r\n", `1 7 [] "" -1 BODY[] is NIL`},
		"empty":              {"* 1 FETCH (UID 7 BODY[] {0}\r\n)\r\n", `1 7 [] "" -1 BODY[]=`},
		"literal8":           {"* 1 FETCH (UID 7 BINARY[] ~{3}\r\na\x00c)\r\n", "1 7 [] \"\" -1 BINARY[]=a\x00c"},
		"literal plus":       {"* 1 FETCH (UID 7 BODY[] {3+}\r\nabc)\r\n", `1 7 [] "" -1 BODY[]=abc`},
		"lower case":         {"* 1 fetch (uid 7 flags (foo) body[] {3}\r\nabc rfc822.size 3)\r\n", `1 7 [foo] "" 3 BODY[]=abc`},
		"keywords":           {"* 1 FETCH (UID 7 FLAGS (\\Seen [foo] a]b {x} NIL \"q\" * %) BODY[] {1}\r\nx)\r\n", `1 7 [\Seen [foo] a]b {x} NIL q * %] "" -1 BODY[]=x`},
		"dates":              {"* 1 FETCH (UID 7 INTERNALDATE \"00-Jan-0000 00:00:00 +0000\" BODY[] {1}\r\nx)\r\n", `1 7 [] "00-Jan-0000 00:00:00 +0000" -1 BODY[]=x`},
		"date NIL":           {"* 1 FETCH (UID 7 INTERNALDATE NIL BODY[] {1}\r\nx)\r\n", `1 7 [] "" -1 BODY[]=x`},
		"date as a literal":  {"* 1 FETCH (UID 7 INTERNALDATE {4}\r\nnoon BODY[] {1}\r\nx)\r\n", `1 7 [] "noon" -1 BODY[]=x`},
		"extra spaces":       {"*  1  FETCH  ( UID  7   BODY[]  {1}\r\nx )\r\n", `1 7 [] "" -1 BODY[]=x`},
		"bare line feeds":    {"* 1 FETCH (UID 7 BODY[] {1}\nx)\n", `1 7 [] "" -1 BODY[]=x`},
		"unknown items":      {"* 1 FETCH (X-GM-MSGID 12 X-GM-LABELS (\"\\\\Inbox\" (a {1}\r\nb)) UID 7 BODY[] {1}\r\nx)\r\n", `1 7 [] "" -1 BODY[]=x`},
		"a value alone":      {"* 1 FETCH (UID 7 (what is) \"this\" BODY[] {1}\r\nx)\r\n", `1 7 [] "" -1 BODY[]=x`},
		"fields":             {"* 1 FETCH (UID 7 BODY[HEADER.FIELDS (\"Message-ID\" {4}\r\nDate)] {1}\r\nx)\r\n", `1 7 [] "" -1 BODY[HEADER.FIELDS (MESSAGE-ID DATE)]=x`},
		"partial":            {"* 1 FETCH (UID 7 BODY[]<0> {1}\r\nx)\r\n", `1 7 [] "" -1 BODY[]<0>=x`},
		"8-bit garbage":      {"* 1 FETCH (UID 7 BODY[] {4}\r\n\xff\x00\r\n)\r\n", "1 7 [] \"\" -1 BODY[]=\xff\x00\r\n"},
		"size is a lie":      {"* 1 FETCH (UID 7 RFC822.SIZE 41 BODY[] {2}\r\nab)\r\n", `1 7 [] "" 41 BODY[]=ab`},
		"size is no number":  {"* 1 FETCH (UID 7 RFC822.SIZE -41 BODY[] {2}\r\nab)\r\n", `1 7 [] "" -1 BODY[]=ab`},
		"UID is no number":   {"* 1 FETCH (UID x BODY[] {2}\r\nab)\r\n", `1 0 [] "" -1 BODY[]=ab`},
		"like a literal":     {"* 1 FETCH (UID 7 FLAGS ({3}) BODY[] {2}\r\nab)\r\n", `1 7 [{3}] "" -1 BODY[]=ab`},
		"modification":       {"* 1 FETCH (UID 7 MODSEQ (99) BODY[] {2}\r\nab)\r\n", `1 7 [] "" -1 BODY[]=ab`},
		"tagged-like bodies": {"* 1 FETCH (UID 7 BODY[] {12}\r\nF1 OK done\r\n)\r\n", "1 7 [] \"\" -1 BODY[]=F1 OK done\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			messages := fetched(t, test.raw, "UID", "BODY.PEEK[]")
			if len(messages) != 1 || len(messages[0].Sections) != 1 {
				t.Fatalf("%d messages come", len(messages))
			}
			m := messages[0]
			got := fmt.Sprintf("%d %d %v %q %d %s", m.Seq, m.UID, m.Flags, m.InternalDate, m.Size, m.Sections[0].Name)
			if m.Sections[0].Size < 0 {
				got += " is NIL"
			} else {
				got += "=" + string(m.Sections[0].Data)
			}
			if got != test.want {
				t.Fatalf("the message is\n%s, expected is\n%s", got, test.want)
			}
		})
	}
}

func TestOtherItemsAreKept(t *testing.T) {
	t.Parallel()
	m := fetched(t, "* 1 FETCH (UID 7 X-GM-LABELS (\"\\\\Inbox\" Foo NIL) X-GM-MSGID 12 MODSEQ (5) FLAGS ())\r\n", "X-GM-LABELS")[0]
	labels := m.Items["X-GM-LABELS"].List
	if len(labels) != 3 || labels[0].Text != `\Inbox` || labels[1].Text != "Foo" || labels[2].Kind != imapclient.NilKind || m.Items["X-GM-MSGID"].Text != "12" || m.ModSeq != 5 || m.Flags == nil {
		t.Fatalf("the message is %+v", m)
	}
}

func TestUnsolicitedResponsesAreNotTakenForAnswers(t *testing.T) {
	t.Parallel()
	noise := "* 5 EXPUNGE\r\n* 9 EXISTS\r\n* 1 FETCH (UID 6 FLAGS (\\Seen))\r\n* 2 FETCH (FLAGS ())\r\n* X-NEW (a {5}\r\nF1 OK b) {2}\r\n\r\n\r\n" +
		"* OK [ALERT] soon {3}\r\n* 77\r\n* 78 STRANGE thing\r\n*\r\n\r\nF99 OK nobody\r\nfoo bar\r\n+ go on\r\n"
	c := dial(t, imapscript.Start(t, replies(noise+"* 3 FETCH (UID 7 BODY[] {1}\r\nx)\r\n"+noise)))
	var uids []uint32
	got, err := c.Fetch(imapclient.UIDs(6, 7), imapclient.FetchOptions{
		Items: []string{"BODY.PEEK[]"}, Message: func(m *imapclient.Message) { uids = append(uids, m.UID) },
	}).Wait(patient(t))
	if err != nil || got.Messages != 1 || uids[0] != 7 {
		t.Fatalf("fetch gives %+v, %v, %v", got, uids, err)
	}
	if stats := c.Stats(); stats.Unsolicited != 4 || stats.Unknown != 10 || stats.Strays != 4 {
		t.Fatalf("the counters are %+v", stats)
	}
}

func TestTwoFetchesInFlightGetTheirOwnMessages(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "")
		first := c.Expect("UID FETCH 1:2 (BODY.PEEK[])")
		second := c.Expect("UID FETCH 3:4 (BODY.PEEK[])")
		third := c.Expect("UID FETCH 1:4 (FLAGS RFC822.SIZE)")
		c.SendRaw("* 1 FETCH (UID 1 BODY[] {1}\r\na)\r\n* 3 FETCH (UID 3 BODY[] {1}\r\nc)\r\n")
		c.SendRaw("* 2 FETCH (BODY[] {1}\r\nb UID 2)\r\n* 3 FETCH (UID 3 FLAGS () RFC822.SIZE 1)\r\n")
		c.Send(first + " OK done")
		c.SendRaw("* 4 FETCH (BODY[] {1}\r\nd UID 4)\r\n")
		c.Send(third+" OK done", second+" OK done")
		c.ExpectEnd()
	})
	c := dial(t, server)
	got := map[string]bool{}
	collect := func(name string) imapclient.FetchOptions {
		return imapclient.FetchOptions{Items: []string{"BODY.PEEK[]"}, Message: func(m *imapclient.Message) {
			got[fmt.Sprintf("%s %d %s", name, m.UID, m.Sections[0].Data)] = true
		}}
	}
	first := c.Fetch(imapclient.Between(1, 2), collect("first"))
	second := c.Fetch(imapclient.Between(3, 4), collect("second"))
	third := c.Fetch(imapclient.Between(1, 4), imapclient.FetchOptions{Items: []string{"FLAGS", "RFC822.SIZE"}})
	ctx := patient(t)
	_, err1 := first.Wait(ctx)
	_, err2 := second.Wait(ctx)
	sized, err3 := third.Wait(ctx)
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	if len(got) != 4 || !got["first 1 a"] || !got["first 2 b"] || !got["second 3 c"] || !got["second 4 d"] || sized.Messages != 1 {
		t.Fatalf("the messages are %v and %+v", got, sized)
	}
}

func TestContentWithoutAPlaceIsSkipped(t *testing.T) {
	t.Parallel()
	full := errors.New("no space")
	c := dial(t, imapscript.Start(t, replies("* 1 FETCH (UID 1 BODY[] {5}\r\nhello)\r\n* 2 FETCH (UID 2 BODY[] {100000}\r\n"+strings.Repeat("x", 100000)+")\r\n* 3 FETCH (UID 3 BODY[] {3}\r\nend)\r\n")))
	var kept bytes.Buffer
	failures := map[uint32]error{}
	_, err := c.Fetch(imapclient.From(1), imapclient.FetchOptions{
		Items: []string{"BODY.PEEK[]"},
		Literal: func(m *imapclient.Message, section string, size int64) io.Writer {
			switch m.UID {
			case 1:
				return nil
			case 2:
				return failingWriter{full}
			}
			if section != "BODY[]" || size != 3 {
				t.Errorf("the place is asked for %s of %d bytes", section, size)
			}
			return &kept
		},
		Message: func(m *imapclient.Message) { failures[m.UID] = m.Sections[0].Err },
	}).Wait(patient(t))
	if err != nil || len(failures) != 3 || !errors.Is(failures[2], full) || failures[1] != nil || kept.String() != "end" {
		t.Fatalf("fetch gives %v, %v, %q", err, failures, kept.String())
	}
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

//nolint:paralleltest // It counts what the whole process allocates.
func TestLargeContentIsStreamed(t *testing.T) {
	const size = 100 << 20
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "")
		c.Expect("UID FETCH *")
		c.SendRaw(fmt.Sprintf("* 1 FETCH (UID 1 BODY[] {%d}\r\n", size))
		c.SendFrom(io.LimitReader(&countingReader{}, size))
		c.SendRaw(")\r\n")
		c.Reply("OK done")
		c.ExpectEnd()
	})
	c := dial(t, server)
	var n countingWriter
	before := allocated()
	_, err := c.Fetch(imapclient.UIDs(1), imapclient.FetchOptions{
		Items: []string{"BODY.PEEK[]"}, Literal: func(*imapclient.Message, string, int64) io.Writer { return &n },
	}).Wait(patient(t))
	if err != nil || n != size {
		t.Fatalf("fetch gives %v, %d bytes", err, n)
	}
	if grown := allocated() - before; grown > 2<<20 {
		t.Fatalf("%d MiB were allocated", grown>>20)
	}
}

type countingWriter int

func (n *countingWriter) Write(b []byte) (int, error) {
	*n += countingWriter(len(b))
	return len(b), nil
}

func TestContentThatIsKeptIsBounded(t *testing.T) {
	t.Parallel()
	c := dial(t, imapscript.Start(t, replies("* 1 FETCH (UID 1 BODY[] {5000}\r\n"+strings.Repeat("x", 5000)+" FLAGS (a))\r\n")),
		func(o *imapclient.Options) { o.MaxLiteral = 1000 })
	var m *imapclient.Message
	_, err := c.Fetch(imapclient.UIDs(1), imapclient.FetchOptions{Items: []string{"BODY.PEEK[]"}, Message: func(got *imapclient.Message) { m = got }}).Wait(patient(t))
	if err != nil || len(m.Sections[0].Data) != 1000 || !m.Sections[0].Truncated || m.Sections[0].Size != 5000 || m.Flags[0] != "a" {
		t.Fatalf("fetch gives %+v, %v", m, err)
	}
}

func TestConnectionLostInsideContentDeliversNothingOfIt(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "")
		c.Expect("UID FETCH *")
		c.SendRaw("* 1 FETCH (UID 1 BODY[] {1000}\r\nonly the beginning")
		c.Drop()
	})
	c := dial(t, server)
	var begun bytes.Buffer
	got, err := c.Fetch(imapclient.UIDs(1), imapclient.FetchOptions{
		Items:   []string{"BODY.PEEK[]"},
		Literal: func(*imapclient.Message, string, int64) io.Writer { return &begun },
		Message: func(m *imapclient.Message) { t.Errorf("%+v is delivered", m) },
	}).Wait(patient(t))
	if !errors.Is(err, imapclient.ErrLost) || !imapclient.Temporary(err) || got.Messages != 0 {
		t.Fatalf("fetch gives %+v, %v", got, err)
	}
	if _, err := c.Noop().Wait(patient(t)); !errors.Is(err, imapclient.ErrLost) || !errors.Is(c.Err(), imapclient.ErrLost) {
		t.Fatalf("a later command gives %v", err)
	}
}

func TestSilenceInsideContentEndsByTheProgressDeadline(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "")
		c.Expect("UID FETCH *")
		c.SendRaw("* 1 FETCH (UID 1 BODY[] {1000}\r\nonly the beginning")
		c.StaySilent()
	})
	c := dial(t, server, func(o *imapclient.Options) { o.ProgressTimeout = 50 * time.Millisecond })
	_, err := c.Fetch(imapclient.UIDs(1), imapclient.FetchOptions{Items: []string{"BODY.PEEK[]"}}).Wait(patient(t))
	if !errors.Is(err, imapclient.ErrTimeout) {
		t.Fatalf("fetch gives %v", err)
	}
}

func TestTalkingWithoutAnsweringEndsByTheCommandDeadline(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "")
		c.Expect("NOOP")
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			c.StaySilent()
		}()
		ticker := time.NewTicker(5 * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-ended:
				return
			case <-ticker.C:
				c.Send("* OK still here")
			}
		}
	})
	c := dial(t, server, func(o *imapclient.Options) { o.CommandTimeout = 100 * time.Millisecond })
	if _, err := c.Noop().Wait(patient(t)); !errors.Is(err, imapclient.ErrTimeout) {
		t.Fatalf("noop gives %v", err)
	}
}

func TestTimeInCallbacksDoesNotCount(t *testing.T) {
	t.Parallel()
	c := dial(t, imapscript.Start(t, replies("* 1 FETCH (UID 1 BODY[] {1}\r\nx)\r\n")))
	_, err := c.Fetch(imapclient.UIDs(1), imapclient.FetchOptions{
		Items: []string{"BODY.PEEK[]"},
		Message: func(*imapclient.Message) {
			if late := c.Overdue(time.Now().Add(time.Hour)); late != nil {
				t.Errorf("while a callback runs: %v", late)
			}
		},
	}).Wait(patient(t))
	if err != nil {
		t.Fatal(err)
	}
}

func TestIdleConnectionsDoNotTimeOut(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "")
		c.Expect("NOOP")
		c.Reply("OK done")
		c.ExpectEnd()
	})
	c := dial(t, server)
	if _, err := c.Noop().Wait(patient(t)); err != nil {
		t.Fatal(err)
	}
	if late := c.Overdue(time.Now().Add(time.Hour)); late != nil {
		t.Fatal(late)
	}
}

func TestEndlessLinesAndImpossibleLiteralsEndTheConnection(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string]string{
		"line":    "* 1 FETCH (FLAGS (" + strings.Repeat("abcdefgh ", 20000),
		"literal": "* 1 FETCH (BODY[] {99999999999999999999}\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := imapscript.Start(t, func(c *imapscript.Conn) {
				greet(c, "")
				c.Expect("UID FETCH *")
				c.SendRaw(raw)
				c.StaySilent()
			})
			c := dial(t, server, func(o *imapclient.Options) { o.MaxLine = 100000 })
			_, err := c.Fetch(imapclient.UIDs(1), imapclient.FetchOptions{Items: []string{"BODY.PEEK[]"}}).Wait(patient(t))
			if !errors.Is(err, imapclient.ErrProtocol) {
				t.Fatalf("fetch gives %v", err)
			}
		})
	}
}

func TestEndlessListsEndTheConnection(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "")
		c.Expect("LIST *")
		line := "* LIST () \"/\" " + strings.Repeat("x", 1<<20)
		for range 40 {
			c.Send(line)
		}
		c.Reply("OK done")
	})
	if _, err := dial(t, server).List(imapclient.ListOptions{}).Wait(patient(t)); !errors.Is(err, imapclient.ErrProtocol) {
		t.Fatalf("list gives %v", err)
	}
}

func TestDeepNestingIsBounded(t *testing.T) {
	t.Parallel()
	m := fetched(t, "* 1 FETCH (UID 7 BODYSTRUCTURE "+strings.Repeat("(", 100000)+strings.Repeat(")", 100000)+" FLAGS (a))\r\n", "BODYSTRUCTURE")
	if len(m) != 1 || m[0].UID != 7 || len(m[0].Flags) != 1 {
		t.Fatalf("the messages are %v", m)
	}
}
