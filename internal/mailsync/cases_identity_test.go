package mailsync_test

import (
	"strings"
	"testing"

	"mailferry/internal/imapsync"
	"mailferry/internal/testkit/imapscript"
)

// dated is a message that arrived on a day of March 2021.
func dated(day, body string) imapscript.Message {
	return imapscript.Message{InternalDate: day + "-Mar-2021 10:00:00 +0000", Body: []byte(body)}
}

const (
	draft  = "Message-ID: <draft@example.org>\r\nSubject: offer\r\nFrom: anna@example.org\r\n\r\nDear Bob, we ask 100.\r\n"
	edited = "Message-ID: <draft@example.org>\r\nSubject: offer\r\nFrom: anna@example.org\r\n\r\nDear Bob, we ask 100, or 90 if you order today.\r\n"
)

func TestAnEditedDraftIsCopiedAndTheOldOneStays(t *testing.T) {
	t.Parallel()
	for name, newer := range map[string]imapscript.Message{
		"longer, saved later":          dated("05", edited),
		"as long, saved later":         dated("05", strings.Replace(draft, "100", "111", 1)),
		"longer, of the same date":     dated("01", edited),
		"with another subject":         dated("05", strings.Replace(draft, "offer", "our offer", 1)),
		"with a recipient":             dated("05", strings.Replace(draft, "From:", "To: bob@example.org\r\nFrom:", 1)),
		"in another language":          dated("05", strings.Replace(draft, "Dear Bob", "Caf\xc3\xa9 \xc3\xa0 Bob", 1)),
		"of which only letters differ": dated("05", strings.Replace(draft, "ask 100.", "ask 10\xc3\xa9.", 1)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
			from.Mailbox("Drafts").Add(newer)
			to.Mailbox("Drafts").Add(dated("01", draft))
			o := move(t, from, to)
			if r := o.want(t, 0, 1); !r.Verified || r.MessagesSurplus != 1 || !strings.Contains(o.output, "has 1 messages more than host1") {
				t.Errorf("report %+v; output:\n%s", r, o.output)
			}
			if got := bodies(to.Mailbox("Drafts")); len(got) != 2 {
				t.Errorf("the destination holds %q", got)
			}
			rerunCopiesNothing(t, from, to)
		})
	}
}

func TestTextsInLettersPastASCIIAreToldApart(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	from.Mailbox("INBOX").Add(dated("05", "Message-ID: <a@b>\r\n\r\n\xd0\xb4\xd0\xb0 \xd0\xb4\xd0\xb0\r\n"))
	to.Mailbox("INBOX").Add(dated("01", "Message-ID: <a@b>\r\n\r\n\xd0\xbd\xd0\xb5\xd1\x82\r\n"))
	move(t, from, to).want(t, 0, 1)
	rerunCopiesNothing(t, from, to)
}

func TestAnotherMailWithAMessageIDThatIsThereIsNamedWhereItIsRefused(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{
		RefuseMessage: func(string, imapscript.Message) string {
			return "NO [ALREADYEXISTS] there is a message with this Message-ID"
		},
	})
	from.Mailbox("INBOX").Add(dated("05", edited))
	to.Mailbox("INBOX").Add(dated("01", draft))
	o := move(t, from, to)
	r := o.want(t, imapsync.ExitErrAppend, 0)
	if r.Verified || len(r.Missing) != 1 || r.Missing[0].Subject != "offer" || !strings.Contains(r.Missing[0].Reason, "this Message-ID") {
		t.Errorf("report %+v", r)
	}
}

func TestTheCopyOfAMailingListIsAnotherMessage(t *testing.T) {
	t.Parallel()
	const direct = "Message-ID: <a@b>\r\nSubject: news\r\n\r\nhello\r\n"
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	from.Mailbox("INBOX").Add(dated("01", direct), dated("02", "List-Id: <l.example.org>\r\n"+direct))
	to.Mailbox("INBOX").Add(dated("01", direct))
	move(t, from, to).want(t, 0, 1)
	arrived(t, from, to)
	rerunCopiesNothing(t, from, to)
}

// stamped stores a message with more lines, and another date.
func stamped(lines string) func(string, imapscript.Message) imapscript.Message {
	return func(_ string, m imapscript.Message) imapscript.Message {
		m.Body, m.InternalDate = append([]byte(lines), m.Body...), "09-Sep-2023 09:09:09 +0000"
		return m
	}
}

