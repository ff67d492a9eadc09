package mailsync_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mailferry/internal/imapsync"
	"mailferry/internal/mailsync"
	"mailferry/internal/testkit/imapscript"
)

// busyWords are those of hosts that ask for patience.
func busyWords() []string {
	return []string{
		"NO Request is throttled. Suggested Backoff Time: 20 milliseconds", "BAD Request is throttled. Suggested Backoff Time: 20 milliseconds",
		"NO [OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)", "NO [UNAVAILABLE] Temporary System Error",
		"NO [LIMIT] Rate limit hit.", "NO Server Unavailable. 15", "NO [INUSE] Mailbox is locked", "NO [SERVERBUG] Internal error occurred",
		"NO Too many simultaneous connections, please retry later",
	}
}

// busy refuses some commands, so many times.
type busy struct {
	text    string
	times   int
	refused int
	picks   func(line string) bool
}

func (b *busy) onCommand(_ int, line string) imapscript.Action {
	if b.picks(line) && b.refused < b.times {
		b.refused++
		return imapscript.Refuse(b.text)
	}
	return imapscript.Action{}
}

// verb picks commands by how they begin.
func verb(words ...string) func(string) bool {
	return func(line string) bool {
		for _, word := range words {
			if strings.HasPrefix(line, word) {
				return true
			}
		}
		return false
	}
}

func TestWhateverIsRefusedForAWhileIsDoneAgain(t *testing.T) {
	t.Parallel()
	contents := func(line string) bool {
		return strings.Contains(line, "FETCH") && strings.Contains(line, "BODY.PEEK[]")
	}
	for name, c := range map[string]struct {
		side  int
		picks func(string) bool
		plain bool
	}{
		"LIST at the source":           {0, verb("LIST"), false},
		"LIST at the destination":      {1, verb("LIST"), false},
		"EXAMINE":                      {0, verb("EXAMINE"), false},
		"one folder's EXAMINE":         {0, func(line string) bool { return verb("EXAMINE")(line) && strings.Contains(line, "Work") }, false},
		"FETCH for the index":          {0, func(line string) bool { return strings.Contains(line, "FETCH") && !contents(line) }, false},
		"FETCH of contents":            {0, contents, false},
		"SELECT":                       {1, verb("SELECT"), false},
		"FETCH at the destination":     {1, func(line string) bool { return strings.Contains(line, "FETCH") }, false},
		"CREATE":                       {1, verb("CREATE"), false},
		"CREATE of a name with a sign": {1, func(line string) bool { return verb("CREATE")(line) && strings.Contains(line, "R&-D") }, false},
		"APPEND":                       {1, verb("APPEND"), true},
		"STATUS":                       {0, verb("STATUS"), false},
		"NAMESPACE at the source":      {0, verb("NAMESPACE"), false},
		"NAMESPACE at the destination": {1, verb("NAMESPACE"), false},
		"LIST of subscribed ones":      {0, func(line string) bool { return verb("LIST", "LSUB")(line) && strings.Contains(line, "SUBSCRIBED") }, false},
		"SUBSCRIBE":                    {1, verb("SUBSCRIBE"), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, text := range busyWords() {
				b := &busy{text: text, times: 3, picks: c.picks}
				var knobs [2]imapscript.Knobs
				if knobs[c.side].OnCommand = b.onCommand; c.plain {
					// A command with a literal is refused once its message is there.
					knobs[c.side] = imapscript.Knobs{Without: []string{"MULTIAPPEND"}, RefuseMessage: func(string, imapscript.Message) string {
						if b.refused < b.times {
							b.refused++
							return b.text
						}
						return ""
					}}
				}
				if name == "STATUS" {
					knobs[c.side].Without = []string{"LIST-STATUS"}
				}
				from, to := between(t, knobs[0], knobs[1])
				for i, folder := range []string{"INBOX", "Work", "R&-D"} {
					from.Mailbox(folder).SetSubscribed(true).Add(letters(20 + i)...)
				}
				o := move(t, from, to)
				if o.code != 0 {
					t.Errorf("%s: exit code %d:\n%s", text, o.code, tail(o.output))
					continue
				}
				arrived(t, from, to, "INBOX", "Work", "R&-D")
				if b.refused != b.times {
					t.Errorf("%s: refused %d times", text, b.refused)
				}
				if waits, on := strings.Count(o.output, ": waiting until "), strings.Count(o.output, ": going on after the pause"); waits == 0 || on > waits {
					t.Errorf("%s: %d pauses begin, %d end:\n%s", text, waits, on, o.output)
				}
				if o.parser.Progress().Waiting != nil {
					t.Errorf("%s: it still waits", text)
				}
			}
		})
	}
}

