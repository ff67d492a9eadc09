package mailsync

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"
	"sync"

	"mailferry/internal/imapclient"
)

// A message comes in one piece (BODY[]), by ranges of it (BODY[]<0.1048576>, …) or as its header and its text. The second and
// third way are for a message whose first one broke the connection, gave nothing, or gave another size than the index: it
// is stored if two ways agree, or if one alone gives just the size that the index has.

// rangeBytes is how much of a message one range asks for.
const rangeBytes = 1 << 20

// maxWholeBreaks is how often BODY[] of a message may break the connection before another way is taken.
const maxWholeBreaks = 2

// trial is what was found out about a message that did not come at once as the index had told.
type trial struct {
	// group is the number of those that it is asked for together with, 0 for any; alone is a group of one.
	group int
	alone bool
	// breaks and tries count connections that broke over it, and answers without it, alone.
	breaks, tries int
	// stubborn says that it is refused in passing words while others are not, refused how often other ways were refused so.
	stubborn bool
	refused  int
	// checked says that the source still has it.
	checked bool
	// elsewise says that another way is to be tried next, way which.
	elsewise bool
	way      int
	// seen is what BODY[] gave, nil for nothing; parts what header and text gave.
	seen, parts *proof
	// why is the first reason why it did not come.
	why string
}

// proof says what a way gave.
type proof struct {
	size  int64
	sum   [sha256.Size]byte
	flags []string
}

// The other ways, in their order.
const (
	byParts = iota
	byRanges
	byPartsAfterAll
	onceMore
	noWay
)

// maxStubborn is how often in all other ways are taken again that are refused in passing, for a message that is known to be
// refused so while others are not.
const maxStubborn = 2

// errNothing says that a way gave no content.
var errNothing = errors.New("no content came")

// sizes learns whether a source's RFC822.SIZE is an estimate, as Microsoft's is by default: then another size of the content
// means nothing, and is not looked into message by message.
type sizes struct {
	mu                            sync.Mutex
	exact, wrong, agreed, refuted int64
}

// sizeChecks is how many messages of another size than told must have come alike in two ways before sizes count as estimates,
// and how many more for each that did not.
const sizeChecks = 8

func (s *sizes) count(exact bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if exact {
		s.exact++
	} else {
		s.wrong++
	}
}

// settle notes whether two ways agreed about a message of another size than told.
func (s *sizes) settle(agree bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if agree {
		s.agreed++
	} else {
		s.refuted++
	}
}

// estimated says whether the sizes told are estimates.
func (s *sizes) estimated() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.agreed >= sizeChecks*(1+s.refuted) && 8*s.wrong >= s.exact+s.wrong
}

// open says whether that is still to be learnt, so that it is worth waiting for.
func (s *sizes) open() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.agreed < sizeChecks*(1+s.refuted)
}

// roughly says whether a size is what an estimate of told bytes may come to.
func roughly(told, size int64) bool { return 4*size >= 3*told && size <= 2*told+64<<10 }

// plausible is how many bytes a message can have at most. More is not taken, whatever is announced: the size told may be an
// estimate or count line ends in another way, but not be another size altogether.
func (r *run) plausible(it *item) int64 {
	limit := min(2*it.size()+4<<20, r.hold.most)
	if it.size() == 0 {
		limit = sizeless // it was not told
	}
	if r.settings.maxSize >= 0 {
		limit = min(limit, 2*r.settings.maxSize+64<<10)
	}
	return limit
}

// sizeless is what a message may have whose size was not told.
const sizeless = 64 << 20

// emptyRight says whether a message may have no content: its size is 0, and it has no Message-ID.
func (it *item) emptyRight() bool { return it.size() == 0 && !it.strong }

// elsewise fetches messages in other ways, one after the other. The error is that of a broken connection, or the run's end.
func (s *stream) elsewise(ctx context.Context, late bool) error {
	for _, it := range s.all {
		t := s.trialOf(it)
		if t == nil || !t.elsewise || !s.undelivered(it) || !late && t.seen == nil {
			continue
		}
		if s.relaxed(it, t) {
			continue
		}
		if err := s.inAnotherWay(ctx, it, t); err != nil {
			return err
		}
	}
	return nil
}

// relaxed says whether a message of another size than told need not be looked into any more; it is asked for again then.
func (s *stream) relaxed(it *item, t *trial) bool {
	if t.seen == nil || t.way > 0 && t.way != byRanges || !roughly(it.size(), t.seen.size) || !s.run.sizes.estimated() {
		return false
	}
	s.forget(it)
	return true
}

// inAnotherWay fetches one message in the ways that are left for it and hands it on if they agree.
func (s *stream) inAnotherWay(ctx context.Context, it *item, t *trial) error {
	if t.stubborn {
		s.probe("BODY.PEEK[]<0.1>") // so that what is refused for this message is not taken for a busy host's
	}
	for ; t.way < noWay; t.way++ {
		way := t.way
		switch {
		case way == byParts && t.seen != nil, // ranges are enough to compare with
			way == byPartsAfterAll && t.seen == nil && t.parts == nil,
			way == onceMore && t.seen == nil:
			continue
		}
		b, p, err := s.gather(ctx, it, way, way != byParts)
		if ctx.Err() != nil {
			b.release()
			return context.Cause(ctx)
		}
		if again, end := s.refusedInPassing(ctx, err); again || end != nil {
			b.release()
			if end != nil {
				return end
			}
			if t.stubborn {
				t.refused++
				s.probe("FLAGS")
			}
			if t.refused > maxStubborn {
				t.note(err)
				continue
			}
			t.way--
			continue
		}
		if err != nil {
			b.release()
			t.note(err)
			if connectionLost(err) {
				t.way++
				return err
			}
			continue
		}
		if way == byParts {
			t.parts = p
			continue
		}
		s.conclude(it, t, b, p)
		return nil
	}
	s.fail(it, classFetch, t.why)
	return nil
}

