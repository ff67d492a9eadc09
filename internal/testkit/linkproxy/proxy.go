// Package linkproxy puts a worse network between two ends on loopback: a TCP proxy that adds a set delay in each direction,
// limits bandwidth if asked to, and cuts connections at chosen bytes. Benchmarks and tests of broken connections use it.
//
// Delay is that of a long line and not of a slow one: bytes are stamped when they come and sent on when their time has come, so
// any number of them is under way at once, up to 64 MiB per direction. A round trip takes twice Options.Delay more than without
// the proxy.
//
//	link, err := linkproxy.Start("127.0.0.1:143", linkproxy.Options{Delay: 20 * time.Millisecond}) // 40 ms of round trip
//	defer link.Close()
//	dial(link.Host, link.Port)
package linkproxy

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Options describe the link. The zero value forwards as fast as it can.
type Options struct {
	// Delay is added in each direction.
	Delay time.Duration
	// Bandwidth limits each direction of each connection, in bytes per second. 0 is no limit.
	Bandwidth int64
	// Buffer is how many bytes may be under way in one direction of a connection: what one end has sent and the other
	// has not got. 64 MiB if it is 0. A slow line of the world holds little: its delay times its bandwidth.
	Buffer int64
	// Cut says where to cut connection number n, counted from 1. nil cuts none.
	Cut func(n int) Cut
}

// Cut is where a connection breaks: after exactly so many bytes were passed on in that direction, both sides are closed, and what
// is under way is lost. 0 is never.
type Cut struct {
	ToTarget, ToClient int64
}

// Proxy listens on a free port of loopback and forwards to one target.
type Proxy struct {
	// Host and Port are where to connect.
	Host string
	Port int

	target  string
	options Options
	socket  net.Listener
	work    sync.WaitGroup

	toTarget, toClient atomic.Int64

	mu       sync.Mutex
	closed   bool
	refusing bool
	// frozen is closed when the link thaws; nil while it is not frozen.
	frozen   chan struct{}
	accepted int
	cut      int
	links    map[*link]struct{}
}

// Start begins to listen. The target is host:port; it is dialled anew for each connection.
func Start(target string, options Options) (*Proxy, error) {
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for link to %s: %w", target, err)
	}
	address, err := netip.ParseAddrPort(socket.Addr().String())
	if err != nil {
		return nil, fmt.Errorf("read the address of the socket: %w", err)
	}
	if options.Buffer <= 0 {
		options.Buffer = maxUnderway
	}
	p := &Proxy{Host: address.Addr().String(), Port: int(address.Port()), target: target, options: options, socket: socket, links: make(map[*link]struct{})}
	p.work.Go(p.accept)
	return p, nil
}

// Stats are counters of a Proxy.
type Stats struct {
	// Accepted counts connections, Open those that stand now, Cut those that were cut by Options.Cut.
	Accepted, Open, Cut int
	// ToTarget and ToClient are bytes passed on.
	ToTarget, ToClient int64
}

// Stats gives the counters as they are now.
func (p *Proxy) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return Stats{Accepted: p.accepted, Open: len(p.links), Cut: p.cut, ToTarget: p.toTarget.Load(), ToClient: p.toClient.Load()}
}

// Refuse makes the proxy close new connections at once, as a host without a service does, or take them again.
func (p *Proxy) Refuse(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refusing = on
}

// Freeze makes the proxy pass nothing on, in either direction, or go on where it stopped. Connections stand and what is sent
// is acknowledged, as after a failover of which nobody was told; new ones are taken and hear nothing.
func (p *Proxy) Freeze(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case on && p.frozen == nil:
		p.frozen = make(chan struct{})
	case !on && p.frozen != nil:
		close(p.frozen)
		p.frozen = nil
	}
}

// thawed waits until the proxy is not frozen; false when the link is cut before.
func (p *Proxy) thawed(l *link) bool {
	for {
		p.mu.Lock()
		frozen := p.frozen
		p.mu.Unlock()
		if frozen == nil {
			return true
		}
		select {
		case <-frozen:
		case <-l.severed:
			return false
		}
	}
}

// CutAll cuts all connections that stand now.
func (p *Proxy) CutAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.links {
		l.sever()
	}
}

// Close ends listening, cuts all connections and waits until nothing runs any more.
func (p *Proxy) Close() error {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	err := p.socket.Close()
	p.CutAll()
	p.work.Wait()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// accept takes connections until the socket is closed.
func (p *Proxy) accept() {
	for {
		client, err := p.socket.Accept()
		if err != nil {
			return
		}
		p.work.Go(func() { p.serve(client) })
	}
}

// serve forwards one connection until it ends.
func (p *Proxy) serve(client net.Conn) {
	defer client.Close()
	p.mu.Lock()
	p.accepted++
	number, refused := p.accepted, p.closed || p.refusing
	p.mu.Unlock()
	if refused {
		abort(client)
		return
	}
	target, err := net.Dial("tcp", p.target)
	if err != nil {
		abort(client)
		return
	}
	defer target.Close()
	if p.options.Buffer < maxUnderway {
		// The kernel's own buffers belong to the line as well.
		for _, end := range []net.Conn{client, target} {
			if tcp, ok := end.(*net.TCPConn); ok {
				_ = tcp.SetReadBuffer(int(p.options.Buffer))
			}
		}
	}
	l := &link{client: client, target: target, severed: make(chan struct{})}
	if !p.enter(l) {
		l.sever()
		return
	}
	defer p.leave(l)
	var cut Cut
	if p.options.Cut != nil {
		cut = p.options.Cut(number)
	}
	var directions sync.WaitGroup
	directions.Go(func() { p.forward(l, client, target, cut.ToTarget, &p.toTarget) })
	directions.Go(func() { p.forward(l, target, client, cut.ToClient, &p.toClient) })
	directions.Wait()
}

func (p *Proxy) enter(l *link) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	p.links[l] = struct{}{}
	return true
}

func (p *Proxy) leave(l *link) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.links, l)
}

func (p *Proxy) countCut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut++
}

// link is one connection through the proxy.
type link struct {
	client, target net.Conn
	severed        chan struct{}
	once           sync.Once
}

// sever cuts both sides at once.
func (l *link) sever() {
	l.once.Do(func() {
		close(l.severed)
		abort(l.client)
		abort(l.target)
	})
}

// abort closes a connection with a reset: what is under way is lost.
func abort(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
