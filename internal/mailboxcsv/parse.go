package mailboxcsv

import (
	"fmt"
	"strings"

	"mailferry/internal/imapsync"
	"mailferry/internal/mailboxid"
)

// MaxRows is how many mailboxes a file may list.
const MaxRows = 5000

// Parse reads a file. The defaults hold for cells that are empty and for columns that are
// not there; their Line and Name are not used. The error, if any, is an [*FileError] with
// everything that is wrong; the table is then good for showing what was read, and for
// [Table.ErrorAt], but not for creating jobs. It is never nil.
func Parse(file []byte, defaults Row) (*Table, error) {
	table, errs := &Table{}, &FileError{}
	text, err := Decode(file)
	if err != nil {
		errs.add(Error{Message: err.Error()})
		return table, errs.orNil()
	}
	h, ok := findHeader(text)
	switch {
	case !ok:
		errs.add(Error{Message: "The file is empty. The first line names the columns: " + strings.Join(ColumnNames(), ", ") + "."})
		return table, errs.orNil()
	case len(h.names) > maxColumns:
		errs.add(Error{Line: h.record.line, Message: fmt.Sprintf("There are more than %d columns. Remove those that are not needed.", maxColumns)})
		return table, errs.orNil()
	case !h.fileLoop && !h.certain():
		errs.add(Error{Line: h.record.line, Message: "This line does not name the columns. The first line of a file must; known names are: " +
			strings.Join(ColumnNames(), ", ") + "."})
		return table, errs.orNil()
	}
	table.Columns = h.columns(errs)
	r := &reader{header: h, table: table, defaults: defaults, errs: errs, pairs: map[string]int{}, destinations: map[string]int{}}
	// Lists for imapsync's file loop are read by scripts that skip such lines.
	r.remarks = h.fileLoop || h.record.comment()
	r.missingColumns()
	r.rows(text)
	errs.Add(table, r.unplaced...)
	return table, errs.orNil()
}

// reader reads the rows of a file.
type reader struct {
	header   header
	table    *Table
	defaults Row
	errs     *FileError
	// pairs are the mailbox pairs met, destinations the places written to, with the line of
	// each.
	pairs, destinations map[string]int
	// remarks says that lines which begin with # are left out.
	remarks bool
	// unplaced are errors of whole rows that no column is to blame for.
	unplaced []Error
}

// missingColumns names what neither a column nor the defaults give.
func (r *reader) missingColumns() {
	d := r.defaults
	for _, need := range []struct {
		field Field
		given string
		what  string
	}{
		{SourceHost, d.Source.Host, "the host of the source"},
		{SourceUser, d.Source.User, "the user of the source"},
		{SourcePassword, d.Source.Password, "the password of the source"},
		{DestinationHost, d.Destination.Host, "the host of the destination"},
		{DestinationUser, d.Destination.User, "the user of the destination"},
		{DestinationPassword, d.Destination.Password, "the password of the destination"},
	} {
		if need.given == "" && r.table.Column(need.field) == nil {
			r.errs.add(Error{Line: r.header.record.line, Field: need.field, Message: fmt.Sprintf(
				"No column gives %s. Add a column %s, or set it for all rows.", need.what, need.field.column())})
		}
	}
}

func (r *reader) rows(text string) {
	s := newScanner(text, r.header.separator, len(r.table.Columns))
	for {
		record, ok := s.next()
		if !ok {
			break
		}
		if record.blank() || record.line == r.header.record.line && !r.header.fileLoop {
			continue
		}
		if record.line < r.header.record.line {
			if record.comment() {
				r.leaveOut(record)
			}
			continue
		}
		if r.remark(record) {
			r.leaveOut(record)
			continue
		}
		if len(r.table.Rows) == MaxRows {
			r.errs.add(Error{Line: record.line, Message: fmt.Sprintf("There are more than %d rows. Divide the file.", MaxRows)})
			return
		}
		r.table.Rows = append(r.table.Rows, r.row(record))
	}
	if len(r.table.Rows) == 0 {
		r.errs.add(Error{Line: r.header.record.line, Message: "There is no row below the names of the columns. Add one for each mailbox."})
	}
}

// remark says whether a line below the header is no mailbox: one that begins with # and has no
// further cell, or any that begins with # once the template's comment has said that those are
// left out. Else it is a mailbox like others: names and users may begin with a #.
func (r *reader) remark(record record) bool {
	if !record.comment() {
		return false
	}
	if strings.Contains(record.cells[0].text, templateRemark) {
		r.remarks = true
	}
	return r.remarks || len(record.cells) == 1 && record.beyond == 0 && len(r.table.Columns) > 1
}

