package mailsync

import (
	"context"
	"slices"

	"mailferry/internal/imapclient"
	"mailferry/internal/imapsync"
)

// maxAbsent is how many messages are looked for in other folders at most.
const maxAbsent = 1000

// reasonGone is why a message counts as missing that was stored and is not in its folder any more.
const reasonGone = "acknowledged by the destination and not found there afterwards"

// absent is a message that was stored and is not in its folder any more.
type absent struct {
	target *target
	folder string // of the source, for people
	uid    uint32
	key    key
}

// noteAbsent remembers one for findMoved.
func (r *run) noteAbsent(t *task, it *item) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.result.absent) <= maxAbsent {
		r.result.absent = append(r.result.absent, absent{t.target, t.target.sources[it.source].display, it.uid, it.key})
	}
}

// findMoved looks for messages that were stored and are not in their folders any more in all others: people go on working
// with their mail while it arrives, and what they have filed elsewhere is not lost. A message was moved if the destination
// has as many of its kind altogether as the source.
func (r *run) findMoved(ctx context.Context) error {
	if n := len(r.result.absent); n == 0 || n > maxAbsent {
		return nil
	}
	var counts [2]map[key]int
	for side, names := range [2][]string{r.sourceFolders(), r.destinationFolders()} {
		err := r.hosts[side].with(ctx, func(c *imapclient.Client) (err error) {
			counts[side], err = r.countAbsent(ctx, c, names)
			return err
		})
		if err != nil {
			return err
		}
	}
	moved := map[*target]int64{}
	for _, a := range r.result.absent {
		if here := counts[0][a.key]; here > 0 && counts[1][a.key] >= here {
			moved[a.target]++
			r.found(a)
		}
	}
	for t, n := range moved {
		r.out.linef("Host2 folder %s: %d messages that were stored there are in other folders now, where somebody has moved them; they count as arrived", t.label(), n)
	}
	return nil
}

// found takes a message off what is missing.
func (r *run) found(a absent) {
	r.result.lost--
	r.result.placed++
	r.result.missing = slices.DeleteFunc(r.result.missing, func(m imapsync.MissingMessage) bool {
		return m.Folder == a.folder && m.UID == a.uid && m.Reason == reasonGone
	})
	for i := range r.result.reports {
		if f := &r.result.reports[i]; f.Source == a.target.sourceNames() && f.Destination == a.target.display {
			f.Missing--
		}
	}
}

// countAbsent counts the messages in some folders that share a key with an absent one.
func (r *run) countAbsent(ctx context.Context, c *imapclient.Client, names []string) (map[key]int, error) {
	wanted, counts := map[key]bool{}, map[key]int{}
	for _, a := range r.result.absent {
		wanted[a.key] = true
	}
	for _, name := range names {
		index, err := startIndex(c, name, examine, 1, r.flags).wait(ctx)
		if connectionLost(err) || ctx.Err() != nil {
			return nil, err
		}
		if err != nil {
			continue // what cannot be read has nothing to show
		}
		for i := range index.entries {
			if k := index.entries[i].key; wanted[k] {
				counts[k]++
			}
		}
	}
	return counts, nil
}

func (r *run) sourceFolders() (names []string) {
	for _, t := range r.plan.targets {
		for _, f := range t.sources {
			names = append(names, f.raw)
		}
	}
	return names
}

func (r *run) destinationFolders() (names []string) {
	for _, f := range r.destination.folders {
		if f.selectable {
			names = append(names, f.raw)
		}
	}
	for _, t := range r.plan.targets {
		if t.err == nil && !slices.Contains(names, t.raw) {
			names = append(names, t.raw)
		}
	}
	return names
}
