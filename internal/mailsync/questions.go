package mailsync

import (
	"context"
	"math"
	"slices"

	"mailferry/internal/imapclient"
)

// portion is some messages of a folder that are asked for together: UIDs, or, where these are not
// known, sequence numbers.
type portion struct {
	uids    []uint32
	numbers imapclient.Range
}

// portions makes UIDs into portions of a size that one command can be about.
func (c *completion) portions(uids []uint32) []portion {
	var all []portion
	for some := range slices.Chunk(uids, c.together()) {
		for _, set := range imapclient.UIDs(some...).Split(fetchSetBytes) {
			from, _ := slices.BinarySearch(some, set[0].Start)
			to, _ := slices.BinarySearch(some, set[len(set)-1].Stop)
			all = append(all, portion{uids: some[from : to+1]})
		}
	}
	return all
}

// size is how many messages it is about.
func (p portion) size() int {
	if p.uids != nil {
		return len(p.uids)
	}
	return int(int64(p.numbers.Stop) - int64(p.numbers.Start) + 1)
}

// halves cuts it in two.
func (p portion) halves() []portion {
	if p.uids != nil {
		n := len(p.uids) / 2
		return []portion{{uids: p.uids[:n]}, {uids: p.uids[n:]}}
	}
	middle := p.numbers.Start + uint32(p.size()/2)
	return []portion{
		{numbers: imapclient.Range{Start: p.numbers.Start, Stop: middle - 1}}, {numbers: imapclient.Range{Start: middle, Stop: p.numbers.Stop}},
	}
}

// inquiry is a FETCH under way for a portion. Several are under way at once, so what one brings is kept with it, and the index
// takes it in when its turn comes: the connection's reader never touches an index that is being looked at.
type inquiry struct {
	portion

	command *imapclient.Command[imapclient.FetchData]
	// brought are its answers, on the connection's reader, and noted those UIDs of them whose sequence numbers are asked for.
	brought []answered
	noted   map[uint32]uint32
	// most is how many answers are kept. What others would have brought is asked for anew, as all that is missing.
	most int
	// seen are the sequence numbers of the portion that were answered for.
	seen map[uint32]struct{}
}

// send asks for a portion, by default for what identifies its messages.
func (c *completion) send(p portion, items []string, ranges ...imapclient.Range) *inquiry {
	if items == nil {
		items = c.n.items(identityFields)
	}
	c.questions++
	most := p.size()
	if ranges != nil {
		most = c.n.index.announced
	}
	q, options := c.inquire(p, items, most)
	switch {
	case ranges != nil:
		q.command = c.n.conn.Fetch(ranges, options)
	case p.uids != nil:
		q.command = c.n.conn.Fetch(imapclient.UIDs(p.uids...), options)
	default:
		q.command = c.n.conn.FetchSeq(imapclient.Between(p.numbers.Start, p.numbers.Stop), options)
	}
	return q
}

// inquire prepares a question that should bring so many answers at most, and what is to be sent with its FETCH.
func (c *completion) inquire(p portion, items []string, most int) (*inquiry, imapclient.FetchOptions) {
	q := &inquiry{portion: p, seen: map[uint32]struct{}{}, noted: map[uint32]uint32{}, most: most + spareEntries}
	return q, imapclient.FetchOptions{Items: items, Message: func(m *imapclient.Message) {
		if p.uids == nil && m.Seq >= p.numbers.Start && m.Seq <= p.numbers.Stop {
			q.seen[m.Seq] = struct{}{}
			if m.UID != 0 {
				q.noted[m.Seq] = m.UID
			}
		}
		if len(q.brought) >= q.most {
			return
		}
		if a, ok := c.n.answer(m); ok {
			q.brought = append(q.brought, a)
		}
	}}
}

// wait waits for the end of a question and has the index take in what it brought.
func (c *completion) wait(ctx context.Context, q *inquiry) (imapclient.FetchData, error) {
	told, refusal := q.command.Wait(ctx)
	if ctx.Err() != nil {
		return told, refusal // its reader may still be at work
	}
	for _, a := range q.brought {
		c.n.takeIn(a)
	}
	for seq, uid := range q.noted {
		c.note(seq, uid)
	}
	q.brought, q.noted = nil, nil
	return told, refusal
}

