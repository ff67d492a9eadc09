package mailsync

import (
	"bytes"
	"cmp"
	"slices"
	"sort"
)

// bigFolder is from how many messages on a destination folder is compared while it is read. Of a message that is the
// same on both sides in all that an index tells, which in a folder that was copied before are nearly all, only
// its UID is kept then: the indexes of both sides would take twice the memory.
const bigFolder = 50_000

// matcher pairs the messages of a destination folder, as they come, with those of the source that are the same beyond
// doubt: the only ones with their Message-ID, of the same size, date and flags. All others are left
// to compare.
type matcher struct {
	// source is sorted by key while the destination is read.
	source []entry
	// uids are, by position in source, those of the destination, 0 for none, and count is how many there are.
	uids  []uint32
	count int
	// sorted are uids in ascending order, nil while that is not known.
	sorted []uint32
}

func newMatcher(source []entry) *matcher {
	slices.SortFunc(source, func(a, b entry) int { return cmp.Or(bytes.Compare(a.key[:], b.key[:]), cmp.Compare(a.uid, b.uid)) })
	return &matcher{source: source, uids: make([]uint32, len(source))}
}

// find gives the position of the only source message with a key.
func (m *matcher) find(k key) (i int, ok bool) {
	i, found := sort.Find(len(m.source), func(i int) int { return bytes.Compare(k[:], m.source[i].key[:]) })
	if !found || i+1 < len(m.source) && m.source[i+1].key == k {
		return 0, false
	}
	return i, true
}

// take pairs a destination message if it is the same as one of the source. back is the one paired before, where there is more
// than one with the key, so that neither can be taken for granted.
func (m *matcher) take(e entry) (taken bool, back *entry) {
	if m == nil || !e.strong {
		return false, nil
	}
	i, ok := m.find(e.key)
	if !ok {
		return false, nil
	}
	same := m.source[i]
	same.uid = e.uid
	switch {
	case m.uids[i] == e.uid:
		return true, nil // told twice
	case m.uids[i] != 0:
		back := m.source[i]
		back.uid = m.uids[i]
		m.drop(i)
		return false, &back
	case same != e:
		return false, nil
	}
	m.uids[i] = e.uid
	m.count++
	m.sorted = nil
	return true, nil
}

func (m *matcher) drop(i int) {
	m.uids[i] = 0
	m.count--
	m.sorted = nil
}

// size is how many are paired.
func (m *matcher) size() int {
	if m == nil {
		return 0
	}
	return m.count
}

// has says whether a destination message is paired.
func (m *matcher) has(uid uint32) bool {
	if m.size() == 0 {
		return false
	}
	_, found := slices.BinarySearch(m.list(), uid)
	return found
}

// list are the UIDs of the destination that are paired, ascending.
func (m *matcher) list() []uint32 {
	if m.sorted == nil {
		for _, uid := range m.uids {
			if uid != 0 {
				m.sorted = append(m.sorted, uid)
			}
		}
		slices.Sort(m.sorted)
	}
	return m.sorted
}

// highest is the highest UID that is paired.
func (m *matcher) highest() uint32 {
	if m.size() == 0 {
		return 0
	}
	return slices.Max(m.uids)
}

// keep drops pairs whose destination message is not among all there are, in ascending order.
func (m *matcher) keep(all []uint32) {
	if m == nil {
		return
	}
	for i, uid := range m.uids {
		if _, there := slices.BinarySearch(all, uid); uid != 0 && !there {
			m.drop(i)
		}
	}
}

// reset forgets all pairs.
func (m *matcher) reset() {
	if m == nil {
		return
	}
	clear(m.uids)
	m.count, m.sorted = 0, nil
}

// unpaired gives the source messages without a pair by ascending UID, in the place of all, after those with one were
// shown to each.
func (m *matcher) unpaired(each func(e *entry, destination uint32)) []entry {
	rest := m.source[:0]
	for i := range m.source {
		if m.uids[i] == 0 {
			rest = append(rest, m.source[i])
			continue
		}
		each(&m.source[i], m.uids[i])
	}
	slices.SortFunc(rest, byUID)
	return rest
}
