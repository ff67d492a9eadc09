package imapclient

import (
	"bufio"
	"compress/flate"
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// bufferSize is that of the one read buffer and the one write buffer of a connection.
const bufferSize = 64 << 10

// byeGrace is how long after a BYE replies are still read, if the server does not hang up by itself.
const byeGrace = 2 * time.Second

// Client is one connection to an IMAP server. Its methods may be called from any goroutine.
//
// Three goroutines serve it until it ends: the reader, which runs all callbacks; the writer, which reads the bodies of
// APPENDs; and a watchdog for the deadlines.
type Client struct {
	options  Options
	disabled map[string]struct{}
	meter    *meter
	tracer   *tracer
	framer   *framer

	// stream and out belong to the writer, and to the reader while the writer stands at a barrier.
	stream   net.Conn
	out      *bufio.Writer
	deflater *flate.Writer

	// wake holds a token while there may be something to write. dying is closed when the connection is being ended, done
	// when that is complete.
	wake  chan struct{}
	dying chan struct{}
	done  chan struct{}

	// These belong to the reader: see delivery; how much of what came belonged to a command; what EXISTS said last.
	unconfirmed *delivery
	usefulTo    int64
	exists      uint32
	// swallowed says that a literal seems to have swallowed the reply, see stall.
	swallowed atomic.Bool

	unknown, unsolicited, strays atomic.Int64
	// present and counting say how many messages the open mailbox has, see counting.
	present  atomic.Uint32
	uidOnly  atomic.Bool
	counting counting
	// feeding says that the writer waits for a body's reader. held is when a callback last gave the reader back, in
	// nanoseconds since meter.start.
	feeding atomic.Bool
	held    atomic.Int64

	mu       sync.Mutex
	dead     *ConnectionError
	caps     Caps
	capsRead int // counts how often caps were told
	greeting *statusEvent
	bye      *statusEvent
	lastTag  int
	queue    []*command // to be written
	pending  []*command // begun, not replied to, in order
	waiter   *waiter
	haul     haul
	busy     time.Time     // since when there is a command in flight
	worked   time.Duration // how long there was one before
	compress bool          // COMPRESS has been sent
	alone    bool          // one command at a time, see SetOneAtATime
	corked   int           // how many calls of Together are under way
	pacer    Pacer         // nil for none
}

// waiter is the writer, waiting for a continuation request or for the end of a command.
type waiter struct {
	cmd *command
	// proceed gets the text of a continuation request; it is closed when the command has been replied to.
	proceed chan string
}

// Dial connects, agrees on TLS as Options.Security says and reads the greeting and the capabilities. A server that greets
// with PREAUTH is refused under STARTTLS, since its session would stay in clear text (RFC 3501, section 7.1.4; RFC 9051,
// section 11.1). Errors are *ConnectionErrors: ErrConnect, ErrTLS, ErrBye, ErrProtocol.
func Dial(ctx context.Context, options Options) (*Client, error) {
	options = options.withDefaults()
	if options.ConnectTimeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, options.ConnectTimeout, errConnectTimeout)
		defer cancel()
	}
	conn, err := options.DialContext(ctx, "tcp", options.address())
	if err != nil {
		return nil, options.connectError(ctx, err)
	}
	c := newClient(options, conn)
	stop := context.AfterFunc(ctx, func() { c.kill(options.connectError(ctx, context.Cause(ctx))) })
	defer stop()
	if options.Security == TLS {
		if err := c.handshake(ctx); err != nil {
			_ = conn.Close()
			return nil, err
		}
	}
	greeting := c.run()
	if err := c.establish(ctx, greeting); err != nil {
		c.kill(options.asConnectionError(err))
		<-c.done
		return nil, c.Err()
	}
	if !stop() {
		<-c.done
		return nil, c.Err()
	}
	return c, nil
}

// errConnectTimeout is the cause when ConnectTimeout passed.
var errConnectTimeout = errors.New("no connection in time")

