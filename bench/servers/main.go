// Command servers starts two real IMAP servers on loopback, the first with some
// mail, prints how to reach them, and ends them when it is interrupted: for trying
// an engine or the web app by hand.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"mailferry/internal/demo/mailgen"
	"mailferry/internal/testkit/courier"
	"mailferry/internal/testkit/cyrus"
	"mailferry/internal/testkit/dovecot"
	"mailferry/internal/testkit/mailbox"
)

const (
	user     = "info@example.org"
	password = "secret"
)

// server is what the makes have in common.
type server struct {
	mailbox   mailbox.Mailbox
	tlsPort   int
	authority string
	stop      func()
}

func main() {
	source := flag.String("source", "dovecot", "make of the source: dovecot, cyrus or courier")
	destination := flag.String("destination", "dovecot", "make of the destination: dovecot, cyrus or courier")
	messages := flag.Int("messages", 300, "messages at the source")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *source, *destination, *messages)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "servers:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, source, destination string, messages int) error {
	for _, end := range []struct {
		name, kind string
		messages   int
	}{{"source", source, messages}, {"destination", destination, 0}} {
		server, err := start(ctx, end.kind)
		if err != nil {
			return err
		}
		defer server.stop()
		if _, err := server.mailbox.Append(ctx, end.messages, len(mailgen.Folders()), mailgen.Options{Seed: 1}); err != nil {
			return fmt.Errorf("fill the %s: %w", end.name, err)
		}
		fmt.Fprintf(os.Stdout, "%-12s %-8s port %d (clear text, STARTTLS) or %d (TLS), user %s, password %s, %d messages\n             authority %s\n",
			end.name, end.kind, server.mailbox.Port, server.tlsPort, user, password, end.messages, server.authority)
	}
	fmt.Fprintln(os.Stdout, "Interrupt to end both.")
	<-ctx.Done()
	return nil
}

func start(ctx context.Context, kind string) (*server, error) {
	switch kind {
	case "dovecot":
		s, err := dovecot.Start(ctx, dovecot.Options{})
		if err != nil {
			return nil, err
		}
		return &server{account(s.Port, "/", ""), s.TLSPort, s.CAFile, s.Stop}, s.AddUser(dovecot.User{Name: user, Password: password})
	case "cyrus":
		s, err := cyrus.Start(ctx, cyrus.Options{})
		if err != nil {
			return nil, err
		}
		return &server{account(s.Port, "/", ""), s.TLSPort, s.CAFile, s.Stop}, s.AddUser(ctx, cyrus.User{Name: user, Password: password})
	case "courier":
		s, err := courier.Start(ctx, courier.Options{})
		if err != nil {
			return nil, err
		}
		return &server{account(s.Port, ".", "INBOX."), s.TLSPort, s.CAFile, s.Stop}, s.AddUser(courier.User{Name: user, Password: password})
	default:
		return nil, errors.New(kind + " is none of dovecot, cyrus and courier")
	}
}

// account is the user's, on a server that names folders so.
func account(port int, delimiter, prefix string) mailbox.Mailbox {
	return mailbox.Mailbox{Host: "127.0.0.1", Port: port, User: user, Password: password, Delimiter: delimiter, Prefix: prefix}
}
