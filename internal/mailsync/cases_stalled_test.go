package mailsync_test

import (
	"strings"
	"testing"

	"mailferry/internal/imapsync"
	"mailferry/internal/testkit/imapscript"
)

// stalls refuses each FETCH of content that is about a message, with some words.
func stalls(words string, uid uint32) func(int, string) imapscript.Action {
	return func(_ int, line string) imapscript.Action {
		if strings.HasPrefix(line, "UID FETCH") && strings.Contains(line, "BODY.PEEK[") && !strings.Contains(line, "HEADER.FIELDS") && asks(line, uid) {
			return imapscript.Refuse(words)
		}
		return imapscript.Action{}
	}
}

func TestAMessageThatIsRefusedInPassingForGoodIsFoundAndTheOthersArrive(t *testing.T) {
	t.Parallel()
	for _, words := range []string{
		"NO [SERVERBUG] Internal error occurred", "NO [UNAVAILABLE] UID FETCH Server error while fetching messages", "NO Server Unavailable. 15",
		"NO [INUSE] Mailbox is locked",
	} {
		for name, uid := range map[string]uint32{"the first": 1, "one in the middle": 23, "the last": 40} {
			t.Run(words+", "+name, func(t *testing.T) {
				t.Parallel()
				from, to := between(t, imapscript.Knobs{OnCommand: stalls(words, uid)}, imapscript.Knobs{})
				from.Mailbox("INBOX").Add(letters(40)...)
				from.Mailbox("Sent").Add(letters(40)...)
				from.Mailbox("Work").Add(letters(5)...)
				// Sent has a message of that number as well.
				r := move(t, from, to).want(t, imapsync.ExitErrFetch, 85-int64(refusedIn(from, uid)))
				for _, m := range r.Missing {
					if m.UID != uid {
						t.Errorf("message %d of %s is missing: %s", m.UID, m.Folder, m.Reason)
					}
				}
				if n := from.Counts().Verbs["UID FETCH"]; n > 120 {
					t.Errorf("%d FETCH commands", n)
				}
			})
		}
	}
}

// refusedIn is how many folders have a message of this number.
func refusedIn(h *imapscript.Host, uid uint32) (n int) {
	for _, name := range []string{"INBOX", "Sent", "Work"} {
		if h.Mailbox(name).Len() >= int(uid) {
			n++
		}
	}
	return n
}

func TestAMessageThatIsRefusedInPassingAloneInItsFolderIsNamed(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{OnCommand: stalls("NO [SERVERBUG] Internal error occurred", 3)}, imapscript.Knobs{})
	from.Mailbox("INBOX").Add(letters(3)...)
	to.Mailbox("INBOX").Add(letters(2)...)
	from.Mailbox("Sent").Add(letters(2)...)
	r := move(t, from, to).want(t, imapsync.ExitErrFetch, 2)
	if got := missing(r); len(got) != 1 || got[0] != 3 {
		t.Errorf("missing %v", got)
	}
}
