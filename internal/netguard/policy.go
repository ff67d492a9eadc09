// Package netguard says where jobs may connect. Whoever may create a job chooses the host and port that the server
// then connects to, from inside the operator's network; a [Policy] holds such connections to the networks and ports
// of the configuration.
//
//	policy, err := netguard.Parse("public,private", "143,993")
//	err = policy.CheckHostPort("imap.example.org", 993)              // before a job is stored: ports, literal addresses
//	conn, err := policy.DialContext(ctx, "tcp", "imap.example.org:993") // the address that the name turned out to be
//
// Names are judged by the address they resolve to at the moment of connecting, never by what they resolved to
// before. Every refusal is the same [ErrRefused], and so is the answer to a name that does not exist: nobody learns
// from it how a network is laid out.
package netguard

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"syscall"
)

// ErrRefused is the one answer to every connection that the configuration does not allow, and to names that nobody
// knows. It names neither address nor rule, so that nobody learns from it which names and addresses there are inside.
var ErrRefused = errors.New("there is no such host, or this server may not connect to its address or port " +
	"(MAILFERRY_ALLOWED_NETWORKS and MAILFERRY_ALLOWED_PORTS say where it may)")

// ErrNoAnswer says that no name server answered, which may pass. It names none of them.
var ErrNoAnswer = errors.New("the host could not be looked up: no name server answered")

// LookupError is what may be said of an error of a look-up: the resolver's own names its servers.
func LookupError(err error) error {
	var failed *net.DNSError
	switch {
	case !errors.As(err, &failed):
		return err
	case failed.IsNotFound:
		return ErrRefused
	default:
		return ErrNoAnswer
	}
}

// A Policy is a set of networks and ports. It never changes and may be used by several goroutines. The zero Policy
// allows nothing.
type Policy struct {
	public, private, loopback bool
	prefixes                  []netip.Prefix
	ports                     []portRange
}

type portRange struct{ first, last uint16 }

// Parse reads a Policy from two lists with commas between their parts. Networks are the words public (addresses of
// the open Internet), private (RFC 1918, RFC 6598 and RFC 4193), loopback, and addresses or CIDRs. Ports are numbers
// and ranges as 1024-2048. An error names the part that is wrong.
//
// Link-local addresses, those of cloud metadata services, and ranges kept for documentation, testing and protocols
// belong to none of the words and are allowed only by a CIDR. Unspecified, multicast and broadcast addresses are never
// allowed.
func Parse(networks, ports string) (*Policy, error) {
	p := &Policy{}
	for part := range parts(networks) {
		switch strings.ToLower(part) {
		case "public":
			p.public = true
		case "private":
			p.private = true
		case "loopback":
			p.loopback = true
		default:
			prefix, err := parsePrefix(part)
			if err != nil {
				return nil, fmt.Errorf("%q is neither public, private, loopback, an address nor a CIDR", part)
			}
			p.prefixes = append(p.prefixes, prefix)
		}
	}
	for part := range parts(ports) {
		first, last, isRange := strings.Cut(part, "-")
		low, err := parsePort(first)
		high := low
		if err == nil && isRange {
			high, err = parsePort(last)
		}
		if err != nil || high < low {
			return nil, fmt.Errorf("%q is neither a port from 1 to 65535 nor a range of them", part)
		}
		p.ports = append(p.ports, portRange{low, high})
	}
	if !p.public && !p.private && !p.loopback && len(p.prefixes) == 0 {
		return nil, errors.New("none given")
	}
	if len(p.ports) == 0 {
		return nil, errors.New("none given")
	}
	return p, nil
}

// Networks spells out the networks in the form that Parse reads.
func (p *Policy) Networks() string {
	var list []string
	for _, word := range []struct {
		set  bool
		name string
	}{{p.public, "public"}, {p.private, "private"}, {p.loopback, "loopback"}} {
		if word.set {
			list = append(list, word.name)
		}
	}
	for _, prefix := range p.prefixes {
		list = append(list, prefix.String())
	}
	return strings.Join(list, ",")
}

// Ports spells out the ports in the form that Parse reads.
func (p *Policy) Ports() string {
	list := make([]string, len(p.ports))
	for i, r := range p.ports {
		list[i] = strconv.Itoa(int(r.first))
		if r.last != r.first {
			list[i] += "-" + strconv.Itoa(int(r.last))
		}
	}
	return strings.Join(list, ",")
}

