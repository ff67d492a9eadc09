package imapclient

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"time"
)

// read is the reader: it takes the server's responses one by one until the connection ends, and says why.
func (c *Client) read(greeting *command) *ConnectionError {
	d := &decoder{framer: c.framer}
	for {
		line, err := c.framer.readLine()
		if err != nil {
			return c.ended(err)
		}
		if err := c.confirm(line); err != nil {
			return c.ended(err)
		}
		*d = decoder{framer: c.framer, maxLiteral: c.options.MaxLiteral}
		if greeting != nil {
			err = c.readGreeting(line, greeting)
			greeting = nil
		} else {
			err = c.readResponse(d, line)
		}
		if err == nil {
			err = c.noisy()
		}
		if err != nil {
			return c.ended(err)
		}
	}
}

// ended is why the reader ends. Content after which the server hung up is complete.
func (c *Client) ended(err error) *ConnectionError {
	if last := c.unconfirmed; last != nil && errors.Is(err, io.EOF) {
		c.unconfirmed = nil
		_ = c.deliver(last.message, last.target, last.dated)
	}
	if ended, ok := errors.AsType[*ConnectionError](err); ok {
		return ended
	}
	return c.streamError(err)
}

// readGreeting takes the first line.
func (c *Client) readGreeting(line []byte, greeting *command) error {
	status, found := bytes.CutPrefix(line, []byte("*"))
	e, ok := parseStatus(status)
	if !found || !ok {
		return &ConnectionError{Kind: ErrProtocol, Address: c.options.address(), Text: "the greeting is not that of an IMAP server"}
	}
	c.mu.Lock()
	c.greeting = e
	c.mu.Unlock()
	switch e.word {
	case "BYE":
		c.mu.Lock()
		c.bye = e
		c.mu.Unlock()
		return c.streamError(nil)
	case "NO", "BAD":
		return &ConnectionError{Kind: ErrBye, Address: c.options.address(), Code: e.code, CodeText: c.clean(e.codeText), Text: c.clean(e.text), At: time.Now()}
	}
	c.noteStatus(e)
	c.mu.Lock()
	defer c.mu.Unlock()
	greeting.replied = true
	c.dropLocked(greeting)
	c.endLocked(greeting)
	return nil
}

// readResponse takes one response that begins with line.
func (c *Client) readResponse(d *decoder, line []byte) error {
	switch {
	case len(line) == 0:
		return nil
	case line[0] == '+':
		c.proceed(strings.TrimPrefix(string(line[1:min(len(line), maxAtom)]), " "))
		return nil
	case line[0] == '*':
		return c.readUntagged(d, bytes.TrimLeft(line[1:], " "))
	}
	tag, rest, _ := bytes.Cut(line, []byte(" "))
	e, ok := parseStatus(rest)
	if !ok || len(tag) > maxTag {
		// Not a status: framed like data, so that a literal in it does no harm.
		c.unknown.Add(1)
		if err := d.start(line); err != nil {
			return err
		}
		return d.skip()
	}
	return c.reply(string(tag), e)
}

