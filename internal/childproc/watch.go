package childproc

import (
	"context"
	"errors"
	"net"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"mailferry/internal/boottime"
)

// feedVariable tells a child of Mailferry's own the descriptor of its pipe.
const feedVariable = "MAILFERRY_FEED_FD"

// Watch is a child's look at its parent.
type Watch struct {
	until  atomic.Int64
	mu     sync.Mutex
	ended  bool
	conns  map[*watchedConn]struct{}
	reason error
}

// WatchParent begins to watch the pipe that the environment names and calls stop, once, when this
// process has to stop; its connections are cut by then, and nothing more can be sent over them. It
// returns nil where no parent feeds this process, as when a person started it.
func WatchParent(ctx context.Context, getenv func(name string) string, stop func(reason error)) *Watch {
	fd, err := strconv.Atoi(getenv(feedVariable))
	if err != nil || fd < 3 {
		return nil
	}
	unix.CloseOnExec(fd)
	pipe := os.NewFile(uintptr(fd), "feed")
	w := &Watch{conns: make(map[*watchedConn]struct{})}
	// The first meal lies in the pipe before the process starts; without one there is no time to run.
	w.until.Store(int64(boottime.Now() + firstMeal))
	go func() {
		reason := eat(pipe).hunger(ctx, time.Duration(w.until.Load()), func(until time.Duration) { w.until.Store(int64(until)) })
		if reason != nil {
			w.end(reason)
			stop(reason)
		}
	}()
	return w
}

// firstMeal is how long a child waits for its first meal, on a busy machine.
const firstMeal = 10 * time.Second

// Alive says whether the process may go on, by the clock as it is now.
func (w *Watch) Alive() bool { return boottime.Now() < time.Duration(w.until.Load()) }

// DialContext makes connections as dial does, which send nothing once the process has to stop: each
// write looks at the clock first, so that this holds even before a frozen process has noticed that it
// was frozen.
func (w *Watch) DialContext(dial func(ctx context.Context, network, address string) (net.Conn, error)) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		limitUnsent(conn)
		watched := &watchedConn{Conn: conn, watch: w}
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.ended {
			abort(conn)
			return nil, w.reason
		}
		w.conns[watched] = struct{}{}
		return watched, nil
	}
}

// maxUnsent is how many bytes the kernel takes of a connection beyond those that are on their way. What it has taken it
// sends, also while this process is frozen and another does its work: on a slow line that would go on for as long as
// its buffer of megabytes lasts.
const maxUnsent = 128 << 10

// limitUnsent keeps a connection's unsent bytes few (TCP_NOTSENT_LOWAT, Linux). It takes nothing from its pace: as much
// as the line holds is under way all the same.
func limitUnsent(conn net.Conn) {
	system, ok := conn.(*net.TCPConn)
	if !ok {
		return
	}
	if raw, err := system.SyscallConn(); err == nil {
		// Without it the connection works too.
		_ = raw.Control(func(fd uintptr) {
			_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT, maxUnsent)
		})
	}
}

func (w *Watch) end(reason error) {
	w.until.Store(0)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended, w.reason = true, reason
	for conn := range w.conns {
		abort(conn.Conn)
	}
}

// abort closes a connection with a reset, so that the kernel sends nothing more of what was written.
func abort(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// watchedConn is a connection of a process that may have to stop.
type watchedConn struct {
	net.Conn

	watch *Watch
}

// Write sends p as far as the process may still run. It looks at the clock right before each call
// of the system, also where the line is slow and one write takes many: a process may thaw in any of
// them.
func (c *watchedConn) Write(p []byte) (int, error) {
	var raw syscall.RawConn
	if system, ok := c.Conn.(syscall.Conn); ok {
		var err error
		if raw, err = system.SyscallConn(); err != nil {
			return 0, err
		}
	}
	if raw == nil {
		if !c.watch.Alive() {
			abort(c.Conn)
			return 0, ErrUnfed
		}
		return c.Conn.Write(p)
	}
	sent := 0
	var failed error
	err := raw.Write(func(fd uintptr) (done bool) {
		for sent < len(p) {
			if !c.watch.Alive() {
				failed = ErrUnfed
				return true
			}
			n, err := unix.Write(int(fd), p[sent:])
			switch {
			case err == nil:
				sent += n
			case errors.Is(err, unix.EINTR):
			case errors.Is(err, unix.EAGAIN):
				return false
			default:
				failed = os.NewSyscallError("write", err)
				return true
			}
		}
		return true
	})
	if errors.Is(failed, ErrUnfed) {
		abort(c.Conn)
	}
	return sent, errors.Join(err, failed)
}

// Close closes the connection.
func (c *watchedConn) Close() error {
	c.watch.mu.Lock()
	delete(c.watch.conns, c)
	c.watch.mu.Unlock()
	return c.Conn.Close()
}

// NetConn is the connection below, for those who set its options.
func (c *watchedConn) NetConn() net.Conn { return c.Conn }
