package mailsync

import (
	"context"
	"crypto/sha256"
	"hash"
	"io"
	"maps"

	"mailferry/internal/imapclient"
)

// content says what is in a message: in two hashes, since servers change what they store.
type content struct {
	// exact is of all bytes but carriage returns, and NUL, which Dovecot turns into 0x80.
	exact [sha256.Size]byte
	// gist is of the visible characters of ASCII but X, which Cyrus writes for others.
	gist [sha256.Size]byte
}

// settle resolves the doubts of a difference by comparing contents. It is rare: headers
// and sizes tell almost all messages apart.
func (x *indexer) settle(ctx context.Context, t *task, d *difference, entries []entry, origins []uint16, destination *folderIndex) error {
	if len(d.doubts) == 0 {
		return nil
	}
	var positions []int32
	uids := map[uint32]int32{}
	for _, q := range d.doubts {
		positions = append(positions, q.source...)
		for _, j := range q.destination {
			uids[destination.entries[j].uid] = j
		}
	}
	ours, err := x.sourceContents(ctx, t, positions, entries, origins)
	if err != nil {
		return err
	}
	theirs, err := x.contents(ctx, 1, t.target.raw, uids)
	if err != nil {
		return err
	}
	for _, q := range d.doubts {
		d.settle(q, entries, destination.entries, ours, theirs)
	}
	d.doubts = nil
	return nil
}

func (x *indexer) sourceContents(ctx context.Context, t *task, positions []int32, entries []entry, origins []uint16) (map[int32]*content, error) {
	all := map[int32]*content{}
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
		found, err := x.contents(ctx, 0, f.raw, uids)
		if err != nil {
			return nil, err
		}
		maps.Copy(all, found)
	}
	return all, nil
}

// contents fetches messages and gives what is in each by its position. Messages that cannot
// be had have none.
func (x *indexer) contents(ctx context.Context, side int, folder string, uids map[uint32]int32) (map[int32]*content, error) {
	list := make([]uint32, 0, len(uids))
	for uid := range uids {
		list = append(list, uid)
	}
	for attempt := 0; ; attempt++ {
		found := map[int32]*content{}
		c := x.conns[side]
		open := c.Examine(folder)
		var sum *digest
		var lost error
		for _, set := range imapclient.UIDs(list...).Split(fetchSetBytes) {
			_, err := c.Fetch(set, imapclient.FetchOptions{
				Items: []string{"UID", "BODY.PEEK[]"},
				Literal: func(*imapclient.Message, string, int64) io.Writer {
					sum = newDigest()
					return sum
				},
				Message: func(m *imapclient.Message) {
					if i, ok := uids[m.UID]; ok && sum != nil && m.Section(wholeMessage) != nil {
						found[i] = sum.content()
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
			return map[int32]*content{}, x.reconnect(ctx)
		}
		if err := x.reconnect(ctx); err != nil {
			return nil, err
		}
	}
}

// digest computes the content of a message from its bytes.
type digest struct{ exact, gist hash.Hash }

func newDigest() *digest { return &digest{sha256.New(), sha256.New()} }

func (d *digest) Write(p []byte) (int, error) {
	exact, gist := make([]byte, 0, len(p)), make([]byte, 0, len(p))
	for _, c := range p {
		if c != '\r' && c != 0 && c != 0x80 {
			exact = append(exact, c)
		}
		if c > ' ' && c < 0x7f && c != 'X' {
			gist = append(gist, c)
		}
	}
	if _, err := d.exact.Write(exact); err != nil {
		return 0, err
	}
	if _, err := d.gist.Write(gist); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (d *digest) content() *content {
	return &content{[sha256.Size]byte(d.exact.Sum(nil)), [sha256.Size]byte(d.gist.Sum(nil))}
}
