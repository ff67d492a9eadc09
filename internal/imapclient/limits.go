package imapclient

import (
	"bytes"
	"errors"
	"io"
	"math"
	"sync/atomic"
	"time"
)

// Bounds against a server that sends without end, or hardly anything.
const (
	// maxData bounds what one command may gather of untagged data, in bytes of this process's memory, see cost.
	maxData = 32 << 20
	// maxNoise bounds what comes in a row and belongs to no command, in bytes of the wire.
	maxNoise = 16 << 20
	// spareAnswers is how many FETCH responses a command may get beside four for each message it asks for.
	spareAnswers = 10000
	// leastRate is how many bytes per second must pass in either direction while a command waits, measured over its timeout;
	// Gmail throttles to somewhat under 1,024.
	leastRate = 128
	// leastOverall is the same over all of a command, once it has taken longHaul timeouts.
	leastOverall = 4 << 10
	longHaul     = 12
	// maxInflation is how many times what came over the wire all of a compressed stream may come to. Mail seldom passes 20;
	// what is compressed to be a nuisance comes to 1,000.
	maxInflation = 200
	freeInflated = 16 << 20
	// maxTag is the length of a tag; this client's are shorter.
	maxTag = 64
	// answerGrace is how long nothing more comes after what looks like the end of the answer, inside of a literal, before it is
	// taken for that.
	answerGrace = time.Second
)

// cost is about how many bytes of memory an event takes where it is kept, size being its length on the wire.
func cost(event any, size int) int {
	switch e := event.(type) {
	case searchEvent:
		return 10 * len(e.numbers) // a slice that grows holds its numbers twice at times
	case listEvent:
		return 300 + 8*size
	case *StatusData:
		return 300 + size
	}
	return 64 + 16*size
}

// endless ends the connection over data without end.
func (c *Client) endless(what string) *ConnectionError {
	return &ConnectionError{Kind: ErrProtocol, Address: c.options.address(), Text: "endless " + what}
}

// useful notes that what was read last belongs to a command. It is the reader's.
func (c *Client) useful() { c.usefulTo = c.framer.taken }

// noisy is not nil once too much came that belongs to no command.
func (c *Client) noisy() error {
	if c.framer.taken-c.usefulTo > maxNoise {
		return c.endless("data that no command asked for")
	}
	return nil
}

// answered counts a FETCH response for its command; the error is that they are far more than the messages asked for.
func (c *Client) answered(f *fetch) error {
	f.answers++
	if f.answers > spareAnswers && f.answers-spareAnswers > 4*min(f.set.count(), int64(c.exists)) {
		return c.endless("answers to FETCH")
	}
	return nil
}

// count is how many numbers are in a set, those up to "*" as many as there can be.
func (s Set) count() (n int64) {
	for _, r := range s {
		stop := r.Stop
		if stop == 0 {
			stop = math.MaxUint32
		}
		n += int64(stop) - int64(r.Start) + 1
	}
	return n
}

// haul is what has passed since the oldest command in flight became that, and since the rate was measured last. Time is that in
// which bytes were waited for.
type haul struct {
	cmd                 *command
	began, measured     time.Duration
	beganAt, measuredAt int64
	informed            bool
}

// dripping says that the oldest command gets too little: a connection kept alive by a byte now and then would never end.
// Client.mu is held.
func (c *Client) dripping(oldest *command, timeout time.Duration) *ConnectionError {
	h := &c.haul
	waited, passed := time.Duration(c.meter.starved.Load()), c.meter.in.Load()+c.meter.out.Load()
	if h.cmd != oldest {
		*h = haul{cmd: oldest, began: waited, measured: waited, beganAt: passed, measuredAt: passed}
	}
	if timeout <= 0 {
		return nil
	}
	// One that is still being sent may take as long as it takes, if it is not the server that lets no more of it come: a
	// continuation, in the middle of a login or before a literal, may drip as well as an answer.
	if oldest.written && waited-h.began > longHaul*timeout+time.Duration(passed-h.beganAt)*time.Second/leastOverall {
		return c.timeout("too little for too long", oldest)
	}
	if waited-h.measured < timeout {
		return nil
	}
	slow := float64(passed-h.measuredAt) < leastRate*timeout.Seconds()
	if slow && !h.informed {
		return c.timeout("hardly a byte for "+timeout.String(), oldest)
	}
	h.measured, h.measuredAt, h.informed = waited, passed, false
	return nil
}

// inform notes that the server says it is at work (INPROGRESS, RFC 9585): the oldest command gets more time, if not for ever.
func (c *Client) inform() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.pending) > 0 && c.haul.cmd == c.pending[0] {
		c.pending[0].since = time.Now()
		c.haul.informed = true
	}
}

// stall notes that a literal goes on with bytes that have yet to come, and the last ones that came: if those are the reply to
// a command in flight, the literal was announced too long and has swallowed it.
func (c *Client) stall(tail []byte) {
	end := bytes.TrimRight(tail, "\r\n")
	if len(end) == len(tail) {
		return
	}
	line := end[bytes.LastIndexByte(end, '\n')+1:]
	tag, rest, _ := bytes.Cut(line, []byte(" "))
	if _, status := parseStatus(rest); !status || len(tag) > maxTag {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, cmd := range c.pending {
		if cmd.tag == string(tag) {
			c.swallowed.Store(true)
		}
	}
}

// swallowedReply says that a literal has swallowed the reply, and nothing more comes.
func (c *Client) swallowedReply(quiet time.Duration) *ConnectionError {
	if !c.swallowed.Load() || quiet < answerGrace {
		return nil
	}
	return &ConnectionError{Kind: ErrProtocol, Address: c.options.address(), Text: "content is not as long as announced: the end of the answer came inside of it"}
}

// inflater bounds what a compressed stream comes to.
type inflater struct {
	io.Reader

	meter *meter
	base  int64 // what had come over the wire before
	total atomic.Int64
}

var errInflation = errors.New("compressed data that come to far more than mail does")

func (r *inflater) Read(b []byte) (int, error) {
	n, err := r.Reader.Read(b)
	if total := r.total.Add(int64(n)); total > freeInflated && total > maxInflation*(r.meter.in.Load()-r.base) {
		return 0, errInflation
	}
	return n, err
}