func TestAHostThatChangesWhatItStoresGetsNothingTwice(t *testing.T) {
	t.Parallel()
	rewrite := func(pairs ...string) func(string, imapscript.Message) imapscript.Message {
		replacer := strings.NewReplacer(pairs...)
		return func(_ string, m imapscript.Message) imapscript.Message {
			m.Body, m.InternalDate = []byte(replacer.Replace(string(m.Body))), "09-Sep-2023 09:09:09 +0000"
			return m
		}
	}
	for name, keep := range map[string]func(string, imapscript.Message) imapscript.Message{
		"Received and Return-Path":  stamped("Return-Path: <>\r\nReceived: from here\r\n\tby there\r\n"),
		"Message-ID":                stamped("Message-ID: <made@host>\r\n"),
		"Message-ID and Date":       stamped("Message-ID: <made@host>\r\nDate: Sat, 09 Sep 2023 09:09:09 +0000\r\n"),
		"unknown lines":             stamped("X-Virus: none\r\nDelivered-To: anna\r\nThread-Topic: made here\r\n"),
		"lines that replace others": rewrite("Status: RO\r\n", "Status: O\r\nX-UID: 7\r\n"),
		"blanks trimmed":            rewrite(" \r\n", "\r\n"),
		"lines folded anew":         rewrite("a@example.org, b@example.org", "a@example.org,\r\n\tb@example.org"),
		"line ends":                 rewrite("\r\n", "\n"),
		"a line end more":           rewrite("text\r\n", "text\r\n\r\n"),
		"letters replaced":          rewrite("\xe9", "X"),
	} {
		for _, without := range [][]string{nil, {"UIDPLUS"}} {
			t.Run(name+" without "+strings.Join(without, ""), func(t *testing.T) {
				t.Parallel()
				from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{Keep: keep, Without: without})
				const rest = "Status: RO\r\nSubject: caf\xe9 \r\nFrom: x@example.org\r\nTo: a@example.org, b@example.org\r\n\r\nsome \r\ntext\r\n"
				from.Mailbox("INBOX").Add(dated("01", rest), dated("02", "Date: Tue, 2 Mar 2021 10:00:00 +0000\r\n"+rest),
					dated("03", "Message-ID: <a@b>\r\n"+rest), dated("04", "Status: RO\r\n\r\nnothing identifies this text\r\n"))
				if name == "Message-ID" || name == "Message-ID and Date" {
					from.Mailbox("INBOX").Remove(3) // it would have two
				}
				count := int64(from.Mailbox("INBOX").Len())
				if r := move(t, from, to).want(t, 0, count); !r.Verified || r.MessagesSurplus > 0 {
					t.Errorf("report %+v", r)
				}
				rerunCopiesNothing(t, from, to)
				rerunCopiesNothing(t, from, to)
			})
		}
	}
}

func TestAMessageEncodedAnewByItsHostIsTheSameOne(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	from.Mailbox("INBOX").Add(dated("01", "Message-ID: <a@b>\r\nSubject: x\r\nContent-Type: multipart/mixed; boundary=one\r\n\r\n"+
		"--one\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nall the wor=\r\nds of it\r\n--one--\r\n"))
	to.Mailbox("INBOX").Add(dated("01", "Message-ID: <a@b>\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"_0002_\"\r\n\r\n"+
		"--_0002_\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nYWxsIHRoZSB3b3JkcyBvZiBpdA==\r\n--_0002_--\r\n"))
	move(t, from, to).want(t, 0, 0)
}

func TestAMessageThatCannotBeComparedIsNotSentAgainNorCalledVerified(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{Literal: func(imapscript.Message) imapscript.Form { return imapscript.AsNIL }})
	from.Mailbox("INBOX").Add(dated("05", edited))
	to.Mailbox("INBOX").Add(dated("01", draft))
	o := move(t, from, to)
	if r := o.want(t, imapsync.ExitWithErrors, 0); r.Verified || !strings.Contains(o.output, "could not be read to compare") {
		t.Errorf("report %+v; output:\n%s", r, o.output)
	}
}

func TestASizeThatOnlyTheHostTellsOtherwiseCostsOneSample(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{Size: func(m imapscript.Message) int64 { return int64(len(m.Body)) + 100 }})
	from.Mailbox("INBOX").Add(letters(300)...)
	move(t, from, to).want(t, 0, 300)
	fetched := func() (times int) {
		for _, n := range from.Counts().Fetched["INBOX"] {
			times += n
		}
		return times
	}
	before := fetched()
	rerunCopiesNothing(t, from, to)
	if n := fetched() - before; n != 300+25 {
		t.Errorf("the second run fetched %d headers and contents, want 300 and 25", n)
	}
}

func TestDoublesAtTheDestinationAreTold(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	from.Mailbox("INBOX").Add(letters(5)...)
	to.Mailbox("INBOX").Add(letter(1), letter(1), letter(2), letter(9))
	o := move(t, from, to)
	r := o.want(t, 0, 3)
	if r.MessagesSurplus != 1 || len(r.FolderReports) != 1 || r.FolderReports[0].Surplus != 1 || !strings.Contains(o.output, "Messages surplus on host2               : 1 messages") {
		t.Errorf("report %+v; output:\n%s", r, o.output)
	}
}

