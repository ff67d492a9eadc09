package mailsync

import (
	"testing"

	"mailferry/internal/imapclient"
)

func TestHostsKnownToHideOldMailAreRecognised(t *testing.T) {
	t.Parallel()
	caps := func(words ...string) imapclient.Caps {
		all := imapclient.Caps{}
		for _, word := range words {
			all[word] = struct{}{}
		}
		return all
	}
	for _, c := range []struct {
		host, said string
		caps       imapclient.Caps
		want       bool
	}{
		{"imap.mail.yahoo.com", "", caps(), true},
		{"IMAP.MAIL.YAHOO.COM.", "", caps(), true},
		{"imap.mail.yahoo.co.jp", "", caps(), true},
		{"imap.aol.com", "", caps(), true},
		{"127.0.0.1", "Hello from Y!IMAP", caps(), true},
		{"mail.example.org", "Yahoo! Inc.", caps("UIDONLY"), true},
		{"imap.mail.yahoo.com", "", caps("UIDONLY", "ENABLE", "MESSAGELIMIT=1000"), false},
		{"export.imap.mail.yahoo.com", "Y!IMAP", caps(), false},
		{"notyahoo.com", "Dovecot ready.", caps(), false},
		{"imap.gmail.com", "Gimap ready", caps(), false},
	} {
		if got := hidesMail(c.host, c.said, c.caps); got != c.want {
			t.Errorf("%s, %q: %v", c.host, c.said, got)
		}
	}
}
