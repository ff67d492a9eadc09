// Command mailferry moves mailboxes between IMAP servers: it is the server with its web app
// and API, the built-in engine that its jobs run, and the tools around both.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"

	"mailferry/internal/database"
)

// Exit codes beside 0. The engine has its own: see internal/imapsync.
const (
	exitFailure = 1
	exitUsage   = 64  // EX_USAGE in sysexits.h
	exitTaken   = 75  // EX_TEMPFAIL: another server owns the database
	exitAtOnce  = 130 // a second signal, as shells number an interrupted program
)

// console is where a command reads and prints, and what it knows of its environment.
type console struct {
	in     io.Reader
	out    io.Writer
	err    io.Writer
	getenv func(name string) string
}

// commandLine is what can be typed behind mailferry.
type commandLine struct {
	Serve   serveCommand     `cmd:"" default:"withargs" help:"Run the server (also without a command)."`
	Sync    syncCommand      `cmd:"" help:"Copy one mailbox with the built-in engine; takes imapsync's options."`
	Import  importCommand    `cmd:"" help:"Make a batch of the mailboxes in a CSV file, on a running server."`
	Migrate migrateCommand   `cmd:"" help:"Bring the tables up to date, print what was done, and exit."`
	Token   tokenCommand     `cmd:"" help:"Create, list and revoke API tokens; the server may be running."`
	Rekey   rekeyCommand     `cmd:"" help:"Move all stored passwords to the first encryption key; the server may be running."`
	Demo    demoCommand      `cmd:"" help:"Move sample mailboxes between sample servers, and serve the web app."`
	Version kong.VersionFlag `help:"Print the version and exit."`
}

func main() {
	ctx, stop := untilSignal()
	code := run(ctx, os.Args[1:], console{in: os.Stdin, out: os.Stdout, err: os.Stderr, getenv: os.Getenv})
	stop()
	os.Exit(code)
}

// run is the whole program; it returns its exit code.
func run(ctx context.Context, args []string, con console) int {
	// The engine's options are imapsync's, which no library of today's conventions parses.
	if len(args) > 0 && args[0] == "sync" {
		return runSync(ctx, args[1:], con)
	}
	var cli commandLine
	parser, err := kong.New(&cli,
		kong.Name("mailferry"),
		kong.Description("Moves mailboxes between IMAP servers. Without a command it runs the server."),
		kong.Writers(con.out, con.err),
		kong.Vars{"version": "mailferry " + version()},
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(con),
	)
	if err != nil {
		fmt.Fprintln(con.err, "mailferry:", err)
		return exitFailure
	}
	command, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(con.err, "mailferry: %v (see mailferry --help)\n", err)
		return exitUsage
	}
	if err := command.Run(); err != nil {
		fmt.Fprintln(con.err, "mailferry:", err)
		if errors.Is(err, database.ErrTaken) {
			return exitTaken
		}
		return exitFailure
	}
	return 0
}

// untilSignal is a context that ends with the first SIGINT or SIGTERM. A second one ends the
// program at once; the kernel then ends its children.
func untilSignal() (context.Context, func()) {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	ctx, cancel := context.WithCancelCause(context.Background())
	go func() {
		first, ok := <-signals
		if !ok {
			return
		}
		cancel(fmt.Errorf("received %s", first))
		if _, ok := <-signals; ok {
			os.Exit(exitAtOnce)
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(signals)
		cancel(nil)
	}
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(development)"
	}
	return info.Main.Version
}

// syncCommand is listed here for the help; run hands it on before the command line is parsed.
type syncCommand struct {
	Options []string `arg:"" optional:"" passthrough:"" help:"imapsync's options, as --host1 and --user1."`
}

// migrateCommand applies the migrations alone.
type migrateCommand struct {
	databaseFlags
}

// Run applies the migrations and prints their names.
func (c *migrateCommand) Run(ctx context.Context, con console) (err error) {
	db, lock, err := c.openAndLock(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Release(), db.Close()) }()
	applied, err := db.Migrate(ctx)
	for _, name := range applied {
		fmt.Fprintf(con.out, "applied %s\n", name)
	}
	if err == nil && len(applied) == 0 {
		fmt.Fprintf(con.out, "The %s is up to date.\n", db.Name())
	}
	return err
}
