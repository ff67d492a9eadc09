package mailsync

import (
	"context"
	"slices"

	"mailferry/internal/mailsync/compare"
)

// sampled is how many likely pairs are looked at before the rest is believed: if a host changed the size of so many without
// changing the message, it changes that of all.
const sampled = 25

// habits is what was seen of the destination over the folders so far: that it tells other sizes, or other dates, for messages
// that are the same.
type habits struct{ resizes, redates bool }

// settle resolves what is ambiguous in a difference by comparing contents. It is rare: headers, sizes and dates tell almost all
// messages apart.
func (x *indexer) settle(ctx context.Context, t *task, d *compare.Difference, entries []entry, from origins, destination *folderIndex) error {
	s := &settling{x: x, task: t, difference: d, entries: entries, origins: from, destination: destination}
	unknown := d.Unknown
	if err := s.ambiguous(ctx); err != nil {
		return err
	}
	byDate, bySize := s.likely()
	if err := s.check(ctx, byDate, &x.habits.resizes); err != nil {
		return err
	}
	if err := s.check(ctx, bySize, &x.habits.redates); err != nil {
		return err
	}
	if n := d.Unknown - unknown; n > 0 {
		x.run.out.linef("Host2: folder %s: %d messages were taken for those of host1 with the same identity, though one of them could not be read to compare",
			t.target.label(), n)
		t.incomplete = true
	}
	return nil
}

// settling is a difference being settled.
type settling struct {
	x           *indexer
	task        *task
	difference  *compare.Difference
	entries     []entry
	origins     origins
	destination *folderIndex
}

func (s *settling) ours(i int32) compare.Message   { return s.entries[i].Message() }
func (s *settling) theirs(j int32) compare.Message { return s.destination.entries[j].Message() }

func (s *settling) ambiguous(ctx context.Context) error {
	d := s.difference
	if len(d.Ambiguous) == 0 {
		return nil
	}
	var here, there []int32
	for _, c := range d.Ambiguous {
		here, there = append(here, c.Source...), append(there, c.Destination...)
	}
	ours, theirs, err := s.contents(ctx, here, there)
	if err != nil {
		return err
	}
	for _, c := range d.Ambiguous {
		d.Settle(c, s.ours, s.theirs, ours, theirs)
	}
	d.Ambiguous = nil
	return nil
}

// likely takes the likely pairs out of the difference: those of which only the date agrees, and those of which only the size does,
// small messages first.
func (s *settling) likely() (byDate, bySize []compare.Pair) {
	for _, p := range s.difference.Likely {
		if s.entries[p.Source].size() == s.destination.entries[p.Destination].size() {
			bySize = append(bySize, p)
		} else {
			byDate = append(byDate, p)
		}
	}
	s.difference.Likely = nil
	for _, pairs := range [][]compare.Pair{byDate, bySize} {
		slices.SortStableFunc(pairs, func(a, b compare.Pair) int { return int(s.entries[a.Source].size() - s.entries[b.Source].size()) })
	}
	return byDate, bySize
}

// check looks at likely pairs until so many in a row are the same that this is the host's habit.
func (s *settling) check(ctx context.Context, likely []compare.Pair, habit *bool) error {
	for len(likely) > 0 && !*habit {
		n := min(len(likely), sampled)
		var here, there []int32
		for _, p := range likely[:n] {
			here, there = append(here, p.Source), append(there, p.Destination)
		}
		ours, theirs, err := s.contents(ctx, here, there)
		if err != nil {
			return err
		}
		*habit = s.difference.Check(likely[:n], s.ours, s.theirs, ours, theirs) == sampled
		likely = likely[n:]
	}
	s.difference.Believe(likely)
	return nil
}

// contents reads messages of both sides, by position.
func (s *settling) contents(ctx context.Context, here, there []int32) (ours, theirs compare.Contents, err error) {
	if ours, err = s.x.sourceContents(ctx, s.task, here, s.entries, s.origins); err != nil {
		return nil, nil, err
	}
	uids := map[uint32]int32{}
	for _, j := range there {
		uids[s.destination.entries[j].uid] = j
	}
	theirs, err = s.x.contents(ctx, 1, s.task.target.raw, uids)
	return ours, theirs, err
}
