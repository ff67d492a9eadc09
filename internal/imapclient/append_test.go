package imapclient_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"mailferry/internal/imapclient"
	"mailferry/internal/testkit/imapscript"
)

func message(body string) imapclient.AppendMessage {
	return imapclient.AppendMessage{Size: int64(len(body)), Body: strings.NewReader(body)}
}

func TestAppendsArePipelinedWithLiteralPlus(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "LITERAL+ UIDPLUS")
		var tags []string
		for n := range 3 { // all of them, before the first reply
			tags = append(tags, c.Expect(`APPEND "A b" (\Seen $x [foo]) "17-Jul-1996 02:44:25 -0700" {6+}`))
			if got, want := c.ExpectLiteral(), fmt.Sprintf("body %d", n); got != want {
				t.Errorf("the body is %q", got)
			}
			c.ExpectLine("")
		}
		c.Send(tags[1]+" OK [APPENDUID 9 5] done", tags[0]+" OK [APPENDUID 9 4] done", tags[2]+" NO [OVERQUOTA] full")
		c.ExpectEnd()
	})
	c := dial(t, server)
	var commands []*imapclient.Command[imapclient.AppendData]
	for n := range 3 {
		m := message(fmt.Sprintf("body %d", n))
		m.Flags, m.InternalDate = []string{`\Seen`, `\Recent`, "$x", "[foo]"}, "17-Jul-1996 02:44:25 -0700"
		commands = append(commands, c.Append("A b", m, imapclient.AppendOptions{}))
	}
	ctx := patient(t)
	for n := range 2 {
		if data, err := commands[n].Wait(ctx); err != nil || data.UIDValidity != 9 || data.UIDs[0] != uint32(4+n) {
			t.Errorf("append %d gives %+v, %v", n, data, err)
		}
	}
	if _, err := commands[2].Wait(ctx); !imapclient.OverQuota(err) {
		t.Errorf("append 2 gives %v", err)
	}
}

func TestLiteralMinusWaitsAbove4096Bytes(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "LITERAL-")
		c.Expect(`APPEND "INBOX" {4096+}`)
		_ = c.ExpectLiteral()
		c.ExpectLine("")
		c.Reply("OK done")
		c.Expect(`APPEND "INBOX" {4097}`)
		c.Send("+ go on")
		_ = c.ExpectLiteral()
		c.ExpectLine("")
		c.Reply("OK done")
		c.ExpectEnd()
	})
	c := dial(t, server)
	for _, size := range []int{4096, 4097} {
		if _, err := c.Append("INBOX", message(strings.Repeat("x", size)), imapclient.AppendOptions{}).Wait(patient(t)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRefusalBeforeTheUploadLeavesTheConnectionUsable(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "LITERAL+")
		first := c.Expect("NOOP")
		c.Expect(`APPEND "INBOX" {1000000}`)
		c.Send("* 3 EXISTS", first+" OK done") // of the command before, which must not let the literal go
		c.Reply("NO [TOOBIG] too big")
		c.Expect("NOOP")
		c.Reply("OK done")
		c.ExpectEnd()
	})
	c := dial(t, server)
	noop := c.Noop()
	unread := &countingReader{}
	refused := c.Append("INBOX", imapclient.AppendMessage{Size: 1000000, Body: unread}, imapclient.AppendOptions{Wait: true})
	after := c.Noop()
	ctx := patient(t)
	if _, err := refused.Wait(ctx); !errors.Is(err, imapclient.CodeTooBig) || !errors.Is(err, imapclient.ErrNo) {
		t.Fatalf("append gives %v", err)
	}
	if _, err := noop.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := after.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	if unread.n != 0 {
		t.Fatalf("%d bytes of the refused body were read", unread.n)
	}
}

type countingReader struct{ n int }

func (r *countingReader) Read(b []byte) (int, error) {
	clear(b)
	r.n += len(b)
	return len(b), nil
}

func TestContinuationIsMatchedWhileOthersArePipelined(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "")
		noop := c.Expect("NOOP")
		c.Expect(`APPEND "a" {3}`)
		c.Send("* OK still here", "+ go on")
		if got := c.ExpectLiteral(); got != "one" {
			t.Errorf("the first body is %q", got)
		}
		c.ExpectLine("")
		first := c.Tag
		c.Expect(`APPEND "b" {3}`)
		c.Send(noop+" OK done", first+" OK done", "+ go on")
		if got := c.ExpectLiteral(); got != "two" {
			t.Errorf("the second body is %q", got)
		}
		c.ExpectLine("")
		c.Reply("OK done")
		c.ExpectEnd()
	})
	c := dial(t, server)
	noop, first, second := c.Noop(), c.Append("a", message("one"), imapclient.AppendOptions{}), c.Append("b", message("two"), imapclient.AppendOptions{})
	ctx := patient(t)
	_, err1 := noop.Wait(ctx)
	_, err2 := first.Wait(ctx)
	_, err3 := second.Wait(ctx)
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
}

