package mailboxid

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// maxHost is how many characters a name may have (RFC 1035, section 3.1).
const maxHost = 253

// Errors of [Host]. Each reads on behind the name of the field, as "must not be empty".
var (
	errEmpty    = errors.New("must not be empty")
	errTooLong  = fmt.Errorf("must have at most %d characters", maxHost)
	errUser     = errors.New("must be the name of the server, as imap.example.org, without a user before it")
	errBlank    = errors.New("must be a host name or an address, without blanks or control characters")
	errNoName   = errors.New("must be a host name or an address, as imap.example.org or 192.0.2.1")
	errNumber   = errors.New("must be a host name, or an address of four decimal numbers, as 192.0.2.1")
	errBrackets = errors.New("must be a host name, or an address; brackets belong around IPv6 addresses alone, as [2001:db8::1]")
)

// PortError is a host that a port is written behind, or a URL in the place of a host.
type PortError struct {
	// Host and Port are what it says, as they stand there; Port is empty without one.
	Host, Port string
	// URL says that it has a scheme or a path.
	URL bool
}

func (e *PortError) Error() string {
	switch {
	case e.URL && e.Port != "":
		return fmt.Sprintf("must be a host name alone, without imap:// before it or a path behind it: give %s here, and %s as the port", e.Host, e.Port)
	case e.URL:
		return fmt.Sprintf("must be a host name alone, without imap:// before it or a path behind it: give %s here", e.Host)
	}
	return fmt.Sprintf("must be a host name alone: give %s here, and %s as the port", e.Host, e.Port)
}

// Host is the one spelling of a host: a name in lower case, without the final dot, in the
// letters of DNS (RFC 5891, section 4), or an address in its shortest form (RFC 5952), without
// brackets, an IPv4 address in an IPv6 one (RFC 4291, section 2.5.5) as what it is.
// Spellings of an IPv4 address that programs read differently (127.1, 0177.0.0.1, 0x7f000001,
// 2130706433) are refused. The error reads on behind the name of the field.
func Host(text string) (string, error) {
	host := strings.TrimFunc(text, blank)
	switch {
	case host == "":
		return "", errEmpty
	case !utf8.ValidString(host):
		return "", errNoName
	case utf8.RuneCountInString(host) > maxHost:
		return "", errTooLong
	case strings.Contains(host, "://") || strings.Contains(host, "/"):
		return "", urlError(host)
	case strings.Contains(host, "@"):
		return "", errUser
	case strings.ContainsFunc(host, func(r rune) bool { return blank(r) || unicode.IsControl(r) }):
		return "", errBlank
	}
	if addr, ok := address(host); ok {
		return addr, nil
	}
	if strings.ContainsAny(host, "[]") {
		return "", errBrackets
	}
	if name, port, found := strings.Cut(host, ":"); found {
		if name == "" || port == "" || strings.Contains(port, ":") {
			return "", errNoName
		}
		return "", &PortError{Host: name, Port: port}
	}
	return name(host)
}

// name is the spelling of what is no address, or one in letters of another script.
func name(host string) (string, error) {
	ascii, err := profile().ToASCII(host)
	if err != nil {
		return "", errNoName
	}
	ascii = strings.TrimSuffix(ascii, ".")
	if addr, ok := address(ascii); ok {
		return addr, nil
	}
	switch {
	case len(ascii) > maxHost:
		return "", errTooLong
	case endsInNumber(ascii):
		return "", errNumber
	}
	for label := range strings.SplitSeq(ascii, ".") {
		// Names in networks of one's own have underscores.
		if label == "" || len(label) > 63 || strings.HasPrefix(label, "-") || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return "", errNoName
		}
	}
	return ascii, nil
}

// profile is UTS #46 as name servers are asked by it, and lenient about hyphens and underscores.
func profile() *idna.Profile {
	return idna.New(idna.MapForLookup(), idna.BidiRule(), idna.Transitional(false), idna.StrictDomainName(false), idna.CheckHyphens(false))
}

// address is the spelling of an address, false for what is none.
func address(host string) (string, bool) {
	host = strings.TrimSuffix(host, ".")
	inner, opened := strings.CutPrefix(host, "[")
	if opened {
		var closed bool
		if inner, closed = strings.CutSuffix(inner, "]"); !closed {
			return "", false
		}
	}
	addr, err := netip.ParseAddr(inner)
	if err != nil || opened && addr.Is4() {
		return "", false
	}
	return addr.Unmap().String(), true
}

// urlError takes imaps://imap.example.org:993/ apart.
func urlError(text string) error {
	rest := text
	if _, behind, ok := strings.Cut(text, "://"); ok {
		rest = behind
	}
	rest, _, _ = strings.Cut(rest, "/")
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		rest = rest[i+1:] // a password may stand before it
	}
	if rest == "" {
		return errNoName
	}
	host, port := rest, ""
	if i := strings.LastIndexByte(rest, ':'); i > strings.LastIndexByte(rest, ']') && strings.Count(rest[:i], ":") == 0 || i > 0 && rest[i-1] == ']' {
		host, port = rest[:i], rest[i+1:]
	}
	return &PortError{Host: host, Port: port, URL: true}
}

// endsInNumber says whether the last label is a number, which many programs take for an IPv4
// address (WHATWG URL, "ends in a number"); no such top-level domain exists.
func endsInNumber(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	if digits, ok := strings.CutPrefix(last, "0x"); ok {
		return strings.Trim(digits, "0123456789abcdef") == ""
	}
	return last != "" && strings.Trim(last, "0123456789") == ""
}

// blank is white space, and what text from web pages and spreadsheets has in its place.
func blank(r rune) bool {
	return unicode.IsSpace(r) || r == '\u200b' || r == '\u2060' || r == '\ufeff'
}
