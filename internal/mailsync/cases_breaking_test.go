package mailsync_test

import (
	"strings"
	"testing"
	"time"

	"mailferry/internal/testkit/imapscript"
)

// breaksAt cuts the connection, or says BYE, at each command that a condition picks.
func breaksAt(action imapscript.Action, when func(line string) bool) func(int, string) imapscript.Action {
	return func(_ int, line string) imapscript.Action {
		if when(line) {
			return action
		}
		return imapscript.Action{}
	}
}

func TestAMessageThatBreaksEachConnectionCostsOnlyItself(t *testing.T) {
	t.Parallel()
	for name, action := range map[string]imapscript.Action{"by a BYE": imapscript.Bye("System Error"), "by hanging up": imapscript.Drop(), "inside its header": imapscript.DropInside(10)} {
		for _, uid := range []uint32{1, 4, 6} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				from, to := between(t, imapscript.Knobs{OnFetch: imapscript.FetchUID("F", uid, 0, action)}, imapscript.Knobs{})
				for _, folder := range []string{"INBOX", "F", "Z"} {
					from.Mailbox(folder).Add(letters(6)...)
				}
				o := move(t, from, to)
				o.admits(t, "[F]: incomplete, 6 messages announced, 5 readable", "F/"+string(rune('0'+uid)))
				if o.code != 115 {
					t.Errorf("exit code %d", o.code)
				}
				arrived(t, from, to, "INBOX", "Z")
				if n := to.Mailbox("F").Len(); n != 5 {
					t.Errorf("%d messages of the folder arrived", n)
				}
				if n := from.Counts().Logins; n > 12 {
					t.Errorf("it took %d logins", n)
				}
			})
		}
	}
}

func TestSomeMessagesThatBreakConnectionsAreFoundAmongManyOthers(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{OnFetch: func(_ string, m imapscript.Message) imapscript.Action {
		if m.UID == 7 || m.UID == 8 || m.UID == 300 {
			return imapscript.Drop()
		}
		return imapscript.Action{}
	}}, imapscript.Knobs{})
	from.Mailbox("INBOX").Add(letters(400)...)
	o := move(t, from, to)
	o.admits(t, "400 messages announced, 397 readable", "INBOX/7 ", "INBOX/8 ", "INBOX/300 ")
	if n := to.Mailbox("INBOX").Len(); n != 397 {
		t.Errorf("%d messages arrived", n)
	}
}

func TestAFolderThatBreaksEachConnectionStarvesNoOther(t *testing.T) {
	t.Parallel()
	opens := func(verb string) func(string) bool {
		return func(line string) bool { return strings.HasPrefix(line, verb) && strings.Contains(line, `"Bad"`) }
	}
	for name, c := range map[string]struct {
		source, destination func(int, string) imapscript.Action
		code                int
	}{
		"at EXAMINE":           {source: breaksAt(imapscript.Drop(), opens("EXAMINE")), code: 117},
		"at EXAMINE, with BYE": {source: breaksAt(imapscript.Bye("Internal error"), opens("EXAMINE")), code: 117},
		"at CREATE":            {destination: breaksAt(imapscript.Bye("Internal error"), opens("CREATE")), code: 116},
		"at SUBSCRIBE":         {destination: breaksAt(imapscript.Drop(), opens("SUBSCRIBE")), code: 117},
		"at SELECT":            {destination: breaksAt(imapscript.Drop(), opens("SELECT")), code: 117},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := between(t, imapscript.Knobs{OnCommand: c.source}, imapscript.Knobs{OnCommand: c.destination})
			for _, folder := range []string{"INBOX", "Aa", "Bad", "Zz"} {
				from.Mailbox(folder).SetSubscribed(true).Add(letters(3)...)
			}
			began := time.Now()
			o := move(t, from, to)
			if o.code != c.code {
				t.Errorf("exit code %d, want %d:\n%s", o.code, c.code, o.output)
			}
			o.admits(t, "[Bad]")
			arrived(t, from, to, "INBOX", "Aa", "Zz")
			if n := from.Counts().Logins + to.Counts().Logins; n > 16 {
				t.Errorf("it took %d logins", n)
			}
			t.Log(time.Since(began))
		})
	}
}

