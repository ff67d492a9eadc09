package mailsync_test

import (
	"bytes"
	"strings"
	"testing"

	"mailferry/internal/imapsync"
	"mailferry/internal/testkit/imapscript"
)

func Test04AMessageStoredAfterTheCutIsNotSentAgain(t *testing.T) {
	t.Parallel()
	for _, without := range [][]string{nil, {"MULTIAPPEND", "LITERAL+", "UIDPLUS"}} {
		from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{
			Without: without, BeforeAppend: imapscript.AppendNumber(1, imapscript.DropAndStoreLate()),
		})
		from.Mailbox("INBOX").Add(letter(1))
		move(t, from, to).want(t, 0, 1)
		arrived(t, from, to)
	}
}

func Test04ATwinThatIsThereIsNotTakenForTheOneUnderWay(t *testing.T) {
	t.Parallel()
	for _, without := range [][]string{{"MULTIAPPEND"}, {"MULTIAPPEND", "LITERAL+"}, {"MULTIAPPEND", "LITERAL+", "UIDPLUS"}} {
		for _, stored := range []bool{false, true} {
			var knobs imapscript.Knobs
			knobs.Without = without
			if cut := imapscript.AppendNumber(2, imapscript.Drop()); stored {
				knobs.AfterAppend = cut
			} else {
				knobs.BeforeAppend = cut
			}
			from, to := between(t, imapscript.Knobs{}, knobs)
			from.Mailbox("INBOX").Add(letter(1), letter(1), letter(1))
			move(t, from, to).want(t, 0, 3)
			arrived(t, from, to)

			// One was there before the run.
			from, to = between(t, imapscript.Knobs{}, imapscript.Knobs{Without: without, BeforeAppend: imapscript.AppendNumber(1, imapscript.Drop())})
			from.Mailbox("INBOX").Add(letter(1), letter(1))
			to.Mailbox("INBOX").Add(letter(1))
			move(t, from, to).want(t, 0, 1)
			arrived(t, from, to)
		}
	}
}

func TestMessagesArriveInTheOrderOfTheSource(t *testing.T) {
	t.Parallel()
	for _, without := range [][]string{nil, {"MULTIAPPEND"}, {"MULTIAPPEND", "LITERAL+"}} {
		from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{Without: without})
		from.Mailbox("INBOX").Add(letters(300)...)
		from.Mailbox("Other").Add(letters(130)...)
		move(t, from, to).want(t, 0, 430)
		for _, folder := range []string{"INBOX", "Other"} {
			want := from.Mailbox(folder).Messages()
			for i, m := range to.Mailbox(folder).Messages() {
				if !bytes.Equal(m.Body, want[i].Body) {
					t.Errorf("without %v: message %d of %s is %q, want %q", without, i+1, folder, m.Body, want[i].Body)
					break
				}
			}
		}
	}
}

func TestAMessageAcknowledgedAndNotKeptIsFoundOut(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		without  []string
		validity uint32
	}{
		"by its UID":          {nil, 1},
		"by its headers":      {[]string{"UIDPLUS"}, 1},
		"where UIDs last not": {nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{
				Without: c.without, Lose: func(_ string, m imapscript.Message) bool { return strings.Contains(string(m.Body), "<30@") },
			})
			from.Mailbox("INBOX").Add(letters(60)...)
			to.Mailbox("INBOX").SetUIDValidity(c.validity)
			o := move(t, from, to)
			r := o.want(t, imapsync.ExitWithErrors, 60)
			if r.Verified || r.MessagesMissing != 1 || len(r.Missing) != 1 || r.Missing[0].UID != 30 || r.Missing[0].Subject != "letter 30" ||
				!strings.Contains(r.Missing[0].Reason, "not found there afterwards") {
				t.Errorf("report %+v", r)
			}
			if f := r.FolderReports[0]; f.SourceMessages != 60 || f.DestinationMessages != 59 || f.Missing != 1 {
				t.Errorf("report of the folder %+v", f)
			}
			if _, sentence := o.parser.Explain(imapsync.Outcome{ExitCode: &o.code}); !strings.Contains(sentence, "1 message is missing at the destination") {
				t.Errorf("explained as %q", sentence)
			}
			to.Change(func(k *imapscript.Knobs) { k.Lose = nil })
			move(t, from, to).want(t, 0, 1)
			arrived(t, from, to)
		})
	}
}

func TestUIDsThatAreAnnouncedAndNotToldMakeNothingMissing(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{UIDsUntold: true})
	from.Mailbox("INBOX").Add(letters(60)...)
	from.Mailbox("Other").Add(letters(3)...)
	if r := move(t, from, to).want(t, 0, 63); !r.Verified {
		t.Errorf("report %+v", r)
	}
	arrived(t, from, to, "INBOX", "Other")
}

func TestAMessageThatTheDestinationShowsLateIsNotMissing(t *testing.T) {
	t.Parallel()
	for _, without := range [][]string{nil, {"UIDPLUS"}} {
		from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{
			Without: without, Slow: func(_ string, m imapscript.Message) bool { return strings.Contains(string(m.Body), "<30@") },
		})
		from.Mailbox("INBOX").Add(letters(60)...)
		if r := move(t, from, to).want(t, 0, 60); !r.Verified {
			t.Errorf("without %v: report %+v", without, r)
		}
		arrived(t, from, to)
	}
}

func TestOfManyMissingMessagesSomeAreNamedAndTheRestCounted(t *testing.T) {
	t.Parallel()
	const count = imapsync.MaxMissing + 100
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{RefuseMessage: func(string, imapscript.Message) string { return "NO [CANNOT] none at all" }})
	from.Mailbox("INBOX").Add(letters(count)...)
	o := move(t, from, to)
	r := o.want(t, imapsync.ExitErrAppend, 0)
	if r.MessagesMissing != count || r.MessagesFailed != count || len(r.Missing) != imapsync.MaxMissing || strings.Count(o.output, "\nMissing message in ") != imapsync.MaxMissing {
		t.Errorf("%d missing, %d failed, %d named", r.MessagesMissing, r.MessagesFailed, len(r.Missing))
	}
}

func TestARunThatBreaksOffAccountsForWhatItBegan(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	dropped := false
	to.Change(func(k *imapscript.Knobs) {
		k.AfterAppend = func(n int, _ string, _ imapscript.Message) imapscript.Action {
			if n < 60 {
				return imapscript.Action{}
			}
			dropped = true
			return imapscript.Drop()
		}
		k.RefuseLogin = func(int) string {
			if dropped {
				return "NO [AUTHENTICATIONFAILED] no more"
			}
			return ""
		}
	})
	from.Mailbox("INBOX").Add(letters(200)...)
	o := move(t, from, to)
	r := o.report(t)
	if o.code != imapsync.ExitAuthenticationFailureUser2 || r.MessagesFound != 200 || r.MessagesMissing != 200-r.MessagesCopied || r.Verified || r.MessagesFailed != 0 {
		t.Errorf("exit code %d, report %+v", o.code, *r)
	}
	if len(r.Missing) != int(r.MessagesMissing) || r.Missing[0].Reason != "the run ended before it was copied" {
		t.Errorf("named are %d: %+v …", len(r.Missing), r.Missing[:min(1, len(r.Missing))])
	}
	if !strings.Contains(o.output, "0/1 synced") {
		t.Errorf("the folder counts as done:\n%s", tail(o.output))
	}
}