// left is what was not answered for, in the order of the portion. The index is tidy.
func (c *completion) left(q *inquiry) []portion {
	if q.uids != nil {
		if missing := c.n.index.lacks(q.uids); len(missing) > 0 {
			return []portion{{uids: missing}}
		}
		return nil
	}
	var rest []portion
	start := q.numbers.Start
	for _, seq := range append(sortedKeys(q.seen), q.numbers.Stop+1) {
		if seq > start {
			rest = append(rest, portion{numbers: imapclient.Range{Start: start, Stop: seq - 1}})
		}
		start = seq + 1
	}
	return rest
}

func sortedKeys(set map[uint32]struct{}) []uint32 {
	keys := make([]uint32, 0, len(set))
	for n := range set {
		keys = append(keys, n)
	}
	slices.Sort(keys)
	return keys
}

// ask asks for portions until each message of them is read or known to be unreadable. What a portion
// does not bring is asked for in halves; those wait behind the others, so that the many that
// can be read come between two that break the connection.
func (c *completion) ask(ctx context.Context, waiting []portion) error {
	for len(waiting) > 0 && c.questions < maxQuestions && c.breaks < maxBreaks {
		n := min(len(waiting), questionsFlying)
		if c.breaks > 0 {
			n = 1 // what breaks the connection should take nothing with it
		}
		asked := make([]*inquiry, n)
		for i := range asked {
			asked[i] = c.send(waiting[i], nil)
		}
		waiting = waiting[n:]
		for i, q := range asked {
			rest, again, err := c.judge(ctx, q)
			if err != nil {
				return err
			}
			waiting = append(waiting, rest...)
			if !again {
				continue
			}
			for _, next := range asked[i+1:] {
				waiting = append(waiting, next.portion)
			}
			break
		}
	}
	return nil
}

// judge gives what is to be asked because of what a question did not bring. again says that
// those asked after it must be asked again.
func (c *completion) judge(ctx context.Context, q *inquiry) (rest []portion, again bool, err error) {
	before := c.n.index.read()
	told, refusal := c.wait(ctx, q)
	if ctx.Err() != nil {
		return nil, false, context.Cause(ctx)
	}
	if waited, fatal := c.x.again(ctx, c.side, refusal); fatal != nil {
		return nil, false, fatal
	} else if waited {
		return []portion{q.portion}, false, nil
	}
	lost := connectionLost(refusal)
	c.n.index.tidy()
	if c.n.index.read() > before {
		c.questions-- // only those in vain are counted
	}
	if refusal != nil {
		c.reason = answer(refusal)
	}
	if lost {
		c.breaks++
		if c.n.index.read() > before {
			c.progressed()
		}
		if err := c.reopen(ctx); err != nil {
			return nil, false, err
		}
	} else {
		c.counted(told)
		c.progressed()
	}
	for _, p := range c.left(q) {
		switch {
		case p.size() == 1 && q.size() == 1:
			if err := c.alone(ctx, p, lost); err != nil {
				return nil, false, err
			}
		case p.size() < q.size() && lost && p.uids != nil && p.size() > 1:
			// Answers come in order: it is most likely the next one that breaks the connection.
			rest = append(rest, portion{uids: p.uids[:1]}, portion{uids: p.uids[1:]})
		case p.size() < q.size() || p.size() == 1:
			rest = append(rest, p)
		default:
			rest = append(rest, p.halves()...)
		}
	}
	return rest, lost, nil
}

// alone asks for a single message in other ways: with its whole header, with its beginning, and
// with nothing to identify it by. What no way brings is noted as unreadable.
func (c *completion) alone(ctx context.Context, p portion, lost bool) error {
	broken := 0
	if lost {
		broken = 1
	}
	for _, items := range [][]string{
		c.n.items(identityFields), c.n.items("BODY.PEEK[HEADER]"), c.n.items("BODY.PEEK[]<0.65536>"), c.n.items(),
	} {
		q := c.send(p, items)
		told, refusal := c.wait(ctx, q)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		c.n.index.tidy()
		if refusal != nil {
			c.reason = answer(refusal)
		}
		if connectionLost(refusal) {
			c.breaks++
			broken++
			if err := c.reopen(ctx); err != nil {
				return err
			}
		} else {
			c.counted(told)
		}
		if len(c.left(q)) == 0 {
			return nil
		}
		if broken == maxCuts-1 {
			c.reason = "the connection breaks each time it is asked for: " + c.reason
			break
		}
	}
	c.progressed()
	if len(c.n.index.unread) < maxUnread {
		u := unread{reason: c.reason, seq: p.numbers.Start}
		if p.uids != nil {
			u.uid = p.uids[0]
		}
		c.n.index.unread = append(c.n.index.unread, u)
	}
	return nil
}

