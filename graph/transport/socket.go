package transport

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Codes that a socket is closed with, beside those of RFC 6455.
const (
	closeBadRequest   = 4400
	closeUnauthorized = 4401
	closeInitTimeout  = 4408
	closeDuplicateID  = 4409
	closeTooMany      = 4429
)

// Types of messages.
const (
	messageInit      = "connection_init"
	messageAck       = "connection_ack"
	messagePing      = "ping"
	messagePong      = "pong"
	messageSubscribe = "subscribe"
	messageNext      = "next"
	messageError     = "error"
	messageComplete  = "complete"
)

const (
	// closeGrace is the time that a client has to answer a close before the connection is cut.
	closeGrace = 2 * time.Second
	// maxSubscriptionID is the length of a subscription's id in bytes.
	maxSubscriptionID = 128
)

// errGone is the cause with which a socket's context ends when the connection is no more.
var errGone = errors.New("the socket is closed")

// socket is one WebSocket. One goroutine reads it, one pings it and closes it when its context ends, and each
// subscription has one; run returns when all have ended.
type socket struct {
	server *socketServer
	conn   *websocket.Conn
	// ctx ends when the socket has to close; its cause says with which code.
	ctx     context.Context //nolint:containedctx // a socket is a request that goes on
	cancel  context.CancelCauseFunc
	running sync.WaitGroup
	// sending has a place for the one event that the socket builds or sends at a time.
	sending chan struct{}
	// places has one for each subscription whose goroutine runs, those that the client has completed included.
	places chan struct{}

	// writing is held while a message is written.
	writing sync.Mutex

	mu     sync.Mutex
	active map[string]*subscription
	closed bool
}

