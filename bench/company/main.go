// Command company moves a whole company with the real binary, as the end-to-end test of the
// same does, and prints what it took: mailboxes from one CSV file, between two Dovecots on
// this machine, with limits for both hosts, two wrong passwords, a mailbox that is too small,
// a restart of the server in the middle, and a later pass. It exits non-zero if anything is
// not as it must be.
//
// Everything listens on free ports of loopback, and nothing of it is left behind.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"mailferry/internal/testkit/company"
	"mailferry/internal/testkit/postgres"
)

// settings are what can be chosen on the command line.
type settings struct {
	binary    string
	databases []string
	slots     int
	company   company.Options
	markdown  bool
}

func main() {
	s, err := parse(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err == nil {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		err = run(ctx, s)
		stop()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench-company:", err)
		os.Exit(1)
	}
}

func parse(args []string) (settings, error) {
	var s settings
	var databases string
	flags := flag.NewFlagSet("bench-company", flag.ContinueOnError)
	flags.StringVar(&s.binary, "binary", "bin/mailferry", "the server that moves")
	flags.StringVar(&databases, "databases", "sqlite,postgres", "which databases, in turn")
	flags.IntVar(&s.company.Mailboxes, "mailboxes", 200, "mailboxes of the company")
	flags.IntVar(&s.company.Messages, "messages", 12, "messages in each mailbox")
	flags.IntVar(&s.slots, "slots", 4, "jobs that run at the same time")
	flags.IntVar(&s.company.HostLimit, "host-limit", 3, "jobs that may use one host at the same time")
	flags.StringVar(&s.company.FSync, "fsync", "optimized", "when the destination writes through to its disk: never, optimized, always")
	flags.BoolVar(&s.markdown, "markdown", false, "print the table as Markdown")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	s.databases = strings.Split(databases, ",")
	for _, name := range s.databases {
		if name != sqliteKind && name != postgresKind {
			return s, fmt.Errorf("-databases: %q is neither %s nor %s", name, sqliteKind, postgresKind)
		}
	}
	return s, nil
}

// The kinds of databases.
const (
	sqliteKind   = "sqlite"
	postgresKind = "postgres"
)

func run(ctx context.Context, s settings) error {
	var columns []column
	var failures []error
	for _, database := range s.databases {
		fmt.Fprintf(os.Stderr, "%s: moving %d mailboxes of %d messages\n", database, s.company.Mailboxes, s.company.Messages)
		figures, err := move(ctx, s, database)
		if err != nil {
			failures = append(failures, fmt.Errorf("on %s: %w", database, err))
		}
		if ctx.Err() != nil {
			return errors.New("interrupted")
		}
		if figures.Mailboxes > 0 {
			columns = append(columns, column{database, figures})
		}
	}
	return errors.Join(append(failures, printTable(os.Stdout, columns, s.markdown))...)
}

// move has one server on one database move a company of its own.
func move(ctx context.Context, s settings, database string) (figures company.Figures, err error) {
	url := ""
	if database == postgresKind {
		server, err := postgres.Start(ctx, postgres.Options{FSync: true})
		if err != nil {
			return figures, err
		}
		defer server.Stop()
		if url, err = server.CreateDatabase(ctx); err != nil {
			return figures, err
		}
	}
	company, err := company.Start(ctx, s.company)
	if err != nil {
		return figures, err
	}
	defer company.Stop()
	server, err := startServer(ctx, s, url)
	if err != nil {
		return figures, err
	}
	defer func() { err = errors.Join(err, server.remove()) }()
	figures, err = company.Move(ctx, server)
	if err != nil && ctx.Err() == nil {
		err = fmt.Errorf("%w\nthe end of the server's log:\n%s", err, server.log(4<<10))
	}
	return figures, err
}
