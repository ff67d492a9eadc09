package imapclient

import "sync"

// Habits are what the connections to one account of a host learn about it from each other, see [Options]. The zero value
// knows nothing yet. Its methods may be called from any goroutine.
type Habits struct {
	mu            sync.Mutex
	mechanism     string
	identifyFirst bool
	oneAtATime    bool
}

// OneAtATime reports whether the host takes one command at a time only, so that each waits for the answer to the one before.
func (h *Habits) OneAtATime() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.oneAtATime
}

// SetOneAtATime has each command wait for the answer to the one before, on all connections, from now on. IMAP lets a client
// send commands without waiting (RFC 3501, section 5.5); some hosts answer BAD to what comes too early, or hang up.
// It reports whether that is news.
func (h *Habits) SetOneAtATime() (news bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	news = !h.oneAtATime
	h.oneAtATime = true
	return news
}

// signIn gives the way in which a password was taken before, "" if none was, and whether the host wants to know who asks
// before it lets anybody in.
func (h *Habits) signIn() (mechanism string, identifyFirst bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.mechanism, h.identifyFirst
}

// signedIn notes how the host let us in.
func (h *Habits) signedIn(mechanism string, identifyFirst bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.mechanism, h.identifyFirst = mechanism, h.identifyFirst || identifyFirst
}

// SetOneAtATime has each further command of this connection alone wait for the answer to the one before, or not; see
// [Habits.SetOneAtATime], which holds for all and cannot be taken back here.
func (c *Client) SetOneAtATime(on bool) {
	c.mu.Lock()
	c.alone = on
	c.mu.Unlock()
	c.rouse()
}

// Together sends the commands that issue makes in one piece, as far as none of them has to wait for the server. Whether a
// host takes commands that come together is seen at once then, and not by chance later.
func (c *Client) Together(issue func()) {
	c.mu.Lock()
	c.corked++
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		c.corked--
		c.mu.Unlock()
		c.rouse()
	}()
	issue()
}

// mustPauseLocked says that the next command may not be written yet. Client.mu is held.
func (c *Client) mustPauseLocked() bool {
	return c.corked > 0 || len(c.pending) > 0 && (c.alone || c.options.Habits.OneAtATime())
}

// rouse lets the writer look for something to write.
func (c *Client) rouse() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}
