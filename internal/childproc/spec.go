package childproc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// drainTime is how long a child's pipe may stay open after its end, for output that is on
	// its way.
	drainTime = 2 * time.Second
	// guardianTime is how long a guardian may take to kill what it guards.
	guardianTime = 2 * time.Second
)

// ErrAtOnce is a cause, or what a cause wraps, that ends a child without a period of grace.
var ErrAtOnce = errors.New("at once")

// Program is a program to run: a path, or a name to look for on PATH, and its first arguments.
type Program struct {
	Path string
	Args []string
}

// Spec is a child to run.
type Spec struct {
	// Path is a path, or a name to look for on PATH; Args follow the program's name.
	Path string
	Args []string
	// Env is the whole environment, as KEY=value.
	Env []string
	// Stdin is what the child reads; nil for nothing.
	Stdin io.Reader
	// Guardian is this binary with the arguments that make it call [Guardian]. A nil one runs the
	// program directly: it must be one of Mailferry's own, which calls [WatchParent].
	Guardian *Program
	// Feed says until when the child may run; nil for as long as its parent lives.
	Feed Feed
	// Grace is the time between TERM and KILL when ctx ends.
	Grace  time.Duration
	Limits Limits
	// Started, if there is one, is told once the program runs: the process id of the child, or of
	// its guardian, which is that of its group.
	Started func(pid int)
}

// Result is how a child ended.
type Result struct {
	// ExitCode is nil if the child did not exit by itself.
	ExitCode *int
	// Signal is the name of the signal that ended it, as "SIGKILL".
	Signal string
	// Unfed says that it ended because it, or its guardian, got no more time to run.
	Unfed bool
	// Bytes is how much it printed.
	Bytes int64
	// Err is why it could not be started, or not be waited for. It wraps the [syscall.Errno].
	Err error
}

// Run starts the child, copies its output, stdout and stderr joined, to out, and returns when it has
// ended and its output is copied. When ctx ends the child's process group is sent TERM, and KILL after
// the grace period, or at once if the cause wraps [ErrAtOnce]. What the child may have started itself
// does not outlive it. If out fails the rest of the output is dropped.
//
// Run must be given a goroutine of its own: the kernel kills a direct child at the end of the thread
// that started it (PR_SET_PDEATHSIG in prctl(2)), so the goroutine keeps its thread.
func (s Spec) Run(ctx context.Context, out io.Writer) Result {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	c, err := s.start()
	if err != nil {
		return Result{Err: err}
	}
	defer c.close()
	if s.Guardian == nil {
		c.tellStarted()
	}
	feedCtx, stopFeeding := context.WithCancel(context.WithoutCancel(ctx))
	fed := make(chan struct{})
	go func() {
		defer close(fed)
		serve(feedCtx, s.feed(), c.feed)
	}()
	copied := make(chan copyResult, 1)
	go func() {
		n, err := io.CopyBuffer(onlyWriter{out}, c.output, make([]byte, 64<<10))
		copied <- copyResult{n: n, err: err}
		if err != nil {
			// Nobody takes the output: the child must not wait for ever.
			_, _ = io.Copy(io.Discard, c.output)
		}
	}()
	exited, signalled := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(signalled)
		c.signal(ctx, exited)
	}()
	guarded := c.report(s.Guardian != nil)
	// Wait without reaping: until then the group's number cannot be given to another.
	waitErr := waitExit(c.group)
	close(exited)
	<-signalled
	_ = unix.Kill(-c.group, unix.SIGKILL)
	state, err := c.process.Wait()
	stopFeeding()
	<-fed
	_ = c.output.SetReadDeadline(time.Now().Add(drainTime))
	result := <-copied
	if err := errors.Join(err, waitErr); err != nil {
		return Result{Err: fmt.Errorf("wait for the program: %w", err)}
	}
	res := Result{Bytes: result.n}
	switch status, ok := state.Sys().(syscall.WaitStatus); {
	case guarded != nil && guarded.startErr != nil:
		res.Err = guarded.startErr
	case guarded != nil && guarded.ended:
		res.ExitCode, res.Signal, res.Unfed = guarded.exitCode, guarded.signal, guarded.unfed
	case ok && status.Signaled():
		res.Signal = unix.SignalName(status.Signal())
	case guarded != nil && !guarded.started:
		res.Err = fmt.Errorf("the guardian of the program ended with exit code %d before it started it", state.ExitCode())
	case guarded == nil && state.ExitCode() == ExitUnfed:
		res.Unfed = true
	default:
		res.ExitCode = new(state.ExitCode())
	}
	return res
}

// ExitUnfed is the exit code of a program of Mailferry's own that stops because [WatchParent] tells it
// to. Neither imapsync nor sysexits.h uses it for anything that these programs do.
const ExitUnfed = 76

