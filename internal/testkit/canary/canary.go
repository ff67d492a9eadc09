// Package canary has passwords that must not be found anywhere, the ways in which a host may say them to whoever listens,
// and a search for what is left of them.
package canary

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"mailferry/internal/imapsync"
)

// Source and Destination are passwords of the two sides of a job, with what the ways to write a password differ in: blanks,
// quotes, a backslash, signs of URLs and HTML, the ampersand of folder names, and a letter beyond ASCII.
const (
	Source      = `Kan4ri en"v0gel&ä+\7`
	Destination = `P4pag ei<gr7un>'%ß/\9`
)

// Passwords are both.
func Passwords() [2]string { return [2]string{Source, Destination} }

// Reflection is a text in which a host says a password.
type Reflection struct {
	// Name says how.
	Name, Text string
	// Cut says that the password is not said to its end: whatever comes after it belongs to another text.
	Cut bool
}

// Reflections are the ways to say a password of which programs that speak to hosts must let none pass.
func Reflections(password string) []Reflection {
	std, comma := base64.StdEncoding.EncodeToString, strings.NewReplacer("/", ",", "=", "")
	within := func(sign string) string { return password[:4] + sign + password[4:] }
	percent := func(sign string) string {
		var b strings.Builder
		for i := range len(password) {
			b.WriteString(sign + hex.EncodeToString([]byte{password[i]}))
		}
		return b.String()
	}
	html := strings.NewReplacer("&", "&amp;", `"`, "&quot;", "<", "&lt;", ">", "&gt;", "'", "&#39;")
	return []Reflection{
		{Name: "clear", Text: password},
		{Name: "in quotes", Text: strconv.Quote(password)},
		{Name: "in quotes, in ASCII", Text: strconv.QuoteToASCII(password)},
		{Name: "IMAP quoted", Text: strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(password)},
		{Name: "with the user", Text: "info@example.org/" + password + "@host"},
		{Name: "base64", Text: std([]byte(password))},
		{Name: "base64 for URLs", Text: base64.URLEncoding.EncodeToString([]byte(password))},
		{Name: "base64 without padding", Text: base64.RawStdEncoding.EncodeToString([]byte(password))},
		{Name: "PLAIN", Text: std([]byte("\x00info@example.org\x00" + password))},
		{Name: "PLAIN with an authorisation", Text: std([]byte("info\x00master\x00" + password))},
		{Name: "PLAIN of a longer user", Text: std([]byte("\x00information@example.org\x00" + password))},
		{Name: "CRAM-like", Text: std([]byte("info " + password + " more"))},
		{Name: "XOAUTH2", Text: std([]byte("user=info\x01auth=Bearer " + password + "\x01\x01"))},
		{Name: "a query", Text: url.QueryEscape(password)},
		{Name: "a path", Text: url.PathEscape(password)},
		{Name: "an address", Text: url.UserPassword("info", password).String()},
		{Name: "JSON", Text: `{"password":` + strconv.QuoteToASCII(password) + `}`},
		{Name: "HTML", Text: html.Replace(password)},
		{Name: "a folder's name", Text: imapsync.EncodeFolder(password)},
		{Name: "a folder's name, all encoded", Text: "&" + comma.Replace(std([]byte(wide(password)))) + "-"},
		{Name: "a folder's name with a start", Text: "&" + comma.Replace(std([]byte(wide("x"+password)))) + "-"},
		{Name: "UTF-7", Text: "+" + strings.TrimRight(std([]byte(wide(password))), "=") + "-"},
		{Name: "UTF-16 in base64", Text: std([]byte(wide(password)))},
		{Name: "every byte escaped for a URL", Text: percent("%")},
		{Name: "every byte quoted-printable", Text: strings.ToUpper(percent("="))},
		{Name: "Latin-1 taken for UTF-8", Text: doubly(password)},
		{Name: "without its blanks' width", Text: strings.ReplaceAll(password, " ", "  ")},
		{Name: "with NUL between", Text: strings.Join(strings.Split(password, ""), "\x00")},
		{Name: "with a bell in it", Text: within("\a")},
		{Name: "with an escape in it", Text: within("\x1b")},
		{Name: "with a joiner of no width", Text: within("\u200b")},
		{Name: "with a direction in it", Text: within("\u202e")},
		{Name: "with an isolate in it", Text: within("\u2067")},
		{Name: "with a byte order mark", Text: within("\ufeff")},
		{Name: "with a soft hyphen", Text: within("\u00ad")},
		{Name: "with a sign shown as a picture", Text: within("\ufffd")},
		{Name: "with a sign shown as an escape", Text: within(`\u{202E}`)},
		{Name: "with a sign shown as an underscore", Text: within("_")},
		{Name: "with its blank shown as an underscore", Text: strings.ReplaceAll(password, " ", "_")},
		{Name: "with its blank shown as a picture", Text: strings.ReplaceAll(password, " ", "\ufffd")},
		{Name: "escaped twice", Text: strconv.Quote(strconv.QuoteToASCII(password))},
		{Name: "a folder's name in quotes", Text: strconv.Quote(imapsync.EncodeFolder(password))},
		{Name: "an entity of a folder's name", Text: html.Replace(imapsync.EncodeFolder(password))},
		{Name: "over two lines", Text: strings.Replace(password, " ", "\r\n", 1)},
		{Name: "with a tab", Text: strings.Replace(password, " ", "\t", 1)},
		{Name: "cut", Text: password[:14] + "…", Cut: true},
		{Name: "cut early", Text: password[:4] + "…", Cut: true},
	}
}

