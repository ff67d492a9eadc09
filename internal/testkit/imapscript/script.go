package imapscript

import (
	"bufio"
	"compress/flate"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience bounds every wait for the client, so that a test that goes wrong says so.
const patience = 20 * time.Second

// Server plays conversations.
type Server struct {
	*listener
}

// Conversation is the server's side of one connection. It runs in a goroutine of its own and may end early through a failed
// Expect, which fails the test.
type Conversation func(c *Conn)

// Start plays one conversation per connection, in the order in which clients connect, in clear text. A connection for which
// there is no conversation is closed without a word. When the test ends, each conversation must have been played to its end.
func Start(t testing.TB, conversations ...Conversation) *Server {
	t.Helper()
	return start(t, false, conversations)
}

// StartTLS is Start with TLS from the first byte.
func StartTLS(t testing.TB, conversations ...Conversation) *Server {
	t.Helper()
	return start(t, true, conversations)
}

func start(t testing.TB, implicitTLS bool, conversations []Conversation) *Server {
	t.Helper()
	s := &Server{}
	var mu sync.Mutex
	played := 0
	ready := make(chan struct{})
	s.listener = listen(t, implicitTLS, func(number int, conn net.Conn) {
		<-ready
		if number > len(conversations) {
			return
		}
		c := &Conn{t: t, number: number, server: s, conn: conn, reader: bufio.NewReader(conn), writer: conn}
		defer c.close()
		conversations[number-1](c)
		mu.Lock()
		defer mu.Unlock()
		played++
	})
	close(ready)
	t.Cleanup(func() {
		s.Stop()
		if mu.Lock(); played < len(conversations) && !t.Failed() {
			t.Errorf("imapscript: %d of %d conversations were played to the end", played, len(conversations))
		}
		mu.Unlock()
	})
	return s
}

// Conn is the server's end of a connection in a conversation.
type Conn struct {
	// Tag is that of the command that Expect saw last.
	Tag string

	t       testing.TB
	number  int
	server  *Server
	conn    net.Conn
	reader  *bufio.Reader
	writer  io.Writer
	deflate *flate.Writer
	last    string
}

// Send writes lines, each with CRLF after it. "%s" and the like are not special.
func (c *Conn) Send(lines ...string) {
	for _, line := range lines {
		c.SendRaw(line + "\r\n")
	}
}

// SendRaw writes bytes as they are.
func (c *Conn) SendRaw(text string) {
	_ = c.conn.SetWriteDeadline(time.Now().Add(patience))
	_, err := io.WriteString(c.writer, text)
	if err == nil && c.deflate != nil {
		err = c.deflate.Flush()
	}
	if err != nil && !errors.Is(err, net.ErrClosed) {
		c.t.Logf("imapscript: connection %d: the client does not take %.60q: %v", c.number, text, err)
	}
}

// SendFrom writes all that a reader gives.
func (c *Conn) SendFrom(r io.Reader) {
	_ = c.conn.SetWriteDeadline(time.Now().Add(patience))
	if _, err := io.Copy(c.writer, r); err != nil && !errors.Is(err, net.ErrClosed) {
		c.t.Logf("imapscript: connection %d: the client does not take it: %v", c.number, err)
	}
}

// Reply writes a line with the tag of the last command in front.
func (c *Conn) Reply(line string) { c.Send(c.Tag + " " + line) }

// Expect reads a line and compares it, without its tag, to a pattern, in which * stands for any characters. It gives the tag. A
// line that differs fails the test and ends the conversation.
func (c *Conn) Expect(pattern string) (tag string) {
	c.t.Helper()
	line := c.line(pattern)
	tag, rest, _ := strings.Cut(line, " ")
	if !matches(pattern, rest) {
		c.failf("the client says %q, expected is a tag and %q", line, pattern)
	}
	c.Tag, c.last = tag, rest
	return tag
}

// ExpectLine is Expect for a line that is not a command, such as an answer to a continuation request.
func (c *Conn) ExpectLine(pattern string) string {
	c.t.Helper()
	line := c.line(pattern)
	if !matches(pattern, line) {
		c.failf("the client says %q, expected is %q", line, pattern)
	}
	c.last = line
	return line
}

// ExpectLiteral reads the literal that the last line announced, and gives it. The rest of the line is for ExpectLine.
func (c *Conn) ExpectLiteral() string {
	c.t.Helper()
	_, announced, found := strings.Cut(c.last, "{")
	for strings.Contains(announced, "{") {
		_, announced, _ = strings.Cut(announced, "{")
	}
	size, err := strconv.Atoi(strings.TrimRight(announced, "+}"))
	if !found || err != nil {
		c.failf("the client announced no literal: %q", c.last)
	}
	return c.ExpectBytes(size)
}

// ExpectBytes reads n bytes.
func (c *Conn) ExpectBytes(n int) string {
	c.t.Helper()
	_ = c.conn.SetReadDeadline(time.Now().Add(patience))
	data := make([]byte, n)
	if got, err := io.ReadFull(c.reader, data); err != nil {
		c.failf("%d of %d bytes of a literal came: %v", got, n, err)
	}
	return string(data)
}

// SkipBytes reads n bytes without keeping them.
func (c *Conn) SkipBytes(n int64) {
	c.t.Helper()
	_ = c.conn.SetReadDeadline(time.Now().Add(patience))
	if got, err := io.CopyN(io.Discard, c.reader, n); err != nil {
		c.failf("%d of %d bytes of a literal came: %v", got, n, err)
	}
}

// ExpectEnd waits for the client to close the connection and fails the test if it says anything more.
func (c *Conn) ExpectEnd() {
	c.t.Helper()
	_ = c.conn.SetReadDeadline(time.Now().Add(patience))
	line, err := c.reader.ReadString('\n')
	switch {
	case line != "":
		c.failf("the client says %q, expected is the end of the connection", line)
	case isTimeout(err):
		c.failf("the client does not close the connection")
	}
}

// StaySilent says nothing and ignores the client until it goes away.
func (c *Conn) StaySilent() {
	c.t.Helper()
	_ = c.conn.SetReadDeadline(time.Now().Add(patience))
	if _, err := io.Copy(io.Discard, c.reader); isTimeout(err) {
		c.failf("the client waits for ever")
	}
}

// Drop cuts the connection. The conversation may go on to its end, but nothing is sent any more.
func (c *Conn) Drop() { c.close() }

// UpgradeTLS does the server's part of a TLS handshake, after an OK to STARTTLS.
func (c *Conn) UpgradeTLS() {
	c.t.Helper()
	secure := tls.Server(c.conn, c.server.secure)
	_ = c.conn.SetDeadline(time.Now().Add(patience))
	if err := secure.Handshake(); err != nil {
		c.failf("TLS handshake: %v", err)
	}
	c.conn, c.reader, c.writer = secure, bufio.NewReader(secure), secure
}

// ExpectTLSRefusal offers TLS and expects that the client does not accept the certificate.
func (c *Conn) ExpectTLSRefusal() {
	c.t.Helper()
	_ = c.conn.SetDeadline(time.Now().Add(patience))
	if err := tls.Server(c.conn, c.server.secure).Handshake(); err == nil || isTimeout(err) {
		c.failf("the client does not refuse the certificate: %v", err)
	}
}

// UpgradeDeflate compresses in both directions, after an OK to COMPRESS DEFLATE.
func (c *Conn) UpgradeDeflate() {
	c.t.Helper()
	deflate, err := flate.NewWriter(c.writer, flate.BestSpeed)
	if err != nil {
		c.failf("deflate: %v", err)
	}
	c.deflate, c.writer = deflate, deflate
	c.reader = bufio.NewReader(flate.NewReader(c.reader))
}

func (c *Conn) line(pattern string) string {
	c.t.Helper()
	_ = c.conn.SetReadDeadline(time.Now().Add(patience))
	line, err := c.reader.ReadString('\n')
	if err != nil {
		c.failf("%v while %q is expected", err, pattern)
	}
	return strings.TrimRight(line, "\r\n")
}

// failf reports and ends the conversation.
func (c *Conn) failf(format string, values ...any) {
	c.t.Helper()
	c.t.Errorf("imapscript: connection %d: %s", c.number, fmt.Sprintf(format, values...))
	runtime.Goexit()
}

func (c *Conn) close() { _ = c.conn.Close() }

func isTimeout(err error) bool {
	var network net.Error
	return errors.As(err, &network) && network.Timeout()
}

// matches compares text to a pattern in which * stands for any characters.
func matches(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	first, last := parts[0], parts[len(parts)-1]
	if !strings.HasPrefix(text, first) || !strings.HasSuffix(text[len(first):], last) {
		return false
	}
	text = text[len(first) : len(text)-len(last)]
	for _, part := range parts[1 : len(parts)-1] {
		_, after, found := strings.Cut(text, part)
		if !found {
			return false
		}
		text = after
	}
	return true
}
