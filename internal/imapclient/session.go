package imapclient

import (
	"context"
	"errors"
	"strings"
	"time"
)

// Capability asks for the capabilities anew. Dial, Login and STARTTLS do it by themselves.
func (c *Client) Capability() *Command[Caps] {
	cmd := newCommand[Caps](c, "CAPABILITY")
	cmd.finish = func(*statusEvent) error {
		cmd.result = c.Caps()
		return nil
	}
	return cmd.issue()
}

// Noop does nothing, which shows that the server is there.
func (c *Client) Noop() *Command[struct{}] { return newCommand[struct{}](c, "NOOP").issue() }

// Enable switches extensions on (RFC 5161); the result are those that the server agreed to, in upper case.
func (c *Client) Enable(capabilities ...string) *Command[[]string] {
	cmd := newCommand[[]string](c, "ENABLE").space().arg(strings.Join(capabilities, " "))
	cmd.event = func(event any) bool {
		e, ok := event.(enabledEvent)
		if ok {
			cmd.result = append(cmd.result, e...)
		}
		return ok
	}
	return cmd.issue()
}

// UIDOnly reports whether UIDONLY is enabled (RFC 9586): then the server takes no sequence numbers.
func (c *Client) UIDOnly() bool { return c.uidOnly.Load() }

// Identify tells the server who we are and gives what it says of itself (ID, RFC 2971), keys in lower case.
// Without ID nothing is sent and the result is empty.
func (c *Client) Identify() *Command[map[string]string] {
	if !c.Caps().Has("ID") {
		return doneCommand[map[string]string](c, "ID", nil)
	}
	cmd := newCommand[map[string]string](c, "ID").space()
	if c.options.ClientName == "" {
		cmd.text("NIL")
	} else {
		cmd.text("(").str("name").space().str(c.options.ClientName)
		if c.options.ClientVersion != "" {
			cmd.space().str("version").space().str(c.options.ClientVersion)
		}
		cmd.text(")")
	}
	cmd.event = func(event any) bool {
		e, ok := event.(idEvent)
		if ok {
			cmd.result = e
		}
		return ok
	}
	return cmd.issue()
}

// Do sends any command that needs no more than a line and gives its result, OK or not. The text is the command
// without its tag, such as "EXPUNGE"; CR, LF and NUL are refused. Its data go to whoever waits for such data,
// or nowhere.
func (c *Client) Do(text string) *Command[struct{}] {
	name, rest, _ := strings.Cut(text, " ")
	cmd := newCommand[struct{}](c, "").arg(name)
	cmd.name = cleanText(name)
	if rest != "" {
		cmd.space().arg(rest)
	}
	return cmd.issue()
}

// Logout ends the session in a friendly way: it waits for the server's BYE and closes the connection. An error
// means no more than that the server did not answer in time; the connection is closed in any case.
func (c *Client) Logout(ctx context.Context) error {
	defer c.Close()
	c.meter.linger(-1)
	_, err := newCommand[struct{}](c, "LOGOUT").issue().Wait(ctx)
	if errors.Is(err, ErrBye) {
		return nil // some servers hang up right after it
	}
	return err
}

// Leave ends the session as Logout does, without waiting for the server's answer: what it would say is of no use any
// more, and takes a round trip. It waits until the LOGOUT has been sent, two seconds at most.
func (c *Client) Leave() {
	defer c.Close()
	c.meter.linger(-1)
	cmd := newCommand[struct{}](c, "LOGOUT")
	cmd.barrier = true // the writer stands there once all has been sent
	cmd.issue()
	timer := time.NewTimer(byeGrace)
	defer timer.Stop()
	select {
	case <-cmd.parked:
	case <-cmd.done:
	case <-timer.C:
	}
}
