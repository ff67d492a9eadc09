package imapclient

import (
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// FetchOptions say what FETCH asks for and where it goes. Both callbacks run on the connection's reader, one at a
// time: while one blocks, nothing is read, which is how a caller slows a server down. No deadline counts that time.
// They must not wait for a command of the same Client.
type FetchOptions struct {
	// Items are FETCH items as on the wire, such as "UID", "FLAGS", "INTERNALDATE", "RFC822.SIZE", "BODY.PEEK[]",
	// "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]". UID is added to a UID FETCH by the server.
	Items []string
	// ChangedSince leaves out messages that did not change after this mod-sequence (CHANGEDSINCE; RFC 7162, section
	// 3.1.4). 0 asks for all. The server must announce CONDSTORE.
	ChangedSince uint64

	// Partial pages through what is asked for (PARTIAL; RFC 9394, section 3.3): "1:500" are the first 500 of the messages
	// asked for, "-1:-500" the last. "" asks for all. The server must announce PARTIAL.
	Partial string

	// Literal gives the place for the content of a body section before it is read: size is the literal's own count
	// of bytes, which unlike RFC822.SIZE is the truth. m holds what came before it in the response; its UID may
	// still be 0, for servers may send it after the body. Exactly size bytes are written, unless the connection
	// ends or a Write fails, after which the rest is skipped. A nil writer skips the content. section is written as in
	// Section.Name. It is also called for content that came as a quoted string, not for NIL.
	//
	// Patience takes the place of Options.ProgressTimeout while this is the oldest command in flight, where it is shorter. 0
	// leaves that as it is.
	Patience time.Duration

	// Accept is asked before content that comes as a literal is read, and before Literal: an error ends the connection
	// (ErrProtocol) with nothing of it read. It is for sizes that cannot be right. nil accepts all.
	Accept func(m *Message, section string, size int64) error

	// When Literal itself is nil, content of up to Options.MaxLiteral bytes is kept in Section.Data.
	Literal func(m *Message, section string, size int64) io.Writer

	// Message is called with each complete response, in the server's order. If the connection ends in the middle of
	// a response, Message is not called for it. A response with content is complete when what follows the content is
	// well formed and the next line begins an answer, or the connection ended; else the content was not as long as
	// announced, and the connection ends with ErrProtocol.
	Message func(m *Message)
}

// FetchData counts what a FETCH delivered.
type FetchData struct {
	// Messages is how many times FetchOptions.Message was called.
	Messages int
	// Exists is how many messages the mailbox had when the command was done, and Gone how many had left it since it was
	// opened. Both are also set where the command was refused.
	Exists, Gone uint32
	// Limit is set where the server did a part of the command only, for so many messages: those of the highest UIDs, down to
	// LimitUID, 0 if untold (MESSAGELIMIT; RFC 9738, section 3).
	Limit, LimitUID uint32
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

// fetch is the part of a FETCH command that the reader needs.
type fetch struct {
	set     Set
	byUID   bool
	options FetchOptions
	data    *FetchData
	// answers counts the responses that came for it.
	answers int64
	// sections, size and date say what was asked for, to tell answers from what the server sends on its own account.
	sections, size, date bool
}

func (c *Client) fetchCommand(verb string, set Set, options FetchOptions) *Command[FetchData] {
	cmd := newCommand[FetchData](c, verb).space().set(set).text(" (").arg(strings.Join(options.Items, " ")).text(")")
	var modifiers []string
	if options.ChangedSince > 0 {
		modifiers = append(modifiers, "CHANGEDSINCE "+strconv.FormatUint(options.ChangedSince, 10))
	}
	if options.Partial != "" {
		modifiers = append(modifiers, "PARTIAL "+options.Partial)
	}
	if len(modifiers) > 0 {
		cmd.text(" (").arg(strings.Join(modifiers, " ")).text(")")
	}
	cmd.fetch = &fetch{set: set, byUID: verb == "UID FETCH", options: options, data: &cmd.result}
	for _, item := range options.Items {
		item = strings.ToUpper(item)
		switch {
		case item == "RFC822.SIZE":
			cmd.fetch.size = true
		case item == "INTERNALDATE":
			cmd.fetch.date = true
		case strings.Contains(item, "[") || strings.HasPrefix(item, "RFC822"):
			cmd.fetch.sections = true
		}
	}
	return cmd.issue()
}

// answeredBy reports whether a complete response answers this command, and is not about a change of flags or meant for
// another FETCH in flight.
func (f *fetch) answeredBy(m *Message, dated bool) bool {
	if f.sections != (len(m.Sections) > 0) || f.size && m.Size < 0 || f.date && !dated {
		return false
	}
	if f.byUID && m.UID == 0 {
		return f.sections || f.size || f.date
	}
	return f.mayHold(m)
}

// mayHold reports whether the message, as far as it is known, is one of those asked for.
func (f *fetch) mayHold(m *Message) bool {
	if f.byUID {
		return m.UID == 0 || f.set.Contains(m.UID)
	}
	return f.set.Contains(m.Seq)
}

// findFetch is the oldest FETCH in flight for which match is true.
func (c *Client) findFetch(match func(f *fetch) bool) *command {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, cmd := range c.pending {
		if cmd.fetch != nil && match(cmd.fetch) {
			return cmd
		}
	}
	return nil
}

// readFetch reads a FETCH response and hands it to its command. Items come in any order. m has the number it began with.
func (c *Client) readFetch(d *decoder, m *Message) error {
	if d.peek() != '(' {
		c.unknown.Add(1)
		return d.skip()
	}
	d.pos++
	var target *command
	dated := false
	content := false // has come, so that what follows must be well formed
	for {
		if content {
			if wrong := d.follows(); wrong != "" {
				return c.broken(m, wrong)
			}
		}
		if next := d.peek(); next == ')' || next == atEnd {
			break
		} else if next == '(' || next == atLiteral || next == '"' {
			// A value without a name.
			if _, err := d.value(); err != nil {
				return err
			}
			continue
		}
		name, err := d.itemName()
		if err != nil {
			return err
		}
		if content {
			if wrong := d.itemFollows(m, name); wrong != "" {
				return c.broken(m, wrong)
			}
		}
		switch {
		case name == "UID":
			if uid := d.number32(); uid > 0 {
				m.UID = uid
			}
		case name == "FLAGS":
			m.Flags, err = d.strings()
		case name == "RFC822.SIZE":
			if size, ok := d.number(); ok && size <= math.MaxInt64 {
				m.Size = int64(size)
			}
		case name == "INTERNALDATE":
			var value Value
			value, err = d.value()
			m.InternalDate, dated = value.Text, true
		case name == "MODSEQ":
			var value Value
			if value, err = d.value(); len(value.List) > 0 {
				value = value.List[0]
			}
			m.ModSeq = parseUint64(value.Text)
		case isSection(name):
			if err = c.readSection(d, m, name, &target); err == nil {
				content = content || m.Sections[len(m.Sections)-1].Size >= 0
			}
		default:
			err = d.item(m, name)
		}
		if err != nil {
			return err
		}
	}
	if content {
		if wrong := d.closes(); wrong != "" {
			return c.broken(m, wrong)
		}
		c.unconfirmed = &delivery{m, target, dated}
		return nil
	}
	if err := d.skip(); err != nil {
		return err
	}
	return c.deliver(m, target, dated)
}

// item keeps an item that has no field of its own.
func (d *decoder) item(m *Message, name string) error {
	value, err := d.value()
	if m.Items == nil {
		m.Items = make(map[string]Value)
	}
	if d.values++; d.values <= maxValues {
		m.Items[name] = value
	}
	return err
}

// isSection reports whether an item holds content of the message.
func isSection(name string) bool {
	switch name {
	case "RFC822", "RFC822.HEADER", "RFC822.TEXT":
		return true
	}
	return strings.HasPrefix(name, "BODY[") || strings.HasPrefix(name, "BINARY[")
}

// readSection reads content, streaming it to the command that is the most likely to have asked for it: servers answer in
// order, so that is the oldest one that may hold this message.
func (c *Client) readSection(d *decoder, m *Message, name string, target **command) error {
	if *target == nil {
		*target = c.findFetch(func(f *fetch) bool { return f.sections && f.mayHold(m) })
	}
	section := Section{Name: name}
	if *target != nil && d.peek() == atLiteral && (*target).fetch.options.Accept != nil {
		if err := (*target).fetch.options.Accept(m, name, d.literal); err != nil {
			return &ConnectionError{Kind: ErrProtocol, Address: c.options.address(), Err: err}
		}
	}
	var open func(*Message, string, int64) io.Writer
	if *target == nil {
		open = func(*Message, string, int64) io.Writer { return nil }
	} else {
		open = (*target).fetch.options.Literal
	}
	var err error
	switch {
	case d.peek() != atLiteral:
		var value Value
		closed := d.closedQuote()
		if value, err = d.value(); value.Kind == NilKind || value.Kind == ListKind {
			section.Size = -1
			break
		}
		if !closed {
			return c.broken(m, "the quote after it is missing")
		}
		section.Size = int64(len(value.Text))
		if open == nil {
			section.Data = []byte(value.Text)
		} else if w := open(m, name, section.Size); w != nil && section.Size > 0 {
			_, section.Err = io.WriteString(w, value.Text)
		}
	case open == nil:
		section.Size = d.literal
		section.Data, section.Truncated, err = d.readLiteral()
	default:
		section.Size = d.literal
		w := open(m, name, section.Size)
		section.Err, err = d.copyLiteral(w, func() { c.progress(*target) })
	}
	c.progress(*target)
	if len(m.Sections) == maxSections {
		return c.broken(m, "too many parts of it come")
	}
	m.Sections = append(m.Sections, section)
	return err
}

// progress notes that data came for a command, and that its callbacks have given the reader back.
func (c *Client) progress(cmd *command) {
	c.held.Store(int64(c.meter.clock()))
	if cmd == nil {
		return
	}
	c.useful()
	c.mu.Lock()
	cmd.since = time.Now()
	c.mu.Unlock()
}

// deliver hands a complete response to its command.
func (c *Client) deliver(m *Message, target *command, dated bool) error {
	if target == nil {
		target = c.findFetch(func(f *fetch) bool { return f.answeredBy(m, dated) })
	}
	if target == nil {
		c.unsolicited.Add(1)
		c.unilateral(Unilateral{Kind: "FETCH", Number: m.Seq})
		return nil
	}
	if err := c.answered(target.fetch); err != nil {
		return err
	}
	target.fetch.data.Messages++
	if target.fetch.options.Message != nil {
		target.fetch.options.Message(m)
	}
	c.progress(target)
	return nil
}
