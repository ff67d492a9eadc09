package mailboxid_test

import (
	"errors"
	"strings"
	"testing"

	"mailferry/internal/mailboxid"
)

func TestEverySpellingOfAHostBecomesOne(t *testing.T) {
	t.Parallel()
	for want, spellings := range map[string][]string{
		"imap.example.org":             {"imap.example.org", "IMAP.Example.ORG", " imap.example.org ", "imap.example.org.", "imap。example。org", "ｉｍａｐ.example.org", "\u200bimap.example.org\ufeff"},
		"imap.xn--bcher-kva.example":   {"imap.bücher.example", "IMAP.BÜCHER.example", "imap.bu\u0308cher.example", "imap.xn--bcher-kva.example", "IMAP.XN--BCHER-KVA.EXAMPLE."},
		"192.0.2.1":                    {"192.0.2.1", "192.0.2.1.", "::ffff:192.0.2.1", "[::ffff:192.0.2.1]", "::ffff:c000:201", "0:0:0:0:0:ffff:c000:0201", "１９２.0.2.1"},
		"2001:db8::1":                  {"2001:db8::1", "[2001:db8::1]", "2001:0DB8:0:0:0:0:0:1", "[2001:0db8:0000::0001]"},
		"localhost":                    {"localhost", "LOCALHOST", "localhost."},
		"old_mail":                     {"old_mail", "Old_Mail"},
		"xn--strae-oqa.example":        {"straße.example", "STRAßE.example"},
		"strasse.example":              {"strasse.example"},
		"r3---sn-apo3qvuoxuxbt.org":    {"r3---sn-apo3qvuoxuxbt.org"},
		strings.Repeat("a", 63) + ".b": {strings.Repeat("A", 63) + ".b"},
	} {
		for _, spelling := range spellings {
			if got, err := mailboxid.Host(spelling); err != nil || got != want {
				t.Errorf("%q is %q, %v; want %q", spelling, got, err, want)
			}
		}
	}
}

func TestWhatIsNoHostIsRefusedWithAHint(t *testing.T) {
	t.Parallel()
	for text, hint := range map[string]string{
		"": "empty", " \u200b": "empty", "anna@example.org": "user before it",
		"imaps://imap.example.org:993/": "give imap.example.org here, and 993 as the port", "imap.example.org/INBOX": "give imap.example.org here",
		"imaps://anna:secret@imap.example.org": "give imap.example.org here", "imap://[2001:db8::1]:143": "give [2001:db8::1] here, and 143 as the port",
		"imap.example.org:993": "give imap.example.org here, and 993 as the port",
		"127.1":                "four decimal numbers", "0x7f000001": "four decimal numbers", "2130706433": "four decimal numbers", "0177.0.0.1": "four decimal numbers",
		"192.0.2.01": "four decimal numbers", "192.0.2": "four decimal numbers", "192.0.2.256": "four decimal numbers", "１２７.１": "four decimal numbers",
		"[192.0.2.1]": "brackets", "[2001:db8::1": "brackets", "2001:db8::1]": "brackets", "[imap.example.org]": "brackets",
		"imap example.org": "blanks", "imap\x00.example.org": "control", "a..b": "host name", ".": "host name", "a.org..": "host name", "-a.org": "host name",
		"a:b:c": "host name", "imap.example.org:": "host name", "a%41.org": "host name", "xn--\u00fc.org": "host name", "imap\xff.org": "host name",
		strings.Repeat("a", 64) + ".org": "host name", strings.Repeat("a.", 130): "at most 253",
	} {
		got, err := mailboxid.Host(text)
		if err == nil || got != "" || !strings.Contains(err.Error(), hint) {
			t.Errorf("%q is %q, %v; want a hint of %q", text, got, err, hint)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: the error repeats a password: %v", text, err)
		}
	}
	if _, err := mailboxid.Host("imap.example.org:1993"); errors.As(err, new(*mailboxid.PortError)) == false {
		t.Errorf("a port behind a host is %v", err)
	}
}

func TestOneMailboxHasOneKeyHoweverItIsSpelt(t *testing.T) {
	t.Parallel()
	same := [][][2]string{
		{{"imap.example.org", "anna@example.org"}, {"IMAP.example.org.", "ANNA@Example.ORG"}, {"imap.example.org", " Anna@example.org"}},
		{{"imap.bücher.example", "jörg@bücher.example"}, {"imap.xn--bcher-kva.example", "JO\u0308RG@xn--bcher-kva.example"}},
		{{"::1", "u"}, {"127.0.0.1", "U"}, {"localhost", "u"}, {"[::ffff:127.0.0.1]", "u"}},
		{{"imap.gmail.com", "anna.berg@gmail.com"}, {"imap.googlemail.com", "AnnaBerg@googlemail.com"}},
		{{"192.0.2.1", "straße"}, {"::ffff:192.0.2.1", "STRASSE"}},
	}
	seen := map[string]int{}
	for i, spellings := range same {
		for _, s := range spellings {
			id, first := mailboxid.Of(s[0], 993, s[1]), mailboxid.Of(spellings[0][0], 993, spellings[0][1])
			if id != first {
				t.Errorf("%q and %q have different keys: %q and %q", spellings[0], s, first, id)
			}
			if other, taken := seen[id.Mailbox]; taken && other != i {
				t.Errorf("%q has the key of another mailbox", s)
			}
			seen[id.Mailbox] = i
		}
	}
}

func TestMailboxesThatMayBeTwoAreToldApart(t *testing.T) {
	t.Parallel()
	base := mailboxid.Of("imap.example.org", 993, "a.b@example.org")
	for _, other := range []mailboxid.ID{
		mailboxid.Of("imap.example.com", 993, "a.b@example.org"), mailboxid.Of("imap.example.org", 993, "ab@example.org"),
		mailboxid.Of("imap.example.org", 993, "a.b@example.com"), mailboxid.Of("imap.example.org", 993, "a.b"),
	} {
		if other.Mailbox == base.Mailbox || other.Service == base.Service {
			t.Errorf("%q and %q have one key", base, other)
		}
	}
	if other := mailboxid.Of("imap.example.org", 143, "A.B@example.org"); other != base {
		t.Errorf("the two ports of IMAP are told apart: %q, %q", base, other)
	}
	if other := mailboxid.Of("imap.example.org", 10993, "a.b@example.org"); other.Mailbox != base.Mailbox || other.Service == base.Service {
		t.Errorf("a server of its own on port 10993 has %q, that on 993 %q", other, base)
	}
}

func TestAFolderIsOneHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Büro", "büro", "Bu\u0308ro", "Büro/", ".Büro"} {
		if mailboxid.Folder(name) != mailboxid.Folder("Büro") {
			t.Errorf("%q is another folder", name)
		}
	}
	if mailboxid.Folder("Büro/Alt") == mailboxid.Folder("Büro") || mailboxid.Folder("") != "" {
		t.Error("different folders are one")
	}
	if got := mailboxid.Readable("imap.xn--bcher-kva.example"); got != "imap.bücher.example" {
		t.Errorf("people read %q", got)
	}
}
