package imapclient

import (
	"bytes"
	"errors"
	"io"
	"math"
	"strconv"
)

// Limits of what is kept of one response, whatever a server sends.
const (
	maxDepth  = 64
	maxValues = 1 << 16
	maxAtom   = 1 << 16
	maxText   = 4 << 20
	// maxSections is how many parts of a message one response may hold.
	maxSections = 1 << 10
)

// decoder reads the data of one untagged response: a line, and where it ends in a literal's header also the literal and the
// line after it, and so on. It never fails for what the data are, only when the stream ends or a limit is broken.
type decoder struct {
	framer *framer
	line   []byte
	pos    int
	// literal is the size of the literal after the line, -1 when there is none.
	literal int64
	values  int
	// maxLiteral bounds what is kept of a literal.
	maxLiteral int64
	kept       int64
	// text counts the bytes of atoms and quoted strings that were kept.
	text int
}

// start begins with a line that may announce a literal at its end.
func (d *decoder) start(line []byte) error {
	d.line, d.pos, d.literal = line, 0, -1
	if len(line) == 0 || line[len(line)-1] != '}' {
		return nil
	}
	open := bytes.LastIndexByte(line, '{')
	if open < 0 {
		return nil
	}
	digits := bytes.TrimSuffix(line[open+1:len(line)-1], []byte("+"))
	if len(digits) == 0 || len(bytes.Trim(digits, "0123456789")) > 0 {
		return nil
	}
	size, err := strconv.ParseInt(string(digits), 10, 64)
	if err != nil {
		return errors.New("literal of an impossible size")
	}
	if open > 0 && line[open-1] == '~' {
		open--
	}
	d.line, d.literal = line[:open], size
	return nil
}

// next goes on with the line after a literal.
func (d *decoder) next() error {
	line, err := d.framer.readLine()
	if err != nil {
		return unexpected(err)
	}
	return d.start(line)
}

// skip passes over all that is left of the response.
func (d *decoder) skip() error {
	for d.literal >= 0 {
		if err := d.framer.skip(d.literal); err != nil {
			return err
		}
		if err := d.next(); err != nil {
			return err
		}
	}
	d.pos = len(d.line)
	return nil
}

// What peek sees.
const (
	atEnd     = 0
	atLiteral = '{'
)

// peek skips spaces and gives the next byte, atLiteral before a literal, atEnd at the end.
func (d *decoder) peek() byte {
	for d.pos < len(d.line) && (d.line[d.pos] == ' ' || d.line[d.pos] == '\t') {
		d.pos++
	}
	switch {
	case d.pos < len(d.line):
		if d.line[d.pos] == 0 || d.line[d.pos] == atLiteral {
			return 'x' // a stray byte that starts an atom
		}
		return d.line[d.pos]
	case d.literal >= 0:
		return atLiteral
	}
	return atEnd
}

// atom reads up to a space, a parenthesis or the end. It may be empty before one of those.
func (d *decoder) atom() string {
	d.peek()
	from := d.pos
	for d.pos < len(d.line) && !delimits(d.line[d.pos]) {
		d.pos++
	}
	return d.keep(d.line[from:d.pos])
}

func delimits(b byte) bool { return b == ' ' || b == '\t' || b == '(' || b == ')' }

// keep copies bytes of a line, cut to a sane size.
func (d *decoder) keep(b []byte) string {
	if len(b) > maxAtom {
		b = b[:maxAtom]
	}
	return d.retain(b)
}

// retain copies bytes unless the response has been given enough already.
func (d *decoder) retain(b []byte) string {
	if d.text += len(b); d.text > maxText {
		return ""
	}
	return string(b)
}

// quoted reads a quoted string, up to the closing quote or the end of the line. It stands on the opening quote.
func (d *decoder) quoted() string {
	d.pos++
	from := d.pos
	for d.pos < len(d.line) && d.line[d.pos] != '"' && d.line[d.pos] != '\\' {
		d.pos++
	}
	if d.pos < len(d.line) && d.line[d.pos] == '"' {
		d.pos++
		return d.retain(d.line[from : d.pos-1])
	}
	text := append([]byte(nil), d.line[from:d.pos]...)
	for ; d.pos < len(d.line); d.pos++ {
		switch b := d.line[d.pos]; {
		case b == '"':
			d.pos++
			return d.retain(text)
		case b == '\\' && d.pos+1 < len(d.line):
			d.pos++
			text = append(text, d.line[d.pos])
		default:
			text = append(text, b)
		}
	}
	return d.retain(text)
}

