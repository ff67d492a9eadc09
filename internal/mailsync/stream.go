package mailsync

import (
	"context"
	"io"
	"sync"

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

// maxCuts is how often a connection may break over one message before it is given up.
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
	all      []*item
	open     *imapclient.Command[*imapclient.Mailbox]
	validity uint32
	// The items in todo have not been asked for yet; flying are the commands under way.
	todo   []*item
	flying []request
	// byUID holds what has not been delivered yet. What is in it belongs to the fetcher,
	// what was taken out to whoever got the parcel.
	mu    sync.Mutex
	byUID map[uint32]*item
	// current is where the message that is coming goes, and holdErr why there is no place for
	// it. They belong to the connection's reader while a command is in flight.
	current *body
	holdErr error
}

// finish reads all that was asked for and gives what is left, because the connection broke
// or because it is to be asked for again.
func (s *stream) finish(ctx context.Context) (left []*item, err error) {
	lost := s.read()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if lost == nil {
		// Else what was delivered is no longer pending, and the rest is asked for again.
		s.check(s.open.Wait(ctx))
	}
	return s.leg().todo, nil
}

// check gives everything up if the folder was not the right one.
func (s *stream) check(box *imapclient.Mailbox, err error) {
	switch {
	case err != nil:
		s.giveUp(s.all, classSelect, "the folder can no longer be opened: "+answer(err))
		s.task.incomplete = true
	case changed(box.UIDValidity, s.validity):
		s.giveUp(s.all, classFetch, "the folder was replaced on the source during the run; run again")
	}
}

// leg is what has not been delivered.
func (s *stream) leg() leg {
	rest := leg{task: s.task, source: s.source}
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
	defer s.mu.Unlock()
	it := s.byUID[uid]
	delete(s.byUID, uid)
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
	if len(s.todo) > 0 {
		s.run.hosts[0].watch(&s.pace, s.conn)
	}
	for len(s.todo) > 0 && room(s.flying, s.todo[0]) {
		n := cut(s.todo, s.window)
		s.flying = append(s.flying, s.request(s.todo[:n]))
		s.todo = s.todo[n:]
	}
}

// read sends commands for all items, two at a time, and judges what came of each. The
// error is that of a broken connection.
func (s *stream) read() error {
	for len(s.todo) > 0 || len(s.flying) > 0 {
		s.fill()
		if last := s.flying[0]; len(s.todo) == 0 && len(s.flying) == 1 && !last.items[0].alone {
			s.lookAhead(s.ctx)
		}
		r := s.flying[0]
		_, err := r.command.Wait(s.ctx)
		if s.ctx.Err() != nil {
			// The callbacks must be over before what they write to is given away.
			_ = s.conn.Close()
			<-s.conn.Done()
			s.current.release()
			return s.ctx.Err()
		}
		if connectionLost(err) {
			<-s.conn.Done()
			s.current.release()
			s.current = nil
			s.suspect(s.flying, err)
			return err
		}
		s.flying = s.flying[1:]
		s.window = min(2*s.window, fetchBytes)
		s.judge(r, err)
	}
	return nil
}

// room says whether another command may be sent: two at a time, or more where they are
// for single messages; a message that may break connections has one for itself.
func room(flying []request, next *item) bool {
	if len(flying) == 0 {
		return true
	}
	last := flying[len(flying)-1].items[0]
	if next.cuts > 0 || last.cuts > 0 {
		return false
	}
	return len(flying) < 2 || next.alone && last.alone && len(flying) < 16
}

// cut says how many items the next command takes, for at most so many bytes.
func cut(todo []*item, limit int64) int {
	if todo[0].alone {
		return 1
	}
	var bytes, text int64
	n := 0
	for n < len(todo) && n < fetchMessages && (n == 0 || bytes+todo[n].size <= limit && text < fetchSetBytes) && !todo[n].alone {
		bytes += todo[n].size
		text += 11 // the longest UID and a comma
		n++
	}
	return n
}

