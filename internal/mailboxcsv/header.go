package mailboxcsv

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxColumns is how many columns a file may have.
const maxColumns = 100

// meaning is what a column's name says by itself, before the other columns are looked at.
type meaning struct {
	// field is set for a column that is about one thing only.
	field Field
	// role is set for a column that both sides have; side says which one, empty for both.
	role role
	side string
	// ignored is a name known to say nothing.
	ignored bool
}

func (m meaning) known() bool { return m.field != "" || m.role != "" || m.ignored }

// maxNameBytes is the length beyond which no name is known.
const maxNameBytes = 200

// means looks a name up.
func means(header string) meaning {
	if len(header) > maxNameBytes {
		return meaning{}
	}
	word := fold(header)
	for _, c := range columnNames {
		if word == c.folded() && !strings.Contains(string(c.field), "source.") && !strings.Contains(string(c.field), "destination.") {
			return meaning{field: c.field}
		}
	}
	if field, ok := fieldWords[word]; ok {
		return meaning{field: field}
	}
	if r, ok := roleWords[word]; ok {
		return meaning{role: r}
	}
	if slices.Contains(ignoredWords, word) {
		return meaning{ignored: true}
	}
	for _, s := range sideWords {
		for _, w := range s.words {
			for _, cut := range []func(string, string) (string, bool){strings.CutPrefix, strings.CutSuffix} {
				if rest, ok := cut(word, w); ok {
					if r, ok := roleWords[rest]; ok {
						return meaning{role: r, side: s.side}
					}
				}
			}
		}
	}
	return meaning{}
}

// header is the first line of a file, understood.
type header struct {
	separator byte
	// record is the line; rows begin behind it, or with it if fileLoop.
	record record
	names  []string
	// known counts the names that are.
	known int
	// fileLoop is a file of imapsync's file loop, which has no header.
	fileLoop bool
}

// findHeader finds the separator that makes most sense of the first line: the one with
// which most names are known, then the one with most cells.
func findHeader(text string) (header, bool) {
	separators := []byte{',', ';', '\t'}
	if separator, ok := statedSeparator(text); ok {
		separators = []byte{separator}
	}
	var best header
	for _, separator := range separators {
		h, ok := firstLine(text, separator)
		if !ok {
			continue
		}
		if better := h.known - best.known; best.names == nil || better > 0 || better == 0 && len(h.names) > len(best.names) {
			best = h
		}
	}
	return best, best.names != nil
}

// statedSeparator reads the line that Excel puts before all others, as sep=; or "sep=;", perhaps
// with empty cells behind it.
func statedSeparator(text string) (byte, bool) {
	line, _, _ := strings.Cut(text, "\n")
	line = strings.Trim(line, " ")
	if inner, ok := strings.CutPrefix(line, `"`); ok {
		// A spreadsheet program that has read the line as a cell quotes it.
		value, rest, closed := strings.Cut(inner, `"`)
		if !closed || len(value) != len("sep=;") || strings.Trim(rest, value[4:]) != "" {
			return 0, false
		}
		line = value
	}
	if len(line) < len("sep=;") || !strings.EqualFold(line[:4], "sep=") || strings.IndexByte(",;\t|", line[4]) < 0 ||
		strings.Trim(line[4:], line[4:5]) != "" {
		return 0, false
	}
	return line[4], true
}

// maxRemarks is how many lines that begin with # may be above the names of the columns.
const maxRemarks = 100

// firstLine reads the first line that is not blank as names of columns.
func firstLine(text string, separator byte) (header, bool) {
	s := newScanner(text, separator, maxColumns+1)
	_, stated := statedSeparator(text)
	remarks := 0
	for {
		r, ok := s.next()
		if !ok {
			return header{}, false
		}
		if r.blank() || r.line == 1 && stated {
			continue
		}
		h := header{separator: separator, record: r}
		commented := r.comment()
		for i, c := range r.cells {
			name := strings.TrimSpace(c.text)
			if i == 0 && commented {
				name = strings.TrimSpace(strings.TrimLeft(name, "#"))
			}
			h.names = append(h.names, name)
			if means(name).known() {
				h.known++
			}
		}
		for n := len(h.names); n > 1 && h.names[n-1] == ""; n-- {
			h.names = h.names[:n-1]
		}
		if remarks++; commented && !h.certain() && remarks <= maxRemarks {
			continue
		}
		h.fileLoop = !h.certain() && looksLikeFileLoop(h.names)
		return h, true
	}
}

// certain says that this is surely a header. Only then its names may be repeated in a message:
// the first line of a file without a header holds passwords.
func (h header) certain() bool {
	credentials := false
	for _, name := range h.names {
		m := means(name)
		credentials = credentials || m.role == roleUser || m.role == roleEmail || m.role == rolePassword
	}
	return credentials && (h.known >= 2 && 2*h.known >= len(h.names) || len(h.names) == 1)
}

// looksLikeFileLoop says whether a line that is no header holds host, user and
// password of one side, then those of the other.
func looksLikeFileLoop(cells []string) bool {
	if len(cells) < 6 {
		return false
	}
	for i, c := range cells[:6] {
		if c == "" || (i == 0 || i == 3) && !looksLikeHost(c) {
			return false
		}
	}
	return true
}

func looksLikeHost(s string) bool {
	for _, r := range s {
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]", r) {
			return false
		}
	}
	return strings.ContainsAny(s, ".:") || strings.EqualFold(s, "localhost")
}

