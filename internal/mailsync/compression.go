package mailsync

import (
	"time"

	"mailferry/internal/imapclient"
)

// A link is slow if over a stretch of so many bytes on the wire, and no less than so much
// time, it gave less than slowLink bytes per second while it was all that was waited for.
// Compressing what passes at that pace takes each side a few hundredths of a processor, and
// mail, most of which is text or base64, becomes a half to three quarters of its size.
// On a faster link the servers' processors may be what is short.
const (
	slowLink     = 4 << 20
	stretchBytes = 1 << 20
	stretchTime  = 500 * time.Millisecond
)

// pace watches how fast one user's connection moves bytes.
type pace struct {
	conn *imapclient.Client
	last imapclient.Stats
}

// watch looks at a connection that has something to do, now and then, and has it compressed
// where the link is the bottleneck (COMPRESS=DEFLATE, RFC 4978). What passes one connection
// to a host holds for all of them. Nothing waits for it.
func (h *host) watch(p *pace, c *imapclient.Client) {
	if want := h.endpoint.compress; want != nil {
		if *want {
			c.Compress()
		}
		return
	}
	if !c.Caps().Has("COMPRESS=DEFLATE") {
		return
	}
	if !h.slow.Load() {
		if !p.slow(c) {
			return
		}
		if h.slow.CompareAndSwap(false, true) {
			h.out.linef("%s: the link is slow, compressing from here on", h.name())
		}
	}
	c.Compress()
}

// slow says whether the stretch since the last one was slow.
func (p *pace) slow(c *imapclient.Client) bool {
	now := c.Stats()
	if p.conn != c {
		p.conn, p.last = c, now
		return false
	}
	read, written := now.BytesRead-p.last.BytesRead, now.BytesWritten-p.last.BytesWritten
	busy, starved := now.Busy-p.last.Busy, now.Starved-p.last.Starved
	if read+written < stretchBytes || busy < stretchTime {
		return false
	}
	p.last = now
	if written > read {
		// Uploads are waited for as long as they are under way: their answers come last.
		return float64(written) < slowLink*busy.Seconds()
	}
	// Downloads also wait for whoever takes the bytes on, which is not the link's doing.
	return starved > busy/2 && float64(read) < slowLink*busy.Seconds()
}
