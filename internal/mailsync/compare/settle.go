package compare

import "slices"

// Contents are what is in some messages, by position. A message that could not be read has none.
type Contents map[int32]*Content

// Folder gives the message at a position.
type Folder func(position int32) Message

// Check decides about some of the Likely pairs by contents: those that are the same, or of which a content is not known, are
// pairs, and the source messages of the others are missing. It gives how many are the same.
func (d *Difference) Check(likely []Pair, source, destination Folder, ours, theirs Contents) (same int) {
	for _, p := range likely {
		here, there := ours[p.Source], theirs[p.Destination]
		dated := source(p.Source).Date == destination(p.Destination).Date
		switch {
		case here == nil || there == nil:
			d.Unknown++
			d.Pairs = append(d.Pairs, Pair{Source: p.Source, Destination: p.Destination, Loose: true})
		case here.Same(there) || dated && here.SameText(there):
			same++
			d.Pairs = append(d.Pairs, p)
		default:
			d.Missing = append(d.Missing, p.Source)
			d.Surplus = append(d.Surplus, p.Destination)
		}
	}
	d.sort()
	return same
}

// Believe takes Likely pairs for what they seem to be.
func (d *Difference) Believe(likely []Pair) { d.Pairs = append(d.Pairs, likely...) }

// Settle decides about candidates by contents: each source message gets one at the destination with the same content, and what
// is left is missing. Where a content could not be read, size and date must do, and then the nearest size.
func (d *Difference) Settle(c Candidates, source, destination Folder, ours, theirs Contents) {
	s := &settling{difference: d, source: source, destination: destination, ours: ours, theirs: theirs}
	s.unmatched, s.free = slices.Clone(c.Source), slices.Clone(c.Destination)
	s.byHash(func(m Message, c *Content) any {
		return [4]any{c.exact, m.Flags, m.Size, m.Date}
	})
	s.byHash(func(m Message, c *Content) any { return [2]any{c.exact, m.Date} })
	s.byHash(func(_ Message, c *Content) any { return c.exact })
	same := func(i, j int32) bool { return s.ours[i].Same(s.theirs[j]) }
	s.byTest(ofContent(func(m Message, c *Content) any { return [3]any{c.ascii, m.Date, m.Flags} }), same)
	s.byTest(ofContent(func(m Message, c *Content) any { return [2]any{c.ascii, m.Date} }), same)
	s.byTest(ofContent(func(_ Message, c *Content) any { return c.ascii }), same)
	s.byTest(ofContent(func(m Message, c *Content) any { return [2]any{c.words, m.Date} }),
		func(i, j int32) bool { return s.ours[i].SameText(s.theirs[j]) })
	s.byTest(func(m Message, _ *Content) any { return [2]any{m.Key, featureOf(m)} },
		func(i, j int32) bool { return !s.known(i, j) })
	switch {
	case c.Weak:
	case c.Counted:
		s.nearest(func(int32, int32) bool { return true })
	default:
		// Of those that could not be read it is not known that they differ.
		before := len(s.unmatched)
		s.nearest(func(i, j int32) bool { return !s.known(i, j) })
		d.Unknown += before - len(s.unmatched)
	}
	d.Missing = append(d.Missing, s.unmatched...)
	if !c.Weak {
		d.Surplus = append(d.Surplus, s.free...)
	}
	d.sort()
}

func (d *Difference) sort() {
	slices.Sort(d.Missing)
	slices.Sort(d.Surplus)
}

// settling is candidates being settled: those not paired yet on both sides.
type settling struct {
	difference          *Difference
	source, destination Folder
	ours, theirs        Contents
	unmatched, free     []int32
}

func (s *settling) known(i, j int32) bool { return s.ours[i] != nil && s.theirs[j] != nil }

// byHash pairs messages of which something is equal.
func (s *settling) byHash(of func(m Message, c *Content) any) {
	waiting := map[any][]int32{}
	for _, i := range s.unmatched {
		if c := s.ours[i]; c != nil {
			k := of(s.source(i), c)
			waiting[k] = append(waiting[k], i)
		}
	}
	s.pair(func(j int32) (int32, bool) {
		c := s.theirs[j]
		if c == nil {
			return 0, false
		}
		k := of(s.destination(j), c)
		list := waiting[k]
		if len(list) == 0 {
			return 0, false
		}
		waiting[k] = list[1:]
		return list[0], true
	}, false)
}

// ofContent gives something of a message whose content is known, and nil for others.
func ofContent(of func(m Message, c *Content) any) func(m Message, c *Content) any {
	return func(m Message, c *Content) any {
		if c == nil {
			return nil
		}
		return of(m, c)
	}
}

// byTest pairs each destination message with the one of nearest size among those that a test finds to be the same. Only those
// with the same value of something are tested; nil is none.
func (s *settling) byTest(of func(m Message, c *Content) any, same func(i, j int32) bool) {
	waiting := map[any][]int32{}
	for _, i := range s.unmatched {
		if k := of(s.source(i), s.ours[i]); k != nil {
			waiting[k] = append(waiting[k], i)
		}
	}
	s.pair(func(j int32) (int32, bool) {
		k := of(s.destination(j), s.theirs[j])
		at := s.closest(j, waiting[k], same)
		if k == nil || at < 0 {
			return 0, false
		}
		i := waiting[k][at]
		waiting[k] = slices.Delete(waiting[k], at, at+1)
		return i, true
	}, false)
}

// nearest pairs what is left by size, where a test allows it. Which belongs to which is a guess then.
func (s *settling) nearest(allowed func(i, j int32) bool) {
	waiting := slices.Clone(s.unmatched)
	loose := len(s.unmatched) > 1 || len(s.free) > 1
	s.pair(func(j int32) (int32, bool) {
		at := s.closest(j, waiting, allowed)
		if at < 0 {
			return 0, false
		}
		i := waiting[at]
		waiting = slices.Delete(waiting, at, at+1)
		return i, true
	}, loose)
}

// closest is the place in a list of the message with the size nearest to that of a destination message, among those allowed, -1
// if none is.
func (s *settling) closest(j int32, among []int32, allowed func(i, j int32) bool) int {
	best, size := -1, s.destination(j).Size
	for at, i := range among {
		if !allowed(i, j) {
			continue
		}
		if best < 0 || distance(s.source(i).Size, size) < distance(s.source(among[best]).Size, size) {
			best = at
		}
	}
	return best
}

// pair goes through the free destination messages and pairs each for which one is found.
func (s *settling) pair(find func(j int32) (int32, bool), loose bool) {
	gone := map[int32]bool{}
	free := s.free[:0]
	for _, j := range s.free {
		i, ok := find(j)
		if !ok {
			free = append(free, j)
			continue
		}
		gone[i] = true
		s.difference.Pairs = append(s.difference.Pairs, Pair{Source: i, Destination: j, Loose: loose})
	}
	s.free = free
	s.unmatched = slices.DeleteFunc(s.unmatched, func(i int32) bool { return gone[i] })
}

func distance(a, b int64) int64 {
	if a > b {
		return a - b
	}
	return b - a
}