func (s *stream) request(items []*item) request {
	uids := make([]uint32, len(items))
	for i, it := range items {
		uids[i] = it.uid
	}
	return request{items: items, command: s.conn.Fetch(imapclient.UIDs(uids...), imapclient.FetchOptions{
		Items: []string{"UID", "FLAGS", "BODY.PEEK[]"}, Literal: s.literal, Message: s.message,
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

// literal finds the place for a message, on the connection's reader: while it waits for
// room nothing is read, which slows the source down to the destination's pace.
func (s *stream) literal(_ *imapclient.Message, section string, size int64) io.Writer {
	if section != wholeMessage || !s.right() {
		return nil
	}
	s.current.release()
	s.current, s.holdErr = s.run.hold.take(s.ctx, size)
	if s.holdErr != nil {
		return nil
	}
	return s.current
}

// message hands a complete message on, on the connection's reader.
func (s *stream) message(m *imapclient.Message) {
	section := m.Section(wholeMessage)
	if section == nil {
		return // told on the server's own account
	}
	b, unheld := s.current, s.holdErr
	s.current, s.holdErr = nil, nil
	if section.Err != nil {
		unheld = wrap(section.Err, "hold a message of %d bytes", section.Size)
	}
	if unheld != nil {
		it := s.awaited(m.UID)
		// It is asked for again where it failed for others.
		again := it != nil && it.tries < 2 && b != nil && s.run.hold.crowded(b)
		b.release()
		if it != nil && !again && s.ctx.Err() == nil {
			s.fail(it, classOther, unheld.Error())
		}
		return
	}
	if section.Size < 0 && s.sizeless(m.UID) {
		// NIL for a message of no bytes.
		b, _ = s.run.hold.take(s.ctx, 0)
	}
	if b == nil || !s.right() {
		b.release()
		return
	}
	it := s.take(m.UID)
	if it == nil {
		b.release()
		return
	}
	it.literal = b.size
	if m.Flags != nil {
		// It may have been read or flagged since the index was made.
		it.flags = s.run.flags.id(m.Flags)
	}
	s.run.hosts[0].progressed()
	select {
	case s.parcels <- &parcel{task: s.task, item: it, body: b}:
	case <-s.ctx.Done():
		b.release()
	}
}

// judge looks at what a completed command left undelivered. It runs while another may be
// in flight, which has other items.
func (s *stream) judge(r request, err error) {
	for _, it := range r.items {
		if !s.undelivered(it) {
			continue
		}
		it.tries++
		switch {
		case !it.alone || it.tries < 2:
			it.alone = true
		case err != nil && !s.openFailed():
			s.fail(it, classFetch, answer(err))
		case it.tries < 3:
			// Once more: a server may have been short of something.
		case s.openFailed():
		default:
			s.vanished(it)
		}
	}
}

// sizeless says whether the index gave a message to come no size.
func (s *stream) sizeless(uid uint32) bool {
	it := s.awaited(uid)
	return it != nil && it.size == 0
}

func (s *stream) openFailed() bool {
	_, err := s.open.Wait(s.ctx)
	return err != nil
}

// vanished decides about a message that the source does not deliver without saying why: it
// is gone if the source no longer knows its UID.
func (s *stream) vanished(it *item) {
	found, err := s.conn.Search("UID " + imapclient.UIDs(it.uid).String()).Wait(s.ctx)
	if connectionLost(err) || s.ctx.Err() != nil {
		return
	}
	if err == nil && len(found) == 0 {
		if s.take(it.uid) != nil {
			s.run.vanished(s.task, it)
		}
		return
	}
	s.fail(it, classFetch, "the server gives no content for it")
}

// suspect charges a broken connection to the message that was due, since it may be the
// message that breaks it.
func (s *stream) suspect(flying []request, err error) {
	for _, r := range flying {
		for _, it := range r.items {
			if !s.undelivered(it) {
				continue
			}
			it.cuts++
			it.alone = true
			if it.cuts >= maxCuts {
				s.fail(it, classFetch, "the connection breaks each time it is fetched: "+answer(err))
			}
			return
		}
	}
}
