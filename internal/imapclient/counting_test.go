package imapclient_test

import (
	"strings"
	"testing"

	"mailferry/internal/imapclient"
	"mailferry/internal/testkit/imapscript"
)

// counted opens a mailbox of so many messages, fetches 1:* with the answer given, and opens another mailbox of 7 behind it.
func counted(t *testing.T, exists, answer, reply string) (first imapclient.FetchData, other *imapclient.Mailbox, uids []uint32, err error) {
	t.Helper()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "")
		c.Expect(`EXAMINE "a"`)
		c.Send("* " + exists + " EXISTS")
		c.Reply("OK done")
		c.Expect("UID FETCH 1:* (UID FLAGS)")
		c.SendRaw(answer)
		c.Reply(reply)
		c.Expect(`EXAMINE "b"`)
		c.Send("* 7 EXISTS")
		c.Reply("OK done")
		c.ExpectEnd()
	})
	c := dial(t, server)
	c.Examine("a")
	fetch := c.Fetch(imapclient.From(1), imapclient.FetchOptions{Items: []string{"UID", "FLAGS"}, Message: func(m *imapclient.Message) { uids = append(uids, m.UID) }})
	open := c.Examine("b")
	first, err = fetch.Wait(patient(t))
	other, openErr := open.Wait(patient(t))
	if openErr != nil {
		t.Fatal(openErr)
	}
	if c.Present() != 7 {
		t.Errorf("%d are present in the other mailbox", c.Present())
	}
	return first, other, uids, err
}

func TestAFetchEndsWithTheNumberOfMessagesAsItIsThen(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		exists, answer, reply     string
		present, gone, limit, uid uint32
	}{
		"nothing happens":           {"3", "", "OK done", 3, 0, 0, 0},
		"some leave":                {"3", "* 1 EXPUNGE\r\n* 1 EXPUNGE\r\n", "OK done", 1, 2, 0, 0},
		"some vanish":               {"9", "* VANISHED 4,7:9\r\n", "OK done", 5, 4, 0, 0},
		"some had vanished":         {"9", "* VANISHED (EARLIER) 4,7:9\r\n", "OK done", 9, 0, 0, 0},
		"more vanish than are":      {"2", "* VANISHED 1:4000000000\r\n", "OK done", 0, 2, 0, 0},
		"one arrives":               {"3", "* 4 EXISTS\r\n", "OK done", 4, 0, 0, 0},
		"one leaves and two arrive": {"3", "* 2 EXPUNGE\r\n* 4 EXISTS\r\n", "OK done", 4, 1, 0, 0},
		"a limit is met":            {"3000", "", "OK [MESSAGELIMIT 1000 2001] that many", 3000, 0, 1000, 2001},
		"a limit without UID":       {"3000", "", "OK [MESSAGELIMIT 1000] that many", 3000, 0, 1000, 0},
		"it is refused":             {"3", "* 4 EXISTS\r\n", "NO [MESSAGELIMIT 2 1] no", 4, 0, 2, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, other, _, err := counted(t, c.exists, c.answer, c.reply)
			if (err != nil) != strings.HasPrefix(c.reply, "NO") || got.Exists != c.present || got.Gone != c.gone || got.Limit != c.limit || got.LimitUID != c.uid {
				t.Errorf("%+v, %v", got, err)
			}
			if other.Exists != 7 {
				t.Errorf("the mailbox opened next has %d messages", other.Exists)
			}
		})
	}
}

func TestUIDFetchIsReadAsFetch(t *testing.T) {
	t.Parallel()
	got, _, uids, err := counted(t, "3", "* 25 UIDFETCH (FLAGS (\\Seen))\r\n* 26 UIDFETCH (UID 26 FLAGS ())\r\n", "OK done")
	if err != nil || got.Messages != 2 || len(uids) != 2 || uids[0] != 25 || uids[1] != 26 {
		t.Errorf("%+v, %v, UIDs %v", got, err, uids)
	}
}

func TestPagesAreAskedForWithTheirModifiers(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "PARTIAL CONDSTORE")
		c.Expect("UID FETCH 1:* (UID) (PARTIAL -1:-500)")
		c.Reply("OK done")
		c.Expect("UID FETCH 1:* (UID) (CHANGEDSINCE 5 PARTIAL 1:500)")
		c.Reply("OK done")
		c.ExpectEnd()
	})
	c := dial(t, server)
	for _, options := range []imapclient.FetchOptions{{Partial: "-1:-500"}, {Partial: "1:500", ChangedSince: 5}} {
		options.Items = []string{"UID"}
		if _, err := c.Fetch(imapclient.From(1), options).Wait(patient(t)); err != nil {
			t.Error(err)
		}
	}
}

func TestASearchFindsNotManyMoreThanThereAre(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "")
		c.Expect(`EXAMINE "a"`)
		c.Send("* 3 EXISTS")
		c.Reply("OK done")
		c.Expect("UID SEARCH ALL")
		for range 20 {
			c.Send("* SEARCH" + strings.Repeat(" 1", 100_000))
		}
		c.Reply("OK done")
		c.ExpectEnd()
	})
	c := dial(t, server)
	c.Examine("a")
	found, err := c.Search("ALL").Wait(patient(t))
	if err != nil || len(found) < 3 || len(found) > 20_000 {
		t.Errorf("%d found, %v", len(found), err)
	}
}

func TestUIDOnlyIsKnownOnceItIsEnabled(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "ENABLE UIDONLY MESSAGELIMIT=1000")
		c.Expect("ENABLE UIDONLY")
		c.Send("* ENABLED UIDONLY")
		c.Reply("OK done")
		c.ExpectEnd()
	})
	c := dial(t, server)
	if limit, ok := c.Caps().MessageLimit(); limit != 1000 || !ok || c.UIDOnly() {
		t.Errorf("limit %d, %v, UIDONLY %v", limit, ok, c.UIDOnly())
	}
	if _, err := c.Enable("UIDONLY").Wait(patient(t)); err != nil || !c.UIDOnly() {
		t.Errorf("%v, UIDONLY %v", err, c.UIDOnly())
	}
}
