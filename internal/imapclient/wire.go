package imapclient

import (
	"net"
	"sync/atomic"
	"time"
)

// meter is the TCP connection underneath TLS and compression. It counts bytes and notes when something moved, so that the
// deadlines see the wire itself.
type meter struct {
	net.Conn

	start   time.Time
	in, out atomic.Int64
	// waiting is since when Read waits for bytes, moved when the last byte passed: time since start, 0 for not.
	waiting, moved atomic.Int64
	// asked is since when an answer is due, as time since start; starved is how long Read waited while one was, in
	// nanoseconds.
	asked, starved atomic.Int64
}

func newMeter(conn net.Conn) *meter {
	m := &meter{Conn: conn, start: time.Now()}
	m.linger(0)
	return m
}

// linger says for how many seconds after its end the connection delivers what it has taken; below
// 0 is until all is delivered. At 0 the system drops it, also when the process is killed: else
// messages would still arrive at a server when the next run has looked already what is there.
func (m *meter) linger(seconds int) {
	if conn, ok := m.Conn.(interface{ SetLinger(seconds int) error }); ok {
		_ = conn.SetLinger(seconds)
	}
}

func (m *meter) clock() time.Duration { return max(time.Since(m.start), 1) }

// touch counts as progress, for instance when a body's reader gave bytes.
func (m *meter) touch() { m.moved.Store(int64(m.clock())) }

func (m *meter) Read(b []byte) (int, error) {
	began := int64(m.clock())
	m.waiting.Store(began)
	n, err := m.Conn.Read(b)
	m.starved.Add(int64(m.clock()) - max(began, m.asked.Load()))
	if n > 0 {
		m.in.Add(int64(n))
		m.touch()
	}
	m.waiting.Store(0)
	return n, err
}

func (m *meter) Write(b []byte) (int, error) {
	n, err := m.Conn.Write(b)
	if n > 0 {
		m.out.Add(int64(n))
		m.touch()
	}
	return n, err
}

// quiet is for how long the reader has been waiting while no byte passed in either direction; ok is false while it does not
// wait, because the caller's callbacks hold it.
func (m *meter) quiet() (since time.Duration, ok bool) {
	waiting := m.waiting.Load()
	if waiting == 0 {
		return 0, false
	}
	return time.Duration(max(waiting, m.moved.Load())), true
}
