package imapclient

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"
)

// Command is a command in flight and its result to come.
type Command[T any] struct {
	*command

	result T
}

// Wait waits for the command to be done and gives its result. The error is a *ResponseError, a *ConnectionError, or
// the cause of ctx, in which case the command goes on without being waited for (Close stops it). Wait may be called
// any number of times, from any goroutine.
//
// Once Wait has returned anything but the cause of ctx, no callback of the command runs any more and no body of it
// is read.
func (c *Command[T]) Wait(ctx context.Context) (T, error) {
	select {
	case <-c.done:
		return c.result, c.err
	default:
	}
	select {
	case <-c.done:
		return c.result, c.err
	case <-ctx.Done():
		var none T
		return none, fmt.Errorf("%s: %w", c.name, context.Cause(ctx))
	}
}

// Done is closed when the command is done, for use in a select; Wait then returns at once.
func (c *Command[T]) Done() <-chan struct{} { return c.done }

// Sent reports whether the command was sent to its end. A server cannot have carried one out that was not, even if the
// connection broke before it was answered.
func (c *command) Sent() bool {
	c.client.mu.Lock()
	defer c.client.mu.Unlock()
	return c.whole
}

// command is the part of a Command that does not depend on its result.
type command struct {
	client *Client
	tag    string
	name   string
	parts  []part

	// event is offered each piece of untagged data, on the reader; true takes it.
	event func(event any) bool
	// finish is called with the tagged OK, on the reader.
	finish func(*statusEvent) error
	// fetch is set for FETCH commands.
	fetch *fetch
	// barrier keeps the writer from going on before the command is done: the stream changes after it.
	barrier bool
	// parked is closed when the writer stands at the barrier.
	parked   chan struct{}
	isAppend bool
	// opens is set for SELECT and EXAMINE.
	opens bool

	// gathered counts the data that came for it, in bytes of the wire; the reader's own.
	gathered int64

	// These are guarded by Client.mu.
	written bool // the writer has let go of the command
	whole   bool // the writer has sent all of it
	replied bool // the tagged reply has come, or the connection is over
	ended   bool // done is closed
	since   time.Time
	// sent is when the writer began with it, by leave of the pacer, if there is one. Only the writer sets them, before the
	// command is pending.
	sent  time.Time
	pacer Pacer

	done chan struct{}
	err  error
}

// part is a piece of a command as it goes over the wire.
type part struct {
	text   string
	secret bool
	// size and body make a literal; wait asks the server first.
	literal bool
	size    int64
	body    io.Reader
	wait    bool
	// startsMessage marks where a MULTIAPPEND can be ended early.
	startsMessage bool
	// answer makes a reply to each continuation request until the command is done.
	answer func(challenge string) (reply string, err error)
}

// newCommand starts building a command.
func newCommand[T any](c *Client, name string) *Command[T] {
	return &Command[T]{command: &command{client: c, name: name, done: make(chan struct{}), parked: make(chan struct{}), parts: []part{{text: name}}}}
}

// doneCommand is a command that is not sent at all.
func doneCommand[T any](c *Client, name string, err error) *Command[T] {
	cmd := newCommand[T](c, name)
	cmd.err, cmd.ended = err, true
	close(cmd.done)
	return cmd
}

// issue hands the command to the writer.
func (c *Command[T]) issue() *Command[T] {
	c.client.enqueue(c.command)
	return c
}

// refuse ends a command that cannot be sent.
func (c *Command[T]) refuse(why string) *Command[T] {
	c.fail(why)
	return c.issue()
}

func (c *Command[T]) text(text string) *Command[T]    { c.addText(text, false); return c }
func (c *Command[T]) space() *Command[T]              { c.addText(" ", false); return c }
func (c *Command[T]) mailbox(name string) *Command[T] { c.addString(name, false); return c }
func (c *Command[T]) str(value string) *Command[T]    { c.addString(value, false); return c }
func (c *Command[T]) secret(value string) *Command[T] { c.addString(value, true); return c }

// arg adds text from outside as it is, if it fits on a line.
func (c *Command[T]) arg(text string) *Command[T] {
	if strings.ContainsAny(text, "\r\n\x00") {
		c.fail("line break or NUL in an argument")
		return c
	}
	return c.text(text)
}

func (c *Command[T]) set(set Set) *Command[T] {
	if len(set) == 0 {
		c.fail("empty set of messages")
		return c
	}
	return c.text(set.String())
}

func (c *Command[T]) flags(flags []string) *Command[T] {
	c.addFlags(flags)
	return c
}

// fail remembers the first reason why the command cannot be sent.
func (c *command) fail(why string) {
	if c.err == nil {
		c.err = fmt.Errorf("%s: %w: %s", c.name, ErrArgument, why)
	}
}

func (c *command) addText(text string, secret bool) {
	if last := &c.parts[len(c.parts)-1]; !last.literal && last.answer == nil && last.secret == secret && !last.startsMessage {
		last.text += text
		return
	}
	c.parts = append(c.parts, part{text: text, secret: secret})
}

// addString writes a string quoted if it is printable ASCII, else as a literal, which takes any byte but NUL.
func (c *command) addString(value string, secret bool) {
	if len(value) > 1000 || !printableASCII(value) {
		if strings.Contains(value, "\x00") {
			c.fail("NUL in a string")
			return
		}
		c.parts = append(c.parts, part{
			literal: true, secret: secret, size: int64(len(value)), body: strings.NewReader(value), wait: c.mustWait(int64(len(value))),
		}, part{})
		return
	}
	var b strings.Builder
	b.Grow(len(value) + 2)
	b.WriteByte('"')
	for i := range len(value) {
		if value[i] == '"' || value[i] == '\\' {
			b.WriteByte('\\')
		}
		b.WriteByte(value[i])
	}
	b.WriteByte('"')
	c.addText(b.String(), secret)
}

// mustWait reports whether a literal of this size needs the server's permission (RFC 7888).
func (c *command) mustWait(size int64) bool {
	caps := c.client.Caps()
	return !caps.LiteralPlus() && (size > 4096 || !caps.LiteralMinus() && !caps.Has("IMAP4REV2"))
}

func (c *command) addFlags(flags []string) {
	var b strings.Builder
	b.WriteByte('(')
	for _, flag := range flags {
		if equalFold(flag, `\Recent`) {
			continue
		}
		if !validFlag(flag) {
			c.fail("flag that cannot be written")
			return
		}
		if b.Len() > 1 {
			b.WriteByte(' ')
		}
		b.WriteString(flag)
	}
	b.WriteByte(')')
	c.addText(b.String(), false)
}

// appendMessage writes one message of an APPEND: flags, date and body.
func (c *command) appendMessage(message AppendMessage, options AppendOptions) {
	c.parts = append(c.parts, part{startsMessage: true}, part{text: " "})
	if len(message.Flags) > 0 {
		c.addFlags(message.Flags)
		c.addText(" ", false)
	}
	if message.InternalDate != "" {
		if !printableASCII(message.InternalDate) || strings.ContainsAny(message.InternalDate, `"\`) {
			c.fail("internal date that cannot be written")
			return
		}
		c.addText(`"`+message.InternalDate+`" `, false)
	}
	if message.Size < 0 || message.Body == nil {
		c.fail("message without size or body")
		return
	}
	c.parts = append(c.parts, part{
		literal: true, size: message.Size, body: message.Body, wait: options.Wait || c.mustWait(message.Size),
	}, part{})
}
