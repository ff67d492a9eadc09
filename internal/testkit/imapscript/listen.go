package imapscript

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/netip"
	"sync"
	"testing"

	"mailferry/internal/testkit/cert"
)

// listener accepts connections on a free port of loopback until the test ends.
type listener struct {
	// Host and Port are where to connect.
	Host string
	Port int
	// RootCAs trusts the server's certificate, which is made for Host, for "localhost" and for this test alone.
	RootCAs *x509.CertPool

	t      testing.TB
	secure *tls.Config
	socket net.Listener
	work   sync.WaitGroup

	mu       sync.Mutex
	accepted int
	ended    bool
	open     map[net.Conn]struct{}
}

// listen starts to accept. serve gets each connection with its number, from 1 on; the connection is closed after it. adjust
// changes the listener before.
func listen(t testing.TB, implicitTLS bool, serve func(number int, conn net.Conn), adjust ...func(*listener)) *listener {
	t.Helper()
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listen on loopback: %v", err)
	}
	address, err := netip.ParseAddrPort(socket.Addr().String())
	if err != nil {
		t.Fatalf("read the address of the socket: %v", err)
	}
	l := &listener{Host: address.Addr().String(), Port: int(address.Port()), t: t, socket: socket, open: make(map[net.Conn]struct{})}
	certificate, err := cert.New()
	if err != nil {
		t.Fatalf("make a certificate: %v", err)
	}
	l.RootCAs = certificate.Pool
	l.secure = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{certificate.TLS}}
	for _, adjust := range adjust {
		adjust(l)
	}
	l.work.Go(func() {
		for {
			conn, err := socket.Accept()
			if err != nil {
				return
			}
			number, ok := l.enter(conn)
			if !ok {
				_ = conn.Close()
				return
			}
			l.work.Go(func() {
				defer l.leave(conn)
				if implicitTLS {
					serve(number, tls.Server(conn, l.secure))
				} else {
					serve(number, conn)
				}
			})
		}
	})
	return l
}

func (l *listener) enter(conn net.Conn) (number int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return 0, false
	}
	l.accepted++
	l.open[conn] = struct{}{}
	return l.accepted, true
}

func (l *listener) leave(conn net.Conn) {
	l.mu.Lock()
	delete(l.open, conn)
	l.mu.Unlock()
	_ = conn.Close()
}

// Connections counts the connections that were accepted so far.
func (l *listener) Connections() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.accepted
}

// DropAll cuts all connections that are open now, as a host that goes away does. New ones are accepted.
func (l *listener) DropAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for conn := range l.open {
		abort(conn)
	}
}

// Stop ends listening and cuts all connections: the host is gone for good. It is done by itself when the test ends.
func (l *listener) Stop() {
	l.mu.Lock()
	l.ended = true
	l.mu.Unlock()
	_ = l.socket.Close()
	l.DropAll()
	l.work.Wait()
}

// abort closes a connection with a reset instead of a farewell.
func abort(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// ClientTLS is a client's configuration that trusts this server.
func (l *listener) ClientTLS() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: l.RootCAs}
}
