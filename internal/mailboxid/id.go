package mailboxid

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// ID holds the keys of an endpoint. Keys are opaque, and equal for the same thing.
type ID struct {
	// Host tells hosts apart, whatever port is connected to.
	Host string
	// Mailbox tells mailboxes apart for the question who may write at the same time. It
	// leaves the port out: one host offers the same mailbox on several, and a job that waits
	// for nothing loses a little time, while two that write at once bring mail twice.
	Mailbox string
	// Service is Mailbox with the port, for the question whether two are the same for good, so
	// that one of them is refused: two servers may share a host, each on a port of its own.
	// The ports of IMAP, 143 and 993, belong to one server.
	Service string
}

// Of gives the keys of an endpoint. The host is one that [Host] gave; any other is compared
// letter by letter, in lower case. Port is the one that is connected to.
func Of(host string, port int, user string) ID {
	id := ID{Host: hostKey(host)}
	id.Mailbox = id.Host + "\n" + userKey(id.Host, user)
	server := "imap"
	if port != 143 && port != 993 {
		server = strconv.Itoa(port)
	}
	id.Service = id.Mailbox + "\n" + server
	return id
}

// Folder is the key of a folder of a destination that mail is put under, as the two sides of a
// comparison give it: most hosts tell folders apart by their letters, not by their case.
func Folder(name string) string { return Fold(strings.Trim(name, "/. ")) }

// Fold is text as it is compared and searched: in one case and in composed letters (Unicode
// normal form C), so that Ü is one thing however it was typed.
func Fold(text string) string {
	return norm.NFC.String(cases.Fold().String(norm.NFC.String(text)))
}

// Readable is a host as people write it: xn-- labels in their own letters.
func Readable(host string) string {
	if name, err := idna.Display.ToUnicode(host); err == nil {
		return name
	}
	return host
}

func hostKey(host string) string {
	if name, err := Host(host); err == nil {
		host = name
	} else {
		host = strings.ToLower(strings.TrimSpace(host))
	}
	if addr, err := netip.ParseAddr(host); err == nil && (addr == netip.AddrFrom4([4]byte{127, 0, 0, 1}) || addr == netip.IPv6Loopback()) {
		return "localhost"
	}
	if slices.Contains(gmailHosts, host) {
		return gmailHosts[0]
	}
	return host
}

// gmailHosts are the names of one service, the first for all.
var gmailHosts = []string{"imap.gmail.com", "imap.googlemail.com"}

// userKey folds case, since nearly every host does. What is taken for two mailboxes and is one
// gets each message twice; what is taken for one and is two waits or is refused with a reason.
func userKey(host, user string) string {
	key := Fold(strings.TrimSpace(user))
	if local, domain, ok := cutLast(key, '@'); ok {
		if name, err := profile().ToASCII(domain); err == nil {
			domain = strings.TrimSuffix(name, ".")
		}
		if host == gmailHosts[0] && (domain == "gmail.com" || domain == "googlemail.com") {
			// Dots in addresses of Gmail do not matter, and the two domains are one.
			local, domain = strings.ReplaceAll(local, ".", ""), "gmail.com"
		}
		key = local + "@" + domain
	}
	return key
}

func cutLast(text string, separator byte) (before, after string, found bool) {
	if i := strings.LastIndexByte(text, separator); i >= 0 {
		return text[:i], text[i+1:], true
	}
	return text, "", false
}
