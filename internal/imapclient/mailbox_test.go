package imapclient_test

import (
	"errors"
	"fmt"
	"testing"

	"mailferry/internal/imapclient"
	"mailferry/internal/testkit/imapscript"
)

func TestMailboxNamesAreBytesBothWays(t *testing.T) {
	t.Parallel()
	raw := []string{"R&D", "raw \xc3\xbc", `back\slash`, `quo"te`, "trailing ", "%wild*", "\xff\xfe", "a{5}"}
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "LITERAL+")
		c.Expect(`LIST "" "*"`)
		c.SendRaw("* LIST () \"/\" R&D\r\n* LIST (\\HasNoChildren) \"/\" raw \xc3\xbc\r\n* LIST () \"/\" \"back\\\\slash\"\r\n" +
			"* LIST () \"/\" \"quo\"te\"\r\n* LIST () \"/\" \"trailing \"\r\n* LIST () \"/\" %wild* (\"CHILDINFO\" (\"SUBSCRIBED\"))\r\n" +
			"* LIST () NIL {2}\r\n\xff\xfe\r\n* LIST () \"/\" \"a{5}\"\r\n")
		c.Reply("OK done")
		for _, line := range []string{`"R&D"`, "{6+}", `"back\\slash"`, `"quo\"te"`, `"trailing "`, `"%wild*"`, "{2+}", `"a{5}"`} {
			c.Expect("CREATE " + line)
			if line[0] == '{' {
				if got := c.ExpectLiteral(); got != raw[1] && got != raw[6] {
					t.Errorf("the literal is %q", got)
				}
				c.ExpectLine("")
			}
			c.Reply("OK done")
		}
		c.ExpectEnd()
	})
	c := dial(t, server)
	ctx := patient(t)
	list, err := c.List(imapclient.ListOptions{Subscribed: true, SpecialUse: true, Status: []string{"MESSAGES"}}).Wait(ctx)
	if err != nil || len(list) != len(raw) {
		t.Fatalf("list gives %v, %v", list, err)
	}
	for i, entry := range list {
		if entry.Name != raw[i] {
			t.Errorf("name %d is %q, expected is %q", i, entry.Name, raw[i])
		}
		if _, err := c.Create(entry.Name).Wait(ctx); err != nil {
			t.Error(err)
		}
	}
	if list[6].Delimiter != "" || list[0].Delimiter != "/" {
		t.Errorf("the delimiters are %q, %q", list[6].Delimiter, list[0].Delimiter)
	}
}

func TestSelectTellsWhatTheServerTells(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "")
		c.Expect(`SELECT "a"`)
		c.Send(`* FLAGS (\Seen x)`, "* 3 EXISTS", "* 1 RECENT", "* OK [UIDVALIDITY 4294967295]", "* OK [UIDNEXT 4294967295] x", "* OK [HIGHESTMODSEQ 18446744073709551615]",
			"* OK [UNSEEN 2] x", "* OK [CLOSED] x", `* OK [PERMANENTFLAGS (\Seen [b] \*)] kept`)
		c.Reply("OK [READ-WRITE] done")
		c.Expect(`SELECT "b"`)
		c.Send("* NO [UIDNOTSTICKY] x", "* OK [NOMODSEQ] x", "* OK [UIDVALIDITY x] nonsense", "* OK [PERMANENTFLAGS ()] none")
		c.Reply("OK done")
		c.Expect(`EXAMINE "c"`)
		c.Reply("OK done")
		c.Expect(`SELECT "d"`)
		c.Reply("NO [NONEXISTENT] no")
		c.ExpectEnd()
	})
	c := dial(t, server)
	ctx := patient(t)
	// All in flight at once.
	a, b, e, d := c.Select("a"), c.Select("b"), c.Examine("c"), c.Select("d")
	box, err := a.Wait(ctx)
	want := `{Name:a ReadOnly:false Exists:3 UIDValidity:4294967295 UIDNext:4294967295 UIDNotSticky:false Flags:[\Seen x] PermanentFlags:[\Seen [b] \*] HighestModSeq:18446744073709551615 NoModSeq:false}`
	if got := fmt.Sprintf("%+v", *box); err != nil || got != want {
		t.Errorf("select gives\n%s, %v, expected is\n%s", got, err, want)
	}
	if box, err = b.Wait(ctx); err != nil || !box.UIDNotSticky || !box.NoModSeq || box.UIDValidity != 0 || box.CanKeep(`\Seen`) || box.ReadOnly {
		t.Errorf("select gives %+v, %v", box, err)
	}
	if box, err = e.Wait(ctx); err != nil || !box.ReadOnly || !box.CanKeep("anything") {
		t.Errorf("examine gives %+v, %v", box, err)
	}
	if _, err = d.Wait(ctx); !errors.Is(err, imapclient.CodeNonExistent) {
		t.Errorf("select gives %v", err)
	}
}

