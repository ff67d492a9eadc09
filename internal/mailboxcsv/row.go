package mailboxcsv

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"mailferry/internal/imapsync"
	"mailferry/internal/mailboxid"
)

// Row is a mailbox to move: one job. As the defaults of [Parse] it says what holds for
// rows that leave a cell empty.
type Row struct {
	// Line is where the row starts in the file, from 1.
	Line int
	// Name is for people, empty where none is given.
	Name                string
	Source, Destination Side
	DryRun              bool
	// Engine is BUILTIN, IMAPSYNC, or empty for the server's choice.
	Engine  string
	Options imapsync.Options
}

// Side is one of the two mailboxes of a row.
type Side struct {
	Host string
	// Port is 0 for the usual one of Security.
	Port int
	// Security is empty for TLS.
	Security       imapsync.Security
	User, Password string
	// AnyCertificate takes the server's certificate as it is. The zero value verifies it.
	AnyCertificate bool
}

func (s Side) endpoint() imapsync.Endpoint {
	return imapsync.Endpoint{
		Host: s.Host, Port: s.Port, Security: s.Security, User: s.User, VerifyCertificate: !s.AnyCertificate,
	}
}

// mailbox tells one mailbox from another, as the queue and batches do.
func (s Side) mailbox() string {
	port := s.Port
	if port == 0 {
		port = cmp.Or(s.Security, imapsync.TLS).DefaultPort()
	}
	return mailboxid.Of(s.Host, port, s.User).Service
}

// Table is what a file holds.
type Table struct {
	Columns []Column
	// Rows are those that could be read. If there are errors they are good for showing
	// alone: what is wrong in them is left empty.
	Rows []Row
	// Skipped are the lines that begin with # and were left out as remarks, from 1 and in
	// order; at most [MaxErrors] of them.
	Skipped []int
}

// Column is a column of the file.
type Column struct {
	// Index counts from 1, as spreadsheets do.
	Index int
	// Header is the name that the file gives it, shortened if it is long.
	Header string
	// Fields are what it sets; none if it is left out of account.
	Fields []Field
	// fallback has it set them only where another column leaves its cell empty.
	fallback bool
}

// has says whether the column sets a field.
func (c *Column) has(field Field) bool {
	return slices.Contains(c.Fields, field)
}

// Column is the one that sets a field, nil where there is none.
func (t *Table) Column(field Field) *Column {
	var found *Column
	for i := range t.Columns {
		if c := &t.Columns[i]; c.has(field) && (found == nil || found.fallback) {
			found = c
		}
	}
	return found
}

// sentence makes one of what the API says of a field, as "must not be empty".
func sentence(message string) string {
	for _, verb := range []string{"must ", "may ", "is ", "cannot "} {
		if strings.HasPrefix(message, verb) {
			return "The value " + message + "."
		}
	}
	first, size := utf8.DecodeRuneInString(message)
	return string(unicode.ToUpper(first)) + message[size:] + "."
}

// ErrorAt places what somebody else found wrong with a row, by its position in Rows and by
// a path of the API, as source.host or options.folders[2].
func (t *Table) ErrorAt(row int, path, message string) Error {
	e := Error{Message: sentence(message)}
	if row >= 0 && row < len(t.Rows) {
		e.Line = t.Rows[row].Line
	}
	path, _, _ = strings.Cut(path, "[")
	e.Field = Field(path)
	if c := t.Column(e.Field); c != nil {
		e.Column, e.Header = c.Index, c.Header
	}
	return e
}
