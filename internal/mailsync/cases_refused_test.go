package mailsync_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"mailferry/internal/imapsync"
	"mailferry/internal/testkit/imapscript"
)

func TestABigMessageIsRefusedBeforeItsUpload(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{Quota: 1000})
	from.Mailbox("INBOX").Add(plain("Message-ID: <big@b>\r\n\r\n" + strings.Repeat("x", 2<<20) + "\r\n"))
	move(t, from, to).want(t, imapsync.ExitOverQuota, 0)
	if n := to.Counts().Appends; n != 0 {
		t.Errorf("it was uploaded %d times", n)
	}
}

func TestARefusalIsAnsweredAsItDeserves(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer string
		times  int
		code   int
		copied int64
	}{
		"busy for a while":         {"NO [UNAVAILABLE] try later", 2, 0, 3},
		"busy for good":            {"NO [INUSE] locked", 100, imapsync.ExitErrAppend, 2},
		"folder gone for a moment": {"NO [TRYCREATE] no such mailbox", 1, 0, 3},
		"a virus":                  {"NO message contains a virus: Eicar", 100, imapsync.ExitErrAppendVirus, 2},
		"quota in other words":     {"NO Mailbox is full", 100, imapsync.ExitOverQuota, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refusals := 0
			from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{Without: []string{"MULTIAPPEND", "LITERAL+"}, RefuseMessage: func(_ string, m imapscript.Message) string {
				if !strings.Contains(string(m.Body), "<2@") || refusals >= c.times {
					return ""
				}
				refusals++
				return c.answer
			}})
			from.Mailbox("INBOX").Add(letters(3)...)
			move(t, from, to).want(t, c.code, c.copied)
			if refusals > 10 {
				t.Errorf("asked %d times", refusals)
			}
		})
	}
}

func Test24TheTimeThatAServerAsksForIsWaited(t *testing.T) {
	t.Parallel()
	const wait = 1500 * time.Millisecond
	var told, back time.Time
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	from.Mailbox("INBOX").Add(letters(400)...)
	whileCopying(from, func(_ string, m imapscript.Message) imapscript.Action {
		if !told.IsZero() && back.IsZero() {
			back = time.Now()
		}
		if m.UID != 200 || !told.IsZero() {
			return imapscript.Action{}
		}
		told = time.Now()
		return imapscript.Bye(fmt.Sprintf("[THROTTLED] Account exceeded command or bandwidth limits. Suggested Backoff Time: %d milliseconds", wait.Milliseconds()))
	})
	o := move(t, from, to)
	o.want(t, 0, 400)
	arrived(t, from, to)
	if back.Sub(told) < wait {
		t.Errorf("back after %s, asked for was %s", back.Sub(told), wait)
	}
	// The run took over a second: it told its progress in between, with an estimate.
	middle := 0
	for line := range strings.SplitSeq(o.output, "\n") {
		if strings.HasPrefix(line, "Progress: 0/1 folders, ") && strings.Contains(line, "/400 messages, ") && strings.Contains(line, ", ETA ") {
			middle++
		}
	}
	if middle == 0 {
		t.Errorf("no progress was told in between:\n%s", tail(o.output))
	}
}

func Test25OneRefusedLoginAtReconnectIsTriedOnceMore(t *testing.T) {
	t.Parallel()
	for _, refusals := range []int{1, 100} {
		dropped, refused := false, 0
		from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{
			AfterAppend: imapscript.AppendNumber(2, imapscript.Drop()),
			RefuseLogin: func(int) string {
				if !dropped || refused >= refusals {
					return ""
				}
				refused++
				return "NO [AUTHENTICATIONFAILED] too busy to look"
			},
		})
		to.Change(func(k *imapscript.Knobs) {
			cut := k.AfterAppend
			k.AfterAppend = func(n int, mailbox string, m imapscript.Message) imapscript.Action {
				dropped = dropped || n == 2
				return cut(n, mailbox, m)
			}
		})
		from.Mailbox("INBOX").Add(letters(5)...)
		if o := move(t, from, to); refusals == 1 {
			o.want(t, 0, 5)
			arrived(t, from, to)
		} else if o.code != imapsync.ExitAuthenticationFailureUser2 || refused > 2 {
			// More could lock the account.
			t.Errorf("exit code %d after %d refused logins", o.code, refused)
		}
	}
}

func Test25AHostThatNeverSaysAWordIsGivenUpAtOnce(t *testing.T) {
	t.Parallel()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var accepted []net.Conn
	var ended sync.WaitGroup
	ended.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			accepted = append(accepted, conn)
			mu.Unlock()
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		ended.Wait()
		for _, conn := range accepted {
			_ = conn.Close()
		}
	})
	to := imapscript.NewHost(t, imapscript.Knobs{})
	address, _ := listener.Addr().(*net.TCPAddr)
	o := syncOnce(t, quick(), side{"127.0.0.1", address.Port, "anna", "secret"}, account(to), "--timeout1=0.3")
	mu.Lock()
	defer mu.Unlock()
	if o.code != imapsync.ExitConnectionFailureHost1 || len(accepted) != 1 {
		t.Errorf("exit code %d after %d connections:\n%s", o.code, len(accepted), o.output)
	}
}

func TestAMessageThatFindsNoRoomOnDiskIsNamedAndTheOthersArrive(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	big := plain("Message-ID: <big@b>\r\nSubject: big\r\n\r\n" + strings.Repeat("x", 2<<20) + "\r\n")
	from.Mailbox("INBOX").Add(letter(1), big, letter(2))
	from.Mailbox("Other").Add(letters(60)...)
	// The folder for it goes away once the run has begun.
	dir := filepath.Join(t.TempDir(), "gone")
	from.Change(func(k *imapscript.Knobs) {
		k.OnCommand = func(_ int, line string) imapscript.Action {
			if strings.Contains(line, "BODY.PEEK[])") {
				_ = os.RemoveAll(dir)
			}
			return imapscript.Action{}
		}
	})
	o := move(t, from, to, "--tmpdir="+dir)
	r := o.want(t, imapsync.ExitWithErrors, 62)
	if r.Verified || len(r.Missing) != 1 || r.Missing[0].UID != 2 || r.Missing[0].Subject != "big" || !strings.Contains(r.Missing[0].Reason, "no such file") {
		t.Errorf("report %+v", r)
	}
	if _, sentence := o.parser.Explain(imapsync.Outcome{ExitCode: &o.code}); !strings.Contains(sentence, "no such file") {
		t.Errorf("explained as %q", sentence)
	}
	move(t, from, to).want(t, 0, 1)
	arrived(t, from, to, "INBOX", "Other")
}
