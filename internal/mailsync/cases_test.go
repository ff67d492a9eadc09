package mailsync_test

import (
	"fmt"
	"sort"
	"strings"
	"testing"

	"mailferry/internal/imapsync"
	"mailferry/internal/testkit/imapscript"
)

// between starts two hosts.
func between(t *testing.T, from, to imapscript.Knobs) (source, destination *imapscript.Host) {
	t.Helper()
	return imapscript.NewHost(t, from), imapscript.NewHost(t, to)
}

func account(h *imapscript.Host) side { return side{h.Host, h.Port, "anna", "secret"} }

// move runs the engine between two hosts.
func move(t *testing.T, from, to *imapscript.Host, args ...string) outcome {
	t.Helper()
	return syncOnce(t, quick(), account(from), account(to), args...)
}

// letter is a message with a Message-ID of its own.
func letter(n int) imapscript.Message {
	return imapscript.Message{
		Body:         []byte(fmt.Sprintf("Message-ID: <%d@example.org>\r\nSubject: letter %d\r\nFrom: anna@example.org\r\n\r\nThis is number %d.\r\n", n, n, n)),
		InternalDate: fmt.Sprintf("%02d-Mar-2021 10:00:%02d +0000", n%28+1, n%60),
	}
}

func letters(n int) []imapscript.Message {
	var all []imapscript.Message
	for i := range n {
		all = append(all, letter(i+1))
	}
	return all
}

// bodies are what a mailbox holds, sorted.
func bodies(box *imapscript.Mailbox) []string {
	var all []string
	for _, m := range box.Messages() {
		all = append(all, string(m.Body))
	}
	sort.Strings(all)
	return all
}

// arrived fails the test unless the INBOX of both sides holds the same.
func arrived(t *testing.T, from, to *imapscript.Host, folders ...string) {
	t.Helper()
	if len(folders) == 0 {
		folders = []string{"INBOX"}
	}
	for _, folder := range folders {
		got, want := bodies(to.Mailbox(folder)), bodies(from.Mailbox(folder))
		if strings.Join(got, "\x00") != strings.Join(want, "\x00") {
			t.Errorf("%s holds %d messages, want the %d of the source: %.2000q", folder, len(got), len(want), got)
		}
	}
}

// rerunCopiesNothing runs once more.
func rerunCopiesNothing(t *testing.T, from, to *imapscript.Host, args ...string) {
	t.Helper()
	move(t, from, to, args...).want(t, 0, 0)
}

func plain(body string) imapscript.Message { return imapscript.Message{Body: []byte(body)} }

func Test01AMessageWithoutMessageIDOrReceivedIsCopiedOnce(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	from.Mailbox("INBOX").Add(plain("Subject: bare\r\n\r\nbody\r\n"), plain("just text, no header at all\r\n"))
	move(t, from, to).want(t, 0, 2)
	arrived(t, from, to)
	rerunCopiesNothing(t, from, to)
}

func Test02DifferentMessagesThatShareAMessageIDAreBothCopied(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	from.Mailbox("INBOX").Add(plain("Message-ID: <a@b>\r\n\r\none\r\n"), plain("Message-ID: <a@b>\r\n\r\ntwo\r\n"))
	move(t, from, to).want(t, 0, 2)
	arrived(t, from, to)
	rerunCopiesNothing(t, from, to)

	// One of them is lost: it, and not the other, comes back, though both have the same size and date.
	to.Mailbox("INBOX").Remove(to.Mailbox("INBOX").Messages()[0].UID)
	move(t, from, to).want(t, 0, 1)
	arrived(t, from, to)
}

func Test03ThreeIdenticalCopiesArriveAsThree(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	from.Mailbox("INBOX").Add(letter(1), letter(1), letter(1))
	move(t, from, to).want(t, 0, 3)
	arrived(t, from, to)
	rerunCopiesNothing(t, from, to)
	to.Mailbox("INBOX").Remove(2)
	move(t, from, to).want(t, 0, 1)
	arrived(t, from, to)
}