// readLiteral keeps the literal that comes next, or its beginning, and goes on after it.
func (d *decoder) readLiteral() (data []byte, truncated bool, err error) {
	size := d.literal
	kept := min(size, max(0, d.maxLiteral-d.kept))
	d.kept += kept
	// The announced size is not believed before the bytes are there.
	data = make([]byte, 0, min(kept, 64<<10))
	for int64(len(data)) < kept {
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
		if d.framer.reader.Buffered() == 0 {
			if err := d.framer.wait(data[max(0, len(data)-maxTail):]); err != nil {
				return nil, false, err
			}
		}
		n, err := d.framer.reader.Read(data[len(data):min(int64(cap(data)), kept)])
		data = data[:len(data)+n]
		d.framer.taken += int64(n)
		if err != nil {
			return nil, false, unexpected(err)
		}
	}
	if err := d.framer.skip(size - kept); err != nil {
		return nil, false, err
	}
	return data, kept < size, d.next()
}

// copyLiteral writes the literal that comes next to w and goes on after it. progress is called after each piece. If w
// fails, the rest is skipped and writeErr says why.
func (d *decoder) copyLiteral(w io.Writer, progress func()) (writeErr, err error) {
	left := d.literal
	reader := d.framer.reader
	var last [maxTail]byte
	tail := last[:0]
	for left > 0 {
		if reader.Buffered() == 0 {
			if err := d.framer.wait(tail); err != nil {
				return nil, err
			}
		}
		piece, _ := reader.Peek(int(min(left, int64(reader.Buffered()))))
		if writeErr == nil && w != nil {
			if n, err := w.Write(piece); err != nil {
				writeErr = err
			} else if n < len(piece) {
				writeErr = io.ErrShortWrite
			}
		}
		tail = last[:copy(last[:], piece[max(0, len(piece)-maxTail):])]
		_, _ = reader.Discard(len(piece))
		left -= int64(len(piece))
		d.framer.taken += int64(len(piece))
		progress()
	}
	return writeErr, d.next()
}

// closedQuote reports whether a quoted string that comes next has its closing quote; true for anything else.
func (d *decoder) closedQuote() bool {
	if d.peek() != '"' {
		return true
	}
	for i := d.pos + 1; i < len(d.line); i++ {
		switch d.line[i] {
		case '"':
			return true
		case '\\':
			i++
		}
	}
	return false
}

// value reads any value. At the end, or before a closing parenthesis, it is NIL and nothing is consumed.
func (d *decoder) value() (Value, error) { return d.valueAt(0) }

func (d *decoder) valueAt(depth int) (Value, error) {
	switch d.peek() {
	case atEnd, ')':
		return Value{}, nil
	case '(':
		return d.list(depth)
	case '"':
		return Value{Kind: StringKind, Text: d.quoted()}, nil
	case atLiteral:
		data, _, err := d.readLiteral()
		return Value{Kind: StringKind, Text: string(data)}, err
	}
	text := d.atom()
	if equalFold(text, "NIL") {
		return Value{}, nil
	}
	return Value{Kind: AtomKind, Text: text}, nil
}

// list reads a parenthesised list; one that is not closed ends with the response. What nests too deep or counts too many is
// left out.
func (d *decoder) list(depth int) (Value, error) {
	list := Value{Kind: ListKind}
	d.pos++
	if depth >= maxDepth {
		return list, d.skipList()
	}
	for {
		switch d.peek() {
		case ')':
			d.pos++
			return list, nil
		case atEnd:
			return list, nil
		}
		item, err := d.valueAt(depth + 1)
		if err != nil {
			return list, err
		}
		if d.values++; d.values <= maxValues {
			list.List = append(list.List, item)
		}
	}
}

