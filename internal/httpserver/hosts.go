package httpserver

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Hosts are the names under which the server may be asked. A page of any site can have its own name lead to this
// server's address once the page is loaded (DNS rebinding), and then reads and changes as a page of the server's own:
// what tells it apart is the name in the request. Addresses cannot be made to lead elsewhere and are all fine.
type Hosts struct {
	// any turns the check off.
	any   bool
	names []string
}

// ParseHosts reads names as mailferry.example.org, with or without a port, which is not looked at; "*" stands for all
// names. "localhost" and those that end in ".localhost" (RFC 6761, section 6.3) are always among them.
func ParseHosts(names []string) (*Hosts, error) {
	h := &Hosts{names: []string{"localhost"}}
	for _, text := range names {
		text = strings.TrimSpace(text)
		switch text {
		case "":
			continue
		case "*":
			h.any = true
			continue
		}
		name := hostName(text)
		if name == "" || strings.ContainsAny(text, "/?#@ \t") {
			return nil, fmt.Errorf("%q is not a name of a host, as mailferry.example.org", text)
		}
		h.names = append(h.names, name)
	}
	return h, nil
}

// Add adds names that are known to be the server's own, as those of its certificate. One of the form *.example.org
// stands for the names that a certificate would serve with it (RFC 6125, section 6.4.3).
func (h *Hosts) Add(names ...string) {
	for _, name := range names {
		if name = hostName(name); name != "" {
			h.names = append(h.names, name)
		}
	}
}

// Allows says whether a Host header, as "mailferry.example.org:8080", is one of the server's own.
func (h *Hosts) Allows(host string) bool {
	if h == nil || h.any {
		return true
	}
	name := hostName(host)
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	if strings.HasSuffix(name, ".localhost") || slices.Contains(h.names, name) {
		return true
	}
	_, parent, found := strings.Cut(name, ".")
	return found && slices.Contains(h.names, "*."+parent)
}

// hostName is a host without its port and brackets, in lower case, without a final dot.
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	return strings.TrimSuffix(strings.ToLower(host), ".")
}

// protect refuses what was asked for under another name. Whoever sends a token did not find it in a browser, and a
// probe for life learns nothing.
func (h *Hosts) protect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h.Allows(r.Host) || r.Header.Get("Authorization") != "" || r.URL.Path == "/healthz" || r.URL.Path == "/readyz" {
			next.ServeHTTP(w, r)
			return
		}
		answer(w, http.StatusMisdirectedRequest, problem{
			"This server is not known by the name in the request. If it is its name, start it with MAILFERRY_PUBLIC_URL or MAILFERRY_ALLOWED_HOSTS set to it.",
			"FORBIDDEN",
		})
	})
}