func (r *reader) leaveOut(record record) {
	if len(r.table.Skipped) < MaxErrors {
		r.table.Skipped = append(r.table.Skipped, record.line)
	}
}

// row reads one row and notes everything that is wrong with it.
func (r *reader) row(record record) Row {
	row := r.defaults
	row.Line, row.Name = record.line, ""
	if record.beyond > 0 {
		r.errs.add(Error{Line: record.line, Message: fmt.Sprintf("The row has more than the %d cells that the first line names. "+
			"Put a value that contains the separator (%s) in quotation marks.", len(r.table.Columns), separatorName(r.header.separator))})
		return row
	}
	before := len(r.errs.List) + r.errs.Omitted
	v := &values{
		row: &row, defaults: row, given: map[Field]bool{},
		column: func(f Field) bool { return r.table.Column(f) != nil },
		fail:   func(f Field, message string) { r.errs.add(r.errorAt(record.line, f, message)) },
	}
	for _, fallback := range []bool{false, true} {
		for i, c := range record.cells {
			column := r.table.Columns[i]
			if column.fallback != fallback || fallback && v.given[firstOf(column.Fields)] {
				continue
			}
			r.cell(v, record, column, c)
		}
	}
	v.finish()
	if len(r.errs.List)+r.errs.Omitted == before {
		r.whole(&row)
	}
	return row
}

// cell reads one cell of a row.
func (r *reader) cell(v *values, record record, column Column, c cell) {
	switch {
	case c.problem != "":
		for _, field := range column.Fields {
			v.given[field] = true
		}
		r.errs.add(Error{Line: record.line, Column: column.Index, Header: column.Header, Field: firstOf(column.Fields), Message: c.problem})
	case column.Header == "" && len(column.Fields) == 0 && !r.header.fileLoop && strings.TrimSpace(c.text) != "":
		r.errs.add(Error{Line: record.line, Column: column.Index, Message: "The column has no name. Name it in the first line, or empty its cells."})
	default:
		for n, field := range column.Fields {
			// What is wrong with a cell for both sides is said once.
			v.quiet = n > 0
			v.set(field, c)
		}
		v.quiet = false
	}
}

// whole checks a row that is right cell by cell: that an engine can be told to do it, and
// that it is not there already.
func (r *reader) whole(row *Row) {
	command := imapsync.Command{Source: row.Source.endpoint(), Destination: row.Destination.endpoint(), Options: row.Options, Perl: row.Engine == "IMAPSYNC"}
	if row.Source.Host == "" || row.Source.User == "" || row.Destination.Host == "" || row.Destination.User == "" {
		return // said once, of the column
	}
	if _, err := command.Args(); err != nil {
		path, reason := argument(err)
		wrong := r.errorAt(row.Line, Field(path), sentence(reason))
		if wrong.Column == 0 {
			r.unplaced = append(r.unplaced, wrong)
			return
		}
		r.errs.add(wrong)
		return
	}
	from, to := row.Source.mailbox(), row.Destination.mailbox()
	if from == to && row.Options.UnderFolder == "" {
		r.errs.add(r.errorAt(row.Line, DestinationUser, "Source and destination are the same mailbox. Change one of them."))
		return
	}
	pair := from + "\n" + to
	if line, ok := r.pairs[pair]; ok {
		r.errs.add(r.errorAt(row.Line, SourceUser, fmt.Sprintf("The same two mailboxes are in line %d already. Remove one of the two rows.", line)))
		return
	}
	r.pairs[pair] = row.Line
	// Two jobs that write to the same folders at once would each miss what the other adds.
	place := to + "\n" + mailboxid.Folder(row.Options.UnderFolder)
	if line, ok := r.destinations[place]; ok {
		r.errs.add(r.errorAt(row.Line, DestinationUser, fmt.Sprintf(
			"Line %d has this destination already. Give one of the two a folder of its own in a column under_folder, or remove it.", line)))
		return
	}
	r.destinations[place] = row.Line
}

func (r *reader) errorAt(line int, field Field, message string) Error {
	e := Error{Line: line, Field: field, Message: message}
	if c := r.table.Column(field); c != nil {
		e.Column, e.Header = c.Index, c.Header
	}
	return e
}

func firstOf(fields []Field) Field {
	if len(fields) == 0 {
		return ""
	}
	return fields[0]
}

func separatorName(separator byte) string {
	switch separator {
	case ',':
		return "comma"
	case ';':
		return "semicolon"
	case '\t':
		return "tab"
	}
	return string(rune(separator))
}
