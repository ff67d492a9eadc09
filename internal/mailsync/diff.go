package mailsync

import (
	"cmp"
	"maps"
	"slices"
)

// pair is a source message and the destination message that it is, as positions in the
// two indexes.
type pair struct {
	source, destination int32
	// loose says that it might as well be another of those with the same key, so that
	// nothing should be changed by it.
	loose bool
}

// doubt is a set of messages whose headers alone do not say which is which: their contents
// must be compared.
type doubt struct {
	source, destination []int32
	// optional messages are only the same if their contents are; else, where contents were
	// changed by the server, the destination's count is taken at its word.
	optional bool
}

// difference is what comparing two indexes found.
type difference struct {
	pairs   []pair
	missing []int32 // positions in the source's index, ascending
	doubts  []doubt
}

// compare takes the difference of two indexes as multisets: of n1 messages with a key
// on the source and n2 at the destination, max(0, n1 − n2) are missing. Which of them
// is decided by size and date, and where these do not tell either, left in doubt.
func compare(source, destination []entry) difference {
	var d difference
	there := groups(destination)
	here := groups(source)
	taken := make([]bool, len(destination))
	unsure := doubt{optional: true}
	var ours, theirs []int32
	for i := range source {
		k := source[i].key
		if here.first[k] != int32(i) {
			continue // not the first of its group
		}
		ours, theirs = here.list(ours[:0], k), there.list(theirs[:0], k)
		switch {
		case len(theirs) == 0:
			d.missing = append(d.missing, ours...)
			continue
		case k == here.nothing:
			d.compareBare(source, destination, ours, theirs, taken, &unsure)
			continue
		case len(ours) == 1 && len(theirs) == 1:
			d.pairs = append(d.pairs, pair{source: ours[0], destination: theirs[0]})
		default:
			d.compareGroup(source, destination, ours, theirs)
		}
		for _, j := range theirs {
			taken[j] = true
		}
	}
	d.compareWeak(source, destination, taken, &unsure)
	if len(unsure.source) > 0 {
		d.doubts = append(d.doubts, unsure)
	}
	slices.Sort(d.missing)
	return d
}

// chains are lists of positions by key, in two allocations.
type chains struct {
	first map[key]int32
	next  []int32
	// nothing is the key of a message without any of the fields that identify one.
	nothing key
}

func groups(entries []entry) chains {
	c := chains{first: make(map[key]int32, len(entries)), next: make([]int32, len(entries))}
	c.nothing, _ = identify(nil)
	for i := len(entries) - 1; i >= 0; i-- {
		next, ok := c.first[entries[i].key]
		if !ok {
			next = -1
		}
		c.next[i] = next
		c.first[entries[i].key] = int32(i)
	}
	return c
}

func (c chains) list(into []int32, k key) []int32 {
	i, ok := c.first[k]
	for ok && i >= 0 {
		into = append(into, i)
		i = c.next[i]
	}
	return into
}

// feature is what tells messages with the same key apart.
type feature struct{ size, date int64 }

func featureOf(e *entry) feature { return feature{e.size, e.date} }

// compareGroup pairs messages with the same key: first those of the same size and date,
// then any others.
func (d *difference) compareGroup(source, destination []entry, ours, theirs []int32) {
	byFeature := map[feature]*doubt{}
	var order []feature
	at := func(f feature) *doubt {
		if byFeature[f] == nil {
			byFeature[f] = &doubt{}
			order = append(order, f)
		}
		return byFeature[f]
	}
	for _, i := range ours {
		q := at(featureOf(&source[i]))
		q.source = append(q.source, i)
	}
	for _, j := range theirs {
		q := at(featureOf(&destination[j]))
		q.destination = append(q.destination, j)
	}
	var rest doubt
	for _, f := range order {
		q := byFeature[f]
		if len(q.source) > len(q.destination) && len(ours) > len(theirs) {
			// Of two messages alike in size and date of which one is there, these do not say which.
			rest.source = append(rest.source, q.source...)
			rest.destination = append(rest.destination, q.destination...)
			continue
		}
		n := min(len(q.source), len(q.destination))
		rest.source = append(rest.source, q.source[n:]...)
		rest.destination = append(rest.destination, d.pairAlike(source, destination, q.source[:n], q.destination)...)
	}
	slices.Sort(rest.source)
	slices.Sort(rest.destination)
	switch {
	case len(rest.destination) == 0:
		d.missing = append(d.missing, rest.source...)
	case len(rest.source) > len(rest.destination):
		d.doubts = append(d.doubts, rest)
	default:
		d.pairAlike(source, destination, rest.source, rest.destination)
	}
}

