package mailboxcsv

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// MaxBytes is the size of the largest file that is read.
const MaxBytes = 5 << 20

// Decode turns a file into UTF-8 with LF between its lines, whose numbers stay the same. The
// error is a sentence for people.
func Decode(file []byte) (string, error) {
	switch {
	case len(file) > MaxBytes:
		return "", fmt.Errorf("The file is larger than %d MiB. Divide it.", MaxBytes>>20) //nolint:revive,staticcheck // for people
	case bytes.HasPrefix(file, []byte("PK\x03\x04")), bytes.HasPrefix(file, []byte("\xd0\xcf\x11\xe0")):
		return "", errors.New("This is a workbook of a spreadsheet program. Save it as CSV there.") //nolint:revive,staticcheck // for people
	}
	from := encoding.Encoding(charmap.Windows1252)
	switch {
	case bytes.HasPrefix(file, []byte("\xff\xfe")), bytes.HasPrefix(file, []byte("\xfe\xff")):
		from = unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM)
	case utf8.Valid(file):
		from = unicode.UTF8BOM
	}
	text, err := from.NewDecoder().Bytes(file)
	if err != nil || bytes.IndexByte(text, 0) >= 0 {
		return "", errors.New("This is not a text file. Save it as CSV in UTF-8.") //nolint:revive,staticcheck // for people
	}
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(text)), nil
}