func TestALoginRefusedInPassingIsTriedAgain(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"NO [UNAVAILABLE] Temporary authentication failure", "NO Account is temporarily locked, try again in 20 ms", "NO [LIMIT] too many login attempts"} {
		for first := range 2 { // also only at the second connection
			var knobs imapscript.Knobs
			knobs.RefuseLogin = func(n int) string {
				if n > first && n <= first+3 {
					return text
				}
				return ""
			}
			from, to := between(t, knobs, imapscript.Knobs{})
			from.Mailbox("INBOX").Add(letters(5)...)
			if o := move(t, from, to); o.code != 0 {
				t.Errorf("%s: exit code %d\n%s", text, o.code, tail(o.output))
			}
			arrived(t, from, to)
		}
	}
}

func TestAThrottledOKIsAPauseAndNoFailure(t *testing.T) {
	t.Parallel()
	said := false
	from, to := between(t, imapscript.Knobs{OnCommand: func(_ int, line string) imapscript.Action {
		if !verb("NAMESPACE")(line) || said {
			return imapscript.Action{}
		}
		said = true
		return imapscript.Refuse("OK [THROTTLED] Suggested Backoff Time: 30 milliseconds")
	}}, imapscript.Knobs{})
	from.Mailbox("INBOX").Add(letters(5)...)
	o := move(t, from, to)
	o.want(t, 0, 5)
	if strings.Count(o.output, "Host1: waiting until ") != 1 {
		t.Errorf("pauses:\n%s", o.output)
	}
}

func TestARunIsPutOffForALongPause(t *testing.T) {
	t.Parallel()
	for name, action := range map[string]imapscript.Action{
		"in milliseconds": imapscript.Refuse("NO Request is throttled. Suggested Backoff Time: 299961 milliseconds"),
		"in minutes":      imapscript.Refuse("BAD [LIMIT] Rate limit hit, try again in 15 minutes"),
		"with a BYE":      imapscript.Bye("[UNAVAILABLE] too many commands, try again in 1 hour"),
	} {
		for side := range 2 {
			t.Run(fmt.Sprintf("%s, side %d", name, side+1), func(t *testing.T) {
				t.Parallel()
				var commands atomic.Int64
				var knobs [2]imapscript.Knobs
				knobs[side].OnCommand = func(_ int, line string) imapscript.Action {
					if verb("EXAMINE", "SELECT")(line) {
						commands.Add(1)
						return action
					}
					return imapscript.Action{}
				}
				from, to := between(t, knobs[0], knobs[1])
				from.Mailbox("INBOX").Add(letters(5)...)
				o := move(t, from, to)
				w := o.parser.Progress().Waiting
				if o.code != imapsync.ExitTempFail || w == nil || w.Side != side+1 || time.Until(w.Until) < 4*time.Minute {
					t.Fatalf("exit code %d, waiting %+v:\n%s", o.code, w, tail(o.output))
				}
				if !strings.Contains(o.output, "Exiting with return value 75 (EX_TEMPFAIL)") || !strings.Contains(o.output, "++++ Statistics") || !strings.Contains(o.output, "Detected 0 errors") {
					t.Errorf("the end:\n%s", tail(o.output))
				}
				if commands.Load() > 3 {
					t.Errorf("asked %d times", commands.Load())
				}
			})
		}
	}
}

func TestAPauseEndsWithASignal(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	from, to := between(t, imapscript.Knobs{OnCommand: func(_ int, line string) imapscript.Action {
		if !verb("EXAMINE")(line) {
			return imapscript.Action{}
		}
		stop()
		return imapscript.Refuse("NO [LIMIT] Rate limit hit, try again in 100 seconds")
	}}, imapscript.Knobs{})
	from.Mailbox("INBOX").Add(letters(5)...)
	begin := time.Now()
	if o := syncContext(ctx, t, quick(), account(from), account(to)); o.code != imapsync.ExitBySignal || time.Since(begin) > 50*time.Second {
		t.Errorf("exit code %d after %s", o.code, time.Since(begin))
	}
}

func TestAFullMailboxIsKnownByItsWords(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"NO [OVERQUOTA] full", "NO Your quota has been exceeded.", "NO [ALERT] You exceeded your mail quota.", "NO APPEND failed: mailbox has exceeded its quota",
		"NO The mailbox size limit has been exceeded", "NO Not enough space on mailbox", "NO user is over quota", "NO [SERVERBUG] No space left on device",
		"NO [LIMIT] Storage limit reached",
	} {
		for _, without := range [][]string{nil, {"MULTIAPPEND"}, {"MULTIAPPEND", "LITERAL+"}} {
			kept := 0
			from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{Without: without, BeforeAppend: func(int, string, imapscript.Message) imapscript.Action {
				kept++
				return imapscript.Action{}
			}, RefuseMessage: func(string, imapscript.Message) string {
				if kept >= 20 {
					return text
				}
				return ""
			}})
			from.Mailbox("INBOX").Add(letters(300)...)
			if o := move(t, from, to); o.code != imapsync.ExitOverQuota || strings.Contains(o.output, "waiting until") {
				t.Errorf("%s: exit code %d\n%s", text, o.code, tail(o.output))
			}
		}
	}
}