// message is what goes over a socket, either way.
type message struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`

	// data is the data of an event without errors, in place of Payload: JSON that need not be gone through again.
	data json.RawMessage
}

func newSocket(server *socketServer, conn *websocket.Conn, r *http.Request) *socket {
	s := &socket{
		server:  server,
		conn:    conn,
		sending: make(chan struct{}, 1),
		places:  make(chan struct{}, 2*server.config.Limits.Subscriptions),
		active:  make(map[string]*subscription),
	}
	s.ctx, s.cancel = context.WithCancelCause(r.Context())
	return s
}

// run serves the socket to its end. It calls known once it is clear who opened it.
func (s *socket) run(known func()) {
	release := func() {}
	defer func() {
		s.cancel(errGone)
		_ = s.conn.Close() // Ends whatever still writes.
		release()
		s.running.Wait()
	}()
	s.conn.SetReadLimit(s.server.config.Limits.MessageBytes)
	s.running.Go(s.keep)
	s.setReadTimeout(s.server.config.Limits.InitTimeout)
	authorized, letGo := s.initialize(known)
	if authorized != nil {
		release = letGo
		s.running.Go(func() {
			<-authorized.Done() // It ends with s.ctx at the latest.
			s.cancel(context.Cause(authorized))
		})
		s.serve(authorized)
	}
	s.drain()
}

// keep pings the client until the socket's context ends, and then closes it.
func (s *socket) keep() {
	ticker := time.NewTicker(s.server.config.Limits.PingInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			if s.conn.WriteControl(websocket.PingMessage, nil, s.server.deadline()) != nil {
				_ = s.conn.Close() // The reader notices.
			}
		case <-s.ctx.Done():
			switch cause := context.Cause(s.ctx); {
			case errors.Is(cause, errGone):
			case s.server.config.Auth.SignedOut(cause):
				s.close(closeUnauthorized, "Signed out")
			default:
				s.close(websocket.CloseGoingAway, "The server is stopping")
			}
			return
		}
	}
}

// initialize waits for connection_init and answers it. The context that it returns carries who opened the socket; it
// is nil if the socket is of no further use.
func (s *socket) initialize(known func()) (authorized context.Context, release func()) {
	for {
		m, err := s.read()
		if err != nil {
			var timeout net.Error
			if errors.As(err, &timeout) && timeout.Timeout() {
				s.close(closeInitTimeout, "Connection initialisation timeout")
			}
			return nil, nil
		}
		switch m.Type {
		case messageInit:
			authorization, ok := authorizationOf(m.Payload)
			if !ok {
				s.close(closeBadRequest, "Invalid message")
				return nil, nil
			}
			authorized, release, err := s.server.config.Auth.AuthorizeSocket(s.ctx, authorization)
			switch {
			case err != nil && s.server.config.Auth.Refused(err):
				s.close(closeUnauthorized, "Unauthorized")
				return nil, nil
			case err != nil:
				// Not the client's fault: it may try again with the same credentials.
				s.server.config.Logger.ErrorContext(s.ctx, "credentials of a socket cannot be checked", keyError, err)
				s.close(websocket.CloseTryAgainLater, "The server cannot check credentials at this moment")
				return nil, nil
			}
			known()
			if s.send(nil, message{Type: messageAck}) != nil {
				release()
				return nil, nil
			}
			return authorized, release
		case messagePing:
			if s.send(nil, message{Type: messagePong}) != nil {
				return nil, nil
			}
		case messagePong:
		case messageSubscribe:
			s.close(closeUnauthorized, "Unauthorized")
			return nil, nil
		default:
			s.close(closeBadRequest, "Invalid message")
			return nil, nil
		}
	}
}

// authorizationOf reads the payload of connection_init: nothing, or an object that may have an Authorization.
func authorizationOf(payload json.RawMessage) (authorization string, ok bool) {
	if len(payload) == 0 || string(payload) == "null" {
		return "", true
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(payload, &fields) != nil {
		return "", false
	}
	for name, value := range fields {
		if !strings.EqualFold(name, "Authorization") || string(value) == "null" {
			continue
		}
		if authorization != "" || json.Unmarshal(value, &authorization) != nil {
			return "", false
		}
	}
	return authorization, true
}

// serve handles messages until the socket is closed by either side.
func (s *socket) serve(ctx context.Context) {
	alive := func(string) error {
		s.setReadTimeout(2*s.server.config.Limits.PingInterval + s.server.config.Limits.WriteTimeout)
		return nil
	}
	_ = alive("")
	s.conn.SetPongHandler(alive)
	for {
		m, err := s.read()
		if err != nil {
			return
		}
		_ = alive("")
		switch m.Type {
		case messageSubscribe:
			s.subscribe(ctx, m)
		case messageComplete:
			s.complete(m.ID)
		case messagePing:
			_ = s.send(nil, message{Type: messagePong}) // A failure ends the reading too.
		case messagePong:
		case messageInit:
			s.close(closeTooMany, "Too many initialisation requests")
		default:
			s.close(closeBadRequest, "Invalid message")
		}
		if s.isClosed() {
			return
		}
	}
}

// read returns the next message. What is no message closes the socket.
func (s *socket) read() (message, error) {
	kind, data, err := s.conn.ReadMessage()
	if err != nil {
		return message{}, err
	}
	var m message
	if kind != websocket.TextMessage || json.Unmarshal(data, &m) != nil {
		s.close(closeBadRequest, "Invalid message")
		return message{}, errGone
	}
	return m, nil
}

// drain waits a moment for the client's answer to a close. To cut the connection at once could take the close away
// from a client that has not read it yet.
func (s *socket) drain() {
	if !s.isClosed() {
		return
	}
	for {
		if _, _, err := s.conn.NextReader(); err != nil {
			return
		}
	}
}

// close says why the socket ends. Nothing is sent after it.
func (s *socket) close(code int, reason string) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	_ = s.conn.SetReadDeadline(time.Now().Add(closeGrace))
	s.mu.Unlock()
	s.server.config.Logger.InfoContext(s.ctx, "socket closed",
		keyRemote, s.conn.RemoteAddr().String(), keyCode, code, keyReason, reason)
	// A client that reads nothing does not get the close either.
	_ = s.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, reason), time.Now().Add(closeGrace))
	s.cancel(errGone)
}

func (s *socket) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// setReadTimeout gives the client so long for its next message, unless the socket is closing.
func (s *socket) setReadTimeout(timeout time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		_ = s.conn.SetReadDeadline(time.Now().Add(timeout))
	}
}

// send writes a message, unless the subscription that it is for is over. A client that does not take it in time loses
// its connection: otherwise it would hold its subscriptions for ever.
func (s *socket) send(of *subscription, m message) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if of != nil && of.over {
		return nil
	}
	if s.isClosed() {
		return errGone
	}
	err := s.write(m)
	if err != nil {
		s.cancel(errGone)
		_ = s.conn.Close()
	}
	return err
}

// write sends a message as one frame. Its payload is JSON already and may be long: encoding/json would go through it
// once more, and gorilla's writer would cut it into frames of the size of its buffer.
func (s *socket) write(m message) error {
	head, err := json.Marshal(message{ID: m.ID, Type: m.Type})
	if err != nil {
		return err
	}
	buffer := s.server.takeBuffer()
	defer s.server.giveBuffer(buffer)
	buffer.Write(head[:len(head)-1])
	switch {
	case m.data != nil:
		buffer.WriteString(`,"payload":{"data":`)
		buffer.Write(m.data)
		buffer.WriteByte('}')
	case m.Payload != nil:
		buffer.WriteString(`,"payload":`)
		buffer.Write(m.Payload)
	}
	buffer.WriteByte('}')
	if err := s.conn.SetWriteDeadline(s.server.deadline()); err != nil {
		return err
	}
	return s.conn.WriteMessage(websocket.TextMessage, buffer.Bytes())
}
