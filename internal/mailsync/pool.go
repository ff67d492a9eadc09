package mailsync

import (
	"context"
	"errors"
	"slices"
	"sync"

	"mailferry/internal/imapclient"
)

// errClosed is why a connection is no longer being made: the run is over.
var errClosed = errors.New("the run is over")

// attempt is a connection being made for someone.
type attempt struct {
	// done is closed when conn or err is there.
	done chan struct{}
	conn *imapclient.Client
	err  error
	// left says that nobody waits for it any more; guarded by host.mu.
	left bool
}

// acquire lends a connection, waiting for one where no further can be made.
func (h *host) acquire(ctx context.Context) (*imapclient.Client, error) {
	return h.lend(ctx, true)
}

// acquireNow is acquire without waiting for other users: errTooMany where no further
// connection can be made.
func (h *host) acquireNow(ctx context.Context) (*imapclient.Client, error) {
	return h.lend(ctx, false)
}

// lend gives the connection that is there first: one that comes free, or one made for the
// purpose. Signing in takes several round trips, in which another user may have finished;
// the new connection is then there for the next one.
func (h *host) lend(ctx context.Context, wait bool) (*imapclient.Client, error) {
	var own *attempt
	for {
		h.mu.Lock()
		if c := h.takeIdleLocked(); c != nil {
			h.leaveLocked(own)
			h.mu.Unlock()
			return c, nil
		}
		if own == nil {
			own = h.adoptLocked()
		}
		if own == nil && h.open < h.max {
			own = h.dialLocked()
		}
		if own == nil && !wait {
			h.mu.Unlock()
			return nil, errTooMany
		}
		freed := h.freed
		var made chan struct{}
		if own != nil {
			made = own.done
		} else {
			h.waiting++
		}
		h.mu.Unlock()
		select {
		case <-made:
		case <-freed:
		case <-ctx.Done():
		}
		h.mu.Lock()
		if own == nil {
			h.waiting--
		}
		over := ctx.Err() != nil
		if over {
			h.leaveLocked(own)
		}
		h.mu.Unlock()
		if over {
			return nil, context.Cause(ctx)
		}
		select {
		case <-made:
			if own.err == nil {
				return own.conn, nil
			}
			if !errors.Is(own.err, errTooMany) {
				return nil, h.report(own.err)
			}
			own = nil
		default:
		}
	}
}

// takeIdleLocked is a connection that nobody uses, nil if there is none.
func (h *host) takeIdleLocked() *imapclient.Client {
	for n := len(h.idle); n > 0; n = len(h.idle) {
		c := h.idle[n-1]
		h.idle = h.idle[:n-1]
		if c.Err() == nil {
			return c
		}
		h.dropLocked(c)
	}
	return nil
}

// warm sees to it that so many connections are being made at least, for users to come.
func (h *host) warm(n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for h.making < n && h.open < h.max {
		h.leaveLocked(h.dialLocked())
	}
}

// adoptLocked is a connection being made that nobody waits for, nil if there is none.
func (h *host) adoptLocked() *attempt {
	if len(h.left) == 0 {
		return nil
	}
	a := h.left[0]
	h.left = h.left[1:]
	a.left = false
	return a
}

// dialLocked begins to make a connection.
func (h *host) dialLocked() *attempt {
	a := &attempt{done: make(chan struct{})}
	h.open++
	h.making++
	h.dialing.Go(func() {
		c, err := h.connect(h.life, h.alone)
		h.mu.Lock()
		defer h.mu.Unlock()
		defer close(a.done)
		a.conn, a.err = c, err
		h.making--
		if a.left {
			h.left = slices.DeleteFunc(h.left, func(other *attempt) bool { return other == a })
		}
		switch {
		case err != nil:
			h.open--
			if h.open > 0 && h.life.Err() == nil {
				a.err = errTooMany
				h.shrinkLocked(err)
			}
			h.signalLocked()
		case a.left:
			h.keepLocked(c)
		}
	})
	return a
}

// shrinkLocked makes do with the connections there are. A server that refuses a further one
// has many ways to say so, and if it is gone they will show it.
func (h *host) shrinkLocked(err error) {
	if h.open >= h.max {
		return
	}
	h.max = h.open
	if errors.Is(err, errTooMany) {
		h.out.linef("%s: the server allows no more than %d connections at a time, going on with these", h.name(), h.max)
	} else {
		h.out.linef("%s: no further connection could be made (%s), going on with %d", h.name(), answer(err), h.max)
	}
}

// leaveLocked says that nobody waits for an attempt any more. A connection that it has
// made already is there for others.
func (h *host) leaveLocked(a *attempt) {
	if a == nil {
		return
	}
	select {
	case <-a.done:
		if a.err == nil {
			h.keepLocked(a.conn)
		}
	default:
		a.left = true
		h.left = append(h.left, a)
	}
}

// keepLocked puts a connection with those that nobody uses.
func (h *host) keepLocked(c *imapclient.Client) {
	if c.Err() != nil || h.closed {
		h.dropLocked(c)
	} else {
		h.idle = append(h.idle, c)
	}
	h.signalLocked()
}

// limited says that the server has refused a connection beside others.
func (h *host) limited() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.max < h.config.Connections+extraConnections
}

// wanted says whether someone waits for a connection.
func (h *host) wanted() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.waiting > 0
}

// alone says whether the connection being made is the only one.
func (h *host) alone() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.open <= 1
}

// release takes a connection back.
func (h *host) release(c *imapclient.Client) {
	if c == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.keepLocked(c)
}

// forget gives up the place of a connection that could not be replaced.
func (h *host) forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open--
	h.signalLocked()
}

func (h *host) dropLocked(c *imapclient.Client) {
	_ = c.Close()
	h.open--
}

func (h *host) signalLocked() {
	close(h.freed)
	h.freed = make(chan struct{})
}

// close ends all connections, in a friendly way: with a LOGOUT whose answer nobody needs.
func (h *host) close() {
	h.mu.Lock()
	idle := h.idle
	h.idle, h.closed = nil, true
	h.mu.Unlock()
	h.end(errClosed)
	var wait sync.WaitGroup
	for _, c := range idle {
		wait.Go(c.Leave)
	}
	wait.Wait()
	h.dialing.Wait()
}
