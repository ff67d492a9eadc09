package netguard

import (
	"fmt"
	"iter"
	"net/netip"
	"strconv"
	"strings"
)

// The tables below are values of the IANA special-purpose address registries (RFC 6890) and of the metadata services
// of large hosters. They are never written to.
var (
	// neverAllowed: "this network" reaches the machine itself on many systems; the rest has no single receiver.
	neverAllowed = prefixes("0.0.0.0/8", "240.0.0.0/4")

	// special ranges are in none of the words that Parse reads.
	special = prefixes(
		"169.254.0.0/16",                                    // link-local, and most metadata services
		"100.100.100.200/32",                                // a metadata service within carrier-grade NAT
		"168.63.129.16/32",                                  // a metadata service with a public address
		"fd00:ec2::/32",                                     // metadata services within unique local addresses
		"192.0.0.0/24",                                      // protocol assignments, and a metadata service
		"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", // documentation
		"198.18.0.0/15",              // benchmarks
		"192.88.99.0/24",             // 6to4 relays
		"2001:db8::/32", "3fff::/20", // documentation
		"2001::/23", // protocol assignments: Teredo, benchmarks, ORCHID
		"2002::/16", // 6to4: leads to any IPv4 address
	)

	carrierGrade   = netip.MustParsePrefix("100.64.0.0/10") // RFC 6598
	globalUnicast6 = netip.MustParsePrefix("2000::/3")      // RFC 4291, section 2.4
	nat64          = netip.MustParsePrefix("64:ff9b::/96")  // RFC 6052, section 2.1
	compatible4    = netip.MustParsePrefix("::/96")         // RFC 4291, section 2.5.5.1
)

func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		list[i] = netip.MustParsePrefix(text)
	}
	return list
}

func inAny(addr netip.Addr, list []netip.Prefix) bool {
	for _, prefix := range list {
		if prefix.Contains(addr) {
			return true
		}
	}
	return false
}

// embedded is the IPv4 address that an IPv6 address stands for, or the address itself, without its zone.
func embedded(addr netip.Addr) netip.Addr {
	addr = addr.Unmap().WithZone("")
	if nat64.Contains(addr) || compatible4.Contains(addr) && addr != netip.IPv6Loopback() && !addr.IsUnspecified() {
		bytes := addr.As16()
		return netip.AddrFrom4([4]byte(bytes[12:]))
	}
	return addr
}

// literal reads an address, also in the brackets of a URL.
func literal(host string) (netip.Addr, bool) {
	if inner, ok := strings.CutPrefix(host, "["); ok {
		host = strings.TrimSuffix(inner, "]")
	}
	addr, err := netip.ParseAddr(host)
	return addr, err == nil
}

// endsInNumber says whether the last label of a name is a decimal, octal or hexadecimal number, which inet_aton and
// with it many programs take for an IPv4 address; no such top-level domain exists.
func endsInNumber(name string) bool {
	last := strings.ToLower(name[strings.LastIndexByte(name, '.')+1:])
	if digits, ok := strings.CutPrefix(last, "0x"); ok {
		return strings.Trim(digits, "0123456789abcdef") == ""
	}
	return last != "" && strings.Trim(last, "0123456789") == ""
}

func parsePrefix(text string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(text); err == nil {
		addr = addr.Unmap().WithZone("")
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, err
	}
	if prefix.Addr().Is4In6() {
		if prefix.Bits() < 96 {
			return netip.Prefix{}, fmt.Errorf("%s covers more than IPv4", text)
		}
		prefix = netip.PrefixFrom(prefix.Addr().Unmap(), prefix.Bits()-96)
	}
	return prefix.Masked(), nil
}

func parsePort(text string) (uint16, error) {
	port, err := strconv.ParseUint(strings.TrimSpace(text), 10, 16)
	if err == nil && port == 0 {
		err = strconv.ErrRange
	}
	return uint16(port), err
}

// parts yields the parts of a list with commas, without white space and empty ones.
func parts(list string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for part := range strings.SplitSeq(list, ",") {
			if part = strings.TrimSpace(part); part != "" && !yield(part) {
				return
			}
		}
	}
}
