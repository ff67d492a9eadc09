// Command service measures the running server from outside: how soon a child's output
// reaches a subscriber, what a thousand followers of a loud job cost, and how long a page of
// a million jobs takes. It prints one table per database.
//
// The server is the real binary on a real SQLite or Postgres that writes through to its
// disk. The engine is this program itself, which prints lines with the time in them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"

	"mailferry/internal/testkit/postgres"
)

// settings are what can be chosen on the command line.
type settings struct {
	binary    string
	databases string
	ticks     int
	tails     int
	rate      int
	seconds   int
	rows      int
	pages     int
}

func main() {
	if runAsEngine(os.Args[1:]) {
		return
	}
	var s settings
	flag.StringVar(&s.binary, "binary", "bin/mailferry", "the server to measure")
	flag.StringVar(&s.databases, "databases", "sqlite,postgres", "which databases")
	flag.IntVar(&s.ticks, "ticks", 200, "lines of the idle log, one each 50 ms")
	flag.IntVar(&s.tails, "tails", 1000, "followers of the loud job")
	flag.IntVar(&s.rate, "rate", 100_000, "bytes per second that the loud job prints")
	flag.IntVar(&s.seconds, "seconds", 20, "seconds that the loud job prints")
	flag.IntVar(&s.rows, "rows", 1_000_000, "jobs in the table for the pages")
	flag.IntVar(&s.pages, "pages", 500, "pages to read")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, s)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, s settings) error {
	for name := range strings.SplitSeq(s.databases, ",") {
		if err := measureDatabase(ctx, s, name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// measureDatabase runs every measurement on one kind of database and prints its table.
func measureDatabase(ctx context.Context, s settings, name string) (err error) {
	url := ""
	if name == "postgres" {
		postgres, err := postgres.Start(ctx, postgres.Options{FSync: true})
		if err != nil {
			return fmt.Errorf("start Postgres: %w", err)
		}
		defer postgres.Stop()
		if url, err = postgres.CreateDatabase(ctx); err != nil {
			return fmt.Errorf("create a database: %w", err)
		}
	}
	folder, err := os.MkdirTemp("", "mailferry-bench-")
	if err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	fmt.Fprintf(os.Stdout, "\n%s\n", name)

	server, err := startServer(ctx, s.binary, folder, url)
	if err != nil {
		return err
	}
	idle, err := measureIdleLog(ctx, server, s.ticks)
	if err == nil {
		fmt.Fprintf(os.Stdout, "  write of the child to event, idle log      p50 %6.2f ms   p99 %6.2f ms   (%d lines)\n",
			idle.milliseconds(50), idle.milliseconds(99), idle.count())
		err = measureTails(ctx, server, s)
	}
	if err = errors.Join(err, server.stop()); err != nil {
		return err
	}
	if err := fillJobs(ctx, folder, url, s.rows); err != nil {
		return err
	}
	if server, err = startServer(ctx, s.binary, folder, url); err != nil {
		return err
	}
	return errors.Join(measurePages(ctx, server, s), server.stop())
}