// killed is a host that was still storing what a killed client had sent when its folder was indexed: it is there when the folder
// is opened for the second time.
func killed(t *testing.T, knobs imapscript.Knobs, late ...imapscript.Message) (from, to *imapscript.Host) {
	t.Helper()
	keep := knobs.Keep
	knobs.Meanwhile = func(n int, folder string) []imapscript.Message {
		if n != 2 || folder != "INBOX" {
			return nil
		}
		if keep != nil {
			for i := range late {
				late[i] = keep(folder, late[i])
			}
		}
		return late
	}
	return between(t, imapscript.Knobs{}, knobs)
}

func TestWhatAKilledRunHadUnderWayIsNotSentAgain(t *testing.T) {
	t.Parallel()
	const bare = "Subject: no id\r\n\r\nbare\r\n"
	for name, c := range map[string]struct {
		knobs imapscript.Knobs
		late  []imapscript.Message
	}{
		"one":                             {imapscript.Knobs{}, []imapscript.Message{letter(3)}},
		"all":                             {imapscript.Knobs{}, append(letters(5), dated("20", bare))},
		"one of two the same":             {imapscript.Knobs{}, []imapscript.Message{letter(4), letter(4)}},
		"without MULTIAPPEND and UIDPLUS": {imapscript.Knobs{Without: []string{"UIDPLUS", "MULTIAPPEND", "LITERAL+"}}, []imapscript.Message{letter(1), letter(5)}},
		"on a host that adds lines": {imapscript.Knobs{Keep: func(_ string, m imapscript.Message) imapscript.Message {
			m.Body = append([]byte("X-A: b\r\n"), m.Body...)
			return m
		}}, letters(2)},
		"on a host that adds a Message-ID": {imapscript.Knobs{Keep: func(_ string, m imapscript.Message) imapscript.Message {
			if !strings.Contains(string(m.Body), "Message-ID") {
				m.Body = append([]byte("Message-ID: <made@here>\r\n"), m.Body...)
			}
			return m
		}}, []imapscript.Message{dated("20", bare)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := killed(t, c.knobs, c.late...)
			from.Mailbox("INBOX").Add(append(letters(5), letter(4), dated("20", bare))...)
			o := move(t, from, to)
			if r := o.want(t, 0, int64(7-len(c.late))); !r.Verified || r.MessagesMissing > 0 || r.FolderReports[0].DestinationMessages != 7 {
				t.Errorf("report %+v", r)
			}
			if n := to.Mailbox("INBOX").Len(); n != 7 {
				t.Errorf("the destination holds %d messages, want 7", n)
			}
			rerunCopiesNothing(t, from, to)
		})
	}
}

func TestNewMailOfOthersAtTheDestinationIsNeitherTakenForOursNorSurplus(t *testing.T) {
	t.Parallel()
	from, to := killed(t, imapscript.Knobs{}, letter(77), dated("20", "Subject: other\r\n\r\nother\r\n"))
	from.Mailbox("INBOX").Add(letters(3)...)
	if r := move(t, from, to).want(t, 0, 3); !r.Verified || r.MessagesSurplus > 0 {
		t.Errorf("report %+v", r)
	}
}

func TestTheLookBeforeTheFirstMessageOutlivesACut(t *testing.T) {
	t.Parallel()
	from, to := killed(t, imapscript.Knobs{}, letter(2))
	selects := 0
	to.Change(func(k *imapscript.Knobs) {
		k.OnCommand = func(_ int, line string) imapscript.Action {
			if strings.HasPrefix(strings.ToUpper(line), "SELECT") {
				if selects++; selects == 2 {
					return imapscript.Drop()
				}
			}
			return imapscript.Action{}
		}
	})
	from.Mailbox("INBOX").Add(letters(3)...)
	move(t, from, to).want(t, 0, 2)
	arrived(t, from, to)
}

func TestADoubleThatComesDuringTheRunIsTold(t *testing.T) {
	t.Parallel()
	for _, without := range [][]string{nil, {"UIDPLUS"}} {
		from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{
			Without: without, Twice: func(_ string, m imapscript.Message) bool { return strings.Contains(string(m.Body), "<3@") },
		})
		from.Mailbox("INBOX").Add(letters(5)...)
		o := move(t, from, to)
		if r := o.want(t, 0, 5); !r.Verified || r.MessagesSurplus != 1 {
			t.Errorf("without %v: report %+v; output:\n%s", without, r, o.output)
		}
	}
}
