package mailsync_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"mailferry/internal/demo/mailgen"
	"mailferry/internal/imapsync"
	"mailferry/internal/testkit/cyrus"
	"mailferry/internal/testkit/dovecot"
)

// withRefused is a mailbox on a Dovecot with so many messages, of which Cyrus refuses each fortieth: its header is none.
func withRefused(t *testing.T, messages int) side {
	t.Helper()
	generator := mailgen.New(mailgen.Options{Seed: 51, MedianBytes: 3000, MaxBytes: 100 << 10})
	files := make([]dovecot.File, messages)
	for i := range files {
		message := generator.Message(i)
		files[i] = dovecot.File{Raw: message.Raw, Date: message.Date, Flags: message.Flags}
		if i%40 == 20 {
			files[i].Raw = fmt.Appendf(nil, "number %d is no header field\r\n\r\nText\r\n", i)
		}
	}
	return sideOf(mailboxOf(t, files))
}

// TestMessagesThatCyrusRefusesCostFewCommands holds the number of APPENDs that a refused member of a batch costs to that of halving.
// How long the runs take is in the log: under 4 s for the first is what is hoped for, and under 5 s for the second.
func TestMessagesThatCyrusRefusesCostFewCommands(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("moves thousands of messages between real servers")
	}
	for name, c := range map[string]struct {
		messages, refused int
		delay             time.Duration
	}{
		"28 of 1,114 at 40 ms":       {1114, 28, 20 * time.Millisecond},
		"125 of 5,000 over loopback": {5000, 125, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from := withRefused(t, c.messages)
			to := delayed(t, cyrusUser(t, cyrus.Options{}, "new"), c.delay)
			began := time.Now()
			o := syncOnce(t, quick(), from, sideOf(to), "--debugimap")
			took := time.Since(began)
			r := o.report(t)
			if o.code != imapsync.ExitErrAppend || r.MessagesCopied != int64(c.messages-c.refused) || r.MessagesMissing != int64(c.refused) || len(r.Missing) != c.refused {
				t.Fatalf("exit code %d, report %+v\n%s", o.code, r, tail(o.output))
			}
			appends := 0
			for line := range strings.Lines(o.output) {
				if strings.HasPrefix(line, "Host2 C: ") && strings.Contains(line, " APPEND ") {
					appends++
				}
			}
			// Of a batch of 50, halving takes two APPENDs at each of six levels for a message that is refused.
			if most := c.messages/10 + 12*c.refused; appends > most {
				t.Errorf("%d APPENDs, want at most %d", appends, most)
			}
			t.Logf("%v, %d APPENDs for %d messages of which %d are refused", took.Round(time.Millisecond), appends, c.messages, c.refused)
		})
	}
}
