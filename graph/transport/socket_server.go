package transport

import (
	"bytes"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/sync/semaphore"

	"mailferry/graph/budget"
)

// subprotocol is the one that is spoken:
// https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
const subprotocol = "graphql-transport-ws"

const (
	// eventsAtOnce is how many events are built and sent at the same time on all sockets.
	eventsAtOnce = 64
)

// socketServer accepts WebSockets and counts them.
type socketServer struct {
	// buffers are for messages that are being written, shared by all sockets: few are at the same time.
	buffers sync.Pool

	config   Config
	upgrader websocket.Upgrader
	memory   *budget.Memory
	// events bounds those that are being built or sent on all sockets: each holds a piece of a log.
	events *semaphore.Weighted

	// serving are the requests that sockets came of.
	serving       sync.WaitGroup
	sockets       atomic.Int64
	strangers     atomic.Int64
	subscriptions atomic.Int64
}

func newSocketServer(config Config, memory *budget.Memory) *socketServer {
	return &socketServer{
		config: config,
		memory: memory,
		events: semaphore.NewWeighted(eventsAtOnce),
		upgrader: websocket.Upgrader{
			HandshakeTimeout: config.Limits.WriteTimeout,
			Subprotocols:     []string{subprotocol},
			ReadBufferSize:   1 << 10,
			WriteBufferSize:  4 << 10,
			// Idle sockets hold no buffer for writing.
			WriteBufferPool: &sync.Pool{},
			// Checked before, for an answer of our own.
			CheckOrigin: func(*http.Request) bool { return true },
			Error: func(w http.ResponseWriter, _ *http.Request, status int, _ error) {
				http.Error(w, "This is not a WebSocket handshake.", status)
			},
		},
	}
}

// takeBuffer lends a buffer for a message; giveBuffer takes it back.
func (s *socketServer) takeBuffer() *bytes.Buffer {
	buffer, ok := s.buffers.Get().(*bytes.Buffer)
	if !ok {
		return new(bytes.Buffer)
	}
	buffer.Reset()
	return buffer
}

func (s *socketServer) giveBuffer(buffer *bytes.Buffer) { s.buffers.Put(buffer) }

func (s *socketServer) open() int { return int(s.sockets.Load()) }

func (s *socketServer) running() int { return int(s.subscriptions.Load()) }

// serve holds one socket until it is closed and nothing of it is left running.
func (s *socketServer) serve(w http.ResponseWriter, r *http.Request) {
	s.serving.Add(1)
	defer s.serving.Done()
	if !s.config.originAllowed(r) {
		http.Error(w, "Pages of this origin may not use the API.", http.StatusForbidden)
		return
	}
	if !offers(r, subprotocol) {
		http.Error(w, "The WebSocket subprotocol must be "+subprotocol+".", http.StatusBadRequest)
		return
	}
	tooMany := s.sockets.Add(1) > int64(s.config.Limits.Sockets)
	defer s.sockets.Add(-1)
	known := func() {}
	if _, signedIn := s.config.Auth.Caller(r.Context()); !signedIn {
		tooMany = s.strangers.Add(1) > int64(s.config.Limits.Strangers) || tooMany
		known = sync.OnceFunc(func() { s.strangers.Add(-1) })
		defer known()
	}
	if tooMany || r.Context().Err() != nil {
		// Before the upgrade, so that clients take it for what passes: they come back.
		w.Header().Set("Retry-After", "5")
		http.Error(w, "There are too many WebSockets at this moment, or the server is stopping. Try again in a few seconds.",
			http.StatusServiceUnavailable)
		return
	}
	conn, err := s.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // The upgrader has answered.
	}
	newSocket(s, conn, r).run(known)
}

func offers(r *http.Request, protocol string) bool {
	return slices.Contains(websocket.Subprotocols(r), protocol)
}

// deadline is the time at which a write that starts now must be done.
func (s *socketServer) deadline() time.Time { return time.Now().Add(s.config.Limits.WriteTimeout) }