func TestStatusLeavesOutWhatTheServerDoesNotKnow(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "")
		first := c.Expect(`STATUS "a b" (MESSAGES UIDNEXT UIDVALIDITY)`)
		second := c.Expect(`STATUS "c" (MESSAGES)`)
		c.Send("* STATUS a b (MESSAGES 3 UIDNEXT 9 UIDVALIDITY 1 X (y) APPENDLIMIT NIL)", "* STATUS {1}", "c (MESSAGES 4)", second+" OK done", first+" OK done")
		c.ExpectEnd()
	})
	c := dial(t, server)
	ctx := patient(t)
	first, second := c.Status("a b"), c.Status("c", "MESSAGES", "SIZE", "APPENDLIMIT", "HIGHESTMODSEQ")
	data, err := first.Wait(ctx)
	if err != nil || data.Mailbox != "a b" || *data.Messages != 3 || *data.UIDNext != 9 || data.Size != nil || data.AppendLimit != nil {
		t.Fatalf("status gives %+v, %v", data, err)
	}
	if data, err = second.Wait(ctx); err != nil || data.Mailbox != "c" || *data.Messages != 4 {
		t.Fatalf("status gives %+v, %v", data, err)
	}
}

func TestSmallCommandsUnderstandTheirAnswers(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "NAMESPACE QUOTA ID ENABLE UNSELECT")
		c.Expect("NAMESPACE")
		c.Send(`* NAMESPACE (("INBOX." ".")("x" NIL)) NIL (("#shared/" "/" "X-PARAM" ("a")))`)
		c.Reply("OK done")
		c.Expect(`GETQUOTAROOT "INBOX"`)
		c.Send(`* QUOTAROOT INBOX "" other`, `* QUOTA "" (STORAGE 10 512 MESSAGE 1 9223372036854775807)`, `* QUOTA other ()`)
		c.Reply("OK done")
		c.Expect(`ID ("name" "Mailferry" "version" "1")`)
		c.Send(`* ID ("Name" "Test" "x" NIL)`)
		c.Reply("OK done")
		c.Expect("ENABLE CONDSTORE")
		c.Send("* ENABLED CONDSTORE")
		c.Reply("OK done")
		c.Expect("UID SEARCH UID 5:* HEADER \"Message-ID\" \"<a\\\"b>\"")
		c.Send("* SEARCH 5 7 (MODSEQ 9)", "* SEARCH 9")
		c.Reply("OK done")
		c.Expect(`LSUB "" "*"`)
		c.Send(`* LSUB (\NoInferiors) "/" "a"`)
		c.Reply("OK done")
		c.Expect(`UID STORE 1:2 +FLAGS.SILENT (\Seen x)`)
		c.Reply("OK done")
		c.Expect("UNSELECT")
		c.Reply("OK done")
		c.Expect("EXPUNGE")
		c.Reply("BAD nothing open")
		c.Expect("LOGOUT")
		c.Send("* BYE bye")
		c.Reply("OK done")
	})
	c := dial(t, server, func(o *imapclient.Options) { o.ClientName, o.ClientVersion = "Mailferry", "1" })
	ctx := patient(t)
	spaces, err := c.Namespaces().Wait(ctx)
	if err != nil || fmt.Sprint(spaces) != "{[{INBOX. .} {x }] [] [{#shared/ /}]}" {
		t.Errorf("namespaces are %v, %v", spaces, err)
	}
	quotas, err := c.QuotaRoots("INBOX").Wait(ctx)
	if err != nil || fmt.Sprint(quotas) != "[{ [{STORAGE 10 512} {MESSAGE 1 9223372036854775807}]} {other []}]" {
		t.Errorf("quotas are %v, %v", quotas, err)
	}
	id, err := c.Identify().Wait(ctx)
	if err != nil || id["name"] != "Test" {
		t.Errorf("the server is %v, %v", id, err)
	}
	if enabled, err := c.Enable("CONDSTORE").Wait(ctx); err != nil || len(enabled) != 1 {
		t.Errorf("enabled is %v, %v", enabled, err)
	}
	if found, err := c.SearchHeader(imapclient.From(5), "Message-ID", `<a"b>`).Wait(ctx); err != nil || fmt.Sprint(found) != "[5 7 9]" {
		t.Errorf("found is %v, %v", found, err)
	}
	if subscribed, err := c.Lsub("", "").Wait(ctx); err != nil || len(subscribed) != 1 || subscribed[0].Name != "a" {
		t.Errorf("subscribed is %v, %v", subscribed, err)
	}
	if _, err := c.Store(imapclient.Between(1, 2), imapclient.StoreAdd, []string{`\Seen`, `\Recent`, "x"}).Wait(ctx); err != nil {
		t.Error(err)
	}
	if _, err := c.Unselect().Wait(ctx); err != nil {
		t.Error(err)
	}
	if _, err := c.Do("EXPUNGE").Wait(ctx); !errors.Is(err, imapclient.ErrBad) {
		t.Errorf("expunge gives %v", err)
	}
	if err := c.Logout(ctx); err != nil {
		t.Error(err)
	}
	<-c.Done()
	if !errors.Is(c.Err(), imapclient.ErrClosed) && !errors.Is(c.Err(), imapclient.ErrBye) {
		t.Errorf("the connection ended with %v", c.Err())
	}
}

