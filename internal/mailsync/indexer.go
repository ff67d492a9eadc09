package mailsync

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"mailferry/internal/imapclient"
	"mailferry/internal/mailsync/compare"
)

// Limits of how far the indexer goes ahead.
const (
	// indexFolders and indexMessages bound the folders whose commands are sent before the
	// answers to earlier ones are in.
	indexFolders = 16
	// indexEmpty is the same for folders that are said to be empty.
	indexEmpty    = 256
	indexMessages = 20000
	// queuedItems bounds the messages that wait for a worker.
	queuedItems = 50000
)

// indexer reads the folders of both sides and takes the difference.
type indexer struct {
	run   *run
	conns [2]*imapclient.Client
	paces [2]pace
	// crossed are the messages of earlier folders, nil unless copies in several folders are left out.
	crossed crossing
	// labels are Gmail's message ids seen so far.
	labels map[uint64]struct{}
	// coming are the targets not begun, window those being read.
	coming []*target
	window []*reading
	number int
	// plainly says that the source does not understand EXAMINE with CONDSTORE.
	plainly bool
	// breaks counts how often the connection broke over a target, on each side.
	breaks map[*target]*[2]int
	// refusals counts how often a target was refused in passing while others were not.
	refusals map[*target]int
	// last says that the folder being finished is the last one.
	last bool
	// habits are the destination's, see settle.
	habits habits
}

// reading is a target whose folders are being read.
type reading struct {
	target      *target
	conns       [2]*imapclient.Client
	making      *making
	sources     []*indexing
	destination *indexing // nil where there is nothing to compare with
}

// index goes through the plan and queues a task for each folder with messages to copy.
func (r *run) index(ctx context.Context) error {
	x := &indexer{run: r, crossed: newCrossing(r.settings), labels: map[uint64]struct{}{}, coming: slices.Clone(r.plan.targets), breaks: map[*target]*[2]int{}, refusals: map[*target]int{}}
	defer x.release()
	for len(x.coming) > 0 || len(x.window) > 0 {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if len(x.window) == 0 {
			if err := x.yield(ctx); err != nil {
				return err
			}
		}
		if err := x.bide(ctx); err != nil {
			return err
		}
		for len(x.coming) > 0 && x.ahead() && (len(x.window) == 0 || !x.pressed()) {
			x.window = append(x.window, x.start(x.coming[0]))
			x.coming = x.coming[1:]
		}
		head := x.window[0]
		x.last = len(x.coming) == 0 && len(x.window) == 1
		lost, err := x.finish(ctx, head)
		if errors.Is(err, errLater) {
			x.window, x.coming = x.window[1:], append(x.coming, head.target)
			continue
		}
		if err != nil {
			return err
		}
		if lost {
			if err := x.broken(ctx, head); err != nil {
				return err
			}
			continue
		}
		head.drop()
		x.window[0] = nil
		x.window = x.window[1:]
	}
	return nil
}

// drop lets go of what was read, which is not needed while the messages are copied.
func (n *reading) drop() {
	for _, s := range append(n.sources, n.destination) {
		if s != nil {
			s.index = folderIndex{}
		}
	}
}

// broken begins anew with what went down with a connection. A target over which it broke is tried again alone,
// then after all others, and then given up: it may be the one that breaks it each time.
func (x *indexer) broken(ctx context.Context, head *reading) error {
	later := false
	for side, c := range x.conns {
		if head.conns[side] != c || c.Err() == nil {
			continue // it is not its doing
		}
		if x.breaks[head.target] == nil {
			x.breaks[head.target] = &[2]int{}
		}
		count := &x.breaks[head.target][side]
		*count++
		later = later || *count == 2
	}
	again := make([]*target, 0, len(x.window)+len(x.coming))
	for _, n := range x.window {
		if n != head || !later {
			again = append(again, n.target)
		}
	}
	again = append(again, x.coming...)
	if later {
		again = append(again, head.target)
	}
	x.coming, x.window = again, nil
	return x.reconnect(ctx)
}

// brokenOver says that the connection to a side breaks each time a target is looked at.
func (x *indexer) brokenOver(t *target, side int) bool {
	count := x.breaks[t]
	return count != nil && count[side] >= maxCuts
}

// suspected says whether the connection broke over a target.
func (x *indexer) suspected(t *target) bool { return x.breaks[t] != nil || x.refusals[t] > 0 }

// errLater says that a target is to be tried again after the others.
var errLater = errors.New("refused for now")

// maxRefusals is how often a target that is refused in passing while others are not is tried again.
const maxRefusals = 5