// AllowsPort says whether jobs may connect to this port.
func (p *Policy) AllowsPort(port int) bool {
	for _, r := range p.ports {
		if port >= int(r.first) && port <= int(r.last) {
			return true
		}
	}
	return false
}

// AllowsAddr says whether jobs may connect to this address. IPv4 addresses that are written as IPv6 ones, mapped
// (RFC 4291, section 2.5.5) or translated (RFC 6052), are judged as the IPv4 addresses they lead to.
func (p *Policy) AllowsAddr(addr netip.Addr) bool {
	addr = embedded(addr)
	if !addr.IsValid() || addr.IsUnspecified() || addr.IsMulticast() || inAny(addr, neverAllowed) {
		return false
	}
	for _, prefix := range p.prefixes {
		if prefix.Contains(addr) {
			return true
		}
	}
	switch {
	case addr.IsLoopback():
		return p.loopback
	case addr.IsLinkLocalUnicast(), inAny(addr, special):
		return false
	case addr.IsPrivate(), carrierGrade.Contains(addr):
		return p.private
	case addr.Is6() && !globalUnicast6.Contains(addr):
		return false
	}
	return p.public
}

// CheckHostPort checks what can be checked before connecting: the port, a host that is an address, names that always
// stand for loopback (RFC 6761, section 6.3), and numbers that some programs read as an address (127.1, 0x7f000001).
// For all other names the answer is nil; DialContext and Resolve judge the address. The error is ErrRefused.
func (p *Policy) CheckHostPort(host string, port int) error {
	if !p.AllowsPort(port) {
		return ErrRefused
	}
	if addr, ok := literal(host); ok {
		if !p.AllowsAddr(addr) {
			return ErrRefused
		}
		return nil
	}
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		if !p.AllowsAddr(netip.AddrFrom4([4]byte{127, 0, 0, 1})) && !p.AllowsAddr(netip.IPv6Loopback()) {
			return ErrRefused
		}
		return nil
	}
	if endsInNumber(name) {
		return ErrRefused
	}
	return nil
}

// Resolve looks a host up and returns the first of its addresses that is allowed, for a program that is to be given
// an address rather than a name. The error is ErrRefused if the host is unknown or none of its addresses is allowed,
// and ErrNoAnswer if that could not be found out.
func (p *Policy) Resolve(ctx context.Context, host string) (netip.Addr, error) {
	addrs, err := p.ResolveAll(ctx, host)
	if err != nil {
		return netip.Addr{}, err
	}
	return addrs[0], nil
}

// ResolveAll is Resolve with all allowed addresses, best first (RFC 6724); at least one if there is no error.
func (p *Policy) ResolveAll(ctx context.Context, host string) ([]netip.Addr, error) {
	found, isLiteral := []netip.Addr(nil), false
	if addr, ok := literal(host); ok {
		found, isLiteral = []netip.Addr{addr}, true
	}
	if !isLiteral {
		if endsInNumber(strings.TrimSuffix(host, ".")) {
			return nil, ErrRefused
		}
		var err error
		found, err = net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		if err != nil {
			return nil, LookupError(err)
		}
	}
	var allowed []netip.Addr
	for _, addr := range found {
		if p.AllowsAddr(addr) {
			allowed = append(allowed, addr.Unmap())
		}
	}
	if len(allowed) == 0 {
		return nil, ErrRefused
	}
	return allowed, nil
}

// DialContext connects as net.Dialer does, to allowed addresses only. A refusal is ErrRefused alone, and an error of
// the look-up ErrRefused or ErrNoAnswer.
func (p *Policy) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{ControlContext: p.Control}
	conn, err := dialer.DialContext(ctx, network, address)
	if errors.Is(err, ErrRefused) {
		return nil, ErrRefused // The dialer's own error would name the address.
	}
	if err != nil {
		return nil, LookupError(err)
	}
	return conn, nil
}

// Control is a net.Dialer's ControlContext: it sees each address that a name resolved to, just before the connection
// is made, and refuses with ErrRefused. It serves TCP alone.
func (p *Policy) Control(_ context.Context, network, address string, _ syscall.RawConn) error {
	if network != "tcp4" && network != "tcp6" && network != "tcp" {
		return ErrRefused
	}
	target, err := netip.ParseAddrPort(address)
	if err != nil || !p.AllowsPort(int(target.Port())) || !p.AllowsAddr(target.Addr()) {
		return ErrRefused
	}
	return nil
}
