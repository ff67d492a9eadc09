package imapclient

import (
	"io"
	"time"
)

// FetchOptions say what FETCH asks for and where it goes. Both callbacks run on the connection's reader, one at a
// time: while one blocks, nothing is read, which is how a caller slows a server down. No deadline counts that time.
// They must not wait for a command of the same Client.
type FetchOptions struct {
	// Items are FETCH items as on the wire, such as "UID", "FLAGS", "INTERNALDATE", "RFC822.SIZE", "BODY.PEEK[]",
	// "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]". UID is added to a UID FETCH by the server.
	Items []string

	// Literal gives the place for the content of a body section before it is read: size is the literal's own count
	// of bytes, which unlike RFC822.SIZE is the truth. m holds what came before it in the response; its UID may
	// still be 0, for servers may send it after the body. Exactly size bytes are written, unless the connection
	// ends or a Write fails, after which the rest is skipped. A nil writer skips the content. section is written as in
	// Section.Name. It is also called for content that came as a quoted string, not for NIL.
	//
	// When Literal itself is nil, content of up to Options.MaxLiteral bytes is kept in Section.Data.
	Literal func(m *Message, section string, size int64) io.Writer

	// Message is called with each complete response, in the server's order. If the connection ends in the middle of
	// a response, Message is not called for it.
	Message func(m *Message)
}

// FetchData counts what a FETCH delivered.
type FetchData struct {
	// Messages is how many times FetchOptions.Message was called.
	Messages int
}

// Message is one FETCH response (RFC 3501, section 7.4.2): the items that the server sent, whatever was asked for.
type Message struct {
	// Seq is the sequence number; UID is 0 when the response had none.
	Seq, UID uint32
	// Flags as the server wrote them; nil when the response had no FLAGS, empty when there are none.
	Flags []string
	// InternalDate is the raw text, "" when absent or NIL. See Time.
	InternalDate string
	// Size is RFC822.SIZE, -1 when absent. Some servers lie.
	Size int64
	// ModSeq is 0 when absent (RFC 7162).
	ModSeq uint64
	// Sections are the parts of the body in this response, in order.
	Sections []Section
	// Items are all other items by their upper-case name: ENVELOPE, BODYSTRUCTURE, X-GM-LABELS, …
	Items map[string]Value
}

// Section is a part of a message's body as FETCH delivered it.
type Section struct {
	// Name is upper case and without PEEK: "BODY[]", "BODY[HEADER.FIELDS (MESSAGE-ID)]", "RFC822".
	Name string
	// Size is the number of bytes the server sent, -1 for NIL.
	Size int64
	// Data is the content where FetchOptions.Literal is nil. Truncated says that it is longer than what is kept.
	Data      []byte
	Truncated bool
	// Err is the error of the caller's writer, after which the rest was skipped.
	Err error
}

// Section finds a part of the body by name, nil when the response had none.
func (m *Message) Section(name string) *Section {
	for i := range m.Sections {
		if equalFold(m.Sections[i].Name, name) {
			return &m.Sections[i]
		}
	}
	return nil
}

// Time is InternalDate understood; ok is false when it is absent or means nothing. See ParseInternalDate.
func (m *Message) Time() (t time.Time, ok bool) { return ParseInternalDate(m.InternalDate) }

// Fetch asks for messages by UID (UID FETCH). Several may be in flight. A UID that does not exist any more is
// passed over without an error.
func (c *Client) Fetch(uids Set, options FetchOptions) *Command[FetchData] {
	return c.fetchCommand("UID FETCH", uids, options)
}

// FetchSeq asks for messages by sequence number (FETCH), which costs a server nothing for gaps between UIDs.
func (c *Client) FetchSeq(numbers Set, options FetchOptions) *Command[FetchData] {
	return c.fetchCommand("FETCH", numbers, options)
}