// later says whether a refusal is worth another attempt after the other targets: it was a passing one, though not of all.
func (x *indexer) later(t *target, err error) bool {
	if err == nil || connectionLost(err) || !imapclient.Passing(err) || x.refusals[t] >= maxRefusals {
		return false
	}
	x.refusals[t]++
	return true
}

// bide waits before a target that was refused for now is tried again: each time twice as long.
func (x *indexer) bide(ctx context.Context) error {
	if len(x.window) > 0 || len(x.coming) == 0 || x.refusals[x.coming[0]] == 0 {
		return nil
	}
	timer := time.NewTimer(x.run.config.Pause << (x.refusals[x.coming[0]] - 1))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// ahead says whether another folder may be started.
func (x *indexer) ahead() bool {
	if len(x.window) == 0 {
		return true
	}
	if x.suspected(x.coming[0]) || x.suspected(x.window[len(x.window)-1].target) {
		return false // it should take nothing with it
	}
	full := 0
	var messages int64
	for _, reading := range x.window {
		expected := reading.target.expected()
		messages += expected
		if expected > 0 || !reading.target.saidEmpty() {
			full++
		}
	}
	return full < indexFolders && len(x.window) < indexEmpty && messages < indexMessages
}

// saidEmpty says whether STATUS says of all sources of a target that they are empty.
func (t *target) saidEmpty() bool {
	return !slices.ContainsFunc(t.sources, func(f *folder) bool { return f.messages == nil || *f.messages > 0 })
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
		if x.conns[i] == nil || x.conns[i].Err() == nil {
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

// again says whether a refusal was a passing one, after waiting: then the command is to be sent once more.
// What broke its connection is not one: that is for whoever connects again.
func (x *indexer) again(ctx context.Context, side int, err error) (bool, error) {
	if err == nil || connectionLost(err) {
		return false, nil
	}
	return x.run.hosts[side].passing(ctx, err)
}

// start sends the commands for one target: to make its folder, and to read it and its sources. A folder
// that is said to be empty is opened all the same, since what STATUS says may be out of date.
func (x *indexer) start(t *target) *reading {
	for i, h := range x.run.hosts {
		h.watch(&x.paces[i], x.conns[i])
	}
	n := &reading{target: t, conns: x.conns, sources: make([]*indexing, len(t.sources))}
	x.judgeBreaks(t)
	n.making = x.run.startMaking(x.conns[1], t)
	if !x.brokenOver(t, 0) {
		for i, f := range t.sources {
			n.sources[i] = startOpening(x.conns[0], f.raw, x.sourceOpening(), x.run.flags)
			if f.messages == nil || *f.messages > 0 {
				n.sources[i].read(imapclient.From(1))
			}
		}
	}
	if !t.saidEmpty() && t.expected() <= bigFolder && t.err == nil && (t.exists || n.making.create != nil) {
		n.destination = x.readDestination(t)
	}
	return n
}

// judgeBreaks gives a destination folder up over which the connection breaks each time.
func (x *indexer) judgeBreaks(t *target) {
	if !x.brokenOver(t, 1) || t.err != nil {
		return
	}
	t.err = errBreaks
	line, c := fmt.Sprintf("Host2 folder %s: Could not select: %s", t.label(), t.err), classSelect
	if !t.exists {
		line, c = fmt.Sprintf("Could not create folder %s from %s: %s", t.label(), t.sources[0].label(), t.err), classCreate
	}
	x.run.out.linef("%s", line)
	x.run.failures.add(c, line)
}

// errBreaks is why a folder is given up.
var errBreaks = errors.New("the connection breaks each time")

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

// readBigDestination reads a destination folder of which most messages need not be kept, see matcher.
func (x *indexer) readBigDestination(t *target, entries []entry) *indexing {
	how := write
	if x.run.settings.dry {
		how = examine
	}
	d := startOpening(x.conns[1], t.raw, how, x.run.flags)
	d.index.paired = newMatcher(entries)
	d.read(imapclient.From(1))
	return d
}

// source gives the index of a source folder. lost says that the connection broke and nothing was concluded.
func (x *indexer) source(ctx context.Context, n *reading, i int) (index *folderIndex, lost bool, err error) {
	f, s := n.target.sources[i], n.sources[i]
	if s == nil {
		return nil, false, errBreaks
	}
	for {
		if index, err = x.whole(ctx, 0, s); ctx.Err() != nil {
			return nil, false, context.Cause(ctx)
		}
		switch again, fatal := x.again(ctx, 0, err); {
		case fatal != nil:
			return nil, false, fatal
		case again:
		case errors.Is(err, imapclient.ErrBad) && s.how == examineModSeq:
			// It does not understand what it announces: ask in the plainest way.
			x.plainly = true
		case err == nil && s.fetch == nil && index.announced > 0:
			// STATUS was wrong.
		default:
			return index, connectionLost(err), err
		}
		s = startIndex(x.conns[0], f.raw, x.sourceOpening(), 1, x.run.flags)
	}
}

// finish takes the difference for a target. lost says that a connection broke and
// nothing was concluded.
func (x *indexer) finish(ctx context.Context, n *reading) (lost bool, err error) {
	t := &task{target: n.target, opened: make([]*imapclient.Mailbox, len(n.sources))}
	var entries []entry
	var from origins
	var labels []uint64
	for i, f := range n.target.sources {
		index, lost, err := x.source(ctx, n, i)
		if isFatal(err) || ctx.Err() != nil {
			return false, err
		}
		if lost {
			return true, nil
		}
		if x.later(n.target, err) {
			return false, errLater
		}
		if err != nil {
			x.run.folderError(t, fmt.Sprintf("Host1 folder %s: Could not examine: %s", f.label(), answer(err)))
			continue
		}
		t.opened[i] = index.box
		x.run.shortfall(t, 0, f.label(), index)
		for _, u := range index.unread {
			x.run.unreadable(t, i, u)
		}
		if len(n.sources) == 1 {
			entries = index.entries
		} else {
			entries = append(entries, index.entries...)
			from = append(from, slices.Repeat(origins{uint16(i)}, len(index.entries))...)
		}
		if x.run.plan.gmail {
			for _, e := range index.entries {
				labels = append(labels, index.labels[e.uid])
			}
		}
	}
	destination, lost, err := x.destination(ctx, n, t, entries, from == nil && labels == nil && x.crossed == nil)
	if lost || err != nil {
		return lost, err
	}
	for _, h := range x.run.hosts {
		h.progressed()
	}
	x.number++
	return false, x.conclude(ctx, t, entries, from, labels, destination)
}

// destination makes the destination folder and gives its index, an empty one where it is of no use.
func (x *indexer) destination(ctx context.Context, n *reading, t *task, entries []entry, alone bool) (index *folderIndex, lost bool, err error) {
	none := &folderIndex{box: &imapclient.Mailbox{}}
	late, err := n.making.finish(ctx, x.run, n.conns[1])
	if ctx.Err() != nil {
		return nil, false, context.Cause(ctx)
	}
	if connectionLost(err) && !isFatal(err) {
		return nil, true, nil
	}
	if err != nil {
		return nil, false, err
	}
	d := n.destination
	if n.target.err != nil || d == nil && (len(entries) == 0 || !n.target.exists) {
		return none, false, nil
	}
	if d == nil && alone && len(entries) > bigFolder {
		d = x.readBigDestination(n.target, entries)
	} else if late || d == nil {
		d = x.readDestination(n.target)
	}
	for renamed := false; ; {
		index, err = x.whole(ctx, 1, d)
		if ctx.Err() != nil {
			return nil, false, context.Cause(ctx)
		}
		again, fatal := x.again(ctx, 1, err)
		if fatal != nil {
			return nil, false, fatal
		}
		if !again && !renamed && n.making.create != nil && errors.As(err, new(*imapclient.ResponseError)) {
			renamed = true
			if again, fatal = x.rename(ctx, n.target, err); fatal != nil {
				return nil, connectionLost(fatal), unlessLost(fatal)
			}
		}
		if !again && !renamed && n.making.create == nil && !x.run.settings.dry && (errors.Is(err, imapclient.CodeNonExistent) || errors.Is(err, imapclient.CodeTryCreate)) {
			// It was listed and is not there: it has been deleted, or whoever was making it was killed.
			renamed = true
			_, made := x.conns[1].Create(n.target.raw).Wait(ctx)
			if ctx.Err() != nil {
				return nil, false, context.Cause(ctx)
			}
			if connectionLost(made) {
				return nil, true, nil
			}
			again = true
		}
		if !again {
			break
		}
		d.conn, d.folder = x.conns[1], n.target.raw
		d.begin()
	}
	if isFatal(err) {
		return nil, false, err
	}
	if connectionLost(err) {
		return nil, true, nil
	}
	if x.later(n.target, err) {
		return nil, false, errLater
	}
	if err != nil {
		x.run.folderError(t, fmt.Sprintf("Host2 folder %s: Could not select: %s", n.target.label(), answer(err)))
		n.target.err = err
		return none, false, nil
	}
	x.run.shortfall(t, 1, n.target.label(), index)
	return index, false, nil
}

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
