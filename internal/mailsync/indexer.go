package mailsync

import (
	"context"
	"errors"
	"slices"
	"time"

	"mailferry/internal/imapclient"
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
