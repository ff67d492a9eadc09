package mailsync

import (
	"context"
	"maps"
	"slices"
	"time"
)

// maxUploadCuts is how often the connection may break over a message before it is given up.
const maxUploadCuts = 3

// resolve finds out, after the connection broke, which of the messages whose APPEND was
// under way have arrived, and sends the others again.
func (a *appender) resolve(ctx context.Context) error {
	<-a.conn.Done()
	flying := a.flying
	a.flying, a.bytes, a.messages = nil, 0, 0
	var doubtful []*parcel
	// late are those that the server may be at storing still, because it was sent all of their command.
	late := map[*parcel]bool{}
	for _, b := range flying {
		doubtful = append(doubtful, b.parcels...)
		for _, p := range b.parcels {
			late[p] = len(b.parcels) > 1 || b.command.Sent()
		}
	}
	err := a.lookFor(ctx, &doubtful, late)
	arrived := func(p *parcel) bool { return !slices.Contains(doubtful, p) }
	blamed := false
	var waiting []*parcel
	for _, b := range flying {
		if b.parcels = slices.DeleteFunc(b.parcels, arrived); len(b.parcels) == 0 {
			continue
		}
		switch {
		case err != nil:
			a.again = append(a.again, b)
		case !blamed:
			// Commands are carried out in their order, so it broke over the first that did not arrive.
			blamed = true
			if !a.blame(b) {
				waiting = append(waiting, b.parcels...)
			}
		default:
			waiting = append(waiting, b.parcels...)
		}
	}
	for _, p := range waiting {
		a.sendAgain(p)
	}
	a.waiting = append(waiting, a.waiting...)
	return err
}

// lookFor looks which of the doubtful messages have arrived, and leaves the others. A server may be at storing what it has
// read when the connection breaks, so a message that is not there is looked for once more after a while.
func (a *appender) lookFor(ctx context.Context, doubtful *[]*parcel, late map[*parcel]bool) (err error) {
	*doubtful, err = a.lookOnce(ctx, *doubtful)
	if err != nil || !slices.ContainsFunc(*doubtful, func(p *parcel) bool { return late[p] }) {
		return err
	}
	timer := time.NewTimer(a.run.config.Pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	*doubtful, err = a.lookOnce(ctx, *doubtful)
	return err
}

// lookOnce marks the doubtful messages that have arrived, folder by folder, and gives the others
// in their order.
func (a *appender) lookOnce(ctx context.Context, doubtful []*parcel) ([]*parcel, error) {
	var rest []*parcel
	for len(doubtful) > 0 {
		// Folders are sent one after the other, so messages of one stand together.
		n := 1
		for n < len(doubtful) && doubtful[n].task == doubtful[0].task {
			n++
		}
		arrived, err := a.arrived(ctx, doubtful[0].task)
		if err != nil {
			return append(rest, doubtful...), err
		}
		rest = append(rest, a.match(doubtful[:n], arrived)...)
		doubtful = doubtful[n:]
	}
	return rest, nil
}

// blame decides about what the connection broke over; false says that it goes the way of all others once more. A message that
// broke it is sent after everything else, alone, and is given up when that does not help; a batch that does so again is halved
// until the message is found.
func (a *appender) blame(b *batch) bool {
	b.cuts++
	if len(b.parcels) == 1 {
		if b.alone && b.cuts >= maxUploadCuts {
			a.accounted(b, false)
			a.fail(b.parcels[0], classAppend, nil, "the connection breaks each time it is sent")
			return true
		}
		b.alone = true
		a.deferBatch(b)
		return true
	}
	if !b.alone {
		if !a.run.hosts[1].isStuck() {
			return false
		}
		b.alone = true
		a.deferBatch(b)
		return true
	}
	middle := (len(b.parcels) + 1) / 2
	for _, parcels := range [][]*parcel{b.parcels[:middle], b.parcels[middle:]} {
		a.deferBatch(&batch{task: b.task, parcels: parcels, cuts: b.cuts, alone: true})
	}
	return true
}

// isStuck says that connections broke repeatedly without anything getting through.
func (h *host) isStuck() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.cuts > 1
}

// arrived lists what the destination holds of a task that was not known to be there.
func (a *appender) arrived(ctx context.Context, t *task) ([]entry, error) {
	for {
		if a.conn.Err() != nil {
			c, err := a.run.hosts[1].replace(ctx, a.conn)
			if err != nil {
				return nil, err
			}
			a.conn = c
		}
		x, err := startIndex(a.conn, t.target.raw, examine, t.base, a.run.flags).wait(ctx)
		switch {
		case err == nil:
			return unaccounted(t, x), nil
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		case connectionLost(err):
		default:
			// Without a look nothing may be sent again: it could arrive twice.
			if again, end := a.run.hosts[1].passing(ctx, err); end != nil {
				return nil, end
			} else if again {
				continue
			}
			return nil, fatalOf(1, wrap(err, "look for the messages under way in %s", t.target.label()))
		}
	}
}

// unaccounted leaves out what was there before, and what is known to have been stored.
func unaccounted(t *task, x *folderIndex) []entry {
	replaced := changed(x.box.UIDValidity, t.box.UIDValidity) || x.box.UIDValidity == 0
	if !replaced {
		x.since(t.base)
	}
	uids := map[uint32]bool{}
	counts := map[key]int{}
	if replaced {
		// UIDs mean nothing any more: go by keys alone.
		maps.Copy(counts, t.before)
	}
	t.marking.Lock()
	defer t.marking.Unlock()
	for i := range t.items {
		if it := &t.items[i]; it.state == done || it.state == there {
			if it.copied != 0 && !replaced {
				uids[it.copied] = true
			} else {
				counts[it.key]++
			}
		}
	}
	var rest []entry
	var ours map[key]bool
	if replaced && t.past != (past{}) {
		// The messages of earlier portions are there under other UIDs.
		ours = map[key]bool{}
		for i := range t.items {
			ours[t.items[i].key] = true
		}
	}
	for _, e := range x.entries {
		switch {
		case ours != nil && !ours[e.key]:
		case uids[e.uid]:
		case counts[e.key] > 0:
			counts[e.key]--
		default:
			rest = append(rest, e)
		}
	}
	return rest
}

// match marks the doubtful messages that are among those arrived, and gives the others. A
// message is known by its key; where the destination shows its headers in another way,
// by its size and date.
func (a *appender) match(doubtful []*parcel, arrived []entry) []*parcel {
	used := make([]bool, len(arrived))
	same := []func(it *item, e *entry) bool{
		func(it *item, e *entry) bool {
			return it.key == e.key && it.date() == e.date() && it.literal == e.size()
		},
		func(it *item, e *entry) bool { return it.key == e.key },
		// The destination added a Message-ID or a Date.
		func(it *item, e *entry) bool { return !it.strong && it.like == e.like && it.date() == e.date() },
		func(it *item, e *entry) bool {
			return it.date() != noDate && it.date() == e.date() && it.literal == e.size()
		},
	}
	for _, alike := range same {
		var rest []*parcel
		for _, p := range doubtful {
			found := false
			for j := range arrived {
				if !used[j] && alike(p.item, &arrived[j]) {
					used[j], found = true, true
					a.run.hosts[1].progressed()
					a.stored(p, arrived[j].uid)
					break
				}
			}
			if !found {
				rest = append(rest, p)
			}
		}
		doubtful = rest
	}
	return doubtful
}
