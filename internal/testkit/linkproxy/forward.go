package linkproxy

import (
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// pieceSize is the most that is read at once, maxUnderway the most that is under way in one direction, in bytes.
const (
	pieceSize   = 32 << 10
	maxUnderway = 64 << 20
)

// piece is bytes under way and when they arrive.
type piece struct {
	data []byte
	due  time.Time
}

// underway is what has left one end and not yet reached the other.
type underway struct {
	mu     sync.Mutex
	pieces []piece
	size   int64
	ended  bool
	// limit is how large it may become.
	limit int64
	// more and room hold a token when something changed for the one who waits.
	more, room chan struct{}
}

// forward carries bytes from one end to the other until the end of the stream, which it passes on, or until cutAfter bytes.
func (p *Proxy) forward(l *link, from, to net.Conn, cutAfter int64, counter *atomic.Int64) {
	line := &underway{limit: p.options.Buffer, more: make(chan struct{}, 1), room: make(chan struct{}, 1)}
	var reader sync.WaitGroup
	reader.Go(func() { p.collect(l, line, from) })
	defer reader.Wait()
	left := cutAfter
	for {
		next, ok := line.next(l)
		if !ok {
			break
		}
		if !l.until(next.due) || !p.thawed(l) {
			return
		}
		data, last := next.data, false
		if cutAfter > 0 && int64(len(data)) >= left {
			data, last = data[:left], true
		}
		n, err := to.Write(data)
		counter.Add(int64(n))
		left -= int64(n)
		switch {
		case last:
			p.countCut()
			// Closed in order, so that a reset does not take away what was passed on.
			_ = to.Close()
			l.sever()
			return
		case err != nil:
			l.sever()
			return
		}
	}
	if half, ok := to.(*net.TCPConn); ok {
		_ = half.CloseWrite()
	}
}

// collect reads one end and stamps what comes.
func (p *Proxy) collect(l *link, line *underway, from net.Conn) {
	defer line.end()
	free := time.Now() // when the line can take more
	for {
		data := make([]byte, pieceSize)
		n, err := from.Read(data)
		if n > 0 {
			now := time.Now()
			if p.options.Bandwidth > 0 {
				if free.Before(now) {
					free = now
				}
				free = free.Add(time.Duration(float64(n) / float64(p.options.Bandwidth) * float64(time.Second)))
				now = free
			}
			if !line.add(l, piece{data: data[:n:n], due: now.Add(p.options.Delay)}) {
				return
			}
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				l.sever()
			}
			return
		}
	}
}

// add puts a piece under way, waiting for room; false when the link is cut.
func (u *underway) add(l *link, next piece) bool {
	for {
		u.mu.Lock()
		if u.size < u.limit {
			u.pieces = append(u.pieces, next)
			u.size += int64(len(next.data))
			u.mu.Unlock()
			signal(u.more)
			return true
		}
		u.mu.Unlock()
		select {
		case <-u.room:
		case <-l.severed:
			return false
		}
	}
}

// end says that nothing more comes.
func (u *underway) end() {
	u.mu.Lock()
	u.ended = true
	u.mu.Unlock()
	signal(u.more)
}

// next takes the oldest piece; false when all have been taken and no more come, or when the link is cut.
func (u *underway) next(l *link) (piece, bool) {
	for {
		u.mu.Lock()
		if len(u.pieces) > 0 {
			first := u.pieces[0]
			u.pieces[0] = piece{}
			u.pieces = u.pieces[1:]
			u.size -= int64(len(first.data))
			u.mu.Unlock()
			signal(u.room)
			return first, true
		}
		ended := u.ended
		u.mu.Unlock()
		if ended {
			return piece{}, false
		}
		select {
		case <-u.more:
		case <-l.severed:
			return piece{}, false
		}
	}
}

// until waits for a time; false when the link is cut before.
func (l *link) until(due time.Time) bool {
	wait := time.Until(due)
	if wait <= 0 {
		return true
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-l.severed:
		return false
	}
}

// signal leaves a token if there is none.
func signal(token chan struct{}) {
	select {
	case token <- struct{}{}:
	default:
	}
}
