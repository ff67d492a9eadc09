package imapclient

import (
	"strconv"
	"strings"
)

// counting is how many messages the open mailbox has, kept current through what the server tells. It is the reader's own,
// but for present.
type counting struct {
	// gone counts the messages that left since the mailbox was opened.
	gone uint32
}

// Present is how many messages the open mailbox has, as of what was read last: EXISTS, less what was told by EXPUNGE and
// VANISHED since (RFC 3501, section 7.3.1; RFC 7162, section 3.2.10). 0 while none is open. A callback of FETCH may ask.
func (c *Client) Present() uint32 { return c.present.Load() }

// opened begins to count anew: a mailbox was opened, or could not be.
func (c *Client) opened(exists uint32) {
	c.present.Store(exists)
	c.counting = counting{}
}

// left notes that messages are no longer there.
func (c *Client) left(n uint64) {
	present := uint64(c.present.Load())
	n = min(n, present)
	c.present.Store(uint32(present - n))
	c.counting.gone += uint32(n)
}

// vanished notes the UIDs of a VANISHED (RFC 7162, section 3.2.10). Those with EARLIER were not there any more when the
// mailbox was opened.
func (c *Client) vanished(text string) {
	if text = strings.TrimSpace(text); strings.HasPrefix(text, "(") {
		return
	}
	if set, ok := parseSet(text); ok {
		c.left(set.size())
	}
}

// size is how many numbers are in a set without "*".
func (s Set) size() (n uint64) {
	for _, r := range s {
		n += uint64(r.Stop) - uint64(r.Start) + 1
	}
	return n
}

// note completes what a FETCH delivered by its tagged answer.
func (d *FetchData) note(c *Client, e *statusEvent) {
	d.Exists, d.Gone = c.present.Load(), c.counting.gone
	if e.code == CodeMessageLimit {
		limit, uid, _ := strings.Cut(strings.TrimSpace(e.codeText), " ")
		d.Limit, d.LimitUID = parseUint32(limit), parseUint32(uid)
	}
}

// MessageLimit is how many messages one command may be about (MESSAGELIMIT, RFC 9738, section 3): a FETCH or a SEARCH of
// more is answered in part, an APPEND of more is refused. ok is false when the server states none.
func (c Caps) MessageLimit() (limit int, ok bool) {
	for word := range c {
		if value, found := strings.CutPrefix(word, "MESSAGELIMIT="); found {
			if n, err := strconv.Atoi(value); err == nil && n > 0 {
				return n, true
			}
		}
	}
	return 0, false
}