func TestALimitForOneMessageIsThatMessagesError(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"NO [LIMIT] Too many identical emails", "NO [TOOBIG] message exceeds the quota for one message", "NO message size exceeds fixed limit", "NO Server Unavailable. 15",
		"NO [LIMIT] Message too large", "BAD [CLIENTBUG] Additional arguments found after last expected argument",
	} {
		for _, without := range [][]string{nil, {"MULTIAPPEND"}, {"MULTIAPPEND", "LITERAL+"}} {
			from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{Without: without, RefuseMessage: func(_ string, m imapscript.Message) string {
				if strings.Contains(string(m.Body), "<5@") {
					return text
				}
				return ""
			}})
			from.Mailbox("INBOX").Add(letters(30)...)
			o := move(t, from, to)
			if o.code != imapsync.ExitErrAppend || len(o.report(t).Missing) != 1 || o.report(t).Missing[0].UID != 5 || o.report(t).Missing[0].Reason != text {
				t.Errorf("%s without %v: exit code %d, missing %+v\n%s", text, without, o.code, o.report(t).Missing, tail(o.output))
			}
		}
	}
}

func TestRefusedMembersOfBatchesAreFoundInFewCommands(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{RefuseMessage: func(_ string, m imapscript.Message) string {
		if strings.Contains(string(m.Body), "00@") {
			return "NO [CANNOT] not this one"
		}
		return ""
	}})
	from.Mailbox("INBOX").Add(letters(1000)...)
	o := move(t, from, to)
	r := o.want(t, imapsync.ExitErrAppend, 990)
	if r.MessagesFailed != 10 {
		t.Errorf("%d failed", r.MessagesFailed)
	}
	// Ten in twenty batches or a few more, each with two halves on six levels.
	if n := to.Counts().Verbs["APPEND"]; n > 60+10*13 {
		t.Errorf("%d commands", n)
	}
}

func TestAMessageThatBreaksItsConnectionIsFoundAndTheOthersArrive(t *testing.T) {
	t.Parallel()
	for _, without := range [][]string{nil, {"MULTIAPPEND"}, {"MULTIAPPEND", "LITERAL+"}} {
		from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{Without: without, BeforeAppend: func(_ int, _ string, m imapscript.Message) imapscript.Action {
			if strings.Contains(string(m.Body), "<7@") || strings.Contains(string(m.Body), "<150@") {
				return imapscript.Drop()
			}
			return imapscript.Action{}
		}})
		from.Mailbox("INBOX").Add(letters(200)...)
		from.Mailbox("Later").Add(letters(20)[10:]...)
		config := mailsync.Config{Pause: 5 * time.Millisecond}
		o := syncOnce(t, config, account(from), account(to))
		r := o.want(t, imapsync.ExitErrAppend, 208)
		if len(r.Missing) != 2 {
			t.Errorf("without %v: missing %+v", without, r.Missing)
		}
	}
}

func TestFlagsRefusedForAWhileAreChangedAfterAll(t *testing.T) {
	t.Parallel()
	for _, text := range busyWords() {
		b := &busy{text: text, times: 3, picks: verb("UID STORE", "STORE")}
		from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{OnCommand: b.onCommand})
		for _, box := range []*imapscript.Mailbox{from.Mailbox("INBOX"), to.Mailbox("INBOX")} {
			box.Add(letters(20)...)
		}
		from.Mailbox("INBOX").SetFlags(7, `\Flagged`, `\Answered`)
		o := move(t, from, to, "--syncflagsaftercopy")
		o.want(t, 0, 0)
		if got := to.Mailbox("INBOX").Messages()[6].Flags; !sameFlags(got, `\Flagged`, `\Answered`) || b.refused != b.times {
			t.Errorf("%s: refused %d times, flags %q:\n%s", text, b.refused, got, tail(o.output))
		}
	}
}

func TestWhatIsAskedForBesideTheMailIsWaitedForAsWell(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"CAPABILITY", "ID", "NAMESPACE", "GETQUOTAROOT", "ENABLE", "LSUB", "LOGOUT"} {
		for side := range 2 {
			b := &busy{text: "NO [UNAVAILABLE] Temporary System Error", times: 2, picks: verb(word)}
			var knobs [2]imapscript.Knobs
			knobs[side] = imapscript.Knobs{OnCommand: b.onCommand, Without: []string{"LIST-EXTENDED"}}
			from, to := between(t, knobs[0], knobs[1])
			from.Mailbox("INBOX").Add(letters(20)...)
			move(t, from, to).want(t, 0, 20)
			arrived(t, from, to)
		}
	}
}
