package mailsync

import (
	"context"
	"errors"
	"fmt"

	"mailferry/internal/imapclient"
	"mailferry/internal/mailsync/compare"
)

// Limits of how far the indexer goes ahead.
const (
	// indexFolders and indexMessages bound the folders whose commands are sent before the
	// answers to earlier ones are in.
	indexFolders  = 16
	indexMessages = 20000
	// queuedItems bounds the messages that wait for a worker.
	queuedItems = 50000
)

// indexer reads the folders of both sides and takes the difference.
type indexer struct {
	run   *run
	conns [2]*imapclient.Client
	paces [2]pace
	// labels are Gmail's message ids seen so far.
	labels map[uint64]struct{}
	window []*reading
	number int
	// plainly says that the source does not understand EXAMINE with CONDSTORE.
	plainly bool
	// last says that the folder being finished is the last one.
	last bool
	// habits are the destination's, see settle.
	habits habits
}

// reading is a target whose folders are being read.
type reading struct {
	target      *target
	making      *making
	sources     []*indexing // nil where STATUS says that a folder is empty
	destination *indexing   // nil where there is nothing to compare with
}

// index goes through the plan and queues a task for each folder with messages to copy.
func (r *run) index(ctx context.Context) error {
	x := &indexer{run: r, labels: map[uint64]struct{}{}}
	defer x.release()
	for next := 0; next < len(r.plan.targets) || len(x.window) > 0; {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if len(x.window) == 0 {
			if err := x.yield(ctx); err != nil {
				return err
			}
		}
		for next < len(r.plan.targets) && x.ahead() && (len(x.window) == 0 || !x.pressed()) {
			x.window = append(x.window, x.start(r.plan.targets[next]))
			next++
		}
		head := x.window[0]
		x.last = next == len(r.plan.targets) && len(x.window) == 1
		lost, err := x.finish(ctx, head)
		if err != nil {
			return err
		}
		if lost {
			// Everything sent ahead went down with the connection.
			next -= len(x.window)
			x.window = nil
			if err := x.reconnect(ctx); err != nil {
				return err
			}
			continue
		}
		x.window = x.window[1:]
	}
	return nil
}

// ahead says whether another folder may be started.
func (x *indexer) ahead() bool {
	if len(x.window) >= indexFolders {
		return false
	}
	var messages int64
	for _, reading := range x.window {
		messages += reading.target.expected()
	}
	return messages < indexMessages
}

// pressed says that workers wait for a connection, or have enough to do.
func (x *indexer) pressed() bool {
	return x.run.hosts[0].wanted() || x.run.hosts[1].wanted() || x.run.tasks.over(queuedItems)
}

// yield gives the connections away where they are waited for, and gets them back in turn.
// Nothing is in flight then.
func (x *indexer) yield(ctx context.Context) error {
	if x.conns[0] != nil && !x.pressed() {
		return nil
	}
	x.release()
	x.run.tasks.waitBelow(ctx, queuedItems)
	for i, h := range x.run.hosts {
		c, err := h.acquire(ctx)
		if err != nil {
			return err
		}
		x.conns[i] = c
	}
	return nil
}

func (x *indexer) release() {
	for i, h := range x.run.hosts {
		h.release(x.conns[i])
		x.conns[i] = nil
	}
}

// reconnect replaces what broke.
func (x *indexer) reconnect(ctx context.Context) error {
	for i, h := range x.run.hosts {
		if x.conns[i].Err() == nil {
			continue
		}
		c, err := h.replace(ctx, x.conns[i])
		if err != nil {
			return err
		}
		x.conns[i] = c
	}
	return nil
}

// start sends the commands for one target: to make its folder, and to read it and its sources.
func (x *indexer) start(t *target) *reading {
	for i, h := range x.run.hosts {
		h.watch(&x.paces[i], x.conns[i])
	}
	n := &reading{target: t, sources: make([]*indexing, len(t.sources)), making: x.run.startMaking(x.conns[1], t)}
	empty := true
	for i, f := range t.sources {
		if f.messages == nil || *f.messages > 0 {
			n.sources[i] = startIndex(x.conns[0], f.raw, x.sourceOpening(), 1, x.run.flags)
			empty = false
		}
	}
	if !empty && t.err == nil && (t.exists || n.making.create != nil) {
		n.destination = x.readDestination(t)
	}
	return n
}

// sourceOpening asks for mod-sequences where they are of use, see watched.
func (x *indexer) sourceOpening() opening {
	if x.run.settings.dry || !x.run.settings.syncFlags || x.plainly {
		return examine
	}
	return examineModSeq
}

func (x *indexer) readDestination(t *target) *indexing {
	how := write
	if x.run.settings.dry {
		how = examine
	}
	return startIndex(x.conns[1], t.raw, how, 1, x.run.flags)
}

