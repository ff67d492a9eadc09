package secret

import (
	"encoding/base64"
	"html"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Programs escape what hosts say, and hosts may have escaped it before: the spellings of a secret can be combined without
// end. So a text is also read as those would read it who undo the escapes, one kind after the other.

const (
	// decodings is how many kinds of escapes are undone one after the other, at most.
	decodings = 3
	// maxReadings is how many readings of one text are looked at.
	maxReadings = 48
)

// readings are a text and what it becomes when escapes in it are undone, by any row of kinds, what is written first. Each
// is passed to look, which ends the search by answering true.
func readings(text string, blanks bool, look func(reading string) bool) {
	kinds := []func(string) string{withoutStandIns, withBlanks, shownSigns, backslashes, folderName, html.UnescapeString, percents}
	if blanks {
		kinds = append(kinds, squeezed)
	}
	list := []string{text}
	seen := map[string]struct{}{text: {}}
	for first, depth := 0, 0; depth < decodings && first < len(list); depth++ {
		last := len(list)
		for _, reading := range list[first:last] {
			for _, undo := range kinds {
				next := undo(reading)
				if next == reading {
					continue
				}
				next = Visible(next)
				if _, known := seen[next]; known || len(list) >= maxReadings {
					continue
				}
				if look(next) {
					return
				}
				seen[next] = struct{}{}
				list = append(list, next)
			}
		}
		first = last
	}
}

// mayBeRead says whether a text has anything of what [readings] undo.
func mayBeRead(text string, blanks bool) bool {
	return strings.ContainsAny(text, standIns+`\&%=`) || blanks && strings.Contains(text, "  ")
}

// squeezed makes blanks in a row one.
func squeezed(text string) string {
	if !strings.Contains(text, "  ") {
		return text
	}
	return strings.Join(strings.Fields(text), " ")
}

// standIns are what programs print in the place of characters that have no picture, or that a name cannot have.
const standIns = "_\ufffd"

// withoutStandIns leaves them out, and withBlanks takes them for blanks.
func withoutStandIns(text string) string { return replaceStandIns(text, "") }
func withBlanks(text string) string      { return replaceStandIns(text, " ") }

func replaceStandIns(text, by string) string {
	for _, sign := range standIns {
		if strings.ContainsRune(text, sign) {
			text = strings.ReplaceAll(text, string(sign), by)
		}
	}
	return text
}

// backslashes undoes the escapes of Go, C, Perl, JSON, shells and IMAP's quoted strings, and those of names that are shown as
// \u{202E}.
func backslashes(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	var b strings.Builder
	for text != "" {
		before, after, found := strings.Cut(text, `\`)
		b.WriteString(before)
		if !found {
			break
		}
		if after == "" {
			b.WriteByte('\\')
			break
		}
		text = after[1:]
		switch c := after[0]; c {
		case 'u', 'U', 'x':
			length := map[byte]int{'u': 4, 'U': 8, 'x': 2}[c]
			digits, rest, braces := cutBraces(text)
			if !braces && len(text) >= length {
				digits, rest = text[:length], text[length:]
			}
			n, err := strconv.ParseUint(digits, 16, 32)
			switch {
			case err != nil:
				b.WriteByte(c)
			case c == 'x' && !braces:
				b.WriteByte(byte(n)) // bytes of UTF-8, one by one
				text = rest
			default:
				text = rest
				if high := rune(n); utf16.IsSurrogate(high) && strings.HasPrefix(text, `\u`) && len(text) >= 6 {
					low, _ := strconv.ParseUint(text[2:6], 16, 32)
					b.WriteRune(utf16.DecodeRune(high, rune(low)))
					text = text[6:]
				} else {
					b.WriteRune(high)
				}
			}
		case 'a', 'b', 'e', 'f', 'v':
			// Control characters, which nobody sees.
		case 'n', 'r', 't':
			b.WriteByte(' ')
		default:
			if isAlphanumeric(c) {
				b.WriteByte('\\') // no escape
			}
			b.WriteByte(c)
		}
	}
	return b.String()
}

// shownSigns undoes \u{202E} alone, as names are shown that have signs without a picture and are not escaped otherwise.
func shownSigns(text string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, `\u{`)
		b.WriteString(before)
		if !found {
			return b.String()
		}
		digits, rest, ended := strings.Cut(after, "}")
		n, err := strconv.ParseUint(digits, 16, 21)
		if !ended || err != nil {
			b.WriteString(`\u{`)
			text = after
			continue
		}
		b.WriteRune(rune(n))
		text = rest
	}
}

// cutBraces takes {…} from the beginning of a text.
func cutBraces(text string) (inner, rest string, found bool) {
	if !strings.HasPrefix(text, "{") {
		return "", text, false
	}
	return strings.Cut(text[1:], "}")
}

// folderName undoes modified UTF-7 (RFC 3501, section 5.1.3) wherever it can be read, also in texts that are no such names.
func folderName(text string) string {
	if !strings.Contains(text, "&") {
		return text
	}
	encoding := base64.NewEncoding("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,").WithPadding(base64.NoPadding)
	var b strings.Builder
	for text != "" {
		before, after, found := strings.Cut(text, "&")
		b.WriteString(before)
		if !found {
			break
		}
		digits, rest, ended := strings.Cut(after, "-")
		raw, err := encoding.DecodeString(digits)
		switch {
		case ended && digits == "":
			b.WriteByte('&')
			text = rest
		case !ended || err != nil || len(raw)%2 != 0:
			b.WriteByte('&')
			text = after
		default:
			units := make([]uint16, len(raw)/2)
			for i := range units {
				units[i] = uint16(raw[2*i])<<8 | uint16(raw[2*i+1])
			}
			b.WriteString(string(utf16.Decode(units)))
			text = rest
		}
	}
	return b.String()
}

// percents undoes the escapes of URLs and of quoted-printable (RFC 2045, section 6.7).
func percents(text string) string {
	if !strings.ContainsAny(text, "%=") {
		return text
	}
	b := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if (text[i] == '%' || text[i] == '=') && i+2 < len(text) {
			if n, err := strconv.ParseUint(text[i+1:i+3], 16, 8); err == nil {
				b = append(b, byte(n))
				i += 2
				continue
			}
		}
		b = append(b, text[i])
	}
	return strings.ToValidUTF8(string(b), string(utf8.RuneError))
}
