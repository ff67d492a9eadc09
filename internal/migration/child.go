package migration

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"mailferry/internal/imapsync"
)

// drainTime is how long a child's pipe may stay open behind its end, for output that is on
// its way.
const drainTime = 2 * time.Second

// child is an engine to run.
type child struct {
	path  string
	args  []string
	env   []string
	grace time.Duration
	// started is told the child's process id.
	started func(pid int)
}

// run starts the child, copies its output, stdout and stderr joined, to out, and returns
// when it has ended and its output is copied. When ctx ends the child's process group is
// sent TERM, and KILL after the grace period. If this process dies the kernel kills the
// child.
//
// It must be given a goroutine of its own: Pdeathsig fires at the end of the thread that
// started the child, so the goroutine keeps its thread.
func (c child) run(ctx context.Context, out io.Writer) imapsync.Outcome {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	reader, writer, err := os.Pipe()
	if err != nil {
		return imapsync.Outcome{StartError: fmt.Errorf("make a pipe: %w", err)}
	}
	defer reader.Close()

	cmd := exec.Command(c.path, c.args...) // ctx ends the group, gently first
	cmd.Env = c.env
	cmd.Dir = "/"
	cmd.Stdout, cmd.Stderr = writer, writer
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	err = cmd.Start()
	// The child has its own copy; without closing this one the pipe would never end.
	closeErr := writer.Close()
	if err != nil {
		return imapsync.Outcome{StartError: err}
	}
	group := cmd.Process.Pid
	if c.started != nil {
		c.started(group)
	}

	copied := make(chan copyResult, 1)
	go func() {
		n, err := io.CopyBuffer(onlyWriter{out}, reader, make([]byte, 64<<10))
		copied <- copyResult{n: n, err: err}
		if err != nil {
			// Nobody takes the output: the child must not wait for ever.
			_, _ = io.Copy(io.Discard, reader)
		}
	}()
	exited := make(chan struct{})
	signalled := make(chan struct{})
	go func() {
		defer close(signalled)
		c.signalGroup(ctx, group, exited)
	}()

	// Wait without reaping: until then the group's number cannot be given to another.
	waitErr := waitExit(group)
	close(exited)
	<-signalled
	// What the engine may have started itself does not outlive it.
	_ = unix.Kill(-group, unix.SIGKILL)
	state, err := cmd.Process.Wait()
	_ = reader.SetReadDeadline(time.Now().Add(drainTime))
	result := <-copied
	if errors.Is(result.err, os.ErrDeadlineExceeded) {
		result.err = nil
	}
	if err = errors.Join(err, waitErr, closeErr); err != nil {
		return imapsync.Outcome{StartError: fmt.Errorf("wait for the engine: %w", err)}
	}
	outcome := imapsync.Outcome{Silent: result.n == 0}
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		outcome.Signal = unix.SignalName(status.Signal())
	} else {
		code := state.ExitCode()
		outcome.ExitCode = &code
	}
	return outcome
}

type copyResult struct {
	n   int64
	err error
}

// onlyWriter hides other methods, so that io.CopyBuffer uses its buffer.
type onlyWriter struct{ io.Writer }

// signalGroup sends TERM when ctx ends, and KILL after the grace period; it returns when
// the child has exited.
func (c child) signalGroup(ctx context.Context, group int, exited <-chan struct{}) {
	select {
	case <-exited:
		return
	case <-ctx.Done():
	}
	_ = unix.Kill(-group, unix.SIGTERM)
	timer := time.NewTimer(c.grace)
	defer timer.Stop()
	select {
	case <-exited:
		return
	case <-timer.C:
	}
	_ = unix.Kill(-group, unix.SIGKILL)
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
