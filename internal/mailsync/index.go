package mailsync

import (
	"context"
	"math"
	"sort"

	"mailferry/internal/imapclient"
	"mailferry/internal/mailsync/compare"
)

// entry is what is known of one message of a folder, small since a mailbox may have
// hundreds of thousands.
type entry struct {
	key    key
	like   key   // see compare.Identity
	size   int64 // RFC822.SIZE, which some servers get wrong
	date   int64 // INTERNALDATE in seconds since 1970, or noDate
	uid    uint32
	flags  uint32 // see flagTable
	strong bool   // key comes from a Message-ID
}

// Message is what compare needs to know.
func (e entry) Message() compare.Message {
	return compare.Message{
		Identity: compare.Identity{Key: e.key, Like: e.like, Strong: e.strong}, Size: e.size, Date: e.date, Flags: e.flags,
	}
}

// noDate stands for a date that is absent or means nothing.
const noDate = compare.NoDate

// folderIndex is a folder opened and read.
type folderIndex struct {
	box     *imapclient.Mailbox
	entries []entry // by ascending UID
	// labels are Gmail's message ids by UID, nil for other servers.
	labels map[uint32]uint64
}

// highest is the highest UID in the index.
func (x *folderIndex) highest() uint32 {
	if n := len(x.entries); n > 0 {
		return x.entries[n-1].uid
	}
	return 0
}

// indexing is an index under way: a folder is opened and its messages are fetched with
// commands sent one right after the other.
type indexing struct {
	index  folderIndex
	flags  *flagTable
	open   *imapclient.Command[*imapclient.Mailbox]
	fetch  *imapclient.Command[imapclient.FetchData]
	how    opening
	gather bool
}

// opening is how a folder is opened to be read.
type opening int

const (
	examine opening = iota
	// examineModSeq also asks for mod-sequences, where the server has them.
	examineModSeq
	// write opens it for writing, so that the server says which flags it keeps.
	write
)

// startIndex sends the commands. A non-zero from starts at that UID.
func startIndex(c *imapclient.Client, folder string, how opening, from uint32, flags *flagTable) *indexing {
	x := &indexing{flags: flags, how: how}
	switch how {
	case write:
		x.open = c.Select(folder)
	case examineModSeq:
		x.open = c.ExamineModSeq(folder)
	case examine:
		x.open = c.Examine(folder)
	}
	items := []string{"UID", "FLAGS", "INTERNALDATE", "RFC822.SIZE"}
	if x.gather = how != write && c.Caps().Has("X-GM-EXT-1"); x.gather {
		items = append(items, "X-GM-MSGID")
	}
	// The command goes out before the folder is known to be open. If it is not, the server
	// refuses this one as well, and what it may send of another folder is not used.
	x.fetch = c.Fetch(imapclient.From(max(from, 1)), imapclient.FetchOptions{
		Items: append(items, identityFields), Message: x.take,
	})
	return x
}

// take adds a message, on the connection's reader.
func (x *indexing) take(m *imapclient.Message) {
	if m.UID == 0 || m.Size < 0 && len(m.Sections) == 0 {
		// Something the server told on its own account, as a change of flags.
		return
	}
	e := entry{uid: m.UID, size: max(m.Size, 0), date: noDate, flags: x.flags.id(m.Flags)}
	if t, ok := m.Time(); ok {
		e.date = t.Unix()
	}
	var header []byte
	if len(m.Sections) > 0 {
		header = m.Sections[0].Data
	}
	id := compare.Identify(header)
	e.key, e.like, e.strong = id.Key, id.Like, id.Strong
	x.index.entries = append(x.index.entries, e)
	if x.gather {
		if id, ok := parseUint(m.Items["X-GM-MSGID"].Text); ok {
			if x.index.labels == nil {
				x.index.labels = map[uint32]uint64{}
			}
			x.index.labels[m.UID] = id
		}
	}
}

func parseUint(s string) (n uint64, ok bool) {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' || n > (math.MaxUint64-9)/10 {
			return 0, false
		}
		n = n*10 + uint64(s[i]-'0')
	}
	return n, s != ""
}

// wait gives the index. An error of the server's is a *imapclient.ResponseError.
func (x *indexing) wait(ctx context.Context) (*folderIndex, error) {
	box, openErr := x.open.Wait(ctx)
	_, fetchErr := x.fetch.Wait(ctx)
	if openErr != nil {
		return nil, openErr
	}
	x.index.box = box
	if fetchErr != nil && (box.Exists > 0 || connectionLost(fetchErr) || ctx.Err() != nil) {
		// Some servers call "1:*" of an empty folder an error.
		return nil, fetchErr
	}
	x.index.tidy()
	return &x.index, nil
}

// tidy sorts by UID and keeps one entry per message, since a server may tell of a message
// more than once.
func (x *folderIndex) tidy() {
	sorted := sort.SliceIsSorted(x.entries, func(i, j int) bool { return x.entries[i].uid < x.entries[j].uid })
	if !sorted {
		sort.SliceStable(x.entries, func(i, j int) bool { return x.entries[i].uid < x.entries[j].uid })
	}
	kept := x.entries[:0]
	for _, e := range x.entries {
		if n := len(kept); n > 0 && kept[n-1].uid == e.uid {
			kept[n-1] = e
			continue
		}
		kept = append(kept, e)
	}
	x.entries = kept
}

// since leaves out messages below a UID: "n:*" names the last message even if its UID is lower.
func (x *folderIndex) since(uid uint32) {
	i := sort.Search(len(x.entries), func(i int) bool { return x.entries[i].uid >= uid })
	x.entries = x.entries[i:]
}
