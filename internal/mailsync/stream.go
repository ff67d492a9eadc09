package mailsync

import (
	"context"
	"sync"
	"time"

	"mailferry/internal/imapclient"
)

// Limits of one FETCH command. Two are in flight, so that the source is never idle while
// the link has room for what it sends. The first ones ask for less, for until they are
// answered nothing is known of the link.
const (
	fetchMessages   = 500
	firstFetchBytes = 512 << 10
	fetchBytes      = 8 << 20
	fetchSetBytes   = 4000 // length of the UID set's text
)

// maxCuts is how often a connection may break over something before that is given up.
const maxCuts = 3

// wholeMessage is the section that a message comes in.
const wholeMessage = "BODY[]"

// changed says whether a UIDVALIDITY is surely another one; 0 is not known.
func changed(now, before uint32) bool { return now != before && now != 0 && before != 0 }

// stream is a row of FETCH commands for a leg over one connection.
type stream struct {
	*fetcher

	ctx      context.Context //nolint:containedctx // a stream lives for one leg, and its callbacks take no context
	task     *task
	source   int
	late     bool
	careful  bool
	restless bool
	opens    int
	all      []*item
	open     *imapclient.Command[*imapclient.Mailbox]
	validity uint32
	// The items in todo have not been asked for yet; flying are the commands under way.
	todo   []*item
	flying []request
	// byUID holds what has not been delivered yet. What is in it belongs to the fetcher,
	// what was taken out to whoever got the parcel. delivered counts the latter.
	mu        sync.Mutex
	byUID     map[uint32]*item
	delivered int
	// current is where the message that is coming goes, coming is the UID of that message, 0 while
	// it is not known, and holdErr why there is no place for it. They belong to the connection's
	// reader while a command is in flight.
	current *body
	coming  uint32
	holdErr error
	skipped int64
	// doubts counts messages that came with another size than told; guarded by the fetcher.
	doubts int
}

// finish reads all that was asked for and gives what is left, because the connection broke
// or because it is to be asked for again.
func (s *stream) finish(ctx context.Context) (left []*item, err error) {
	lost := s.read()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if lost != nil && !connectionLost(lost) {
		return nil, lost
	}
	if lost == nil {
		// Else what was delivered is no longer pending, and the rest is asked for again.
		box, err := s.open.Wait(ctx)
		if again, end := s.refusedInPassing(ctx, err); end != nil {
			return nil, end
		} else if !again {
			s.check(box, err)
		}
		if err == nil && s.following == nil {
			err := s.elsewise(ctx, s.late)
			switch {
			case connectionLost(err):
				s.broke(err)
			case err != nil:
				return nil, err
			}
		}
	}
	return s.leg().todo, nil
}

// check gives everything up if the folder was not the right one.
func (s *stream) check(box *imapclient.Mailbox, err error) {
	switch {
	case connectionLost(err):
	case err != nil:
		s.giveUp(s.all, classSelect, "the folder can no longer be opened: "+answer(err))
		s.task.incomplete = true
	case changed(box.UIDValidity, s.validity) && !s.restless:
		s.renumbered()
	case changed(box.UIDValidity, s.validity):
		s.giveUp(s.all, classFetch, "the folder was replaced on the source during the run; run again")
	}
}

// leg is what has not been delivered.
func (s *stream) leg() leg {
	rest := leg{task: s.task, source: s.source, late: s.late, careful: s.careful, opens: s.opens, restless: s.restless}
	for _, it := range s.all {
		if s.undelivered(it) {
			rest.todo = append(rest.todo, it)
		}
	}
	return rest
}

// undelivered says whether an item is still to come.
func (s *stream) undelivered(it *item) bool { return s.awaited(it.uid) != nil }

// awaited is the item still to come that has a UID, nil if there is none.
func (s *stream) awaited(uid uint32) *item {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byUID[uid]
}

// take removes an item from those still to come, nil if it is none of them.
func (s *stream) take(uid uint32) *item {
	s.mu.Lock()
	it := s.byUID[uid]
	delete(s.byUID, uid)
	s.mu.Unlock()
	if it != nil {
		s.forget(it)
	}
	return it
}

// fail gives an undelivered item up.
func (s *stream) fail(it *item, c class, reason string) {
	if s.take(it.uid) != nil {
		s.run.failItem(s.task, it, c, nil, reason)
		s.run.hosts[0].progressed()
	}
}

func (s *stream) giveUp(items []*item, c class, reason string) {
	for _, it := range items {
		s.fail(it, c, reason)
	}
}

// request is a FETCH in flight.
type request struct {
	items   []*item
	command *imapclient.Command[imapclient.FetchData]
}

