package mailsync

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"mailferry/internal/imapclient"
	"mailferry/internal/imapsync"
)

// errTooMany says that the account may have no further connection beside those open.
var errTooMany = errors.New("too many connections")

// extraConnections are those of the indexer and of the verifier, beside the workers'.
const extraConnections = 2

// maxPause is the longest pause between two attempts to connect, unless the server
// itself names a longer one.
const maxPause = time.Minute

// host is one side of a run: how to connect to it, and its connections. Connections are
// lent out one user at a time; when the server allows fewer than asked for, their number
// shrinks and users wait for each other.
type host struct {
	index    int // 0 source, 1 destination
	endpoint endpoint
	config   Config
	out      *output

	mu    sync.Mutex
	max   int
	open  int
	idle  []*imapclient.Client
	freed chan struct{}
	// waiting counts those who wait for a connection to come free.
	waiting int
	// once says that a login has succeeded in this run.
	once          bool
	reconnections int64
	// cuts counts connections lost or not made since a message last got through.
	cuts int
}

func newHost(index int, e endpoint, config Config, out *output) *host {
	return &host{index: index, endpoint: e, config: config, out: out, max: config.Connections + extraConnections, freed: make(chan struct{})}
}

// name is "Host1" or "Host2", as imapsync calls the sides.
func (h *host) name() string { return fmt.Sprintf("Host%d", h.index+1) }

// options say how a connection is made.
func (h *host) options() imapclient.Options {
	o := imapclient.Options{
		Host: h.endpoint.Host, Port: h.endpoint.Port, SkipVerify: !h.endpoint.VerifyCertificate,
		TLSConfig: h.config.TLS, DialContext: h.config.DialContext,
		ProgressTimeout: h.endpoint.timeout, CommandTimeout: h.endpoint.timeout * 5 / 2, AppendTimeout: h.endpoint.timeout * 5,
		ClientName: "Mailferry", ClientVersion: h.config.Version,
	}
	switch h.endpoint.Security {
	case imapsync.STARTTLS:
		o.Security = imapclient.StartTLS
	case imapsync.NONE:
		o.Security = imapclient.None
	default:
		o.Security = imapclient.TLS
	}
	return o
}

// login makes one connection and signs in, without trying again.
func (h *host) login(ctx context.Context) (*imapclient.Client, error) {
	c, err := imapclient.Dial(ctx, h.options())
	if err != nil {
		return nil, err
	}
	if !c.Preauth() {
		if err := c.Login(ctx, h.endpoint.User, h.endpoint.password); err != nil {
			_ = c.Close()
			return nil, err
		}
	}
	return c, nil
}

