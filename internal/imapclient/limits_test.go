package imapclient_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"mailferry/internal/imapclient"
	"mailferry/internal/testkit/imapscript"
)

// repeatedly sends until the client has gone, every so often, or as fast as it can where that is 0.
func repeatedly(c *imapscript.Conn, every time.Duration, send func(n int)) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		c.StaySilent()
	}()
	var tick <-chan time.Time
	if every > 0 {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		tick = ticker.C
	}
	for n := 0; ; n++ {
		if every > 0 {
			select {
			case <-ended:
				return
			case <-tick:
			}
		}
		select {
		case <-ended:
			return
		default:
			send(n)
		}
	}
}

// floods gives what a FETCH comes to whose answer is followed by a flood.
func floods(t *testing.T, every time.Duration, timeout time.Duration, send func(c *imapscript.Conn, n int)) error {
	t.Helper()
	c := dial(t, imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "")
		c.Expect("UID FETCH *")
		repeatedly(c, every, func(n int) { send(c, n) })
	}), func(o *imapclient.Options) { o.CommandTimeout = timeout })
	_, err := c.Fetch(imapclient.UIDs(1, 2), imapclient.FetchOptions{Items: []string{"BODY.PEEK[]"}}).Wait(patient(t))
	return err
}

func TestADripEnds(t *testing.T) {
	t.Parallel()
	for name, send := range map[string]func(c *imapscript.Conn, n int){
		"bytes of content": func(c *imapscript.Conn, n int) {
			if n == 0 {
				c.SendRaw("* 1 FETCH (UID 1 BODY[] {1000000}\r\n")
			}
			c.SendRaw("x")
		},
		"bytes of a line":      func(c *imapscript.Conn, _ int) { c.SendRaw("x") },
		"that it is at work":   func(c *imapscript.Conn, _ int) { c.Send("* OK [INPROGRESS]") },
		"that it is there":     func(c *imapscript.Conn, _ int) { c.Send("* OK still here") },
		"counts of messages":   func(c *imapscript.Conn, _ int) { c.Send("* 5 EXISTS") },
		"continuations":        func(c *imapscript.Conn, _ int) { c.Send("+ go on") },
		"others' flags":        func(c *imapscript.Conn, _ int) { c.Send("* 9 FETCH (UID 9 FLAGS ())") },
		"a UIDNEXT at a time":  func(c *imapscript.Conn, _ int) { c.Send("* OK [UIDNEXT 5] next") },
		"replies to nothing":   func(c *imapscript.Conn, _ int) { c.Send("F99 OK done") },
		"a blank line at once": func(c *imapscript.Conn, _ int) { c.SendRaw("\r\n") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := floods(t, 20*time.Millisecond, 100*time.Millisecond, send); !errors.Is(err, imapclient.ErrTimeout) {
				t.Errorf("fetch gives %v", err)
			}
		})
	}
}

func TestADripEndsWhereverItComes(t *testing.T) {
	t.Parallel()
	login := func(c *imapclient.Client) error { return c.Login(t.Context(), "anna", "secret") }
	for name, way := range map[string]struct {
		capabilities, command string
		do                    func(c *imapclient.Client) error
	}{
		"in LOGIN":           {"", "LOGIN *", login},
		"in AUTHENTICATE":    {"SASL-IR AUTH=PLAIN", "AUTHENTICATE *", login},
		"before a challenge": {"AUTH=PLAIN", "AUTHENTICATE *", login},
		"in LIST": {"", "LIST *", func(c *imapclient.Client) error {
			_, err := c.List(imapclient.ListOptions{}).Wait(t.Context())
			return err
		}},
		"in NAMESPACE":                   {"NAMESPACE", "NAMESPACE", func(c *imapclient.Client) error { _, err := c.Namespaces().Wait(t.Context()); return err }},
		"in EXAMINE":                     {"", "EXAMINE *", func(c *imapclient.Client) error { _, err := c.Examine("INBOX").Wait(t.Context()); return err }},
		"before a literal that waits":    {"", "APPEND *", func(c *imapclient.Client) error { return appendOne(t, c) }},
		"before the reply to an APPEND":  {"LITERAL+", "APPEND *", func(c *imapclient.Client) error { return appendOne(t, c) }},
		"in the capabilities afterwards": {"", "CAPABILITY", func(c *imapclient.Client) error { _, err := c.Capability().Wait(t.Context()); return err }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := dial(t, imapscript.Start(t, func(c *imapscript.Conn) {
				greet(c, way.capabilities)
				c.Expect(way.command)
				repeatedly(c, 20*time.Millisecond, func(int) { c.SendRaw("*") })
			}), func(o *imapclient.Options) {
				o.CommandTimeout, o.AppendTimeout = 100*time.Millisecond, 100*time.Millisecond
			})
			if err := way.do(c); !errors.Is(err, imapclient.ErrTimeout) {
				t.Errorf("it gives %v", err)
			}
		})
	}
}

