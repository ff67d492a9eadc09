package mailsync_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"mailferry/internal/imapsync"
	"mailferry/internal/testkit/imapscript"
)

// asking acts on each FETCH of contents that names one of some UIDs.
func asking(action imapscript.Action, uids ...uint32) func(int, string) imapscript.Action {
	return func(_ int, line string) imapscript.Action {
		if slices.ContainsFunc(uids, func(uid uint32) bool { return asks(line, uid) }) {
			return action
		}
		return imapscript.Action{}
	}
}

// asks says whether a command asks for content of a message, in any way.
func asks(line string, uid uint32) bool {
	return imapscript.Asks(line, uid) || strings.HasPrefix(line, fmt.Sprintf("UID FETCH %d (", uid)) && strings.Contains(line, "BODY.PEEK[")
}

// missing are the UIDs that a report names.
func missing(r *imapsync.Report) []uint32 {
	var uids []uint32
	for _, m := range r.Missing {
		uids = append(uids, m.UID)
	}
	slices.Sort(uids)
	return uids
}

func TestOneOfFiveHundredThatSpoilsTheCommandIsFoundInFewRoundTrips(t *testing.T) {
	t.Parallel()
	for name, action := range map[string]imapscript.Action{
		"refused with NO":        imapscript.Refuse("NO [CANNOT] this one is broken"),
		"refused with BAD":       imapscript.Refuse("BAD internal confusion"),
		"answered with nothing":  imapscript.Refuse("OK here you are"),
		"the connection is cut":  imapscript.Drop(),
		"the session is ended":   imapscript.Bye("sorry"),
		"ended as if it were us": imapscript.Bye("too many errors"),
	} {
		for _, uid := range []uint32{1, 250, 500} {
			t.Run(fmt.Sprintf("%s, UID %d", name, uid), func(t *testing.T) {
				t.Parallel()
				from, to := between(t, imapscript.Knobs{OnCommand: asking(action, uid)}, imapscript.Knobs{})
				from.Mailbox("INBOX").Add(letters(500)...)
				from.Mailbox("Later").SetUIDNext(1000).Add(letters(20)...)
				o := move(t, from, to)
				r := o.want(t, imapsync.ExitErrFetch, 519)
				if got := missing(r); !slices.Equal(got, []uint32{uid}) {
					t.Errorf("named are %v", got)
				}
				if n := from.Counts().Verbs["UID FETCH"]; n > 60 {
					t.Errorf("%d FETCH commands:\n%s", n, tail(o.output))
				}
				if r.Reconnections > 20 {
					t.Errorf("%d reconnections", r.Reconnections)
				}
			})
		}
	}
}

func TestSeveralThatBreakTheConnectionKeepNoOtherFromArriving(t *testing.T) {
	t.Parallel()
	bad := []uint32{3, 4, 5, 6, 7, 8, 60, 61, 199, 200}
	from, to := between(t, imapscript.Knobs{OnCommand: asking(imapscript.Drop(), bad...)}, imapscript.Knobs{})
	from.Mailbox("INBOX").Add(letters(200)...)
	for n := range 5 {
		from.Mailbox(fmt.Sprintf("Later %d", n)).SetUIDNext(1000).Add(letters(2)...)
	}
	r := move(t, from, to).want(t, imapsync.ExitErrFetch, 200)
	if got := missing(r); !slices.Equal(got, bad) {
		t.Errorf("named are %v", got)
	}
}

func TestAMessageThatBreaksTheConnectionIsLeftForTheEnd(t *testing.T) {
	t.Parallel()
	var order []string
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	from.Change(func(k *imapscript.Knobs) {
		k.OnCommand = func(_ int, line string) imapscript.Action {
			if strings.Contains(line, "BODY.PEEK[") && !strings.Contains(line, "FIELDS") {
				order = append(order, line)
			}
			if asks(line, 400) {
				return imapscript.Drop()
			}
			return imapscript.Action{}
		}
	})
	from.Mailbox("A").Add(letters(1)...)
	from.Mailbox("A").SetUIDNext(400)
	from.Mailbox("A").Add(letter(2))
	from.Mailbox("B").Add(letters(2)...)
	config := quick()
	config.Connections = 1
	syncOnce(t, config, account(from), account(to)).want(t, imapsync.ExitErrFetch, 3)
	last := order[len(order)-1]
	if !strings.Contains(last, "FETCH 400 ") {
		t.Errorf("the last command is %s of %q", last, order)
	}
	suspected := slices.IndexFunc(order, func(line string) bool { return strings.Contains(line, "FETCH 400 ") })
	if slices.ContainsFunc(order[suspected+1:], func(line string) bool { return !strings.Contains(line, "400") }) && suspected+1 < len(order)-4 {
		t.Errorf("others wait for it: %q", order)
	}
}

func TestWhatCameBeforeARefusalIsKept(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	box := from.Mailbox("INBOX")
	box.Add(letters(100)...)
	from.Change(func(k *imapscript.Knobs) {
		k.Tell = func(line string) string {
			if imapscript.Asks(line, 10) || imapscript.Asks(line, 20) {
				return "NO Some of the requested messages no longer exist."
			}
			return ""
		}
	})
	config := cutBeforeCopying(from, func() { box.Remove(10, 20) })
	r := syncOnce(t, config, account(from), account(to)).want(t, 0, 98)
	if r.MessagesFound != 98 {
		t.Errorf("report %+v", r)
	}
	arrived(t, from, to)
}

