// Package mailboxcsv reads a list of mailboxes to move, as administrators keep it: a CSV
// file from a spreadsheet, from another migration tool or written by hand.
//
// The first line names the columns, in any order, in snake case, camel case or words, in
// English, German or French, or with the names that other tools use: imapsync's file loop
// (host1;user1;password1;host2;user2;password2, also without its header), Microsoft 365
// (EmailAddress,UserName,Password), cPanel (Email,Password,Quota). A column whose name
// says no side, as user or password, holds for each side that has no column of its own.
// Empty cells take the value from the defaults.
//
//	table, err := mailboxcsv.Parse(text, mailboxcsv.Row{Destination: …})
//	var wrong *mailboxcsv.FileError
//	if errors.As(err, &wrong) { for _, e := range wrong.List { … e.Line, e.Header, e.Message } }
//
// The separator (comma, semicolon, tab) is found from the first line, or from Excel's
// "sep=;" before it. UTF-8 with or without a byte order mark, UTF-16 with one, and
// Windows-1252 are told apart. Cells may be quoted as RFC 4180, section 2 has it, with line
// breaks inside. Lines of empty cells are skipped. A line that begins with # is a mailbox like
// others, unless it has one cell where the file has several columns, the file has the template's
// example, which says that such lines are skipped, or it is a list for imapsync's file loop;
// [Table.Skipped] names what was.
//
// All errors are reported at once, each with its line and column, and none of them repeats
// a value of a row: passwords get into wrong columns too easily. Whatever the input, Parse
// does not panic, takes time in proportion to it, and holds no more than [MaxBytes],
// [MaxRows] and [MaxErrors] allow.
//
// The package opens nothing and connects to nothing; whether a host may be connected to is
// for others to say, with [Table.ErrorAt].
package mailboxcsv
