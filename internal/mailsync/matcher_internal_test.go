package mailsync

import (
	"math/rand/v2"
	"slices"
	"testing"

	"mailferry/internal/mailsync/compare"
)

// missingUIDs are those of the source that compare finds missing or would look at the contents of, in ascending order.
func missingUIDs(source, destination []entry) (missing, ambiguous []uint32) {
	d := compare.Folders(source, destination)
	for _, i := range d.Missing {
		missing = append(missing, source[i].uid)
	}
	for _, q := range d.Ambiguous {
		for _, i := range q.Source {
			ambiguous = append(ambiguous, source[i].uid)
		}
	}
	slices.Sort(missing)
	slices.Sort(ambiguous)
	return missing, ambiguous
}

// randomFolder makes messages of which many share a key, a size or a date.
func randomFolder(random *rand.Rand, n int) []entry {
	all := make([]entry, n)
	for i := range all {
		all[i] = entry{
			uid: uint32(i + 1), octets: random.Uint32N(3), seconds: random.Uint32N(3), flags: flagSet(random.IntN(2)), strong: random.IntN(10) > 0,
			key: key{byte(random.IntN(2 * n)), 1}, like: key{byte(random.IntN(200))},
		}
	}
	return all
}

func TestComparingWhileReadingFindsTheSameMissing(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 3000 {
		source := randomFolder(random, 1+random.IntN(40))
		var destination []entry
		for _, e := range source {
			for n := random.IntN(5); n > 0 && n != 4; n -= 2 { // none, one or two of each
				copied := e
				if random.IntN(6) == 0 {
					copied.octets++
				}
				destination = append(destination, copied)
			}
		}
		destination = append(destination, randomFolder(random, random.IntN(5))...)
		random.Shuffle(len(destination), func(i, j int) { destination[i], destination[j] = destination[j], destination[i] })
		for j := range destination {
			destination[j].uid = uint32(100 + j)
		}
		wantMissing, wantAmbiguous := missingUIDs(slices.Clone(source), slices.Clone(destination))
		m := newMatcher(slices.Clone(source))
		var rest []entry
		for _, e := range destination {
			taken, back := m.take(e)
			if back != nil {
				rest = append(rest, *back)
			}
			if !taken {
				rest = append(rest, e)
			}
		}
		slices.SortFunc(rest, byUID)
		paired := m.size()
		seen := 0
		ours := m.unpaired(func(*entry, uint32) { seen++ })
		if seen != paired || len(rest)+paired != len(destination) || len(ours)+paired != len(source) {
			t.Fatalf("round %d: %d paired, %d of %d left here, %d of %d there", round, paired, len(ours), len(source), len(rest), len(destination))
		}
		missing, ambiguous := missingUIDs(ours, rest)
		// More may be compared by contents than need be, among the fewer that are left, but no other ones are in question.
		asked := func(missing, ambiguous []uint32) []uint32 {
			all := slices.Concat(missing, ambiguous)
			slices.Sort(all)
			return slices.Compact(all)
		}
		surely := !slices.ContainsFunc(missing, func(uid uint32) bool { return !slices.Contains(wantMissing, uid) })
		if !surely || !slices.Equal(asked(missing, ambiguous), asked(wantMissing, wantAmbiguous)) {
			t.Fatalf("round %d: missing %v and ambiguous %v, want %v and %v", round, missing, ambiguous, wantMissing, wantAmbiguous)
		}
	}
}

func TestAPairEndsWhereItsMessageIsToldTwiceOrNoLongerThere(t *testing.T) {
	t.Parallel()
	e := entry{uid: 1, octets: 5, seconds: 7, strong: true, key: key{1}}
	m := newMatcher([]entry{e, {uid: 2, octets: 5, strong: true, key: key{2}}})
	there := e
	for _, c := range []struct {
		uid   uint32
		taken bool
		back  uint32
		size  int
	}{{10, true, 0, 1}, {10, true, 0, 1}, {11, false, 10, 0}, {12, true, 0, 1}} {
		there.uid = c.uid
		taken, back := m.take(there)
		if taken != c.taken || (back != nil) != (c.back != 0) || back != nil && back.uid != c.back || m.size() != c.size {
			t.Errorf("%d: taken %v, back %v, %d paired", c.uid, taken, back, m.size())
		}
	}
	if !m.has(12) || m.has(10) || m.highest() != 12 {
		t.Errorf("has %v", m.list())
	}
	m.keep([]uint32{13})
	if m.size() != 0 || m.has(12) {
		t.Errorf("%d paired after it is gone", m.size())
	}
}
