package imapclient

import (
	"bufio"
	"compress/flate"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
)

// handshake puts TLS over the connection.
func (c *Client) handshake(ctx context.Context) error {
	secure := tls.Client(c.stream, c.options.tlsConfig())
	if err := secure.HandshakeContext(ctx); err != nil {
		kind := ErrConnect
		if isTLSFailure(err) {
			kind = ErrTLS
		}
		if cause := context.Cause(ctx); cause != nil {
			kind, err = ErrConnect, cause
		}
		return &ConnectionError{Kind: kind, Address: c.options.address(), Text: "TLS handshake", Err: err}
	}
	c.stream = secure
	c.framer.reader.Reset(secure)
	c.out.Reset(secure)
	return nil
}

// OldCiphers reports whether a connection failed as one does with a server that has no cipher, or no version of TLS, of today: see
// Options.OldCiphers. Few servers say more than that nothing fits, so it is likely and not sure.
func OldCiphers(err error) bool {
	if !errors.Is(err, ErrTLS) {
		return false
	}
	// The alerts of RFC 8446, section 6.2; crypto/tls has no names for them.
	const handshakeFailure, protocolVersion, insufficientSecurity = 40, 70, 71
	var operation *net.OpError
	alert, ok := errors.AsType[tls.AlertError](err)
	if !ok && errors.As(err, &operation) && operation.Op == "remote error" {
		return mentions(operation.Err.Error(), "handshake failure", "protocol version", "insufficient security")
	}
	return ok && (alert == handshakeFailure || alert == protocolVersion || alert == insufficientSecurity) ||
		mentions(err.Error(), "unsupported protocol version", "unconfigured cipher suite")
}

// isTLSFailure tells a handshake that failed from a connection that broke during it.
func isTLSFailure(err error) bool {
	if errors.As(err, new(*tls.CertificateVerificationError)) || errors.As(err, new(tls.RecordHeaderError)) ||
		errors.As(err, new(tls.AlertError)) || errors.As(err, new(x509.HostnameError)) {
		return true
	}
	var operation *net.OpError
	if errors.As(err, &operation) && operation.Op == "remote error" {
		return true // an alert of the other side
	}
	return operation == nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) &&
		!errors.Is(err, net.ErrClosed) && !errors.Is(err, io.ErrClosedPipe)
}

// startTLS upgrades the connection (RFC 3501, section 6.2.1). What the server sent in clear after its OK is thrown away
// unread, for anybody on the way could have put it there; so are the capabilities known before.
func (c *Client) startTLS(ctx context.Context) error {
	c.mu.Lock()
	told := c.capsRead > 0
	c.mu.Unlock()
	if told && !c.Caps().Has("STARTTLS") {
		return &ConnectionError{Kind: ErrTLS, Address: c.options.address(), Text: "the server has no STARTTLS"}
	}
	cmd := newCommand[struct{}](c, "STARTTLS")
	cmd.barrier = true
	cmd.finish = func(*statusEvent) error {
		if err := c.handshake(ctx); err != nil {
			return err
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.caps, c.capsRead = Caps{}, 0
		return nil
	}
	_, err := cmd.issue().Wait(ctx)
	if refused, ok := errors.AsType[*ResponseError](err); ok {
		return &ConnectionError{Kind: ErrTLS, Address: c.options.address(), Err: refused}
	}
	return err
}

// Compress switches DEFLATE on in both directions (RFC 4978); the result is true once it is on. Where the server does not
// announce it nothing is sent and the result is false. It is to be called after login, at any time: commands issued later
// wait for it, what is in flight goes on. Called again it does nothing.
func (c *Client) Compress() *Command[bool] {
	c.mu.Lock()
	again := c.compress
	able := c.caps.Has("COMPRESS=DEFLATE")
	c.compress = again || able
	c.mu.Unlock()
	if again || !able {
		done := doneCommand[bool](c, "COMPRESS", nil)
		done.result = again
		return done
	}
	cmd := newCommand[bool](c, "COMPRESS").text(" DEFLATE")
	cmd.barrier = true
	cmd.finish = func(*statusEvent) error {
		// What is buffered already belongs to the compressed stream.
		inflated := &inflater{Reader: flate.NewReader(c.framer.reader), meter: c.meter, base: c.meter.in.Load() - int64(c.framer.reader.Buffered())}
		c.framer.reader = bufio.NewReaderSize(inflated, bufferSize)
		deflater, err := flate.NewWriter(c.stream, flate.DefaultCompression)
		if err != nil {
			return err
		}
		c.deflater = deflater
		c.out.Reset(deflater)
		cmd.result = true
		return nil
	}
	return cmd.issue()
}