func newClient(options Options, conn net.Conn) *Client {
	c := &Client{
		options:  options,
		disabled: make(map[string]struct{}),
		meter:    newMeter(conn),
		tracer:   newTracer(options.Trace),
		wake:     make(chan struct{}, 1),
		dying:    make(chan struct{}),
		done:     make(chan struct{}),
		caps:     Caps{},
	}
	for word := range newCaps(options.DisableCaps, nil) {
		c.disabled[word] = struct{}{}
	}
	c.stream = c.meter
	c.framer = &framer{stall: c.stall, swallowed: &c.swallowed, reader: bufio.NewReaderSize(c.meter, bufferSize), maxLine: options.MaxLine, trace: c.tracer.serverFunc()}
	c.out = bufio.NewWriterSize(c.meter, bufferSize)
	return c
}

// run starts the goroutines. The command it returns is done when the greeting was read.
func (c *Client) run() *command {
	greeting := &command{client: c, name: "greeting", done: make(chan struct{}), written: true}
	c.pending = append(c.pending, greeting)
	c.busy = time.Now()
	var work sync.WaitGroup
	work.Go(func() { c.kill(c.read(greeting)) })
	work.Go(c.write)
	work.Go(c.watch)
	go func() {
		work.Wait()
		c.finish()
	}()
	return greeting
}

// establish waits for the greeting, does STARTTLS and asks for the capabilities if they were not told.
func (c *Client) establish(ctx context.Context, greeting *command) error {
	select {
	case <-greeting.done:
	case <-c.done:
		return c.Err()
	}
	if greeting.err != nil {
		return greeting.err
	}
	if c.options.Security == StartTLS {
		if c.Preauth() {
			return &ConnectionError{Kind: ErrTLS, Address: c.options.address(), Text: "the server greets with PREAUTH, which rules STARTTLS out"}
		}
		if err := c.startTLS(ctx); err != nil {
			return err
		}
	}
	c.mu.Lock()
	told := c.capsRead > 0
	c.mu.Unlock()
	if told {
		return nil
	}
	_, err := c.Capability().Wait(ctx)
	return err
}

// Caps are the capabilities known at present, never nil after Dial. The map is not changed afterwards and must not be by
// the caller.
func (c *Client) Caps() Caps {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.caps
}

// setCaps takes in capabilities that the server told.
func (c *Client) setCaps(words []string) {
	caps := newCaps(words, c.disabled)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.caps = caps
	c.capsRead++
}

// Greeting is the text of the server's greeting.
func (c *Client) Greeting() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return cleanText(c.greeting.text)
}

// Preauth reports whether the server greeted with PREAUTH: no login is needed or possible.
func (c *Client) Preauth() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.greeting.word == "PREAUTH"
}

// Err is nil while the connection stands, then the *ConnectionError that ended it.
func (c *Client) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dead == nil {
		return nil
	}
	return c.dead
}

// Done is closed when the connection has ended and every command is done.
func (c *Client) Done() <-chan struct{} { return c.done }

// Close ends the connection at once, without LOGOUT. Commands in flight fail with ErrClosed. It does not wait for
// callbacks that are running; Done does. Closing twice is fine; the error is always nil.
func (c *Client) Close() error {
	c.kill(&ConnectionError{Kind: ErrClosed, Address: c.options.address()})
	return nil
}

// Stats are counters of a connection.
type Stats struct {
	// BytesRead and BytesWritten count what passed on the wire, after compression and TLS.
	BytesRead, BytesWritten int64
	// Unknown counts untagged responses that were not understood, Unsolicited FETCH responses that answered no command, and
	// Strays continuation requests and tagged replies nobody waited for.
	Unknown, Unsolicited, Strays int64
	// Busy is how long a command was in flight, Starved how much of that no byte came although the reader was ready for
	// one. A connection that is nearly always busy and starved is held up by the link, or by the server.
	Busy, Starved time.Duration
}

