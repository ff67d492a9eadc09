// Package process runs a server program (Dovecot, Postgres, Cyrus …) for as
// long as a test or a benchmark needs it.
//
// A Process is a child in a process group of its own. It gets a signal when this
// process ends in any way, SIGKILL included, and Stop ends the whole group, so
// nothing is left running. A server started by root can be run as another user:
// most refuse to be root.
//
// What the server listens on, and when it is ready, is the caller's to know; see
// WaitReady for the usual way to wait.
package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Spec says what to run.
type Spec struct {
	// Path is the program, Args what follows its name.
	Path string
	Args []string
	// Env is the whole environment of the program; nil passes on this process's.
	Env []string
	// Dir is the working folder.
	Dir string
	// Output gets what the program prints on stdout and stderr; nil drops it.
	Output io.Writer
	// User runs the program as somebody else; nil keeps the user of this process.
	User *User
	// Attributes are further attributes (namespaces, for instance). Setpgid,
	// Pdeathsig and Credential are filled in by Start.
	Attributes syscall.SysProcAttr
	// StopSignal asks the program to end; zero is SIGTERM.
	StopSignal syscall.Signal
	// Folder is removed once the program has been asked to end and has ended,
	// even if this process is gone by then.
	Folder string
	// Grace is how long Stop waits before it kills; zero is five seconds.
	Grace time.Duration
}

// keeper runs a program until it ends or the shell gets SIGTERM, which it passes
// on as the signal named by its first argument. After that nothing of its group
// stays, nor does the folder that is the second argument.
const keeper = `
signal=$1 folder=$2 asked= child=
shift 2
ask() { if [ -n "$child" ]; then kill -s "$signal" "$child" 2>/dev/null; fi; }
trap 'asked=1; ask' TERM
"$@" &
child=$!
if [ -n "$asked" ]; then ask; fi
wait "$child"
status=$?
while kill -0 "$child" 2>/dev/null; do
	wait "$child"
	status=$?
done
if [ -n "$asked" ]; then
	trap '' TERM
	kill -s TERM 0
	if [ -n "$folder" ]; then rm -rf -- "$folder"; fi
	kill -s KILL 0
fi
exit "$status"
`

// Process is a running program.
type Process struct {
	spec Spec
	pid  int
	done chan struct{}
	err  error // why the program ended; read after done is closed
}

// Start starts the program and returns once it is running.
func Start(spec Spec) (*Process, error) {
	if spec.StopSignal == 0 {
		spec.StopSignal = syscall.SIGTERM
	}
	if spec.Grace == 0 {
		spec.Grace = 5 * time.Second
	}
	stopSignal := strings.TrimPrefix(unix.SignalName(spec.StopSignal), "SIG")

	process := &Process{spec: spec, done: make(chan struct{})}
	started := make(chan error, 1)

	// A shell stands between: it survives this process for as long as it takes to
	// end the program and to remove the folder.
	arguments := append([]string{"-c", keeper, "mailferry-test", stopSignal, spec.Folder, spec.Path}, spec.Args...)

	// The death signal is sent when the thread that started the child ends, so
	// that thread stays with the child until it is gone.
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()

		command := exec.Command("/bin/sh", arguments...)
		command.Env = spec.Env
		command.Dir = spec.Dir
		command.Stdout = spec.Output
		command.Stderr = spec.Output
		attributes := spec.Attributes
		attributes.Setpgid = true
		attributes.Pdeathsig = syscall.SIGTERM
		attributes.Credential = spec.User.Credential()
		command.SysProcAttr = &attributes
		// A grandchild that keeps the output open must not hold up Wait.
		command.WaitDelay = time.Second

		if err := command.Start(); err != nil {
			started <- err
			return
		}
		process.pid = command.Process.Pid
		started <- nil
		process.err = command.Wait()
		close(process.done)
	}()

	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", spec.Path, err)
	}
	return process, nil
}

// Group is the id of the process group of the program and its children.
func (p *Process) Group() int { return p.pid }

// Done is closed when the program has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err says how the program ended; nil while it runs and after exit code 0.
func (p *Process) Err() error {
	select {
	case <-p.done:
		return p.err
	default:
		return nil
	}
}

// Stop asks the program to end, kills what is left of its group after the grace
// period, removes the folder, and returns when the program is gone. It may be
// called again.
func (p *Process) Stop() {
	select {
	case <-p.done:
		// Children that outlived the program are still in its group.
		p.signal(syscall.SIGKILL)
		p.removeFolder()
		return
	default:
	}
	// Only the program itself is asked: it knows in which order to end its children.
	_ = syscall.Kill(p.pid, syscall.SIGTERM)
	grace := time.NewTimer(p.spec.Grace)
	defer grace.Stop()
	select {
	case <-p.done:
	case <-grace.C:
	}
	p.Kill()
	p.removeFolder()
}

// Kill ends the program and its group at once, as a crash of the machine would,
// and keeps the folder.
func (p *Process) Kill() {
	p.signal(syscall.SIGKILL)
	<-p.done
}

func (p *Process) removeFolder() {
	if p.spec.Folder != "" {
		_ = os.RemoveAll(p.spec.Folder)
	}
}

func (p *Process) signal(signal syscall.Signal) {
	_ = syscall.Kill(-p.pid, signal)
}

// WaitReady calls probe until it returns nil, the program ends, or the context
// does, whichever comes first.
func (p *Process) WaitReady(ctx context.Context, probe func(context.Context) error) error {
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for {
		err := probe(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.done:
			return fmt.Errorf("%s ended before it was ready: %w", p.spec.Path, errors.Join(p.err, err))
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w", p.spec.Path, errors.Join(context.Cause(ctx), err))
		case <-again.C:
		}
	}
}

// FreePorts returns n different ports of the loopback address that nothing
// listens on. Somebody else may take one before it is used: a caller tries again.
func FreePorts(ctx context.Context, n int) ([]int, error) {
	ports := make([]int, 0, n)
	var config net.ListenConfig
	for range n {
		listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("find a free port: %w", err)
		}
		// Kept open until all are found, so that they differ.
		defer listener.Close()
		address, _ := listener.Addr().(*net.TCPAddr)
		ports = append(ports, address.Port)
	}
	return ports, nil
}

// Address joins the loopback address and a port.
func Address(port int) string {
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
}

// TempDir makes a folder with a short path (a Unix socket's path holds about 100
// bytes) that the given user owns and nobody else can enter.
func TempDir(name string, user *User) (string, error) {
	dir, err := os.MkdirTemp("", name)
	if err != nil {
		return "", fmt.Errorf("make a temporary folder: %w", err)
	}
	if err := user.Own(dir); err != nil {
		_ = os.RemoveAll(dir)
		return "", err
	}
	return dir, nil
}
