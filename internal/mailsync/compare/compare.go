package compare

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// NoDate stands for an INTERNALDATE that is absent or means nothing.
const NoDate = math.MinInt64

// Message is what is known of one message without its content.
type Message struct {
	Identity

	// Size is RFC822.SIZE in bytes, which some hosts get wrong.
	Size int64
	// Date is INTERNALDATE in seconds since 1970, or NoDate.
	Date int64
	// Flags is any number that is the same for the same set of flags.
	Flags uint32
}

// Entry is what Folders compares: a pointer that tells what is known of a message. It is asked often and should be cheap.
type Entry[E any] interface {
	*E
	Message() Message
}

// Pair is a source message and the destination message that it is, as positions in the two folders.
type Pair struct {
	Source, Destination int32
	// Loose says that it might as well be another of those with the same key, so that nothing should be changed by it.
	Loose bool
}

// Candidates are messages of which what is known does not say which is which: their contents must be compared.
type Candidates struct {
	Source, Destination []int32
	// Counted says that there are enough at the destination, by size and date; contents only say which belongs to which.
	Counted bool
	// Weak says that they are held together by less than a key, so that what is left at the destination is no surplus.
	Weak bool
}

// Difference is what comparing two folders found. Positions are those in the folders; each source position is in exactly one
// place: Pairs, Likely, Missing, or the Source of one Ambiguous.
type Difference struct {
	Pairs []Pair
	// Likely are pairs of the only two messages with their key, of which either the size or the date differs. Contents should
	// be looked at, unless the host is known to change that one, see Check and Believe.
	Likely []Pair
	// Missing are source messages that are not at the destination, ascending.
	Missing []int32
	// Ambiguous are resolved by Settle.
	Ambiguous []Candidates
	// Surplus are destination messages under keys of the source, beyond what it has: copied twice, or other versions.
	Surplus []int32
	// Unknown counts pairs that were made although a content was needed to tell and could not be read.
	Unknown int
}

// Folders takes the difference of two folders as multisets: identical copies count as often as they are there.
func Folders[E any, P Entry[E]](source, destination []E) Difference {
	d := &differ{
		source: messages[E, P](source), destination: messages[E, P](destination),
		taken: make([]bool, len(destination)), unsure: Candidates{Weak: true},
	}
	there := chain(len(destination), d.destination, nil)
	here := chain(len(source), d.source, there.first)
	if len(here.first) == 0 {
		d.Missing = make([]int32, 0, len(source))
	}
	bare := nothing()
	var ours, theirs []int32
	for i := range source {
		k := d.source(int32(i)).Key
		first, known := here.first[k]
		if !known {
			d.Missing = append(d.Missing, int32(i))
			continue
		}
		if first != int32(i) {
			continue // not the first of its group
		}
		ours, theirs = here.list(ours[:0], k), there.list(theirs[:0], k)
		switch {
		case k == bare:
			d.bare(ours, theirs)
			continue
		case len(ours) == 1 && len(theirs) == 1:
			d.two(ours[0], theirs[0])
		default:
			d.group(ours, theirs)
		}
		for _, j := range theirs {
			d.taken[j] = true
		}
	}
	d.weak(len(destination))
	if len(d.unsure.Source) > 0 {
		d.Ambiguous = append(d.Ambiguous, d.unsure)
	}
	slices.Sort(d.Missing)
	slices.Sort(d.Surplus)
	return d.Difference
}

// differ is a comparison under way.
type differ struct {
	Difference

	source, destination func(int32) Message
	// taken says of each destination message that it has the key of a source message.
	taken []bool
	// unsure are messages without an identity of their own.
	unsure Candidates
}

func messages[E any, P Entry[E]](entries []E) func(int32) Message {
	return func(i int32) Message { return P(&entries[i]).Message() }
}

// chains are lists of positions by key, in two allocations.
type chains struct {
	first map[Key]int32
	next  []int32
}

// chain makes the lists of n messages, of those with one of some keys only where these are given: what most of a big folder
// has no counterpart for needs no list.
func chain(n int, at func(int32) Message, only map[Key]int32) chains {
	if only != nil && len(only) == 0 {
		return chains{}
	}
	keys := n
	if only != nil {
		keys = min(n, len(only))
	}
	c := chains{first: make(map[Key]int32, keys), next: make([]int32, n)}
	for i := int32(n) - 1; i >= 0; i-- {
		k := at(i).Key
		if only != nil {
			if _, wanted := only[k]; !wanted {
				continue
			}
		}
		next, ok := c.first[k]
		if !ok {
			next = -1
		}
		c.next[i] = next
		c.first[k] = i
	}
	return c
}

