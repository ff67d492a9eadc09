package mailsync

import (
	"bytes"
	"crypto/sha256"
	"strings"
)

// key is a message's weak identity: a hash of its Message-ID, or, without one, of its
// Date, From, To and Subject. Different messages may share a key; they are told apart by
// number, size and date, see diff.
type key [16]byte

// identityFields is what is asked of a server to identify a message.
const identityFields = "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID DATE FROM TO SUBJECT)]"

// identify computes the key from header lines. strong says that it comes from a Message-ID.
func identify(header []byte) (k key, strong bool) {
	// Builders, since a header may be folded into tens of thousands of lines.
	var fields [5]strings.Builder
	names := [5]string{"message-id", "date", "from", "to", "subject"}
	seen := [5]bool{}
	current := -1 // the field that a continuation line belongs to
	for len(header) > 0 {
		var line []byte
		line, header = cutLine(header)
		if len(line) == 0 {
			break
		}
		if line[0] == ' ' || line[0] == '\t' {
			if current >= 0 {
				fields[current].WriteByte(' ')               //nolint:gosec // a field found below
				fields[current].WriteString(normalise(line)) //nolint:gosec // the same
			}
			continue
		}
		current = -1
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok {
			continue
		}
		for i, want := range names {
			if !seen[i] && strings.EqualFold(want, string(bytes.TrimRight(name, " \t"))) {
				seen[i], current = true, i
				fields[i].WriteString(normalise(value))
			}
		}
	}
	h := sha256.New()
	if id := strings.ReplaceAll(fields[0].String(), " ", ""); id != "" && id != "<>" {
		h.Write([]byte("id\x00" + id))
		strong = true
	} else {
		for i := range fields[1:] {
			h.Write([]byte(strings.TrimSpace(fields[i+1].String()) + "\x00"))
		}
	}
	copy(k[:], h.Sum(nil))
	return k, strong
}

// cutLine takes a line off the front; its end may be CRLF or a bare LF.
func cutLine(b []byte) (line, rest []byte) {
	before, after, ok := bytes.Cut(b, []byte{'\n'})
	if !ok {
		return bytes.TrimRight(b, "\r"), nil
	}
	return bytes.TrimRight(before, "\r"), after
}

// normalise evens out what servers change in a header: runs of white space become one
// space, control characters go, and a byte past ASCII becomes X, as Cyrus stores it.
func normalise(value []byte) string {
	var b strings.Builder
	b.Grow(len(value))
	space := false
	for _, c := range value {
		switch {
		case c == ' ' || c == '\t':
			space = b.Len() > 0
			continue
		case c < 0x20 || c == 0x7f:
			continue
		case c >= 0x80:
			c = 'X'
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteByte(c)
	}
	return b.String()
}

// headerField is the first value of a header field, unfolded, from the beginning of a message.
func headerField(message []byte, name string) string {
	var value []byte
	found := false
	for len(message) > 0 {
		var line []byte
		line, message = cutLine(message)
		if len(line) == 0 {
			break
		}
		if line[0] == ' ' || line[0] == '\t' {
			if found {
				value = append(append(value, ' '), bytes.TrimSpace(line)...)
			}
			continue
		}
		if found {
			break
		}
		if field, rest, ok := bytes.Cut(line, []byte(":")); ok && strings.EqualFold(string(bytes.TrimSpace(field)), name) {
			value, found = append(value, bytes.TrimSpace(rest)...), true
		}
	}
	return strings.ToValidUTF8(string(value), "\uFFFD")
}
