package mailsync

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
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
	// greeting is that of the first connection.
	greeting string

	// life is that of the connections being made: whoever asked for one may have been
	// served otherwise before it is there. dialing are those, ended by end.
	life    context.Context //nolint:containedctx // see above
	end     context.CancelCauseFunc
	dialing sync.WaitGroup

	// writes says that messages are appended, so that this is no dry run of a destination.
	writes bool
	// habits are what its connections learn from each other.
	habits imapclient.Habits
	// waits is the pause that the account has been asked for.
	waits *waits
	// restless says that the host tells another UIDVALIDITY each time that a folder is opened.
	restless atomic.Bool
	// slow says that the link to this host is better used compressed.
	slow atomic.Bool

	mu     sync.Mutex
	max    int
	open   int // connections there are or that are being made
	making int // those being made
	// left are attempts that nobody waits for.
	left   []*attempt
	idle   []*imapclient.Client
	freed  chan struct{}
	closed bool
	// waiting counts those who wait for a connection to come free.
	waiting int
	// once says that a login has succeeded in this run.
	once          bool
	reconnections int64
	// cuts counts connections lost or not made since a message last got through.
	cuts int
	// unconnected counts how often in a row a session had no mailbox behind it.
	unconnected int
	// identity is what the server said of itself on the first connection, nil before.
	identity *imapclient.Command[map[string]string]
	// together says that it was looked whether commands can be sent together.
	together bool
}

func newHost(index int, e endpoint, config Config, out *output) *host {
	h := &host{index: index, endpoint: e, config: config, out: out, max: config.Connections + extraConnections, freed: make(chan struct{})}
	out.hide(e.password, e.token)
	h.waits = newWaits(index+1, config.Pause, out)
	h.life, h.end = context.WithCancelCause(context.Background())
	return h
}

// name is "Host1" or "Host2", as imapsync calls the sides.
func (h *host) name() string { return fmt.Sprintf("Host%d", h.index+1) }

// options say how a connection is made.
func (h *host) options() imapclient.Options {
	o := imapclient.Options{
		Host: h.endpoint.Host, Port: h.endpoint.Port, SkipVerify: !h.endpoint.VerifyCertificate,
		TLSConfig: h.endpoint.tls(h.config.TLS), OldCiphers: h.endpoint.oldCiphers, DialContext: h.config.DialContext,
		ProgressTimeout: h.endpoint.timeout, CommandTimeout: h.endpoint.timeout * 5 / 2, AppendTimeout: h.endpoint.timeout * 5,
		ClientName: "Mailferry", ClientVersion: h.config.Version, Habits: &h.habits, Writes: h.writes,
	}
	if h.endpoint.trace {
		o.Trace = h.out.trace(h.name())
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
	switch {
	case c.Preauth():
	default:
		err = h.endpoint.signIn(ctx, c)
	}
	if err != nil {
		_ = c.Close()
		return nil, err
	}
	h.waits.Answered("LOGIN", time.Now(), nil)
	c.SetPacer(h.waits)
	h.introduce(c)
	if wantsUIDOnly(c.Caps()) {
		c.Enable("UIDONLY")
	}
	return c, nil
}

// connect signs in, trying again with growing pauses while it makes sense. alone says
// that the run has no other connection to this host open. What it comes to in the end is
// not in the log yet: see report.
func (h *host) connect(ctx context.Context, alone func() bool) (*imapclient.Client, error) {
	refusals := 0
	for attempt := 0; ; attempt++ {
		if err := h.await(ctx); err != nil {
			return nil, err
		}
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
		switch again, end := h.passing(ctx, err); {
		case end != nil:
			return nil, end
		case again:
			continue
		case imapclient.Passing(err):
			return nil, err
		}
		if errors.Is(err, imapclient.ErrAuth) {
			refusals++
		}
		if h.withoutMailbox(err) || !h.worthAnother(err, refusals) || h.lost() > h.config.Attempts {
			return nil, err
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
	case errors.Is(err, imapclient.ErrConnect), errors.Is(err, imapclient.ErrTimeout):
		// A host that was never there, or never said a word, is most likely misspelt, or its port.
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
	h.cuts, h.unconnected = 0, 0
	h.mu.Unlock()
}

// report prints why there is no connection and gives it as the end of the run.
func (h *host) report(err error) error {
	f := fatalOf(h.index, err)
	if f.code == imapsync.ExitTempFail {
		return f // told already
	}
	e, n := h.endpoint, h.index+1
	var auth *imapclient.AuthError
	switch {
	case errors.As(err, &auth):
		h.out.linef("%s failure: Error login on [%s] with user [%s] auth [%s]: %s", h.name(), e.Host, e.User, auth.Mechanism, refusal(auth))
	case errors.Is(err, imapclient.ErrNotConnected):
		h.out.linef("%s failure: Error login on [%s] with user [%s] auth []: %s", h.name(), e.Host, e.User, unconnectedReason(err))
	case errors.Is(err, imapclient.ErrTLS):
		h.out.linef("%s failure: can not encrypt the connection to host%d [%s] with user [%s]: %s", h.name(), n, e.Host, e.User, h.tlsReason(err))
	default:
		h.out.linef("%s failure: can not open imap connection on host%d [%s] with user [%s]: %s", h.name(), n, e.Host, e.User, answer(err))
	}
	return f
}

// replace gives a new connection for one that broke; the caller keeps its place, so it
// never waits for another user.
func (h *host) replace(ctx context.Context, broken *imapclient.Client) (*imapclient.Client, error) {
	cause := broken.Err()
	_ = broken.Close()
	h.mu.Lock()
	h.reconnections++
	h.mu.Unlock()
	if _, err := h.passing(ctx, cause); err != nil {
		return nil, err
	}
	n := h.lost()
	if h.withoutMailbox(cause) {
		return nil, h.report(cause)
	}
	if n > h.config.Attempts {
		return nil, h.report(fmt.Errorf("the connection broke %d times in a row: %w", n, cause))
	}
	if cause != nil {
		h.out.linef("%s: connection lost: %s; reconnecting", h.name(), answer(cause))
	}
	if n > 1 && !imapclient.Passing(cause) || errors.Is(cause, imapclient.ErrNotConnected) {
		if err := h.pause(ctx, cause, n-1); err != nil {
			return nil, err
		}
	}
	// Until the server has noticed the end of the old connection it may count it still.
	c, err := h.connect(ctx, func() bool { return true })
	if err == nil && n >= suspectedCuts && h.tryTogether(ctx, c) != nil {
		_ = c.Close()
		c, err = h.connect(ctx, func() bool { return true })
	}
	if err != nil && ctx.Err() == nil {
		err = h.report(err)
	}
	return c, err
}
