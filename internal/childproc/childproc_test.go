package childproc_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"mailferry/internal/boottime"
	"mailferry/internal/childproc"
	"mailferry/internal/testkit/process"
)

// What this test binary is when its first argument says so.
const (
	guardian = "guardian" // a guardian
	parent   = "parent"   // a parent of what follows, which feeds it as LEASE says
	dripper  = "dripper"  // one of Mailferry's own: sends bytes to the address that follows for as long as it may
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case guardian:
			os.Exit(childproc.Guardian(os.Stdin))
		case parent:
			os.Exit(runParent(os.Args[2:]))
		case dripper:
			os.Exit(runDripper(os.Args[2]))
		}
	}
	os.Exit(m.Run())
}

func guarded() *childproc.Program {
	return &childproc.Program{Path: os.Args[0], Args: []string{guardian}}
}

// beating is a feed that prolongs itself.
type beating struct {
	lease time.Duration

	mu      sync.Mutex
	until   time.Duration
	changed chan struct{}
}

func (b *beating) beat() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.until = boottime.Now() + b.lease
	close(b.changed)
	b.changed = make(chan struct{})
}

func (b *beating) Until() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.until
}

func (b *beating) Changed() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.changed
}

func runParent(args []string) int {
	lease, err := time.ParseDuration(os.Getenv("LEASE"))
	if err != nil {
		return 64
	}
	feed := &beating{lease: lease, changed: make(chan struct{})}
	feed.beat()
	go func() {
		for range time.Tick(lease / 10) {
			feed.beat()
		}
	}()
	spec := childproc.Spec{Path: args[0], Args: args[1:], Env: os.Environ(), Feed: feed}
	if args[0] != os.Args[0] {
		spec.Guardian = guarded()
	}
	spec.Run(context.Background(), os.Stdout)
	return 0
}

func runDripper(address string) int {
	watch := childproc.WatchParent(context.Background(), os.Getenv, func(error) { os.Exit(childproc.ExitUnfed) })
	if watch == nil {
		return 64
	}
	conn, err := watch.DialContext(new(net.Dialer).DialContext)(context.Background(), "tcp", address)
	if err != nil {
		return 65
	}
	for {
		if _, err := conn.Write(make([]byte, 100)); err != nil {
			select {} // left for the watch to end
		}
	}
}

// startParent starts a parent in a process of its own, whose descendants all have the marker in their environment.
func startParent(t *testing.T, lease time.Duration, args ...string) (pid int, marker string) {
	t.Helper()
	marker = "MARKER=" + filepath.Base(t.TempDir()) + t.Name()
	cmd := exec.Command(os.Args[0], append([]string{parent}, args...)...)
	cmd.Env = append(os.Environ(), "LEASE="+lease.String(), marker)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: unix.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		waitFor(t, "nothing is left", func() bool { return len(descendants(t, marker, cmd.Process.Pid)) == 0 })
	})
	return cmd.Process.Pid, marker
}

func descendants(t *testing.T, marker string, besides int) []int {
	t.Helper()
	found, err := childproc.WithEnviron(marker)
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(found, func(pid int) bool { return pid == besides || state(pid) == "Z" })
}

// state is that of a process: T for a stopped one, Z for one that has ended.
func state(pid int) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "Z"
	}
	return strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))[0]
}

func waitFor(t *testing.T, what string, holds func() bool) time.Duration {
	t.Helper()
	begin := time.Now()
	poll := time.NewTicker(2 * time.Millisecond)
	defer poll.Stop()
	for !holds() {
		if time.Since(begin) > 30*time.Second {
			t.Fatalf("%s: not within 30 s", what)
		}
		<-poll.C
	}
	return time.Since(begin)
}

// family is a wrapper that does not exec, with a child in its group, one in a session of its own, and one whose
// parent has ended.
const family = "setsid sleep 1000 & (setsid setsid sleep 1000 &); sleep 1000 & sleep 1000; true"

