package imapclient

import (
	"hash/fnv"
	"strings"
	"time"
)

// Pacer holds commands back while a server has asked for patience. One serves all connections of an account, see
// [Client.SetPacer]. Its methods are called by the readers and writers of those connections and must not block.
type Pacer interface {
	// Permit asks whether a command of a kind, see ResponseError.Kind, may be sent now. nil allows it, and Answered will be called for it;
	// otherwise it is worth asking again once the channel is closed.
	Permit(command string) <-chan struct{}
	// Answered tells how a permitted command ended and when it had been sent. err is nil for OK, a *ResponseError, or the
	// *ConnectionError that ended the connection.
	Answered(command string, sent time.Time, err error)
	// Announced tells of a request to slow down that refuses nothing, such as "OK [THROTTLED]" or an untagged NO: see [Passing]
	// and [RetryAfter] for what it says. sent is when the command had been sent that it came with; for an untagged one it is
	// the present.
	Announced(sent time.Time, notice *ResponseError)
}

// SetPacer has a pacer asked before each further command, LOGOUT aside. It is for a connection that has signed in: what
// refuses a login is dealt with by whoever connects.
func (c *Client) SetPacer(p Pacer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pacer = p
}

// paced is the pacer that a command is subject to, nil if none. Client.mu is held.
func (c *Client) pacedLocked(cmd *command) Pacer {
	if cmd.name == "LOGOUT" {
		return nil
	}
	return c.pacer
}

// permit waits until the command may be sent; false when the connection ends before. What was written until then is flushed.
func (c *Client) permit(p Pacer, cmd *command) bool {
	for {
		later := p.Permit(cmd.kind())
		if later == nil {
			return true
		}
		if err := c.flush(); err != nil {
			c.kill(c.writeError(err))
			return false
		}
		select {
		case <-later:
		case <-c.dying:
			return false
		}
	}
}

// pace tells the pacer of a command that ended.
func (c *Client) pace(cmd *command, err error) {
	if cmd.pacer != nil {
		cmd.pacer.Answered(cmd.kind(), cmd.sent, err)
	}
}

// noteNotice tells the pacer of a status response that asks for patience and refuses nothing.
func (c *Client) noteNotice(e *statusEvent, sent time.Time) {
	c.mu.Lock()
	p := c.pacer
	c.mu.Unlock()
	if p == nil || e.word == "BYE" {
		return
	}
	notice := &ResponseError{Command: e.word, Code: e.code, CodeText: c.clean(e.codeText), Text: c.clean(e.text)}
	if e.code == CodeThrottled || mentions(strings.ToLower(e.text), "[throttled]", "backoff time") || e.word == "NO" && Passing(notice) {
		p.Announced(sent, notice)
	}
}

// kind is the command's name, with "BODY[]" after that of a FETCH for whole messages.
func (c *command) kind() string {
	if strings.HasSuffix(c.name, "FETCH") {
		for i := range c.parts {
			if text := c.parts[i].text; strings.Contains(text, "BODY.PEEK[]") || strings.Contains(text, "BODY[]") {
				return c.name + " BODY[]"
			}
		}
	}
	return c.name
}

// print is a fingerprint of the command as it goes over the wire, without its tag, secrets and literals.
func (c *command) print() uint64 {
	h := fnv.New64a()
	for i := range c.parts {
		if p := &c.parts[i]; !p.secret && !p.literal {
			_, _ = h.Write([]byte(p.text))
		}
	}
	return h.Sum64()
}
