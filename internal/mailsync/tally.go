package mailsync

import (
	"context"
	"fmt"
	"maps"
	"mime"
	"slices"
	"strconv"
	"strings"
	"time"

	"mailferry/internal/imapclient"
	"mailferry/internal/imapsync"
)

// sourceNames is what the source folders of a target are called.
func (t *target) sourceNames() string {
	names := make([]string, len(t.sources))
	for i, f := range t.sources {
		names[i] = f.display
	}
	return strings.Join(names, " + ")
}

// announce prints what the indexes of a folder say.
func (r *run) announce(t *task, number, source, destination int) {
	for _, f := range t.target.sources {
		r.out.linef("Folder %5d/%d %-35s -> %-35s", number, len(r.plan.targets), f.label(), t.target.label())
	}
	name := t.target.sources[0].raw
	r.out.linef("Host1: folder [%s] has %d messages in total (mentioned by SELECT)", name, source)
	r.out.linef("Host1: folder [%s] considering %d messages", name, t.found)
	r.out.linef("Host2: folder [%s] has %d messages in total (mentioned by SELECT), %d of them from host1", t.target.raw, destination, t.matched)
}

// copied notes and prints a message stored.
func (r *run) copied(t *task, it *item) {
	figures := r.progress.copy(it.size(), it.literal)
	uid := "?"
	if it.copied != 0 {
		uid = strconv.FormatUint(uint64(it.copied), 10)
	}
	r.out.linef("msg %s/%-19s copied to %s/%-10s %s", t.target.sources[it.source].raw,
		fmt.Sprintf("%d {%d}", it.uid, it.literal), t.target.raw, uid, figures)
}

// rehearse prints what a dry run would copy.
func (r *run) rehearse(t *task) error {
	for part := t; part != nil; {
		for i := range part.items {
			it := &part.items[i]
			r.out.linef("msg %s/%d copying to %s \t(not really since --dry mode)", t.target.sources[it.source].raw, it.uid, t.target.raw)
			r.progress.fail(it.size())
		}
		r.mu.Lock()
		r.result.couldCopy += int64(len(part.items))
		r.mu.Unlock()
		var err error
		if part, err = r.next(part, 0); err != nil {
			return err
		}
	}
	r.progress.folderDone()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.result.found += t.found + t.unread
	r.result.foldersDone++
	r.result.incomplete = r.result.incomplete || t.incomplete
	return nil
}

// vanished notes a message that was deleted on the source during the run.
func (r *run) vanished(t *task, it *item) {
	t.mark(it, gone)
	r.progress.fail(it.size())
	r.out.linef("msg %s/%d is no longer on host1, skipping it", t.target.sources[it.source].raw, it.uid)
}

// failItem gives a message up and names it in the log and in the report.
func (r *run) failItem(t *task, it *item, c class, b *body, reason string) {
	folder, size := t.target.sources[it.source].raw, it.size()
	subject := ""
	if b != nil {
		size = b.size
		subject = headerField(b.head(64<<10), "Subject")
	}
	flags := strings.Join(r.flags.flags(it.flags), " ")
	line := fmt.Sprintf("- msg %s/%d {%d} could not append ( Subject:[%s], Date:[%q], Size:[%d], Flags:[%s] ) to folder %s: %s",
		folder, it.uid, size, subject, it.arrival(), size, flags, t.target.raw, reason)
	if c == classFetch || c == classSelect || c == classOther {
		line = fmt.Sprintf("- msg %s/%d {%d} S[%d] F[%s] I[%s] could not be fetched: %s", folder, it.uid, size, size, flags, it.arrival(), reason)
	}
	r.out.linef("%s", line)
	r.failures.add(c, line)
	r.name(t, it, subject, reason)
}

// missed notes a message that is not at the destination, without a line of its own now.
func (r *run) missed(t *task, it *item, reason string) { r.name(t, it, "", reason) }

// name gives a message up and puts it on the list of missing ones.
func (r *run) name(t *task, it *item, subject, reason string) {
	if it.state != done {
		r.progress.fail(it.size())
		t.mark(it, failed)
	}
	r.list(t, it, subject, reason)
}