func (s Spec) feed() Feed {
	if s.Feed == nil {
		return always{}
	}
	return s.Feed
}

// command is the process to start, and what a guardian reads.
func (s Spec) command() (cmd *exec.Cmd, order []byte, err error) {
	path, err := exec.LookPath(s.Path)
	if err != nil {
		return nil, nil, err
	}
	if s.Guardian == nil {
		cmd = exec.Command(path, s.Args...) // ctx ends the group, gently first
		cmd.Env = append(slices.Clone(s.Env), feedVariable+"="+strconv.Itoa(feedFD))
		return cmd, nil, nil
	}
	// The guardian's own command line names nothing of the job.
	cmd = exec.Command(s.Guardian.Path, s.Guardian.Args...)
	cmd.Env = s.Env
	order, err = json.Marshal(errand{Path: path, Args: s.Args, Limits: s.Limits})
	return cmd, order, err
}

// running is a started child and this side's ends of its pipes.
type running struct {
	spec    Spec
	process *os.Process
	group   int
	output  *os.File
	feed    *os.File
	status  *os.File
}

func (c *running) tellStarted() {
	if c.spec.Started != nil {
		c.spec.Started(c.group)
	}
}

func (c *running) close() {
	for _, file := range []*os.File{c.output, c.feed, c.status} {
		if file != nil {
			_ = file.Close()
		}
	}
}

// start starts the child. Every error is one of starting: nothing of the child runs then.
func (s Spec) start() (*running, error) {
	cmd, order, err := s.command()
	if err != nil {
		return nil, err
	}
	c := &running{spec: s}
	var theirs []*os.File
	defer func() {
		// The child has its own copies; without closing these the pipes would never end.
		for _, file := range theirs {
			_ = file.Close()
		}
	}()
	pipe := func(mineReads bool) (mine, other *os.File) {
		if err != nil {
			return nil, nil
		}
		var reader, writer *os.File
		if reader, writer, err = os.Pipe(); err != nil {
			err = fmt.Errorf("make a pipe: %w", err)
			return nil, nil
		}
		mine, other = writer, reader
		if mineReads {
			mine, other = reader, writer
		}
		theirs = append(theirs, other)
		return mine, other
	}
	var output, feed, status, stdin, input *os.File
	c.output, output = pipe(true)
	c.feed, feed = pipe(false)
	extra := []*os.File{feed}
	if s.Guardian != nil {
		c.status, status = pipe(true)
		input, stdin = pipe(false)
		extra = append(extra, status)
	} else if s.Stdin != nil {
		input, stdin = pipe(false)
	}
	if err != nil {
		if input != nil {
			_ = input.Close()
		}
		c.close()
		return nil, err
	}
	cmd.Dir = "/"
	cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = output, output, extra
	if stdin != nil {
		cmd.Stdin = stdin
	}
	// A guardian takes this back once there is something to guard, and then outlives its parent for as
	// long as it takes to end that.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		if input != nil {
			_ = input.Close()
		}
		c.close()
		return nil, err
	}
	c.process, c.group = cmd.Process, cmd.Process.Pid
	if s.Guardian == nil {
		// A limit that cannot be set is no reason not to run: an operator may have set a lower one.
		_ = s.Limits.apply(c.group)
	}
	if input != nil {
		go give(input, order, s.Stdin)
	}
	return c, nil
}

// give writes a child's input and closes it.
func give(pipe *os.File, order []byte, rest io.Reader) {
	defer pipe.Close()
	if order != nil {
		_, _ = pipe.Write(order) // a guardian that does not read it says so by its end
		return
	}
	_, _ = io.Copy(pipe, rest)
}

type copyResult struct {
	n   int64
	err error
}

// onlyWriter hides other methods, so that io.CopyBuffer uses its buffer.
type onlyWriter struct{ io.Writer }

// signal ends the child when ctx ends; it returns when the child has exited.
func (c *running) signal(ctx context.Context, exited <-chan struct{}) {
	select {
	case <-exited:
		return
	case <-ctx.Done():
	}
	wait := func(d time.Duration) (gone bool) {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-exited:
			return true
		case <-timer.C:
			return false
		}
	}
	if !errors.Is(context.Cause(ctx), ErrAtOnce) {
		_ = unix.Kill(-c.group, unix.SIGTERM)
		if wait(c.spec.Grace) {
			return
		}
	}
	if c.spec.Guardian != nil {
		// The guardian alone finds what has left the group. It ends with its food.
		_ = c.feed.Close()
		_ = unix.Kill(-c.group, unix.SIGCONT)
		if wait(guardianTime) {
			return
		}
	}
	_ = unix.Kill(-c.group, unix.SIGKILL)
	<-exited
}

// waitExit waits until the process has exited and leaves it as a zombie (waitid(2), WNOWAIT).
func waitExit(pid int) error {
	for {
		err := unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}
