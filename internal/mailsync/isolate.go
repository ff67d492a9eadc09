package mailsync

import (
	"errors"
	"slices"
	"time"

	"mailferry/internal/imapclient"
)

// A message that breaks the connection, or has a whole FETCH refused, is found by halving: the messages asked for with it are
// asked for in two groups, and again, which costs a few round trips, not one for each. It is left for the end, so that it
// holds up no others, and every other message arrives.

// maxBarren is how many connections in a row may break over messages of a folder before the rest of it is given up, and
// barrenLater how many after that for each further folder, as long as no message gets through.
const (
	maxBarren   = 400
	barrenLater = 20
)

// barrenPause is after how many breaks without a message a pause is made, as it is after any other loss of a connection.
const barrenPause = 8

// leastPatience is the shortest time that a host may say nothing about messages that are under suspicion.
const leastPatience = 15 * time.Second

// patience is how long the source may say nothing about messages that are under suspicion: less than about others, since
// several questions may be needed to find the one that silences it.
func (s *stream) patience() time.Duration {
	timeout := s.run.hosts[0].endpoint.timeout
	return max(timeout/4, min(timeout, leastPatience))
}

// trialOf is what was found out about a message, nil for nothing.
func (f *fetcher) trialOf(it *item) *trial {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.trials[it]
}

// trialFor is trialOf, and begins with nothing.
func (f *fetcher) trialFor(it *item) *trial {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.trialLocked(it)
}

func (f *fetcher) trialLocked(it *item) *trial {
	t := f.trials[it]
	if t == nil {
		t = &trial{}
		f.trials[it] = t
	}
	return t
}

// doubt notes what BODY[] gave, which is not of the size told, so that another way is tried.
func (s *stream) doubt(it *item, p *proof) {
	s.fetcher.mu.Lock()
	defer s.fetcher.mu.Unlock()
	t := s.trialLocked(it)
	if t.seen == nil {
		s.doubts++
	}
	t.elsewise, t.seen = true, p
}

// forget ends what is known of a message.
func (s *stream) forget(it *item) {
	s.fetcher.mu.Lock()
	defer s.fetcher.mu.Unlock()
	if t := s.trials[it]; t != nil && t.seen != nil {
		s.doubts--
	}
	delete(s.trials, it)
}

// sizesFirst says that so many messages have another size than told that it is to be found out first what that means: else
// all others might be fetched twice.
func (s *stream) sizesFirst() bool {
	s.fetcher.mu.Lock()
	defer s.fetcher.mu.Unlock()
	return s.doubts >= sizeChecks && s.run.sizes.open()
}

// single says whether a message is asked for alone.
func (t *trial) single() bool { return t != nil && t.alone }

// breaking says whether a message may break the connection.
func (t *trial) breaking() bool { return t != nil && t.breaks > 0 }

// number is that of its group.
func (t *trial) number() int {
	if t == nil {
		return 0
	}
	return t.group
}

// suspicious says whether messages are to be asked for in another way, so that this folder is not done with yet.
func (s *stream) suspicious() bool {
	s.fetcher.mu.Lock()
	defer s.fetcher.mu.Unlock()
	for it := range s.trials {
		if s.awaited(it.uid) == it {
			return true
		}
	}
	return false
}

// halve makes two groups of messages of which one spoils it for the others, or leaves the one alone.
func (s *stream) halve(items []*item) {
	if len(items) == 1 {
		s.trialFor(items[0]).alone = true
		return
	}
	s.together(items[:len(items)/2])
	s.together(items[len(items)/2:])
}

// together has messages asked for in one command, with no others.
func (s *stream) together(items []*item) {
	s.groups++
	for _, it := range items {
		t := s.trialFor(it)
		t.group, t.alone = s.groups, len(items) == 1
	}
}

