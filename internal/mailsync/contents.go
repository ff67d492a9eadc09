package mailsync

import (
	"context"
	"crypto/sha256"
	"hash"
	"io"
	"maps"

	"mailferry/internal/imapclient"
)

// settle resolves the doubts of a difference by comparing contents. It is rare: headers
// and sizes tell almost all messages apart.
func (x *indexer) settle(ctx context.Context, t *task, d *difference, entries []entry, origins []uint16, destination *folderIndex) error {
	for _, q := range d.doubts {
		ours, err := x.sourceHashes(ctx, t, q.source, entries, origins)
		if err != nil {
			return err
		}
		uids := map[uint32]int32{}
		for _, j := range q.destination {
			uids[destination.entries[j].uid] = j
		}
		theirs, err := x.hashes(ctx, 1, t.target.raw, uids)
		if err != nil {
			return err
		}
		d.settle(q, entries, destination.entries, ours, theirs)
	}
	d.doubts = nil
	return nil
}

func (x *indexer) sourceHashes(ctx context.Context, t *task, positions []int32, entries []entry, origins []uint16) (map[int32]*[32]byte, error) {
	all := map[int32]*[32]byte{}
	for source, f := range t.target.sources {
		uids := map[uint32]int32{}
		for _, i := range positions {
			if int(origins[i]) == source {
				uids[entries[i].uid] = i
			}
		}
		if len(uids) == 0 {
			continue
		}
		hashes, err := x.hashes(ctx, 0, f.raw, uids)
		if err != nil {
			return nil, err
		}
		maps.Copy(all, hashes)
	}
	return all, nil
}

// hashes fetches messages and gives the hash of each by its position. Messages that cannot
// be had have none.
func (x *indexer) hashes(ctx context.Context, side int, folder string, uids map[uint32]int32) (map[int32]*[32]byte, error) {
	list := make([]uint32, 0, len(uids))
	for uid := range uids {
		list = append(list, uid)
	}
	for attempt := 0; ; attempt++ {
		found := map[int32]*[32]byte{}
		c := x.conns[side]
		open := c.Examine(folder)
		var sum hash.Hash
		var lost error
		for _, set := range imapclient.UIDs(list...).Split(fetchSetBytes) {
			_, err := c.Fetch(set, imapclient.FetchOptions{
				Items: []string{"UID", "BODY.PEEK[]"},
				Literal: func(*imapclient.Message, string, int64) io.Writer {
					sum = sha256.New()
					return evenOut{sum}
				},
				Message: func(m *imapclient.Message) {
					if i, ok := uids[m.UID]; ok && sum != nil && m.Section(wholeMessage) != nil {
						found[i] = (*[32]byte)(sum.Sum(nil))
					}
					sum = nil
				},
			}).Wait(ctx)
			if ctx.Err() != nil {
				_ = c.Close()
				<-c.Done()
				return nil, context.Cause(ctx)
			}
			if connectionLost(err) {
				lost = err
				break
			}
		}
		if lost == nil {
			if _, refused := open.Wait(ctx); refused != nil {
				clear(found) // what came was of another folder
			}
			return found, nil
		}
		if attempt == maxCuts {
			return map[int32]*[32]byte{}, x.reconnect(ctx)
		}
		if err := x.reconnect(ctx); err != nil {
			return nil, err
		}
	}
}

// evenOut leaves out the bytes that servers change in storing a message: carriage returns,
// and NUL, which Dovecot turns into 0x80.
type evenOut struct{ w io.Writer }

func (e evenOut) Write(p []byte) (int, error) {
	kept := make([]byte, 0, len(p))
	for _, c := range p {
		if c != '\r' && c != 0 && c != 0x80 {
			kept = append(kept, c)
		}
	}
	if _, err := e.w.Write(kept); err != nil {
		return 0, err
	}
	return len(p), nil
}
