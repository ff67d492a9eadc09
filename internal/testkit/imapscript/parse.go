package imapscript

import (
	"io"
	"strconv"
	"strings"
)

// maxBody bounds the literals that a Host takes.
const maxBody = 1 << 30

// arguments reads a command's arguments from the connection as they are needed, so that a literal can be refused before it
// is sent.
type arguments struct {
	// command is the whole of it, without its tag and up to the first literal.
	command string
	s       *session
	line    string
	bad     bool
}

// space skips spaces.
func (a *arguments) space() { a.line = strings.TrimLeft(a.line, " ") }

// ended reports whether nothing is left.
func (a *arguments) ended() bool {
	a.space()
	return a.line == ""
}

// atom reads up to a space or parenthesis.
func (a *arguments) atom() string {
	a.space()
	end := strings.IndexAny(a.line, " ()")
	if end < 0 {
		end = len(a.line)
	}
	text := a.line[:end]
	a.line = a.line[end:]
	return text
}

// quoted reads a quoted string.
func (a *arguments) quoted() string {
	var b strings.Builder
	for i := 1; i < len(a.line); i++ {
		switch a.line[i] {
		case '\\':
			i++
			if i < len(a.line) {
				b.WriteByte(a.line[i])
			}
		case '"':
			a.line = a.line[i+1:]
			return b.String()
		default:
			b.WriteByte(a.line[i])
		}
	}
	a.bad, a.line = true, ""
	return ""
}

// astring reads an atom, a quoted string or a literal.
func (a *arguments) astring() string {
	a.space()
	switch {
	case strings.HasPrefix(a.line, `"`):
		return a.quoted()
	case strings.HasPrefix(a.line, "{"):
		size, waits := a.literalHeader()
		return string(a.literal(size, waits))
	}
	return a.atom()
}

// list reads a parenthesised list as its text, without the outer parentheses; "" when there is none.
func (a *arguments) list() string {
	a.space()
	if !strings.HasPrefix(a.line, "(") {
		return ""
	}
	depth := 0
	for i := range len(a.line) {
		switch a.line[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				text := a.line[1:i]
				a.line = a.line[i+1:]
				return text
			}
		}
	}
	a.bad = true
	return ""
}

// literalHeader reads {n} or {n+} at the end of the line. waits says that the client waits for permission.
func (a *arguments) literalHeader() (size int64, waits bool) {
	text := strings.TrimSuffix(strings.TrimPrefix(a.line, "{"), "}")
	digits, plus := strings.CutSuffix(text, "+")
	size, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || size < 0 || size > maxBody || !strings.HasPrefix(a.line, "{") || !strings.HasSuffix(a.line, "}") {
		a.bad, a.line = true, ""
		return 0, true
	}
	a.line = ""
	if plus && !a.s.has("LITERAL+") && (!a.s.has("LITERAL-") || size > 4096) {
		a.s.h.t.Errorf("imapscript: the client sends %d bytes without having been asked, which the server does not announce", size)
	}
	return size, !plus
}

// literal reads a literal and the line after it.
func (a *arguments) literal(size int64, waits bool) []byte {
	if a.bad || a.s.err != nil {
		return nil
	}
	if waits {
		a.s.line("+ go ahead")
		a.s.flush()
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(a.s.reader, data); err != nil {
		a.s.err = err
		return nil
	}
	a.line = a.s.readLine()
	return data
}

// numbers is a set of sequence numbers or UIDs.
type numbers []struct{ low, high uint32 }

// parseNumbers reads "1:3,7,12:*"; highest stands for "*".
func parseNumbers(text string, highest uint32) (set numbers, ok bool) {
	one := func(text string) (uint32, bool) {
		if text == "*" {
			return highest, true
		}
		n, err := strconv.ParseUint(text, 10, 32)
		return uint32(n), err == nil && n > 0
	}
	for part := range strings.SplitSeq(text, ",") {
		first, second, isRange := strings.Cut(part, ":")
		low, ok := one(first)
		high, ok2 := low, true
		if isRange {
			high, ok2 = one(second)
		}
		if !ok || !ok2 {
			return nil, false
		}
		if high < low {
			low, high = high, low
		}
		set = append(set, struct{ low, high uint32 }{low, high})
	}
	return set, true
}

func (n numbers) contains(number uint32) bool {
	for _, r := range n {
		if r.low <= number && number <= r.high {
			return true
		}
	}
	return false
}

// splitItems cuts FETCH items at the spaces outside of brackets and parentheses.
func splitItems(text string) []string {
	var items []string
	depth, from := 0, 0
	for i := range len(text) {
		switch text[i] {
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		case ' ':
			if depth == 0 {
				items = append(items, text[from:i])
				from = i + 1
			}
		}
	}
	items = append(items, text[from:])
	var kept []string
	for _, item := range items {
		if item != "" {
			kept = append(kept, item)
		}
	}
	return kept
}

// quote writes a string as it may stand in a response: quoted, or as a literal.
func quote(text string) string {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return "{" + itoa(len(text)) + "}\r\n" + text
		}
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

// matchPattern compares a mailbox name to a LIST pattern.
func matchPattern(pattern, name, delimiter string) bool {
	if pattern == "" {
		return name == ""
	}
	switch pattern[0] {
	case '*', '%':
		for i := 0; i <= len(name); i++ {
			if matchPattern(pattern[1:], name[i:], delimiter) {
				return true
			}
			if i < len(name) && pattern[0] == '%' && name[i] == delimiter[0] {
				return false
			}
		}
		return false
	}
	return name != "" && name[0] == pattern[0] && matchPattern(pattern[1:], name[1:], delimiter)
}