// fill sends as many commands as may be in flight.
func (s *stream) fill() {
	if s.following != nil {
		return // the next folder is open already: what is left is asked for once this one is again
	}
	if len(s.todo) > 0 {
		s.run.hosts[0].watch(&s.pace, s.conn)
	}
	for len(s.todo) > 0 && s.room() {
		n := s.cut()
		s.flying = append(s.flying, s.request(s.todo[:n]))
		s.todo = s.todo[n:]
	}
}

// read sends commands for all items, two at a time, and judges what came of each. The
// error is that of a broken connection, or the run's end.
func (s *stream) read() error {
	if s.careful {
		if _, err := s.open.Wait(s.ctx); connectionLost(err) {
			<-s.conn.Done()
			if s.opens++; s.opens >= maxCuts {
				s.giveUp(s.all, classSelect, "the connection breaks each time the folder is opened: "+answer(err))
			}
			return err
		} else if err == nil && s.restless {
			if err := s.findAnew(); err != nil {
				return err
			}
		}
	}
	for len(s.todo) > 0 || len(s.flying) > 0 {
		s.fill()
		if len(s.flying) == 0 {
			return nil // the rest is asked for by another stream
		}
		if len(s.todo) == 0 && len(s.flying) == 1 && !s.late && !s.suspicious() {
			s.lookAhead(s.ctx)
		}
		r := s.flying[0]
		_, err := r.command.Wait(s.ctx)
		if s.ctx.Err() != nil {
			s.stop()
			return s.ctx.Err()
		}
		if connectionLost(err) {
			<-s.conn.Done()
			s.current.release()
			s.current = nil
			again, end := s.run.hosts[0].passing(s.ctx, err)
			if end != nil {
				return end
			}
			if !again {
				s.suspect(err)
			}
			return err
		}
		s.flying = s.flying[1:]
		s.window = min(2*s.window, fetchBytes)
		if again, end := s.refusedInPassing(s.ctx, err); end != nil {
			s.stop()
			return end
		} else if again && s.retry(r, err) {
			continue
		}
		s.judge(r, err)
	}
	return nil
}

// stop ends the connection: the callbacks must be over before what they write to is given away.
func (s *stream) stop() {
	_ = s.conn.Close()
	<-s.conn.Done()
	s.current.release()
	s.current = nil
}

// pendingOf are those of some items that are still to come, in a list of their own.
func (s *stream) pendingOf(items []*item) []*item {
	var rest []*item
	for _, it := range items {
		if t := s.trialOf(it); s.undelivered(it) && (t == nil || !t.elsewise) {
			rest = append(rest, it)
		}
	}
	return rest
}

// room says whether another command may be sent: two at a time, or more where they are
// for single messages; a message that may break connections has one for itself.
func (s *stream) room() bool {
	if len(s.flying) == 0 {
		return !s.sizesFirst()
	}
	next, last := s.trialOf(s.todo[0]), s.trialOf(s.flying[len(s.flying)-1].items[0])
	if next.breaking() || last.breaking() || s.sizesFirst() {
		return false
	}
	return len(s.flying) < 2 || next.single() && last.single() && len(s.flying) < 16
}

// cut says how many items the next command takes, for at most so many bytes.
func (s *stream) cut() int {
	first := s.trialOf(s.todo[0])
	if first.single() {
		return 1
	}
	most := fetchMessages
	if limit, ok := s.conn.Caps().MessageLimit(); ok && limit > 0 {
		most = min(most, limit) // RFC 9738
	}
	var bytes, text int64
	n := 0
	for n < len(s.todo) && n < most && (n == 0 || bytes+s.todo[n].size() <= s.window && text < fetchSetBytes) {
		if t := s.trialOf(s.todo[n]); t.single() || t.number() != first.number() {
			break
		}
		bytes += s.todo[n].size()
		text += 11 // the longest UID and a comma
		n++
	}
	return n
}

func (s *stream) request(items []*item) request {
	uids := make([]uint32, len(items))
	var largest int64
	for i, it := range items {
		uids[i] = it.uid
		largest = max(largest, s.run.plausible(it))
	}
	accept := func(m *imapclient.Message, section string, size int64) error {
		return s.accept(m, section, size, largest)
	}
	var patience time.Duration
	if s.trialOf(items[0]) != nil {
		patience = s.patience()
	}
	return request{items: items, command: s.conn.Fetch(imapclient.UIDs(uids...), imapclient.FetchOptions{
		Items: []string{"UID", "FLAGS", "BODY.PEEK[]"}, Patience: patience, Accept: accept, Literal: s.literal, Message: s.message,
	})}
}

// right says whether the data that come are those of the folder asked for. The answer to
// EXAMINE always comes before them.
func (s *stream) right() bool {
	select {
	case <-s.open.Done():
	default:
		return false
	}
	box, err := s.open.Wait(s.ctx)
	return err == nil && !changed(box.UIDValidity, s.validity)
}