// wide is a text in UTF-16, big end first.
func wide(s string) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune(s)) {
		b.WriteByte(byte(unit >> 8))
		b.WriteByte(byte(unit))
	}
	return b.String()
}

// doubly is a text whose UTF-8 was taken for Latin-1 and encoded again.
func doubly(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteRune(rune(s[i]))
	}
	return b.String()
}

// Finder looks for what is left of passwords. It does not change and may be used by several goroutines.
type Finder struct{ pieces []string }

// NewFinder looks for both passwords.
func NewFinder() *Finder {
	f := new(Finder)
	for _, password := range Passwords() {
		// The words of a password show in most ways to write it, each by itself.
		for _, word := range strings.FieldsFunc(password, func(r rune) bool { return r >= utf8.RuneSelf || !isAlphanumeric(byte(r)) }) {
			if len(word) < 5 {
				continue
			}
			f.pieces = append(f.pieces, word, hex.EncodeToString([]byte(word)), wide(word))
			for _, text := range []string{word, wide(word)} {
				for lead := range 3 {
					// Without the digits that hold bits of what stands before and after.
					digits := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("x", lead) + text))
					f.pieces = append(f.pieces, digits[(8*lead+5)/6:8*(lead+len(text))/6])
				}
			}
			var escaped strings.Builder
			for i := range len(word) {
				escaped.WriteString("%" + hex.EncodeToString([]byte{word[i]}))
			}
			f.pieces = append(f.pieces, escaped.String(), strings.ToUpper(strings.ReplaceAll(escaped.String(), "%", "=")))
		}
	}
	return f
}

// Find gives a piece of a password that a text holds, in any of the ways of [Reflections], and what stands around it; "" if
// there is none.
func (f *Finder) Find(text string) string {
	// What stands between the characters of a password does not hide it from people.
	bare := strings.NewReplacer("\x00", "", "\ufffd", "", `\x00`, "", `\u{0}`, "", `\u0000`, "").Replace(text)
	for _, candidate := range []string{text, bare} {
		for _, piece := range f.pieces {
			if i := strings.Index(candidate, piece); i >= 0 {
				return strings.ToValidUTF8(candidate[max(0, i-120):min(len(candidate), i+len(piece)+40)], "?")
			}
		}
		if candidate == bare {
			break
		}
	}
	return ""
}

func isAlphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
