package mailsync

import (
	"bytes"
	"strings"

	"mailferry/internal/mailsync/compare"
)

// key is a message's weak identity, see compare.Identify. Different messages may share a key; they are told apart by number,
// size and date, and by their contents.
type key = compare.Key

// identityFields is what is asked of a server to identify a message.
const identityFields = "BODY.PEEK[HEADER.FIELDS (" + compare.Fields + ")]"

// identify computes the key from header lines. strong says that it comes from a Message-ID.
func identify(header []byte) (k key, strong bool) {
	id := compare.Identify(header)
	return id.Key, id.Strong
}

// cutLine takes a line off the front; its end may be CRLF or a bare LF.
func cutLine(b []byte) (line, rest []byte) {
	before, after, ok := bytes.Cut(b, []byte{'\n'})
	if !ok {
		return bytes.TrimRight(b, "\r"), nil
	}
	return bytes.TrimRight(before, "\r"), after
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
