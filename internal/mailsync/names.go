package mailsync

import (
	"fmt"
	"strings"
	"unicode"

	"mailferry/internal/imapclient"
	"mailferry/internal/imapsync"
)

// longestShown bounds a name as it is shown, in bytes: a server may give one of megabytes.
const longestShown = 500

// inert says whether a character does nothing but stand there, wherever it is printed: it is no control character and turns no
// text around (Unicode Standard Annex 9), so that a name cannot look like another one or write over the log.
func inert(r rune) bool {
	switch {
	case unicode.IsControl(r), r == '\u2028', r == '\u2029', r == '\u061C', r == '\u200E', r == '\u200F', r == '\uFEFF':
		return false
	case r >= '\u202A' && r <= '\u202E', r >= '\u2066' && r <= '\u2069':
		return false
	}
	return true
}

// shown is a name as people see it: what is not inert is escaped, as \u{202E}, and the end of a very long one is left out.
func shown(name string) string {
	var b strings.Builder
	for _, r := range name {
		if b.Len() > longestShown {
			b.WriteString("…")
			break
		}
		if inert(r) {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, `\u{%04X}`, r)
		}
	}
	return b.String()
}

// readable turns a name of the wire into text: modified UTF-7 (RFC 3501, section 5.1.3), or UTF-8 on a server that speaks
// nothing else (RFC 6855).
func (a *account) readable(raw string) string {
	if a.utf8 {
		return strings.ToValidUTF8(raw, "\uFFFD")
	}
	return imapclient.DecodeMailbox(raw)
}

// written turns text into a name of the wire.
func (a *account) written(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if a.utf8 {
		return text
	}
	return imapsync.EncodeFolder(text)
}

// harmless is a level of a name without what could do harm at the destination: control and direction signs, and the names of
// the level itself and of the one above it, which some servers take for folders of their disk.
func harmless(level string) string {
	if level == "." || level == ".." {
		return strings.Repeat("_", len(level))
	}
	return replaced(level, inert)
}