// giveUp takes all of a task, and what would come after it, for missing, and the result into the report.
func (r *run) giveUp(t *task, reason string) error {
	for part := t; ; {
		for i := range part.items {
			r.missed(part, &part.items[i], reason)
		}
		n, err := r.next(part, 0)
		if err != nil {
			return err
		}
		if n == nil {
			r.report(part, 0)
			return nil
		}
		part = n
	}
}

// begin queues a task for the workers.
func (r *run) begin(t *task) {
	r.mu.Lock()
	if r.result.open == nil {
		r.result.open = map[*task]struct{}{}
	}
	r.result.open[t] = struct{}{}
	r.mu.Unlock()
	r.tasks.push(t)
}

// leave accounts for what a run that ends early has begun and not ended. All its stages
// are over.
func (r *run) leave() {
	tasks := slices.SortedFunc(maps.Keys(r.result.open), func(a, b *task) int { return strings.Compare(a.target.raw, b.target.raw) })
	for _, t := range tasks {
		for i := range t.items {
			if it := &t.items[i]; it.state == pending || it.state == sent {
				r.list(t, it, "", "the run ended before it was copied")
			}
		}
		r.report(t, 0)
	}
}

// list puts a message on the list of missing ones, if there is room.
func (r *run) list(t *task, it *item, subject, reason string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.result.missing) >= imapsync.MaxMissing {
		return
	}
	f := t.target.sources[it.source]
	if subject == "" && it.size() > 0 {
		if r.result.unread == nil {
			r.result.unread = map[string]map[uint32]int{}
		}
		if r.result.unread[f.raw] == nil {
			r.result.unread[f.raw] = map[uint32]int{}
		}
		r.result.unread[f.raw][it.uid] = len(r.result.missing)
	}
	r.result.missing = append(r.result.missing, imapsync.MissingMessage{
		Folder: f.display, UID: it.uid, Date: it.arrival(), Subject: decodeSubject(subject), Size: it.size(), Reason: reason,
	})
}

// decodeSubject makes a subject readable (RFC 2047), where that is possible.
func decodeSubject(subject string) string {
	var words mime.WordDecoder
	if decoded, err := words.DecodeHeader(subject); err == nil {
		return decoded
	}
	return subject
}

// readSubjects asks the source for the subjects of missing messages that were never
// fetched, so that a person can tell which they are.
func (r *run) readSubjects(ctx context.Context) error {
	for folder, uids := range r.result.unread {
		list := slices.Collect(maps.Keys(uids))
		breaks := 0
		err := r.hosts[0].with(ctx, func(c *imapclient.Client) error {
			open := c.Examine(folder)
			for _, set := range imapclient.UIDs(list...).Split(fetchSetBytes) {
				_, err := c.Fetch(set, imapclient.FetchOptions{
					Items: []string{"UID", "BODY.PEEK[HEADER.FIELDS (SUBJECT)]"},
					Message: func(m *imapclient.Message) {
						if i, ok := uids[m.UID]; ok && len(m.Sections) > 0 {
							r.result.missing[i].Subject = decodeSubject(headerField(m.Sections[0].Data, "Subject"))
						}
					},
				}).Wait(ctx)
				if connectionLost(err) && ctx.Err() == nil {
					// What breaks a connection may do so as well when it is asked for its subject.
					if breaks++; breaks > 1 {
						return nil
					}
				}
				if connectionLost(err) || ctx.Err() != nil {
					return err
				}
			}
			// A folder that cannot be opened any more leaves its subjects unknown.
			if _, err := open.Wait(ctx); connectionLost(err) {
				return err
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// arrival is the arrival date, empty if there is none.
func (e *entry) arrival() string {
	if e.date() == noDate {
		return ""
	}
	return imapclient.FormatInternalDate(time.Unix(e.date(), 0).UTC())
}

// folderError notes that a whole folder could not be read.
func (r *run) folderError(t *task, line string) {
	t.incomplete = true
	r.out.linef("%s", line)
	r.failures.add(classSelect, line)
}