func appendOne(t *testing.T, c *imapclient.Client) error {
	_, err := c.MultiAppend("INBOX", []imapclient.AppendMessage{{Size: 5, Body: strings.NewReader("hello")}}, imapclient.AppendOptions{}).Wait(t.Context())
	return err
}

func TestAServerThatSaysItIsAtWorkGetsMoreTime(t *testing.T) {
	t.Parallel()
	const timeout = 200 * time.Millisecond
	c := dial(t, imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "")
		c.Expect("UID FETCH *")
		ticker := time.NewTicker(timeout / 8)
		defer ticker.Stop()
		for range 24 { // three timeouts
			<-ticker.C
			c.Send("* OK [INPROGRESS] searching")
		}
		c.Reply("OK done")
		c.ExpectEnd()
	}), func(o *imapclient.Options) { o.CommandTimeout = timeout })
	if _, err := c.Fetch(imapclient.UIDs(1), imapclient.FetchOptions{Items: []string{"BODY.PEEK[]"}}).Wait(patient(t)); err != nil {
		t.Fatal(err)
	}
}

func TestAFloodEnds(t *testing.T) {
	t.Parallel()
	for name, piece := range map[string]string{
		"of what nobody asked for": "* OK still here\r\n",
		"of unknown data":          "* XWEATHER {100}\r\n" + strings.Repeat("x", 100) + "\r\n",
		"of one message":           "* 1 FETCH (UID 1 BODY[] {1}\r\nx)\r\n",
		"of flags of others":       "* 9 FETCH (UID 9 FLAGS (a))\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pieces := strings.Repeat(piece, 1<<20/len(piece))
			err := floods(t, 0, time.Minute, func(c *imapscript.Conn, _ int) { c.SendRaw(pieces) })
			if !errors.Is(err, imapclient.ErrProtocol) || !strings.Contains(err.Error(), "endless") {
				t.Errorf("fetch gives %v", err)
			}
		})
	}
}

func TestCompressedDataThatComeToFarTooMuchEndTheConnection(t *testing.T) {
	t.Parallel()
	c := dial(t, imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "COMPRESS=DEFLATE")
		c.Expect("COMPRESS DEFLATE")
		c.Reply("OK go")
		c.UpgradeDeflate()
		c.Expect("UID FETCH *")
		c.SendRaw(fmt.Sprintf("* 1 FETCH (UID 1 BODY[] {%d}\r\n", 1<<40))
		zeros := strings.Repeat("0", 1<<20)
		repeatedly(c, 0, func(int) { c.SendRaw(zeros) })
	}))
	if on, err := c.Compress().Wait(patient(t)); err != nil || !on {
		t.Fatalf("compress gives %v, %v", on, err)
	}
	var n countingWriter
	_, err := c.Fetch(imapclient.UIDs(1), imapclient.FetchOptions{Items: []string{"BODY.PEEK[]"}, Literal: func(*imapclient.Message, string, int64) io.Writer { return &n }}).Wait(patient(t))
	if !errors.Is(err, imapclient.ErrProtocol) || n > 64<<20 {
		t.Errorf("fetch gives %v after %d bytes", err, n)
	}
}

func TestALiteralThatSwallowsTheReplyIsNoticedBeforeAnyTimeout(t *testing.T) {
	t.Parallel()
	for _, items := range []string{"BODY[]", "BODY[HEADER]"} {
		c := dial(t, imapscript.Start(t, func(c *imapscript.Conn) {
			greet(c, "")
			tag := c.Expect("UID FETCH *")
			c.SendRaw("* 1 FETCH (UID 1 " + items + " {200}\r\nhello)\r\n" + tag + " OK done\r\n")
			c.StaySilent()
		}), func(o *imapclient.Options) { o.ProgressTimeout = 10 * time.Second })
		_, err := c.Fetch(imapclient.UIDs(1), imapclient.FetchOptions{Items: []string{"BODY.PEEK[]"}}).Wait(patient(t))
		if !errors.Is(err, imapclient.ErrProtocol) {
			t.Errorf("fetch gives %v", err)
		}
	}
}

func TestAFetchMayHaveLessPatienceThanTheConnection(t *testing.T) {
	t.Parallel()
	c := dial(t, imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "")
		c.Expect("UID FETCH *")
		c.StaySilent()
	}), func(o *imapclient.Options) { o.ProgressTimeout = 10 * time.Second })
	cmd := c.Fetch(imapclient.UIDs(1), imapclient.FetchOptions{Items: []string{"BODY.PEEK[]"}, Patience: 50 * time.Millisecond})
	if _, err := cmd.Wait(patient(t)); !errors.Is(err, imapclient.ErrTimeout) || !strings.Contains(err.Error(), "50ms") {
		t.Fatalf("fetch gives %v", err)
	}
}