func Test04AMessageStoredBeforeTheCutIsNotSentAgain(t *testing.T) {
	t.Parallel()
	for _, without := range [][]string{nil, {"UIDPLUS"}, {"MULTIAPPEND"}, {"MULTIAPPEND", "LITERAL+", "UIDPLUS"}} {
		from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{
			Without: without, AfterAppend: imapscript.AppendNumber(1, imapscript.Drop()),
		})
		from.Mailbox("INBOX").Add(letter(1))
		r := move(t, from, to).want(t, 0, 1)
		if r.Reconnections != 1 || !r.Verified {
			t.Errorf("without %v: report %+v", without, r)
		}
		arrived(t, from, to)
	}
}

func Test05ABatchOfFiftyCutAfterTheStoreArrivesAsFifty(t *testing.T) {
	t.Parallel()
	for _, number := range []int{2, 30, 50} {
		for _, knobs := range []imapscript.Knobs{{}, {StoreMembersAtOnce: true}, {Without: []string{"UIDPLUS"}}, {Without: []string{"MULTIAPPEND"}}} {
			knobs.AfterAppend = imapscript.AppendNumber(number, imapscript.Drop())
			from, to := between(t, imapscript.Knobs{}, knobs)
			from.Mailbox("INBOX").Add(letters(50)...)
			move(t, from, to).want(t, 0, 50)
			arrived(t, from, to)
			rerunCopiesNothing(t, from, to)
		}
	}
}

func Test08ARefusedMemberOfABatchIsNamedAndTheOthersLand(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{
		RefuseMessage: func(_ string, m imapscript.Message) string {
			if strings.Contains(string(m.Body), "<30@") {
				return "NO [CANNOT] not this one"
			}
			return ""
		},
	})
	from.Mailbox("INBOX").Add(letters(60)...)
	o := move(t, from, to)
	r := o.want(t, imapsync.ExitErrAppend, 59)
	if len(r.Missing) != 1 || r.Missing[0].UID != 30 || r.Missing[0].Subject != "letter 30" || r.Missing[0].Reason != "NO [CANNOT] not this one" || r.Verified {
		t.Errorf("missing %+v", r.Missing)
	}
	if _, sentence := o.parser.Explain(imapsync.Outcome{ExitCode: &o.code}); !strings.Contains(sentence, "NO [CANNOT] not this one") {
		t.Errorf("explained as %q", sentence)
	}
}

func Test09OverQuotaStopsWithoutAStormAndTheNextRunGoesOn(t *testing.T) {
	t.Parallel()
	size := int64(len(letter(10).Body))
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{Quota: 105 * size})
	from.Mailbox("INBOX").Add(letters(800)...)
	from.Mailbox("Other").Add(letters(400)...)
	o := move(t, from, to)
	r := o.want(t, imapsync.ExitOverQuota, int64(to.Total()))
	if to.Total() < 50 || r.MessagesMissing != int64(1200-to.Total()) {
		t.Errorf("%d at the destination, report %+v", to.Total(), r)
	}
	for _, m := range r.Missing {
		if m.Subject != fmt.Sprintf("letter %d", m.UID) || m.Reason == "" || m.Date == "" {
			t.Fatalf("missing %+v", m)
		}
	}
	// What was in flight when it became full, four batches for each of two folders, and the
	// members of one of them alone.
	if extra := to.Counts().Appends - to.Total(); extra > 2*4*50+50 {
		t.Errorf("%d messages were sent in vain", extra)
	}
	to.Change(func(k *imapscript.Knobs) { k.Quota = 0 })
	move(t, from, to).want(t, 0, 1200-r.MessagesCopied)
	arrived(t, from, to, "INBOX", "Other")
}

func Test10AMessageOverTheAppendLimitIsNotUploadedAndNamed(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{AppendLimit: 1000})
	from.Mailbox("INBOX").Add(letter(1), plain("Message-ID: <big@b>\r\nSubject: big\r\n\r\n"+strings.Repeat("x", 2000)+"\r\n"), letter(2))
	r := move(t, from, to).want(t, imapsync.ExitErrAppend, 2)
	if len(r.Missing) != 1 || r.Missing[0].UID != 2 || r.Missing[0].Subject != "big" {
		t.Errorf("missing %+v", r.Missing)
	}
	if n := to.Counts().Appends; n != 2 {
		t.Errorf("%d messages were uploaded, want 2", n)
	}
}