// maxHeaderShown is how many characters of a column's name are repeated.
const maxHeaderShown = 60

func shorten(name string) string {
	name = strings.ToValidUTF8(strings.Map(printable, name), "")
	if utf8.RuneCountInString(name) <= maxHeaderShown {
		return name
	}
	return string([]rune(name)[:maxHeaderShown]) + "…"
}

func printable(r rune) rune {
	if r < 0x20 || r == 0x7f {
		return ' '
	}
	return r
}

// columns says what each column sets.
func (h header) columns(errs *FileError) []Column {
	if h.fileLoop {
		return fileLoopColumns(h, errs)
	}
	columns := make([]Column, len(h.names))
	meanings := make([]meaning, len(h.names))
	for i, name := range h.names {
		columns[i] = Column{Index: i + 1, Header: shorten(name)}
		if problem := h.record.cells[i].problem; problem != "" {
			errs.add(h.errorAt(columns[i], problem))
		}
		meanings[i] = means(name)
	}
	resolveEmail(meanings)
	fallBack(columns, meanings)
	setBy := map[Field]int{}
	set := func(i int, field Field) {
		if first, ok := setBy[field]; ok {
			errs.add(h.errorAt(columns[i], fmt.Sprintf("Column %d gives the same as column %d (%s). Keep one of them.",
				i+1, first+1, columns[first].Header)))
			return
		}
		setBy[field] = i
		columns[i].Fields = append(columns[i].Fields, field)
	}
	for i, m := range meanings {
		switch {
		case m.field != "":
			set(i, m.field)
		case columns[i].fallback:
			columns[i].Fields = append(columns[i].Fields, m.role.of(m.side))
		case m.role != "" && m.side != "":
			set(i, m.role.of(m.side))
		case !m.known() && h.names[i] == "":
			// Its cells must be empty too; see reader.row.
		case !m.known():
			errs.add(h.errorAt(columns[i], unknown(h.names[i])))
		}
	}
	// A name without a side is for each side that has no column of its own.
	for i, m := range meanings {
		if m.role == "" || m.side != "" {
			continue
		}
		for _, side := range []string{source, destination} {
			if _, taken := setBy[m.role.of(side)]; !taken {
				columns[i].Fields = append(columns[i].Fields, m.role.of(side))
			}
		}
		if len(columns[i].Fields) == 0 {
			errs.add(h.errorAt(columns[i], fmt.Sprintf("Both sides have a column for the %s already. Remove this one, or name it for what it is.", m.role)))
		}
		for _, field := range columns[i].Fields {
			setBy[field] = i
		}
	}
	return columns
}

// resolveEmail sees to files that give an address and a user name, as Microsoft 365 has
// them: the address is the mailbox to fill, the user name with the password the one to read.
func resolveEmail(meanings []meaning) {
	email, user := -1, -1
	for i, m := range meanings {
		switch {
		case m.side != "":
		case m.role == roleEmail:
			email = i
		case m.role == roleUser:
			user = i
		}
	}
	if email < 0 || user < 0 {
		return
	}
	meanings[email].side, meanings[user].side = destination, source
	for i, m := range meanings {
		if m.role == rolePassword && m.side == "" {
			meanings[i].side = source
		}
	}
}

// fallBack sees to files that give an address and a user name for a side, as MigrationWiz has
// them: the address stands for user names that are left empty.
func fallBack(columns []Column, meanings []meaning) {
	for _, side := range []string{source, destination} {
		of := func(r role) int {
			return slices.IndexFunc(meanings, func(m meaning) bool { return m.role == r && m.side == side })
		}
		if email := of(roleEmail); email >= 0 && of(roleUser) >= 0 {
			columns[email].fallback = true
		}
	}
}

func fileLoopColumns(h header, errs *FileError) []Column {
	fields := []Field{SourceHost, SourceUser, SourcePassword, DestinationHost, DestinationUser, DestinationPassword}
	columns := make([]Column, len(h.names))
	for i := range columns {
		columns[i] = Column{Index: i + 1}
		if i < len(fields) {
			columns[i].Header = fields[i].column()
			columns[i].Fields = fields[i : i+1]
			continue
		}
		errs.add(Error{Line: h.record.line, Column: i + 1, Message: "Options of imapsync behind the two mailboxes are not understood. " +
			"Put a line with names of columns above, and the options into columns of their own."})
	}
	return columns
}

func (h header) errorAt(c Column, message string) Error {
	return Error{Line: h.record.line, Column: c.Index, Header: c.Header, Message: message}
}

// unknown says what to do about a column that nobody knows.
func unknown(name string) string {
	known := strings.Join(ColumnNames(), ", ")
	if near := nearest(name); near != "" {
		return fmt.Sprintf("There is no such column; did you mean %s? Rename or remove it. Known are: %s.", near, known)
	}
	return fmt.Sprintf("There is no such column. Rename or remove it. Known are: %s.", known)
}

// nearest is the known name that a misspelt one most likely stands for, or empty.
func nearest(name string) string {
	if len(name) > maxNameBytes {
		return ""
	}
	word := fold(name)
	if word == "" {
		return ""
	}
	best, least := "", len(word)/3+2
	for _, known := range ColumnNames() {
		if d := distance(word, strings.ReplaceAll(known, "_", "")); d < least {
			best, least = known, d
		}
	}
	return best
}

// distance is how many letters have to be changed, added or taken away (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
