package mailcheck

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"mailferry/internal/childproc"
	"mailferry/internal/imapsync"
	"mailferry/internal/mailsync"
	"mailferry/internal/secret"
)

// Kind is what is to be looked for.
type Kind string

// The kinds of looks.
const (
	// Endpoint signs in to the source alone and counts what is there.
	Endpoint Kind = "endpoint"
	// Folders signs in to both sides and says what would become of each folder.
	Folders Kind = "folders"
	// Both signs in to both sides, counts what would be copied and what the destination takes.
	Both Kind = "both"
)

// Request is a look that is asked for.
type Request struct {
	Kind Kind `json:"kind"`
	// Command is what a run would be asked to do; only its source counts for an Endpoint.
	Command imapsync.Command `json:"command"`
	// SourcePassword and DestinationPassword are what signs in.
	SourcePassword      string `json:"sourcePassword"`
	DestinationPassword string `json:"destinationPassword,omitempty"`
}

// Result is what a look found. Problem is set, or else what the request's Kind names.
type Result struct {
	// Problem is a sentence about a look that came to no end, as because a host did not: empty if it did.
	Problem  string             `json:"problem,omitempty"`
	Endpoint *EndpointCheck     `json:"endpoint,omitempty"`
	Folders  *FolderPreview     `json:"folders,omitempty"`
	Both     *mailsync.Precheck `json:"both,omitempty"`
}

// What looks find, as the engine tells it: whoever asks this package need not know the engine.
type (
	// EndpointCheck is what a look at one side found.
	EndpointCheck = mailsync.EndpointCheck
	// FolderPreview says what a run would do with folders.
	FolderPreview = mailsync.FolderPreview
	// PreviewedFolder is one of a FolderPreview.
	PreviewedFolder = mailsync.PreviewedFolder
)

var (
	// ErrBusy says that as many mailboxes as may be are looked at.
	ErrBusy = errors.New("too many mailboxes are being checked")
	// ErrNotStarted says that the server cannot start a child at this moment.
	ErrNotStarted = errors.New("the check cannot be started")
)

// Config is what a [Service] needs. Path and Logger must be given.
type Config struct {
	// Path is the program, usually this binary, and Args its arguments that lead to [Main].
	Path string
	Args []string
	// Environment is the child's whole environment as KEY=value, with the networks and ports that it may connect to;
	// nothing in it is secret.
	Environment []string
	// AtOnce is how many looks there may be at the same time, of batches and people together; 8 if it is 0. Batches
	// take at most half of them, rounded up.
	AtOnce int
	// Wait is how long people wait for a place before they are told to try again; 10 seconds if it is 0.
	Wait time.Duration
	// Time is how long one look may take; 2 minutes if it is 0.
	Time time.Duration
	// Memory is what one look may use in bytes; 256 MiB if it is 0.
	Memory int64
	// Output is how much one look may say in bytes; 4 MiB if it is 0.
	Output int64
	Logger *slog.Logger
}

// Service has mailboxes looked at. Its methods may be called by several goroutines.
type Service struct {
	config Config
	places chan struct{}
	// ofBatches are the places that batches may take of them.
	ofBatches chan struct{}
}

// NewService returns a service.
func NewService(config Config) *Service {
	if config.AtOnce == 0 {
		config.AtOnce = 8
	}
	if config.Wait == 0 {
		config.Wait = 10 * time.Second
	}
	if config.Time == 0 {
		config.Time = 2 * time.Minute
	}
	if config.Memory == 0 {
		config.Memory = 256 << 20
	}
	if config.Output == 0 {
		config.Output = 4 << 20
	}
	return &Service{
		config: config, places: make(chan struct{}, config.AtOnce), ofBatches: make(chan struct{}, (config.AtOnce+1)/2),
	}
}

// Running is how many looks there are at this moment.
func (s *Service) Running() int { return len(s.places) }

// Look looks for somebody who waits for the answer. What is wrong with a host is in the result. The error is
// [ErrBusy], [ErrNotStarted], an [*imapsync.ArgumentError] for what no engine can be asked for, or that of ctx, which
// ends the look.
func (s *Service) Look(ctx context.Context, request Request) (Result, error) {
	waiting, cancel := context.WithTimeout(ctx, s.config.Wait)
	defer cancel()
	if !take(waiting, s.places) {
		if ctx.Err() != nil {
			return Result{}, context.Cause(ctx)
		}
		return Result{}, ErrBusy
	}
	defer func() { <-s.places }()
	return s.look(ctx, request)
}

