package mailsync_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"mailferry/internal/imapsync"
	"mailferry/internal/mailsync"
	"mailferry/internal/testkit/imapscript"
)

// engineProcess is the engine as a process of its own: this test binary, see TestMain.
func engineProcess(ctx context.Context, from, to side) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0],
		"--host1="+from.host, fmt.Sprintf("--port1=%d", from.port), "--user1="+from.user, "--nossl1", "--notls1",
		"--host2="+to.host, fmt.Sprintf("--port2=%d", to.port), "--user2="+to.user, "--nossl2", "--notls2")
	cmd.Env = append(append(os.Environ(), "MAILSYNC_TEST_ENGINE=1"), imapsync.Environment(from.password, to.password)...)
	return cmd
}

func Test06AKillInMidBatchLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	for _, atOnce := range []bool{false, true} {
		reached := make(chan struct{})
		from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{StoreMembersAtOnce: atOnce, BeforeAppend: func(n int, _ string, _ imapscript.Message) imapscript.Action {
			if n == 40 {
				close(reached)
				return imapscript.Silence()
			}
			return imapscript.Action{}
		}})
		from.Mailbox("INBOX").Add(letters(120)...)
		cmd := engineProcess(t.Context(), account(from), account(to))
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		<-reached
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		before := to.Total()
		move(t, from, to).want(t, 0, int64(120-before))
		arrived(t, from, to)
		rerunCopiesNothing(t, from, to)
	}
}

// whileCopying makes a host ask onFetch about contents fetched to be copied, and not about
// the headers that an index reads.
func whileCopying(h *imapscript.Host, onFetch func(string, imapscript.Message) imapscript.Action) {
	copying := false
	h.Change(func(k *imapscript.Knobs) {
		k.OnCommand = func(_ int, line string) imapscript.Action {
			if strings.HasPrefix(line, "UID FETCH") {
				copying = strings.Contains(line, "BODY.PEEK[") && !strings.Contains(line, "FIELDS")
			}
			return imapscript.Action{}
		}
		k.OnFetch = func(mailbox string, m imapscript.Message) imapscript.Action {
			if !copying {
				return imapscript.Action{}
			}
			return onFetch(mailbox, m)
		}
	})
}

func Test07ASourceThatDiesInsideABigMessageLeavesNothingTruncated(t *testing.T) {
	t.Parallel()
	big := imapscript.Message{Body: append([]byte("Message-ID: <big@example.org>\r\n\r\n"), bytes.Repeat([]byte("0123456789abcde\n"), 100<<16)...)}
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	from.Mailbox("INBOX").Add(letter(1), big, letter(2))
	whileCopying(from, imapscript.FetchUID("INBOX", 2, 1, imapscript.DropInside(60<<20)))
	r := move(t, from, to).want(t, 0, 3)
	if r.Reconnections != 1 || !r.Verified {
		t.Errorf("report %+v", r)
	}
	arrived(t, from, to)

	// Gone for good: the code says so, and what did arrive is whole.
	gone := imapscript.NewHost(t, imapscript.Knobs{})
	lost := imapscript.NewHost(t, imapscript.Knobs{RefuseLogin: func(n int) string {
		if n > 2 {
			return "NO [UNAVAILABLE] going down"
		}
		return ""
	}})
	whileCopying(lost, imapscript.FetchUID("INBOX", 2, 0, imapscript.DropInside(60<<20)))
	lost.Mailbox("INBOX").Add(letter(1), big, letter(2))
	o := move(t, lost, gone)
	if o.code != imapsync.ExitConnectionFailureHost1 {
		t.Errorf("exit code %d, want %d:\n%s", o.code, imapsync.ExitConnectionFailureHost1, tail(o.output))
	}
	for _, m := range gone.Mailbox("INBOX").Messages() {
		if len(m.Body) != len(letter(1).Body) {
			t.Errorf("a message of %d bytes arrived", len(m.Body))
		}
	}
}

func tail(s string) string { return s[max(0, len(s)-3000):] }

func Test19ResponsesOutOfShapeLoseNoMessage(t *testing.T) {
	t.Parallel()
	for name, knobs := range map[string]imapscript.Knobs{
		"UID after the literal": {UIDLast: true},
		"unsolicited data":      {Chatty: true},
		"both":                  {UIDLast: true, Chatty: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := between(t, knobs, imapscript.Knobs{Chatty: knobs.Chatty})
			from.Mailbox("INBOX").Add(letters(70)...)
			move(t, from, to).want(t, 0, 70)
			arrived(t, from, to)
			rerunCopiesNothing(t, from, to)
		})
	}
}

