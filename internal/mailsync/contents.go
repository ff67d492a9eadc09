package mailsync

import (
	"context"
	"io"
	"maps"
	"slices"

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

// maxContentBreaks is how often a connection may break while contents are compared.
const maxContentBreaks = 20

// contents fetches messages and gives what is in each by its position. Messages that cannot
// be had have none: after a connection broke they are asked for one by one, so that one that
// breaks it keeps no other from being compared.
func (x *indexer) contents(ctx context.Context, side int, folder string, uids map[uint32]int32) (compare.Contents, error) {
	found := compare.Contents{}
	rest := slices.Sorted(maps.Keys(uids))
	single := false
	for breaks := 0; len(rest) > 0 && breaks <= maxContentBreaks; {
		c := x.conns[side]
		open := c.Examine(folder)
		sets := imapclient.UIDs(rest...).Split(fetchSetBytes)
		if single {
			sets = sets[:0]
			for _, uid := range rest {
				sets = append(sets, imapclient.UIDs(uid))
			}
		}
		some, asked, err := x.contentsOf(ctx, c, sets, uids)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		right := false
		select {
		case <-open.Done():
			_, refused := open.Wait(ctx)
			if right = refused == nil; !right {
				err = refused // what came was of another folder
			}
		default:
		}
		if right {
			maps.Copy(found, some)
		}
		var again bool
		var end error
		switch {
		case err == nil:
			return found, nil
		case connectionLost(err):
			breaks++
			if right && single {
				x.run.hosts[side].progressed() // it was the message
			}
			end = x.reconnect(ctx)
		default:
			again, end = x.run.hosts[side].passing(ctx, err)
		}
		if end != nil {
			return nil, end
		}
		if !again && !right && !connectionLost(err) {
			return found, nil // the folder cannot be opened
		}
		// What is asked for alone and does not come is left out.
		refused := single && right && !again && asked < len(sets)
		single = single || !again
		rest = slices.DeleteFunc(rest, func(uid uint32) bool {
			_, there := found[uids[uid]]
			return there || refused && sets[asked].Contains(uid)
		})
	}
	return found, nil
}

// contentsOf fetches sets of messages one after the other. Where that ends early, asked is the position of the set over which
// it did, and err why.
func (x *indexer) contentsOf(ctx context.Context, c *imapclient.Client, sets []imapclient.Set, uids map[uint32]int32) (found compare.Contents, asked int, err error) {
	found = compare.Contents{}
	var sum *compare.Digest
	for asked = range sets {
		_, err = c.Fetch(sets[asked], imapclient.FetchOptions{
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
		}
		if ctx.Err() != nil || connectionLost(err) {
			<-c.Done()
		}
		if err != nil {
			return found, asked, err
		}
	}
	return found, len(sets), nil
}
