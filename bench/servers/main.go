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
	"strings"

	"mailferry/internal/demo/mailgen"
	"mailferry/internal/imapclient"
	"mailferry/internal/testkit/cyrus"
	"mailferry/internal/testkit/dovecot"
	"mailferry/internal/testkit/imaptalk"
	"mailferry/internal/testkit/process"
)

const (
	user     = "info@example.org"
	password = "secret"
)

// server is what both makes have in common.
type server struct {
	port, tlsPort int
	authority     string
	stop          func()
}

func main() {
	source := flag.String("source", "dovecot", "make of the source: dovecot or cyrus")
	destination := flag.String("destination", "dovecot", "make of the destination: dovecot or cyrus")
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
		if err := fill(ctx, server, end.messages); err != nil {
			return fmt.Errorf("fill the %s: %w", end.name, err)
		}
		fmt.Fprintf(os.Stdout, "%-12s %-8s port %d (clear text, STARTTLS) or %d (TLS), user %s, password %s, %d messages\n             authority %s\n",
			end.name, end.kind, server.port, server.tlsPort, user, password, end.messages, server.authority)
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
		return &server{s.Port, s.TLSPort, s.CAFile, s.Stop}, s.AddUser(dovecot.User{Name: user, Password: password})
	case "cyrus":
		s, err := cyrus.Start(ctx, cyrus.Options{})
		if err != nil {
			return nil, err
		}
		return &server{s.Port, s.TLSPort, s.CAFile, s.Stop}, s.AddUser(ctx, cyrus.User{Name: user, Password: password})
	default:
		return nil, errors.New(kind + " is neither dovecot nor cyrus")
	}
}

// fill puts generated mail into the folders of an office's mailbox.
func fill(ctx context.Context, s *server, messages int) error {
	session, err := imaptalk.Connect(ctx, process.Address(s.port), nil)
	if err != nil {
		return err
	}
	defer session.Close()
	if _, err := session.Command("LOGIN " + user + " " + password); err != nil {
		return err
	}
	generator, next := mailgen.New(mailgen.Options{Seed: 1}), 0
	folders := mailgen.Folders()
	for i, count := range mailgen.Split(folders, messages) {
		name := `"` + imapclient.EncodeMailbox(strings.Join(folders[i].Levels, "/")) + `"`
		if count > 0 && folders[i].Levels[0] != "INBOX" {
			if _, err := session.Command("CREATE " + name); err != nil {
				return err
			}
		}
		for range count {
			message := generator.Message(next)
			next++
			command := fmt.Sprintf("APPEND %s (%s) %q {%d+}\r\n%s", name, strings.Join(message.Flags, " "),
				imapclient.FormatInternalDate(message.Date), len(message.Raw), message.Raw)
			if _, err := session.Command(command); err != nil {
				return err
			}
		}
	}
	return nil
}