func Test19AMessageGivenAsAQuotedStringArrives(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{Literal: func(imapscript.Message) imapscript.Form { return imapscript.AsQuoted }}, imapscript.Knobs{})
	for i := range 60 {
		from.Mailbox("INBOX").Add(plain(fmt.Sprintf(`no header, "one line" \ %d`, i)))
	}
	move(t, from, to).want(t, 0, 60)
	arrived(t, from, to)
	rerunCopiesNothing(t, from, to)
}

func Test19AMessageGivenAsNILArrivesInAnotherWay(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{Literal: func(m imapscript.Message) imapscript.Form {
		if m.UID == 2 {
			return imapscript.AsNIL
		}
		return imapscript.AsLiteral
	}}, imapscript.Knobs{})
	from.Mailbox("INBOX").Add(letters(3)...)
	move(t, from, to).want(t, 0, 3)
	arrived(t, from, to)
}

func Test19AMessageThatVanishesMeanwhileIsNoError(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	box := from.Mailbox("INBOX")
	box.Add(letters(5)...)
	// The first content asked for is that of the copy: the index is complete by then.
	config := cutBeforeCopying(from, func() { box.Remove(3) })
	r := syncOnce(t, config, account(from), account(to)).want(t, 0, 4)
	if !r.Verified || r.MessagesFound != 4 {
		t.Errorf("report %+v", r)
	}
	arrived(t, from, to)
}

func TestFlagsChangedAfterTheIndexAreThoseThatArrive(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	box := from.Mailbox("INBOX")
	box.Add(letters(3)...)
	config := cutBeforeCopying(from, func() { box.SetFlags(2, `\Seen`, `\Flagged`) })
	syncOnce(t, config, account(from), account(to)).want(t, 0, 3)
	if flags := to.Mailbox("INBOX").Messages()[1].Flags; !slices.Contains(flags, `\Seen`) || !slices.Contains(flags, `\Flagged`) {
		t.Errorf("the flags are %q", flags)
	}
}

func Test19AnExpungeInTheMiddleOfAFetchShiftsNothing(t *testing.T) {
	t.Parallel()
	for name, knobs := range map[string]imapscript.Knobs{"alone": {}, "among other data": {Chatty: true}, "UID last": {UIDLast: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := between(t, knobs, imapscript.Knobs{})
			from.Mailbox("INBOX").Add(letters(70)...)
			whileCopying(from, func(_ string, m imapscript.Message) imapscript.Action {
				switch m.UID {
				case 10:
					return imapscript.ExpungeOther(3) // sent already
				case 20:
					return imapscript.ExpungeOther(50) // still to come
				}
				return imapscript.Action{}
			})
			r := move(t, from, to).want(t, 0, 69)
			if !r.Verified || r.MessagesFound != 69 {
				t.Errorf("report %+v", r)
			}
			for _, m := range to.Mailbox("INBOX").Messages() {
				// Each has the date that belongs to it.
				var n int
				_, err := fmt.Sscanf(string(m.Body), "Message-ID: <%d@", &n)
				if want := letter(n); err != nil || !bytes.Equal(m.Body, want.Body) || m.InternalDate != want.InternalDate {
					t.Errorf("message %d arrived as of %s, %q", n, m.InternalDate, m.Body)
				}
			}
		})
	}
}

// cutBeforeCopying cuts the source's connection when the first content is asked for, which is
// when the indexes are complete. What meanwhile does is done before the engine is back.
func cutBeforeCopying(from *imapscript.Host, meanwhile func()) mailsync.Config {
	var once sync.Once
	cut := make(chan struct{})
	from.Change(func(k *imapscript.Knobs) {
		first := true
		k.OnCommand = func(_ int, line string) imapscript.Action {
			if first && strings.Contains(line, "BODY.PEEK[])") {
				first = false
				close(cut)
				return imapscript.Drop()
			}
			return imapscript.Action{}
		}
	})
	config := quick()
	config.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		select {
		case <-cut:
			once.Do(meanwhile)
		default:
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	return config
}

func Test20TheLiteralCountsAndNotRFC822Size(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{Size: func(m imapscript.Message) int64 { return int64(m.UID) * 7 }}, imapscript.Knobs{})
	from.Mailbox("INBOX").Add(letters(60)...)
	r := move(t, from, to).want(t, 0, 60)
	if want := size(from.Mailbox("INBOX")); r.Bytes != want || !r.Verified {
		t.Errorf("report %+v, want %d bytes", r, want)
	}
	arrived(t, from, to)
	rerunCopiesNothing(t, from, to)
}

