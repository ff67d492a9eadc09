package mailboxcsv

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// MaxErrors is how many errors are listed; further ones are counted.
const MaxErrors = 1000

// Error is one thing to mend in a file.
type Error struct {
	// Line counts from 1; it is 0 for the file as a whole.
	Line int
	// Column counts from 1 and Header is its name in the file; 0 and empty where the whole
	// line, or a column that is not there, is meant.
	Column int
	Header string
	// Field is what the cell sets, empty where that is unknown.
	Field Field
	// Message says what is wrong and what to do, in a sentence or two.
	Message string
}

// Place is the column in words: its name in the file, else its number, else the name of the
// column that would set what is meant, else nothing.
func (e Error) Place() string {
	switch {
	case e.Header != "":
		return e.Header
	case e.Column > 0:
		return fmt.Sprintf("column %d", e.Column)
	}
	return e.Field.column()
}

// Error is one line: where, then what.
func (e Error) Error() string {
	var b strings.Builder
	if e.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", e.Line)
	}
	if place := e.Place(); place != "" {
		b.WriteString(place + ": ")
	}
	return b.String() + e.Message
}

// FileError is everything wrong with a file, from its first line to its last.
type FileError struct {
	// List has at most [MaxErrors] entries.
	List []Error
	// Omitted counts those beyond.
	Omitted int
}

func (e *FileError) Error() string {
	lines := make([]string, 0, len(e.List)+1)
	for _, one := range e.List {
		lines = append(lines, one.Error())
	}
	if e.Omitted > 0 {
		lines = append(lines, fmt.Sprintf("and %d more errors", e.Omitted))
	}
	return strings.Join(lines, "\n")
}

// Add adds errors that somebody else found in the file's table, each in its place.
func (e *FileError) Add(table *Table, others ...Error) {
	for _, one := range table.gather(others) {
		e.add(one)
	}
	e.sort()
}

// gather makes one error, of the file as a whole, of what is wrong with all rows alike: with
// what no column gives but the defaults.
func (t *Table) gather(errs []Error) []Error {
	alike := func(e Error) Error {
		e.Line = 0
		return e
	}
	count := map[Error]int{}
	for _, e := range errs {
		count[alike(e)]++
	}
	var gathered []Error
	said := map[Error]bool{}
	for _, e := range errs {
		switch whole := alike(e); {
		case e.Column > 0 || count[whole] < len(t.Rows):
			gathered = append(gathered, e)
		case !said[whole]:
			said[whole] = true
			gathered = append(gathered, whole)
		}
	}
	return gathered
}

// InRows says whether rows alone are wrong, each for itself, so that those without an error
// are read as they are meant.
func (e *FileError) InRows(table *Table) bool {
	if e.Omitted > 0 {
		return false
	}
	rows := make(map[int]bool, len(table.Rows))
	for _, row := range table.Rows {
		rows[row.Line] = true
	}
	return !slices.ContainsFunc(e.List, func(one Error) bool { return !rows[one.Line] })
}

func (e *FileError) add(one Error) {
	if len(e.List) == MaxErrors {
		e.Omitted++
		return
	}
	e.List = append(e.List, one)
}

// orNil is the errors in the order of the file, or nil without any.
func (e *FileError) orNil() error {
	if len(e.List) == 0 {
		return nil
	}
	e.sort()
	return e
}

func (e *FileError) sort() {
	slices.SortStableFunc(e.List, func(a, b Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}
