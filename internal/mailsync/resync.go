package mailsync

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"mailferry/internal/imapclient"
	"mailferry/internal/mailsync/compare"
)

// syncFlags brings the flags of messages that are at the destination already in step with
// the source: one STORE per distinct change.
func (x *indexer) syncFlags(ctx context.Context, t *task, pairs []compare.Pair, entries []entry, destination *folderIndex, considered func(int32) bool) error {
	type change struct {
		op    imapclient.StoreOp
		flags string
	}
	changes := map[change][]uint32{}
	var order []change
	add := func(op imapclient.StoreOp, flags []string, uid uint32) {
		if len(flags) == 0 {
			return
		}
		c := change{op, strings.Join(flags, " ")}
		if changes[c] == nil {
			order = append(order, c)
		}
		changes[c] = append(changes[c], uid)
	}
	for _, p := range pairs {
		ours, theirs := &entries[p.Source], &destination.entries[p.Destination]
		if p.Loose || ours.flags == theirs.flags || !considered(p.Source) {
			continue
		}
		more, less := x.run.flags.change(x.run.flags.flags(ours.flags), x.run.flags.flags(theirs.flags), destination.box)
		add(imapclient.StoreAdd, more, theirs.uid)
		add(imapclient.StoreRemove, less, theirs.uid)
	}
	if len(order) == 0 {
		return nil
	}
	var messages int
	for _, uids := range changes {
		messages += len(uids)
	}
	if x.run.settings.dry {
		x.run.out.linef("Host2: folder %s would get flags of %d messages changed \t(not really since --dry mode)", t.target.label(), messages)
		return nil
	}
	var todo []storing
	for _, c := range order {
		for _, set := range imapclient.UIDs(changes[c]...).Split(fetchSetBytes) {
			todo = append(todo, storing{op: c.op, flags: strings.Fields(c.flags), set: set})
		}
	}
	for cuts := 1; ; cuts++ {
		err := x.store(ctx, t.target, destination.box, todo)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err == nil:
			x.run.out.linef("Host2: folder %s flags of %d messages brought in step with host1", t.target.label(), messages)
			return nil
		case errors.Is(err, errNotStored):
			return nil
		case !connectionLost(err):
			return fatalOf(1, err)
		case cuts > maxCuts:
			x.flagsFailed("%s could not be changed: %s", t.target.label(), answer(err))
			return x.reconnect(ctx)
		}
		if err := x.reconnect(ctx); err != nil {
			return err
		}
	}
}

// storing is a change of flags of some messages.
type storing struct {
	op    imapclient.StoreOp
	flags []string
	set   imapclient.Set
}

// errNotStored says that no flags could be changed, which is in the log.
var errNotStored = errors.New("flags could not be changed")

// store makes the changes in a folder that was read before as box. It is opened before the first of them is sent: some servers
// stay in the folder before where one is refused. The error is that of the connection or of the run, or errNotStored.
func (x *indexer) store(ctx context.Context, t *target, box *imapclient.Mailbox, todo []storing) error {
	c, h := x.conns[1], x.run.hosts[1]
	opening := ask(func() *imapclient.Command[*imapclient.Mailbox] { return c.Select(t.raw) })
	opening.send()
	if ok, err := h.answered(ctx, opening); err != nil {
		return err
	} else if !ok {
		x.flagsFailed("%s could not be changed: %s", t.label(), answer(opening.err))
		return errNotStored
	}
	if changed(opening.result.UIDValidity, box.UIDValidity) {
		x.run.out.linef("Host2: folder %s has another UIDVALIDITY than a moment ago, flags are left to the next run", t.label())
		return errNotStored
	}
	questions := make([]*question[struct{}], len(todo))
	for i, s := range todo {
		questions[i] = ask(func() *imapclient.Command[struct{}] { return c.Store(s.set, s.op, s.flags) })
		questions[i].send()
	}
	for i, q := range questions {
		ok, err := h.answered(ctx, q)
		if err != nil {
			return err
		}
		if !ok {
			if err := x.storeApart(ctx, c, t, todo[i], q.err); err != nil {
				return err
			}
		}
	}
	return nil
}

// storeApart deals with a refused change: each flag alone, since it is mostly one that a server does not take.
func (x *indexer) storeApart(ctx context.Context, c *imapclient.Client, t *target, s storing, refusal error) error {
	if len(s.flags) == 1 {
		x.flagRefused(t, s, refusal)
		return nil
	}
	for _, flag := range s.flags {
		one := storing{op: s.op, flags: []string{flag}, set: s.set}
		q := ask(func() *imapclient.Command[struct{}] { return c.Store(one.set, one.op, one.flags) })
		q.send()
		if ok, err := x.run.hosts[1].answered(ctx, q); err != nil {
			return err
		} else if !ok {
			x.flagRefused(t, one, q.err)
		}
	}
	return nil
}

// flagRefused notes that a flag could not be changed: a failure where a reader would miss it.
func (x *indexer) flagRefused(t *target, s storing, refusal error) {
	flag := s.flags[0]
	if essential(flag) {
		x.flagsFailed("%s/%s could not change flags %s [%s]: %s", t.label(), s.set, s.op, flag, answer(refusal))
		return
	}
	if x.run.flags.refuse(flag) {
		x.run.out.linef("Host2: refuses the flag %s (%s), going on without it", flag, answer(refusal))
	}
}

func (x *indexer) flagsFailed(format string, args ...any) {
	line := fmt.Sprintf("Host2: flags msg "+format, args...)
	x.run.out.linef("%s", line)
	x.run.failures.add(classFlags, line)
}
