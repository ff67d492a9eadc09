package imapclient_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"mailferry/internal/imapclient"
	"mailferry/internal/testkit/imapscript"
)

func TestLoginThenFetchStreamsBody(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		c.Send("* OK [CAPABILITY IMAP4rev1 LITERAL+] ready")
		c.Expect(`LOGIN "anna" "secret"`)
		c.Reply("OK [CAPABILITY IMAP4rev1 LITERAL+ UIDPLUS] in")
		c.Expect(`EXAMINE "INBOX"`)
		c.Send(`* 2 EXISTS`, `* OK [UIDVALIDITY 7] x`, `* OK [PERMANENTFLAGS (\Seen [foo] \*)] y`, `* FLAGS (\Seen [foo])`)
		c.Reply("OK [READ-ONLY] done")
		c.Expect(`UID FETCH 1:* (UID BODY.PEEK[])`)
		c.SendRaw("* 1 FETCH (BODY[] {5}\r\nhello UID 9)\r\n")
		c.SendRaw("* 2 FETCH (UID 10 BODY[] {3}\r\nabc)\r\n")
		c.Reply("OK done")
		c.ExpectEnd()
	})
	c := dial(t, server)
	ctx := patient(t)
	if err := c.Login(ctx, "anna", "secret"); err != nil {
		t.Fatal(err)
	}
	box, err := c.Examine("INBOX").Wait(ctx)
	if err != nil || box.Exists != 2 || box.UIDValidity != 7 || !box.ReadOnly || len(box.PermanentFlags) != 3 {
		t.Fatalf("examine gives %+v, %v", box, err)
	}
	bodies := map[uint32]string{}
	var body bytes.Buffer
	got, err := c.Fetch(imapclient.From(1), imapclient.FetchOptions{
		Items:   []string{"UID", "BODY.PEEK[]"},
		Literal: func(*imapclient.Message, string, int64) io.Writer { body.Reset(); return &body },
		Message: func(m *imapclient.Message) { bodies[m.UID] = body.String() },
	}).Wait(ctx)
	if err != nil || got.Messages != 2 || bodies[9] != "hello" || bodies[10] != "abc" {
		t.Fatalf("fetch gives %+v, %v, bodies %v", got, err, bodies)
	}
	_ = c.Close()
	if _, err := c.Noop().Wait(ctx); !errors.Is(err, imapclient.ErrClosed) {
		t.Fatalf("a command after Close gives %v", err)
	}
}
