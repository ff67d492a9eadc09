package imapclient

import (
	"encoding/base64"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// IsInbox reports whether a name is INBOX, whose case does not matter (RFC 3501, section 5.1).
func IsInbox(name string) bool { return equalFold(name, "INBOX") }

// ValidFlag reports whether a flag or keyword can be written in a command: a non-empty atom, with a leading
// backslash for system flags. It is lenient where servers are: "[b]" passes, spaces, quotes, parentheses,
// braces, wildcards, control characters and 8-bit characters do not.
func ValidFlag(flag string) bool { return validFlag(flag) }

// DecodeMailbox turns a mailbox name of the wire into UTF-8 for people: modified UTF-7 (RFC 3501, section 5.1.3) is
// decoded, and what is not valid modified UTF-7 ("R&D", raw UTF-8) is kept as it stands, invalid bytes as U+FFFD.
// It never fails, and it is not reversible: keep the raw name for talking to the server.
func DecodeMailbox(raw string) string {
	var b strings.Builder
	encoding := mailboxBase64()
	b.Grow(len(raw))
	for {
		plain, rest, shifted := strings.Cut(raw, "&")
		b.WriteString(plain)
		if !shifted {
			return strings.ToValidUTF8(b.String(), "\uFFFD")
		}
		end := 0
		for end < len(rest) && isMailboxBase64(rest[end]) {
			end++
		}
		encoded, after := rest[:end], rest[end:]
		after, closed := strings.CutPrefix(after, "-")
		text, ok := decodeShifted(encoding, encoded)
		switch {
		case !closed || !ok:
			b.WriteString("&" + encoded)
			if closed {
				b.WriteByte('-')
			}
		case encoded == "":
			b.WriteByte('&')
		default:
			b.WriteString(text)
		}
		raw = after
	}
}

func isMailboxBase64(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == ','
}

// decodeShifted decodes what stands between & and -.
func decodeShifted(encoding *base64.Encoding, encoded string) (text string, ok bool) {
	data, err := encoding.DecodeString(encoded)
	if err != nil || len(data)%2 != 0 {
		return "", false
	}
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = uint16(data[2*i])<<8 | uint16(data[2*i+1])
	}
	for i := 0; i < len(units); i++ {
		if !utf16.IsSurrogate(rune(units[i])) {
			continue
		}
		if i+1 == len(units) || utf16.DecodeRune(rune(units[i]), rune(units[i+1])) == utf8.RuneError {
			return "", false
		}
		i++
	}
	return string(utf16.Decode(units)), true
}

// EncodeMailbox turns a UTF-8 name into modified UTF-7 for the wire. "R&D" becomes "R&-D". Invalid UTF-8 becomes U+FFFD.
func EncodeMailbox(name string) string {
	var b strings.Builder
	var shifted []rune
	encoding := mailboxBase64()
	flush := func() {
		if len(shifted) == 0 {
			return
		}
		var data []byte
		for _, unit := range utf16.Encode(shifted) {
			data = append(data, byte(unit>>8), byte(unit))
		}
		b.WriteString("&" + encoding.EncodeToString(data) + "-")
		shifted = shifted[:0]
	}
	for _, r := range name {
		switch {
		case r == '&':
			flush()
			b.WriteString("&-")
		case r >= ' ' && r <= '~':
			flush()
			b.WriteRune(r)
		default:
			shifted = append(shifted, r)
		}
	}
	flush()
	return b.String()
}

// mailboxBase64 is the base64 of modified UTF-7: with a comma, without padding.
func mailboxBase64() *base64.Encoding {
	return base64.NewEncoding("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,").WithPadding(base64.NoPadding)
}
