// Command mailferry moves mailboxes between IMAP servers: it is the server with its web app
// and API, the built-in engine that its jobs run, and the tools around both.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/alecthomas/kong"

	"mailferry/internal/childproc"
	"mailferry/internal/command"
	"mailferry/internal/database"
)

// Exit codes beside 0. The engine has its own: see internal/imapsync.
const (
	exitFailure = 1
	exitUsage   = 64  // EX_USAGE in sysexits.h
	exitTaken   = 75  // EX_TEMPFAIL: another server owns the database
	exitAtOnce  = 130 // a second signal, as shells number an interrupted program
)

// commandLine is what can be typed after mailferry.
type commandLine struct {
	Serve       serveCommand       `cmd:"" default:"withargs" help:"Run the server (also without a command)."`
	Sync        syncCommand        `cmd:"" help:"Copy one mailbox with the built-in engine; takes imapsync's options."`
	Import      command.Import     `cmd:"" help:"Make a batch of the mailboxes in a CSV file, on a running server."`
	Job         command.Job        `cmd:"" help:"List jobs on a running server, follow, cancel and repeat them."`
	Batch       command.Batch      `cmd:"" help:"List batches on a running server, check, start and repeat them, print their reports."`
	Login       command.Login      `cmd:"" help:"Keep a server and a token for it, which import, job and batch use."`
	Logout      command.Logout     `cmd:"" help:"Forget a server and its token."`
	Profile     command.Profile    `cmd:"" help:"List the servers that you are logged in to, and choose one."`
	Migrate     command.Migrate    `cmd:"" help:"Bring the tables up to date, print what was done, and exit."`
	Token       command.Token      `cmd:"" help:"Create, list and revoke API tokens; the server may be running."`
	Rekey       command.Rekey      `cmd:"" help:"Move all stored passwords to the first encryption key; the server may be running."`
	Backup      command.Backup     `cmd:"" help:"Write the SQLite database into one file; the server may be running."`
	Restore     command.Restore    `cmd:"" help:"Bring a backup back into a data folder; no server may be running on it."`
	Doctor      command.Doctor     `cmd:"" help:"Look at configuration, database, key, disk, clock and hosts, and say what to do."`
	Demo        demoCommand        `cmd:"" help:"Move sample mailboxes between sample servers, and serve the web app."`
	Completion  command.Completion `cmd:"" help:"Print a script that completes commands and options in bash, zsh or fish."`
	Help        command.Help       `cmd:"" help:"Print the help of a command, or list all."`
	Version     command.Version    `cmd:"" help:"Print version, commit and date."`
	ShowVersion kong.VersionFlag   `name:"version" help:"Print the version and exit."`
}

// guardianCommand makes this binary the guardian of an engine that is not its own. It is the server's
// to start and not listed in the help.
const guardianCommand = "guard-engine"

func main() {
	if len(os.Args) == 2 && os.Args[1] == guardianCommand {
		// Before signals mean anything: those to the group are for the engine.
		os.Exit(childproc.Guardian(os.Stdin))
	}
	ctx, stop := untilSignal()
	code := run(ctx, os.Args[1:], command.Console{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Environ: os.Environ()})
	stop()
	os.Exit(code)
}

// run is the whole program; it returns its exit code.
func run(ctx context.Context, args []string, con command.Console) int {
	if len(args) > 0 && args[0] == "help" {
		args = append(slices.Clone(args[1:]), "--help")
	}
	// The engine's options are imapsync's, which no library of today's conventions parses.
	if len(args) > 0 && args[0] == "sync" {
		return runSync(ctx, args[1:], con)
	}
	if len(args) == 1 && args[0] == checkCommand {
		return runCheck(ctx, con)
	}
	var cli commandLine
	parser, err := kong.New(&cli,
		kong.Name("mailferry"),
		kong.Description("Moves mailboxes between IMAP servers. Without a command it runs the server."),
		kong.Writers(con.Out, con.Err),
		kong.Vars{"version": "mailferry " + command.Build().String(), "server": command.DefaultServer},
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(con),
	)
	if err != nil {
		fmt.Fprintln(con.Err, "mailferry:", err)
		return exitFailure
	}
	if len(args) > 0 && args[0] == command.CompleteCommand {
		command.Complete(ctx, parser.Model.Node, con, args[1:], syncOptions(ctx, con))
		return 0
	}
	if len(args) > 0 {
		if sentence := command.UnknownCommand(parser.Model.Node, args[0]); sentence != "" {
			fmt.Fprintf(con.Err, "mailferry: %s (see mailferry help)\n", sentence)
			return exitUsage
		}
	}
	typed, err := parser.Parse(args)
	if err != nil {
		if wrong := unreadable(err, con); wrong != nil {
			cli.Doctor.Unknown = command.UnknownVariables(parser.Model.Node, con)
			cli.Doctor.JSON = slices.Contains(args, "--json")
			if err := cli.Doctor.Wrong(con, wrong); err != nil {
				fmt.Fprintln(con.Err, "mailferry:", err)
			}
			return exitFailure
		}
		if wrong := unusable(&cli, parser, err, con); wrong != nil {
			err = wrong
		}
		fmt.Fprintf(con.Err, "mailferry: %v (see mailferry --help)\n", err)
		return exitUsage
	}
	cli.Serve.unknown = command.UnknownVariables(parser.Model.Node, con)
	cli.Doctor.Unknown = cli.Serve.unknown
	if err := typed.Run(); err != nil {
		if output, ok := errors.AsType[*command.OutputError](err); ok && errors.Is(output, syscall.EPIPE) {
			// Who read it has seen enough.
			return command.ExitClosedPipe
		}
		if exit, ok := errors.AsType[*command.ExitError](err); ok {
			if exit.Err != nil {
				fmt.Fprintln(con.Err, "mailferry:", exit.Err)
			}
			return exit.Code
		}
		fmt.Fprintln(con.Err, "mailferry:", err)
		switch _, wrong := errors.AsType[*configurationError](err); {
		case errors.Is(err, database.ErrTaken):
			return exitTaken
		case wrong:
			return exitUsage
		}
		return exitFailure
	}
	return 0
}

// unreadable is what is wrong with the environment where mailferry doctor was asked and its command line could not be
// parsed because of that; nil else.
func unreadable(err error, con command.Console) error {
	failed, ok := errors.AsType[*kong.ParseError](err)
	if !ok {
		return nil
	}
	node := failed.Context.Selected()
	if node == nil || node.Name != "doctor" {
		return nil
	}
	return command.CheckEnvironment(node, con)
}

// unusable names all that is wrong with the server's environment, where that is why the command
// line could not be parsed; nil where the reason is another.
func unusable(cli *commandLine, parser *kong.Kong, err error, con command.Console) error {
	var failed *kong.ParseError
	if !errors.As(err, &failed) {
		return nil
	}
	node := failed.Context.Selected()
	if node == nil {
		node = parser.Model.DefaultCmd
	}
	if node == nil {
		return nil
	}
	wrong := command.CheckEnvironment(node, con)
	if wrong == nil || node.Name != "serve" {
		return wrong
	}
	_, further := cli.Serve.Parse(con)
	return errors.Join(wrong, further)
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

func version() string { return command.Build().Version }

// syncCommand is listed here for the help; run hands it on before the command line is parsed.
type syncCommand struct {
	Options []string `arg:"" optional:"" passthrough:"" help:"imapsync's options, as --host1 and --user1."`
}