func TestStrayContinuationsAreCounted(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "LITERAL+")
		c.Expect(`APPEND "a" {3+}`)
		c.Send("+ I ask all the same")
		_ = c.ExpectLiteral()
		c.ExpectLine("")
		c.Reply("OK done")
		c.ExpectEnd()
	})
	c := dial(t, server)
	if _, err := c.Append("a", message("one"), imapclient.AppendOptions{}).Wait(patient(t)); err != nil || c.Stats().Strays != 1 {
		t.Fatalf("append gives %v with %+v", err, c.Stats())
	}
}

func TestMultiAppendSendsOneCommandAndGetsOneUIDPerMessage(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "LITERAL+ MULTIAPPEND UIDPLUS")
		c.Expect(`APPEND "INBOX" (\Seen) {3+}`)
		_ = c.ExpectLiteral()
		c.ExpectLine(` "17-Jul-1996 02:44:25 -0700" {3+}`)
		_ = c.ExpectLiteral()
		c.ExpectLine(" {0+}")
		_ = c.ExpectLiteral()
		c.ExpectLine("")
		c.Reply("OK [APPENDUID 7 4294967290:4294967291,4294967295] done")
		c.ExpectEnd()
	})
	c := dial(t, server)
	messages := []imapclient.AppendMessage{message("one"), message("two"), message("")}
	messages[0].Flags, messages[1].InternalDate = []string{`\Seen`}, "17-Jul-1996 02:44:25 -0700"
	data, err := c.MultiAppend("INBOX", messages, imapclient.AppendOptions{}).Wait(patient(t))
	if err != nil || fmt.Sprint(data) != "{7 [4294967290 4294967291 4294967295]}" {
		t.Fatalf("append gives %v, %v", data, err)
	}
}

func TestMultiAppendStopsAtTheMemberThatIsRefused(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "MULTIAPPEND")
		c.Expect(`APPEND "INBOX" {3}`)
		c.Send("+ go on")
		_ = c.ExpectLiteral()
		c.ExpectLine(" {4}")
		c.Reply("NO [CANNOT] not that one")
		c.Expect("NOOP")
		c.Reply("OK done")
		c.ExpectEnd()
	})
	c := dial(t, server)
	_, err := c.MultiAppend("INBOX", []imapclient.AppendMessage{message("one"), message("four"), message("seven")}, imapclient.AppendOptions{}).Wait(patient(t))
	if !errors.Is(err, imapclient.CodeCannot) {
		t.Fatalf("append gives %v", err)
	}
	if _, err := c.Noop().Wait(patient(t)); err != nil {
		t.Fatal(err)
	}
}

func TestMultiAppendEndsEarlyWhenItWasAnsweredEarly(t *testing.T) {
	t.Parallel()
	const size = 200000
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "LITERAL+ MULTIAPPEND")
		c.Expect(`APPEND "INBOX" {200000+}`)
		c.Reply("NO [OVERQUOTA] full")
		c.Send("* OK [ALERT] that was it")
		_ = c.ExpectLiteral()
		c.ExpectLine("")
		c.Expect("NOOP")
		c.Reply("OK done")
		c.ExpectEnd()
	})
	alerted := make(chan struct{})
	c := dial(t, server, func(o *imapclient.Options) {
		o.Unilateral = func(u imapclient.Unilateral) {
			if u.Kind == "ALERT" {
				close(alerted)
			}
		}
	})
	// The second half of the first body is not given before the answer has been read.
	half := strings.Repeat("x", size/2)
	body := io.MultiReader(strings.NewReader(half), readFunc(func() { <-alerted }), strings.NewReader(half))
	batch := c.MultiAppend("INBOX", []imapclient.AppendMessage{{Size: size, Body: body}, message("two")}, imapclient.AppendOptions{})
	if _, err := batch.Wait(patient(t)); !imapclient.OverQuota(err) {
		t.Fatalf("append gives %v", err)
	}
	if _, err := c.Noop().Wait(patient(t)); err != nil {
		t.Fatal(err)
	}
}

// readFunc is a reader that does something and ends.
type readFunc func()

func (f readFunc) Read([]byte) (int, error) {
	f()
	return 0, io.EOF
}

func TestShortBodyCutsTheConnection(t *testing.T) {
	t.Parallel()
	broken := errors.New("source gone")
	for name, body := range map[string]io.Reader{
		"short":  strings.NewReader("four"),
		"broken": io.MultiReader(strings.NewReader("four"), failingReader{broken}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := imapscript.Start(t, func(c *imapscript.Conn) {
				greet(c, "LITERAL+")
				c.StaySilent()
			})
			c := dial(t, server)
			first := c.Append("INBOX", imapclient.AppendMessage{Size: 100, Body: body}, imapclient.AppendOptions{})
			later := c.Noop()
			ctx := patient(t)
			_, err := first.Wait(ctx)
			if !errors.Is(err, imapclient.ErrBody) || name == "broken" && !errors.Is(err, broken) {
				t.Fatalf("append gives %v", err)
			}
			if _, err := later.Wait(ctx); !errors.Is(err, imapclient.ErrBody) {
				t.Fatalf("the command behind it gives %v", err)
			}
		})
	}
}

