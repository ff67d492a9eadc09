package compare

import "strings"

// fieldKind says who writes a header field.
type fieldKind uint8

const (
	// others say something about a message: the destination has each that the source has, and may have more.
	others fieldKind = iota
	// writers are the writer's alone: both sides have the same ones.
	writers
	// added ones are the writer's, or a host's where the writer left them out: where both sides have one it is the same.
	added
	// hosts are written by the hosts that a message passes and lies on, and say nothing about which message it is.
	hosts
)

// kindOf sorts a field by its name in lower case. Disposition-Notification-To counts as the hosts', for a copy may disarm it.
func kindOf(name string) fieldKind {
	switch name {
	case "from", "to", "cc", "bcc", "reply-to", "sender", "subject", "in-reply-to", "references":
		return writers
	case "message-id", "date", "mime-version":
		return added
	case "received", "received-spf", "return-path", "delivered-to", "envelope-to", "apparently-to", "status", "content-length",
		"lines", "authentication-results", "disposition-notification-to":
		return hosts
	}
	if strings.HasPrefix(name, "x-") || strings.HasPrefix(name, "arc-") {
		return hosts
	}
	return others
}

// Same says whether a source message is the message with the other content, at the destination: the bodies are the same but
// for blanks, line ends and what happens to bytes past ASCII, and so are the headers but for what hosts add.
func (c *Content) Same(there *Content) bool {
	return c.exact == there.exact || c.sameBody(there) && c.sameHeader(there)
}

// sameBody takes a body without bytes past ASCII for one with them if all else is the same and it has an X or a question mark for
// each of them: some hosts replace them so.
func (c *Content) sameBody(there *Content) bool {
	replaced := c.ascii == there.ascii && (c.past == 0) != (there.past == 0) && c.past+c.marks == there.past+there.marks
	return replaced || c.body == there.body
}

func (c *Content) sameHeader(there *Content) bool {
	i, j := 0, 0
	for i < len(c.fields) || j < len(there.fields) {
		var order int
		switch {
		case i == len(c.fields):
			order = 1
		case j == len(there.fields):
			order = -1
		default:
			order = c.fields[i].compare(there.fields[j])
		}
		switch {
		case order == 0:
			i++
			j++
		case order < 0:
			// The destination lacks it. It may have been added on the source.
			if f := c.fields[i]; f.kind != added || there.has(f.name) {
				return false
			}
			i++
		default:
			if there.fields[j].kind == writers {
				return false
			}
			j++
		}
	}
	return true
}

func (c *Content) has(name uint64) bool {
	for _, f := range c.fields {
		if f.name == name {
			return true
		}
	}
	return false
}

// SameText says whether both read the same though one was encoded anew, as hosts do that keep mail in a form of their own
// (Exchange): the first words of the text, and the fields that the writer wrote. It is weaker than Same, since it says nothing of
// attachments, and enough only where the dates agree.
func (c *Content) SameText(there *Content) bool {
	if c.words == 0 || c.words != there.words {
		return false
	}
	var i int
	for _, f := range there.fields {
		if f.kind != writers {
			continue
		}
		for i < len(c.fields) && c.fields[i].kind != writers {
			i++
		}
		if i == len(c.fields) || c.fields[i] != f {
			return false
		}
		i++
	}
	for _, f := range c.fields[i:] {
		if f.kind == writers {
			return false
		}
	}
	return true
}
