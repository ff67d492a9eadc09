package graph_test

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

// client speaks graphql-transport-ws.
type client struct {
	t    testing.TB
	conn *websocket.Conn
}

type wsMessage struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

func (h *harness) dial(change ...func(http.Header)) (*websocket.Conn, *http.Response, error) {
	header := http.Header{"Sec-Websocket-Protocol": {"graphql-transport-ws"}}
	for _, c := range change {
		c(header)
	}
	return websocket.DefaultDialer.DialContext(h.t.Context(), "ws"+strings.TrimPrefix(h.server.URL, "http"), header)
}

// open opens a socket without connection_init.
func (h *harness) open() *client {
	h.t.Helper()
	conn, response, err := h.dial()
	if err != nil {
		h.t.Fatalf("dial: %v, %+v", err, response)
	}
	h.t.Cleanup(func() { conn.Close() })
	return &client{h.t, conn}
}

// connect opens a socket and signs in.
func (h *harness) connect() *client {
	h.t.Helper()
	c := h.open()
	c.send(fmt.Sprintf(`{"type":"connection_init","payload":{"Authorization":%q}}`, goodToken))
	if m := c.next(); m.Type != "connection_ack" {
		h.t.Fatalf("got %+v, want connection_ack", m)
	}
	return c
}

func (c *client) send(text string) {
	c.t.Helper()
	if err := c.conn.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		c.t.Fatalf("send: %v", err)
	}
}

func (c *client) subscribe(id, query string, variables map[string]any) {
	c.t.Helper()
	payload, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		c.t.Fatal(err)
	}
	text, _ := json.Marshal(wsMessage{ID: id, Type: "subscribe", Payload: payload})
	c.send(string(text))
}

const tailQuery = `subscription($id: ID!, $offset: Int64! = 0) {
	logTail(jobId: $id, offset: $offset) { jobId offset chunk newOffset status eof } }`

func (c *client) tail(id, job string, offset int64) {
	c.t.Helper()
	c.subscribe(id, tailQuery, map[string]any{"id": job, "offset": offset})
}

func (c *client) next() wsMessage {
	c.t.Helper()
	_ = c.conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	var m wsMessage
	if err := c.conn.ReadJSON(&m); err != nil {
		c.t.Fatalf("read: %v", err)
	}
	return m
}

// closedWith reads on until the server closes and checks the code.
func (c *client) closedWith(code int) {
	c.t.Helper()
	_ = c.conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	for {
		_, _, err := c.conn.ReadMessage()
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

type chunk struct {
	JobID             string
	Offset, NewOffset int64
	Chunk, Status     string
	EOF               bool
}

func (m wsMessage) chunk(t testing.TB) chunk {
	t.Helper()
	var payload struct {
		Data struct{ LogTail *chunk }
	}
	if m.Type != "next" || json.Unmarshal(m.Payload, &payload) != nil || payload.Data.LogTail == nil {
		t.Fatalf("message %s %s, want next with a chunk", m.Type, m.Payload)
	}
	return *payload.Data.LogTail
}
