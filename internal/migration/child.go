package migration

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"

	"mailferry/internal/childproc"
	"mailferry/internal/imapsync"
	"mailferry/internal/models"
)

// Limits of engines. The built-in one stays far below with a million messages on each side;
// imapsync needs several hundred bytes for each message.
const (
	builtinMemory  = 1 << 30
	imapsyncMemory = 4 << 30
	engineFiles    = 1024
)

// ownerVariable tells a process which server run started it, directly or not.
const ownerVariable = "MAILFERRY_OWNER"

// OwnerEntry is the entry of the environment of every process that a server run has started.
func OwnerEntry(owner string) string { return ownerVariable + "=" + owner }

// childFor is the engine's process for a job. Its error is a sentence for people, or the server's trouble.
func (s *Service) childFor(ctx context.Context, job *models.MigrationJob, passwords [2]string) (childproc.Spec, error) {
	cmd := command(job)
	spec := childproc.Spec{Grace: s.config.CancelGrace, Limits: childproc.Limits{Memory: builtinMemory, Files: engineFiles}}
	if s.lease != nil {
		spec.Feed = s.lease
	}
	program := s.config.Builtin
	if job.Engine == models.Imapsync {
		program = s.config.Imapsync
		spec.Guardian = s.config.Guardian
		spec.Limits.Memory = imapsyncMemory
		if s.config.Pin != nil {
			for _, side := range []struct {
				name     string
				endpoint *imapsync.Endpoint
			}{{sourceSide, &cmd.Source}, {destinationSide, &cmd.Destination}} {
				if err := s.config.Pin(ctx, side.endpoint); exhausted(err) {
					return childproc.Spec{}, err
				} else if err != nil {
					return childproc.Spec{}, unusable("The "+side.name+" cannot be used", err)
				}
			}
		}
	}
	args, err := cmd.Args()
	if err != nil {
		return childproc.Spec{}, unusable("The job cannot be run as it is", err)
	}
	spec.Path = program.Path
	spec.Args = slices.Concat(program.Args, args)
	spec.Env = slices.Concat(s.config.Environment, []string{OwnerEntry(s.owner)}, imapsync.Environment(passwords[0], passwords[1]))
	return spec, nil
}

// unusable is a sentence for people about why a job cannot be run.
func unusable(what string, why error) error {
	return &Error{Code: Conflict, Message: what + ": " + why.Error() + "."}
}

// runChild gives the child a goroutine, and so a thread, of its own. It says whether the child ended
// because this server's lease had.
func (r *run) runChild(ctx context.Context, engine childproc.Spec, out io.Writer) (outcome imapsync.Outcome, unfed bool) {
	begin := &beginning{out: out}
	ended := make(chan childproc.Result, 1)
	go func() { ended <- engine.Run(ctx, begin) }()
	res := <-ended
	outcome = imapsync.Outcome{ExitCode: res.ExitCode, Signal: res.Signal, Silent: res.Bytes == 0, StartError: res.Err}
	// A Go program to which the system gives no memory or thread ends like this before its first line.
	if res.ExitCode != nil && *res.ExitCode == 2 && r.job.Engine == models.Builtin && begin.isRuntime() {
		outcome = imapsync.Outcome{StartError: fmt.Errorf("the engine ended at its start: %s", begin.text)}
	}
	return outcome, res.Unfed
}

// beginning passes a child's output on and keeps the first bytes.
type beginning struct {
	out  io.Writer
	text []byte
}

// Write passes p on.
func (b *beginning) Write(p []byte) (int, error) {
	const most = 200
	if len(b.text) < most {
		b.text = append(b.text, p[:min(len(p), most-len(b.text))]...)
	}
	return b.out.Write(p)
}

// isRuntime says whether the output begins as that of Go's runtime about the system.
func (b *beginning) isRuntime() bool {
	return bytes.HasPrefix(b.text, []byte("runtime: ")) || bytes.HasPrefix(b.text, []byte("fatal error: "))
}
