package imapclient

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
)

// errReplied says that the server answered a command before it was sent whole.
var errReplied = errors.New("answered before the end")

func tagOf(n int) string { return "F" + strconv.Itoa(n) }

// write is the writer: it sends the commands in their order until the connection ends.
func (c *Client) write() {
	for {
		cmd := c.nextCommand()
		if cmd == nil {
			return
		}
		err := c.send(cmd)
		if err != nil {
			var ended *ConnectionError
			if !errors.As(err, &ended) {
				ended = c.writeError(err)
			}
			c.kill(ended)
		}
		c.mu.Lock()
		cmd.written, cmd.whole = true, err == nil
		cmd.since = time.Now()
		c.endLocked(cmd)
		c.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// writeError gives the reader a moment to find out why the server does not take more: a BYE says more than a broken pipe.
func (c *Client) writeError(err error) *ConnectionError {
	timer := time.NewTimer(byeGrace)
	defer timer.Stop()
	select {
	case <-c.dying:
	case <-timer.C:
	}
	return c.streamError(err)
}

// nextCommand waits for a command to write and makes it pending; nil when the connection ends. What was written before is
// flushed as soon as nothing follows at once.
func (c *Client) nextCommand() *command {
	for {
		c.mu.Lock()
		if c.dead != nil {
			c.mu.Unlock()
			return nil
		}
		if len(c.queue) > 0 && !c.mustPauseLocked() {
			cmd := c.queue[0]
			if pacer := c.pacedLocked(cmd); pacer != nil && cmd.pacer == nil {
				c.mu.Unlock()
				if !c.permit(pacer, cmd) {
					return nil
				}
				cmd.pacer = pacer
				continue
			}
			c.queue[0] = nil
			c.queue = c.queue[1:]
			if len(c.pending) == 0 {
				c.busy = time.Now()
				c.meter.asked.Store(int64(c.meter.clock()))
			}
			cmd.since = time.Now()
			cmd.sent = cmd.since
			c.pending = append(c.pending, cmd)
			c.mu.Unlock()
			return cmd
		}
		c.mu.Unlock()
		if err := c.flush(); err != nil {
			c.kill(c.writeError(err))
			return nil
		}
		select {
		case <-c.wake:
		case <-c.dying:
			return nil
		}
	}
}

// flush sends what is buffered.
func (c *Client) flush() error {
	if err := c.out.Flush(); err != nil {
		return err
	}
	if c.deflater != nil {
		return c.deflater.Flush()
	}
	return nil
}

// send writes one command.
func (c *Client) send(cmd *command) error {
	c.tracer.client(cmd)
	err := c.sendParts(cmd)
	if errors.Is(err, errReplied) {
		return nil
	}
	if err == nil && cmd.barrier {
		err = c.hold(cmd)
	}
	return err
}

func (c *Client) sendParts(cmd *command) error {
	if _, err := c.out.WriteString(cmd.tag + " "); err != nil {
		return err
	}
	for i := range cmd.parts {
		part := &cmd.parts[i]
		var err error
		switch {
		case part.literal:
			err = c.sendLiteral(cmd, part)
		case part.answer != nil:
			if _, err = c.out.WriteString("\r\n"); err == nil {
				return c.converse(cmd, part.answer)
			}
		case part.startsMessage && c.hasReply(cmd):
			// Refused already: the members that are left would be uploaded for nothing.
			_, err = c.out.WriteString("\r\n")
			return errors.Join(err, errReplied)
		default:
			_, err = c.out.WriteString(part.text)
		}
		if err != nil {
			return err
		}
	}
	_, err := c.out.WriteString("\r\n")
	return err
}

// hasReply reports whether the server has answered the command already.
func (c *Client) hasReply(cmd *command) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return cmd.replied
}

// sendLiteral writes a literal's header, waits for permission if it has to, and copies the body.
func (c *Client) sendLiteral(cmd *command, part *part) error {
	if !part.wait {
		if _, err := c.out.WriteString("{" + strconv.FormatInt(part.size, 10) + "+}\r\n"); err != nil {
			return err
		}
		return c.copyBody(part)
	}
	w := c.register(cmd)
	if w == nil {
		_, err := c.out.WriteString("\r\n")
		return errors.Join(err, errReplied)
	}
	if _, err := c.out.WriteString("{" + strconv.FormatInt(part.size, 10) + "}\r\n"); err != nil {
		return err
	}
	if _, err := c.await(w); err != nil {
		return err
	}
	return c.copyBody(part)
}

// copyBody copies exactly the announced number of bytes.
func (c *Client) copyBody(part *part) error {
	left := part.size
	idle := 0
	for left > 0 {
		if c.out.Available() == 0 {
			if err := c.out.Flush(); err != nil {
				return err
			}
		}
		buffer := c.out.AvailableBuffer()
		buffer = buffer[:min(int64(cap(buffer)), left)]
		c.setFeeding(true)
		n, err := part.body.Read(buffer)
		c.setFeeding(false)
		left -= int64(n)
		if _, err := c.out.Write(buffer[:n]); err != nil {
			return err
		}
		if n > 0 {
			idle = 0
		} else if idle++; idle > 100 && err == nil {
			err = io.ErrNoProgress
		}
		if err != nil && left > 0 {
			if err == io.EOF {
				err = fmt.Errorf("%d bytes missing: %w", left, io.ErrUnexpectedEOF)
			}
			return &ConnectionError{Kind: ErrBody, Address: c.options.address(), Err: err}
		}
	}
	return nil
}

// setFeeding notes whether the writer waits for a body's reader, in which time no deadline runs.
func (c *Client) setFeeding(on bool) {
	c.meter.touch()
	c.feeding.Store(on)
}

// register makes the writer the one whom continuation requests and the reply to cmd wake; nil when it was replied to already.
func (c *Client) register(cmd *command) *waiter {
	c.mu.Lock()
	defer c.mu.Unlock()
	if cmd.replied {
		return nil
	}
	c.waiter = &waiter{cmd: cmd, proceed: make(chan string, 1)}
	return c.waiter
}

// await flushes and waits for a continuation request; errReplied when the command was answered instead.
func (c *Client) await(w *waiter) (text string, err error) {
	if err := c.flush(); err != nil {
		return "", err
	}
	select {
	case text, ok := <-w.proceed:
		if !ok {
			return "", errReplied
		}
		c.mu.Lock()
		c.waiter = nil
		c.mu.Unlock()
		return text, nil
	case <-c.dying:
		return "", c.Err()
	}
}

// hold keeps the writer until the command was answered.
func (c *Client) hold(cmd *command) error {
	w := c.register(cmd)
	if w == nil {
		return nil
	}
	if err := c.flush(); err != nil {
		return err
	}
	close(cmd.parked)
	for {
		select {
		case _, ok := <-w.proceed:
			if !ok {
				return nil
			}
			c.strays.Add(1)
		case <-c.dying:
			return c.Err()
		}
	}
}

// converse answers continuation requests until the command was answered (RFC 3501, section 6.2.2).
func (c *Client) converse(cmd *command, answer func(challenge string) (string, error)) error {
	for {
		w := c.register(cmd)
		if w == nil {
			return nil
		}
		challenge, err := c.await(w)
		if errors.Is(err, errReplied) {
			return nil
		}
		if err != nil {
			return err
		}
		reply, err := answer(challenge)
		if err != nil {
			reply = "*"
		}
		if _, err := c.out.WriteString(reply + "\r\n"); err != nil {
			return err
		}
	}
}
