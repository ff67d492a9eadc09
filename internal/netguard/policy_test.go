package netguard_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"mailferry/internal/netguard"
)

func mustParse(t testing.TB, networks, ports string) *netguard.Policy {
	t.Helper()
	p, err := netguard.Parse(networks, ports)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAddressesAreJudgedByWhereTheyLead(t *testing.T) {
	t.Parallel()
	const everything = "0.0.0.0/0,::/0,public,private,loopback"
	for _, c := range []struct {
		networks string
		addr     string
		allowed  bool
	}{
		{"public", "8.8.8.8", true},
		{"public", "2606:4700::1111", true},
		{"public", "::ffff:8.8.8.8", true},
		{"public", "64:ff9b::8.8.8.8", true},
		{"public", "10.0.0.1", false},
		{"public", "100.64.0.1", false},
		{"public", "fd12::1", false},
		{"public", "64:ff9b::10.0.0.1", false},
		{"public", "2002:0a00:0001::", false},
		{"public", "2001:0:a00:1::", false},
		{"public", "192.0.2.1", false},
		{"public", "168.63.129.16", false},
		{"public", "fec0::1", false},
		{"private", "10.1.2.3", true},
		{"private", "172.31.0.1", true},
		{"private", "172.32.0.1", false},
		{"private", "192.168.1.1", true},
		{"private", "100.64.0.1", true},
		{"private", "100.100.100.200", false},
		{"private", "fd12::1", true},
		{"private", "fd00:ec2::254", false},
		{"private", "8.8.8.8", false},
		{"public,private", "127.0.0.1", false},
		{"public,private", "::1", false},
		{"public,private", "::ffff:127.0.0.1", false},
		{"public,private", "::127.0.0.1", false},
		{"public,private,loopback", "169.254.169.254", false},
		{"public,private,loopback", "::ffff:169.254.169.254", false},
		{"public,private,loopback", "64:ff9b::169.254.169.254", false},
		{"public,private,loopback", "fe80::1%eth0", false},
		{"loopback", "127.9.9.9", true},
		{"loopback", "::1", true},
		{"loopback", "::ffff:127.0.0.1", true},
		{"169.254.169.254/32", "169.254.169.254", true},
		{"169.254.169.254", "::ffff:169.254.169.254", true},
		{"::ffff:10.0.0.0/104", "10.9.9.9", true},
		{"fe80::/10", "fe80::1%eth0", true},
		{"10.1.2.3/8", "10.200.0.1", true},
		{everything, "169.254.169.254", true},
		{everything, "0.0.0.0", false},
		{everything, "0.1.2.3", false},
		{everything, "::", false},
		{everything, "::ffff:0.0.0.0", false},
		{everything, "224.0.0.1", false},
		{everything, "ff02::1", false},
		{everything, "255.255.255.255", false},
	} {
		p := mustParse(t, c.networks, "143")
		if got := p.AllowsAddr(netip.MustParseAddr(c.addr)); got != c.allowed {
			t.Errorf("%s allows %s: %v, want %v", c.networks, c.addr, got, c.allowed)
		}
		if err := p.CheckHostPort(c.addr, 143); (err == nil) != c.allowed {
			t.Errorf("%s: CheckHostPort(%s) = %v", c.networks, c.addr, err)
		}
	}
	if (&netguard.Policy{}).AllowsAddr(netip.MustParseAddr("8.8.8.8")) {
		t.Error("the zero Policy allows something")
	}
}

func TestHostsThatReadAsAddressesElsewhereAreRefused(t *testing.T) {
	t.Parallel()
	p := mustParse(t, "public,private", "143,993,1024-2048")
	for _, host := range []string{
		"localhost", "LOCALHOST.", "imap.localhost", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1",
		"127.0.0.01", "[::1]", "1.2.3.4.5", "0.0.0.0", "::", "::1", "169.254.169.254",
	} {
		if err := p.CheckHostPort(host, 143); !errors.Is(err, netguard.ErrRefused) {
			t.Errorf("CheckHostPort(%q) = %v, want ErrRefused", host, err)
		}
		if addr, err := p.Resolve(t.Context(), host); err == nil {
			t.Errorf("Resolve(%q) = %v", host, addr)
		}
	}
	for _, host := range []string{"imap.example.org", "mail4", "4mail.example.org", "8.8.8.8", "[2606:4700::1111]", "10.0.0.1"} {
		if err := p.CheckHostPort(host, 993); err != nil {
			t.Errorf("CheckHostPort(%q) = %v", host, err)
		}
	}
	for port, allowed := range map[int]bool{143: true, 993: true, 1024: true, 2048: true, 22: false, 2049: false, 0: false, -1: false, 65536 + 143: false} {
		if err := p.CheckHostPort("imap.example.org", port); (err == nil) != allowed {
			t.Errorf("port %d: %v", port, err)
		}
	}
}

func TestConfigurationIsReadStrictlyAndSpelledOutAgain(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{
		{"", "143"}, {" , ", "143"}, {"public", ""}, {"public", "0"}, {"public", "65536"}, {"public", "20-10"}, {"public", "imap"},
		{"public", "-1"}, {"public", "1-2-3"}, {"internet", "143"}, {"10.0.0.0/33", "143"}, {"10.0.0", "143"}, {"::ffff:0:0/64", "143"},
	} {
		if p, err := netguard.Parse(c[0], c[1]); err == nil {
			t.Errorf("Parse(%q, %q) = %+v", c[0], c[1], p)
		}
	}
	p := mustParse(t, " Loopback, public,10.1.2.3/8,::1 ", "143, 1024 - 2048")
	if p.Networks() != "public,loopback,10.0.0.0/8,::1/128" || p.Ports() != "143,1024-2048" {
		t.Errorf("spelled out as %q and %q", p.Networks(), p.Ports())
	}
	mustParse(t, p.Networks(), p.Ports())
}

func TestDialingReachesAllowedAddressesOnly(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	accepted := make(chan string, 10)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				close(accepted)
				return
			}
			accepted <- conn.RemoteAddr().String()
			conn.Close()
		}
	}()
	port := listener.Addr().(*net.TCPAddr).Port
	ports := strconv.Itoa(port)
	for _, refusing := range []*netguard.Policy{
		mustParse(t, "public,private", ports), mustParse(t, "loopback", "1-2"), {},
	} {
		for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0"} {
			conn, err := refusing.DialContext(t.Context(), "tcp", host+":"+ports)
			if err == nil {
				conn.Close()
				t.Errorf("%s was reached", host)
				continue
			}
			if err != netguard.ErrRefused { // The error must carry nothing else.
				t.Errorf("%s: error %v, want the bare ErrRefused", host, err)
			}
		}
	}
	open := mustParse(t, "loopback", ports)
	for _, host := range []string{"127.0.0.1", "localhost"} {
		conn, err := open.DialContext(t.Context(), "tcp", host+":"+ports)
		if err != nil {
			t.Fatal(err)
		}
		local := conn.LocalAddr().String()
		conn.Close()
		if got := <-accepted; got != local {
			t.Errorf("accepted %s, dialed from %s", got, local)
		}
	}
	if _, err := open.DialContext(t.Context(), "udp", "127.0.0.1:"+ports); !errors.Is(err, netguard.ErrRefused) {
		t.Errorf("UDP: %v", err)
	}
}

