package auth

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// Proxies are the addresses whose X-Forwarded-For and X-Forwarded-Proto are believed, and the address under which
// browsers know the server. A nil *Proxies believes nobody.
type Proxies struct {
	trusted   []netip.Prefix
	publicURL *url.URL
}

// ParseProxies reads addresses and CIDRs, and the public URL, which may be empty: https://host, without a path.
func ParseProxies(trusted []string, publicURL string) (*Proxies, error) {
	p := &Proxies{}
	for _, text := range trusted {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			addr, addrErr := netip.ParseAddr(text)
			if addrErr != nil {
				return nil, fmt.Errorf("%q is neither an address nor a CIDR", text)
			}
			addr = addr.Unmap()
			prefix = netip.PrefixFrom(addr, addr.BitLen())
		}
		p.trusted = append(p.trusted, prefix.Masked())
	}
	if publicURL != "" {
		u, err := url.Parse(publicURL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" {
			return nil, fmt.Errorf("%q is not of the form https://mailferry.example.org", publicURL)
		}
		p.publicURL = u
	}
	return p, nil
}

// Origin is the origin of the public URL, as https://mailferry.example.org; empty without one.
func (p *Proxies) Origin() string {
	if p == nil || p.publicURL == nil {
		return ""
	}
	return p.publicURL.Scheme + "://" + strings.ToLower(p.publicURL.Host)
}

// FromProxy says whether a request came by a trusted proxy.
func (p *Proxies) FromProxy(r *http.Request) bool { return p.trusts(peer(r)) }

// ClientAddr is the address of the client: the last one in X-Forwarded-For that is no trusted proxy's, if the request
// came by one, and else the peer's. It is the zero Addr for a peer without one.
func (p *Proxies) ClientAddr(r *http.Request) netip.Addr {
	client := peer(r)
	if !p.trusts(client) {
		return client
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, text := range slices.Backward(hops) {
		hop, err := netip.ParseAddr(strings.TrimSpace(text))
		if err != nil {
			break // What stands further left was not checked by anyone.
		}
		client = hop.Unmap()
		if !p.trusts(client) {
			break
		}
	}
	return client
}

// IsTLS says whether the client's connection is encrypted: to this server, or to a trusted proxy that says so, or by
// the public URL.
func (p *Proxies) IsTLS(r *http.Request) bool {
	if r.TLS != nil {
		return true
	}
	if p == nil {
		return false
	}
	if p.FromProxy(r) {
		if proto := r.Header.Get("X-Forwarded-Proto"); proto != "" {
			first, _, _ := strings.Cut(proto, ",")
			return strings.EqualFold(strings.TrimSpace(first), "https")
		}
	}
	return p.publicURL != nil && p.publicURL.Scheme == "https" && strings.EqualFold(r.Host, p.publicURL.Host)
}

// port is the port under which the client knows the server: that of the public URL, or of the request's Host. It is empty
// for the usual one.
func (p *Proxies) port(r *http.Request) string {
	host := r.Host
	if p != nil && p.publicURL != nil {
		host = p.publicURL.Host
	}
	_, port, err := net.SplitHostPort(host)
	if err != nil || strings.Trim(port, "0123456789") != "" {
		return ""
	}
	return port
}

func (p *Proxies) trusts(addr netip.Addr) bool {
	if p == nil || !addr.IsValid() {
		return false
	}
	for _, prefix := range p.trusted {
		if prefix.Contains(addr) {
			return true
		}
	}
	return false
}

// peer is the address at the other end of the connection.
func peer(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	return addr.Unmap().WithZone("")
}
