package childproc

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"mailferry/internal/boottime"
)

// The descriptors that a child inherits beside its three standard ones.
const (
	feedFD   = 3
	statusFD = 4
)

// errand is what a guardian reads from its stdin.
type errand struct {
	Path   string   `json:"path"`
	Args   []string `json:"args"`
	Limits Limits   `json:"limits"`
}

// sweepPause is the pause between two rounds of killing.
const sweepPause = 10 * time.Millisecond

// Guardian is a guardian's life: it reads from stdin what to run, runs it, and gives the exit code of
// this process once nothing of it is left. Descendants that outlive their parents become its own
// children, wherever they have gone; when the program ends, when the feed ends, and when it does not
// come in time, the guardian kills all of them.
//
// It tells its parent over the descriptor after the feed: a line "started" or "failed ERRNO TEXT", and
// at the end a line "exit CODE" or "signal NUMBER", before it "unfed" where the feed was the reason.
func Guardian(stdin io.Reader) int {
	// The program is killed at the end of the thread that started it, and so of this process.
	runtime.LockOSThread()
	unix.CloseOnExec(feedFD)
	unix.CloseOnExec(statusFD)
	status := os.NewFile(statusFD, "status")
	feed := os.NewFile(feedFD, "feed")
	tell := func(format string, args ...any) { _, _ = fmt.Fprintf(status, format+"\n", args...) }
	// A signal to the group is for the program. Caught and not ignored: the program inherits what
	// is ignored.
	signal.Notify(make(chan os.Signal, 1), unix.SIGTERM, unix.SIGINT, unix.SIGHUP)
	var order errand
	if err := json.NewDecoder(stdin).Decode(&order); err != nil {
		tell("failed 0 read what to run: %v", err)
		return 1
	}
	err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
	if err != nil {
		tell("failed %d adopt descendants: %v", errno(err), err)
		return 1
	}
	_ = order.Limits.apply(0)
	// From here on the end of the parent is known by the feed. On a busy machine it may have come while
	// this process was starting: then there is nothing to start.
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, 0, 0, 0, 0); err != nil || parentIsGone() {
		tell("failed %d the parent has ended", errno(err))
		return 1
	}
	pid, err := order.start()
	if err != nil {
		tell("failed %d %v", errno(err), err)
		return 1
	}
	tell("started")
	code, unfed := guard(pid, feed)
	if unfed {
		tell("unfed")
	}
	if code.Signaled() {
		tell("signal %d", code.Signal())
	} else {
		tell("exit %d", code.ExitStatus())
	}
	return 0
}

// parentIsGone says whether nobody holds the writing end of the feed any more.
func parentIsGone() bool {
	fds := []unix.PollFd{{Fd: feedFD}}
	n, err := unix.Poll(fds, 0)
	return err == nil && n > 0 && fds[0].Revents&unix.POLLHUP != 0
}

// start runs the program in the guardian's process group.
func (o errand) start() (pid int, err error) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return 0, err
	}
	defer null.Close()
	pid, err = syscall.ForkExec(o.Path, append([]string{o.Path}, o.Args...), &syscall.ProcAttr{
		Dir: "/", Env: os.Environ(), Files: []uintptr{null.Fd(), 1, 2},
		Sys: &syscall.SysProcAttr{Pdeathsig: unix.SIGKILL},
	})
	if err != nil {
		return 0, &os.PathError{Op: "start", Path: o.Path, Err: err}
	}
	return pid, nil
}

// guard returns how the program ended, when nothing that it started is left, and whether its time to
// run was not prolonged.
func guard(pid int, feed *os.File) (status unix.WaitStatus, unfed bool) {
	ended, childless := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(childless)
		for {
			var of unix.WaitStatus
			got, err := unix.Wait4(-1, &of, 0, nil)
			switch {
			case errors.Is(err, unix.EINTR):
			case err != nil:
				return // ECHILD: nothing is left
			case got == pid:
				status = of
				close(ended)
			}
		}
	}()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	hungry := make(chan error, 1)
	go func() { hungry <- eat(feed).hunger(ctx, boottime.Now()+firstMeal, func(time.Duration) {}) }()
	select {
	case <-ended:
	case reason := <-hungry:
		unfed = errors.Is(reason, ErrUnfed)
		// At once: looking at all processes takes a while on a busy machine.
		_ = unix.Kill(pid, unix.SIGKILL)
	}
	ticker := time.NewTicker(sweepPause)
	defer ticker.Stop()
	for {
		killDescendants()
		select {
		case <-childless:
			return status, unfed
		case <-ticker.C:
		}
	}
}

// killDescendants kills every process below this one.
func killDescendants() {
	children := map[int][]int{}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range stats {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		// PID (name) state ppid …: the name may hold anything (proc_pid_stat(5)).
		var parent int
		var state string
		if _, err := fmt.Fscan(bytes.NewReader(text[bytes.LastIndexByte(text, ')')+1:]), &state, &parent); err != nil {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file))); err == nil {
			children[parent] = append(children[parent], pid)
		}
	}
	for next := children[os.Getpid()]; len(next) > 0; {
		pid := next[0]
		next = append(next[1:], children[pid]...)
		_ = unix.Kill(pid, unix.SIGKILL)
	}
}

// errno is the system's number of an error, 0 if it has none.
func errno(err error) int {
	number, _ := errors.AsType[syscall.Errno](err)
	return int(number)
}

// guardReport is what a guardian told.
type guardReport struct {
	started  bool
	startErr error
	ended    bool
	unfed    bool
	exitCode *int
	signal   string
}

// report reads what a guardian tells to its end; nil for a child without one.
func (c *running) report(guarded bool) *guardReport {
	if !guarded {
		return nil
	}
	report := new(guardReport)
	for lines := bufio.NewScanner(c.status); lines.Scan(); {
		word, rest, _ := strings.Cut(lines.Text(), " ")
		first, text, _ := strings.Cut(rest, " ")
		number, _ := strconv.Atoi(first)
		switch word {
		case "started":
			report.started = true
			c.tellStarted()
		case "unfed":
			report.unfed = true
		case "failed":
			report.startErr = &StartError{Message: text, Errno: syscall.Errno(number)}
		case "exit":
			report.ended, report.exitCode = true, &number
		case "signal":
			report.ended, report.signal = true, unix.SignalName(syscall.Signal(number))
		}
	}
	return report
}

// StartError is why a guardian could not start its program.
type StartError struct {
	Message string
	// Errno is the system's reason; 0 if there is none.
	Errno syscall.Errno
}

// Error gives the message.
func (e *StartError) Error() string { return e.Message }

// Unwrap gives the system's reason.
func (e *StartError) Unwrap() error {
	if e.Errno == 0 {
		return nil
	}
	return e.Errno
}
