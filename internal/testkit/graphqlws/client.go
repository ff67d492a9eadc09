// Package graphqlws is a client of graphql-transport-ws (https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md)
// for tests: it sends what it is told, well-formed or not, and gives back each message as it came. What goes wrong on the
// way fails the test. It waits at most 20 seconds for a message.
package graphqlws

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// patience is how long a client waits for a message.
const patience = 20 * time.Second

// Client is one socket.
type Client struct {
	// Conn is the connection beneath, for what a well-behaved client would not do.
	Conn *websocket.Conn

	t testing.TB
}

// Message is what goes over a socket, either way.
type Message struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// Dial opens a connection to the server at url, an address that begins with http, with the headers that the changes
// leave. Where that fails the response is the server's refusal, or nil.
func Dial(t testing.TB, url string, change ...func(http.Header)) (*websocket.Conn, *http.Response, error) {
	t.Helper()
	header := http.Header{"Sec-Websocket-Protocol": {"graphql-transport-ws"}}
	for _, c := range change {
		c(header)
	}
	return websocket.DefaultDialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(url, "http"), header)
}

// Open opens a socket without connection_init. It is closed when the test ends.
func Open(t testing.TB, url string, change ...func(http.Header)) *Client {
	t.Helper()
	conn, response, err := Dial(t, url, change...)
	if err != nil {
		t.Fatalf("dial: %v, %+v", err, response)
	}
	t.Cleanup(func() { conn.Close() })
	return &Client{Conn: conn, t: t}
}

// Connect opens a socket and signs in.
func Connect(t testing.TB, url, authorization string) *Client {
	t.Helper()
	c := Open(t, url)
	c.Send(fmt.Sprintf(`{"type":"connection_init","payload":{"Authorization":%q}}`, authorization))
	if m := c.Next(); m.Type != "connection_ack" {
		t.Fatalf("got %+v, want connection_ack", m)
	}
	return c
}

// Send sends a text as it is.
func (c *Client) Send(text string) {
	c.t.Helper()
	if err := c.Conn.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		c.t.Fatalf("send: %v", err)
	}
}

// Subscribe sends a subscription.
func (c *Client) Subscribe(id, query string, variables map[string]any) {
	c.t.Helper()
	payload, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		c.t.Fatal(err)
	}
	text, err := json.Marshal(Message{ID: id, Type: "subscribe", Payload: payload})
	if err != nil {
		c.t.Fatal(err)
	}
	c.Send(string(text))
}

// Next is the next message.
func (c *Client) Next() Message {
	c.t.Helper()
	_ = c.Conn.SetReadDeadline(time.Now().Add(patience))
	var m Message
	if err := c.Conn.ReadJSON(&m); err != nil {
		c.t.Fatalf("read: %v", err)
	}
	return m
}

// ClosedWith reads on until the server closes, and checks the code.
func (c *Client) ClosedWith(code int) {
	c.t.Helper()
	_ = c.Conn.SetReadDeadline(time.Now().Add(patience))
	for {
		_, _, err := c.Conn.ReadMessage()
		if err == nil {
			continue
		}
		var closed *websocket.CloseError
		if !errors.As(err, &closed) || closed.Code != code {
			c.t.Errorf("socket ended with %v, want code %d", err, code)
		}
		return
	}
}
