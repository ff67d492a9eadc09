package mailsync

import (
	"context"

	"mailferry/internal/imapclient"
	"mailferry/internal/mailsync/compare"
)

// watched is a source folder whose flags are looked at again at the end of a long run, with
// what the run knows of its messages at the destination. The mod-sequences of CONDSTORE
// (RFC 7162) tell in a few bytes whether anything changed, and what; without them it would
// take reading all flags again, which is what the next run does.
type watched struct {
	target *target
	folder *folder
	// box is the destination folder, which says what flags it keeps.
	box      *imapclient.Mailbox
	validity uint32 // of the source folder
	since    uint64 // the source folder's HIGHESTMODSEQ when it was indexed
	places   []place
}

// place is a message on both sides, and the flags that both had last.
type place struct {
	source, destination uint32
	flags               flagSet
}

// watch begins to watch the source folders of a task where that is of use.
func (r *run) watch(t *task) {
	t.watched = make([]*watched, len(t.opened))
	if r.settings.dry || !r.settings.syncFlags || t.target.err != nil {
		return
	}
	for i, box := range t.opened {
		if box != nil && box.HighestModSeq > 0 && r.source.caps.Has("CONDSTORE") {
			t.watched[i] = &watched{target: t.target, folder: t.target.sources[i], box: t.box, validity: box.UIDValidity, since: box.HighestModSeq}
		}
	}
}

// watches says whether the source folders of a task may be watched.
func (r *run) watches(t *task) bool {
	return !r.settings.dry && r.settings.syncFlags && t.target.err == nil && r.source.caps.Has("CONDSTORE")
}

// place notes where a message is.
func (t *task) place(source uint16, p place) {
	if w := t.watched[source]; w != nil {
		w.places = append(w.places, p)
	}
}

// remember notes where the messages of a task are.
func (r *run) remember(t *task) {
	for i := range t.items {
		if it := &t.items[i]; it.state == done && it.copied != 0 {
			t.place(it.source, place{it.uid, it.copied, it.flags})
		}
	}
}

// keepWatching takes over what a finished task watches.
func (r *run) keepWatching(t *task) {
	r.remember(t)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, w := range t.watched {
		if w != nil && len(w.places) > 0 {
			r.watched = append(r.watched, w)
		}
	}
}

// catchUp brings flags in step that changed on the source while the run went on. What it
// cannot do is left to the next run.
func (r *run) catchUp(ctx context.Context) error {
	if r.config.Now().Sub(r.started) < r.config.LongRun {
		return nil
	}
	const together = 100 // folders that are asked about before the first answer is waited for
	x := &indexer{run: r}
	defer x.release()
	cuts := 0
	for left := r.watched; len(left) > 0; {
		if err := x.yield(ctx); err != nil {
			return err
		}
		n := min(len(left), together)
		if lost, err := x.catchUp(ctx, left[:n]); err != nil {
			return err
		} else if !lost {
			left = left[n:]
			continue
		}
		if cuts++; cuts == maxCuts {
			return nil
		}
		if err := x.reconnect(ctx); err != nil {
			return err
		}
	}
	return nil
}

// catchUp is run.catchUp for some folders. lost says that a connection broke. The error is
// that of ctx, or a fatal one.
func (x *indexer) catchUp(ctx context.Context, folders []*watched) (lost bool, err error) {
	states := make([]*question[*imapclient.StatusData], len(folders))
	for i, w := range folders {
		states[i] = ask(func() *imapclient.Command[*imapclient.StatusData] {
			return x.conns[0].Status(w.folder.raw, "UIDVALIDITY", "HIGHESTMODSEQ")
		})
		states[i].send()
	}
	for i, w := range folders {
		told, err := x.run.hosts[0].answered(ctx, states[i])
		state := states[i].result
		switch {
		case connectionLost(err):
			return true, nil
		case err != nil:
			return false, err
		case !told || state.HighestModSeq == nil || *state.HighestModSeq <= w.since,
			state.UIDValidity != nil && changed(*state.UIDValidity, w.validity):
			continue
		}
		if lost, err := x.catchUpFolder(ctx, w); lost || err != nil {
			return lost, err
		}
	}
	return false, nil
}

// catchUpFolder reads what changed in a folder and stores it at the destination.
func (x *indexer) catchUpFolder(ctx context.Context, w *watched) (lost bool, err error) {
	now := map[uint32]flagSet{} // flags by UID
	c, h := x.conns[0], x.run.hosts[0]
	opening := ask(func() *imapclient.Command[*imapclient.Mailbox] { return c.Examine(w.folder.raw) })
	fetching := ask(func() *imapclient.Command[imapclient.FetchData] {
		return c.Fetch(imapclient.From(1), imapclient.FetchOptions{
			Items: []string{"UID", "FLAGS"}, ChangedSince: w.since,
			Message: func(m *imapclient.Message) {
				if m.UID != 0 && m.Flags != nil {
					now[m.UID] = x.run.flags.id(m.Flags)
				}
			},
		})
	})
	for _, q := range []asking{opening, fetching} {
		q.send()
		switch ok, err := h.answered(ctx, q); {
		case connectionLost(err):
			return true, nil
		case err != nil:
			return false, err
		case !ok, changed(opening.result.UIDValidity, w.validity):
			return false, nil // left to the next run
		}
	}
	var ours []entry
	var pairs []compare.Pair
	theirs := &folderIndex{box: w.box}
	for _, p := range w.places {
		if flags, ok := now[p.source]; ok && flags != p.flags {
			pairs = append(pairs, compare.Pair{Source: int32(len(ours)), Destination: int32(len(ours))})
			ours = append(ours, entry{uid: p.source, flags: flags})
			theirs.entries = append(theirs.entries, entry{uid: p.destination, flags: p.flags})
		}
	}
	if len(pairs) == 0 {
		return false, nil
	}
	x.run.out.linef("Host1: folder %s flags of %d messages changed during the run", w.folder.label(), len(pairs))
	return false, x.syncFlags(ctx, &task{target: w.target}, pairs, ours, theirs, func(int32) bool { return true })
}