// connect signs in, trying again with growing pauses while it makes sense. alone says
// that the run has no other connection to this host open.
func (h *host) connect(ctx context.Context, alone func() bool) (*imapclient.Client, error) {
	refusals := 0
	for attempt := 0; ; attempt++ {
		c, err := h.login(ctx)
		if err == nil {
			h.mu.Lock()
			h.once = true
			h.mu.Unlock()
			return c, nil
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if imapclient.TooManyConnections(err) && !alone() {
			return nil, errTooMany
		}
		if errors.Is(err, imapclient.ErrAuth) {
			refusals++
		}
		if !h.worthAnother(err, refusals) || h.lost() > h.config.Attempts {
			return nil, h.report(err)
		}
		h.out.linef("%s: %s; trying again", h.name(), answer(err))
		if err := h.pause(ctx, err, attempt); err != nil {
			return nil, err
		}
	}
}

// worthAnother says whether it makes sense to try again after an error of the login.
func (h *host) worthAnother(err error, refusals int) bool {
	h.mu.Lock()
	once := h.once
	h.mu.Unlock()
	switch {
	case errors.Is(err, imapclient.ErrAuth):
		// Some servers refuse good passwords while they are busy; once is enough to see.
		return once && refusals < 2
	case errors.Is(err, imapclient.ErrTLS):
		return false
	case errors.Is(err, imapclient.ErrConnect):
		// A host that was never there is most likely misspelt.
		return once
	}
	return imapclient.Temporary(err) || imapclient.TooManyConnections(err)
}

// pause waits before the next attempt: as long as the server asked for, else twice as
// long each time.
func (h *host) pause(ctx context.Context, err error, attempt int) error {
	wait, ok := imapclient.RetryAfter(err)
	if !ok {
		wait = min(h.config.Pause<<min(attempt, 16), maxPause)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// lost counts a connection lost or not made, and gives how many there have been since
// a message last got through.
func (h *host) lost() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.cuts++
	return h.cuts
}

// progressed says that a message got through, or that one was given up.
func (h *host) progressed() {
	h.mu.Lock()
	h.cuts = 0
	h.mu.Unlock()
}

// report prints why there is no connection and gives it as the end of the run.
func (h *host) report(err error) error {
	f := fatalOf(h.index, err)
	e, n := h.endpoint, h.index+1
	var auth *imapclient.AuthError
	switch {
	case errors.As(err, &auth):
		h.out.linef("%s failure: Error login on [%s] with user [%s] auth [%s]: %s", h.name(), e.Host, e.User, auth.Mechanism, answer(auth.Err))
	case errors.Is(err, imapclient.ErrTLS):
		h.out.linef("%s failure: can not encrypt the connection to host%d [%s] with user [%s]: %s", h.name(), n, e.Host, e.User, err)
	default:
		h.out.linef("%s failure: can not open imap connection on host%d [%s] with user [%s]: %s", h.name(), n, e.Host, e.User, answer(err))
	}
	return f
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

func (h *host) lend(ctx context.Context, wait bool) (*imapclient.Client, error) {
	for {
		h.mu.Lock()
		for n := len(h.idle); n > 0; n = len(h.idle) {
			c := h.idle[n-1]
			h.idle = h.idle[:n-1]
			if c.Err() == nil {
				h.mu.Unlock()
				return c, nil
			}
			h.dropLocked(c)
		}
		if h.open < h.max {
			h.open++
			h.mu.Unlock()
			c, err := h.connect(ctx, h.alone)
			if err == nil {
				return c, nil
			}
			h.mu.Lock()
			h.open--
			h.signalLocked()
			if errors.Is(err, errTooMany) && h.open > 0 {
				if h.open < h.max {
					h.max = h.open
					h.out.linef("%s: the server allows no more than %d connections at a time, going on with these", h.name(), h.max)
				}
				h.mu.Unlock()
				continue
			}
			h.mu.Unlock()
			if errors.Is(err, errTooMany) {
				continue
			}
			return nil, err
		}
		if !wait {
			h.mu.Unlock()
			return nil, errTooMany
		}
		freed := h.freed
		h.waiting++
		h.mu.Unlock()
		select {
		case <-freed:
		case <-ctx.Done():
		}
		h.mu.Lock()
		h.waiting--
		h.mu.Unlock()
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
	}
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

// replace gives a new connection for one that broke; the caller keeps its place, so it
// never waits for another user.
func (h *host) replace(ctx context.Context, broken *imapclient.Client) (*imapclient.Client, error) {
	cause := broken.Err()
	_ = broken.Close()
	h.mu.Lock()
	h.reconnections++
	h.mu.Unlock()
	n := h.lost()
	if n > h.config.Attempts {
		return nil, h.report(fmt.Errorf("the connection broke %d times in a row: %w", n, cause))
	}
	if cause != nil {
		h.out.linef("%s: connection lost: %s; reconnecting", h.name(), answer(cause))
	}
	if _, asked := imapclient.RetryAfter(cause); n > 1 || asked || imapclient.Throttled(cause) {
		if err := h.pause(ctx, cause, n-1); err != nil {
			return nil, err
		}
	}
	// Until the server has noticed the end of the old connection it may count it still.
	return h.connect(ctx, func() bool { return true })
}

// release takes a connection back.
func (h *host) release(c *imapclient.Client) {
	if c == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if c.Err() != nil {
		h.dropLocked(c)
	} else {
		h.idle = append(h.idle, c)
	}
	h.signalLocked()
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

// close ends all connections, in a friendly way where that is quick.
func (h *host) close() {
	h.mu.Lock()
	idle := h.idle
	h.idle = nil
	h.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	var wait sync.WaitGroup
	for _, c := range idle {
		wait.Go(func() { _ = c.Logout(ctx) })
	}
	wait.Wait()
}