func TestResolvingGivesAllowedAddressesOnly(t *testing.T) {
	t.Parallel()
	if addr, err := mustParse(t, "loopback", "143").Resolve(t.Context(), "localhost"); err != nil || !addr.IsLoopback() {
		t.Errorf("localhost = %v, %v", addr, err)
	}
	if addr, err := mustParse(t, "public,private", "143").Resolve(t.Context(), "localhost"); !errors.Is(err, netguard.ErrRefused) {
		t.Errorf("localhost = %v, %v, want ErrRefused", addr, err)
	}
	if addr, err := mustParse(t, "private", "143").Resolve(t.Context(), "::ffff:10.0.0.1"); err != nil || addr.String() != "10.0.0.1" {
		t.Errorf("mapped address = %v, %v", addr, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := mustParse(t, "public", "143").Resolve(ctx, "imap.invalid"); err == nil || errors.Is(err, netguard.ErrRefused) {
		t.Errorf("a lookup that failed: %v, want its own error", err)
	}
}

func TestAnUnknownNameReadsLikeAForbiddenOneAndNoNameServerIsNamed(t *testing.T) {
	t.Parallel()
	p := mustParse(t, "public,private", "143")
	_, unknown := p.Resolve(t.Context(), "no-such-host.invalid")
	_, dialed := p.DialContext(t.Context(), "tcp", "no-such-host.invalid:143")
	for _, err := range []error{unknown, dialed} {
		// Where there is no name server at all the answer is that none answered.
		if err != netguard.ErrRefused && err != netguard.ErrNoAnswer { // The error must carry nothing else.
			t.Errorf("an unknown name: %v", err)
		}
	}
	for name, failed := range map[string]*net.DNSError{
		"unknown": {Err: "no such host", Name: "inside.example", Server: "10.0.0.53:53", IsNotFound: true},
		"timeout": {Err: "i/o timeout", Name: "inside.example", Server: "10.0.0.53:53", IsTimeout: true},
		"refused": {Err: "server misbehaving", Name: "inside.example", Server: "10.0.0.53:53", IsTemporary: true},
	} {
		err := netguard.LookupError(fmt.Errorf("dial: %w", failed))
		if strings.Contains(err.Error(), "10.0.0.53") || (name == "unknown") != errors.Is(err, netguard.ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzHostsNeverLeadToForbiddenAddresses(f *testing.F) {
	for _, seed := range []string{"127.0.0.1", "::ffff:127.0.0.1", "[::1]", "127.1", "0x7f.1", "fe80::1%lo", "64:ff9b::7f00:1", "a.b."} {
		f.Add(seed)
	}
	p := mustParse(f, "public,private", "143")
	f.Fuzz(func(t *testing.T, host string) {
		if p.CheckHostPort(host, 143) != nil {
			return
		}
		// The most generous reading of a host as an address, that of the resolver.
		ip := net.ParseIP(strings.Trim(host, "[]"))
		if ip != nil && (ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsUnspecified() || ip.IsMulticast()) {
			t.Errorf("%q was let through", host)
		}
	})
}
