package mailsync

import (
	"cmp"
	"slices"
)

// pair is a source message and the destination message that it is, as positions in the
// two indexes.
type pair struct{ source, destination int32 }

// doubt is a set of messages whose headers alone do not say which of the source's are at
// the destination: their contents must be compared.
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
		case len(ours) == 1 && len(theirs) == 1:
			d.pairs = append(d.pairs, pair{ours[0], theirs[0]})
		default:
			d.compareGroup(source, destination, ours, theirs)
		}
		for _, j := range theirs {
			taken[j] = true
		}
	}
	d.compareWeak(source, destination, taken)
	slices.Sort(d.missing)
	return d
}

// chains are lists of positions by key, in two allocations.
type chains struct {
	first map[key]int32
	next  []int32
}

func groups(entries []entry) chains {
	c := chains{first: make(map[key]int32, len(entries)), next: make([]int32, len(entries))}
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
	enough := len(ours) <= len(theirs)
	byFeature := map[feature][]int32{}
	for _, j := range theirs {
		f := featureOf(&destination[j])
		byFeature[f] = append(byFeature[f], j)
	}
	// Of two messages alike in size and date of which one is there, these do not say which.
	unclear := map[feature]bool{}
	if !enough {
		alike := map[feature]int{}
		for _, i := range ours {
			f := featureOf(&source[i])
			alike[f]++
			unclear[f] = alike[f] > len(byFeature[f])
		}
	}
	var restOurs []int32
	for _, i := range ours {
		f := featureOf(&source[i])
		js := byFeature[f]
		if len(js) == 0 || unclear[f] {
			restOurs = append(restOurs, i)
			continue
		}
		d.pairs = append(d.pairs, pair{i, js[0]})
		byFeature[f] = js[1:]
	}
	left := map[int32]bool{}
	for _, js := range byFeature {
		for _, j := range js {
			left[j] = true
		}
	}
	restTheirs := slices.DeleteFunc(slices.Clone(theirs), func(j int32) bool { return !left[j] })
	switch {
	case len(restTheirs) == 0:
		d.missing = append(d.missing, restOurs...)
	case enough:
		for n, i := range restOurs {
			d.pairs = append(d.pairs, pair{i, restTheirs[n]})
		}
	default:
		d.doubts = append(d.doubts, doubt{source: slices.Clone(restOurs), destination: restTheirs})
	}
}

// compareWeak looks again at messages without a Message-ID on one side: a server may show
// strange headers in another way than the one they came from. Those of the same size
// and date are worth a comparison of their contents.
func (d *difference) compareWeak(source, destination []entry, taken []bool) {
	free := map[feature][]int32{}
	for j := range destination {
		if !taken[j] && destination[j].date != noDate {
			f := featureOf(&destination[j])
			free[f] = append(free[f], int32(j))
		}
	}
	if len(free) == 0 {
		return
	}
	byFeature := map[feature]*doubt{}
	var order []feature
	missing := d.missing[:0]
	for _, i := range d.missing {
		f := featureOf(&source[i])
		js := slices.DeleteFunc(slices.Clone(free[f]), func(j int32) bool { return source[i].strong && destination[j].strong })
		if len(js) == 0 {
			missing = append(missing, i)
			continue
		}
		if byFeature[f] == nil {
			byFeature[f] = &doubt{optional: true, destination: js}
			order = append(order, f)
		}
		byFeature[f].source = append(byFeature[f].source, i)
	}
	d.missing = missing
	for _, f := range order {
		d.doubts = append(d.doubts, *byFeature[f])
	}
}

// settle resolves a doubt by hashes of contents, by position in the indexes; a hash that
// could not be had is nil.
func (d *difference) settle(q doubt, source, destination []entry, ours, theirs map[int32]*[32]byte) {
	unmatched := slices.Clone(q.source)
	var restTheirs []int32
	// take pairs a destination message with the one of nearest size among some of ours.
	take := func(j int32, from []int32) {
		nearest := slices.MinFunc(from, func(a, b int32) int {
			return cmp.Compare(distance(source[a].size, destination[j].size), distance(source[b].size, destination[j].size))
		})
		d.pairs = append(d.pairs, pair{nearest, j})
		unmatched = slices.DeleteFunc(unmatched, func(i int32) bool { return i == nearest })
	}
	for _, j := range q.destination {
		var alike []int32
		for _, i := range unmatched {
			if ours[i] != nil && theirs[j] != nil && *ours[i] == *theirs[j] {
				alike = append(alike, i)
			}
		}
		if len(alike) > 0 {
			take(j, alike)
		} else {
			restTheirs = append(restTheirs, j)
		}
	}
	if !q.optional {
		// What the destination holds under this key is one of ours in a changed form: most
		// likely the one of the nearest size.
		for _, j := range restTheirs {
			if len(unmatched) == 0 {
				break
			}
			take(j, unmatched)
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
