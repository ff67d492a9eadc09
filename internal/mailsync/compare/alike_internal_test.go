package compare

import (
	"slices"
	"testing"
)

// bare is a message that nothing identifies.
func bare(size, date int64) entry {
	return entry{Identity: Identify(nil), Size: size, Date: date}
}

// flagged gives an entry flags.
func flagged(m entry, flags uint32) entry {
	m.Flags = flags
	return m
}

// settleAll settles all doubts by the texts of the messages.
func settleAll(d *Difference, source, destination []entry, ours, theirs []string) {
	contents := func(texts []string) Contents {
		all := Contents{}
		for i, text := range texts {
			all[int32(i)] = contentOf(text)
		}
		return all
	}
	for _, q := range d.Ambiguous {
		d.Settle(q, folder(source), folder(destination), contents(ours), contents(theirs))
	}
	slices.SortFunc(d.Pairs, func(a, b Pair) int { return int(a.Source - b.Source) })
}

func TestAMessageThatNothingIdentifiesIsNotTakenForAnother(t *testing.T) {
	t.Parallel()
	// The first is missing; another is shown without its header on one of the sides.
	for _, c := range []struct{ source, destination []entry }{
		{[]entry{bare(30, 5), e("a", 9000, 5), bare(40, 5)}, []entry{bare(40, 5), bare(9000, 5)}},
		{[]entry{bare(30, 5), bare(9000, 5), bare(40, 5)}, []entry{bare(40, 5), e("a", 9000, 5)}},
	} {
		d := Folders(c.source, c.destination)
		settleAll(&d, c.source, c.destination, []string{"missing", "shown otherwise", "kept"}, []string{"kept", "shown otherwise"})
		if want := []Pair{{Source: 1, Destination: 1}, {Source: 2, Destination: 0}}; !slices.Equal(d.Missing, []int32{0}) || !slices.Equal(d.Pairs, want) {
			t.Errorf("missing %v, pairs %v, want %v", d.Missing, d.Pairs, want)
		}
	}
}

func TestASizeThatChangedDoesNotHideAnotherMessageOfThatSize(t *testing.T) {
	t.Parallel()
	// Each lost its last byte in being stored: the first has the size now that the second had.
	source := []entry{bare(30, 5), bare(29, 5), bare(50, 6)}
	destination := []entry{bare(29, 5), bare(28, 5), bare(50, 6)}
	d := Folders(source, destination)
	settleAll(&d, source, destination, []string{"one\r", "two\r", "three"}, []string{"one", "two", "three"})
	if want := []Pair{{Source: 0, Destination: 0}, {Source: 1, Destination: 1}, {Source: 2, Destination: 2}}; len(d.Missing) > 0 || !slices.Equal(d.Pairs, want) {
		t.Errorf("missing %v, pairs %v, want %v", d.Missing, d.Pairs, want)
	}
	// The first was refused: the other is not it, though it has its size now.
	source, destination = []entry{bare(30, 5), bare(31, 5)}, []entry{bare(30, 5)}
	d = Folders(source, destination)
	settleAll(&d, source, destination, []string{"refused", "two\r"}, []string{"two"})
	if want := []Pair{{Source: 1, Destination: 0}}; !slices.Equal(d.Missing, []int32{0}) || !slices.Equal(d.Pairs, want) {
		t.Errorf("missing %v, pairs %v, want %v", d.Missing, d.Pairs, want)
	}
	// Where contents cannot be had, size and date must do.
	source, destination = []entry{bare(30, 5), bare(31, 5)}, []entry{bare(30, 5)}
	d = Folders(source, destination)
	for _, q := range d.Ambiguous {
		d.Settle(q, folder(source), folder(destination), nil, nil)
	}
	if !slices.Equal(d.Missing, []int32{1}) {
		t.Errorf("missing %v, want the one of another size", d.Missing)
	}
}

func TestAMessageStoredInAnotherFormIsKnownByItsGist(t *testing.T) {
	t.Parallel()
	for name, there := range map[string]entry{"another size": bare(25, 5), "the same size": bare(30, 5)} {
		source, destination := []entry{bare(30, 5)}, []entry{there}
		d := Folders(source, destination)
		settleAll(&d, source, destination, []string{"caf\xe9 \r\r\nfull\x00"}, []string{"cafX \r\nfull\x80"})
		if len(d.Missing) > 0 || len(d.Pairs) != 1 {
			t.Errorf("%s: missing %v, pairs %v", name, d.Missing, d.Pairs)
		}
	}
	// A message without a date got one in arriving.
	source, destination := []entry{bare(30, NoDate)}, []entry{bare(30, 5)}
	d := Folders(source, destination)
	settleAll(&d, source, destination, []string{"text"}, []string{"text"})
	if len(d.Missing) > 0 {
		t.Errorf("a message without a date is missing")
	}
	d = Folders(source, destination)
	settleAll(&d, source, destination, []string{"text"}, []string{"another"})
	if len(d.Missing) != 1 {
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
	one, two := Pair{Source: 0, Destination: 1}, Pair{Source: 1, Destination: 0}
	for name, c := range map[string]struct {
		source, destination []entry
		ours, theirs        []string
		doubts              int
		want                []Pair
	}{
		"by the flags where these agree":     {alike(seen, answered), alike(answered, seen), nil, nil, 0, []Pair{one, two}},
		"by contents where they do not":      {alike(seen, answered), alike(nothing, nothing), []string{"a", "b"}, []string{"b", "a"}, 1, []Pair{one, two}},
		"in any order where it is all one":   {alike(seen, seen), alike(nothing, nothing), nil, nil, 0, []Pair{{Source: 0, Destination: 0}, {Source: 1, Destination: 1}}},
		"to none where contents do not tell": {alike(seen, answered), alike(nothing, nothing), []string{"a", "b"}, []string{"c", "d"}, 1, []Pair{{Source: 0, Destination: 0, Loose: true}, {Source: 1, Destination: 1, Loose: true}}},
	} {
		d := Folders(c.source, c.destination)
		if len(d.Ambiguous) != c.doubts {
			t.Errorf("%s: %d doubts, want %d", name, len(d.Ambiguous), c.doubts)
		}
		settleAll(&d, c.source, c.destination, c.ours, c.theirs)
		if len(d.Missing) > 0 || !slices.Equal(d.Pairs, c.want) {
			t.Errorf("%s: missing %v, pairs %v, want %v", name, d.Missing, d.Pairs, c.want)
		}
	}
}

func TestOfMessagesStoredInAnotherFormEachIsTheOneOfItsDateAndFlags(t *testing.T) {
	t.Parallel()
	const seen, answered = 1, 2
	// The host ended each with a line end: all sizes are new, and all texts the same.
	source := []entry{flagged(e("a", 8, 1), seen), flagged(e("a", 8, 2), answered), flagged(e("a", 8, 2), seen)}
	destination := []entry{flagged(e("a", 10, 2), seen), flagged(e("a", 10, 2), answered), flagged(e("a", 10, 1), answered)}
	d := Folders(source, destination)
	settleAll(&d, source, destination, []string{"text", "text", "text"}, []string{"text\n", "text\n", "text\n"})
	want := []Pair{{Source: 0, Destination: 2}, {Source: 1, Destination: 1}, {Source: 2, Destination: 0}}
	if len(d.Missing) > 0 || !slices.Equal(d.Pairs, want) {
		t.Errorf("missing %v, pairs %v, want %v", d.Missing, d.Pairs, want)
	}
}
