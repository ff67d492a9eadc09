package mailsync

import (
	"context"

	"mailferry/internal/imapclient"
	"mailferry/internal/imapsync"
)

// verifying is how many folders are looked at together at most.
const verifying = 16

// verifyAll looks at the destination for what each task says it has stored. Folders that
// are ready at the same time are looked at together.
func (r *run) verifyAll(ctx context.Context, copied *queue) error {
	for copied.wait(ctx) {
		var ready []*task
		for len(ready) < verifying {
			t := copied.take()
			if t == nil {
				break
			}
			if t.count(done) == 0 {
				r.report(t, 0)
				continue
			}
			ready = append(ready, t)
		}
		if len(ready) == 0 {
			continue
		}
		err := r.hosts[1].with(ctx, func(c *imapclient.Client) error {
			looks := make([]*look, len(ready))
			for i, t := range ready {
				looks[i] = startLook(c, t)
			}
			for _, l := range looks {
				lost, err := r.verify(ctx, c, l)
				if err != nil {
					return err
				}
				r.report(l.task, lost)
				ready = ready[1:]
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// look is a destination folder being looked at after the copy.
type look struct {
	task    *task
	open    *imapclient.Command[*imapclient.Mailbox]
	fetch   *imapclient.Command[imapclient.FetchData]
	present map[uint32]bool
	counts  map[key]int
}

// startLook sends the commands. Where the destination told the UIDs of what it stored they
// ask for these alone, else for headers as well.
func startLook(c *imapclient.Client, t *task) *look {
	l := &look{task: t, present: map[uint32]bool{}, counts: map[key]int{}}
	known := true
	for i := range t.items {
		known = known && (t.items[i].state != done || t.items[i].copied != 0)
	}
	options := imapclient.FetchOptions{Items: []string{"UID"}}
	if !known {
		options.Items = append(options.Items, identityFields)
	}
	options.Message = func(m *imapclient.Message) {
		if m.UID == 0 {
			return
		}
		if !l.present[m.UID] && len(m.Sections) > 0 {
			k, _ := identify(m.Sections[0].Data)
			l.counts[k]++
		}
		l.present[m.UID] = true
	}
	l.open = c.Examine(t.target.raw)
	l.fetch = c.Fetch(imapclient.From(max(t.base, 1)), options)
	return l
}

// verify gives the number of messages that were acknowledged and are not there.
func (r *run) verify(ctx context.Context, c *imapclient.Client, l *look) (lost int64, err error) {
	t := l.task
	box, openErr := l.open.Wait(ctx)
	_, fetchErr := l.fetch.Wait(ctx)
	if openErr == nil && fetchErr != nil && box.Exists > 0 {
		openErr = fetchErr
	}
	if connectionLost(openErr) || ctx.Err() != nil {
		return 0, openErr
	}
	if openErr != nil {
		r.folderError(t, "Host2 folder "+t.target.label()+": Could not select: "+answer(openErr))
		return 0, nil
	}
	if changed(box.UIDValidity, t.box.UIDValidity) || box.UIDValidity == 0 {
		return r.verifyByKey(ctx, c, t)
	}
	for i := range t.items {
		it := &t.items[i]
		switch {
		case it.state != done || it.copied != 0 && l.present[it.copied]:
		case it.copied == 0 && l.counts[it.key] > 0:
			l.counts[it.key]--
		default:
			r.missed(t, it, "acknowledged by the destination and not found there afterwards")
			lost++
		}
	}
	return lost, nil
}

// verifyByKey compares the whole folder, where UIDs do not last.
func (r *run) verifyByKey(ctx context.Context, c *imapclient.Client, t *task) (lost int64, err error) {
	index, err := startIndex(c, t.target.raw, false, 1, r.flags).wait(ctx)
	if err != nil {
		if !connectionLost(err) {
			r.folderError(t, "Host2 folder "+t.target.label()+": Could not select: "+answer(err))
			return 0, nil
		}
		return 0, err
	}
	counts := map[key]int{}
	for i := range index.entries {
		counts[index.entries[i].key]++
	}
	for k, n := range t.before {
		counts[k] -= n
	}
	for i := range t.items {
		it := &t.items[i]
		if it.state != done {
			continue
		}
		if counts[it.key]--; counts[it.key] < 0 {
			r.missed(t, it, "acknowledged by the destination and not found there afterwards")
			lost++
		}
	}
	return lost, nil
}

// report takes a task's result into the report of the run.
func (r *run) report(t *task, lost int64) {
	stored := t.count(done)
	failures, left := t.count(failed), t.count(pending)+t.count(sent)
	vanishedCount := t.count(gone)
	r.progress.folderDone()
	r.mu.Lock()
	defer r.mu.Unlock()
	missing := failures + left + lost
	r.result.found += t.found - vanishedCount
	r.result.lost += missing
	r.result.failed += failures
	r.result.foldersDone++
	r.result.placed += t.matched + stored - lost
	r.result.incomplete = r.result.incomplete || t.incomplete
	r.result.reports = append(r.result.reports, imapsync.FolderReport{
		Source: t.target.sourceNames(), Destination: t.target.display,
		SourceMessages: t.found - vanishedCount, DestinationMessages: t.matched + stored - lost, Missing: missing,
	})
}
