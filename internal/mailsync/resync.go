package mailsync

import (
	"context"
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
		more, less := flagChange(x.run.flags.flags(ours.flags), x.run.flags.flags(theirs.flags), destination.box)
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
	for attempt := 0; ; attempt++ {
		lost := x.store(ctx, t, func(send func(op imapclient.StoreOp, set imapclient.Set, flags []string)) {
			for _, c := range order {
				for _, set := range imapclient.UIDs(changes[c]...).Split(fetchSetBytes) {
					send(c.op, set, strings.Fields(c.flags))
				}
			}
		})
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if !lost || attempt == maxCuts {
			break
		}
		if err := x.reconnect(ctx); err != nil {
			return err
		}
	}
	x.run.out.linef("Host2: folder %s flags of %d messages brought in step with host1", t.target.label(), messages)
	return nil
}

// store sends the changes and judges the answers; lost says that the connection broke.
func (x *indexer) store(ctx context.Context, t *task, all func(send func(imapclient.StoreOp, imapclient.Set, []string))) (lost bool) {
	c := x.conns[1]
	open := c.Select(t.target.raw)
	type question struct {
		what   string
		answer *imapclient.Command[struct{}]
	}
	var questions []question
	all(func(op imapclient.StoreOp, set imapclient.Set, flags []string) {
		what := fmt.Sprintf("%s/%s could not change flags %s [%s]", t.target.raw, set, op, strings.Join(flags, " "))
		questions = append(questions, question{what, c.Store(set, op, flags)})
	})
	_, openErr := open.Wait(ctx)
	for _, q := range questions {
		_, err := q.answer.Wait(ctx)
		if connectionLost(err) || ctx.Err() != nil {
			return true
		}
		if err != nil && openErr == nil {
			line := fmt.Sprintf("Host2: flags msg %s: %s", q.what, answer(err))
			x.run.out.linef("%s", line)
			x.run.failures.add(classFlags, line)
		}
	}
	if openErr != nil {
		line := fmt.Sprintf("Host2: flags msg %s could not be changed: %s", t.target.raw, answer(openErr))
		x.run.out.linef("%s", line)
		x.run.failures.add(classFlags, line)
	}
	return false
}
