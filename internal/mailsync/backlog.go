package mailsync

import (
	"bufio"
	encoding "encoding/binary"
	"errors"
	"io"
	"os"
)

// portionItems is how many messages of one folder are copied as one task. Of a folder with more to copy, what comes later waits
// in a file without a name, 34 bytes a message: a mailbox of a million messages is copied in no more memory than a small one.
const portionItems = 20_000

// backlog is what is to be copied to a task's folder after the task itself.
type backlog struct {
	// count is how many messages are left.
	count int
	// file holds them, in their order, and reader is where the next ones come from; where there was no room for a file, they
	// are in entries, from taken on, and origins say where they are from.
	file    *os.File
	reader  *bufio.Reader
	entries []item
	// news are messages that came to the destination since it was indexed and are none of those copied so far.
	news []entry
	// repeated are the keys that more than one message to copy has, and a few others.
	repeated *keySet
}

// keySet is a set of keys in a few mebibytes: it may say of a key that it is in the set though it is not.
type keySet [1 << 16]uint64

// add says whether the key was in the set before.
func (s *keySet) add(k key) bool {
	word, bit := s.at(k)
	was := *word&bit != 0
	*word |= bit
	return was
}

func (s *keySet) has(k key) bool {
	if s == nil {
		return false
	}
	word, bit := s.at(k)
	return *word&bit != 0
}

func (s *keySet) at(k key) (word *uint64, bit uint64) {
	n := encoding.LittleEndian.Uint64(k[:])
	return &s[n>>6%uint64(len(s))], 1 << (n & 63)
}

// size is how many messages are left.
func (b *backlog) size() int {
	if b == nil {
		return 0
	}
	return b.count
}

// recordSize is how long an item is in a file.
const recordSize = 8 + 8 + 4 + 4 + 4 + 1 + 1 + 2 + 2

func appendRecord(b []byte, it *item) []byte {
	b = append(b, it.key[:]...)
	b = append(b, it.like[:]...)
	b = encoding.LittleEndian.AppendUint32(b, it.uid)
	b = encoding.LittleEndian.AppendUint32(b, it.octets)
	b = encoding.LittleEndian.AppendUint32(b, it.seconds)
	strong := byte(0)
	if it.strong {
		strong = 1
	}
	b = append(b, byte(it.above), strong)
	b = encoding.LittleEndian.AppendUint16(b, uint16(it.flags))
	return encoding.LittleEndian.AppendUint16(b, it.source)
}

func itemOf(b []byte) (it item) {
	copy(it.key[:], b)
	copy(it.like[:], b[8:])
	it.uid = encoding.LittleEndian.Uint32(b[16:])
	it.octets = encoding.LittleEndian.Uint32(b[20:])
	it.seconds = encoding.LittleEndian.Uint32(b[24:])
	it.above, it.strong = int8(b[28]), b[29] == 1
	it.flags = flagSet(encoding.LittleEndian.Uint16(b[30:]))
	it.source = encoding.LittleEndian.Uint16(b[32:])
	return it
}

// give puts the items that each gives, n of them, in a task: the first ones to be copied now, the others in its backlog.
func (t *task) give(dir string, n int, each func(i int) item) {
	first := min(n, portionItems)
	t.items = make([]item, first)
	for i := range first {
		t.items[i] = each(i)
	}
	if n == first {
		return
	}
	b := &backlog{count: n - first, repeated: new(keySet)}
	seen := new(keySet)
	for i := range n {
		if k := each(i).key; seen.add(k) {
			b.repeated.add(k)
		}
	}
	if err := b.write(dir, first, n, each); err != nil {
		b.close()
		b.entries = make([]item, 0, n-first)
		for i := first; i < n; i++ {
			b.entries = append(b.entries, each(i))
		}
	}
	t.rest = b
}

// write puts items in a file.
func (b *backlog) write(dir string, first, n int, each func(i int) item) error {
	file, err := unnamedFile(dir)
	if err != nil {
		return err
	}
	b.file = file
	w := bufio.NewWriterSize(file, 64<<10)
	var record []byte
	for i := first; i < n; i++ {
		it := each(i)
		record = appendRecord(record[:0], &it)
		if _, err := w.Write(record); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err = file.Seek(0, io.SeekStart)
	b.reader = bufio.NewReaderSize(file, 64<<10)
	return err
}

func (b *backlog) close() {
	if b.file != nil {
		_ = b.file.Close()
	}
	b.file, b.reader = nil, nil
}

// take gives the next items, at most n.
func (b *backlog) take(n int) ([]item, error) {
	n = min(n, b.count)
	b.count -= n
	if b.reader == nil {
		items := b.entries[:n:n]
		b.entries = b.entries[n:]
		return items, nil
	}
	items := make([]item, n)
	var record [recordSize]byte
	for i := range items {
		if _, err := io.ReadFull(b.reader, record[:]); err != nil {
			return nil, err
		}
		items[i] = itemOf(record[:])
	}
	if b.count == 0 {
		b.close()
	}
	return items, nil
}

// past is what became of the messages of earlier portions of a folder.
type past struct{ stored, failed, gone, lost int64 }

// errBacklog says that what was to be copied could not be read again.
var errBacklog = errors.New("read the list of messages to copy")

// next is the task for what is left of a folder, nil if nothing is. seen is the highest UID that the destination folder was
// seen with, and lost how many messages of t are not there after all.
func (r *run) next(t *task, lost int64) (*task, error) {
	if t.rest.size() == 0 {
		return nil, nil
	}
	n := &task{
		target: t.target, opened: t.opened, box: t.box, base: max(t.base, t.seen+1), before: t.before, found: t.found, matched: t.matched,
		surplus: t.surplus, watched: t.watched, incomplete: t.incomplete, unread: t.unread, hidden: t.hidden, rest: t.rest, past: t.past,
	}
	n.past.lost += lost
	n.past.stored += t.count(done) + t.count(there)
	n.past.failed += t.count(failed) + t.count(pending) + t.count(sent)
	n.past.gone += t.count(gone)
	for i := range t.items {
		it := &t.items[i]
		n.base = max(n.base, it.copied+1)
		if it.state == done && t.rest.repeated.has(it.key) {
			n.before[it.key]++
		}
	}
	r.remember(t)
	items, err := t.rest.take(portionItems)
	if err != nil {
		return nil, wrap(errors.Join(errBacklog, err), "go on with %s", t.target.label())
	}
	n.items = items
	if news := n.rest.news; len(news) > 0 {
		n.rest.news = r.alreadyThere(n, news)
	}
	return n, nil
}

// proceed goes on with the next portion of a folder, or takes the result of the last one into the report.
func (r *run) proceed(t *task, lost int64) error {
	n, err := r.next(t, lost)
	if err != nil {
		return err
	}
	if n == nil {
		r.report(t, lost)
		return nil
	}
	r.mu.Lock()
	delete(r.result.open, t)
	r.mu.Unlock()
	r.begin(n)
	r.tasks.settle() // after it has its successor, so that the workers stay
	return nil
}
