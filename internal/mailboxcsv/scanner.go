package mailboxcsv

import "strings"

// What can be wrong with the quotes of a cell.
const (
	notClosed = "The value begins with a quotation mark that is not closed. " +
		"Put the whole value in quotation marks and write each one inside it twice."
	textBehind = "There is text behind the closing quotation mark. " +
		"Put the whole value in quotation marks and write each one inside it twice."
)

// cell is a cell as it stands in the file.
type cell struct {
	// text is without the quotes around it and with those inside it halved.
	text   string
	quoted bool
	// problem is what is wrong with its quotes, or empty.
	problem string
}

// record is a line of cells, or several lines where a quoted cell spans them.
type record struct {
	line  int
	cells []cell
	// beyond counts cells with text beyond the scanner's limit.
	beyond int
}

// blank says whether there is nothing in it.
func (r record) blank() bool {
	for _, c := range r.cells {
		if c.problem != "" || strings.TrimSpace(c.text) != "" {
			return false
		}
	}
	return r.beyond == 0
}

// comment says whether it is a line that begins with #.
func (r record) comment() bool {
	return !r.cells[0].quoted && strings.HasPrefix(strings.TrimSpace(r.cells[0].text), "#")
}

// scanner takes text apart. Other than encoding/csv it goes on behind an error, as if the
// quotation mark that went wrong were a character like others, so that one forgotten mark
// costs one line and not the rest of the file.
//
// It looks at each byte at most three times. A mark without a partner is looked for to the end
// of the text once: behind it marks come in pairs only, or it would have one.
type scanner struct {
	text      string
	separator byte
	pos, line int
	// limit is how many cells of a record are kept.
	limit int
}

func newScanner(text string, separator byte, limit int) *scanner {
	return &scanner{text: text, separator: separator, line: 1, limit: limit}
}

// next is the next record, false at the end. Empty lines are passed over.
func (s *scanner) next() (record, bool) {
	for s.pos < len(s.text) && s.text[s.pos] == '\n' {
		s.pos++
		s.line++
	}
	if s.pos >= len(s.text) {
		return record{}, false
	}
	r := record{line: s.line}
	for {
		c := s.cell()
		switch {
		case len(r.cells) < s.limit:
			r.cells = append(r.cells, c)
		case strings.TrimSpace(c.text) != "":
			r.beyond++
		}
		if s.pos >= len(s.text) {
			return r, true
		}
		end := s.text[s.pos]
		s.pos++
		if end == '\n' {
			s.line++
			return r, true
		}
	}
}

// cell reads up to the separator or the end of the line.
func (s *scanner) cell() cell {
	start := s.pos
	s.spaces()
	if s.pos == len(s.text) || s.text[s.pos] != '"' {
		s.pos = start
		return cell{text: s.plain()}
	}
	opened := s.pos + 1
	closed, doubled := closing(s.text, opened)
	if closed < 0 {
		s.pos = opened
		return cell{text: s.plain(), problem: notClosed}
	}
	value := s.text[opened:closed]
	lines := strings.Count(value, "\n")
	s.pos = closed + 1
	s.spaces()
	if s.pos < len(s.text) && s.text[s.pos] != s.separator && s.text[s.pos] != '\n' {
		if lines > 0 {
			// What closed it opens another cell, lines below.
			s.pos = opened
			return cell{text: s.plain(), problem: notClosed}
		}
		s.plain()
		return cell{text: value, problem: textBehind}
	}
	s.line += lines
	if doubled {
		value = strings.ReplaceAll(value, `""`, `"`)
	}
	return cell{text: value, quoted: true}
}

// spaces goes past blanks, which may be around quotes.
func (s *scanner) spaces() {
	for s.pos < len(s.text) && s.text[s.pos] != s.separator && (s.text[s.pos] == ' ' || s.text[s.pos] == '\t') {
		s.pos++
	}
}

// plain is everything up to the separator or the end of the line.
func (s *scanner) plain() string {
	start := s.pos
	for s.pos < len(s.text) && s.text[s.pos] != s.separator && s.text[s.pos] != '\n' {
		s.pos++
	}
	return s.text[start:s.pos]
}

// closing is the position of the quotation mark that closes a value, -1 without one, and
// whether there are doubled ones before it.
func closing(text string, from int) (at int, doubled bool) {
	for {
		i := strings.IndexByte(text[from:], '"')
		if i < 0 {
			return -1, doubled
		}
		from += i
		if from+1 >= len(text) || text[from+1] != '"' {
			return from, doubled
		}
		doubled = true
		from += 2
	}
}