// LookForBatch looks for a batch, which has time: it waits for a place until ctx ends, and leaves some to people.
func (s *Service) LookForBatch(ctx context.Context, request Request) (Result, error) {
	if !take(ctx, s.ofBatches) {
		return Result{}, context.Cause(ctx)
	}
	defer func() { <-s.ofBatches }()
	if !take(ctx, s.places) {
		return Result{}, context.Cause(ctx)
	}
	defer func() { <-s.places }()
	return s.look(ctx, request)
}

func take(ctx context.Context, places chan struct{}) bool {
	select {
	case places <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

// errOverlong ends a look that says more than it may.
var errOverlong = fmt.Errorf("the look said more than it may: %w", childproc.ErrAtOnce)

// look runs the child.
func (s *Service) look(ctx context.Context, request Request) (Result, error) {
	// What the command line of an engine cannot say no look can be asked for either.
	if _, err := request.Command.Args(); err != nil && request.Kind != Endpoint {
		return Result{}, err
	}
	input, err := json.Marshal(request) //nolint:musttag // both ends are this binary
	if err != nil {
		return Result{}, fmt.Errorf("encode the request of a check: %w", err)
	}
	timed, cancel := context.WithTimeout(ctx, s.config.Time)
	defer cancel()
	bounded, stop := context.WithCancelCause(timed)
	defer stop(nil)
	output := &limited{limit: s.config.Output, exceeded: func() { stop(errOverlong) }}
	spec := childproc.Spec{
		Path: s.config.Path, Args: s.config.Args, Env: s.config.Environment, Stdin: bytes.NewReader(input),
		Limits: childproc.Limits{Memory: s.config.Memory, Files: maxFiles},
	}
	ended := make(chan childproc.Result, 1)
	// A goroutine, and so a thread, of its own, as childproc asks for.
	go func() { ended <- spec.Run(bounded, output) }()
	end := <-ended

	masker := secret.NewMasker(request.SourcePassword, request.DestinationPassword)
	switch {
	case ctx.Err() != nil:
		return Result{}, context.Cause(ctx)
	case end.Err != nil:
		s.config.Logger.ErrorContext(ctx, "a check cannot be started", "error", end.Err)
		return Result{}, fmt.Errorf("%w: %w", ErrNotStarted, end.Err)
	case errors.Is(context.Cause(bounded), errOverlong):
		return Result{Problem: "The mailbox has too many folders, or too long names of folders, to be shown. A job can still copy it."}, nil
	case timed.Err() != nil:
		return Result{Problem: fmt.Sprintf(
			"No answer within %d seconds. Check host and port, and try again; a very large mailbox on a slow server can be copied without a check.",
			int(s.config.Time.Seconds()))}, nil
	}
	var result Result
	unread := json.Unmarshal(output.Bytes(), &result) //nolint:musttag // both ends are this binary
	if end.ExitCode == nil || *end.ExitCode != 0 || unread != nil {
		// Its words are those of a process that a host may have brought down.
		s.config.Logger.WarnContext(ctx, "a check ended before it was done",
			"exit", exitOf(end), "said", masker.Text(firstLine(output.Bytes())))
		return Result{Problem: "The server sent more than a check can take in, or what it cannot read. A job may still copy the mailbox."}, nil
	}
	masker.Value(&result)
	return result, nil
}

// maxFiles is how many descriptors a look may have open.
const maxFiles = 128

func exitOf(end childproc.Result) string {
	if end.ExitCode != nil {
		return fmt.Sprint("code ", *end.ExitCode)
	}
	return end.Signal
}

// firstLine is the beginning of what a child said.
func firstLine(text []byte) string {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	if len(line) > maxSaid {
		return string(line[:maxSaid]) + "…" // by which the masker knows that a secret may have been cut
	}
	return string(line)
}

// maxSaid is how much of a failed look's words is logged, in bytes.
const maxSaid = 200

// limited keeps what is written up to a limit, and says once when there is more.
type limited struct {
	bytes.Buffer

	limit    int64
	exceeded func()
}

func (l *limited) Write(p []byte) (int, error) {
	if int64(l.Len()+len(p)) > l.limit {
		l.exceeded()
		return len(p), nil
	}
	return l.Buffer.Write(p)
}
