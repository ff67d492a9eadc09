package imapclient

import (
	"context"
	"errors"
)

// Client is one connection to an IMAP server. Its methods may be called from any goroutine.
type Client struct {
	options Options
}

// Dial connects, agrees on TLS as Options.Security says and reads the greeting and the capabilities. A server that greets
// with PREAUTH is refused under STARTTLS, since its session would stay in clear text (RFC 3501, section 7.1.4; RFC 9051,
// section 11.1). Errors are *ConnectionErrors: ErrConnect, ErrTLS, ErrBye, ErrProtocol.
func Dial(ctx context.Context, options Options) (*Client, error) {
	return nil, errors.ErrUnsupported
}

// Caps are the capabilities known at present, never nil after Dial.
func (c *Client) Caps() Caps { return nil }

// Greeting is the text of the server's greeting.
func (c *Client) Greeting() string { return "" }

// Preauth reports whether the server greeted with PREAUTH: no login is needed or possible.
func (c *Client) Preauth() bool { return false }

// Err is nil while the connection stands, then the *ConnectionError that ended it.
func (c *Client) Err() error { return nil }

// Done is closed when the connection has ended and every command is done.
func (c *Client) Done() <-chan struct{} { return nil }

// Close ends the connection at once, without LOGOUT. Commands in flight fail with ErrClosed. It does not wait for
// callbacks that are running; Done does. Closing twice is fine; the error is always nil.
func (c *Client) Close() error { return nil }

// Compress switches DEFLATE on in both directions (RFC 4978) where the server announces it; on is false where not. It is
// to be called after login; commands issued later wait for it.
func (c *Client) Compress(ctx context.Context) (on bool, err error) { return false, nil }

// Stats are counters of a connection.
type Stats struct {
	// BytesRead and BytesWritten count what passed on the wire, after compression and TLS.
	BytesRead, BytesWritten int64
	// Unknown counts untagged responses that were not understood, Unsolicited FETCH responses that answered no command, and
	// Strays continuation requests and tagged replies nobody waited for.
	Unknown, Unsolicited, Strays int64
}

// Stats gives the counters as they are now.
func (c *Client) Stats() Stats { return Stats{} }
