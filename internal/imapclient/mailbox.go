package imapclient

// Mailbox is what SELECT and EXAMINE tell (RFC 3501, section 6.3.1).
type Mailbox struct {
	// Name is the name as it was asked for, in bytes of the wire.
	Name     string
	ReadOnly bool
	// Exists is the number of messages.
	Exists uint32
	// UIDValidity and UIDNext are 0 when the server does not tell.
	UIDValidity, UIDNext uint32
	// UIDNotSticky: UIDs are not kept between sessions (RFC 4315).
	UIDNotSticky bool
	// Flags are those in use, PermanentFlags those that can be kept; "\*" in the latter allows new keywords.
	// PermanentFlags is nil when the server names none, which by RFC 3501 means that all of Flags can be kept.
	Flags, PermanentFlags []string
	// HighestModSeq is 0 without CONDSTORE (RFC 7162); NoModSeq says that this mailbox has none.
	HighestModSeq uint64
	NoModSeq      bool
}

// CanKeep reports whether the mailbox keeps this flag on a message that is appended to it. Ask it of a mailbox that was opened
// by Select: under Examine servers tell that nothing can be kept.
func (m *Mailbox) CanKeep(flag string) bool {
	if equalFold(flag, `\Recent`) {
		return false
	}
	if m.PermanentFlags == nil {
		return len(m.Flags) == 0 || containsFold(m.Flags, flag)
	}
	return containsFold(m.PermanentFlags, flag) || flag != "" && flag[0] != '\\' && containsFold(m.PermanentFlags, `\*`)
}

// Select opens a mailbox for reading and writing. A mailbox that was open is closed without EXPUNGE.
func (c *Client) Select(name string) *Command[*Mailbox] { return c.open("SELECT", name, "") }

// Examine opens a mailbox for reading only; nothing in it changes, not even \Recent or \Seen.
// With Options.Writes it is Select.
func (c *Client) Examine(name string) *Command[*Mailbox] {
	if c.options.Writes {
		return c.Select(name)
	}
	return c.open("EXAMINE", name, "")
}

// ExamineModSeq is Examine with the CONDSTORE parameter (RFC 7162, section 3.1.8): the server keeps and tells mod-sequences
// from then on, which some do only when asked. Without CONDSTORE it is Examine.
func (c *Client) ExamineModSeq(name string) *Command[*Mailbox] {
	if !c.Caps().Has("CONDSTORE") || c.options.Writes {
		return c.Examine(name)
	}
	return c.open("EXAMINE", name, " (CONDSTORE)")
}

func (c *Client) open(verb, name, parameters string) *Command[*Mailbox] {
	cmd := newCommand[*Mailbox](c, verb).space().mailbox(name).text(parameters)
	box := &Mailbox{Name: name}
	cmd.result, cmd.opens = box, true
	cmd.event = func(event any) bool {
		switch e := event.(type) {
		case existsEvent:
			box.Exists = e.count
		case flagsEvent:
			box.Flags = e.flags
		case *statusEvent:
			return box.note(e)
		default:
			return false
		}
		return true
	}
	cmd.finish = func(e *statusEvent) error {
		c.opened(box.Exists)
		// RFC 3501 has the server say which it is; an absent code means as asked.
		switch e.code {
		case "READ-ONLY":
			box.ReadOnly = true
		case "READ-WRITE":
		default:
			box.ReadOnly = verb == "EXAMINE"
		}
		return nil
	}
	return cmd.issue()
}

// note takes in the response codes that SELECT is answered with.
func (m *Mailbox) note(e *statusEvent) bool {
	switch e.code {
	case "UIDVALIDITY":
		m.UIDValidity = parseUint32(e.codeText)
	case "UIDNEXT":
		m.UIDNext = parseUint32(e.codeText)
	case "HIGHESTMODSEQ":
		m.HighestModSeq = parseUint64(e.codeText)
	case "NOMODSEQ":
		m.NoModSeq = true
	case "UIDNOTSTICKY":
		m.UIDNotSticky = true
	case "PERMANENTFLAGS":
		m.PermanentFlags = parseFlagList(e.codeText)
	case "UNSEEN":
	default:
		return false
	}
	return true
}

// Unselect leaves the open mailbox without expunging anything. Without UNSELECT (RFC 3691) the mailbox is left
// open and nothing is sent: CLOSE would expunge, and the next SELECT closes it anyway.
func (c *Client) Unselect() *Command[struct{}] {
	if !c.Caps().Has("UNSELECT") && !c.Caps().Has("IMAP4REV2") {
		return doneCommand[struct{}](c, "UNSELECT", nil)
	}
	return newCommand[struct{}](c, "UNSELECT").issue()
}

// Create makes a mailbox (RFC 3501, section 6.3.3). That it exists already is a NO, usually with [ALREADYEXISTS].
func (c *Client) Create(name string) *Command[struct{}] {
	return newCommand[struct{}](c, "CREATE").space().mailbox(name).issue()
}

// Delete removes a mailbox.
func (c *Client) Delete(name string) *Command[struct{}] {
	return newCommand[struct{}](c, "DELETE").space().mailbox(name).issue()
}

// Subscribe puts a mailbox on the list of subscriptions.
func (c *Client) Subscribe(name string) *Command[struct{}] {
	return newCommand[struct{}](c, "SUBSCRIBE").space().mailbox(name).issue()
}

// Unsubscribe takes a mailbox off the list of subscriptions.
func (c *Client) Unsubscribe(name string) *Command[struct{}] {
	return newCommand[struct{}](c, "UNSUBSCRIBE").space().mailbox(name).issue()
}
