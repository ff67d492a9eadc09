package dovecot_test

import (
	"strings"
	"testing"
	"time"

	"mailferry/internal/testkit/dovecot"
)

func TestFilesWrittenIntoTheInboxAreMessages(t *testing.T) {
	t.Parallel()
	for _, options := range []dovecot.Options{{}, {Separator: ".", Prefix: "INBOX."}} {
		server := dovecot.New(t, options)
		server.AddUser("info@example.org", "secret", 0)
		date := time.Date(2020, time.February, 15, 12, 0, 0, 0, time.UTC)
		if err := server.WriteInbox("info@example.org", []dovecot.File{
			{Raw: []byte("Subject: one\r\n\r\nbare\rCR"), Date: date, Flags: []string{`\Seen`, `\Answered`, "Work"}},
			{Date: date},
		}); err != nil {
			t.Fatal(err)
		}
		session := login(t, server, "info@example.org")
		session.OK("EXAMINE INBOX")
		answer := session.OK("FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[TEXT])")
		for _, want := range []string{
			"* 1 FETCH (UID 1 FLAGS (\\Answered \\Seen \\Recent) INTERNALDATE \"15-Feb-2020 ", "bare\rCR)", "* 2 FETCH (UID 2 ", "RFC822.SIZE 0 ",
		} {
			if !strings.Contains(answer, want) {
				t.Errorf("%+v: %q is not in the answer %q", options, want, answer)
			}
		}
	}
}
