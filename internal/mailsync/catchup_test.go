package mailsync_test

import (
	"bytes"
	"context"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"mailferry/internal/demo/mailgen"
	"mailferry/internal/imapclient"
	"mailferry/internal/testkit/dovecot"
	"mailferry/internal/testkit/imapscript"
)

// lateLine is a connection that calls before it sends what begins the end of a long run.
type lateLine struct {
	net.Conn

	before func()
}

func (l lateLine) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte("HIGHESTMODSEQ")) {
		l.before()
	}
	return l.Conn.Write(p)
}

func TestFlagsThatChangeDuringALongRunAreInStepAtItsEnd(t *testing.T) {
	t.Parallel()
	from := dovecotUsers(t, dovecot.Options{}, "old")[0]
	to := dovecotUsers(t, dovecot.Options{}, "new")[0]
	fill(t, from, 120, mailgen.Options{Seed: 3, MedianBytes: 500, MaxBytes: 2000})
	syncOnce(t, quick(), from, to, "--folder=INBOX").want(t, 0, int64(len(contents(t, to, "/", "")["INBOX"])))

	// Messages that were there before and such that this run copies: a flag more and one less.
	reader := connect(t, from)
	change := func() {
		for _, name := range []string{"INBOX", "Sent"} {
			_, err1 := reader.Select(name).Wait(t.Context())
			_, err2 := reader.Store(imapclient.UIDs(2, 3), imapclient.StoreAdd, []string{`\Flagged`, "$Late"}).Wait(t.Context())
			_, err3 := reader.Store(imapclient.UIDs(4), imapclient.StoreRemove, []string{`\Seen`, `\Flagged`, `\Answered`}).Wait(t.Context())
			for _, err := range []error{err1, err2, err3} {
				if err != nil {
					t.Error(err)
				}
			}
		}
	}
	var once sync.Once
	config := quick()
	config.LongRun = time.Nanosecond
	config.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		return lateLine{conn, func() { once.Do(change) }}, err
	}
	before := contents(t, from, "/", "")
	o := syncOnce(t, config, from, to)
	if o.code != 0 || strings.Count(o.output, "changed during the run") != 2 {
		t.Errorf("exit code %d: %s", o.code, tail(o.output))
	}
	after := contents(t, from, "/", "")
	if strings.Join(before["INBOX"], "") == strings.Join(after["INBOX"], "") {
		t.Error("nothing was changed")
	}
	same(t, contents(t, to, "/", ""), after)

	// A short run does not look.
	once = sync.Once{}
	looked := false
	config.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		return lateLine{conn, func() { looked = true }}, err
	}
	config.LongRun = 0
	if syncOnce(t, config, from, to).want(t, 0, 0); looked {
		t.Error("a run of a moment asked for changes")
	}
}

func TestAServerThatAnnouncesCONDSTOREAndDoesNotKnowItIsAskedPlainly(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{With: []string{"CONDSTORE"}}, imapscript.Knobs{})
	from.Mailbox("INBOX").Add(letters(5)...)
	from.Mailbox("Sent").Add(letters(3)...)
	from.Mailbox("Trash").Add(letters(2)...)
	config := quick()
	config.LongRun = time.Nanosecond
	syncOnce(t, config, account(from), account(to)).want(t, 0, 10)
	arrived(t, from, to)
}
