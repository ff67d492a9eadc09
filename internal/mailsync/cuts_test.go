package mailsync_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"mailferry/internal/demo/mailgen"
	"mailferry/internal/imapsync"
	"mailferry/internal/testkit/dovecot"
	"mailferry/internal/testkit/linkproxy"
)

// cutter cuts connections at random bytes until it has cut so many.
type cutter struct {
	mu     sync.Mutex
	random *rand.Rand
	wanted int
	most   int64
	links  []*linkproxy.Proxy
}

// done is how many cuts there have been.
func (c *cutter) done() (n int) {
	c.mu.Lock()
	links := c.links
	c.mu.Unlock()
	for _, link := range links {
		n += link.Stats().Cut
	}
	return n
}

func (c *cutter) cut(int) linkproxy.Cut {
	if c.done() >= c.wanted {
		return linkproxy.Cut{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return linkproxy.Cut{ToTarget: 1 + c.random.Int64N(c.most), ToClient: 1 + c.random.Int64N(c.most)}
}

// cutLink puts a proxy that cuts before an account.
func cutLink(t *testing.T, s side, c *cutter) side {
	t.Helper()
	link, err := linkproxy.Start(fmt.Sprintf("%s:%d", s.host, s.port), linkproxy.Options{Cut: c.cut})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = link.Close() })
	c.mu.Lock()
	c.links = append(c.links, link)
	c.mu.Unlock()
	s.host, s.port = link.Host, link.Port
	return s
}

func TestFiftyCutsAtRandomBytesLoseNothingAndTellDoubles(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes several runs for each of four servers")
	}
	for i, hidden := range [][]string{nil, {"UIDPLUS"}, {"MULTIAPPEND"}, {"UIDPLUS", "MULTIAPPEND", "LITERAL+"}} {
		t.Run("without "+strings.Join(hidden, " and "), func(t *testing.T) {
			t.Parallel()
			from := dovecotUsers(t, dovecot.Options{}, "old")[0]
			to := dovecotUsers(t, dovecot.Options{HideCapabilities: hidden}, "new")[0]
			fill(t, from, 300, mailgen.Options{Seed: 5, MedianBytes: 2000, MaxBytes: 50000})
			cuts := &cutter{random: rand.New(rand.NewPCG(uint64(i), 7)), wanted: 50, most: 30000}
			cutFrom, cutTo := cutLink(t, from, cuts), cutLink(t, to, cuts)
			runs := 0
			var told int64
			for {
				runs++
				o := syncOnce(t, quick(), cutFrom, cutTo)
				if o.code == 0 {
					r := o.report(t)
					if !r.Verified || r.MessagesFound != 300 {
						t.Errorf("report %+v", r)
					}
					told = r.MessagesSurplus
					break
				}
				switch o.code {
				case imapsync.ExitConnectionFailureHost1, imapsync.ExitConnectionFailureHost2, imapsync.ExitErrFetch, imapsync.ExitErrAppend:
				default:
					t.Fatalf("exit code %d:\n%s", o.code, tail(o.output))
				}
				if runs > 60 {
					t.Fatalf("no end after %d runs:\n%s", runs, tail(o.output))
				}
			}
			if n := cuts.done(); n < 50 {
				t.Errorf("only %d cuts in %d runs", n, runs)
			}
			// A server that is slow may still be storing what it has read when the run has looked whether that came. This makes
			// doubles, which are told: by the run itself, and by those after it.
			lost, more := differ(contents(t, to, "/", ""), contents(t, from, "/", ""))
			r := syncOnce(t, quick(), from, to).want(t, 0, 0)
			if lost > 0 || int64(more) != told || int64(more) != r.MessagesSurplus {
				t.Errorf("%d messages lost, %d there twice, of which %d are told at once and %d by the next run", lost, more, told, r.MessagesSurplus)
			}
			t.Logf("%d runs, %d messages there twice", runs, more)
		})
	}
}
