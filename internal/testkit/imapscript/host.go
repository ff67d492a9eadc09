package imapscript

import (
	"io"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Host is a server that keeps mailboxes and messages in memory and misbehaves as its Knobs say.
type Host struct {
	*listener

	mu     sync.Mutex
	knobs  Knobs
	boxes  []*Mailbox // in the order of their creation
	stats  Counts
	stored int // messages stored so far, as AfterAppend counts them
	// late are messages to be stored once their mailbox was opened, by its name.
	late map[string][]Message
	// unseen are the UIDs of messages that Slow holds back, by mailbox.
	unseen map[string][]uint32
	// serial is the UIDVALIDITY of the next mailbox.
	serial uint32
}

// Knobs are the ways in which a Host differs from a good server. The zero value is a good server which announces UIDPLUS,
// MULTIAPPEND, LITERAL+, SPECIAL-USE, LIST-EXTENDED, LIST-STATUS, STATUS=SIZE, NAMESPACE, QUOTA, UNSELECT, ID, ENABLE and
// SASL-IR, lets anybody in, and has "/" between the levels of mailbox names.
//
// Functions are called while the host is locked: they must not call its methods.
type Knobs struct {
	// TLS speaks TLS from the first byte; clients need Host.RootCAs.
	TLS bool
	// With and Without add to and take from the capabilities, such as "LITERAL-". What is not announced is not understood
	// either, except for literals: LITERAL+ in With puts no end to synchronising ones.
	With, Without []string
	// Greeting is the text after the capabilities in the greeting, "ready" when it is empty.
	Greeting string
	// Delimiter is "/" when it is empty. Prefix is that of the personal namespace, such as "INBOX."; CREATE outside of it is
	// refused.
	Delimiter, Prefix string
	// Password, when it is set, is the only one that is accepted.
	Password string
	// RefuseLogin gives the answer to login number n (from 1 on) of this host, such as "NO [UNAVAILABLE] later"; "" lets it in.
	RefuseLogin func(n int) string
	// MaxConnections refuses further ones at login with NO [LIMIT], or with a BYE as greeting if ByeAtLimit. 0 is no limit.
	MaxConnections int
	ByeAtLimit     bool

	// PermanentFlags is the list of SELECT, `\Answered \Flagged \Deleted \Seen \Draft \*` when it is nil. Without \* other
	// keywords are refused with BAD in an APPEND and a STORE.
	PermanentFlags []string
	// AppendLimit is the largest message in bytes, announced as APPENDLIMIT=. 0 is no limit.
	AppendLimit int64
	// Quota is what all mailboxes together may hold in bytes. 0 is no limit.
	Quota int64
	// RefuseMessage gives the answer to a message, such as "NO [CANNOT] virus found"; "" takes it.
	RefuseMessage func(mailbox string, m Message) string
	// RefuseSelect and RefuseCreate give the answer to SELECT or EXAMINE, and to CREATE, of a mailbox; "" allows it.
	RefuseSelect, RefuseCreate func(mailbox string) string
	// Keep gives the form in which a message is stored, such as one with more header lines or another INTERNALDATE.
	Keep func(mailbox string, m Message) Message
	// Meanwhile gives messages that others store right before a mailbox is opened for the nth time.
	Meanwhile func(n int, mailbox string) []Message
	// Twice says which messages are stored twice, as where another client has the same one under way.
	Twice func(mailbox string, m Message) bool
	// Lose says which messages are acknowledged and not kept.
	Lose func(mailbox string, m Message) bool
	// Slow says which messages are not seen yet when their mailbox is opened for the first time after they were stored.
	Slow func(mailbox string, m Message) bool
	// UIDsUntold keeps back the UIDs of messages stored, though UIDPLUS is announced.
	UIDsUntold bool
	// Unlisted are mailboxes that LIST leaves out.
	Unlisted []string
	// StoreMembersAtOnce stores each member of a MULTIAPPEND as it comes, instead of all or none: what a host may do that
	// dies in the middle.
	StoreMembersAtOnce bool

	// Habits are peculiarities that are no faults.
	Habits Habits

	// OnCommand is asked about each command before it is done: n counts the commands of the whole host from 1 on, line is without
	// its tag and up to its first literal.
	OnCommand func(n int, line string) Action
	// AfterAppend is asked after message n (from 1 on, of the whole host) was stored and before the OK.
	AfterAppend func(n int, mailbox string, m Message) Action
	// BeforeAppend is asked when message n was received and before it is stored.
	BeforeAppend func(n int, mailbox string, m Message) Action
	// OnFetch is asked before a message's content is sent (any BODY or RFC822 item but RFC822.SIZE).
	OnFetch func(mailbox string, m Message) Action

	// Index is how the host's account of its messages differs from what it has.
	Index IndexKnobs

	// Rewrite changes the response about a message before it is sent: the bytes from "* " to the line's end. items are those
	// asked for, such as "BODY.PEEK[]"; nil bytes send nothing.
	Rewrite func(mailbox string, m Message, items []string, response []byte) []byte
	// Instead takes a command over, with all of its answer, where it returns true: wire takes any number of bytes. It is called
	// while the host is not locked, by several connections at a time.
	Instead func(tag, line string, wire io.Writer) bool
	// Tell gives the tagged answer to a FETCH, such as "NO Some of the requested messages no longer exist", "" for OK. line is
	// the command without its tag.
	Tell func(line string) string

	// Size is the RFC822.SIZE to tell for a message, its true size when it is nil.
	Size func(m Message) int64
	// Literal gives the form in which a message's whole content is sent.
	Literal func(m Message) Form
	// UIDLast sends UID after the content.
	UIDLast bool
	// Chatty mixes in what nobody asked for: FETCH with flags of another message, EXISTS, untagged OK and unknown lines with
	// literals.
	Chatty bool
}

// Form is how a message's content is written in a FETCH response.
type Form int

// The forms of content.
const (
	AsLiteral Form = iota
	AsQuoted
	AsNIL
)

// Action is what a Host does at a certain point instead of going on. The zero value goes on.
type Action struct {
	kind  actionKind
	text  string
	bytes int64
	uid   uint32
	added *Message
}

type actionKind int

const (
	goOn actionKind = iota
	drop
	silence
	bye
	refuse
	dropInside
	silenceInside
	dropAndStore
	expungeOther
	arrive
)

// Drop cuts the connection.
func Drop() Action { return Action{kind: drop} }

// Silence says nothing more on this connection, which stays open.
func Silence() Action { return Action{kind: silence} }

// Bye says BYE with a text and hangs up.
func Bye(text string) Action { return Action{kind: bye, text: text} }

// Refuse answers the command, for instance with "NO [SERVERBUG] failed", and goes on with the next one.
func Refuse(answer string) Action { return Action{kind: refuse, text: answer} }

// DropInside is for OnFetch: it cuts the connection after so many bytes of the content.
func DropInside(bytes int64) Action { return Action{kind: dropInside, bytes: bytes} }

// SilenceInside is for OnFetch: it falls silent after so many bytes of the content.
func SilenceInside(bytes int64) Action { return Action{kind: silenceInside, bytes: bytes} }

// DropAndStoreLate is for BeforeAppend: it cuts the connection, and the message is stored all the same, but late: after the
// mailbox has been opened again.
func DropAndStoreLate() Action { return Action{kind: dropAndStore} }

// ExpungeOther is for OnFetch: another message of the mailbox is expunged, which the client hears of before this one comes.
func ExpungeOther(uid uint32) Action { return Action{kind: expungeOther, uid: uid} }

// AppendNumber is an AfterAppend or BeforeAppend that acts on message number n, once.
func AppendNumber(n int, action Action) func(int, string, Message) Action {
	return func(number int, _ string, _ Message) Action {
		if number == n {
			return action
		}
		return Action{}
	}
}

// FetchUID is an OnFetch that acts on one UID of one mailbox, the first times only; times 0 is always.
func FetchUID(mailbox string, uid uint32, times int, action Action) func(string, Message) Action {
	seen := 0
	return func(name string, m Message) Action {
		if name != mailbox || m.UID != uid {
			return Action{}
		}
		if seen++; times > 0 && seen > times {
			return Action{}
		}
		return action
	}
}

// Counts is what a Host has seen.
type Counts struct {
	// Commands, Logins and Appends (messages received in full) are counted for the whole host, refused ones included.
	Commands, Logins, Appends int
	// LoggedIn is the number of connections that are logged in now, MaxLoggedIn the highest it was.
	LoggedIn, MaxLoggedIn int
	// Verbs counts commands by their name in upper case, such as "UID FETCH".
	Verbs map[string]int
	// Fetched counts how often content of a message was sent, by mailbox and UID.
	Fetched map[string]map[uint32]int
}

// NewHost starts a host with an empty INBOX.
func NewHost(t testing.TB, knobs Knobs) *Host {
	t.Helper()
	h := &Host{knobs: knobs, serial: 1000, late: map[string][]Message{}, unseen: map[string][]uint32{}, stats: Counts{Verbs: map[string]int{}, Fetched: map[string]map[uint32]int{}}}
	h.Mailbox("INBOX")
	var adjust []func(*listener)
	if knobs.Habits.OldCiphers {
		adjust = append(adjust, oldCiphers)
	}
	h.listener = listen(t, knobs.TLS, func(_ int, conn net.Conn) { serve(h, conn) }, adjust...)
	t.Cleanup(h.Stop)
	return h
}

// Change turns knobs while the host runs. Announced capabilities change for new connections.
func (h *Host) Change(change func(k *Knobs)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	change(&h.knobs)
}

// Counts gives what the host has seen so far.
func (h *Host) Counts() Counts {
	h.mu.Lock()
	defer h.mu.Unlock()
	counts := h.stats
	counts.Verbs = map[string]int{}
	maps.Copy(counts.Verbs, h.stats.Verbs)
	counts.Fetched = map[string]map[uint32]int{}
	for name, uids := range h.stats.Fetched {
		counts.Fetched[name] = map[uint32]int{}
		maps.Copy(counts.Fetched[name], uids)
	}
	return counts
}

// Mailbox gives the mailbox of this name, in bytes of the wire, and makes it if there is none.
func (h *Host) Mailbox(name string) *Mailbox {
	h.mu.Lock()
	defer h.mu.Unlock()
	if box := h.find(name); box != nil {
		return box
	}
	return h.create(name)
}

// Exists reports whether there is a mailbox of this name.
func (h *Host) Exists(name string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.find(name) != nil
}

// Names lists the mailboxes in the order of their creation.
func (h *Host) Names() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var names []string
	for _, box := range h.boxes {
		names = append(names, box.name)
	}
	return names
}

