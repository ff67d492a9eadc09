package mailsync

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sort"

	"mailferry/internal/imapclient"
	"mailferry/internal/mailsync/compare"
)

// entry is what is known of one message of a folder, small since a mailbox may have
// hundreds of thousands.
type entry struct {
	key  key
	like key // see compare.Identity
	uid  uint32
	// octets is the size, seconds and above are the low and the high part of the date, packed: an entry takes 32 bytes.
	octets, seconds uint32
	above           int8
	strong          bool // key comes from a Message-ID
	flags           flagSet
}

// size is RFC822.SIZE, which some servers get wrong. Of 4 GiB and more it is 4 GiB - 1, which is too much to copy anyway.
func (e *entry) size() int64 { return int64(e.octets) }

func (e *entry) setSize(n int64) { e.octets = uint32(min(max(n, 0), math.MaxUint32)) }

// date is INTERNALDATE in seconds since 1970, or noDate.
func (e *entry) date() int64 {
	if e.above == math.MinInt8 {
		return noDate
	}
	return int64(e.above)<<32 | int64(e.seconds)
}

func (e *entry) setDate(t int64) {
	if above := t >> 32; above > math.MinInt8 && above <= math.MaxInt8 {
		e.above, e.seconds = int8(above), uint32(t)
		return
	}
	e.above, e.seconds = math.MinInt8, 0
}

// Message is what compare needs to know.
func (e *entry) Message() compare.Message {
	return compare.Message{
		Identity: compare.Identity{Key: e.key, Like: e.like, Strong: e.strong}, Size: e.size(), Date: e.date(), Flags: uint32(e.flags),
	}
}

// noDate stands for a date that is absent or means nothing.
const noDate = compare.NoDate

// folderIndex is a folder opened and read.
type folderIndex struct {
	box     *imapclient.Mailbox
	entries []entry // by ascending UID
	// paired are messages that are not in entries since they are the same as one of the source, nil for none.
	paired *matcher
	// labels are Gmail's message ids by UID, nil for other servers.
	labels map[uint32]uint64
	// announced is how many messages the host says are there, kept current while they were read.
	announced int
	// beyond is how many more messages the host answered for, and unsure says that some left the
	// folder while it was read and those left could not be counted.
	beyond int
	unsure bool
	// unread are those of them that cannot be read, see completion.
	unread []unread
}

// unread is a message that its host announces and that cannot be read.
type unread struct {
	// uid is 0 where only its number in the folder is known, in seq, or not even that.
	uid, seq uint32
	reason   string
}

// highest is the highest UID in the index.
func (x *folderIndex) highest() uint32 {
	highest := x.paired.highest()
	if n := len(x.entries); n > 0 {
		highest = max(highest, x.entries[n-1].uid)
	}
	return highest
}

// lowest is the lowest UID in the index, 0 if it is empty.
func (x *folderIndex) lowest() (lowest uint32) {
	if x.paired.size() > 0 {
		lowest = x.paired.list()[0]
	}
	if len(x.entries) > 0 && (lowest == 0 || x.entries[0].uid < lowest) {
		lowest = x.entries[0].uid
	}
	return lowest
}

// read is how many messages were read.
func (x *folderIndex) read() int { return len(x.entries) + x.paired.size() }

// short is how many messages are announced and neither read nor known to be unreadable.
func (x *folderIndex) short() int {
	return max(0, x.announced-x.read()-len(x.unread))
}

// complete says whether everything that is announced was read.
func (x *folderIndex) complete() bool {
	return x.short() == 0 && len(x.unread) == 0 && !x.unsure && x.beyond == 0
}

// indexing is an index under way: a folder is opened and its messages are fetched with
// commands sent one right after the other.
type indexing struct {
	index  folderIndex
	conn   *imapclient.Client
	folder string
	flags  *flagTable
	open   *imapclient.Command[*imapclient.Mailbox]
	// fetch is nil where the folder is said to be empty, until that is known to be wrong.
	fetch  *imapclient.Command[imapclient.FetchData]
	how    opening
	gather bool
	// told is how the FETCH ended, and refusal why it was refused, nil if it was not.
	told    imapclient.FetchData
	refusal error
	// limit is how many entries there may be before they are looked through for doubles.
	limit int
	// beyond counts the answers for more messages than the host has announced.
	beyond int
}

// spareEntries is by how much an index may have more entries than the folder has messages.
const spareEntries = 1000

// reservedEntries is how many entries room is made for at most before they come.
const reservedEntries = 1 << 20

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
	x := startOpening(c, folder, how, flags)
	x.read(imapclient.From(max(from, 1)))
	return x
}

// startOpening opens a folder and reads nothing yet.
func startOpening(c *imapclient.Client, folder string, how opening, flags *flagTable) *indexing {
	return &indexing{
		conn: c, folder: folder, flags: flags, how: how, open: openFolder(c, folder, how),
		gather: how != write && c.Caps().Has("X-GM-EXT-1"),
	}
}

// begin opens the folder and reads it anew.
func (x *indexing) begin() {
	x.index, x.limit, x.beyond = folderIndex{paired: x.index.paired}, 0, 0
	x.index.paired.reset()
	x.open = openFolder(x.conn, x.folder, x.how)
	x.read(imapclient.From(1))
}