func (c chains) list(into []int32, k Key) []int32 {
	i, ok := c.first[k]
	for ok && i >= 0 {
		into = append(into, i)
		i = c.next[i]
	}
	return into
}

// feature is what tells messages with the same key apart.
type feature struct{ size, date int64 }

func featureOf(m Message) feature { return feature{m.Size, m.Date} }

// two compares the only two messages with a key.
func (d *differ) two(i, j int32) {
	ours, theirs := featureOf(d.source(i)), featureOf(d.destination(j))
	switch {
	case ours == theirs:
		d.Pairs = append(d.Pairs, Pair{Source: i, Destination: j})
	case ours.size == theirs.size || ours.date == theirs.date && ours.date != NoDate:
		d.Likely = append(d.Likely, Pair{Source: i, Destination: j})
	default:
		d.Ambiguous = append(d.Ambiguous, Candidates{Source: []int32{i}, Destination: []int32{j}})
	}
}

// group pairs messages with the same key. Those that have one date on both sides are taken together: if the destination has
// each of their sizes as often, they are there. What that leaves on both sides is ambiguous, for a host may have changed the size
// of one message to that of another.
func (d *differ) group(ours, theirs []int32) {
	dates := map[int64]*Candidates{}
	var order []int64
	at := func(date int64) *Candidates {
		if dates[date] == nil {
			dates[date] = &Candidates{}
			order = append(order, date)
		}
		return dates[date]
	}
	for _, i := range ours {
		c := at(d.source(i).Date)
		c.Source = append(c.Source, i)
	}
	for _, j := range theirs {
		c := at(d.destination(j).Date)
		c.Destination = append(c.Destination, j)
	}
	var rest Candidates
	for _, date := range order {
		c := d.sameDate(*dates[date])
		rest.Source = append(rest.Source, c.Source...)
		rest.Destination = append(rest.Destination, c.Destination...)
	}
	switch {
	case len(rest.Source) == 0:
		d.Surplus = append(d.Surplus, rest.Destination...)
	case len(rest.Destination) == 0:
		d.Missing = append(d.Missing, rest.Source...)
	default:
		slices.Sort(rest.Source)
		slices.Sort(rest.Destination)
		d.Ambiguous = append(d.Ambiguous, rest)
	}
}

// sameDate pairs messages of one key and one date if each size of the source is there often enough, and gives what is left.
func (d *differ) sameDate(c Candidates) (rest Candidates) {
	if len(c.Source) > len(c.Destination) || len(c.Source) == 0 {
		return c
	}
	sizes := map[int64]*Candidates{}
	var order []int64
	for _, i := range c.Source {
		size := d.source(i).Size
		if sizes[size] == nil {
			sizes[size] = &Candidates{}
			order = append(order, size)
		}
		sizes[size].Source = append(sizes[size].Source, i)
	}
	for _, j := range c.Destination {
		if s := sizes[d.destination(j).Size]; s != nil {
			s.Destination = append(s.Destination, j)
		} else {
			rest.Destination = append(rest.Destination, j)
		}
	}
	for _, s := range sizes {
		if len(s.Source) > len(s.Destination) {
			return c
		}
	}
	for _, size := range order {
		rest.Destination = append(rest.Destination, d.alike(sizes[size].Source, sizes[size].Destination)...)
	}
	return rest
}

// alike pairs each of some messages with one at the destination, of which there are enough, and gives those left over there.
// Which belongs to which matters only for the flags that are brought in step afterwards: those with the same flags go
// together, and if that does not settle it, contents must.
func (d *differ) alike(ours, theirs []int32) (left []int32) {
	byFlags := map[uint32][]int32{}
	for _, j := range theirs {
		flags := d.destination(j).Flags
		byFlags[flags] = append(byFlags[flags], j)
	}
	pairs := make([]Pair, 0, len(ours))
	var others []int32
	uniform := true
	for _, i := range ours {
		flags := d.source(i).Flags
		uniform = uniform && flags == d.source(ours[0]).Flags
		js := byFlags[flags]
		if len(js) == 0 {
			others = append(others, i)
			continue
		}
		pairs = append(pairs, Pair{Source: i, Destination: js[0]})
		byFlags[flags] = js[1:]
	}
	if len(others) > 0 && !uniform {
		d.Ambiguous = append(d.Ambiguous, Candidates{Source: ours, Destination: theirs, Counted: true})
		return nil
	}
	for _, js := range byFlags {
		left = append(left, js...)
	}
	slices.Sort(left)
	for n, i := range others {
		pairs = append(pairs, Pair{Source: i, Destination: left[n]})
	}
	d.Pairs = append(d.Pairs, pairs...)
	return left[len(others):]
}