type failingReader struct{ err error }

func (r failingReader) Read([]byte) (int, error) { return 0, r.err }

func TestWhatCannotBeWrittenIsRefusedHere(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "")
		c.ExpectEnd()
	})
	c := dial(t, server)
	ctx := patient(t)
	flagged, dated := message("x"), message("x")
	flagged.Flags, dated.InternalDate = []string{"a) b"}, "\"\r\nF9 DELETE INBOX"
	_, err1 := c.Append("INBOX", flagged, imapclient.AppendOptions{}).Wait(ctx)
	_, err2 := c.Append("INBOX", dated, imapclient.AppendOptions{}).Wait(ctx)
	_, err3 := c.MultiAppend("INBOX", []imapclient.AppendMessage{message("x"), message("y")}, imapclient.AppendOptions{}).Wait(ctx)
	_, err4 := c.Create("a\x00b").Wait(ctx)
	_, err5 := c.Do("NOOP\r\nF9 LOGOUT").Wait(ctx)
	_, err6 := c.Search("ALL\nX").Wait(ctx)
	_, err7 := c.Fetch(nil, imapclient.FetchOptions{Items: []string{"UID"}}).Wait(ctx)
	_, err8 := c.MultiAppend("INBOX", nil, imapclient.AppendOptions{}).Wait(ctx)
	for i, err := range []error{err1, err2, err3, err4, err5, err6, err7, err8} {
		if !errors.Is(err, imapclient.ErrArgument) {
			t.Errorf("case %d gives %v", i+1, err)
		}
	}
}

//nolint:paralleltest // It counts what the whole process allocates.
func TestLargeBodiesAreStreamed(t *testing.T) {
	const size = 100 << 20
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "LITERAL+")
		c.Expect("APPEND *")
		c.SkipBytes(size)
		c.ExpectLine("")
		c.Reply("OK done")
		c.ExpectEnd()
	})
	c := dial(t, server)
	body := &countingReader{}
	before := allocated()
	if _, err := c.Append("INBOX", imapclient.AppendMessage{Size: size, Body: body}, imapclient.AppendOptions{}).Wait(patient(t)); err != nil || body.n != size {
		t.Fatalf("append gives %v, %d bytes read", err, body.n)
	}
	if grown := allocated() - before; grown > 2<<20 {
		t.Fatalf("%d MiB were allocated", grown>>20)
	}
}

func TestTheReplyToAnAppendMayTakeLonger(t *testing.T) {
	t.Parallel()
	received := make(chan struct{})
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "LITERAL+")
		c.Expect("APPEND *")
		_ = c.ExpectLiteral()
		c.ExpectLine("")
		c.Expect("NOOP")
		close(received)
		c.StaySilent()
	})
	c := dial(t, server, func(o *imapclient.Options) { o.AppendTimeout = 10 * time.Minute })
	c.Append("INBOX", message("x"), imapclient.AppendOptions{})
	// The writer begins with this one once it has let go of the APPEND.
	c.Noop()
	<-received
	if late := c.Overdue(time.Now().Add(9 * time.Minute)); late != nil {
		t.Fatalf("after nine minutes: %v", late)
	}
	if late := c.Overdue(time.Now().Add(11 * time.Minute)); !errors.Is(late, imapclient.ErrTimeout) {
		t.Fatalf("after eleven minutes: %v", late)
	}
}

func TestWaitEndsWithItsContextAndTheCommandGoesOn(t *testing.T) {
	t.Parallel()
	proceed := make(chan struct{})
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "")
		c.Expect("NOOP")
		<-proceed
		c.Reply("OK done")
		c.ExpectEnd()
	})
	c := dial(t, server)
	noop := c.Noop()
	enough := errors.New("enough")
	ctx, cancel := context.WithCancelCause(patient(t))
	cancel(enough)
	if _, err := noop.Wait(ctx); !errors.Is(err, enough) {
		t.Fatalf("wait gives %v", err)
	}
	close(proceed)
	if _, err := noop.Wait(patient(t)); err != nil {
		t.Fatal(err)
	}
}

func TestRefusedTextIsFitToBeShown(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "")
		c.Expect("NOOP")
		c.Reply("NO [X-CODE some ] thing] bell \a and \xff and \x1b[31mred")
		c.ExpectEnd()
	})
	_, err := dial(t, server).Noop().Wait(patient(t))
	var refused *imapclient.ResponseError
	if !errors.As(err, &refused) || refused.Code != "X-CODE" || !errors.Is(err, imapclient.ErrNo) || strings.ContainsAny(err.Error(), "\a\x1b") || !utf8.ValidString(err.Error()) {
		t.Fatalf("the error is %q", err)
	}
}
