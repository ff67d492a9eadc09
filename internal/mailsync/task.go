package mailsync

import (
	"sync"

	"mailferry/internal/imapclient"
)

// state is how far a message to copy has come.
type state uint8

const (
	pending state = iota // not fetched, or not stored yet
	sent                 // its APPEND is under way
	done                 // stored, as far as the destination said
	failed               // given up and named
	gone                 // not on the source any more
	there                // come to the destination before it was sent, see second
)

// item is a message to copy.
type item struct {
	entry

	// copied is the UID at the destination, 0 while unknown.
	copied uint32
	// literal is the size that the source delivered, which is the true one.
	literal int64
	source  uint16 // position in target.sources
	state   state
}

// task is a destination folder with what is to be copied there, or a portion of that.
type task struct {
	target *target
	items  []item
	// marking guards the states of items while they are copied: the fetcher gives some up
	// while the appender looks which have arrived.
	marking sync.Mutex
	// opened are the source folders as they were when they were indexed, nil for one that was
	// not.
	opened []*imapclient.Mailbox
	// box is the destination folder as it was when it was indexed, nil in a dry run that
	// would create it.
	box *imapclient.Mailbox
	// base is the lowest UID that a message appended by this run can have.
	base uint32
	// before counts the messages that were at the destination already, for keys of items.
	before map[key]int
	// found, matched and placed count source messages considered, those found in place,
	// and all messages that were at the destination.
	found, matched int64
	// surplus counts messages at the destination under keys of the source, beyond what it has.
	surplus int64
	// watched are its source folders, nil where one is not watched.
	watched []*watched
	// look is one that the lane has sent behind the last message, nil if it was not the last.
	look *look
	// rest is what is to be copied there after this task, nil for nothing, and past what became of earlier portions.
	rest *backlog
	past past
	// seen is the highest UID that the destination folder was seen with when the task's messages were looked for.
	seen uint32
	// incomplete says that a source folder could not be read, or the destination folder
	// not compared.
	incomplete bool
	// unread counts the source messages that are announced and cannot be read, and hidden the same of
	// the destination folder.
	unread, hidden int64
}

// bytes is how large the items are together, as their source says.
func (t *task) bytes() (n int64) {
	for i := range t.items {
		n += t.items[i].size()
	}
	return n
}

// left is how many messages there are to copy, in this task and after it.
func (t *task) left() int { return len(t.items) + t.rest.size() }

// mark says how far an item has come.
func (t *task) mark(it *item, s state) {
	t.marking.Lock()
	defer t.marking.Unlock()
	it.state = s
}

// stateOf is how far an item has come.
func (t *task) stateOf(it *item) state {
	t.marking.Lock()
	defer t.marking.Unlock()
	return it.state
}

// count is how many items are in a state.
func (t *task) count(s state) (n int64) {
	for i := range t.items {
		if t.items[i].state == s {
			n++
		}
	}
	return n
}

// parcel is a message fetched, on its way to the destination. One without an item says
// that no more of its task will follow.
type parcel struct {
	task *task
	item *item
	body *body
	// plain leaves out what the server may have stumbled over.
	plain plainness
	// flags and date are what it was sent with last, refused what it was sent with when it was last refused.
	flags   []string
	date    string
	refused *parcel
}