// Total counts the messages of all mailboxes.
func (h *Host) Total() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	total := 0
	for _, box := range h.boxes {
		total += len(box.messages)
	}
	return total
}

// find and create are for callers that hold the lock.
func (h *Host) find(name string) *Mailbox {
	for _, box := range h.boxes {
		if h.knobs.Habits.same(box.name, name) {
			return box
		}
	}
	return nil
}

func (h *Host) create(name string) *Mailbox {
	h.serial++
	box := &Mailbox{host: h, name: name, validity: h.serial, next: 1}
	h.boxes = append(h.boxes, box)
	return box
}

func (h *Host) delimiter() string {
	if h.knobs.Delimiter == "" {
		return "/"
	}
	return h.knobs.Delimiter
}

// size is what all mailboxes hold in bytes.
func (h *Host) size() int64 {
	var size int64
	for _, box := range h.boxes {
		for _, m := range box.messages {
			size += int64(len(m.Body))
		}
	}
	return size
}

// capabilities are those announced.
func (h *Host) capabilities() []string {
	words := []string{
		"IMAP4rev1", "LITERAL+", "SASL-IR", "AUTH=PLAIN", "ID", "ENABLE", "NAMESPACE", "UIDPLUS", "UNSELECT", "MULTIAPPEND",
		"LIST-EXTENDED", "LIST-STATUS", "SPECIAL-USE", "STATUS=SIZE", "QUOTA", "CHILDREN",
	}
	if h.knobs.AppendLimit > 0 {
		words = append(words, "APPENDLIMIT="+itoa(h.knobs.AppendLimit))
	}
	if h.knobs.Index.MessageLimit > 0 {
		words = append(words, "MESSAGELIMIT="+itoa(h.knobs.Index.MessageLimit))
	}
	words = append(words, h.knobs.With...)
	return slices.DeleteFunc(words, func(word string) bool {
		return slices.ContainsFunc(h.knobs.Without, func(without string) bool { return strings.EqualFold(without, word) })
	})
}