// finish takes the difference for a target. lost says that a connection broke and
// nothing was concluded.
func (x *indexer) finish(ctx context.Context, n *reading) (lost bool, err error) {
	t := &task{target: n.target, opened: make([]*imapclient.Mailbox, len(n.sources))}
	var entries []entry
	var origins []uint16
	var labels []uint64
	for i, s := range n.sources {
		f := n.target.sources[i]
		if s == nil {
			continue
		}
		index, err := s.wait(ctx)
		if ctx.Err() != nil {
			return false, context.Cause(ctx)
		}
		if errors.Is(err, imapclient.ErrBad) && s.how == examineModSeq {
			// It does not understand what it announces: ask in the plainest way.
			x.plainly = true
			index, err = startIndex(x.conns[0], f.raw, examine, 1, x.run.flags).wait(ctx)
		}
		if connectionLost(err) {
			return true, nil
		}
		if err != nil {
			x.run.folderError(t, fmt.Sprintf("Host1 folder %s: Could not examine: %s", f.label(), answer(err)))
			continue
		}
		t.opened[i] = index.box
		for _, e := range index.entries {
			entries = append(entries, e)
			origins = append(origins, uint16(i))
			if x.run.plan.gmail {
				labels = append(labels, index.labels[e.uid])
			}
		}
	}
	late, err := n.making.finish(ctx, x.run, x.conns[1])
	if ctx.Err() != nil {
		return false, context.Cause(ctx)
	}
	if connectionLost(err) {
		return true, nil
	}
	if late && n.destination != nil {
		n.destination = x.readDestination(n.target)
	}
	destination := &folderIndex{box: &imapclient.Mailbox{}}
	if n.destination != nil && n.target.err == nil {
		destination, err = n.destination.wait(ctx)
		if ctx.Err() != nil {
			return false, context.Cause(ctx)
		}
		if connectionLost(err) {
			return true, nil
		}
		if err != nil {
			line := fmt.Sprintf("Host2 folder %s: Could not select: %s", n.target.label(), answer(err))
			x.run.folderError(t, line)
			n.target.err = err
			destination = &folderIndex{box: &imapclient.Mailbox{}}
		}
	}
	for _, h := range x.run.hosts {
		h.progressed()
	}
	x.number++
	return false, x.conclude(ctx, t, entries, origins, labels, destination)
}

// conclude compares a target's indexes and queues what is missing.
func (x *indexer) conclude(ctx context.Context, t *task, entries []entry, origins []uint16, labels []uint64, destination *folderIndex) error {
	r := x.run
	d := compare.Folders(entries, destination.entries)
	if err := x.settle(ctx, t, &d, entries, origins, destination); err != nil {
		return err
	}
	considered := func(i int32) bool { return r.selected(&entries[i]) }
	if labels != nil {
		repeated := x.repeated(labels)
		considered = func(i int32) bool { return r.selected(&entries[i]) && !repeated[i] }
	}
	var skippedBytes int64
	for i := range entries {
		if considered(int32(i)) {
			t.found++
		}
	}
	for _, p := range d.Pairs {
		if considered(p.Source) {
			t.matched++
			skippedBytes += entries[p.Source].size
		}
	}
	var bytes int64
	for _, i := range d.Missing {
		if considered(i) {
			t.items = append(t.items, item{entry: entries[i], source: origins[i]})
			bytes += entries[i].size
		}
	}
	t.box = destination.box
	t.base = max(destination.highest()+1, destination.box.UIDNext)
	t.before = countKeys(t.items, destination.entries)
	r.progress.found(t.target.expected(), t.target.expectedBytes(), t.found, bytes)
	r.progress.skip(t.matched, skippedBytes)
	r.announce(t, x.number, len(entries), len(destination.entries))
	if r.settings.syncFlags && len(d.Pairs) > 0 {
		if err := x.syncFlags(ctx, t, d.Pairs, entries, destination, considered); err != nil {
			return err
		}
	}
	r.watch(t)
	for _, p := range d.Pairs {
		if ours := &entries[p.Source]; !p.Loose && considered(p.Source) {
			t.place(origins[p.Source], place{ours.uid, destination.entries[p.Destination].uid, ours.flags})
		}
	}
	switch {
	case t.target.err != nil:
		for i := range t.items {
			r.missed(t, &t.items[i], "the destination folder is not usable: "+answer(t.target.err))
		}
		r.report(t, 0)
	case r.settings.dry:
		r.rehearse(t)
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

// countKeys counts the destination's messages that share a key with one to copy.
func countKeys(items []item, entries []entry) map[key]int {
	counts := make(map[key]int)
	if len(entries) == 0 {
		return counts
	}
	for i := range items {
		counts[items[i].key] = 0
	}
	for i := range entries {
		if n, ok := counts[entries[i].key]; ok {
			counts[entries[i].key] = n + 1
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
	if s.maxSize >= 0 && e.size > s.maxSize || s.minSize >= 0 && e.size <= s.minSize {
		return false
	}
	if e.date == noDate || s.maxAge == 0 && s.minAge == 0 {
		return true
	}
	newEnough := s.maxAge == 0 || e.date >= r.started.Add(-s.maxAge).Unix()
	oldEnough := s.minAge == 0 || e.date <= r.started.Add(-s.minAge).Unix()
	if s.maxAge != 0 && s.minAge > s.maxAge {
		return newEnough || oldEnough // imapsync takes the union then
	}
	return newEnough && oldEnough
}