// skipList passes over the rest of a list without recursion.
func (d *decoder) skipList() error {
	for depth := 1; depth > 0; {
		switch d.peek() {
		case atEnd:
			return nil
		case '(':
			d.pos++
			depth++
		case ')':
			d.pos++
			depth--
		case '"':
			d.quoted()
		case atLiteral:
			if err := d.framer.skip(d.literal); err != nil {
				return err
			}
			if err := d.next(); err != nil {
				return err
			}
		default:
			d.atom()
		}
	}
	return nil
}

// number reads an unsigned number; ok is false when there is none, and then the atom is consumed all the same.
func (d *decoder) number() (n uint64, ok bool) {
	switch d.peek() {
	case '(', ')', atEnd, atLiteral:
		return 0, false
	case '"':
		n, err := strconv.ParseUint(d.quoted(), 10, 64)
		return n, err == nil
	}
	n, err := strconv.ParseUint(d.atom(), 10, 64)
	return n, err == nil
}

// number32 reads a message number or UID, 0 for anything else.
func (d *decoder) number32() uint32 {
	n, ok := d.number()
	if !ok || n > math.MaxUint32 {
		return 0
	}
	return uint32(n)
}

// strings reads a list of atoms or strings, such as flags. A single atom is a list of one.
func (d *decoder) strings() ([]string, error) {
	value, err := d.value()
	texts := []string{}
	switch value.Kind {
	case ListKind:
		for _, item := range value.List {
			switch item.Kind {
			case ListKind:
			case NilKind:
				texts = append(texts, "NIL") // a keyword of that name
			default:
				texts = append(texts, item.Text)
			}
		}
	case NilKind:
	default:
		texts = append(texts, value.Text)
	}
	return texts, err
}

// mailbox reads a mailbox name: a literal, a quoted string, or whatever stands there up to a list or the end, spaces
// and all.
func (d *decoder) mailbox() (string, error) {
	switch d.peek() {
	case atLiteral:
		data, _, err := d.readLiteral()
		return string(data), err
	case '"':
		from := d.pos
		name := d.quoted()
		if d.pos == len(d.line) || d.line[d.pos] == ' ' {
			return name, nil
		}
		// A quote that was not escaped: the name goes up to the last quote.
		if last := bytes.LastIndexByte(d.line, '"'); last > d.pos {
			name = string(d.line[from+1 : last])
			d.pos = last + 1
		}
		return name, nil
	}
	rest := d.line[d.pos:]
	if d.literal < 0 {
		rest = rest[:beforeList(rest)]
	}
	d.pos += len(rest)
	return d.keep(bytes.TrimRight(rest, " ")), nil
}

// beforeList is where the list at the end of a text begins, with the space before it; all of the text when there is none.
func beforeList(text []byte) int {
	depth := 0
	for i := len(text) - 1; i > 0; i-- {
		switch text[i] {
		case ')':
			depth++
		case '(':
			depth--
		}
		if depth == 0 {
			if text[i] == '(' && text[i-1] == ' ' {
				return i - 1
			}
			break
		}
	}
	return len(text)
}

// itemName reads the name of a FETCH item in upper case, its brackets included: BODY[HEADER.FIELDS ("Message-ID")]<0>
// gives BODY[HEADER.FIELDS (MESSAGE-ID)]<0>.
func (d *decoder) itemName() (string, error) {
	d.peek()
	from := d.pos
	for d.pos < len(d.line) && !delimits(d.line[d.pos]) && d.line[d.pos] != '[' {
		d.pos++
	}
	name := []byte(d.keep(d.line[from:d.pos]))
	if d.pos < len(d.line) && d.line[d.pos] == '[' {
		closed := false
		for !closed && len(name) < maxAtom {
			switch {
			case d.pos < len(d.line) && d.line[d.pos] == '"':
				name = append(name, d.quoted()...)
			case d.pos < len(d.line):
				b := d.line[d.pos]
				name = append(name, b)
				closed = b == ']'
				d.pos++
			case d.literal >= 0:
				data, _, err := d.readLiteral()
				if err != nil {
					return "", err
				}
				name = append(name, data...)
			default:
				closed = true
			}
		}
		for d.pos < len(d.line) && !delimits(d.line[d.pos]) {
			name = append(name, d.line[d.pos]) // <origin>
			d.pos++
		}
	}
	return string(bytes.ToUpper(name)), nil
}
