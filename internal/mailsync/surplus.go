package mailsync

import (
	"context"

	"mailferry/internal/imapclient"
)

// countLate counts the messages that came to the destination during the run and are doubles of what the run has stored: a run
// that was killed before may have had them under way, and a server goes on storing what it has read. A look that asked for UIDs
// alone knows that there are others than the run's own, and their headers are asked for then, and only then.
func (r *run) countLate(ctx context.Context, l *look) error {
	t := l.task
	counts := l.counts
	if l.uidsOnly {
		others := t.others(l.present)
		if len(others) == 0 {
			return nil
		}
		counts = map[key]int{}
		for _, set := range imapclient.UIDs(others...).Split(fetchSetBytes) {
			_, err := l.conn.Fetch(set, imapclient.FetchOptions{
				Items: []string{"UID", identityFields},
				Message: func(m *imapclient.Message) {
					if m.UID != 0 && len(m.Sections) > 0 {
						k, _ := identify(m.Sections[0].Data)
						counts[k]++
					}
				},
			}).Wait(ctx)
			if connectionLost(err) || ctx.Err() != nil {
				return err
			}
		}
	} else {
		for i := range t.items {
			if it := &t.items[i]; it.state == done && it.copied != 0 {
				counts[it.key]--
			}
		}
	}
	t.surplus += moreThanCopied(t, counts)
	return nil
}

// others are the UIDs at the destination from t.base on that are not those of the run's messages.
func (t *task) others(present map[uint32]bool) (uids []uint32) {
	own := make(map[uint32]bool, len(t.items))
	for i := range t.items {
		own[t.items[i].copied] = true
	}
	for uid := range present {
		if uid >= t.base && !own[uid] {
			uids = append(uids, uid)
		}
	}
	return uids
}

// moreThanCopied counts what is left of some messages by key that has the key of one that was copied.
func moreThanCopied(t *task, counts map[key]int) (n int64) {
	for i := range t.items {
		it := &t.items[i]
		if it.state == done && counts[it.key] > 0 {
			n += int64(counts[it.key])
			counts[it.key] = 0
		}
	}
	return n
}

// tellSurplus says what the destination has more of than the source, so that no double goes unnoticed, and gives the number.
func (r *run) tellSurplus(t *task) int64 {
	if t.surplus > 0 {
		r.out.linef("Host2: folder %s has %d messages more than host1 under the same Message-IDs or headers: there twice, or another version. Nothing is deleted.",
			t.target.label(), t.surplus)
	}
	return t.surplus
}
