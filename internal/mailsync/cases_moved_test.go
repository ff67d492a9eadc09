package mailsync_test

import (
	"strings"
	"testing"

	"mailferry/internal/testkit/imapscript"
)

// filing is a destination whose reader deals with a message as soon as it has arrived: it is taken out of INBOX when that is next
// opened, and the test decides whether it is put elsewhere.
func filing(number string) imapscript.Knobs {
	return imapscript.Knobs{Lose: func(mailbox string, m imapscript.Message) bool {
		return mailbox == "INBOX" && strings.Contains(string(m.Body), "<"+number+"@")
	}}
}

func TestMailThatItsReaderHasFiledElsewhereIsNotMissing(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, filing("5"))
	from.Mailbox("INBOX").Add(letters(20)...)
	to.Mailbox("Archive").Add(letter(5))
	// It is in INBOX of the source once and in the archive of the destination once.
	o := move(t, from, to)
	r := o.want(t, 0, 20)
	if !r.Verified || r.MessagesMissing != 0 || len(r.Missing) != 0 {
		t.Errorf("report %+v", r)
	}
	if !strings.Contains(o.output, "1 messages that were stored there are in other folders now") {
		t.Errorf("the log does not say so:\n%s", o.output)
	}
}

func TestAMessageThatIsLostIsMissingThoughAnotherFolderHadItOfItsOwn(t *testing.T) {
	t.Parallel()
	for name, archived := range map[string]bool{"nowhere else": false, "copied to another folder as well": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := between(t, imapscript.Knobs{}, filing("5"))
			from.Mailbox("INBOX").Add(letters(20)...)
			if archived {
				from.Mailbox("Archive").Add(letter(5))
			}
			o := move(t, from, to)
			o.admits(t)
			if r := o.report(t); r.MessagesMissing != 1 || len(r.Missing) != 1 || r.Missing[0].UID != 5 {
				t.Errorf("report %+v", r)
			}
		})
	}
}
