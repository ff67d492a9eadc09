package mailsync

import (
	"slices"
	"testing"
)

// bare is a message that nothing identifies.
func bare(size, date int64) entry {
	k, _ := identify(nil)
	return entry{key: k, size: size, date: date}
}

// flagged gives an entry flags.
func flagged(m entry, flags uint32) entry {
	m.flags = flags
	return m
}

// settleAll settles all doubts by the texts of the messages.
func settleAll(d *difference, source, destination []entry, ours, theirs []string) {
	contents := func(texts []string) map[int32]*content {
		all := map[int32]*content{}
		for i, text := range texts {
			all[int32(i)] = contentOf(text)
		}
		return all
	}
	for _, q := range d.doubts {
		d.settle(q, source, destination, contents(ours), contents(theirs))
	}
	slices.SortFunc(d.pairs, func(a, b pair) int { return int(a.source - b.source) })
}

func TestAMessageThatNothingIdentifiesIsNotTakenForAnother(t *testing.T) {
	t.Parallel()
	// The first is missing; another is shown without its header on one of the sides.
	for _, c := range []struct{ source, destination []entry }{
		{[]entry{bare(30, 5), e("a", 9000, 5), bare(40, 5)}, []entry{bare(40, 5), bare(9000, 5)}},
		{[]entry{bare(30, 5), bare(9000, 5), bare(40, 5)}, []entry{bare(40, 5), e("a", 9000, 5)}},
	} {
		d := compare(c.source, c.destination)
		settleAll(&d, c.source, c.destination, []string{"missing", "shown otherwise", "kept"}, []string{"kept", "shown otherwise"})
		if want := []pair{{source: 1, destination: 1}, {source: 2, destination: 0}}; !slices.Equal(d.missing, []int32{0}) || !slices.Equal(d.pairs, want) {
			t.Errorf("missing %v, pairs %v, want %v", d.missing, d.pairs, want)
		}
	}
}

func TestASizeThatChangedDoesNotHideAnotherMessageOfThatSize(t *testing.T) {
	t.Parallel()
	// Each lost its last byte in being stored: the first has the size now that the second had.
	source := []entry{bare(30, 5), bare(29, 5), bare(50, 6)}
	destination := []entry{bare(29, 5), bare(28, 5), bare(50, 6)}
	d := compare(source, destination)
	settleAll(&d, source, destination, []string{"one\r", "two\r", "three"}, []string{"one", "two", "three"})
	if want := []pair{{source: 0, destination: 0}, {source: 1, destination: 1}, {source: 2, destination: 2}}; len(d.missing) > 0 || !slices.Equal(d.pairs, want) {
		t.Errorf("missing %v, pairs %v, want %v", d.missing, d.pairs, want)
	}
	// The first was refused: the other is not it, though it has its size now.
	source, destination = []entry{bare(30, 5), bare(31, 5)}, []entry{bare(30, 5)}
	d = compare(source, destination)
	settleAll(&d, source, destination, []string{"refused", "two\r"}, []string{"two"})
	if want := []pair{{source: 1, destination: 0}}; !slices.Equal(d.missing, []int32{0}) || !slices.Equal(d.pairs, want) {
		t.Errorf("missing %v, pairs %v, want %v", d.missing, d.pairs, want)
	}
	// Where contents cannot be had, size and date must do.
	source, destination = []entry{bare(30, 5), bare(31, 5)}, []entry{bare(30, 5)}
	d = compare(source, destination)
	for _, q := range d.doubts {
		d.settle(q, source, destination, nil, nil)
	}
	if !slices.Equal(d.missing, []int32{1}) {
		t.Errorf("missing %v, want the one of another size", d.missing)
	}
}

func TestAMessageStoredInAnotherFormIsKnownByItsGist(t *testing.T) {
	t.Parallel()
	for name, there := range map[string]entry{"another size": bare(25, 5), "the same size": bare(30, 5)} {
		source, destination := []entry{bare(30, 5)}, []entry{there}
		d := compare(source, destination)
		settleAll(&d, source, destination, []string{"caf\xe9 \r\r\nfull\x00"}, []string{"cafX \r\nfull\x80"})
		if len(d.missing) > 0 || len(d.pairs) != 1 {
			t.Errorf("%s: missing %v, pairs %v", name, d.missing, d.pairs)
		}
	}
	// A message without a date got one in arriving.
	source, destination := []entry{bare(30, noDate)}, []entry{bare(30, 5)}
	d := compare(source, destination)
	settleAll(&d, source, destination, []string{"text"}, []string{"text"})
	if len(d.missing) > 0 {
		t.Errorf("a message without a date is missing")
	}
	d = compare(source, destination)
	settleAll(&d, source, destination, []string{"text"}, []string{"another"})
	if len(d.missing) != 1 {
		t.Errorf("another text was taken for the message")
	}
}

func TestFlagsGoToTheMessageTheyBelongTo(t *testing.T) {
	t.Parallel()
	const seen, answered, nothing = 1, 2, 0
	alike := func(flags ...uint32) (all []entry) {
		for _, f := range flags {
			all = append(all, flagged(e("a", 1, 1), f))
		}
		return all
	}
	one, two := pair{source: 0, destination: 1}, pair{source: 1, destination: 0}
	for name, c := range map[string]struct {
		source, destination []entry
		ours, theirs        []string
		doubts              int
		want                []pair
	}{
		"by the flags where these agree":     {alike(seen, answered), alike(answered, seen), nil, nil, 0, []pair{one, two}},
		"by contents where they do not":      {alike(seen, answered), alike(nothing, nothing), []string{"a", "b"}, []string{"b", "a"}, 1, []pair{one, two}},
		"in any order where it is all one":   {alike(seen, seen), alike(nothing, nothing), nil, nil, 0, []pair{{source: 0, destination: 0}, {source: 1, destination: 1}}},
		"to none where contents do not tell": {alike(seen, answered), alike(nothing, nothing), []string{"a", "b"}, []string{"c", "d"}, 1, []pair{{source: 0, destination: 0, loose: true}, {source: 1, destination: 1, loose: true}}},
	} {
		d := compare(c.source, c.destination)
		if len(d.doubts) != c.doubts {
			t.Errorf("%s: %d doubts, want %d", name, len(d.doubts), c.doubts)
		}
		settleAll(&d, c.source, c.destination, c.ours, c.theirs)
		if len(d.missing) > 0 || !slices.Equal(d.pairs, c.want) {
			t.Errorf("%s: missing %v, pairs %v, want %v", name, d.missing, d.pairs, c.want)
		}
	}
}
