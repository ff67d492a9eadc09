package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"

	"mailferry/internal/childproc"
	"mailferry/internal/command"
	"mailferry/internal/imapsync"
	"mailferry/internal/mailcheck"
	"mailferry/internal/mailsync"
	"mailferry/internal/migration"
	"mailferry/internal/models"
	"mailferry/internal/netguard"
)

// engineMemory is what the engine's heap should stay below, in bytes: the collector works
// harder rather than let a process per running job grow.
const engineMemory = 40 << 20

// runSync is the built-in engine as a program. Where the server starts it, its environment
// says where it may connect.
func runSync(ctx context.Context, args []string, con command.Console) int {
	debug.SetMemoryLimit(engineMemory)
	config := mailsync.Config{Version: version()}
	networks, ports := con.Getenv("MAILFERRY_ALLOWED_NETWORKS"), con.Getenv("MAILFERRY_ALLOWED_PORTS")
	if networks != "" || ports != "" {
		policy, err := netguard.Parse(cmp.Or(networks, "public,private"), cmp.Or(ports, "143,993"))
		if err != nil {
			fmt.Fprintln(con.Err, "mailferry sync:", err)
			return imapsync.ExitUsage
		}
		config.DialContext = policy.DialContext
	}
	// Where the server started it, it stops with the server, and with what entitles the server to run it.
	watch := childproc.WatchParent(ctx, con.Getenv, func(reason error) {
		_, _ = fmt.Fprintf(con.Out, "Stopped, with its connections cut: %v.\n", reason)
		os.Exit(childproc.ExitUnfed)
	})
	if watch != nil {
		dial := config.DialContext
		if dial == nil {
			dial = new(net.Dialer).DialContext
		}
		config.DialContext = watch.DialContext(dial)
	}
	progress, args, err := command.SyncOptions(args)
	if err != nil {
		fmt.Fprintln(con.Err, "mailferry sync:", err)
		return imapsync.ExitUsage
	}
	out := command.NewSyncOutput(con, progress, args)
	code := config.Main(ctx, args, con.Environ, out, con.Err)
	if err := out.End(code); err != nil {
		fmt.Fprintln(con.Err, "mailferry sync:", err)
	}
	return code
}

// syncOptions are the options that the help of the engine lists, each once.
func syncOptions(ctx context.Context, con command.Console) []string {
	var help strings.Builder
	mailsync.Main(ctx, []string{"--help"}, con.Environ, &help, io.Discard)
	options := regexp.MustCompile(`--[a-z0-9-]+`).FindAllString(help.String(), -1)
	slices.Sort(options)
	return slices.Compact(options)
}

// checkCommand makes this binary look at one mailbox, as package mailcheck says. It is the server's to start and not
// listed in the help.
const checkCommand = "check-mailbox"

// runCheck is a look at a mailbox in its own process.
func runCheck(ctx context.Context, con command.Console) int {
	return mailcheck.Main(ctx, mailcheck.Process{
		Stdin: con.In, Stdout: con.Out, Stderr: con.Err, Getenv: con.Getenv, Version: version(), Exit: os.Exit,
	})
}

// precheck looks at both sides of a batch's job.
func precheck(checks *mailcheck.Service) migration.CheckFunc {
	return func(ctx context.Context, command imapsync.Command, sourcePassword, destinationPassword string) (models.Precheck, error) {
		result, err := checks.LookForBatch(ctx, mailcheck.Request{
			Kind: mailcheck.Both, Command: command, SourcePassword: sourcePassword, DestinationPassword: destinationPassword,
		})
		found := result.Both
		if err != nil || found == nil {
			return models.Precheck{Error: result.Problem}, err
		}
		return models.Precheck{
			Error: found.Problem, Folders: found.Folders, Messages: found.Messages, Bytes: found.Bytes,
			BiggestMessage: found.BiggestMessage, QuotaFree: found.QuotaFree, SizeLimit: found.SizeLimit,
		}, nil
	}
}