// bare compares messages without any of the fields that identify one: their number says nothing, for they may be anything.
// Of those of one date each has its pair of the same size, or else contents decide about all of them.
func (d *differ) bare(ours, theirs []int32) {
	byDate := map[int64]*Candidates{}
	var dates []int64
	for _, i := range ours {
		date := d.source(i).Date
		if byDate[date] == nil {
			byDate[date] = &Candidates{}
			dates = append(dates, date)
		}
		byDate[date].Source = append(byDate[date].Source, i)
	}
	for _, j := range theirs {
		if c := byDate[d.destination(j).Date]; c != nil {
			c.Destination = append(c.Destination, j)
		}
	}
	for _, date := range dates {
		c := byDate[date]
		if rest := d.sameDate(*c); len(rest.Source) == 0 {
			for _, j := range c.Destination {
				d.taken[j] = true
			}
			for _, j := range rest.Destination {
				d.taken[j] = false
			}
			continue
		}
		// Those for which there is none of the date are looked at once more by weak.
		d.Missing = append(d.Missing, c.Source...)
	}
}

// shelf are free destination messages that have something in common, all and those without a Message-ID, by ascending size.
type shelf struct{ all, weak sizes }

// sizes are positions with the sizes of their messages.
type sizes struct {
	at   []int32
	size []int64
	// wanted says that one of them may be a source message.
	wanted bool
}

func (s *sizes) add(j int32, size int64) {
	s.at, s.size = append(s.at, j), append(s.size, size)
}

// near says whether one of them has a size that a message of n bytes may have elsewhere: on some hosts line ends count as one
// byte, and others add some lines.
func (s *sizes) near(n int64) bool {
	i, _ := slices.BinarySearch(s.size, (n-8192)/2)
	return i < len(s.size) && s.size[i] <= 2*n+8192
}

// weak looks again at messages without a Message-ID on one side: a host may show their headers in another way than the one
// they came from, add what is missing, or change their size. Those of the same date, or with the same sender, recipient and
// subject, are worth a comparison of their contents.
func (d *differ) weak(there int) {
	free := make([]int32, 0, 16)
	for j := range int32(there) {
		if !d.taken[j] {
			free = append(free, j)
		}
	}
	if len(free) == 0 || len(d.Missing) == 0 {
		return
	}
	slices.SortStableFunc(free, func(a, b int32) int { return cmp.Compare(d.destination(a).Size, d.destination(b).Size) })
	dates, likes := map[int64]*shelf{}, map[Key]*shelf{}
	for _, j := range free {
		m := d.destination(j)
		if dates[m.Date] == nil {
			dates[m.Date] = &shelf{}
		}
		if likes[m.Like] == nil {
			likes[m.Like] = &shelf{}
		}
		for _, s := range []*shelf{dates[m.Date], likes[m.Like]} {
			s.all.add(j, m.Size)
			if !m.Strong {
				s.weak.add(j, m.Size)
			}
		}
	}
	resembling := map[Key]int{}
	for _, i := range d.Missing {
		if like := d.source(i).Like; likes[like] != nil {
			resembling[like]++
		}
	}
	missing := d.Missing[:0]
	for _, i := range d.Missing {
		m := d.source(i)
		found := false
		look := func(s *shelf) {
			if s == nil {
				return
			}
			among := &s.all
			if m.Strong {
				among = &s.weak
			}
			if among.near(m.Size) {
				among.wanted, found = true, true
			}
		}
		if m.Date != NoDate {
			look(dates[m.Date])
		}
		// Without a date in common, a few that resemble many are not worth reading all of these.
		if s := likes[m.Like]; s != nil && resembling[m.Like] <= 4*len(s.all.at)+16 {
			look(s)
		}
		if found {
			d.unsure.Source = append(d.unsure.Source, i)
		} else {
			missing = append(missing, i)
		}
	}
	d.Missing = missing
	candidates := map[int32]bool{}
	collect := func(s *shelf) {
		for _, among := range []*sizes{&s.all, &s.weak} {
			if among.wanted {
				for _, j := range among.at {
					candidates[j] = true
				}
			}
		}
	}
	for _, s := range dates {
		collect(s)
	}
	for _, s := range likes {
		collect(s)
	}
	d.unsure.Destination = slices.Sorted(maps.Keys(candidates))
}
