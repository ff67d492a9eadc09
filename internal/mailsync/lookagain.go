package mailsync

import (
	"context"
	"slices"

	"mailferry/internal/imapclient"
	"mailferry/internal/mailsync/compare"
)

// begunTasks is how many tasks a lane has taken whose folders the appender has not been told to look at yet. It is a hint: what
// finds no room is looked at when its first message comes.
const begunTasks = 64

// second is a destination folder looked at a second time, right before the first message goes there. Since it was indexed, messages
// may have come that are to be appended: a run that was killed had them under way, and a server goes on storing what it has read
// though the client is gone; or they were delivered to both sides.
type second struct {
	conn    *imapclient.Client
	reading *indexing
}

// lookSecond asks what is new in a task's folder. The question goes out while the source is asked for the messages, so that its
// answer is there when they come.
func (a *appender) lookSecond(t *task) {
	tab := a.tab(t)
	if tab.clear || a.conn.Err() != nil || tab.second != nil && tab.second.conn == a.conn {
		return
	}
	tab.second = &second{a.conn, startIndex(a.conn, t.target.raw, write, t.base, a.run.flags)}
}

// tab is that of a task, made when it is first spoken of.
func (a *appender) tab(t *task) *tab {
	if a.tabs[t] == nil {
		a.tabs[t] = &tab{}
	}
	return a.tabs[t]
}

// secondDone is closed when the look that the next message waits for is answered, or needs to be made again. It is nil while no
// message waits for one.
func (a *appender) secondDone() <-chan struct{} {
	if len(a.waiting) == 0 || a.tab(a.waiting[0].task).clear {
		return nil
	}
	t := a.waiting[0].task
	s := a.tab(t).second
	switch {
	case a.conn.Err() != nil && len(a.flying) > 0:
		return nil // settled first
	case a.conn.Err() == nil && (s == nil || s.conn != a.conn):
		a.lookSecond(t)
		s = a.tab(t).second
	}
	if s == nil || s.conn.Err() != nil {
		now := make(chan struct{})
		close(now)
		return now
	}
	return s.reading.fetch.Done()
}

// takeSecond takes the answer of the look that the next message waits for. What has come and is to be appended is not.
func (a *appender) takeSecond(ctx context.Context) error {
	t := a.waiting[0].task
	h := a.run.hosts[1]
	if a.conn.Err() != nil {
		if len(a.flying) > 0 {
			// It broke under messages too, whose answers tell so at the same moment: what became of them is found out
			// before the connection is given up.
			return nil
		}
		c, err := h.replace(ctx, a.conn)
		if err != nil {
			return err
		}
		a.conn = c
	}
	s := a.tab(t).second
	if s == nil || s.conn != a.conn {
		return nil // asked again before the next message is sent
	}
	x, err := s.reading.wait(ctx)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if connectionLost(err) {
		return nil
	}
	if err != nil {
		again, err := h.passing(ctx, err)
		if again || err != nil {
			a.tab(t).second = nil
			return err
		}
		// It cannot be opened any more; what becomes of the messages, their APPEND says.
		a.tab(t).clear = true
		return nil
	}
	a.tab(t).clear, a.tab(t).second = true, nil
	if news := unaccounted(t, x); len(news) > 0 {
		news = a.leaveOut(t, news)
		if t.rest.size() > 0 {
			t.rest.news = append(t.rest.news, news...)
		}
	}
	return nil
}

// alreadyThere marks the messages of a task that have come to the destination meanwhile, and gives those that are none of them.
func (r *run) alreadyThere(t *task, news []entry) (others []entry) {
	t.marking.Lock()
	var pendings []*item
	var ours []entry
	for i := range t.items {
		if it := &t.items[i]; it.state == pending {
			pendings, ours = append(pendings, it), append(ours, it.entry)
		}
	}
	var found []*item
	used := map[int32]bool{}
	for _, p := range present(ours, news) {
		it := pendings[p.Source]
		used[p.Destination] = true
		it.state, it.copied = there, news[p.Destination].uid
		found = append(found, it)
	}
	t.marking.Unlock()
	for _, it := range found {
		r.out.linef("msg %s/%d has come to %s/%d since that was read, skipping it", t.target.sources[it.source].raw, it.uid, t.target.raw, it.copied)
		r.progress.fail(it.size())
		r.hosts[1].progressed()
	}
	for j := range news {
		if !used[int32(j)] {
			others = append(others, news[j])
		}
	}
	return others
}

// leaveOut marks the messages that have come meanwhile, and drops those of them that wait to be sent.
func (a *appender) leaveOut(t *task, news []entry) (others []entry) {
	others = a.run.alreadyThere(t, news)
	waiting := a.waiting[:0]
	var dropped []*parcel
	for _, p := range a.waiting {
		if p.task == t && t.isThere(p.item) {
			dropped = append(dropped, p)
		} else {
			waiting = append(waiting, p)
		}
	}
	a.waiting = waiting
	for _, p := range dropped {
		a.tab(t).unsent--
		a.settled(p)
	}
	if a.tabs[t] != nil {
		a.lookBehind(t)
	}
	return others
}

// isThere says whether an item has come to the destination without being sent.
func (t *task) isThere(it *item) bool {
	t.marking.Lock()
	defer t.marking.Unlock()
	return it.state == there
}

// present gives the pairs of messages to be appended and messages that have come. They are hours apart at most, so the same key
// with the same size or date will do, and where the host added a Message-ID the same sender, subject and date.
func present(ours, news []entry) []compare.Pair {
	d := compare.Folders(ours, news)
	pairs := slices.Concat(d.Pairs, d.Likely)
	for _, c := range d.Ambiguous {
		used := map[int32]bool{}
		for _, i := range c.Source {
			for _, j := range c.Destination {
				if a, b := ours[i], news[j]; !used[j] && a.date() == b.date() && a.date() != noDate && a.like == b.like && (a.key == b.key || !a.strong) {
					used[j] = true
					pairs = append(pairs, compare.Pair{Source: i, Destination: j})
					break
				}
			}
		}
	}
	return pairs
}
