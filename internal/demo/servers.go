// Package demo shows Mailferry at work on one machine, with nothing to set up: two
// sample IMAP servers on loopback, the first with mailboxes full of generated
// mail, and a client of the server's API that moves them and prints their logs.
//
//	source, destination, err := demo.StartServers(ctx)
//	err = demo.Run(ctx, demo.Config{URL: "http://127.0.0.1:8080", Token: token, …})
//
// Starting Mailferry itself is the caller's part: its jobs must be allowed to
// connect to loopback, at the two servers' ports.
package demo

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"strings"
	"sync"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"mailferry/internal/demo/mailgen"
)

// Server is a sample IMAP server on loopback. It keeps mail in memory and speaks
// without TLS.
type Server struct {
	// Host and Port are where it listens.
	Host string
	Port int

	passwords map[string]string
	listener  net.Listener
	imap      *imapserver.Server
	served    chan struct{}
	closing   sync.Once
}

// StartServers starts the two servers. Every mailbox of Mailboxes is an account on
// both: full at the source, empty at the destination. The caller closes both; they
// close by themselves when the context ends.
func StartServers(ctx context.Context) (source, destination *Server, err error) {
	source, err = startServer(ctx, func(mailbox Mailbox, user *imapmemserver.User) error {
		return fill(user, mailbox)
	})
	if err != nil {
		return nil, nil, fmt.Errorf("start the source: %w", err)
	}
	destination, err = startServer(ctx, func(_ Mailbox, user *imapmemserver.User) error {
		return user.Create("INBOX", nil)
	})
	if err != nil {
		source.Close()
		return nil, nil, fmt.Errorf("start the destination: %w", err)
	}
	return source, destination, nil
}

func startServer(ctx context.Context, prepare func(Mailbox, *imapmemserver.User) error) (*Server, error) {
	server := &Server{passwords: map[string]string{}, served: make(chan struct{})}
	memory := imapmemserver.New()
	for _, mailbox := range Mailboxes() {
		password := rand.Text()
		user := imapmemserver.NewUser(mailbox.User, password)
		if err := prepare(mailbox, user); err != nil {
			return nil, fmt.Errorf("prepare mailbox %s: %w", mailbox.User, err)
		}
		memory.AddUser(user)
		server.passwords[mailbox.User] = password
	}

	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	host, port, err := splitAddress(listener.Addr())
	if err != nil {
		return nil, err
	}
	server.Host, server.Port, server.listener = host, port, listener
	server.imap = imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return memory.NewSession(), nil, nil
		},
		Caps: imap.CapSet{
			imap.CapIMAP4rev1: {}, imap.CapNamespace: {}, imap.CapUIDPlus: {}, imap.CapESearch: {}, imap.CapMove: {},
			imap.CapListExtended: {}, imap.CapListStatus: {}, imap.CapStatusSize: {}, imap.CapLiteralPlus: {},
		},
		// Its only clients are the jobs, whose own logs say what they met.
		Logger:       log.New(io.Discard, "", 0),
		InsecureAuth: true,
	})
	go func() {
		defer close(server.served)
		// It ends when the server is closed, and has nothing else to say.
		_ = server.imap.Serve(listener)
	}()
	context.AfterFunc(ctx, server.Close)
	return server, nil
}

// Password is the password of a mailbox's user, generated when the server was
// started; empty for a user that the server does not know.
func (s *Server) Password(user string) string { return s.passwords[user] }

// Close closes all connections and returns when the server has ended. It may be
// called again.
func (s *Server) Close() {
	s.closing.Do(func() {
		// The listener as well: the server does not know it before it serves.
		_ = s.listener.Close()
		_ = s.imap.Close()
	})
	<-s.served
}

// fill gives a user the folders of mailgen with the mailbox's messages.
func fill(user *imapmemserver.User, mailbox Mailbox) error {
	generator, next := mailbox.generator(), 0
	folders := mailgen.Folders()
	for i, count := range mailgen.Split(folders, mailbox.Messages) {
		for depth := range folders[i].Levels {
			name := strings.Join(folders[i].Levels[:depth+1], "/")
			if err := create(user, name); err != nil {
				return fmt.Errorf("create %s: %w", name, err)
			}
		}
		name := strings.Join(folders[i].Levels, "/")
		for range count {
			message := generator.Message(next)
			next++
			flags := make([]imap.Flag, 0, len(message.Flags))
			for _, flag := range message.Flags {
				flags = append(flags, imap.Flag(flag))
			}
			options := &imap.AppendOptions{Flags: flags, Time: message.Date}
			if _, err := user.Append(name, literal{bytes.NewReader(message.Raw)}, options); err != nil {
				return fmt.Errorf("store a message in %s: %w", name, err)
			}
		}
	}
	return nil
}

// create makes and subscribes a mailbox unless it is there.
func create(user *imapmemserver.User, name string) error {
	var exists *imap.Error
	err := user.Create(name, nil)
	if errors.As(err, &exists) && exists.Code == imap.ResponseCodeAlreadyExists {
		return nil
	}
	if err != nil {
		return err
	}
	return user.Subscribe(name)
}

// literal is a message as go-imap takes it.
type literal struct{ *bytes.Reader }

func (l literal) Size() int64 { return l.Reader.Size() }

func splitAddress(address net.Addr) (host string, port int, err error) {
	tcp, ok := address.(*net.TCPAddr)
	if !ok {
		return "", 0, fmt.Errorf("%v is not a TCP address", address)
	}
	return tcp.IP.String(), tcp.Port, nil
}