func size(box *imapscript.Mailbox) (n int64) {
	for _, m := range box.Messages() {
		n += int64(len(m.Body))
	}
	return n
}

func Test21AMessageThatBreaksTheConnectionIsIsolated(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	from.Mailbox("INBOX").Add(letters(80)...)
	whileCopying(from, func(_ string, m imapscript.Message) imapscript.Action {
		if m.UID == 17 || m.UID == 18 || m.UID == 60 {
			return imapscript.DropInside(10)
		}
		return imapscript.Action{}
	})
	r := move(t, from, to).want(t, imapsync.ExitErrFetch, 77)
	if len(r.Missing) != 3 || r.Missing[0].UID != 17 || r.Missing[1].UID != 18 || r.Missing[2].UID != 60 {
		t.Errorf("missing %+v", r.Missing)
	}
	if n := from.Counts().Fetched["INBOX"][17]; n > 6 { // once for its header, once for its subject
		t.Errorf("the message was fetched %d times", n)
	}
}

func Test21AMessageThatBreaksTheDestinationIsIsolated(t *testing.T) {
	t.Parallel()
	for _, without := range [][]string{nil, {"MULTIAPPEND"}} {
		from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{Without: without, BeforeAppend: func(_ int, _ string, m imapscript.Message) imapscript.Action {
			if strings.Contains(string(m.Body), "<17@") {
				return imapscript.Drop()
			}
			return imapscript.Action{}
		}})
		from.Mailbox("INBOX").Add(letters(80)...)
		r := move(t, from, to).want(t, imapsync.ExitErrAppend, 79)
		if len(r.Missing) != 1 || r.Missing[0].UID != 17 {
			t.Errorf("missing %+v", r.Missing)
		}
	}
}

func Test21ACutWhileTheNextFolderIsAskedForLosesNothing(t *testing.T) {
	t.Parallel()
	// One connection to each side, so that all folders go over the same.
	from, to := between(t, imapscript.Knobs{MaxConnections: 1}, imapscript.Knobs{MaxConnections: 1})
	folders := []string{"INBOX", "A", "B", "C", "D", "E"}
	for _, folder := range folders {
		from.Mailbox(folder).Add(letters(10)...)
	}
	cut := map[string]bool{}
	whileCopying(from, func(mailbox string, m imapscript.Message) imapscript.Action {
		if m.UID != 10 || cut[mailbox] {
			return imapscript.Action{}
		}
		cut[mailbox] = true
		return imapscript.DropInside(20)
	})
	r := move(t, from, to).want(t, 0, 60)
	if !r.Verified || len(cut) != len(folders) || r.Reconnections < int64(len(folders)) {
		t.Errorf("cut in %d folders, report %+v", len(cut), r)
	}
	arrived(t, from, to, folders...)
}

func Test22CostGoesByMessagesAndNotByUIDs(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	for i, uid := range []uint32{743000001, 743000900, 4294967200, 4294967290} {
		m := letter(i + 1)
		m.UID = uid
		from.Mailbox("INBOX").Add(m)
	}
	to.Mailbox("INBOX").SetUIDNext(4294967000)
	move(t, from, to).want(t, 0, 4)
	arrived(t, from, to)
	rerunCopiesNothing(t, from, to)
	if n := from.Counts().Commands; n > 60 {
		t.Errorf("%d commands for four messages", n)
	}
}

func Test23ChangedOrAbsentUIDVALIDITYDoublesNothing(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{AfterAppend: imapscript.AppendNumber(20, imapscript.Drop())})
	from.Mailbox("INBOX").SetUIDValidity(0).Add(letters(60)...)
	to.Mailbox("INBOX").SetUIDValidity(0).Add(letter(7))
	r := move(t, from, to).want(t, 0, 59)
	if !r.Verified {
		t.Errorf("report %+v", r)
	}
	arrived(t, from, to)
	from.Mailbox("INBOX").Renumber(5000)
	to.Mailbox("INBOX").Renumber(9000)
	rerunCopiesNothing(t, from, to)

	// The source is renumbered in mid-run, so that UIDs are those of other messages: all is found anew, and nothing arrives twice.
	from, to = between(t, imapscript.Knobs{}, imapscript.Knobs{})
	box := from.Mailbox("INBOX")
	box.Add(letters(60)...)
	config := cutBeforeCopying(from, func() { box.Renumber(40) })
	syncOnce(t, config, account(from), account(to)).want(t, 0, 60)
	arrived(t, from, to)
	rerunCopiesNothing(t, from, to)

	// It is replaced by a folder with half of the messages and others: what is left of it arrives, the rest is named, and the next
	// run makes it good.
	from, to = between(t, imapscript.Knobs{}, imapscript.Knobs{})
	box = from.Mailbox("INBOX")
	box.Add(letters(60)...)
	config = cutBeforeCopying(from, func() {
		for uid := range uint32(30) {
			box.Remove(uid + 1)
		}
		for n := range 30 {
			box.Add(letter(100 + n))
		}
		box.Renumber(10)
	})
	r = syncOnce(t, config, account(from), account(to)).want(t, imapsync.ExitErrFetch, 30)
	if r.MessagesMissing != 30 || r.Verified || !strings.Contains(r.Missing[0].Reason, "run again") {
		t.Errorf("%d messages arrived, report %+v", to.Total(), r)
	}
	move(t, from, to).want(t, 0, 30)
	arrived(t, from, to)
}