func TestAMessageThatCannotBeComparedKeepsNoOtherFromBeing(t *testing.T) {
	t.Parallel()
	for name, action := range map[string]imapscript.Action{"refused": imapscript.Refuse("NO [CANNOT] broken"), "cut": imapscript.Drop()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// All share a Message-ID, so that only their contents tell them apart.
			same := func(n int) imapscript.Message {
				return imapscript.Message{Body: fmt.Appendf(nil, "Message-ID: <same@example.org>\r\n\r\nnumber %02d\r\n", n), InternalDate: "01-Mar-2021 10:00:00 +0000"}
			}
			from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
			for n := range 20 {
				from.Mailbox("INBOX").Add(same(n))
			}
			move(t, from, to).want(t, 0, 20)
			from.Mailbox("INBOX").Add(same(20))
			from.Change(func(k *imapscript.Knobs) { k.OnCommand = asking(action, 7) })
			o := move(t, from, to)
			if got := len(bodies(to.Mailbox("INBOX"))); got > 22 {
				t.Errorf("%d messages are there:\n%s", got, tail(o.output))
			}
			if !slices.Contains(bodies(to.Mailbox("INBOX")), string(same(20).Body)) {
				t.Errorf("the new one is not there:\n%s", tail(o.output))
			}
		})
	}
}

func TestAnIndexWhoseHeaderIsNotAsLongAsAnnouncedKeepsNoMessageFromArriving(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(r []byte) []byte{
		"longer":  func(r []byte) []byte { return bytes.Replace(r, []byte("}\r\n"), []byte("}\r\nX-More: yes\r\n"), 1) },
		"shorter": func(r []byte) []byte { return bytes.Replace(r, []byte("}\r\nM"), []byte("}\r\n"), 1) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := between(t, imapscript.Knobs{Rewrite: func(_ string, m imapscript.Message, items []string, r []byte) []byte {
				if m.UID != 30 || !strings.Contains(strings.Join(items, " "), "FIELDS") {
					return r
				}
				return change(r)
			}}, imapscript.Knobs{})
			from.Mailbox("INBOX").Add(letters(60)...)
			from.Mailbox("Later").Add(letter(99))
			o := move(t, from, to, "--timeout1=5")
			got := bodies(to.Mailbox("INBOX"))
			if len(got) < 59 || to.Mailbox("Later").Len() != 1 || o.code == 0 && len(got) != 60 {
				t.Errorf("%d messages arrived, exit code %d:\n%s", len(got), o.code, tail(o.output))
			}
		})
	}
}

func TestContentsRefusedForAWhileAreWaitedForAndNotAskedForInAnotherWay(t *testing.T) {
	t.Parallel()
	for _, words := range []string{
		"NO [LIMIT] UID FETCH Rate limit hit.", "BAD Request is throttled. Suggested Backoff Time: 150 milliseconds",
		"NO [OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)", "NO Server Unavailable. 15",
	} {
		t.Run(words, func(t *testing.T) {
			t.Parallel()
			refused, asked := 0, 0
			from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
			from.Change(func(k *imapscript.Knobs) {
				k.OnCommand = func(_ int, line string) imapscript.Action {
					switch {
					case strings.Contains(line, "BODY.PEEK[HEADER]") || strings.Contains(line, "]<"):
						asked++
					case strings.Contains(line, "BODY.PEEK[])"):
						if refused++; refused > 1 && refused < 5 {
							return imapscript.Refuse(words)
						}
					}
					return imapscript.Action{}
				}
			})
			for _, folder := range []string{"INBOX", "Sent", "Work"} {
				from.Mailbox(folder).Add(letters(20)...)
			}
			move(t, from, to).want(t, 0, 60)
			arrived(t, from, to, "INBOX", "Sent", "Work")
			if asked > 0 || refused > 12 {
				t.Errorf("%d other ways were taken, after %d FETCH commands", asked, refused)
			}
		})
	}
}

func TestAMessageLimitIsKeptForBatches(t *testing.T) {
	t.Parallel()
	for name, knobs := range map[string]imapscript.Knobs{
		"announced":            {Index: imapscript.IndexKnobs{MessageLimit: 20}},
		"of one":               {Index: imapscript.IndexKnobs{MessageLimit: 1}},
		"announced by no word": {Index: imapscript.IndexKnobs{MessageLimit: 20}, Without: []string{"MESSAGELIMIT=20"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := between(t, imapscript.Knobs{}, knobs)
			from.Mailbox("INBOX").Add(letters(200)...)
			move(t, from, to).want(t, 0, 200)
			arrived(t, from, to)
			if n := to.Counts().Appends; knobs.Without == nil && n != 200 {
				t.Errorf("%d messages were sent", n)
			}
		})
	}
}

func TestAMessageLimitIsKeptForContents(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{Index: imapscript.IndexKnobs{MessageLimit: 30}, With: []string{"MESSAGELIMIT=30"}}, imapscript.Knobs{})
	from.Mailbox("INBOX").Add(letters(200)...)
	move(t, from, to).want(t, 0, 200)
	arrived(t, from, to)
	if n := from.Counts().Verbs["UID FETCH"]; n > 40 {
		t.Errorf("%d FETCH commands", n)
	}
}
