// Package company moves a whole company between two real servers, as an administrator
// would: mailboxes from one CSV file, checked before, moved several at a time within the
// limits of both hosts, with two wrong passwords, a mailbox that is too small and a restart of
// the server in the middle, a report, a mended password, a later pass, and passwords purged
// at the end.
//
// A test and a benchmark do the same:
//
//	company, err := company.Start(ctx, company.Options{})
//	defer company.Stop()
//	figures, err := company.Move(ctx, server)
//
// The Mailferry that does the work is the caller's, behind [Server].
package company

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"mailferry/internal/demo/mailgen"
	"mailferry/internal/testkit/dovecot"
	"mailferry/internal/testkit/mailbox"
)

// Options shape a company; the zero value is 200 mailboxes of 12 messages.
type Options struct {
	// Mailboxes is how many there are, at least MinMailboxes.
	Mailboxes int
	// Messages is how many are in each, at least MinMessages.
	Messages int
	// FSync is the destination's mail_fsync; see dovecot.
	FSync string
	// HostLimit is how many jobs may use one host at once; 3 if it is 0.
	HostLimit int
}

// The smallest company in which everything can happen that must.
const (
	MinMailboxes = 8
	MinMessages  = 4
)

// Company is two Dovecots and mailboxes on them, of which three cannot be moved.
type Company struct {
	options  Options
	from, to *dovecot.Server
	// wrongSource and wrongDestination are the mailboxes whose passwords the list has wrong,
	// full is the one that does not fit.
	wrongSource, wrongDestination, full int

	bytes  int64
	filled time.Duration
}

// maxBytes is the size of the largest message.
const maxBytes = 32 << 10

// foldersEach is how many folders a mailbox has.
const foldersEach = 4

// Start starts both servers and fills the mailboxes of the first. The error is, or wraps, a
// *process.MissingError where Dovecot is not installed.
func Start(ctx context.Context, options Options) (company *Company, err error) {
	for value, otherwise := range map[*int]int{&options.Mailboxes: 200, &options.Messages: 12, &options.HostLimit: 3} {
		if *value == 0 {
			*value = otherwise
		}
	}
	if options.Mailboxes < MinMailboxes || options.Messages < MinMessages {
		return nil, fmt.Errorf("a company has at least %d mailboxes of %d messages", MinMailboxes, MinMessages)
	}
	c := &Company{
		options:     options,
		wrongSource: options.Mailboxes / 4, wrongDestination: options.Mailboxes / 2, full: options.Mailboxes - 2,
	}
	defer func() {
		if err != nil {
			c.Stop()
		}
	}()
	if c.from, err = dovecot.Start(ctx, dovecot.Options{}); err != nil {
		return nil, err
	}
	c.to, err = dovecot.Start(ctx, dovecot.Options{Separator: ".", Prefix: "INBOX.", Quota: true, FSync: options.FSync})
	if err != nil {
		return nil, err
	}
	began := time.Now()
	sizes := make([]int64, options.Mailboxes)
	if err := c.each(ctx, func(ctx context.Context, i int) (err error) {
		sizes[i], err = c.fill(ctx, i)
		return err
	}); err != nil {
		return nil, fmt.Errorf("fill the mailboxes: %w", err)
	}
	for _, size := range sizes {
		c.bytes += size
	}
	c.filled = time.Since(began)
	return c, nil
}

// Stop ends both servers and removes what they kept. It may be called again.
func (c *Company) Stop() {
	for _, server := range []*dovecot.Server{c.from, c.to} {
		if server != nil {
			server.Stop()
		}
	}
}

// Log is the end of what both servers logged, for a run that went wrong.
func (c *Company) Log(bytes int) string {
	return "source:\n" + c.from.Log(bytes) + "\ndestination:\n" + c.to.Log(bytes)
}

// fill makes a mailbox on both sides, with mail on the first, and returns its bytes.
func (c *Company) fill(ctx context.Context, i int) (int64, error) {
	if err := c.from.AddUser(dovecot.User{Name: c.user(i), Password: c.password(i)}); err != nil {
		return 0, err
	}
	size, err := c.source(i).Append(ctx, c.options.Messages, foldersEach, mailgen.Options{Seed: uint64(i + 1), MaxBytes: maxBytes})
	if err != nil {
		return 0, err
	}
	destination := dovecot.User{Name: c.user(i), Password: c.password(i)}
	if i == c.full {
		destination.QuotaBytes = size / 2
	}
	return size, c.to.AddUser(destination)
}

// atOnce is how many mailboxes are filled or compared at the same time.
const atOnce = 4

// each does something for every mailbox, several at a time, and gives the errors of all.
func (c *Company) each(ctx context.Context, do func(ctx context.Context, i int) error) error {
	errs := make([]error, c.options.Mailboxes+1)
	next := make(chan int)
	var workers sync.WaitGroup
	for range atOnce {
		workers.Go(func() {
			for i := range next {
				if err := do(ctx, i); err != nil {
					errs[i] = fmt.Errorf("%s: %w", c.user(i), err)
				}
			}
		})
	}
	for i := range c.options.Mailboxes {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	workers.Wait()
	errs[c.options.Mailboxes] = context.Cause(ctx)
	return errors.Join(errs...)
}

func (c *Company) user(i int) string     { return fmt.Sprintf("mailbox%03d@example.org", i) }
func (c *Company) password(i int) string { return fmt.Sprintf("secret of \"%03d\", quoted", i) }

func (c *Company) source(i int) mailbox.Mailbox {
	return mailbox.Mailbox{Host: c.from.Host, Port: c.from.Port, User: c.user(i), Password: c.password(i)}
}

func (c *Company) destination(i int) mailbox.Mailbox {
	return mailbox.Mailbox{
		Host: c.to.Host, Port: c.to.Port, User: c.user(i), Password: c.password(i), Delimiter: ".", Prefix: "INBOX.",
	}
}

// movable says whether a mailbox can be moved as the list has it.
func (c *Company) movable(i int) bool {
	return i != c.wrongSource && i != c.wrongDestination && i != c.full
}

// compare compares both sides of a mailbox, message by message.
func (c *Company) compare(ctx context.Context, i int) error {
	want, err := c.source(i).Read(ctx)
	if err != nil {
		return err
	}
	got, err := c.destination(i).Read(ctx)
	if err != nil {
		return err
	}
	return mailbox.Difference(got, want)
}

// csv is the company's list, with semicolons as a spreadsheet in half of Europe writes it.
func (c *Company) csv() string {
	var text strings.Builder
	w := csv.NewWriter(&text)
	w.Comma = ';'
	_ = w.Write([]string{"user1", "password1", "user2", "password2"}) // to memory: never fails
	for i := range c.options.Mailboxes {
		passwords := []string{c.password(i), c.password(i)}
		if i == c.wrongSource {
			passwords[0] = "not the password"
		}
		if i == c.wrongDestination {
			passwords[1] = "not the password"
		}
		_ = w.Write([]string{c.user(i), passwords[0], c.user(i), passwords[1]})
	}
	w.Flush()
	return text.String()
}

// settings are those of the batch.
func (c *Company) settings() map[string]any {
	return map[string]any{
		"name":        "The whole company",
		"source":      map[string]any{"host": c.from.Host, "port": c.from.Port, "security": "NONE"},
		"destination": map[string]any{"host": c.to.Host, "port": c.to.Port, "security": "NONE"},
		"engine":      "BUILTIN", "sourceLimit": c.options.HostLimit, "destinationLimit": c.options.HostLimit,
		"retries": 2, "retryInterrupted": true, "paused": true,
	}
}
