package apiclient

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// subprotocol is the one that the server speaks (graphql-ws, PROTOCOL.md).
const subprotocol = "graphql-transport-ws"

// Subscription is one running subscription on a socket of its own. It belongs to one
// goroutine; Close may be called from another.
type Subscription struct {
	conn *websocket.Conn
	// stop ends the watch over the context.
	stop func() bool
	// raw is the buffer of NextRaw.
	raw bytes.Buffer
}

// message is a message of graphql-transport-ws in either direction.
type message struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// Subscribe opens a socket and starts one subscription on it. The end of ctx closes it.
func (c *Client) Subscribe(ctx context.Context, query string, variables map[string]any) (*Subscription, error) {
	dialer := websocket.Dialer{Subprotocols: []string{subprotocol}, Proxy: http.ProxyFromEnvironment, HandshakeTimeout: silence}
	if transport, ok := c.transport(); ok {
		dialer.TLSClientConfig, dialer.Proxy = transport.TLSClientConfig, transport.Proxy
	}
	url := "ws" + strings.TrimPrefix(strings.TrimSuffix(c.URL, "/"), "http") + "/graphql"
	conn, answer, err := dialer.DialContext(ctx, url, nil) //nolint:bodyclose // holds a few bytes in memory, says gorilla/websocket
	if err != nil {
		if answer != nil {
			return nil, fmt.Errorf("open a socket: %s: %w", answer.Status, err)
		}
		return nil, fmt.Errorf("open a socket: %w", err)
	}
	s := &Subscription{conn: conn}
	answerPing := conn.PingHandler()
	conn.SetPingHandler(func(data string) error {
		s.alive()
		return answerPing(data)
	})
	s.stop = context.AfterFunc(ctx, func() { _ = conn.Close() })
	if err := s.begin(c.Token, request{Query: query, Variables: variables}); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// silence is how long nothing at all may come from a server, which pings every 20 seconds, before its connection counts as lost.
const silence = time.Minute

// alive notes that the server is there. It is called before each read as well: what a reader leaves unread is no silence.
func (s *Subscription) alive() { _ = s.conn.SetReadDeadline(time.Now().Add(silence)) }

func (c *Client) transport() (*http.Transport, bool) {
	if c.HTTP == nil {
		return nil, false
	}
	transport, ok := c.HTTP.Transport.(*http.Transport)
	return transport, ok
}

func (s *Subscription) begin(token string, subscribe request) error {
	params := map[string]string{}
	if token != "" {
		params["Authorization"] = "Bearer " + token
	}
	if err := s.write("connection_init", "", params); err != nil {
		return err
	}
	for {
		m, err := s.read()
		if err != nil {
			return err
		}
		if m.Type == "connection_ack" {
			return s.write("subscribe", "1", subscribe)
		}
	}
}

func (s *Subscription) write(kind, id string, payload any) error {
	text, err := json.Marshal(payload)
	if err != nil {
		return fmt.Errorf("write to the socket: %w", err)
	}
	if err := s.conn.WriteJSON(message{ID: id, Type: kind, Payload: text}); err != nil {
		return fmt.Errorf("write to the socket: %w", err)
	}
	return nil
}

// read returns the next message that is not a ping, which it answers.
func (s *Subscription) read() (message, error) {
	for {
		var m message
		s.alive()
		if err := s.conn.ReadJSON(&m); err != nil {
			return message{}, fmt.Errorf("read from the socket: %w", err)
		}
		switch m.Type {
		case "ping":
			if err := s.conn.WriteJSON(message{Type: "pong"}); err != nil {
				return message{}, fmt.Errorf("write to the socket: %w", err)
			}
		case "pong":
		default:
			return m, nil
		}
	}
}

// Next waits for the next event and decodes its data into result. It returns io.EOF when
// the subscription is complete, an [*Error] when the API refuses it, and an error that
// wraps *websocket.CloseError when the server closes the socket.
func (s *Subscription) Next(result any) error {
	payload, err := s.next()
	if err != nil {
		return err
	}
	var answer response
	if err := json.Unmarshal(payload, &answer); err != nil {
		return fmt.Errorf("read an event: %w", err)
	}
	return answer.into(result)
}

// NextRaw is Next for those who look at an event's whole message, as JSON, themselves: it
// costs no decoding. The bytes hold until the next call.
func (s *Subscription) NextRaw() ([]byte, error) {
	s.alive()
	_, reader, err := s.conn.NextReader()
	if err != nil {
		return nil, fmt.Errorf("read from the socket: %w", err)
	}
	s.raw.Reset()
	if _, err := s.raw.ReadFrom(reader); err != nil {
		return nil, fmt.Errorf("read from the socket: %w", err)
	}
	text := s.raw.Bytes()
	if bytes.Contains(text[:min(len(text), 64)], []byte(`"type":"next"`)) {
		return text, nil
	}
	var m message
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, fmt.Errorf("read from the socket: %w", err)
	}
	switch m.Type {
	case "complete":
		return nil, io.EOF
	case "ping":
		if err := s.conn.WriteJSON(message{Type: "pong"}); err != nil {
			return nil, fmt.Errorf("write to the socket: %w", err)
		}
		return s.NextRaw()
	default:
		return nil, fmt.Errorf("the server sent %s", m.Type)
	}
}

func (s *Subscription) next() ([]byte, error) {
	for {
		m, err := s.read()
		if err != nil {
			return nil, err
		}
		switch m.Type {
		case "next":
			return m.Payload, nil
		case "error":
			var refused []graphqlError
			if err := json.Unmarshal(m.Payload, &refused); err != nil || len(refused) == 0 {
				return nil, errors.New("the subscription was refused without a reason")
			}
			return nil, refused[0].asError()
		case "complete":
			return nil, io.EOF
		}
	}
}

// Close ends the subscription with its socket, without ceremony.
func (s *Subscription) Close() error {
	s.stop()
	if err := s.conn.Close(); err != nil {
		return fmt.Errorf("close the socket: %w", err)
	}
	return nil
}