// judge looks at what a completed command left undelivered. It runs while another may be in flight, which has other items.
func (s *stream) judge(r request, err error) {
	rest := s.pendingOf(r.items)
	if len(rest) == 0 || !s.right() {
		return
	}
	if t := s.trialOf(rest[0]); s.following == nil && (t == nil || !t.checked || len(r.items) == 1) {
		// Most often they have been moved or deleted meanwhile.
		if rest = s.present(rest); len(rest) == 0 {
			return
		}
	}
	if len(r.items) > 1 {
		if len(rest) == len(r.items) {
			s.halve(rest)
		} else {
			s.together(rest) // some came: those that did not are asked for again
		}
		s.todo = append(s.todo, rest...)
		return
	}
	t := s.trialFor(rest[0])
	t.alone = true
	t.tries++
	t.stubborn = t.stubborn || imapclient.Passing(err)
	if err == nil {
		err = errors.New("the server gives no content for it")
	}
	t.note(err)
	if t.tries < 2 {
		s.todo = append(s.todo, rest...)
		return
	}
	t.elsewise = true
}

// present leaves out messages that the source no longer has, and notes them as gone. One that it does not deliver is gone only
// if it is neither found nor told of when asked for its flags.
func (s *stream) present(items []*item) []*item {
	uids := make([]uint32, len(items))
	for i, it := range items {
		uids[i] = it.uid
	}
	there := map[uint32]bool{}
	set := imapclient.UIDs(uids...)
	search := s.conn.Search("UID " + set.String())
	answered, err := s.conn.Fetch(set, imapclient.FetchOptions{
		Items: []string{"UID", "FLAGS"}, Message: func(m *imapclient.Message) { there[m.UID] = true },
	}).Wait(s.ctx)
	found, searchErr := search.Wait(s.ctx)
	if s.ctx.Err() != nil || connectionLost(err) || connectionLost(searchErr) {
		return items
	}
	for _, uid := range found {
		there[uid] = true
	}
	if err != nil && searchErr != nil || answered.Limit != 0 {
		return items // nothing is known
	}
	return slices.DeleteFunc(items, func(it *item) bool {
		if there[it.uid] {
			s.trialFor(it).checked = true
			return false
		}
		if s.take(it.uid) != nil {
			s.run.vanished(s.task, it)
		}
		return true
	})
}

// suspect finds out over what the connection broke: the message that was coming, or else the one that was due, or where
// nothing had come of a command one of its messages.
func (s *stream) suspect(err error) {
	if !s.right() && !s.careful {
		s.careful = true // it may have been the folder
		return
	}
	if s.broke(err) {
		return
	}
	if it := s.awaited(s.coming); s.coming != 0 && it != nil {
		s.blame(it, err)
		return
	}
	for _, r := range s.flying {
		rest := s.pendingOf(r.items)
		switch {
		case len(rest) == 0:
		case len(rest) < len(r.items) || len(rest) == 1:
			s.blame(rest[0], err)
			return
		default:
			s.halve(rest)
			return
		}
	}
}

// broke counts a connection that broke over messages. It is true where so many have in a row that the rest of the folder is
// given up.
func (s *stream) broke(err error) bool {
	if s.right() {
		// The host is there; so it was what was asked for, which does not count as a host lost.
		if s.barren++; s.barren%barrenPause != 0 {
			s.run.hosts[0].progressed()
		}
	}
	s.mu.Lock()
	if s.delivered > 0 {
		s.barren = 0
	}
	s.mu.Unlock()
	if s.barren < maxBarren {
		return false
	}
	s.barren -= barrenLater
	s.giveUp(s.all, classFetch, "the connection breaks each time that messages of this folder are fetched: "+answer(err))
	return true
}

// blame charges a broken connection to a message.
func (s *stream) blame(it *item, err error) {
	t := s.trialFor(it)
	t.note(wrapBreak(err))
	t.alone = true
	t.breaks++
	switch {
	case t.breaks < maxWholeBreaks:
	case errors.Is(err, imapclient.ErrTimeout):
		s.fail(it, classFetch, "the server falls silent each time it is fetched: "+answer(err))
	default:
		t.elsewise = true
	}
}

// wrapBreak says what a broken connection means for a message.
func wrapBreak(err error) error { return wrap(err, "the connection breaks each time it is fetched") }
