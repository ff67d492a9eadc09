package courier

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"

	"mailferry/internal/testkit/process"
)

// door is where clients come in: it greets them and signs them in as Courier's couriertcpd, couriertls and imaplogin do, and hands
// each over to an imapd of its own.
type door struct {
	server    *Server
	tls       *tls.Config
	listeners []net.Listener
	// kill ends the processes of all clients.
	kill  context.CancelFunc
	ended sync.WaitGroup

	mutex     sync.Mutex
	watched   bool
	passwords map[string]string
	clients   map[net.Conn]struct{} // nil once the door is closed
}

// openDoor listens on both ports of a server.
func openDoor(ctx context.Context, s *Server) (*door, error) {
	certificate, err := tls.LoadX509KeyPair(s.Path("cert.pem"), s.Path("key.pem"))
	if err != nil {
		return nil, fmt.Errorf("load the certificate: %w", err)
	}
	d := &door{
		server: s, passwords: map[string]string{}, clients: map[net.Conn]struct{}{},
		tls: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12},
	}
	alive, kill := context.WithCancel(context.WithoutCancel(ctx))
	d.kill = kill
	for port, secure := range map[int]bool{s.Port: false, s.TLSPort: true} {
		var config net.ListenConfig
		listener, err := config.Listen(ctx, "tcp", process.Address(port))
		if err != nil {
			d.close()
			return nil, fmt.Errorf("%w: %w", errNotReady, err) // another process took the port in between
		}
		d.listeners = append(d.listeners, listener)
		d.ended.Go(func() { d.accept(alive, listener, secure) })
	}
	return d, nil
}

// close breaks all connections, kills their processes and waits until nothing runs. It may be called again.
func (d *door) close() {
	d.kill()
	for _, listener := range d.listeners {
		_ = listener.Close()
	}
	d.mutex.Lock()
	for client := range d.clients {
		_ = client.Close()
	}
	d.clients = nil
	d.mutex.Unlock()
	d.ended.Wait()
}

func (d *door) accept(ctx context.Context, listener net.Listener, secure bool) {
	for {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		d.ended.Go(func() {
			defer client.Close()
			if !d.enter(client) {
				return
			}
			defer d.leave(client)
			// Whatever ends a conversation ends the connection: there is nobody else to tell.
			_ = d.serve(ctx, client, secure)
		})
	}
}

func (d *door) enter(client net.Conn) bool {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if d.clients == nil {
		return false
	}
	d.clients[client] = struct{}{}
	return true
}

func (d *door) leave(client net.Conn) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	delete(d.clients, client)
}

// admit lets a user sign in.
func (d *door) admit(name, password string) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.passwords[name] = password
}

func (d *door) admits(name, password string) bool {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	expected, known := d.passwords[name]
	return known && expected == password
}

// watches says whether the watcher of files is there, without which an imapd would start one of its own. It listens on an
// abstract socket, whose name fills its address with NULs.
func (d *door) watches(ctx context.Context) error {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if d.watched {
		return nil
	}
	name, _, err := d.server.user.NameAndGroup()
	if err != nil {
		return err
	}
	path := "@/tmp/fam-" + name + "-" + d.server.watch()
	var dialer net.Dialer
	connection, err := dialer.DialContext(ctx, "unix", path+strings.Repeat("\x00", max(0, 108-len(path))))
	if err != nil {
		return fmt.Errorf("reach the watcher of files: %w", err)
	}
	d.watched = true
	return connection.Close()
}

// errLoggedOut ends a conversation that the client has ended.
var errLoggedOut = errors.New("logged out")

// serve holds the conversation with a client up to its LOGIN, and has imapd go on with it.
func (d *door) serve(ctx context.Context, client net.Conn, secure bool) error {
	if err := d.watches(ctx); err != nil {
		return err
	}
	if secure {
		client = tls.Server(client, d.tls)
	}
	t := &talk{Conn: client, reader: bufio.NewReaderSize(client, 8<<10), secure: secure}
	if err := t.say("* OK [CAPABILITY %s] Courier-IMAP ready. See COPYING for distribution information.", d.capabilities(secure)); err != nil {
		return err
	}
	for {
		words, err := t.command()
		if err != nil {
			return err
		}
		switch tag := words[0]; {
		case len(words) == 2 && strings.EqualFold(words[1], "CAPABILITY"):
			err = t.say("* CAPABILITY %s\r\n%s OK CAPABILITY completed", d.capabilities(t.secure), tag)
		case len(words) == 2 && strings.EqualFold(words[1], "NOOP"):
			err = t.say("%s OK NOOP completed", tag)
		case len(words) == 2 && strings.EqualFold(words[1], "LOGOUT"):
			err = errors.Join(t.say("* BYE Courier-IMAP server shutting down\r\n%s OK LOGOUT completed", tag), errLoggedOut)
		case len(words) == 2 && strings.EqualFold(words[1], "STARTTLS") && !t.secure:
			if err = t.say("%s OK Begin SSL/TLS negotiation now.", tag); err == nil {
				connection := tls.Server(client, d.tls)
				t = &talk{Conn: connection, reader: bufio.NewReaderSize(connection, 8<<10), secure: true}
			}
		case len(words) == 4 && strings.EqualFold(words[1], "LOGIN") && d.admits(words[2], words[3]):
			return d.handOver(ctx, t, tag, words[2])
		case len(words) == 4 && strings.EqualFold(words[1], "LOGIN"):
			err = t.say("%s NO Login failed.", tag)
		default:
			err = t.say("%s NO Error in IMAP command received by server.", tag)
		}
		if err != nil {
			return err
		}
	}
}

// capabilities are what imaplogin announces.
func (d *door) capabilities(secure bool) string {
	all := d.server.settings()["IMAP_CAPABILITY"] + " ACL ACL2=UNION"
	if !secure {
		all += " STARTTLS"
	}
	return all + " ENABLE UTF8=ACCEPT"
}
