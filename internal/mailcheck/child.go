package mailcheck

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime/debug"

	"mailferry/internal/childproc"
	"mailferry/internal/imapsync"
	"mailferry/internal/mailsync"
	"mailferry/internal/netguard"
)

// childHeap is what the heap of a look should stay below, in bytes: the collector works harder first.
const childHeap = 64 << 20

// maxRequest is the length of a request in bytes: options of a job, and two passwords.
const maxRequest = 4 << 20

// Exit codes of a child.
const (
	exitDone = 0
	// exitFailed means that there is no result; a line on stderr says why.
	exitFailed = 70 // EX_SOFTWARE in sysexits.h
)

// Process is what [Main] knows of the process that it is.
type Process struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(name string) string
	// Version is what the engine tells hosts of itself.
	Version string
	// Exit ends the process; it is called when the parent is gone.
	Exit func(code int)
}

// Main is a look in its child process: it reads a [Request] from stdin, writes a [Result] to stdout, and returns the
// exit code. MAILFERRY_ALLOWED_NETWORKS and MAILFERRY_ALLOWED_PORTS say where it may connect; without them it does
// nowhere.
func Main(ctx context.Context, process Process) int {
	debug.SetMemoryLimit(childHeap)
	watch := childproc.WatchParent(ctx, process.Getenv, func(error) { process.Exit(exitFailed) })
	if err := run(ctx, process, watch); err != nil {
		_, _ = fmt.Fprintln(process.Stderr, err)
		return exitFailed
	}
	return exitDone
}

func run(ctx context.Context, process Process, watch *childproc.Watch) error {
	policy, err := netguard.Parse(process.Getenv("MAILFERRY_ALLOWED_NETWORKS"), process.Getenv("MAILFERRY_ALLOWED_PORTS"))
	if err != nil {
		return fmt.Errorf("read where a check may connect: %w", err)
	}
	if watch == nil {
		return errors.New("a check is started by the server, and by nobody else")
	}
	var request Request
	// Its errors would quote passwords.
	decoder := json.NewDecoder(io.LimitReader(process.Stdin, maxRequest))
	if decoder.Decode(&request) != nil { //nolint:musttag // both ends are this binary
		return errors.New("the request of a check cannot be read")
	}
	config := mailsync.Config{Version: process.Version, DialContext: watch.DialContext(policy.DialContext)}
	result, err := look(ctx, config, request)
	if err != nil {
		return err
	}
	if err := json.NewEncoder(process.Stdout).Encode(result); err != nil { //nolint:musttag // both ends are this binary
		return errors.New("the result of a check cannot be written")
	}
	return nil
}

// look looks in this process.
func look(ctx context.Context, config mailsync.Config, request Request) (result Result, err error) {
	switch request.Kind {
	case Endpoint:
		check, err := config.CheckEndpoint(ctx, request.Command.Source, request.SourcePassword)
		return Result{Endpoint: &check}, kept(err)
	case Folders:
		preview, err := config.PreviewFolders(ctx, request.Command, request.SourcePassword, request.DestinationPassword)
		return Result{Folders: &preview}, kept(err)
	case Both:
		check, err := config.Precheck(ctx, request.Command, request.SourcePassword, request.DestinationPassword)
		return Result{Both: &check}, kept(err)
	}
	return Result{}, fmt.Errorf("there is no check of the kind %q", request.Kind)
}

// kept is an error without values of the request.
func kept(err error) error {
	if argument, ok := errors.AsType[*imapsync.ArgumentError](err); ok {
		return fmt.Errorf("no engine can be asked for this: %s", argument.Field)
	}
	return err
}
