package imapclient_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"mailferry/internal/imapclient"
)

// FuzzResponses feeds a client in the middle of commands of all sorts with any bytes: it must neither panic nor hang nor keep
// more than its limits, whatever they are.
func FuzzResponses(f *testing.F) {
	for _, seed := range []string{
		"* 1 FETCH (UID 7 FLAGS (\\Seen [foo]) BODY[] {3}\r\nabc INTERNALDATE \"x\")\r\nF1 OK done\r\n",
		"* 1 FETCH (BODY[HEADER.FIELDS (\"A\" {1}\r\nB)]<0> \"q\\\"\" RFC822.SIZE 4 ENVELOPE (NIL (\"a\" ~{2}\r\nxy)))\r\n",
		"* LIST (\\Noselect) \"/\" R&D (x)\r\n* LIST () NIL {4}\r\na\"b\\\r\n* LSUB () \"\" \"a\"b\"\r\n",
		"* STATUS INBOX (MESSAGES 3 SIZE 99999999999999999999 UIDNEXT)\r\n* SEARCH 1 2 x (MODSEQ 3)\r\n",
		"* NAMESPACE ((\"\" \"/\")) NIL ((\"a\"))\r\n* QUOTA \"\" (STORAGE 1 2)\r\n* QUOTAROOT a b\r\n* ID (\"name\" NIL)\r\n",
		"* OK [PERMANENTFLAGS (\\Seen [a] \\*)] x\r\n* OK [CAPABILITY IMAP4rev1 [x]\r\n+ \r\nF2 NO [APPENDUID 1 1:4294967295]\r\n* BYE\r\n",
		"F11 OK [APPENDUID 5 9:3,7] done\r\n* 4294967296 FETCH (UID 4294967296)\r\n* 0 EXISTS\r\n* FLAGS (((((\r\n",
		"* X {3}\r\nabc{2}\r\n\r\n {+}\r\n* Y {0}\r\n~{1+}\r\nx\r\n* ENABLED a\r\n* VANISHED (EARLIER) 1:5\r\n\r\n*\r\n+\n",
		"* 1 FETCH (BODY[] {999999999999}\r\nshort", "* 1 FETCH ({5}\r\nhello (a) \"b\" BODY[",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		ours, theirs := net.Pipe()
		inFlight := make(chan struct{})
		go func() {
			lines := bufio.NewScanner(theirs)
			for lines.Scan() {
				if strings.Contains(lines.Text(), " APPEND ") {
					close(inFlight)
				}
			}
		}()
		go func() {
			defer theirs.Close()
			_, _ = io.WriteString(theirs, "* OK [CAPABILITY IMAP4rev1 LITERAL+ MULTIAPPEND UIDPLUS NAMESPACE QUOTA ID] hi\r\n")
			select {
			case <-inFlight:
				_, _ = theirs.Write(input)
			case <-time.After(20 * time.Second):
			}
		}()
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		c, err := imapclient.Dial(ctx, imapclient.Options{
			Host: "x", Security: imapclient.None, MaxLine: 1 << 16, MaxLiteral: 1 << 12,
			DialContext: func(context.Context, string, string) (net.Conn, error) { return ours, nil },
		})
		if err != nil {
			return // the connection ended before the greeting was taken in
		}
		defer func() {
			_ = c.Close()
			<-c.Done()
		}()
		fetched := c.Fetch(imapclient.From(1), imapclient.FetchOptions{
			Items: []string{"UID", "FLAGS", "INTERNALDATE", "BODY.PEEK[]"},
			Message: func(m *imapclient.Message) {
				m.Time()
				for _, section := range m.Sections {
					if len(section.Data) > 1<<17 {
						t.Errorf("%d bytes are kept", len(section.Data))
					}
				}
			},
		})
		headers := c.FetchSeq(imapclient.From(1), imapclient.FetchOptions{Items: []string{"BODY.PEEK[HEADER.FIELDS (A)]"}, Literal: func(*imapclient.Message, string, int64) io.Writer { return io.Discard }})
		selected, listed, subscribed := c.Select("INBOX"), c.List(imapclient.ListOptions{}), c.Lsub("", "*")
		status, spaces, quotas := c.Status("INBOX"), c.Namespaces(), c.QuotaRoots("INBOX")
		found, identified := c.Search("ALL"), c.Identify()
		// Last, for it holds the writer back until it is answered.
		appended := c.MultiAppend("INBOX", []imapclient.AppendMessage{{Size: 1, Body: strings.NewReader("a")}, {Size: 1, Body: strings.NewReader("b")}}, imapclient.AppendOptions{Wait: true})
		_, _ = fetched.Wait(ctx)
		_, _ = headers.Wait(ctx)
		_, _ = selected.Wait(ctx)
		list, _ := listed.Wait(ctx)
		for _, entry := range list {
			imapclient.EncodeMailbox(imapclient.DecodeMailbox(entry.Name))
		}
		_, _ = subscribed.Wait(ctx)
		_, _ = status.Wait(ctx)
		_, _ = spaces.Wait(ctx)
		_, _ = quotas.Wait(ctx)
		data, _ := appended.Wait(ctx)
		if n := len(data.UIDs); n != 0 && n != 2 {
			t.Errorf("%d UIDs for 2 messages", n)
		}
		_, _ = found.Wait(ctx)
		if _, err := identified.Wait(ctx); ctx.Err() != nil {
			t.Fatalf("the client hangs: %v", err)
		}
	})
}

// FuzzNames: decoding never fails, and what was encoded decodes to itself.
func FuzzNames(f *testing.F) {
	for _, seed := range []string{"R&D", "Entw&APw-rfe", "&", "&-", "&AOk", "&2D3eAA-", "&3AA-", "日本語/ü & co", "\xff\xfe", "~peter/mail/&U,BTFw-"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		imapclient.DecodeMailbox(name)
		encoded := imapclient.EncodeMailbox(name)
		if got, want := imapclient.DecodeMailbox(encoded), strings.ToValidUTF8(name, "\uFFFD"); got != want && strings.ToValidUTF8(name, "") == name {
			t.Errorf("%q is encoded as %q, which decodes to %q", name, encoded, got)
		}
		for i := range len(encoded) {
			if encoded[i] < ' ' || encoded[i] > '~' {
				t.Errorf("%q is encoded as %q", name, encoded)
			}
		}
	})
}

// FuzzDates: whatever is understood can be written again.
func FuzzDates(f *testing.F) {
	for _, seed := range []string{"17-Jul-1996 02:44:25 -0700", " 1-Jan-1970 00:00:00 +0000", "00-Jan-0000 00:00:00 +0000", "31-Feb-2020 1:2", "1-jan-70"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		understood, ok := imapclient.ParseInternalDate(raw)
		if !ok {
			return
		}
		written := imapclient.FormatInternalDate(understood)
		if again, ok := imapclient.ParseInternalDate(written); !ok || !again.Equal(understood) {
			t.Errorf("%q is understood as %v and written as %q", raw, understood, written)
		}
	})
}
