package mailsync

import (
	"context"
	"maps"
	"time"
)

// resolve finds out, after the connection broke, which of the messages whose APPEND was
// under way have arrived, and sends the others again.
func (a *appender) resolve(ctx context.Context) error {
	<-a.conn.Done()
	var doubtful []*shipment
	for _, s := range a.flying {
		for _, p := range s.parcels {
			doubtful = append(doubtful, &shipment{task: p.task, parcels: []*parcel{p}, tries: s.tries})
		}
	}
	suspects := a.flying[0].parcels
	a.flying, a.bytes, a.messages = nil, 0, 0
	// A server may be at storing what it has read when the connection breaks, so a message that
	// is not there is looked for once more after a while.
	for look := 0; len(doubtful) > 0 && look < 2; look++ {
		if look > 0 {
			timer := time.NewTimer(a.run.config.Pause)
			select {
			case <-timer.C:
			case <-ctx.Done():
				timer.Stop()
				a.single = append(doubtful, a.single...)
				return context.Cause(ctx)
			}
		}
		var err error
		if doubtful, err = a.look(ctx, doubtful); err != nil {
			a.single = append(doubtful, a.single...)
			return err
		}
	}
	for _, s := range doubtful {
		a.sendAgain(s.parcels[0])
	}
	return a.again(doubtful, suspects)
}

// look marks the doubtful messages that have arrived, folder by folder, and gives the others
// in their order.
func (a *appender) look(ctx context.Context, doubtful []*shipment) ([]*shipment, error) {
	var rest []*shipment
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

// again sends what did not arrive. If it was the first command's doing, its messages go
// one by one from now on, and one over which the connection breaks each time is given up.
func (a *appender) again(doubtful []*shipment, suspects []*parcel) error {
	suspected := map[*parcel]bool{}
	for _, p := range suspects {
		suspected[p] = true
	}
	var single []*shipment
	var waiting []*parcel
	for _, s := range doubtful {
		p := s.parcels[0]
		switch {
		case !suspected[p] && s.tries == 0:
			waiting = append(waiting, p)
		case s.tries >= maxTries:
			a.fail(p, classAppend, nil, "the connection breaks each time it is sent")
		case len(suspects) == 1 || a.run.hosts[1].isStuck():
			s.tries++
			single = append(single, s)
		default:
			waiting = append(waiting, p)
		}
	}
	a.single = append(single, a.single...)
	a.waiting = append(waiting, a.waiting...)
	return nil
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
	for _, e := range x.entries {
		switch {
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
func (a *appender) match(doubtful []*shipment, arrived []entry) []*shipment {
	used := make([]bool, len(arrived))
	same := []func(it *item, e *entry) bool{
		func(it *item, e *entry) bool { return it.key == e.key && it.date == e.date && it.literal == e.size },
		func(it *item, e *entry) bool { return it.key == e.key },
		// The destination added a Message-ID or a Date.
		func(it *item, e *entry) bool { return !it.strong && it.like == e.like && it.date == e.date },
		func(it *item, e *entry) bool { return it.date != noDate && it.date == e.date && it.literal == e.size },
	}
	for _, alike := range same {
		var rest []*shipment
		for _, s := range doubtful {
			p := s.parcels[0]
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
				rest = append(rest, s)
			}
		}
		doubtful = rest
	}
	return doubtful
}