func TestWhatAServerLacksIsNotAskedFor(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "")
		c.ExpectEnd()
	})
	c := dial(t, server)
	ctx := patient(t)
	_, err1 := c.Namespaces().Wait(ctx)
	_, err2 := c.QuotaRoots("INBOX").Wait(ctx)
	_, err3 := c.Identify().Wait(ctx)
	_, err4 := c.Unselect().Wait(ctx)
	on, err5 := c.Compress().Wait(ctx)
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil || on {
		t.Fatalf("the errors are %v, compression is %v", err, on)
	}
}

func TestCompressionIsSwitchedOnInBothDirections(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "COMPRESS=DEFLATE LITERAL+")
		c.Expect("COMPRESS DEFLATE")
		c.Reply("OK now")
		c.UpgradeDeflate()
		for range 3 {
			c.Expect(`APPEND "a" {100000+}`)
			_ = c.ExpectLiteral()
			c.ExpectLine("")
			c.Reply("OK done")
		}
		c.Expect("NOOP")
		c.Reply("OK done")
		c.ExpectEnd()
	})
	c := dial(t, server)
	ctx := patient(t)
	if on, err := c.Compress().Wait(ctx); err != nil || !on {
		t.Fatalf("compression is %v, %v", on, err)
	}
	for range 3 {
		if _, err := c.Append("a", message(string(make([]byte, 100000))), imapclient.AppendOptions{}).Wait(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Noop().Wait(ctx); err != nil {
		t.Fatal(err)
	}
	if written := c.Stats().BytesWritten; written > 10000 {
		t.Fatalf("%d bytes went over the wire", written)
	}
}