// Stats gives the counters as they are now.
func (c *Client) Stats() Stats {
	c.mu.Lock()
	busy := c.worked
	if len(c.pending) > 0 {
		busy += time.Since(c.busy)
	}
	c.mu.Unlock()
	return Stats{
		Busy: busy, Starved: time.Duration(c.meter.starved.Load()),
		BytesRead: c.meter.in.Load(), BytesWritten: c.meter.out.Load(),
		Unknown: c.unknown.Load(), Unsolicited: c.unsolicited.Load(), Strays: c.strays.Load(),
	}
}

// kill ends the connection for a reason; the first one stays.
func (c *Client) kill(reason *ConnectionError) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dead != nil {
		return
	}
	c.dead = reason
	close(c.dying)
	_ = c.meter.Close()
}

// finish ends what is in flight, once nothing runs any more.
func (c *Client) finish() {
	c.mu.Lock()
	begun := slices.Concat(c.pending, c.queue)
	c.mu.Unlock()
	for _, cmd := range begun {
		c.pace(cmd, c.dead)
	}
	c.mu.Lock()
	for _, cmd := range append(c.pending, c.queue...) {
		if !cmd.ended {
			cmd.err, cmd.ended = c.dead, true
			close(cmd.done)
		}
	}
	c.pending, c.queue = nil, nil
	c.mu.Unlock()
	close(c.done)
}

// enqueue hands a command to the writer, or ends it if it cannot be sent.
func (c *Client) enqueue(cmd *command) {
	c.mu.Lock()
	if cmd.err == nil && c.dead != nil {
		cmd.err = c.dead
	}
	if cmd.err != nil {
		c.mu.Unlock()
		cmd.ended = true
		close(cmd.done)
		return
	}
	c.lastTag++
	cmd.tag = tagOf(c.lastTag)
	c.queue = append(c.queue, cmd)
	c.mu.Unlock()
	c.rouse()
}

// endLocked closes a command that both sides have let go of. Client.mu is held.
func (c *Client) endLocked(cmd *command) {
	if cmd.written && cmd.replied && !cmd.ended {
		cmd.ended = true
		close(cmd.done)
	}
}

// asConnectionError turns any error of establishing into one that ends the connection.
func (o Options) asConnectionError(err error) *ConnectionError {
	if ended, ok := errors.AsType[*ConnectionError](err); ok {
		return ended
	}
	return &ConnectionError{Kind: ErrConnect, Address: o.address(), Err: err}
}

// connectError is an ErrConnect, also an ErrTimeout if it took too long.
func (o Options) connectError(ctx context.Context, err error) *ConnectionError {
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	return &ConnectionError{Kind: ErrConnect, Address: o.address(), Err: err}
}

// streamError tells how the stream ended.
func (c *Client) streamError(err error) *ConnectionError {
	c.mu.Lock()
	bye := c.bye
	c.mu.Unlock()
	switch {
	case bye != nil && notConnected(bye.text):
		return c.notConnectedError(bye)
	case bye != nil:
		return &ConnectionError{Kind: ErrBye, Address: c.options.address(), Code: bye.code, CodeText: c.clean(bye.codeText), Text: c.clean(bye.text), At: time.Now()}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &ConnectionError{Kind: ErrLost, Address: c.options.address(), Text: "the server hung up"}
	}
	var network net.Error
	if errors.As(err, &network) || errors.Is(err, net.ErrClosed) || errors.Is(err, io.ErrClosedPipe) {
		return &ConnectionError{Kind: ErrLost, Address: c.options.address(), Err: err}
	}
	return &ConnectionError{Kind: ErrProtocol, Address: c.options.address(), Err: err}
}

// clean makes a server's text fit for an error: no control characters, no secrets.
func (c *Client) clean(text string) string { return cleanText(c.tracer.mask(text)) }
