package secret

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// shortSecret is the length, in bytes, below which a secret is masked only where it stands as a word of its own. To
// mask every "a" of a log because a password is "a" would make the log useless and tell the password all the same.
const shortSecret = 4

// A form is one spelling of a secret to look for.
type form struct {
	text []byte
	// word: masked only if no letter or digit stands directly before or after it.
	word bool
	// before, after: the base64 digit at that side is masked as well, for it holds some bits of the secret along
	// with bits of what stands beside it.
	before, after bool
}

// looksAhead says that whether, or how far, the form is masked depends on the byte after it.
func (f form) looksAhead() bool { return f.word || f.after }

// forms lists the spellings of the secrets, each once, longest first.
func forms(secrets []string) []form {
	var all []form
	for _, s := range secrets {
		if s == "" {
			continue
		}
		short := len(s) < shortSecret
		for _, text := range spellings(s) {
			all = append(all, form{text: []byte(text), word: short})
		}
		if short {
			all = append(all,
				form{text: []byte(base64.StdEncoding.EncodeToString([]byte(s))), word: true},
				form{text: []byte(base64.RawURLEncoding.EncodeToString([]byte(s))), word: true})
			continue
		}
		all = append(all, base64Forms(s)...)
		all = append(all, utf7Forms(s)...)
	}
	slices.SortFunc(all, func(a, b form) int {
		return cmp.Or(len(b.text)-len(a.text), bytes.Compare(a.text, b.text), compareBool(a.word, b.word),
			compareBool(a.before, b.before), compareBool(a.after, b.after))
	})
	return slices.CompactFunc(all, func(a, b form) bool {
		return bytes.Equal(a.text, b.text) && a.word == b.word && a.before == b.before && a.after == b.after
	})
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// spellings are the secret in clear and as it looks inside the quotes of the formats that an engine or a server may
// repeat it in.
func spellings(s string) []string {
	list := []string{
		s,
		// IMAP quoted string (RFC 9051, section 4.3), Perl and C strings: \" and \\.
		strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s),
		// Perl strings in single quotes, and POSIX shell.
		strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s),
		strings.ReplaceAll(s, `'`, `'\''`),
		// Perl's interpolating strings, as Data::Dumper prints them with Useqq.
		strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`, `@`, `\@`).Replace(s),
		// Go.
		unquote(strconv.Quote(s)),
		unquote(strconv.QuoteToASCII(s)),
		// URLs (RFC 3986, section 2.1): each program has its own idea of what must be escaped.
		url.QueryEscape(s),
		url.PathEscape(s),
		url.UserPassword("", s).String()[1:],
		percentEncode(s, '%', "0123456789ABCDEF", isAlphanumeric),
		percentEncode(s, '%', "0123456789abcdef", isAlphanumeric),
		percentEncode(s, '%', "0123456789ABCDEF", nothing),
		percentEncode(s, '%', "0123456789abcdef", nothing),
		// Quoted-printable (RFC 2045, section 6.7).
		percentEncode(s, '=', "0123456789ABCDEF", isAlphanumeric),
		percentEncode(s, '=', "0123456789ABCDEF", nothing),
		// The names of mailboxes (RFC 3501, section 5.1.3).
		modifiedUTF7(s),
		// HTML and XML.
		strings.NewReplacer(`&`, `&amp;`, `<`, `&lt;`, `>`, `&gt;`, `"`, `&quot;`, `'`, `&#39;`).Replace(s),
	}
	if doubled, ok := doublyEncoded(s); ok {
		list = append(list, doubled)
	}
	return append(list, jsonSpellings(s)...)
}

// jsonSpellings are the secret inside a JSON string, as encoding/json and as most others write it, and with
// everything beyond ASCII escaped.
func jsonSpellings(s string) []string {
	var list []string
	var plain strings.Builder
	encoder := json.NewEncoder(&plain)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(s); err == nil {
		list = append(list, unquote(strings.TrimSuffix(plain.String(), "\n")))
		list = append(list, strings.ReplaceAll(list[0], "/", `\/`))
	}
	if escaped, err := json.Marshal(s); err == nil {
		list = append(list, unquote(string(escaped)))
	}
	return list
}

