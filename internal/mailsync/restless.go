package mailsync

import (
	"cmp"
	"slices"

	"mailferry/internal/imapclient"
)

// renumbered notes that a source folder came under another UIDVALIDITY than it was indexed under (RFC 3501, section 2.3.1.1). It
// need not have been replaced: Courier makes one up at each EXAMINE of a folder that was never opened by SELECT. What is left to
// be fetched is looked for anew, and from now on so it is in each folder of this host before anything is asked for.
func (s *stream) renumbered() {
	s.restless, s.careful = true, true
	if s.run.hosts[0].restless.CompareAndSwap(false, true) {
		s.run.out.linef("Host1: folder %s has another UIDVALIDITY than a moment ago, looking for its messages anew", s.task.target.sources[s.source].label())
	}
}

// twin is what tells the messages of a folder apart without UIDs.
type twin struct {
	key        key
	size, date int64
}

// findAnew gives the messages that are to be fetched the UIDs that they have since the folder was opened, by reading its index
// over the same connection: where the UIDs are others, or belong to other messages, the UIDVALIDITY says so each time. What is not
// there any more is given up.
func (s *stream) findAnew() error {
	box, err := s.open.Wait(s.ctx)
	if err != nil || !changed(box.UIDValidity, s.validity) {
		return nil //nolint:nilerr // finish judges it
	}
	again := &indexing{conn: s.conn, folder: s.task.target.sources[s.source].raw, flags: s.run.flags, how: examine, open: s.open}
	again.read(imapclient.From(1))
	index, err := again.wait(s.ctx)
	if s.ctx.Err() != nil || connectionLost(err) {
		return err
	}
	if err != nil {
		s.giveUp(s.all, classFetch, "the folder has other UIDs than a moment ago, and its messages could not be found anew: "+answer(err))
		return nil
	}
	s.rename(index.entries)
	s.validity = box.UIDValidity
	return nil
}

// rename gives undelivered items the UIDs of entries that are the same messages, where possible one of the same UID.
func (s *stream) rename(entries []entry) {
	found := make(map[twin][]uint32, len(entries))
	for _, e := range entries {
		t := twin{e.key, e.size(), e.date()}
		found[t] = append(found[t], e.uid)
	}
	claim := func(it *item, same bool) bool {
		t := twin{it.key, it.size(), it.date()}
		i := slices.Index(found[t], it.uid)
		if i < 0 && (same || len(found[t]) == 0) {
			return false
		}
		i = max(i, 0)
		it.uid = found[t][i]
		found[t] = slices.Delete(found[t], i, i+1)
		return true
	}
	var here, elsewhere, lost []*item
	for _, it := range s.pendingOf(s.all) {
		if claim(it, true) {
			here = append(here, it)
		} else {
			elsewhere = append(elsewhere, it)
		}
	}
	s.mu.Lock()
	for _, it := range elsewhere {
		before := it.uid
		if !claim(it, false) {
			lost = append(lost, it)
			continue
		}
		if s.byUID[before] == it {
			delete(s.byUID, before)
		}
		here = append(here, it)
	}
	for _, it := range here {
		s.byUID[it.uid] = it
	}
	s.mu.Unlock()
	for _, it := range lost {
		if s.awaited(it.uid) == it {
			s.fail(it, classFetch, "the folder was replaced on the source during the run, and this message is not in it any more; run again")
		} else {
			s.run.failItem(s.task, it, classFetch, nil, "the folder was replaced on the source during the run, and this message is not in it any more; run again")
		}
	}
	slices.SortFunc(here, func(a, b *item) int { return cmp.Compare(a.uid, b.uid) })
	s.todo = here
}
