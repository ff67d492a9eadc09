package imapclient

import (
	"bytes"
	"fmt"
	"strings"
)

// A literal is what its size says only if what follows it is well formed (RFC 3501, section 7.4.2: items with their
// values, then the closing parenthesis and the line's end) and the line after that begins an answer. Where bytes are
// missing or left over, the one or the other is something else, and nothing on this connection can be believed any more.

// broken ends the connection over content whose size cannot be right.
func (c *Client) broken(m *Message, what string) error {
	of := "a message"
	if m.UID != 0 {
		of = fmt.Sprintf("message %d", m.UID)
	}
	return &ConnectionError{Kind: ErrProtocol, Address: c.options.address(), Text: "the content of " + of + " is not as long as announced: " + what}
}

// knownItem reports whether a word is the name of a FETCH item (RFC 3501, 3516, 5257, 7162, 8474, 8514, 8970, and those
// that begin with X). Nothing else is believed after content, for the text of a mail has words as well.
func knownItem(name string) bool {
	switch name {
	case "UID", "FLAGS", "INTERNALDATE", "RFC822.SIZE", "MODSEQ", "ENVELOPE", "BODYSTRUCTURE", "BODY", "EMAILID", "THREADID", "SAVEDATE",
		"PREVIEW", "SNIPPET", "ANNOTATION":
		return true
	}
	return isSection(name) || strings.HasPrefix(name, "BINARY.SIZE[") || strings.HasPrefix(name, "X-")
}

// follows checks what stands after content and before the next item or the end of the response; "" is well formed.
func (d *decoder) follows() string {
	if d.pos == 0 && len(d.line) > 0 && !delimits(d.line[0]) {
		return "text follows it"
	}
	switch d.peek() {
	case ')':
		return ""
	case atEnd:
		return "the parenthesis after it is missing"
	case '(', '"', atLiteral:
		return "a value without a name follows it"
	}
	return ""
}

// itemFollows checks an item that stands after content, its name read and its value to come; "" is well formed.
func (d *decoder) itemFollows(m *Message, name string) string {
	if !knownItem(name) {
		return "text follows it"
	}
	next := d.peek()
	switch {
	case next == ')' || next == atEnd:
		return "an item without a value follows it"
	case name == "UID" || name == "RFC822.SIZE":
		number, end := d.pos, d.pos
		for end < len(d.line) && d.line[end] >= '0' && d.line[end] <= '9' {
			end++
		}
		if end == number || end < len(d.line) && !delimits(d.line[end]) {
			return "no number follows " + name
		}
		if name == "UID" && m.UID != 0 && parseUint32(string(d.line[number:end])) != m.UID {
			return "another UID follows it"
		}
	case (name == "FLAGS" || name == "MODSEQ") && next != '(':
		return "no list follows " + name
	}
	return ""
}

// closes checks the end of a response that holds content: the closing parenthesis, and nothing but blanks after it.
func (d *decoder) closes() string {
	if d.peek() != ')' {
		return "the parenthesis after it is missing"
	}
	d.pos++
	if d.peek() != atEnd {
		return "text follows its end"
	}
	return ""
}

// delivery is a response with content, read and not handed on yet.
type delivery struct {
	message *Message
	target  *command
	dated   bool
}

// confirm hands on the response with content that came last, if the line after it begins an answer. Blank lines say
// nothing, nor does a line of items, which some servers send after the end of a response.
func (c *Client) confirm(line []byte) error {
	if c.unconfirmed == nil || len(bytes.TrimSpace(line)) == 0 || strayItems(line) {
		return nil
	}
	last := c.unconfirmed
	c.unconfirmed = nil
	if !beginsAnswer(line) {
		return c.broken(last.message, "the line after it is no answer")
	}
	return c.deliver(last.message, last.target, last.dated)
}

// strayItems reports whether a line is a blank and items of FETCH.
func strayItems(line []byte) bool {
	if line[0] != ' ' {
		return false
	}
	name, _, _ := bytes.Cut(bytes.TrimLeft(line, " "), []byte(" "))
	return len(name) <= 32 && knownItem(strings.ToUpper(string(name)))
}

// beginsAnswer reports whether a line looks like the beginning of one: "* " and a word that servers use or a number and such
// a word, a continuation request, or one of this client's tags with a status.
func beginsAnswer(line []byte) bool {
	word, rest := cutWord(line)
	switch {
	case word == "+":
		return true
	case word != "*":
		number, tagged := strings.CutPrefix(word, "F")
		_, status := parseStatus(rest)
		return tagged && parseUint32(number) > 0 && status
	}
	word, rest = cutWord(rest)
	if parseUint32(word) > 0 || word == "0" {
		word, _ = cutWord(rest)
		switch strings.ToUpper(word) {
		case "FETCH", "EXISTS", "EXPUNGE", "RECENT", "UIDFETCH":
			return true
		}
		return false
	}
	switch strings.ToUpper(word) {
	case "OK", "NO", "BAD", "BYE", "PREAUTH", "CAPABILITY", "FLAGS", "LIST", "LSUB", "XLIST", "STATUS", "SEARCH", "ESEARCH", "VANISHED",
		"QUOTA", "QUOTAROOT", "NAMESPACE", "ID", "ENABLED":
		return true
	}
	return len(word) > 1 && strings.Trim(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == ""
}

// cutWord cuts the first word off a line, at most 32 bytes of it.
func cutWord(line []byte) (word string, rest []byte) {
	line = bytes.TrimLeft(line, " ")
	end := bytes.IndexByte(line, ' ')
	if end < 0 {
		end = len(line)
	}
	return string(line[:min(end, 32)]), line[end:]
}
