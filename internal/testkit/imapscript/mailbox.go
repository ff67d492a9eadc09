package imapscript

import (
	"slices"
	"strconv"
	"strings"
)

// Message is a message of a Host.
type Message struct {
	// UID is given by the mailbox when it is 0.
	UID   uint32
	Flags []string
	// InternalDate is what stands between the quotes, nonsense included. "NIL" is sent as NIL; "" is
	// "01-Jan-2020 00:00:00 +0000".
	InternalDate string
	Body         []byte
}

func (m Message) clone() Message {
	m.Flags = slices.Clone(m.Flags)
	return m
}

// Mailbox is a mailbox of a Host. Its methods may be called at any time; connections that have it open hear of changes.
type Mailbox struct {
	host       *Host
	name       string
	attributes []string
	subscribed bool
	validity   uint32
	next       uint32
	messages   []Message
	opened     int // times
}

// Add stores messages and gives their UIDs. A message with a UID of its own must have one above those before it.
func (b *Mailbox) Add(messages ...Message) []uint32 {
	b.host.mu.Lock()
	defer b.host.mu.Unlock()
	var uids []uint32
	for _, m := range messages {
		uids = append(uids, b.add(m.clone()))
	}
	return uids
}

func (b *Mailbox) add(m Message) uint32 {
	if m.UID == 0 {
		m.UID = b.next
	}
	if m.InternalDate == "" {
		m.InternalDate = "01-Jan-2020 00:00:00 +0000"
	}
	b.next = m.UID + 1
	b.messages = append(b.messages, m)
	return m.UID
}

// Messages gives the messages in their order. The bodies are shared: do not change them.
func (b *Mailbox) Messages() []Message {
	b.host.mu.Lock()
	defer b.host.mu.Unlock()
	var messages []Message
	for _, m := range b.messages {
		messages = append(messages, m.clone())
	}
	return messages
}

// Len counts the messages.
func (b *Mailbox) Len() int {
	b.host.mu.Lock()
	defer b.host.mu.Unlock()
	return len(b.messages)
}

// Remove expunges messages.
func (b *Mailbox) Remove(uids ...uint32) {
	b.host.mu.Lock()
	defer b.host.mu.Unlock()
	b.remove(func(m Message) bool { return slices.Contains(uids, m.UID) })
}

func (b *Mailbox) remove(match func(m Message) bool) {
	b.messages = slices.DeleteFunc(b.messages, match)
}

// SetFlags gives a message other flags.
func (b *Mailbox) SetFlags(uid uint32, flags ...string) {
	b.host.mu.Lock()
	defer b.host.mu.Unlock()
	if m := b.byUID(uid); m != nil {
		m.Flags = flags
	}
}

// SetAttributes sets what LIST tells of the mailbox besides its children, such as `\Sent` or `\Noselect`.
func (b *Mailbox) SetAttributes(attributes ...string) *Mailbox {
	b.host.mu.Lock()
	defer b.host.mu.Unlock()
	b.attributes = attributes
	return b
}

// SetSubscribed sets the subscription.
func (b *Mailbox) SetSubscribed(on bool) *Mailbox {
	b.host.mu.Lock()
	defer b.host.mu.Unlock()
	b.subscribed = on
	return b
}

// Subscribed reports the subscription.
func (b *Mailbox) Subscribed() bool {
	b.host.mu.Lock()
	defer b.host.mu.Unlock()
	return b.subscribed
}

// SetUIDNext sets the next UID.
func (b *Mailbox) SetUIDNext(uid uint32) *Mailbox {
	b.host.mu.Lock()
	defer b.host.mu.Unlock()
	b.next = uid
	return b
}

// SetUIDValidity sets UIDVALIDITY; 0 is told as 0.
func (b *Mailbox) SetUIDValidity(validity uint32) *Mailbox {
	b.host.mu.Lock()
	defer b.host.mu.Unlock()
	b.validity = validity
	return b
}

// Renumber gives all messages new UIDs from first on, and the mailbox another UIDVALIDITY.
func (b *Mailbox) Renumber(first uint32) {
	b.host.mu.Lock()
	defer b.host.mu.Unlock()
	b.host.serial++
	b.validity, b.next = b.host.serial, first
	for i := range b.messages {
		b.messages[i].UID = b.next
		b.next++
	}
}

// byUID finds a message, nil when it is gone.
func (b *Mailbox) byUID(uid uint32) *Message {
	i, found := slices.BinarySearchFunc(b.messages, uid, func(m Message, uid uint32) int {
		switch {
		case m.UID < uid:
			return -1
		case m.UID > uid:
			return 1
		}
		return 0
	})
	if !found {
		return nil
	}
	return &b.messages[i]
}

// hasChildren reports whether there is a mailbox below this one.
func (b *Mailbox) hasChildren() bool {
	return slices.ContainsFunc(b.host.boxes, func(other *Mailbox) bool {
		return strings.HasPrefix(other.name, b.name+b.host.delimiter())
	})
}

func itoa[N int | int64 | uint32](n N) string { return strconv.FormatInt(int64(n), 10) }