// conclude stores a message that came in another way, or names it.
func (s *stream) conclude(it *item, t *trial, b *body, p *proof) {
	other := t.seen
	if other == nil {
		other = t.parts
	}
	agree := other != nil && other.size == p.size && other.sum == p.sum
	// Header and text fetched twice are one way.
	confirmed := agree && (t.seen != nil || t.way == byRanges)
	if t.seen != nil {
		s.run.sizes.settle(agree)
	}
	switch {
	case other != nil && !agree:
		b.release()
		s.fail(it, classFetch, fmt.Sprintf("two ways of fetching it do not agree: one gives %d bytes, the other %d, and they are not the same; the source's index says %d",
			other.size, p.size, it.size()))
	case !confirmed && p.size != it.size():
		b.release()
		s.fail(it, classFetch, fmt.Sprintf("%s; only one other way of fetching it works, and gives %d bytes, where the source's index says %d", t.why, p.size, it.size()))
	default:
		s.deliver(it, b, p.flags)
	}
}

// refusedInPassing waits where a refusal asks for that.
func (s *stream) refusedInPassing(ctx context.Context, err error) (again bool, end error) {
	if err == nil || errors.Is(err, errNothing) || connectionLost(err) {
		return false, nil
	}
	return s.run.hosts[0].passing(ctx, err)
}

// note remembers the first reason why a message did not come.
func (t *trial) note(err error) {
	if t.why == "" && err != nil {
		t.why = answer(err)
	}
}

// gathering takes a message in pieces.
type gathering struct {
	body  *body // nil to look at the content only
	sum   hash.Hash
	size  int64
	limit int64
	// piece is the size of the piece that came last, -1 for none.
	piece int64
	flags []string
	err   error
}

func (g *gathering) Write(p []byte) (int, error) {
	g.size += int64(len(p))
	_, _ = g.sum.Write(p)
	if g.body != nil {
		return g.body.Write(p)
	}
	return len(p), nil
}

// gather fetches a message in one of the other ways. b is nil unless it is to be kept.
func (s *stream) gather(ctx context.Context, it *item, way int, keep bool) (b *body, p *proof, err error) {
	g := &gathering{sum: sha256.New(), limit: s.run.plausible(it)}
	if keep {
		size := it.size()
		if t := s.trialOf(it); t.seen != nil {
			size = max(size, t.seen.size)
		}
		if b, err = s.run.hold.take(ctx, size); err != nil {
			return nil, nil, err
		}
		g.body = b
	}
	switch way {
	case byRanges:
		err = s.ranges(ctx, it, g)
	case onceMore:
		err = s.piece(ctx, it, g, "BODY.PEEK[]", wholeMessage)
	default:
		if err = s.piece(ctx, it, g, "BODY.PEEK[HEADER]", "BODY[HEADER]"); err == nil && g.piece <= 0 {
			err = errNothing
		}
		if err == nil {
			err = s.piece(ctx, it, g, "BODY.PEEK[TEXT]", "BODY[TEXT]")
		}
	}
	if err == nil && g.size == 0 && !it.emptyRight() {
		err = errNothing
	}
	if err != nil {
		return b, nil, err
	}
	b.resize(g.size)
	return b, &proof{g.size, [sha256.Size]byte(g.sum.Sum(nil)), g.flags}, nil
}

// ranges fetches a message range by range, until one is empty.
func (s *stream) ranges(ctx context.Context, it *item, g *gathering) error {
	for {
		from := g.size
		if err := s.piece(ctx, it, g, fmt.Sprintf("BODY.PEEK[]<%d.%d>", from, rangeBytes), fmt.Sprintf("BODY[]<%d>", from)); err != nil {
			return err
		}
		if g.piece <= 0 {
			return nil
		}
	}
}

// piece fetches one part of a message and adds it to what was gathered.
func (s *stream) piece(ctx context.Context, it *item, g *gathering, ask, want string) error {
	g.piece, g.err = -1, nil
	answered := false
	_, err := s.conn.Fetch(imapclient.UIDs(it.uid), imapclient.FetchOptions{
		Items: []string{"UID", "FLAGS", ask}, Patience: s.patience(),
		Accept: func(_ *imapclient.Message, _ string, size int64) error {
			if g.size+size > g.limit || strings.HasSuffix(want, ">") && size > rangeBytes {
				return fmt.Errorf("message %d is announced with %d bytes more, where the index says %d", it.uid, size, it.size())
			}
			return nil
		},
		Literal: func(_ *imapclient.Message, section string, size int64) io.Writer {
			if section != want || g.piece >= 0 {
				g.err = fmt.Errorf("%s came for %s", section, want)
				return nil
			}
			g.piece = size
			return g
		},
		Message: func(m *imapclient.Message) {
			section := m.Section(want)
			switch {
			case m.UID == it.uid && section != nil:
				answered, g.flags = true, m.Flags
				g.err = errors.Join(g.err, section.Err)
			case g.piece >= 0 && !answered:
				g.err = errors.New("content of another message came")
			}
		},
	}).Wait(ctx)
	if ctx.Err() != nil {
		// The callbacks must be over before what they write to is given away.
		_ = s.conn.Close()
		<-s.conn.Done()
		return context.Cause(ctx)
	}
	if connectionLost(err) {
		<-s.conn.Done()
		return err
	}
	switch {
	case err != nil:
		return err
	case g.err != nil:
		return g.err
	case !answered:
		return errNothing
	}
	return nil
}
