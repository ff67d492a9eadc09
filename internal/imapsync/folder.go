package imapsync

import (
	"encoding/base64"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// utf7Base64 is the alphabet of RFC 3501, section 5.1.3: base64 with "," for "/".
var utf7Base64 = base64.NewEncoding(
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,").WithPadding(base64.NoPadding)

// EncodeFolder writes a folder's name in modified UTF-7 (RFC 3501, section 5.1.3), as
// IMAP servers without UTF8=ACCEPT expect it. Invalid UTF-8 becomes U+FFFD.
func EncodeFolder(name string) string {
	var b strings.Builder
	var run []rune
	flush := func() {
		if len(run) == 0 {
			return
		}
		units := utf16.Encode(run)
		raw := make([]byte, 0, 2*len(units))
		for _, u := range units {
			raw = append(raw, byte(u>>8), byte(u))
		}
		b.WriteString("&" + utf7Base64.EncodeToString(raw) + "-")
		run = run[:0]
	}
	for _, r := range name {
		if r < 0x20 || r > 0x7e {
			run = append(run, r)
			continue
		}
		flush()
		b.WriteRune(r)
		if r == '&' {
			b.WriteByte('-')
		}
	}
	flush()
	return b.String()
}

// DecodeFolder turns a name in modified UTF-7 into UTF-8. A name that is not in that
// form, such as the raw R&D or raw UTF-8 that some servers list, is returned as it is.
func DecodeFolder(name string) string {
	if strings.IndexByte(name, '&') < 0 {
		return name
	}
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		c := name[i]
		if c > 0x7e || c < 0x20 {
			return name
		}
		if c != '&' {
			b.WriteByte(c)
			continue
		}
		end := strings.IndexByte(name[i:], '-')
		if end < 0 {
			return name
		}
		text := name[i+1 : i+end]
		i += end
		if text == "" {
			b.WriteByte('&')
			continue
		}
		decoded, ok := decodeUTF7(text)
		if !ok {
			return name
		}
		b.WriteString(decoded)
	}
	return b.String()
}

func decodeUTF7(text string) (string, bool) {
	raw, err := utf7Base64.DecodeString(text)
	if err != nil || len(raw)%2 != 0 || len(raw) == 0 {
		return "", false
	}
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = uint16(raw[2*i])<<8 | uint16(raw[2*i+1])
	}
	runes := utf16.Decode(units)
	if slices.Contains(runes, utf8.RuneError) {
		return "", false
	}
	return string(runes), true
}

// rawFolder is the spelling of a folder that a person named: already in modified
// UTF-7, or in plain text with a bare ampersand or with characters past ASCII.
func rawFolder(name string) string {
	if DecodeFolder(name) != name {
		return name
	}
	return EncodeFolder(name)
}
