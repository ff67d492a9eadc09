package mailsync

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"mailferry/internal/imapclient"
)

// Limits of what is asked about a folder of which the first FETCH did not bring everything. Each
// message that cannot be read takes a question of its own in the end, and one that breaks
// connections a connection.
const (
	maxQuestions = 2000
	maxBreaks    = 100
	// askedTogether is how many messages one question is about at most, and questionsFlying how
	// many questions are under way.
	askedTogether   = 1000
	questionsFlying = 8
	// maxPortions is how many portions a folder is asked for in at most.
	maxPortions = 1 << 20
	// maxUnread is how many messages that cannot be read are named, for each folder.
	maxUnread = 1000
)

// maxRounds is how often a folder that messages leave while it is read is gone through.
const maxRounds = 3

// errUnopenable says that a folder can no longer be opened, so that nothing more is read of it.
var errUnopenable = errors.New("the folder can no longer be opened")

// completion reads what the first FETCH of a folder did not bring. A host's silence about a
// message is not its absence: the number that it announces (EXISTS) says how many there are, and
// until as many are read they are asked for in other ways, in the end one by one.
type completion struct {
	x    *indexer
	side int
	n    *indexing
	// questions and breaks count what it took so far.
	questions, breaks int
	// unsure says that messages left the folder while it was read, so that the number alone
	// proves nothing.
	unsure bool
	// gone is how many had left when that was last looked at.
	gone uint32
	// numbers are UIDs by sequence number, as far as they are known.
	numbers map[uint32]uint32
	// reason is why the last message could not be read, in words.
	reason string
}

// whole gives the index of a folder with as much as its host announces. What cannot be read, however
// it is asked for, is in unread or, without a name, in short. The error is that of a folder
// that could not be opened, of ctx, or a fatal one.
func (x *indexer) whole(ctx context.Context, side int, n *indexing) (*folderIndex, error) {
	index, err := n.wait(ctx)
	for err != nil && ctx.Err() == nil && n.index.box != nil && n.conn == x.conns[side] {
		again, fatal := x.again(ctx, side, err)
		if fatal != nil {
			return nil, fatal
		}
		if !again {
			break
		}
		// It was refused in passing, so it is worth doing as it was.
		n.begin()
		index, err = n.wait(ctx)
	}
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case n.index.box == nil:
		return nil, err
	case connectionLost(err) && n.conn != x.conns[side]:
		return nil, err // it went down with something else
	case errors.Is(err, imapclient.ErrBad) && n.how == examineModSeq:
		return nil, err
	case err == nil && index.short() == 0 && n.told.Gone == 0 && n.beyond == 0:
		return index, nil
	}
	c := &completion{x: x, side: side, n: n, numbers: map[uint32]uint32{}, unsure: n.told.Gone > 0, reason: "the host leaves it out of its answers"}
	if err != nil {
		c.reason = answer(err)
	}
	if connectionLost(err) {
		c.breaks++
		if n.index.read() > 0 {
			c.progressed()
		}
	}
	if err := c.run(ctx); err != nil {
		return nil, err
	}
	n.index.tidy()
	n.index.unsure = c.unsure
	n.index.beyond = n.beyond
	return &n.index, nil
}

// over says whether everything is read.
func (c *completion) over() bool { return c.n.index.short() == 0 && !c.unsure }

// run goes through the ways to ask, from the cheapest on.
func (c *completion) run(ctx context.Context) error {
	if err := c.reopen(ctx); err != nil {
		return c.lenient(err)
	}
	for range maxRounds {
		for _, way := range []func(context.Context) error{c.paged, c.onwards, c.searched, c.numbered} {
			if c.over() {
				return nil
			}
			if err := way(ctx); err != nil {
				return c.lenient(err)
			}
			c.n.index.tidy()
		}
		if !c.unsure {
			return nil
		}
	}
	return nil
}

// lenient takes a folder that can no longer be opened for one of which no more can be read.
func (c *completion) lenient(err error) error {
	if errors.Is(err, errUnopenable) {
		c.reason = err.Error()
		return nil
	}
	return err
}

// reopen opens the folder, which others may have taken the connection from, over a new
// connection if need be.
func (c *completion) reopen(ctx context.Context) error {
	for tries := 1; ; tries++ {
		if err := c.x.reconnect(ctx); err != nil {
			return err
		}
		c.n.conn = c.x.conns[c.side]
		box, err := openFolder(c.n.conn, c.n.folder, c.n.how).Wait(ctx)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err == nil {
			c.opened(box)
			return nil
		}
		if again, fatal := c.x.again(ctx, c.side, err); fatal != nil {
			return fatal
		} else if again {
			continue
		}
		if !connectionLost(err) || tries >= maxCuts {
			return fmt.Errorf("%w: %s", errUnopenable, answer(err))
		}
	}
}

