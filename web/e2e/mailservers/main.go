// Command mailservers runs two Dovecots for the web app's end-to-end tests: a
// source with generated mail, and an empty destination that names its folders
// differently. It prints where they are as one line of JSON and runs until its
// standard input ends, so that it cannot outlive the tests that started it.
//
//	mailservers --mailbox anna@example.org:500 --mailbox bert@example.org:20:10000
//
// Every mailbox has the password "secret" on both servers. A third part is its
// quota at the destination, in bytes. A line as anna@example.org:2 on standard
// input is mail that comes in later: so many messages more on the source,
// answered by a line of JSON once they are there.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"mailferry/internal/demo/mailgen"
	"mailferry/internal/imapclient"
	"mailferry/internal/testkit/dovecot"
)

const password = "secret"

// patience is how long starting and filling the servers may take.
const patience = 3 * time.Minute

// mailbox is an account on both servers, with so many messages on the source and,
// if it is not zero, a quota in bytes on the destination.
type mailbox struct {
	user     string
	messages int
	quota    int64
}

// parseMailbox reads USER:MESSAGES or USER:MESSAGES:QUOTA.
func parseMailbox(text string) (mailbox, error) {
	parts := strings.Split(text, ":")
	if len(parts) < 2 || len(parts) > 3 || parts[0] == "" {
		return mailbox{}, errors.New("want USER:MESSAGES or USER:MESSAGES:QUOTA")
	}
	m := mailbox{user: parts[0]}
	var err error
	if m.messages, err = strconv.Atoi(parts[1]); err != nil {
		return mailbox{}, fmt.Errorf("number of messages: %w", err)
	}
	if len(parts) == 3 {
		if m.quota, err = strconv.ParseInt(parts[2], 10, 64); err != nil {
			return mailbox{}, fmt.Errorf("quota: %w", err)
		}
	}
	return m, nil
}

// address is what the tests have to know of a server.
type address struct {
	Host    string `json:"host"`
	Port    int    `json:"port"`
	TLSPort int    `json:"tlsPort"`
}

func main() {
	var mailboxes []mailbox
	flag.Func("mailbox", "an account with its number of messages and its quota, as anna@example.org:500 or anna@example.org:500:10000", func(text string) error {
		m, err := parseMailbox(text)
		mailboxes = append(mailboxes, m)
		return err
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
	source, err := dovecot.Start(ctx, dovecot.Options{})
	if err != nil {
		return fmt.Errorf("start the source: %w", err)
	}
	defer source.Stop()
	destination, err := dovecot.Start(ctx, dovecot.Options{Separator: ".", Prefix: "INBOX.", Quota: true})
	if err != nil {
		return fmt.Errorf("start the destination: %w", err)
	}
	defer destination.Stop()

	for _, m := range mailboxes {
		if err := errors.Join(
			source.AddUser(dovecot.User{Name: m.user, Password: password}),
			destination.AddUser(dovecot.User{Name: m.user, Password: password, QuotaBytes: m.quota}),
		); err != nil {
			return fmt.Errorf("add %s: %w", m.user, err)
		}
	}
	if err := fillAll(ctx, source, mailboxes); err != nil {
		return err
	}

	answers := json.NewEncoder(os.Stdout)
	if err := answers.Encode(map[string]any{
		"source":      address{source.Host, source.Port, source.TLSPort},
		"destination": address{destination.Host, destination.Port, destination.TLSPort},
		"caFile":      source.CAFile,
		"password":    password,
	}); err != nil {
		return err
	}
	return deliver(source, uint64(len(mailboxes))+1, answers)
}

// deliver adds the mail that standard input asks for, until that ends.
func deliver(source *dovecot.Server, seed uint64, answers *json.Encoder) error {
	lines := bufio.NewScanner(os.Stdin)
	for ; lines.Scan(); seed++ {
		m, err := parseMailbox(lines.Text())
		if err != nil {
			return fmt.Errorf("deliver %q: %w", lines.Text(), err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		err = fill(ctx, source, m, seed)
		cancel()
		if err != nil {
			return err
		}
		if err := answers.Encode(map[string]any{"delivered": m.messages}); err != nil {
			return err
		}
	}
	return lines.Err()
}

// fillAll fills mailboxes, several at a time.
func fillAll(ctx context.Context, server *dovecot.Server, mailboxes []mailbox) error {
	next := make(chan int)
	errs := make([]error, len(mailboxes))
	var filling sync.WaitGroup
	for range 2 * runtime.NumCPU() {
		filling.Go(func() {
			for i := range next {
				errs[i] = fill(ctx, server, mailboxes[i], uint64(i)+1)
			}
		})
	}
	for i := range mailboxes {
		next <- i
	}
	close(next)
	filling.Wait()
	return errors.Join(errs...)
}

// fill puts generated mail into a mailbox of the source, divided among the
// folders of an office as far as there is any for them.
func fill(ctx context.Context, server *dovecot.Server, m mailbox, seed uint64) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("fill %s: %w", m.user, err)
		}
	}()
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
		if share == 0 {
			continue
		}
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
