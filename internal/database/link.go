package database

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
	"golang.org/x/sys/unix"
)

const (
	// connectTime is how long connecting and signing in to Postgres may take.
	connectTime = 7 * time.Second
	// answerTime is how long Postgres may be silent while an answer is due. After a failover that
	// nobody announced, packets are acknowledged and nothing is answered: only this notices.
	answerTime = 18 * time.Second
	// unacknowledgedTime is how long what was sent may stay unacknowledged (TCP_USER_TIMEOUT in tcp(7)).
	unacknowledgedTime = 15 * time.Second
	// closeTime is how long saying goodbye may take, to all connections together.
	closeTime = time.Second
)

// links are the connections to Postgres.
type links struct {
	// patience is how long an answer may take, in nanoseconds; 0 is for ever.
	patience atomic.Int64

	mu   sync.Mutex
	open map[*link]struct{}
}

func newLinks() *links {
	l := &links{open: make(map[*link]struct{})}
	l.patience.Store(int64(answerTime))
	return l
}

// dial connects so that a peer which went away without a word is noticed.
func (l *links) dial(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: 5 * time.Second, Count: 3},
		Control: func(network, _ string, raw syscall.RawConn) error {
			if network == "unix" {
				return nil
			}
			var failed error
			err := raw.Control(func(fd uintptr) {
				failed = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(unacknowledgedTime.Milliseconds()))
			})
			if err == nil {
				err = failed
			}
			return err
		},
	}
	conn, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	c := &link{Conn: conn, links: l}
	l.mu.Lock()
	l.open[c] = struct{}{}
	l.mu.Unlock()
	return c, nil
}

const (
	// idleTime is how long a connection may have been idle to be used without a question.
	idleTime = time.Second
	// pingTime is how long one that was idle may take to say that it lives. Several may have to be
	// asked before a new one is made.
	pingTime = 5 * time.Second
)

// shouldPing asks a connection that was idle whether it lives, in less time than a statement may take. It
// returns true, which has the driver ask and drop it, only for one that does not.
func shouldPing(ctx context.Context, params stdlib.ShouldPingParams) bool {
	if params.IdleDuration <= idleTime {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, pingTime)
	defer cancel()
	return params.Conn.PgConn().Ping(ctx) != nil
}

// closeSoon cuts, after a moment for goodbyes, what is still open then.
func (l *links) closeSoon() (stop func()) {
	timer := time.AfterFunc(closeTime, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		for c := range l.open {
			_ = c.Conn.Close()
		}
	})
	return func() { timer.Stop() }
}

// link is a connection to Postgres whose silences are bounded. The driver reads only while an answer
// is due.
type link struct {
	net.Conn

	links *links

	mu sync.Mutex
	// asked is the deadline that the driver has set, as it does when a context ends.
	asked time.Time
}

// Read reads what has come, within the patience for answers.
func (c *link) Read(p []byte) (int, error) {
	c.mu.Lock()
	deadline := c.asked
	if patience := time.Duration(c.links.patience.Load()); patience > 0 {
		if own := time.Now().Add(patience); deadline.IsZero() || own.Before(deadline) {
			deadline = own
		}
	}
	err := c.Conn.SetReadDeadline(deadline)
	c.mu.Unlock()
	if err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(p)
	if err != nil && errors.Is(err, os.ErrDeadlineExceeded) {
		c.mu.Lock()
		asked := !c.asked.IsZero() && !time.Now().Before(c.asked)
		c.mu.Unlock()
		if !asked {
			// Not as a timeout, after which the driver would read on.
			return n, errors.Join(errSilent, c.Conn.Close())
		}
	}
	return n, err
}

// errSilent ends a connection to a Postgres that gave no answer in time.
var errSilent = errors.New("no answer from Postgres in time")

// SetDeadline sets the driver's deadline; a read that goes on heeds it.
func (c *link) SetDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = t
	return c.Conn.SetDeadline(t)
}

// SetReadDeadline sets the driver's deadline; a read that goes on heeds it.
func (c *link) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = t
	return c.Conn.SetReadDeadline(t)
}

// Close closes the connection.
func (c *link) Close() error {
	c.links.mu.Lock()
	delete(c.links.open, c)
	c.links.mu.Unlock()
	return c.Conn.Close()
}