func TestAConnectionThatBreaksOnceCostsNoMessage(t *testing.T) {
	t.Parallel()
	for name, action := range map[string]imapscript.Action{"in the index": imapscript.Drop(), "inside a header": imapscript.DropInside(5)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := between(t, imapscript.Knobs{OnFetch: imapscript.FetchUID("INBOX", 30, 1, action)}, imapscript.Knobs{})
			from.Mailbox("INBOX").Add(letters(100)...)
			from.Mailbox("Other").Add(letters(10)...)
			if r := move(t, from, to).want(t, 0, 110); !r.Verified {
				t.Errorf("report %+v", r)
			}
			arrived(t, from, to, "INBOX", "Other")
		})
	}
}

func TestAnExamineRefusedForOneFolderLeavesTheOthers(t *testing.T) {
	t.Parallel()
	for name, empty := range map[string]bool{"with messages": false, "said to be empty": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := between(t, imapscript.Knobs{OnCommand: func(_ int, line string) imapscript.Action {
				if strings.HasPrefix(line, "EXAMINE") && strings.Contains(line, `"Bad"`) {
					return imapscript.Refuse("NO [CORRUPTION] cannot be opened")
				}
				return imapscript.Action{}
			}}, imapscript.Knobs{})
			for _, folder := range []string{"INBOX", "Bad", "Zz"} {
				if folder != "Bad" || !empty {
					from.Mailbox(folder).Add(letters(3)...)
				} else {
					from.Mailbox(folder)
				}
			}
			o := move(t, from, to)
			o.admits(t, "Host1 folder [Bad]: Could not examine")
			if o.code != 117 {
				t.Errorf("exit code %d", o.code)
			}
			arrived(t, from, to, "INBOX", "Zz")
		})
	}
}

func TestAFolderRefusedForNowIsTriedAgainAfterTheOthers(t *testing.T) {
	t.Parallel()
	for side, verb := range []string{"EXAMINE", "SELECT"} {
		t.Run(verb, func(t *testing.T) {
			t.Parallel()
			times := 0
			knobs := [2]imapscript.Knobs{}
			knobs[side].OnCommand = breaksAt(imapscript.Refuse("NO [UNAVAILABLE] Server busy, try again later"), func(line string) bool {
				if strings.HasPrefix(line, verb+" ") && strings.Contains(line, `"Work"`) {
					times++
					return times <= 4
				}
				return false
			})
			from, to := between(t, knobs[0], knobs[1])
			for _, folder := range []string{"INBOX", "Work", "Zz"} {
				from.Mailbox(folder).Add(letters(10)...)
			}
			if r := move(t, from, to).want(t, 0, 30); !r.Verified {
				t.Errorf("report %+v", r)
			}
			arrived(t, from, to, "INBOX", "Work", "Zz")
		})
	}
}

func TestWhatASourceFolderLacksIsSaidOnceThoughTheDestinationBreaks(t *testing.T) {
	t.Parallel()
	cuts := 0
	from, to := between(t, indexed(imapscript.IndexKnobs{Unanswered: only(3, func(string) bool { return true })}), imapscript.Knobs{
		OnCommand: func(_ int, line string) imapscript.Action {
			if strings.HasPrefix(line, "SELECT") && cuts < 2 {
				cuts++
				return imapscript.Drop()
			}
			return imapscript.Action{}
		},
	})
	from.Mailbox("INBOX").Add(letters(20)...)
	to.Mailbox("INBOX").Add(letters(10)...)
	o := move(t, from, to)
	o.admits(t)
	// In the log, and in the list of errors at most.
	if n := strings.Count(o.output, "incomplete, 20 messages announced, 19 readable"); n < 1 || n > 2 {
		t.Errorf("said %d times:\n%s", n, tail(o.output))
	}
	if n := strings.Count(o.output, "could not be fetched"); n > 2 || len(o.report(t).Missing) != 1 {
		t.Errorf("the message is named %d times, missing %+v:\n%s", n, o.report(t).Missing, tail(o.output))
	}
}
