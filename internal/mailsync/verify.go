package mailsync

import (
	"cmp"
	"context"
	"errors"

	"mailferry/internal/imapclient"
	"mailferry/internal/imapsync"
	"mailferry/internal/mailsync/compare"
)

// verifying is how many folders at most are looked at together.
const verifying = 16

// verifier looks at the destination for what each task says it has stored.
type verifier struct {
	run *run
	// conn is for folders that the lane itself did not look at, nil while there is none.
	conn *imapclient.Client
	// looks are under way, in the order in which they are judged.
	looks []*look
}

// verifyAll verifies tasks as they come until there are no more.
func (r *run) verifyAll(ctx context.Context, copied *queue) error {
	v := &verifier{run: r}
	defer v.release()
	for {
		changed := copied.changes()
		if err := v.take(ctx, copied); err != nil {
			return err
		}
		if len(v.looks) == 0 {
			v.release()
			if !copied.wait(ctx) {
				return nil
			}
			continue
		}
		select {
		case <-v.looks[0].fetch.Done():
			if err := v.judge(ctx); err != nil {
				return err
			}
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// take begins to look at the tasks that are ready.
func (v *verifier) take(ctx context.Context, copied *queue) error {
	for len(v.looks) < verifying {
		t := copied.take()
		if t == nil {
			return nil
		}
		switch {
		case t.count(pending)+t.count(sent) > 0:
			// Its lane broke off, and the run is about to end, see leave.
			continue
		case t.count(done) == 0:
			if err := v.run.proceed(t, 0); err != nil {
				return err
			}
			continue
		case t.look == nil || t.look.uidsOnly && !t.told():
			// The lane looked before it knew what would be told.
			if err := v.connect(ctx); err != nil {
				return err
			}
			t.look = startLook(v.conn, t, t.told())
		}
		v.looks = append(v.looks, t.look)
	}
	return nil
}

// connect sees to it that there is a connection.
func (v *verifier) connect(ctx context.Context) (err error) {
	h := v.run.hosts[1]
	switch {
	case v.conn == nil:
		v.conn, err = h.acquire(ctx)
	case v.conn.Err() != nil:
		if v.conn, err = h.replace(ctx, v.conn); err != nil {
			h.forget()
		}
	}
	return err
}

func (v *verifier) release() {
	v.run.hosts[1].release(v.conn)
	v.conn = nil
}

// judge concludes the first look. Those that a broken connection took with it begin anew.
func (v *verifier) judge(ctx context.Context) error {
	l := v.looks[0]
	lost, err := v.verify(ctx, l)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err == nil:
		v.looks = v.looks[1:]
		return v.run.proceed(l.task, lost)
	case errors.Is(err, errLookAgain):
		if err := v.connect(ctx); err != nil {
			return err
		}
		v.looks[0] = startLook(v.conn, l.task, l.task.told())
		v.looks[0].last, v.looks[0].cuts = true, l.cuts
		return nil
	case !connectionLost(err) || isFatal(err):
		return fatalOf(1, err)
	}
	l.cuts++
	if err := v.connect(ctx); err != nil {
		return err
	}
	for i, l := range v.looks {
		if l.conn.Err() != nil {
			v.looks[i] = startLook(v.conn, l.task, l.task.told())
			v.looks[i].last, v.looks[i].cuts = l.last, l.cuts
		}
	}
	return nil
}

// look is a destination folder being looked at after the copy.
type look struct {
	task    *task
	conn    *imapclient.Client
	open    *imapclient.Command[*imapclient.Mailbox]
	fetch   *imapclient.Command[imapclient.FetchData]
	present map[uint32]bool
	counts  map[key]int
	// renamed counts, by what they are like, messages that may have got a Message-ID in being stored.
	renamed map[key]int
	// uidsOnly says that headers were not asked for, so that counts are empty.
	uidsOnly bool
	// last says that what this one does not find is missing.
	last bool
	// cuts counts how often the connection broke over it.
	cuts int
}

// errLookAgain says that not all was found at the first look. A server may take a while to
// show what it has stored, and to do so it may not even wait for the command before.
var errLookAgain = errors.New("not all was found at the first look")

// told says whether the destination told the UIDs of all messages that it stored.
func (t *task) told() bool {
	for i := range t.items {
		if t.items[i].state == done && t.items[i].copied == 0 {
			return false
		}
	}
	return true
}

// startLook sends the commands. Where the destination tells the UIDs of what it stores they
// ask for these alone, else for headers as well.
func startLook(c *imapclient.Client, t *task, told bool) *look {
	l := &look{task: t, conn: c, present: map[uint32]bool{}, counts: map[key]int{}, renamed: map[key]int{}, uidsOnly: told}
	options := imapclient.FetchOptions{Items: []string{"UID"}}
	if !told {
		options.Items = append(options.Items, identityFields)
	}
	options.Message = func(m *imapclient.Message) {
		if m.UID == 0 {
			return
		}
		if !l.present[m.UID] && len(m.Sections) > 0 {
			id := compare.Identify(m.Sections[0].Data)
			l.counts[id.Key]++
			l.renamed[id.Like]++
		}
		l.present[m.UID] = true
	}
	l.open = c.Examine(t.target.raw)
	l.fetch = c.Fetch(imapclient.From(max(t.base, 1)), options)
	return l
}

// verify gives the number of messages that were acknowledged and are not there.
func (v *verifier) verify(ctx context.Context, l *look) (lost int64, err error) {
	r, t := v.run, l.task
	box, openErr := l.open.Wait(ctx)
	_, fetchErr := l.fetch.Wait(ctx)
	for _, err := range []error{openErr, fetchErr} {
		if connectionLost(err) && l.cuts < maxCuts-1 || ctx.Err() != nil {
			return 0, err
		}
		if again, fatal := r.hosts[1].passing(ctx, err); !connectionLost(err) && (again || fatal != nil) {
			return 0, cmp.Or(fatal, errLookAgain)
		}
	}
	if openErr != nil && !connectionLost(openErr) {
		r.folderError(t, "Host2 folder "+t.target.label()+": Could not select: "+answer(openErr))
		return 0, nil
	}
	if openErr != nil || fetchErr != nil || changed(box.UIDValidity, t.box.UIDValidity) || box.UIDValidity == 0 {
		return v.closely(ctx, l)
	}
	for uid := range l.present {
		t.seen = max(t.seen, uid)
	}
	var missing int
	for i := range t.items {
		it := &t.items[i]
		switch {
		case it.state != done || it.copied != 0 && l.present[it.copied]:
		case it.copied == 0 && l.counts[it.key] > 0:
			l.counts[it.key]--
			l.renamed[it.like]--
		case it.copied == 0 && !it.strong && l.renamed[it.like] > 0:
			l.renamed[it.like]--
		default:
			missing++
		}
	}
	switch {
	case missing > 0 && l.last:
		if lost, err = v.closely(ctx, l); err != nil {
			return 0, err
		}
	case missing > 0:
		return 0, errLookAgain
	}
	if err := r.countLate(ctx, l); err != nil {
		return 0, err
	}
	return lost, nil
}

// closely reads the whole folder, in every way there is, where a look did not find everything: what a host leaves out
// of an answer may be there all the same.
func (v *verifier) closely(ctx context.Context, l *look) (lost int64, err error) {
	r, t := v.run, l.task
	if err := v.connect(ctx); err != nil {
		return 0, err
	}
	x := &indexer{run: r, conns: [2]*imapclient.Client{nil, v.conn}}
	index, err := x.whole(ctx, 1, startIndex(v.conn, t.target.raw, examine, 1, r.flags))
	v.conn = x.conns[1]
	switch {
	case ctx.Err() != nil || isFatal(err):
		return 0, err
	case connectionLost(err) && l.cuts < maxCuts:
		return 0, err
	case err != nil:
		r.folderError(t, "Host2 folder "+t.target.label()+": Could not select: "+answer(err))
		return 0, nil
	}
	reason := reasonGone
	if r.shortfall(t, 1, t.target.label(), index); !index.complete() {
		reason = "acknowledged by the destination, which does not show all messages of the folder: it may be there or not"
	}
	t.seen = max(t.seen, index.highest())
	missing := t.missingIn(index)
	for _, it := range missing {
		r.missed(t, it, reason)
		if index.complete() {
			r.noteAbsent(t, it)
		}
	}
	return int64(len(missing)), nil
}

// missingIn are the items stored that an index of the whole folder does not have.
func (t *task) missingIn(index *folderIndex) (missing []*item) {
	replaced := changed(index.box.UIDValidity, t.box.UIDValidity) || index.box.UIDValidity == 0
	counts, renamed := map[key]int{}, map[key]int{}
	for i := range index.entries {
		if e := &index.entries[i]; replaced || e.uid >= t.base {
			counts[e.key]++
			renamed[e.like]++
		}
	}
	if replaced {
		// UIDs mean nothing any more: go by keys alone.
		for k, n := range t.before {
			counts[k] -= n
		}
	}
	for i := range t.items {
		it := &t.items[i]
		switch {
		case it.state != done || !replaced && it.copied != 0 && index.has(it.copied):
		case (replaced || it.copied == 0) && counts[it.key] > 0:
			counts[it.key]--
			renamed[it.like]--
		case it.copied == 0 && !it.strong && renamed[it.like] > 0:
			renamed[it.like]--
		default:
			missing = append(missing, it)
		}
	}
	if replaced {
		t.surplus += moreThanCopied(t, counts)
	}
	return missing
}

// isFatal says whether an error ends the run.
func isFatal(err error) bool {
	_, is := errors.AsType[*fatal](err)
	_, put := errors.AsType[*pauseError](err)
	return is || put
}

// report takes a task's result into the report of the run.
func (r *run) report(t *task, lost int64) {
	stored := t.past.stored + t.count(done) + t.count(there)
	failures, left := t.past.failed+t.count(failed), t.count(pending)+t.count(sent)+int64(t.rest.size())
	vanishedCount := t.past.gone + t.count(gone)
	lost += t.past.lost
	r.keepWatching(t)
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.result.open, t)
	if left == 0 {
		r.progress.folderDone()
		r.result.foldersDone++
	}
	missing := failures + left + lost + t.unread
	found := t.found - vanishedCount + t.unread
	r.result.found += found
	r.result.lost += missing
	r.result.surplus += t.surplus
	r.result.failed += failures + t.unread
	r.result.placed += t.matched + stored - lost
	r.result.incomplete = r.result.incomplete || t.incomplete
	r.result.reports = append(r.result.reports, imapsync.FolderReport{
		Source: t.target.sourceNames(), Destination: t.target.display,
		SourceMessages: found, DestinationMessages: t.matched + stored - lost, Missing: missing,
		Surplus: r.tellSurplus(t),
	})
}
