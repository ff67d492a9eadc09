package mailsync

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"mailferry/internal/imapclient"
)

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
	// What is to be said of the sources waits until nothing can have to be done again.
	var notes []func()
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
			notes = append(notes, func() {
				x.run.folderError(t, fmt.Sprintf("Host1 folder %s: Could not examine: %s", f.label(), answer(err)))
			})
			continue
		}
		t.opened[i] = index.box
		notes = append(notes, func() {
			x.run.shortfall(t, 0, f.label(), index)
			for _, u := range index.unread {
				x.run.unreadable(t, i, u)
			}
		})
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
	for _, note := range notes {
		note()
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
		return none, false, nil //nolint:nilerr // the folder's error is told by what concludes
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