func openFolder(c *imapclient.Client, folder string, how opening) *imapclient.Command[*imapclient.Mailbox] {
	switch how {
	case write:
		return c.Select(folder)
	case examineModSeq:
		return c.ExamineModSeq(folder)
	case examine:
	}
	return c.Examine(folder)
}

// read asks for messages. The command may go out before the folder is known to be open: if it is
// not, the server refuses this one as well, and what it may send of another folder is not used.
func (x *indexing) read(set imapclient.Set) {
	x.fetch = x.conn.Fetch(set, imapclient.FetchOptions{Items: x.items(identityFields), Message: x.take})
}

// items are what is asked for of each message, with what identifies it.
func (x *indexing) items(identity ...string) []string {
	items := []string{"UID", "FLAGS", "INTERNALDATE", "RFC822.SIZE"}
	if x.gather {
		items = append(items, "X-GM-MSGID")
	}
	return append(items, identity...)
}

// answered is what a host answers about one message.
type answered struct {
	entry

	seq uint32
	// label is Gmail's message id; labelled says that there is one.
	label    uint64
	labelled bool
}

// answer makes an answer of what came, on the connection's reader. ok is false for something that the server told on its own account,
// as a change of flags.
func (x *indexing) answer(m *imapclient.Message) (a answered, ok bool) {
	if m.UID == 0 || m.Size < 0 && len(m.Sections) == 0 {
		return answered{}, false
	}
	a = answered{entry: entry{uid: m.UID, flags: x.flags.id(m.Flags)}, seq: m.Seq}
	a.setSize(m.Size)
	a.setDate(noDate)
	if t, ok := m.Time(); ok {
		a.setDate(t.Unix())
	}
	var header []byte
	if len(m.Sections) > 0 {
		header = m.Sections[0].Data
	}
	id := compare.Identify(header)
	a.key, a.like, a.strong = id.Key, id.Like, id.Strong
	if x.gather {
		a.label, a.labelled = parseUint(m.Items["X-GM-MSGID"].Text)
	}
	return a, true
}

// take adds a message, on the connection's reader: for a FETCH under way alone. See inquiry for several.
func (x *indexing) take(m *imapclient.Message) {
	if a, ok := x.answer(m); ok {
		x.takeIn(a)
	}
}

// takeIn adds a message.
func (x *indexing) takeIn(a answered) {
	if !x.add(a.entry) || !a.labelled {
		return
	}
	if x.index.labels == nil {
		x.index.labels = map[uint32]uint64{}
	}
	x.index.labels[a.uid] = a.label
}

// add takes an entry in if it is not one too many: whatever a host sends, there are not many more
// entries than it has announced messages. A server may tell of a message more than once.
func (x *indexing) add(e entry) bool {
	entries := x.index.entries
	if n := len(entries); n > 0 && entries[n-1].uid == e.uid {
		entries[n-1] = e
		return true
	}
	if x.index.read() >= x.limit {
		present := int(x.conn.Present())
		if x.index.read() >= present {
			x.index.tidy() // it may be doubles that make them so many
		}
		if x.index.read() >= present+spareEntries {
			x.beyond++
			return false
		}
		x.limit = max(present, x.index.read()+spareEntries)
	}
	taken, back := x.index.paired.take(e)
	if taken {
		return true
	}
	if back != nil {
		x.index.entries = append(x.index.entries, *back)
	}
	if cap(x.index.entries) == 0 && x.index.paired == nil {
		x.index.entries = make([]entry, 0, min(int(x.conn.Present()), reservedEntries))
	}
	x.index.entries = append(x.index.entries, e)
	return true
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

// wait gives the index, as far as one FETCH brings it: see indexer.whole. An error of the
// server's is a *imapclient.ResponseError.
func (x *indexing) wait(ctx context.Context) (*folderIndex, error) {
	box, openErr := x.open.Wait(ctx)
	if x.fetch != nil {
		x.told, x.refusal = x.fetch.Wait(ctx)
	}
	if openErr != nil {
		return nil, openErr
	}
	x.index.box = box
	if connectionLost(x.refusal) || ctx.Err() != nil {
		return nil, x.refusal
	}
	x.index.announced = int(box.Exists)
	if x.fetch != nil {
		x.index.announced = int(x.told.Exists)
	}
	x.index.tidy()
	if x.refusal != nil && x.index.announced > 0 {
		// Some servers call "1:*" of an empty folder an error.
		return nil, x.refusal
	}
	return &x.index, nil
}

// tidy sorts by UID and keeps one entry per message, since a server may tell of a message
// more than once.
func (x *folderIndex) tidy() {
	if !slices.IsSortedFunc(x.entries, byUID) {
		slices.SortStableFunc(x.entries, byUID)
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

func byUID(a, b entry) int { return cmp.Compare(a.uid, b.uid) }

// since leaves out messages below a UID: "n:*" names the last message even if its UID is lower.
func (x *folderIndex) since(uid uint32) {
	i := sort.Search(len(x.entries), func(i int) bool { return x.entries[i].uid >= uid })
	x.entries = x.entries[i:]
}