func Test25SilenceInsideALiteralEndsInBoundedTime(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	from.Mailbox("INBOX").Add(letters(5)...)
	whileCopying(from, imapscript.FetchUID("INBOX", 3, 1, imapscript.SilenceInside(20)))
	move(t, from, to, "--timeout1=0.3").want(t, 0, 5)
	arrived(t, from, to)
}

func Test25TooManyConnectionsMeansFewer(t *testing.T) {
	t.Parallel()
	for limit := 1; limit <= 3; limit++ {
		for _, bye := range []bool{false, true} {
			from, to := between(t, imapscript.Knobs{MaxConnections: limit, ByeAtLimit: bye}, imapscript.Knobs{MaxConnections: limit, ByeAtLimit: bye})
			var folders []string
			for i := range 12 {
				name := fmt.Sprintf("F%d", i)
				folders = append(folders, name)
				from.Mailbox(name).Add(letters(30)...)
			}
			move(t, from, to).want(t, 0, 360)
			arrived(t, from, to, folders...)
			if n := to.Counts().MaxLoggedIn; n > limit {
				t.Errorf("%d connections at a limit of %d", n, limit)
			}
		}
	}
}

func Test25ALoginRefusedAtReconnectEndsWithItsCode(t *testing.T) {
	t.Parallel()
	dropped := false
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{
		AfterAppend: func(int, string, imapscript.Message) imapscript.Action {
			dropped = true
			return imapscript.Drop()
		},
		RefuseLogin: func(int) string {
			if dropped {
				return "NO [AUTHENTICATIONFAILED] no more"
			}
			return ""
		},
	})
	from.Mailbox("INBOX").Add(letters(5)...)
	o := move(t, from, to)
	if o.code != imapsync.ExitAuthenticationFailureUser2 {
		t.Errorf("exit code %d, want %d:\n%s", o.code, imapsync.ExitAuthenticationFailureUser2, o.output)
	}
	if _, sentence := o.parser.Explain(imapsync.Outcome{ExitCode: &o.code}); !strings.Contains(sentence, "no more") {
		t.Errorf("explained as %q", sentence)
	}
}

func Test25AHostThatIsGoneForGoodIsAConnectionFailure(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	from.Mailbox("INBOX").Add(letters(200)...)
	stop, stopped := make(chan struct{}), make(chan struct{})
	to.Change(func(k *imapscript.Knobs) {
		k.AfterAppend = func(n int, _ string, _ imapscript.Message) imapscript.Action {
			if n == 60 {
				close(stop)
			}
			if n >= 60 {
				return imapscript.Silence()
			}
			return imapscript.Action{}
		}
	})
	go func() {
		defer close(stopped)
		<-stop
		to.Stop()
	}()
	o := move(t, from, to)
	<-stopped
	if o.code != imapsync.ExitConnectionFailureHost2 {
		t.Errorf("exit code %d, want %d:\n%s", o.code, imapsync.ExitConnectionFailureHost2, tail(o.output))
	}
}

func Test24AThrottlingByeIsWaitedOut(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	from.Mailbox("INBOX").Add(letters(40)...)
	whileCopying(from, imapscript.FetchUID("INBOX", 20, 1, imapscript.Bye("[THROTTLED] Account exceeded command or bandwidth limits.")))
	from.Change(func(k *imapscript.Knobs) {
		k.RefuseLogin = func(n int) string {
			if n == 3 || n == 4 {
				return "NO [UNAVAILABLE] try again later"
			}
			return ""
		}
	})
	move(t, from, to).want(t, 0, 40)
	arrived(t, from, to)
}
