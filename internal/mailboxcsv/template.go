package mailboxcsv

import "strings"

// templateRemark in a line that begins with # says so of all further ones of the file.
const templateRemark = "lines that begin with # are skipped"

// Template is a file to fill in: the names of all columns and, behind a #, so that it is
// skipped, an example. It begins with a byte order mark, without which spreadsheet programs
// take UTF-8 for something else, and lines end with CRLF (RFC 4180, section 2).
func Template() []byte {
	example := map[Field]string{
		Name:       "# Info (" + templateRemark + ")",
		SourceHost: "imap.example.org", SourceSecurity: "TLS", SourceUser: "info@example.org", SourcePassword: "the password there",
		DestinationHost: "imap.example.com", DestinationSecurity: "TLS", DestinationUser: "info@example.com", DestinationPassword: "the password there",
		DryRun: "no", ExcludeFolders: "Trash|Junk", Automap: "yes", UnderFolder: "",
	}
	names, values := make([]string, 0, len(columnNames)), make([]string, 0, len(columnNames))
	for _, c := range columnNames {
		names, values = append(names, c.name), append(values, example[c.field])
	}
	return []byte("\ufeff" + strings.Join(names, ",") + "\r\n" + strings.Join(values, ",") + "\r\n")
}
