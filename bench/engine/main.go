// Command engine compares programs that copy a mailbox from one IMAP server to
// another over links with a delay: the built-in engine, imapsync, mbsync, and a
// probe that only moves bytes, as fast as the wire allows. It prints a table, and
// exits non-zero if a program left messages behind.
//
// Source and destination are two Dovecots on this machine; each program gets an
// empty destination, and its connections to both servers pass through a proxy that
// holds every byte back for half a round trip. The programs run one at a time, in
// turn, so that a slow moment of the machine does not meet one of them alone.
//
// imapsync and mbsync are left out, with a note, where they are not installed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"time"
)

// settings are what can be chosen on the command line.
type settings struct {
	binary     string
	messages   int
	medianSize int
	roundTrips []time.Duration
	transports []bool // with TLS?
	programs   []string
	runs       int
	fsync      string
	bandwidth  int64 // bytes per second of each connection, in each direction; 0 is no limit
	compress   bool
	markdown   bool
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == probeCommand {
		exit(runProbe(context.Background(), os.Args[2:], os.Getenv))
	}
	s, err := parse(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		exit(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err = run(ctx, s, os.Stdout)
	stop()
	exit(err)
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench-engine:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func parse(args []string) (settings, error) {
	var s settings
	var roundTrips, transports, programs string
	flags := flag.NewFlagSet("bench-engine", flag.ContinueOnError)
	flags.StringVar(&s.binary, "binary", "bin/mailferry", "the built-in engine's program")
	flags.IntVar(&s.messages, "messages", 200, "messages in the source mailbox")
	flags.IntVar(&s.medianSize, "median", 8<<10, "median size of a message, in bytes")
	flags.StringVar(&roundTrips, "rtt", "0,20,40,100", "round trips to each server, in milliseconds")
	flags.StringVar(&transports, "tls", "no,yes", "with TLS, without, or both")
	flags.StringVar(&programs, "programs", "builtin,imapsync,mbsync,probe", "what to compare")
	flags.IntVar(&s.runs, "runs", 1, "runs of each; the fastest counts, and one of over ten seconds is not repeated")
	flags.StringVar(&s.fsync, "fsync", "optimized", "when the destination writes through to its disk: never, optimized, always")
	bandwidth := flags.Int64("bandwidth", 0, "what each connection carries in each direction, in KiB per second; 0 is no limit")
	flags.BoolVar(&s.compress, "compress", false, "let the servers announce COMPRESS=DEFLATE")
	flags.BoolVar(&s.markdown, "markdown", false, "print the table as Markdown")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	s.bandwidth = *bandwidth << 10
	for text := range strings.SplitSeq(roundTrips, ",") {
		milliseconds, err := strconv.Atoi(text)
		if err != nil {
			return s, fmt.Errorf("-rtt: %q is not a number of milliseconds", text)
		}
		s.roundTrips = append(s.roundTrips, time.Duration(milliseconds)*time.Millisecond)
	}
	for text := range strings.SplitSeq(transports, ",") {
		if text != "yes" && text != "no" {
			return s, fmt.Errorf("-tls: %q is neither yes nor no", text)
		}
		s.transports = append(s.transports, text == "yes")
	}
	s.programs = strings.Split(programs, ",")
	return s, nil
}
