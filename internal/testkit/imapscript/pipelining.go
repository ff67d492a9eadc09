package imapscript

import (
	"bufio"
	"strconv"
	"time"
)

// lookout is how long a host looks for commands that come before the answer to the one before. A client that sends them
// together has them there already.
const lookout = 20 * time.Millisecond

// Host and Port are those of the server, as the client was told them.
func (c *Conn) Host() string { return c.server.Host }

// Port is that of the server.
func (c *Conn) Port() string { return strconv.Itoa(c.server.Port) }

// ExpectNothingMore fails the test if the client has sent anything past what was read already, or does so within a moment.
func (c *Conn) ExpectNothingMore() {
	c.t.Helper()
	_ = c.conn.SetReadDeadline(time.Now().Add(lookout))
	if waiting, err := c.reader.Peek(1); err == nil {
		rest, _ := c.reader.Peek(c.reader.Buffered())
		c.failf("the client sends %q before the answer (%d bytes)", rest, len(waiting))
	}
	c.reader = bufio.NewReader(c.conn) // a reader keeps the error of a deadline
}
