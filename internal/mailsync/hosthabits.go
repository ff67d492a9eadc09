package mailsync

import (
	"context"
	"errors"
	"fmt"

	"mailferry/internal/imapclient"
)

// maxUnconnected is how often in a row a session without a mailbox is worth another.
const maxUnconnected = 3

// introduce tells the server who we are (ID, RFC 2971), on each connection and before anything else: some open folders
// only for those who have said so. The answer is not waited for.
func (h *host) introduce(c *imapclient.Client) {
	identity := c.Identify()
	if c.Caps().Has("UTF8=ONLY") {
		c.Enable("UTF8=ACCEPT") // nothing else is answered before (RFC 6855, section 5)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.identity == nil {
		h.identity = identity
	}
}

// server is what the host said of itself, nil if nothing.
func (h *host) server(ctx context.Context) map[string]string {
	h.mu.Lock()
	identity := h.identity
	h.mu.Unlock()
	if identity == nil {
		return nil
	}
	said, err := identity.Wait(ctx)
	if err != nil {
		return nil
	}
	return said
}

// withoutMailbox counts an error that says that a session has no mailbox behind it, and says whether that is enough: it passes
// where too many sessions were open or a server was in trouble, and does not where a right is missing.
func (h *host) withoutMailbox(err error) (enough bool) {
	if !errors.Is(err, imapclient.ErrNotConnected) {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.unconnected++
	return h.unconnected > maxUnconnected*max(h.open, 1) // all of them may say so at once
}

// unconnectedReason says what a session without a mailbox most likely comes from.
func unconnectedReason(err error) string {
	said := "authenticated but not connected"
	if ended, ok := errors.AsType[*imapclient.ConnectionError](err); ok && ended.Text != "" {
		said = ended.Text
	}
	return said + " (the login itself was accepted: likely there is no mailbox or no licence for this user, IMAP is switched off for it, " +
		"who signed in has no full access to it, the access token is another user's, or too many sessions are open)"
}

// tlsReason is why a connection could not be encrypted, with the option that helps where one may.
func (h *host) tlsReason(err error) string {
	if h.endpoint.oldCiphers || !imapclient.OldCiphers(err) {
		return err.Error()
	}
	return fmt.Sprintf("%s: it most likely has only old ciphers (RSA key exchange) or an old version of TLS, which --oldciphers%d allows", err, h.index+1)
}

// refusal is what a server said to a login, with its reason where it gave one apart.
func refusal(auth *imapclient.AuthError) string {
	if auth.Reason == "" {
		return answer(auth.Err)
	}
	return answer(auth.Err) + " (" + auth.Reason + ")"
}

// Limits of looking whether a host takes commands together.
const (
	// suspectedCuts is how many connections in a row break before it is looked at.
	suspectedCuts = 2
	// probes are sent in one piece then.
	probes = 6
)

// tryTogether looks, once in a run, whether the host takes commands that come before the answer to the one before (RFC 3501,
// section 5.5): some say BAD to them, or hang up. The error is that of the connection, which is then to be made anew.
func (h *host) tryTogether(ctx context.Context, c *imapclient.Client) error {
	h.mu.Lock()
	tried := h.together || h.habits.OneAtATime()
	h.together = true
	h.mu.Unlock()
	if tried {
		return nil
	}
	var commands []*imapclient.Command[struct{}]
	c.Together(func() {
		for range probes {
			commands = append(commands, c.Noop())
		}
	})
	for _, command := range commands {
		_, err := command.Wait(ctx)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil && !errors.Is(err, imapclient.ErrNo) && !errors.Is(err, imapclient.ErrNotConnected) &&
			!imapclient.Throttled(err) && !imapclient.TooManyConnections(err) {
			h.oneAtATime()
		}
		if connectionLost(err) {
			return err
		}
	}
	return nil
}

// oneAtATime has each command wait for the answer to the one before, on this host.
func (h *host) oneAtATime() {
	if h.habits.SetOneAtATime() {
		h.out.linef("%s: does not take commands that come before the answer to the one before, sending one at a time", h.name())
	}
}