func TestNothingOfAWrappersFamilyOutlivesAKilledParent(t *testing.T) {
	t.Parallel()
	pid, marker := startParent(t, time.Hour, "/bin/sh", "-c", family)
	waitFor(t, "the family lives", func() bool { return len(descendants(t, marker, pid)) == 6 })
	if err := unix.Kill(pid, unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	took := waitFor(t, "all have ended", func() bool { return len(descendants(t, marker, pid)) == 0 })
	if took > 2*time.Second {
		t.Errorf("the family outlived its server by %s", took)
	}
	t.Logf("all had ended after %s", took)
}

func TestNothingOfAWrappersFamilyOutlivesTheLeaseOfAFrozenParent(t *testing.T) {
	t.Parallel()
	const lease = time.Second
	pid, marker := startParent(t, lease, "/bin/sh", "-c", family)
	waitFor(t, "the family lives", func() bool { return len(descendants(t, marker, pid)) == 6 })
	if err := unix.Kill(pid, unix.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	// A busy machine may take its time to kill; the lease itself is no more than what it says.
	if took := waitFor(t, "all have ended", func() bool { return len(descendants(t, marker, pid)) == 0 }); took > lease+2*time.Second {
		t.Errorf("the family outlived a frozen server by %s", took)
	}
}

func TestNothingIsLeftOfAProgramThatEndsBeforeWhatItStarted(t *testing.T) {
	t.Parallel()
	marker := "MARKER=" + t.Name()
	spec := childproc.Spec{
		Path: "/bin/sh", Args: []string{"-c", "setsid sleep 1000 & sleep 1000 & echo out; echo err >&2; exit 7"},
		Env: append(process.CoverageEnvironment(t), marker), Guardian: guarded(),
	}
	var out bytes.Buffer
	res := run(spec, t.Context(), &out)
	if res.Err != nil || res.ExitCode == nil || *res.ExitCode != 7 || out.String() != "out\nerr\n" || res.Bytes != 8 {
		t.Errorf("%+v with %q", res, out.String())
	}
	if left := descendants(t, marker, 0); len(left) > 0 {
		t.Errorf("processes %v are left", left)
	}
}

// run gives the child a goroutine, and so a thread, of its own.
func run(spec childproc.Spec, ctx context.Context, out io.Writer) childproc.Result { //nolint:revive // the spec is the subject
	ended := make(chan childproc.Result, 1)
	go func() { ended <- spec.Run(ctx, out) }()
	return <-ended
}

func TestTheEndOfAGuardedProgramIsTold(t *testing.T) {
	t.Parallel()
	if res := run(childproc.Spec{Path: "/bin/sh", Args: []string{"-c", "kill -SEGV $$"}, Guardian: guarded()}, t.Context(), io.Discard); res.Signal != "SIGSEGV" {
		t.Errorf("a program ended by a signal: %+v", res)
	}
	script := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(script, []byte("#!/nowhere/perl\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{script, script + "-is-not-here"} {
		res := run(childproc.Spec{Path: path, Guardian: guarded()}, t.Context(), io.Discard)
		if !errors.Is(res.Err, syscall.ENOENT) || !strings.Contains(res.Err.Error(), path) {
			t.Errorf("%s: %+v", path, res)
		}
	}
}

func TestATermIsForTheProgramAndAKillForAllOfIt(t *testing.T) {
	t.Parallel()
	for script, wanted := range map[string]childproc.Result{
		"trap 'exit 6' TERM; echo on; while :; do sleep 0.01; done":                       {ExitCode: new(6)},
		"trap '' TERM; (trap '' TERM; setsid sleep 1000 &); echo on; while :; do :; done": {Signal: "SIGKILL"},
	} {
		marker := "MARKER=" + t.Name()
		ctx, cancel := context.WithCancel(t.Context())
		out := writerFunc(func([]byte) { cancel() })
		res := run(childproc.Spec{
			Path: "/bin/sh", Args: []string{"-c", script}, Env: []string{marker}, Guardian: guarded(), Grace: 500 * time.Millisecond,
		}, ctx, out)
		if res.Err != nil || res.Signal != wanted.Signal || (res.ExitCode == nil) != (wanted.ExitCode == nil) ||
			res.ExitCode != nil && *res.ExitCode != *wanted.ExitCode {
			t.Errorf("%s: %+v", script, res)
		}
		if left := descendants(t, marker, 0); len(left) > 0 {
			t.Errorf("%s: processes %v are left", script, left)
		}
	}
}

type writerFunc func(p []byte)

func (f writerFunc) Write(p []byte) (int, error) {
	f(p)
	return len(p), nil
}

func TestACauseThatSaysAtOnceGivesNoGrace(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	begin := time.Now()
	res := run(childproc.Spec{
		Path: "/bin/sh", Args: []string{"-c", "trap '' TERM; echo on; while :; do :; done"}, Guardian: guarded(), Grace: time.Hour,
	}, ctx, writerFunc(func([]byte) { cancel(fmt.Errorf("no longer entitled: %w", childproc.ErrAtOnce)) }))
	if res.Signal != "SIGKILL" || time.Since(begin) > time.Minute {
		t.Errorf("%+v after %s", res, time.Since(begin))
	}
}

func TestLimitsAndNoCoreDumpHoldForAllOfAFamily(t *testing.T) {
	t.Parallel()
	for name, g := range map[string]*childproc.Program{"guarded": guarded(), "direct": nil} {
		var out bytes.Buffer
		reader, writer := io.Pipe()
		res := run(childproc.Spec{
			// A direct child waits for the end of its input, which comes once its limits are set; a guarded one has none.
			Path: "/bin/sh", Args: []string{"-c", "read line; sh -c 'ulimit -n; ulimit -c'"}, Guardian: g, Stdin: reader,
			Env: []string{"PATH=" + os.Getenv("PATH")}, Limits: childproc.Limits{Memory: 256 << 20, Files: 99},
			Started: func(int) { _ = writer.Close() },
		}, t.Context(), &out)
		if res.Err != nil || !strings.HasPrefix(out.String(), "99\n0\n") {
			t.Errorf("%s: %+v with %q", name, res, out.String())
		}
	}
}

func TestOneThatWasFrozenWithItsParentSendsNothingOnceItThaws(t *testing.T) {
	t.Parallel()
	const lease = time.Second
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	pid, marker := startParent(t, lease, os.Args[0], dripper, socket.Addr().String())
	conn, err := socket.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.CopyN(io.Discard, conn, 1<<20); err != nil {
		t.Fatal(err)
	}
	frozen := append(descendants(t, marker, pid), pid)
	for _, pid := range frozen {
		if err := unix.Kill(pid, unix.SIGSTOP); err != nil {
			t.Fatal(err)
		}
	}
	waitFor(t, "all are frozen", func() bool {
		return !slices.ContainsFunc(frozen, func(pid int) bool { return state(pid) != "T" })
	})
	// Takes what the kernel still has, and lets the lease end.
	_ = conn.SetReadDeadline(time.Now().Add(lease))
	if _, err := io.Copy(io.Discard, conn); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("while all are frozen: %v", err)
	}
	_ = conn.SetReadDeadline(time.Time{})
	for _, pid := range frozen {
		if err := unix.Kill(pid, unix.SIGCONT); err != nil {
			t.Fatal(err)
		}
	}
	n, err := io.Copy(io.Discard, conn)
	if n > 0 || err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("%d bytes came after the thaw, then %v", n, err)
	}
	waitFor(t, "the child has ended", func() bool { return len(descendants(t, marker, pid)) == 0 })
}

func TestAProcessIsGoneOnlyIfItIsSureToHaveEnded(t *testing.T) {
	t.Parallel()
	mine := childproc.Identity()
	part := strings.Fields(mine)
	if len(part) != 4 || childproc.Gone(mine) {
		t.Fatalf("this process is %q", mine)
	}
	for identity, gone := range map[string]bool{
		"": false,
		"another-boot " + part[1] + " " + part[2] + " 1": false,
		part[0] + " pid:[1] " + part[2] + " 1":           false,
		part[0] + " " + part[1] + " " + part[2] + " 1":   true, // the number was given to another
		part[0] + " " + part[1] + " 4194305 1":           true, // above the most that Linux gives
	} {
		if childproc.Gone(identity) != gone {
			t.Errorf("%q: gone is %t", identity, !gone)
		}
	}
}