// numbered asks by sequence numbers, which run from 1 to EXISTS without a gap, so that it shows where the
// host leaves a message out.
func (c *completion) numbered(ctx context.Context) error {
	if c.n.conn.UIDOnly() || c.n.index.announced == 0 {
		return nil
	}
	clear(c.numbers)
	_, err := c.try(ctx, func(conn *imapclient.Client) ([]uint32, error) {
		told, err := conn.FetchSeq(imapclient.From(1), imapclient.FetchOptions{Items: []string{"UID"}, Message: c.number}).Wait(ctx)
		if !connectionLost(err) {
			c.counted(told)
		}
		return nil, err
	})
	if err != nil {
		return err
	}
	uids := make([]uint32, 0, len(c.numbers))
	for _, uid := range c.numbers {
		uids = append(uids, uid)
	}
	slices.Sort(uids)
	c.reconcile(uids)
	if err := c.ask(ctx, c.portions(c.n.index.lacks(uids))); err != nil || c.over() {
		return err
	}
	named := len(c.n.index.unread)
	if next := c.n.index.box.UIDNext; next > 0 {
		c.numbers[uint32(c.n.index.announced)+1] = next
	}
	if err := c.ask(ctx, c.gaps(c.numbers, c.n.index.announced)); err != nil {
		return err
	}
	for i := named; i < len(c.n.index.unread); i++ {
		c.n.index.unread[i].locate(c.numbers)
	}
	c.n.index.distinct(named)
	return nil
}

// number notes the UID of a sequence number, on the connection's reader: for a FETCH under way alone.
func (c *completion) number(m *imapclient.Message) { c.note(m.Seq, m.UID) }

// note notes the UID of a sequence number.
func (c *completion) note(seq, uid uint32) {
	if uid != 0 && seq != 0 && len(c.numbers) < c.n.index.announced+spareEntries {
		c.numbers[seq] = uid
	}
}

// gaps are the sequence numbers from 1 to a last one that are not among those given.
func (c *completion) gaps(numbers map[uint32]uint32, to int) []portion {
	var all []portion
	last, together := uint32(min(max(to, 0), math.MaxInt32)), uint32(c.together())
	add := func(from, to uint32) {
		for from <= to {
			end := min(to, from+together-1)
			all = append(all, portion{numbers: imapclient.Range{Start: from, Stop: end}})
			if len(all) >= maxPortions {
				return
			}
			from = end + 1
		}
	}
	known := make([]uint32, 0, len(numbers))
	for seq := range numbers {
		if seq <= last {
			known = append(known, seq)
		}
	}
	slices.Sort(known)
	from := uint32(1)
	for _, seq := range append(known, last+1) {
		if seq > from {
			add(from, seq-1)
		}
		from = seq + 1
	}
	return all
}

// distinct drops those known to be unreadable from a position on that are known already, by their UID or
// because there cannot be so many.
func (x *folderIndex) distinct(from int) {
	kept := x.unread[:from]
	for _, u := range x.unread[from:] {
		known := u.uid != 0 && (x.has(u.uid) || slices.ContainsFunc(kept, func(other unread) bool { return other.uid == u.uid }))
		if !known && x.read()+len(kept) < x.announced {
			kept = append(kept, u)
		}
	}
	x.unread = kept
}

// locate finds the UID of a message of which only the sequence number is known, where those of the messages
// around it leave room for one only.
func (u *unread) locate(numbers map[uint32]uint32) {
	if u.uid != 0 || u.seq == 0 {
		return
	}
	before, after := numbers[u.seq-1], numbers[u.seq+1]
	if (before > 0 || u.seq == 1) && after == before+2 {
		u.uid = before + 1
	}
}
