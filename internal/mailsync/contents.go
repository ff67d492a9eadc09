package mailsync

import (
	"context"
	"io"
	"maps"

	"mailferry/internal/imapclient"
	"mailferry/internal/mailsync/compare"
)

func (x *indexer) sourceContents(ctx context.Context, t *task, positions []int32, entries []entry, from origins) (compare.Contents, error) {
	all := compare.Contents{}
	for source, f := range t.target.sources {
		uids := map[uint32]int32{}
		for _, i := range positions {
			if int(from.of(i)) == source {
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
func (x *indexer) contents(ctx context.Context, side int, folder string, uids map[uint32]int32) (compare.Contents, error) {
	list := make([]uint32, 0, len(uids))
	for uid := range uids {
		list = append(list, uid)
	}
	for attempt := 0; ; attempt++ {
		found := compare.Contents{}
		c := x.conns[side]
		open := c.Examine(folder)
		var sum *compare.Digest
		var lost error
		for _, set := range imapclient.UIDs(list...).Split(fetchSetBytes) {
			_, err := c.Fetch(set, imapclient.FetchOptions{
				Items: []string{"UID", "BODY.PEEK[]"},
				Literal: func(*imapclient.Message, string, int64) io.Writer {
					sum = compare.NewDigest()
					return sum
				},
				Message: func(m *imapclient.Message) {
					if i, ok := uids[m.UID]; ok && sum != nil && m.Section(wholeMessage) != nil {
						found[i] = sum.Content()
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
			return compare.Contents{}, x.reconnect(ctx)
		}
		if err := x.reconnect(ctx); err != nil {
			return nil, err
		}
	}
}