// unquote takes away the first and the last byte, which are quotes.
func unquote(s string) string { return s[1 : len(s)-1] }

// nothing is the set of no byte.
func nothing(byte) bool { return false }

// percentEncode escapes all but the bytes that stay, by a sign and the given hexadecimal digits.
func percentEncode(s string, sign byte, digits string, stays func(byte) bool) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if stays(c) {
			b.WriteByte(c)
			continue
		}
		b.WriteByte(sign)
		b.WriteByte(digits[c>>4])
		b.WriteByte(digits[c&15])
	}
	return b.String()
}

// doublyEncoded is what a program prints that takes the secret's UTF-8 bytes for Latin-1 characters and encodes them
// once more, as Perl does with an environment variable on a UTF-8 output.
func doublyEncoded(s string) (string, bool) {
	var b strings.Builder
	doubled := false
	for i := range len(s) {
		doubled = doubled || s[i] >= utf8.RuneSelf
		b.WriteRune(rune(s[i]))
	}
	return b.String(), doubled
}

// base64Forms are the digits that any base64 text which holds the secret has in common, for each of the three ways
// the secret may lie across groups of three bytes, in both alphabets (RFC 4648, sections 4 and 5).
func base64Forms(s string) []form {
	var list []form
	for lead := range 3 {
		bits := 8 * (lead + len(s))
		first := (8*lead + 5) / 6 // the first digit that holds nothing of what stands before
		last := bits / 6          // behind the last digit that holds nothing of what follows
		padded := append(make([]byte, lead, lead+len(s)), s...)
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			list = append(list, form{
				text:   []byte(encoding.EncodeToString(padded)[first:last]),
				before: 8*lead%6 != 0,
				after:  bits%6 != 0,
			})
		}
	}
	return list
}

// utf16BigEndian is a text in UTF-16, big end first, as UTF-7 encodes it.
func utf16BigEndian(s string) []byte {
	var b []byte
	for _, unit := range utf16.Encode([]rune(s)) {
		b = append(b, byte(unit>>8), byte(unit))
	}
	return b
}

// utf7Forms are the digits that any UTF-7 (RFC 2152) has in common which encodes the whole secret, those characters
// too that need it not: a name of a mailbox may be written so, and reads as the secret once it is decoded.
func utf7Forms(s string) []form {
	var list []form
	for _, f := range base64Forms(string(utf16BigEndian(s))) {
		list = append(list, f)
		f.text = bytes.ReplaceAll(f.text, []byte("/"), []byte(","))
		list = append(list, f)
	}
	return list
}

// modifiedUTF7 encodes a text as the name of a mailbox.
func modifiedUTF7(s string) string {
	encoding := base64.NewEncoding("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,").WithPadding(base64.NoPadding)
	var b strings.Builder
	for s != "" {
		n := strings.IndexFunc(s, func(r rune) bool { return r < 0x20 || r > 0x7e })
		if n < 0 {
			n = len(s)
		}
		b.WriteString(strings.ReplaceAll(s[:n], "&", "&-"))
		s = s[n:]
		n = strings.IndexFunc(s, func(r rune) bool { return r >= 0x20 && r <= 0x7e })
		if n < 0 {
			n = len(s)
		}
		if n > 0 {
			b.WriteString("&" + encoding.EncodeToString(utf16BigEndian(s[:n])) + "-")
		}
		s = s[n:]
	}
	return b.String()
}

func isAlphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// isWordByte also counts every byte of a character beyond ASCII as part of a word.
func isWordByte(c byte) bool { return isAlphanumeric(c) || c >= utf8.RuneSelf }

func isBase64Digit(c byte) bool {
	return isAlphanumeric(c) || c == '+' || c == '/' || c == '-' || c == '_' || c == ','
}