// pairAlike pairs each of some messages with one at the destination, of which there are
// enough, and gives those left over there. Which belongs to which matters only for the flags that
// are brought in step afterwards: those with the same flags go together, and if that does
// not settle it, contents must.
func (d *difference) pairAlike(source, destination []entry, ours, theirs []int32) (left []int32) {
	byFlags := map[uint32][]int32{}
	for _, j := range theirs {
		byFlags[destination[j].flags] = append(byFlags[destination[j].flags], j)
	}
	pairs := make([]pair, 0, len(ours))
	var others []int32
	uniform := true
	for _, i := range ours {
		uniform = uniform && source[i].flags == source[ours[0]].flags
		js := byFlags[source[i].flags]
		if len(js) == 0 {
			others = append(others, i)
			continue
		}
		pairs = append(pairs, pair{source: i, destination: js[0]})
		byFlags[source[i].flags] = js[1:]
	}
	if len(others) > 0 && !uniform {
		d.doubts = append(d.doubts, doubt{source: ours, destination: theirs})
		return nil
	}
	for _, js := range byFlags {
		left = append(left, js...)
	}
	slices.Sort(left)
	for n, i := range others {
		pairs = append(pairs, pair{source: i, destination: left[n]})
	}
	d.pairs = append(d.pairs, pairs...)
	return left[len(others):]
}

// compareBare compares messages without any of the fields that identify one: their number
// says nothing, for they may be anything. Of those of one date each has its pair of the same
// size, or else contents decide about all of them.
func (d *difference) compareBare(source, destination []entry, ours, theirs []int32, taken []bool, unsure *doubt) {
	byDate := map[int64]map[int64]*doubt{}
	var dates []int64
	for _, i := range ours {
		e := &source[i]
		if byDate[e.date] == nil {
			byDate[e.date] = map[int64]*doubt{}
			dates = append(dates, e.date)
		}
		if byDate[e.date][e.size] == nil {
			byDate[e.date][e.size] = &doubt{}
		}
		q := byDate[e.date][e.size]
		q.source = append(q.source, i)
	}
	there := map[int64][]int32{}
	for _, j := range theirs {
		e := &destination[j]
		there[e.date] = append(there[e.date], j)
		if q := byDate[e.date][e.size]; q != nil {
			q.destination = append(q.destination, j)
		}
	}
	for _, date := range dates {
		sizes := slices.Sorted(maps.Keys(byDate[date]))
		complete := !slices.ContainsFunc(sizes, func(size int64) bool {
			q := byDate[date][size]
			return len(q.source) > len(q.destination)
		})
		for _, size := range sizes {
			switch q := byDate[date][size]; {
			case complete:
				for _, j := range q.destination {
					taken[j] = true
				}
				d.pairAlike(source, destination, q.source, q.destination)
			case len(there[date]) > 0:
				unsure.source = append(unsure.source, q.source...)
			default:
				d.missing = append(d.missing, q.source...)
			}
		}
		if !complete {
			unsure.destination = append(unsure.destination, there[date]...)
		}
	}
}