// opened takes in what is told of the folder now.
func (c *completion) opened(box *imapclient.Mailbox) {
	x := &c.n.index
	if changed(box.UIDValidity, x.box.UIDValidity) {
		// What was read has other UIDs now.
		x.entries, x.unread, c.unsure = nil, nil, false
		x.paired.reset()
	}
	x.box, c.gone = box, 0
	x.announced = int(box.Exists)
}

// counted takes in how many messages there are by now.
func (c *completion) counted(told imapclient.FetchData) {
	c.n.index.announced = int(told.Exists)
	c.unsure = c.unsure || told.Gone > c.gone
	c.gone = told.Gone
}

// onwards asks for what follows the last message that was read: the connection may have broken in the
// middle of the answer, and mail may have arrived.
func (c *completion) onwards(ctx context.Context) error {
	for {
		before := c.n.index.read()
		c.questions++
		c.n.read(imapclient.From(c.n.index.next()))
		told, err := c.n.fetch.Wait(ctx)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if again, fatal := c.x.again(ctx, c.side, err); fatal != nil {
			return fatal
		} else if again {
			continue
		}
		if !connectionLost(err) {
			c.counted(told)
			return nil
		}
		c.breaks++
		c.n.index.tidy()
		came := c.n.index.read() > before
		if came {
			c.progressed()
		}
		if err := c.reopen(ctx); err != nil {
			return err
		}
		if !came || c.breaks > maxBreaks {
			return nil
		}
	}
}

// next is the first UID that can follow those read.
func (x *folderIndex) next() uint32 {
	if n := x.highest(); n > 0 && n+1 > n {
		return n + 1
	}
	return 1
}

// searched asks for what SEARCH finds and the index lacks, and drops from it what is no longer there.
func (c *completion) searched(ctx context.Context) error {
	found, err := c.try(ctx, func(conn *imapclient.Client) ([]uint32, error) { return conn.Search("ALL").Wait(ctx) })
	if err != nil || len(found) == 0 {
		return err
	}
	c.progressed()
	slices.Sort(found)
	found = slices.Compact(found)
	c.reconcile(found)
	missing := c.n.index.lacks(found)
	if c.breaks == 0 || len(missing) == 0 {
		return c.ask(ctx, c.portions(missing))
	}
	// Answers come in order: it is most likely the first one that breaks the connection.
	return c.ask(ctx, append([]portion{{uids: missing[:1]}}, c.portions(missing[1:])...))
}

// reconcile drops entries that a complete list of the folder's UIDs does not have.
func (c *completion) reconcile(all []uint32) {
	x := &c.n.index
	if len(all) < x.announced {
		return // it leaves some out, so it proves nothing
	}
	x.entries = slices.DeleteFunc(x.entries, func(e entry) bool {
		_, there := slices.BinarySearch(all, e.uid)
		return !there
	})
	x.paired.keep(all)
	c.unsure = false
}

// lacks are those UIDs that are not in the index.
func (x *folderIndex) lacks(uids []uint32) []uint32 {
	var missing []uint32
	for _, uid := range uids {
		if !x.has(uid) && !slices.ContainsFunc(x.unread, func(u unread) bool { return u.uid == uid }) {
			missing = append(missing, uid)
		}
	}
	return missing
}

func (x *folderIndex) has(uid uint32) bool {
	i, found := slices.BinarySearchFunc(x.entries, uid, func(e entry, uid uint32) int { return int(int64(e.uid) - int64(uid)) })
	return found && i >= 0 || x.paired.has(uid)
}

// try asks for UIDs, once more where the connection breaks; a refusal gives none.
func (c *completion) try(ctx context.Context, ask func(conn *imapclient.Client) ([]uint32, error)) ([]uint32, error) {
	for tries := 1; ; tries++ {
		c.questions++
		found, err := ask(c.n.conn)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err == nil {
			return found, nil
		}
		if again, fatal := c.x.again(ctx, c.side, err); fatal != nil {
			return nil, fatal
		} else if again {
			continue
		}
		if !connectionLost(err) {
			return nil, nil // there are other ways
		}
		c.breaks++
		if err := c.reopen(ctx); err != nil {
			return nil, err
		}
		if tries > 1 {
			return nil, nil
		}
	}
}

// progressed says that the host is well: it is one message that is the trouble.
func (c *completion) progressed() { c.x.run.hosts[c.side].progressed() }
