package compare

import (
	"bytes"
	"crypto/sha256"
	"strings"
)

// Key is a hash that messages share which may be the same. Different messages may share one too.
type Key [8]byte

// Identity is what the header of a message says about which message it is.
type Identity struct {
	// Key is of the Message-ID, or, without one, of Date, From, To and Subject.
	Key Key
	// Like is of From, To and Subject alone: what stays the same when a host adds a Message-ID or a Date.
	Like Key
	// Strong says that Key is of a Message-ID.
	Strong bool
}

// Fields are the header fields that Identify reads, as a FETCH item names them (RFC 3501, section 6.4.5).
const Fields = "MESSAGE-ID DATE FROM TO SUBJECT"

// The positions of Fields in the results of identifying.
const (
	fieldID = iota
	fieldDate
	fieldFrom
	fieldTo
	fieldSubject
	fieldCount
)

// Identify reads a header, or those of its lines that hold Fields. Line ends may be CRLF or LF; what follows an empty line is
// not read. How lines are folded, blanks, bytes past ASCII and what hosts put in their place make no difference.
func Identify(header []byte) Identity {
	var fields [fieldCount]string
	for f := range headerFields(header) {
		if i, ok := fieldNumber(f.name); ok && fields[i] == "" {
			fields[i] = string(visible(f.value))
		}
	}
	id := Identity{Like: keyOf("like", fields[fieldFrom:]...)}
	if value := fields[fieldID]; value != "" && value != "<>" {
		id.Key, id.Strong = keyOf("id", value), true
	} else {
		id.Key = keyOf("", fields[fieldDate:]...)
	}
	return id
}

// nothing is the key of a message without any of the fields that identify one.
func nothing() Key { return Identify(nil).Key }

func fieldNumber(name []byte) (int, bool) {
	for i, want := range [fieldCount]string{"message-id", "date", "from", "to", "subject"} {
		if len(name) == len(want) && strings.EqualFold(string(name), want) {
			return i, true
		}
	}
	return 0, false
}

func keyOf(kind string, values ...string) (k Key) {
	h := sha256.New()
	h.Write([]byte(kind + "\x00"))
	for _, value := range values {
		h.Write([]byte(value + "\x00"))
	}
	copy(k[:], h.Sum(nil))
	return k
}

// field is a header field: its name as written and its value, folding included.
type field struct{ name, value []byte }

// headerFields gives the fields of a header up to its empty line. Lines that are none are left out. A carriage return where no line
// ends is as good as none, since some hosts (Courier) store none.
func headerFields(header []byte) func(yield func(field) bool) {
	return func(yield func(field) bool) {
		var current field
		for len(header) > 0 {
			line := header
			if end := bytes.IndexByte(header, '\n'); end >= 0 {
				line, header = header[:end+1], header[end+1:]
			} else {
				header = nil
			}
			text := bytes.TrimRight(line, "\r\n")
			if len(text) == 0 {
				break
			}
			if text = bytes.TrimLeft(text, "\r"); text[0] == ' ' || text[0] == '\t' {
				if current.name != nil {
					// Lines follow each other, so the value grows where it stands.
					current.value = current.value[:len(current.value)+len(line)]
				}
				continue
			}
			if current.name != nil && !yield(current) {
				return
			}
			current = field{}
			if name, _, ok := bytes.Cut(line, []byte(":")); ok {
				current = field{name: bytes.TrimRight(withoutCR(name), " \t"), value: line[len(name)+1:]}
			}
		}
		if current.name != nil {
			yield(current)
		}
	}
}

// withoutCR gives bytes without carriage returns: the same ones if there are none.
func withoutCR(b []byte) []byte {
	if bytes.IndexByte(b, '\r') < 0 {
		return b
	}
	return bytes.ReplaceAll(b, []byte("\r"), nil)
}

// visible keeps of a value what no host changes. Blanks, line ends and control characters go, since hosts fold and trim. So do bytes
// past ASCII and the X and question marks that hosts put in their place (Cyrus), as Dovecot puts 0x80 in that of NUL.
func visible(value []byte) []byte {
	kept := make([]byte, 0, len(value))
	for _, c := range value {
		if c > ' ' && c < 0x7f && c != 'X' && c != '?' {
			kept = append(kept, c)
		}
	}
	return kept
}