func Test11FlagsTheDestinationDoesNotKeepAreLeftOut(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{PermanentFlags: []string{`\Seen`, `\Answered`}})
	m := letter(1)
	m.Flags = []string{`\Recent`, `\Seen`, `\Junk`, `[b]`, `$Work`, `50%`, `quo"te`, "caf\xe9"}
	from.Mailbox("INBOX").Add(m)
	move(t, from, to).want(t, 0, 1)
	if got := to.Mailbox("INBOX").Messages()[0].Flags; len(got) != 1 || got[0] != `\Seen` {
		t.Errorf("flags %q, want \\Seen", got)
	}
	rerunCopiesNothing(t, from, to)

	// Where keywords are allowed, they arrive.
	generous := imapscript.NewHost(t, imapscript.Knobs{})
	move(t, from, generous).want(t, 0, 1)
	if got := generous.Mailbox("INBOX").Messages()[0].Flags; !sameFlags(got, `\Seen`, `$Work`) {
		t.Errorf("flags %q", got)
	}

	// A keyword that RFC 3501 forbids arrives where the destination has it already.
	alike := imapscript.NewHost(t, imapscript.Knobs{PermanentFlags: []string{`\Seen`, `[b]`}})
	move(t, from, alike).want(t, 0, 1)
	if got := alike.Mailbox("INBOX").Messages()[0].Flags; !sameFlags(got, `\Seen`, `[b]`) {
		t.Errorf("flags %q", got)
	}
}

func sameFlags(got []string, want ...string) bool {
	sort.Strings(got)
	sort.Strings(want)
	return strings.Join(got, " ") == strings.Join(want, " ")
}

func Test12NoInternalDateStopsARun(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	dates := []string{"1-Jan-2020 00:00:00 +0000", "05-May-1960 01:02:03 +0100", "31-Dec-2199 23:59:59 +0000", "00-Jan-0000 00:00:00 +0000", "NIL", "nonsense"}
	for i, date := range dates {
		m := letter(i + 1)
		m.InternalDate = date
		m.Body = append([]byte("Date: Mon, 1 Mar 2021 10:00:00 +0000\r\n"), m.Body...)
		from.Mailbox("INBOX").Add(m)
	}
	move(t, from, to).want(t, 0, 6)
	arrived(t, from, to)
	got := to.Mailbox("INBOX").Messages()
	for i, want := range []string{"01-Jan-2020 00:00:00 +0000", "05-May-1960 00:02:03 +0000", "31-Dec-2199 23:59:59 +0000", "01-Mar-2021 10:00:00 +0000", "01-Mar-2021 10:00:00 +0000", "01-Mar-2021 10:00:00 +0000"} {
		if got[i].InternalDate != want {
			t.Errorf("%q arrived as %q, want %q", dates[i], got[i].InternalDate, want)
		}
	}
	rerunCopiesNothing(t, from, to)

	// A server that refuses strange dates gets the message without.
	picky := imapscript.NewHost(t, imapscript.Knobs{RefuseMessage: func(_ string, m imapscript.Message) string {
		if strings.Contains(m.InternalDate, "1960") || strings.Contains(m.InternalDate, "2199") {
			return "BAD date out of range"
		}
		return ""
	}})
	move(t, from, picky).want(t, 0, 6)
	arrived(t, from, picky)
}

func Test13StrangeBytesAreStoredOrNamed(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	strange := []string{
		"Subject: bare LF\n\nbody\n", "Subject: NUL\r\n\r\na\x00b\r\n", "Subject: caf\xe9\r\n\r\n8-bit\r\n",
		"Subject: bare CR\r\rbody\r", "no end", "\r\n", "From anna Mon Jan 1 00:00:00 2020\r\nSubject: x\r\n\r\nbody\r\n", "Subject: only a header\r\n",
	}
	for _, body := range strange {
		from.Mailbox("INBOX").Add(plain(body))
	}
	from.Mailbox("INBOX").Add(plain(""))
	r := move(t, from, to).want(t, imapsync.ExitErrAppend, int64(len(strange)))
	if len(r.Missing) != 1 || r.Missing[0].UID != uint32(len(strange)+1) {
		t.Errorf("missing %+v", r.Missing)
	}
	from.Mailbox("INBOX").Remove(uint32(len(strange) + 1))
	arrived(t, from, to)
	rerunCopiesNothing(t, from, to)
}
