// Command mailservers runs two Dovecots for the web app's end-to-end tests: a
// source with generated mail, and an empty destination that names its folders
// differently. It prints where they are as one line of JSON and runs until its
// standard input ends, so that it cannot outlive the tests that started it.
//
//	mailservers --mailbox anna@example.org:500 --mailbox bert@example.org:20
//
// Every mailbox has the password "secret" on both servers.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"mailferry/internal/dovecottest"
	"mailferry/internal/imapclient"
	"mailferry/internal/mailgen"
)

const password = "secret"

// patience is how long starting and filling the servers may take.
const patience = 3 * time.Minute

// mailbox is an account on both servers, with so many messages on the source.
type mailbox struct {
	user     string
	messages int
}

// address is what the tests have to know of a server.
type address struct {
	Host    string `json:"host"`
	Port    int    `json:"port"`
	TLSPort int    `json:"tlsPort"`
}

func main() {
	var mailboxes []mailbox
	flag.Func("mailbox", "an account and its number of messages, as anna@example.org:500", func(text string) error {
		user, count, _ := strings.Cut(text, ":")
		n, err := strconv.Atoi(count)
		if err != nil || user == "" {
			return errors.New("want USER:MESSAGES")
		}
		mailboxes = append(mailboxes, mailbox{user, n})
		return nil
	})
	flag.Parse()
	if err := run(mailboxes); err != nil {
		fmt.Fprintln(os.Stderr, "mailservers:", err)
		os.Exit(1)
	}
}

func run(mailboxes []mailbox) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	source, err := dovecottest.Start(ctx, dovecottest.Options{})
	if err != nil {
		return fmt.Errorf("start the source: %w", err)
	}
	defer source.Stop()
	destination, err := dovecottest.Start(ctx, dovecottest.Options{Separator: ".", Prefix: "INBOX."})
	if err != nil {
		return fmt.Errorf("start the destination: %w", err)
	}
	defer destination.Stop()

	for i, m := range mailboxes {
		for _, server := range []*dovecottest.Server{source, destination} {
			if err := server.AddUser(dovecottest.User{Name: m.user, Password: password}); err != nil {
				return fmt.Errorf("add %s: %w", m.user, err)
			}
		}
		if err := fill(ctx, source, m, uint64(i)+1); err != nil {
			return fmt.Errorf("fill %s: %w", m.user, err)
		}
	}

	answer := map[string]any{
		"source":      address{source.Host, source.Port, source.TLSPort},
		"destination": address{destination.Host, destination.Port, destination.TLSPort},
		"caFile":      source.CAFile,
		"password":    password,
	}
	if err := json.NewEncoder(os.Stdout).Encode(answer); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// fill puts generated mail into a mailbox of the source, divided among the
// folders of an office.
func fill(ctx context.Context, server *dovecottest.Server, m mailbox, seed uint64) error {
	c, err := imapclient.Dial(ctx, imapclient.Options{Host: server.Host, Port: server.Port, Security: imapclient.None})
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	if err := c.Login(ctx, m.user, password); err != nil {
		return err
	}
	generator := mailgen.New(mailgen.Options{Seed: seed, MaxBytes: 32 << 10})
	folders := mailgen.Folders()
	next := 0
	for i, share := range mailgen.Split(folders, m.messages) {
		levels := make([]string, len(folders[i].Levels))
		for l, level := range folders[i].Levels {
			levels[l] = imapclient.EncodeMailbox(level)
		}
		name := strings.Join(levels, "/")
		if !imapclient.IsInbox(name) {
			_, _ = c.Create(name).Wait(ctx) // it may be there
		}
		var commands []*imapclient.Command[imapclient.AppendData]
		for range share {
			message := generator.Message(next)
			next++
			commands = append(commands, c.Append(name, imapclient.AppendMessage{
				Flags: message.Flags, InternalDate: imapclient.FormatInternalDate(message.Date),
				Size: int64(len(message.Raw)), Body: bytes.NewReader(message.Raw),
			}, imapclient.AppendOptions{}))
		}
		for _, command := range commands {
			if _, err := command.Wait(ctx); err != nil {
				return fmt.Errorf("append to %s: %w", name, err)
			}
		}
	}
	return nil
}
