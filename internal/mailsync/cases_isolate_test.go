package mailsync_test

import (
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
