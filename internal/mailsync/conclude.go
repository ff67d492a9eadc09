package mailsync

import (
	"context"
	"slices"

	"mailferry/internal/mailsync/compare"
)

// conclude compares a target's indexes and queues what is missing.
func (x *indexer) conclude(ctx context.Context, t *task, entries []entry, from origins, labels []uint64, destination *folderIndex) error {
	r := x.run
	read := len(entries)
	var skippedBytes int64
	var places []place
	if destination.paired != nil {
		entries = destination.paired.unpaired(func(e *entry, uid uint32) {
			if r.selected(e) {
				t.found++
				t.matched++
				skippedBytes += e.size()
				if r.watches(t) {
					places = append(places, place{e.uid, uid, e.flags})
				}
			}
		})
	}
	d := compare.Folders(entries, destination.entries)
	if err := x.settle(ctx, t, &d, entries, from, destination); err != nil {
		return err
	}
	considered := func(i int32) bool { return r.selected(&entries[i]) }
	if labels != nil {
		repeated := x.repeated(labels)
		considered = func(i int32) bool { return r.selected(&entries[i]) && !repeated[i] }
	}
	if x.crossed != nil {
		considered = x.leaveOutCrossed(t, entries, &d, considered)
	}
	for i := range entries {
		if considered(int32(i)) {
			t.found++
		}
	}
	for _, p := range d.Pairs {
		if considered(p.Source) {
			t.matched++
			skippedBytes += entries[p.Source].size()
		}
	}
	var bytes int64
	d.Missing = slices.DeleteFunc(d.Missing, func(i int32) bool { return !considered(i) })
	for _, i := range d.Missing {
		bytes += entries[i].size()
	}
	t.give(r.hold.dir, len(d.Missing), func(n int) item {
		i := d.Missing[n]
		return item{entry: entries[i], source: from.of(i)}
	})
	t.box = destination.box
	t.surplus = int64(len(d.Surplus))
	t.base = max(destination.highest()+1, destination.box.UIDNext)
	t.before = countKeys(d.Missing, entries, destination.entries)
	r.progress.found(t.target.expected(), t.target.expectedBytes(), t.found, bytes)
	r.progress.skip(t.matched, skippedBytes)
	r.announce(t, x.number, read, destination.read())
	if r.settings.syncFlags && len(d.Pairs) > 0 {
		if err := x.syncFlags(ctx, t, d.Pairs, entries, destination, considered); err != nil {
			return err
		}
	}
	r.watch(t)
	for _, p := range places {
		t.place(0, p)
	}
	for _, p := range d.Pairs {
		if ours := &entries[p.Source]; !p.Loose && considered(p.Source) {
			t.place(from.of(p.Source), place{ours.uid, destination.entries[p.Destination].uid, ours.flags})
		}
	}
	switch {
	case t.hidden > 0:
		return r.holdBack(t)
	case t.target.err != nil:
		return r.giveUp(t, "the destination folder is not usable: "+answer(t.target.err))
	case r.settings.dry:
		return r.rehearse(t)
	case len(t.items) == 0:
		r.report(t, 0)
	default:
		if x.last {
			// A worker can go on with these connections instead of making its own.
			x.release()
		}
		r.begin(t)
	}
	return nil
}

// origins say of each entry of an index of several source folders which it comes from; nil is one folder.
type origins []uint16

func (o origins) of(i int32) uint16 {
	if o == nil {
		return 0
	}
	return o[i]
}

// countKeys counts the destination's messages that share a key with one to copy.
func countKeys(missing []int32, source, destination []entry) map[key]int {
	counts := make(map[key]int)
	if len(destination) == 0 {
		return counts
	}
	all := make(map[key]int, len(destination))
	for i := range destination {
		all[destination[i].key]++
	}
	for _, i := range missing {
		if n := all[source[i].key]; n > 0 {
			counts[source[i].key] = n
		}
	}
	return counts
}

// repeated marks messages that Gmail showed in an earlier folder already.
func (x *indexer) repeated(labels []uint64) []bool {
	marks := make([]bool, len(labels))
	for i, id := range labels {
		if id == 0 {
			continue
		}
		if _, marks[i] = x.labels[id]; !marks[i] {
			x.labels[id] = struct{}{}
		}
	}
	return marks
}

// selected says whether the options on age and size let a message through.
func (r *run) selected(e *entry) bool {
	s := r.settings
	if s.maxSize >= 0 && e.size() > s.maxSize || s.minSize >= 0 && e.size() <= s.minSize {
		return false
	}
	if e.date() == noDate || s.maxAge == 0 && s.minAge == 0 {
		return true
	}
	newEnough := s.maxAge == 0 || e.date() >= r.started.Add(-s.maxAge).Unix()
	oldEnough := s.minAge == 0 || e.date() <= r.started.Add(-s.minAge).Unix()
	if s.maxAge != 0 && s.minAge > s.maxAge {
		return newEnough || oldEnough // imapsync takes the union then
	}
	return newEnough && oldEnough
}
