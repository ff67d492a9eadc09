package mailsync

import (
	"errors"
	"fmt"
	"io"

	"mailferry/internal/imapclient"
)

// maxSkipped is how many bytes of content that nobody asked for are passed over on one connection.
const maxSkipped = 64 << 20

// accept refuses content that cannot be that of the message, before any of it is read. largest is what the largest one that
// was asked for can have.
func (s *stream) accept(m *imapclient.Message, section string, size, largest int64) error {
	it := s.awaited(m.UID)
	if it != nil {
		largest = s.run.plausible(it)
	}
	if m.UID != 0 {
		s.coming = m.UID
	}
	if size > largest {
		told := "those asked for have"
		if it != nil {
			told = fmt.Sprintf("the index says %d for message %d", it.size(), it.uid)
		}
		return fmt.Errorf("content of %d bytes is announced where %s", size, told)
	}
	if section != wholeMessage || m.UID != 0 && it == nil {
		if s.skipped += size; s.skipped > maxSkipped {
			return errors.New("endless content that nobody asked for")
		}
	}
	return nil
}

// literal finds the place for a message, on the connection's reader: while it waits for
// room nothing is read, which slows the source down to the destination's pace.
func (s *stream) literal(m *imapclient.Message, section string, size int64) io.Writer {
	if section != wholeMessage || !s.right() || m.UID != 0 && s.awaited(m.UID) == nil {
		return nil
	}
	s.coming = m.UID
	s.current.release()
	s.current, s.holdErr = nil, nil
	if limit := s.run.destination.appendLimit; limit > 0 && size > limit {
		s.holdErr = &tooBigError{limit}
		return nil
	}
	s.current, s.holdErr = s.run.hold.take(s.ctx, size)
	if s.holdErr != nil {
		return nil
	}
	return s.current
}

// tooBigError says that the destination does not take messages of this size.
type tooBigError struct{ limit int64 }

func (e *tooBigError) Error() string {
	return "the destination takes no message over " + binary(float64(e.limit))
}

// message hands a complete message on, on the connection's reader.
func (s *stream) message(m *imapclient.Message) {
	section := m.Section(wholeMessage)
	if section == nil {
		return // told on the server's own account
	}
	b, unheld := s.current, s.holdErr
	s.current, s.coming, s.holdErr = nil, 0, nil
	it := s.awaited(m.UID)
	if it == nil || !s.right() {
		b.release()
		return
	}
	if section.Err != nil {
		unheld = wrap(section.Err, "hold a message of %d bytes", section.Size)
	}
	switch {
	case unheld != nil:
		s.unheld(it, b, unheld)
	case len(m.Sections) > 1:
		b.release()
		s.trialFor(it).note(errors.New("its content came more than once in one answer"))
	case section.Size <= 0 && !it.emptyRight():
		b.release()
		s.trialFor(it).note(errors.New("the server gives no content for it"))
	case section.Size < 0:
		// NIL for a message of no bytes.
		if b, _ = s.run.hold.take(s.ctx, 0); b != nil {
			s.deliver(it, b, m.Flags)
		}
	case b == nil:
	case !s.sized(it, b):
		b.release()
	default:
		s.deliver(it, b, m.Flags)
	}
}

// unheld gives up a message that there is no place for, or has it asked for again where it failed for others.
func (s *stream) unheld(it *item, b *body, why error) {
	t := s.trialFor(it)
	again := t.tries < 2 && b != nil && s.run.hold.crowded(b)
	b.release()
	switch {
	case again || s.ctx.Err() != nil:
	case errors.As(why, new(*tooBigError)):
		s.fail(it, classAppend, why.Error())
	default:
		s.fail(it, classOther, why.Error())
	}
}

// sized says whether content has the size that the index told, or sizes are known to mean little. Else it is to be looked at
// in another way.
func (s *stream) sized(it *item, b *body) bool {
	exact := b.size == it.size()
	s.run.sizes.count(exact)
	t := s.trialOf(it)
	switch {
	case exact && t != nil && t.seen != nil && t.seen.size != b.size:
		// It has changed meanwhile.
	case exact, roughly(it.size(), b.size) && s.run.sizes.estimated():
		return true
	}
	sum, err := b.digest()
	if err != nil {
		s.fail(it, classOther, err.Error())
		return false
	}
	s.doubt(it, &proof{size: b.size, sum: sum})
	return false
}

// deliver hands a message on.
func (s *stream) deliver(it *item, b *body, flags []string) {
	if s.take(it.uid) == nil {
		b.release()
		return
	}
	s.mu.Lock()
	s.delivered++
	s.mu.Unlock()
	it.literal = b.size
	if flags != nil {
		// It may have been read or flagged since the index was made. Others may be looking at what is pending, see alreadyThere.
		id := s.run.flags.id(flags)
		s.task.marking.Lock()
		it.flags = id
		s.task.marking.Unlock()
	}
	s.run.hosts[0].progressed()
	select {
	case s.parcels <- &parcel{task: s.task, item: it, body: b}:
	case <-s.ctx.Done():
		b.release()
	}
}