// reply ends the command with this tag.
func (c *Client) reply(tag string, e *statusEvent) error {
	c.mu.Lock()
	var cmd *command
	for _, candidate := range c.pending {
		if candidate.tag == tag {
			cmd = candidate
			break
		}
	}
	c.mu.Unlock()
	if cmd == nil {
		c.strays.Add(1)
		return nil
	}
	c.noteStatus(e)
	if cmd.fetch != nil {
		cmd.fetch.data.note(c, e)
	}
	if cmd.opens && e.word != "OK" {
		c.opened(0)
	}
	if cmd.barrier && e.word == "OK" {
		// The reply may overtake the writer on its way to the barrier.
		select {
		case <-cmd.parked:
		case <-c.dying:
			return c.Err()
		}
	}
	if e.word != "OK" && notConnected(e.text) {
		return c.notConnectedError(e)
	}
	switch {
	case e.word != "OK":
		cmd.err = &ResponseError{
			Command: cmd.name, Bad: e.word == "BAD", Code: e.code, CodeText: c.clean(e.codeText), Text: c.clean(e.text),
			Kind: cmd.kind(), Sent: cmd.sent, Fingerprint: cmd.print(),
		}
	case cmd.finish != nil:
		if cmd.err = cmd.finish(e); errors.As(cmd.err, new(*ConnectionError)) {
			return cmd.err
		}
	}
	if e.word == "OK" {
		c.noteNotice(e, cmd.sent)
		c.pace(cmd, nil)
	} else {
		c.pace(cmd, cmd.err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	cmd.replied = true
	c.dropLocked(cmd)
	if c.waiter != nil && c.waiter.cmd == cmd {
		close(c.waiter.proceed)
		c.waiter = nil
	}
	c.endLocked(cmd)
	return nil
}

// dropLocked takes a command that was replied to off the list; the one behind it becomes the oldest. One that is still
// being written stays known to the writer. Client.mu is held.
func (c *Client) dropLocked(cmd *command) {
	for i, candidate := range c.pending {
		if candidate == cmd {
			c.pending = append(c.pending[:i], c.pending[i+1:]...)
			break
		}
	}
	c.rouse()
	if len(c.pending) > 0 {
		c.pending[0].since = time.Now()
	} else {
		c.worked += time.Since(c.busy)
	}
}

// proceed hands a continuation request to the writer.
func (c *Client) proceed(text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.waiter == nil {
		c.strays.Add(1) // some servers also ask for literals that do not wait
		return
	}
	select {
	case c.waiter.proceed <- text:
	default:
		c.strays.Add(1)
	}
}

// noteStatus acts on the codes that any status response may carry.
func (c *Client) noteStatus(e *statusEvent) {
	if e.code == "CAPABILITY" {
		c.setCaps(strings.Fields(e.codeText))
	}
	if e.code == CodeAlert {
		c.unilateral(Unilateral{Kind: "ALERT", Text: c.clean(e.text)})
	}
}

func (c *Client) unilateral(u Unilateral) {
	if c.options.Unilateral != nil {
		c.options.Unilateral(u)
	}
}

// readUntagged takes what follows "* ".
func (c *Client) readUntagged(d *decoder, line []byte) error {
	if e, ok := parseStatus(line); ok {
		c.noteUntaggedStatus(e)
		return nil
	}
	if err := d.start(line); err != nil {
		return err
	}
	size := len(line)
	word := strings.ToUpper(d.atom())
	if number := parseUint32(word); number > 0 || word == "0" {
		return c.readNumbered(d, number)
	}
	event, err := c.readData(d, word)
	if err != nil {
		return err
	}
	if event == nil {
		if word != "CAPABILITY" && word != "VANISHED" {
			c.unknown.Add(1)
		}
	} else if !c.offer(event, size) {
		c.unsolicited.Add(1)
	}
	return d.skip()
}

// readData reads the data that begin with a word, nil for those not known or already dealt with.
func (c *Client) readData(d *decoder, word string) (event any, err error) {
	switch word {
	case "CAPABILITY":
		c.setCaps(readWords(d))
		return nil, nil
	case "LIST", "LSUB", "XLIST":
		entry, err := readList(d)
		if word == "XLIST" {
			word = "LIST"
		}
		return listEvent{word, entry}, err
	case "STATUS":
		data, err := readStatus(d)
		return data, err
	case "SEARCH":
		return searchEvent{readNumbers(d, int(c.present.Load())+spareNumbers)}, nil
	case "FLAGS":
		flags, err := d.strings()
		return flagsEvent{flags}, err
	case "QUOTA":
		quota, err := readQuota(d)
		return quota, err
	case "QUOTAROOT":
		return quotaRootEvent{}, nil
	case "NAMESPACE":
		spaces, err := readNamespaces(d)
		return spaces, err
	case "ID":
		fields, err := readID(d)
		return fields, err
	case "ENABLED":
		words := readWords(d)
		if slices.Contains(words, "UIDONLY") {
			c.uidOnly.Store(true)
		}
		return enabledEvent(words), nil
	case "VANISHED":
		text := d.keep(d.line[d.pos:])
		c.vanished(text)
		c.unilateral(Unilateral{Kind: word, Text: text})
	}
	return nil, nil
}

// readNumbered reads the data that begin with a number.
func (c *Client) readNumbered(d *decoder, number uint32) error {
	word := strings.ToUpper(d.atom())
	switch word {
	case "FETCH":
		return c.readFetch(d, &Message{Seq: number, Size: -1})
	case "UIDFETCH":
		// The form of FETCH after ENABLE UIDONLY (RFC 9586, section 3.1).
		return c.readFetch(d, &Message{UID: number, Size: -1})
	case "EXISTS":
		c.exists = number
		if !c.offer(existsEvent{number}, 0) {
			c.present.Store(number)
			c.unilateral(Unilateral{Kind: word, Number: number})
		}
	case "EXPUNGE":
		c.left(1)
		c.unilateral(Unilateral{Kind: word, Number: number})
	case "RECENT":
		c.unilateral(Unilateral{Kind: word, Number: number})
	default:
		c.unknown.Add(1)
	}
	return d.skip()
}

// noteUntaggedStatus acts on * OK, NO, BAD and BYE.
func (c *Client) noteUntaggedStatus(e *statusEvent) {
	c.noteStatus(e)
	if e.word == "BYE" {
		c.mu.Lock()
		c.bye = e
		c.mu.Unlock()
		// What is left to come is a tagged reply at best.
		_ = c.meter.SetReadDeadline(time.Now().Add(byeGrace))
		return
	}
	c.noteNotice(e, time.Now())
	if e.code == "INPROGRESS" {
		c.inform()
	}
	c.offer(e, 0)
}

// offer shows untagged data to the commands in flight, the oldest first, until one takes them.
func (c *Client) offer(event any, size int) bool {
	cmd := c.taker(event)
	if cmd == nil {
		return false
	}
	c.useful()
	if cmd.gathered += int64(cost(event, size)); cmd.gathered > maxData {
		c.kill(c.endless("data for " + cmd.name))
	}
	return true
}

// taker is the command that took the data.
func (c *Client) taker(event any) *command {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, exists := event.(existsEvent)
	for _, cmd := range c.pending {
		if cmd.event != nil && cmd.event(event) {
			cmd.since = time.Now()
			return cmd
		}
		if exists {
			break // it is about the mailbox open now, not about one that a later command opens
		}
	}
	return nil
}