// compareWeak looks again at messages without a Message-ID on one side: a server may show
// strange headers in another way than the one they came from, or change their size.
// Those of the same date are worth a comparison of their contents.
func (d *difference) compareWeak(source, destination []entry, taken []bool, unsure *doubt) {
	// What is free at the destination by date, and without one what has no Message-ID.
	type shelf struct{ all, weak []int32 }
	free := map[int64]*shelf{}
	var everything []int32
	for j := range destination {
		if taken[j] {
			continue
		}
		e, j := &destination[j], int32(j)
		if free[e.date] == nil {
			free[e.date] = &shelf{}
		}
		s := free[e.date]
		s.all = append(s.all, j)
		if !e.strong {
			s.weak = append(s.weak, j)
			everything = append(everything, j)
		}
	}
	if len(free) == 0 {
		return
	}
	candidates := map[int32]bool{}
	add := func(js []int32) {
		for _, j := range js {
			candidates[j] = true
		}
	}
	add(unsure.destination)
	for _, i := range unsure.source {
		if s := free[source[i].date]; s != nil {
			add(s.all)
		}
	}
	missing := d.missing[:0]
	for _, i := range d.missing {
		e := &source[i]
		var js []int32
		if s := free[e.date]; e.date == noDate && !e.strong {
			js = everything // with what date it was stored is not known
		} else if s != nil && e.date != noDate {
			js = s.all
			if e.strong {
				js = s.weak
			}
		}
		if !slices.ContainsFunc(js, func(j int32) bool { return near(e.size, destination[j].size) }) {
			missing = append(missing, i)
			continue
		}
		unsure.source = append(unsure.source, i)
		add(js)
	}
	d.missing = missing
	unsure.destination = slices.Sorted(maps.Keys(candidates))
}

// near says whether two sizes may be those of one message, whose line ends count as one
// byte on some servers.
func near(a, b int64) bool { return a <= 2*b+64 && b <= 2*a+64 }

// settle resolves a doubt by the contents of messages, by position in the indexes; those
// that could not be had are nil.
func (d *difference) settle(q doubt, source, destination []entry, ours, theirs map[int32]*content) {
	unmatched, rest := slices.Clone(q.source), slices.Clone(q.destination)
	// take pairs a destination message with the one of nearest size among some of ours.
	take := func(j int32, from []int32, loose bool) {
		nearest := slices.MinFunc(from, func(a, b int32) int {
			return cmp.Compare(distance(source[a].size, destination[j].size), distance(source[b].size, destination[j].size))
		})
		d.pairs = append(d.pairs, pair{source: nearest, destination: j, loose: loose})
		unmatched = slices.DeleteFunc(unmatched, func(i int32) bool { return i == nearest })
	}
	known := func(i, j int32) bool { return ours[i] != nil && theirs[j] != nil }
	for _, same := range []func(i, j int32) bool{
		func(i, j int32) bool {
			return known(i, j) && ours[i].exact == theirs[j].exact && source[i].flags == destination[j].flags && source[i].size == destination[j].size
		},
		func(i, j int32) bool { return known(i, j) && ours[i].exact == theirs[j].exact },
		func(i, j int32) bool { return known(i, j) && ours[i].gist == theirs[j].gist },
		func(i, j int32) bool {
			return !known(i, j) && source[i].key == destination[j].key && featureOf(&source[i]) == featureOf(&destination[j])
		},
	} {
		var left []int32
		for _, j := range rest {
			var alike []int32
			for _, i := range unmatched {
				if same(i, j) {
					alike = append(alike, i)
				}
			}
			if len(alike) > 0 {
				take(j, alike, false)
			} else {
				left = append(left, j)
			}
		}
		rest = left
	}
	if !q.optional {
		// What the destination holds under this key is one of ours in a changed form: most
		// likely the one of the nearest size.
		loose := len(unmatched) > 1 || len(rest) > 1
		for _, j := range rest {
			if len(unmatched) == 0 {
				break
			}
			take(j, unmatched, loose)
		}
	}
	d.missing = append(d.missing, unmatched...)
	slices.Sort(d.missing)
}

func distance(a, b int64) int64 {
	if a > b {
		return a - b
	}
	return b - a
}
