package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"mailferry/internal/foreground"
)

// link is a proxy on loopback that holds back every byte for the same time, in
// both directions, and limits nothing else: what a long line with room to spare does.
type link struct {
	listener net.Listener
	target   string
	delay    time.Duration // one way
	running  sync.WaitGroup
}

// startLink starts a proxy to a port of loopback that adds a round trip.
func startLink(ctx context.Context, port int, roundTrip time.Duration) (*link, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start a proxy: %w", err)
	}
	l := &link{listener: listener, target: foreground.Address(port), delay: roundTrip / 2}
	l.running.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			l.running.Go(func() { l.carry(ctx, client) })
		}
	})
	return l, nil
}

func (l *link) port() int {
	address, _ := l.listener.Addr().(*net.TCPAddr)
	return address.Port
}

// close waits for the connections to end; their programs have.
func (l *link) close() {
	_ = l.listener.Close()
	l.running.Wait()
}

// carry connects one client and copies both ways until both have ended.
func (l *link) carry(ctx context.Context, client net.Conn) {
	defer client.Close()
	var dialer net.Dialer
	server, err := dialer.DialContext(ctx, "tcp", l.target)
	if err != nil {
		return
	}
	defer server.Close()
	defer context.AfterFunc(ctx, func() { _, _ = client.Close(), server.Close() })()
	var both sync.WaitGroup
	both.Go(func() { l.copy(server, client) })
	both.Go(func() { l.copy(client, server) })
	both.Wait()
}

// piece is what was read at once, and when it is due at the other end.
type piece struct {
	bytes []byte
	due   time.Time
}

// copy copies one direction. What is under way is bounded by the pieces that the
// channel holds, 64 MiB, which is more than any sender here keeps in flight.
func (l *link) copy(to, from net.Conn) {
	const pieceSize, underWay = 32 << 10, 2048
	pieces := make(chan piece, underWay)
	gone := make(chan struct{})
	go func() {
		defer close(pieces)
		for {
			buffer := make([]byte, pieceSize)
			n, err := from.Read(buffer)
			if n > 0 {
				select {
				case pieces <- piece{bytes: buffer[:n], due: time.Now().Add(l.delay)}:
				case <-gone:
					return
				}
			}
			if err != nil {
				return
			}
		}
	}()
	for next := range pieces {
		time.Sleep(time.Until(next.due))
		if _, err := to.Write(next.bytes); err != nil {
			break
		}
	}
	close(gone)
	// The end travels like everything else: half a connection at a time.
	half, ok := to.(interface{ CloseWrite() error })
	if !ok || errors.Is(half.CloseWrite(), io.ErrClosedPipe) {
		_ = to.Close()
	}
}
