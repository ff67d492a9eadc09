package mailsync

import (
	"slices"

	"mailferry/internal/imapclient"
)

// Limits of one MULTIAPPEND, of how many of them are in flight, and of what is in flight
// where messages are appended one by one. Over a long line it is what is in flight that
// sets the pace; a batch ends with its folder, so many may be small.
const (
	batchMessages  = 50
	batchBytes     = 4 << 20
	messagesFlying = 200
)

// batching says whether several messages go with one command.
func (a *appender) batching() bool {
	caps := a.conn.Caps()
	return caps.Has("MULTIAPPEND") && (caps.LiteralPlus() || caps.LiteralMinus())
}

// send sends what the window allows.
func (a *appender) send() {
	if a.full || a.conn.Err() != nil && len(a.flying) > 0 {
		return // settled first
	}
	for {
		b := a.nextBatch()
		if b == nil {
			return
		}
		a.ship(b)
	}
}

// nextBatch is what is to be sent next, nil if there is nothing or the window is full.
func (a *appender) nextBatch() *batch {
	from := &a.again
	if len(a.again)+len(a.waiting) == 0 {
		from = &a.deferred
	}
	if len(*from) > 0 {
		b := (*from)[0]
		if !a.windowOpen(b.alone) {
			return nil
		}
		*from = (*from)[1:]
		return b
	}
	if len(a.waiting) == 0 || !a.windowOpen(false) {
		return nil
	}
	n := a.next()
	if n == 0 {
		return nil
	}
	b := &batch{task: a.waiting[0].task, parcels: slices.Clone(a.waiting[:n])}
	a.waiting = append(a.waiting[:0], a.waiting[n:]...)
	return b
}

// windowOpen says whether another command may be sent; alone is for one that nothing may be under way with.
func (a *appender) windowOpen(alone bool) bool {
	if len(a.flying) == 0 {
		return true
	}
	caps := a.conn.Caps()
	switch {
	case alone, a.nearFull, a.flying[len(a.flying)-1].alone:
		return false
	case a.batching():
		return a.messages < messagesFlying && a.bytes < batchBytes
	case caps.LiteralPlus() || caps.LiteralMinus():
		return len(a.flying) < batchMessages && a.bytes < batchBytes
	}
	return false
}

// next says how many of the waiting messages the next command takes. While one command is
// in flight, messages gather until a batch is full: with a quick server batches stay
// small and nothing waits, with a slow one they grow.
func (a *appender) next() int {
	if !a.tab(a.waiting[0].task).clear {
		return 0
	}
	if !a.batching() || a.waiting[0].body.size > inMemory {
		return 1
	}
	var bytes int64
	n, task := 0, a.waiting[0].task
	most := a.atMost()
	for n < len(a.waiting) && n < most {
		size := a.waiting[n].body.size
		if a.waiting[n].task != task || size > inMemory || n > 0 && bytes+size > batchBytes {
			return n
		}
		bytes += size
		n++
	}
	if n < most && len(a.flying) > 0 && !a.closed && !a.tabs[task].ended && len(a.waiting) < maxPending {
		return 0
	}
	return n
}

// atMost is how many messages a batch has at most.
func (a *appender) atMost() int {
	if limit, ok := a.conn.Caps().MessageLimit(); ok && limit > 0 {
		return min(a.most, limit) // RFC 9738, section 3.3
	}
	return a.most
}

// ship sends one command.
func (a *appender) ship(s *batch) {
	messages := make([]imapclient.AppendMessage, len(s.parcels))
	s.bytes = 0
	wait := false
	for i, p := range s.parcels {
		p.task.mark(p.item, sent)
		s.bytes += p.body.size
		// A refusal should come before the upload of something big.
		wait = wait || p.body.size > inMemory
		messages[i] = a.message(p)
	}
	a.run.hosts[1].watch(&a.pace, a.conn)
	a.bytes += s.bytes
	a.messages += len(s.parcels)
	a.sends++
	s.number = a.sends
	s.command = a.conn.MultiAppend(s.task.target.raw, messages, imapclient.AppendOptions{Wait: wait})
	a.flying = append(a.flying, s)
	a.tabs[s.task].unsent -= len(s.parcels)
	a.lookBehind(s.task)
}
