package graph_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"mailferry/graph"
	"mailferry/internal/testkit/graphqlws"
)

func TestSocketsOfOtherOriginsAndProtocolsAreRefused(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	own := strings.TrimPrefix(h.server.URL, "http://")
	for origin, status := range map[string]int{
		"https://evil.example": 403, "null": 403, "http://" + own + ".evil.example": 403, "file://": 403,
		"http://" + own: 101, "https://" + own: 101,
	} {
		conn, response, err := h.dial(func(header http.Header) { header.Set("Origin", origin) })
		if response == nil || response.StatusCode != status {
			t.Errorf("origin %s: %v %v, want %d", origin, response, err, status)
		}
		if conn != nil {
			conn.Close()
		}
	}
	for _, protocols := range []string{"", "graphql-ws", "mqtt, graphql-transport-ws2"} {
		conn, response, err := h.dial(func(header http.Header) {
			header.Set("Sec-Websocket-Protocol", protocols)
			if protocols == "" {
				header.Del("Sec-Websocket-Protocol")
			}
		})
		if response == nil || response.StatusCode != http.StatusBadRequest {
			t.Errorf("protocols %q: %v %v, want 400", protocols, response, err)
		}
		if conn != nil {
			conn.Close()
		}
	}
}

func TestSocketWithoutInitIsClosed(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{InitTimeout: 50 * time.Millisecond})
	c := h.open()
	c.Send(`{"type":"ping"}`) // A sign of life is no init.
	c.ClosedWith(4408)
}

func TestBadCredentialsCloseTheSocketOnce(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	for _, init := range []string{
		`{"type":"connection_init"}`,
		`{"type":"connection_init","payload":{"Authorization":"Bearer bad"}}`,
		`{"type":"subscribe","id":"a","payload":{"query":"subscription { jobChanged { id } }"}}`,
	} {
		c := h.open()
		c.Send(init)
		c.ClosedWith(4401)
	}
	c := h.open()
	c.Send(`{"type":"connection_init","payload":{"Authorization":"` + brokenToken + `"}}`)
	c.ClosedWith(websocket.CloseTryAgainLater) // The client did nothing wrong and may come back.
	for _, init := range []string{
		`{"type":"connection_init","payload":{"Authorization":5}}`, `{"type":"connection_init","payload":[]}`,
		`{"type":"nonsense"}`, `[]`, `{"type`, `{"type":"complete","id":"a"}`,
	} {
		c := h.open()
		c.Send(init)
		c.ClosedWith(4400)
	}
}

func TestSocketEndsWithItsCredentials(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	job := h.create("until credentials")
	c := h.connect()
	tail(c, "a", job, 0)
	h.eventually("the tail", func() bool { return h.handler.Subscriptions() == 1 })
	h.signOut(goodToken)
	c.ClosedWith(4401)
	h.eventually("the tail to end", func() bool { return h.handler.Subscriptions() == 0 })
}

func TestSocketsCloseWhenTheServerStops(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	job := h.create("until stop")
	c, idle := h.connect(), h.open()
	tail(c, "a", job, 0)
	h.eventually("the tail", func() bool { return h.handler.Subscriptions() == 1 })
	h.stop(graph.ErrStopping)
	c.ClosedWith(1001)
	idle.ClosedWith(1001)
}

func TestSubscriptionIDsAreUniqueAndMayBeUsedAgain(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	job := h.create("until ids")
	c := h.connect()
	for i := range 200 {
		tail(c, "same", job, 0)
		c.Send(`{"type":"complete","id":"same"}`)
		_ = i
	}
	tail(c, "same", job, 0)
	h.write("ids", "hello\n")
	if piece := nextChunk(t, c); piece.Chunk != "hello\n" {
		t.Errorf("the last subscription got %+v", piece)
	}
	tail(c, "same", job, 0)
	c.ClosedWith(4409)
}

func TestTooManySubscriptionsCloseTheSocket(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	job := h.create("until many")
	c := h.connect()
	for i := range 1000 {
		text := fmt.Sprintf(`{"id":"s%d","type":"subscribe","payload":{"query":"subscription { logTail(jobId: %s) { chunk } }"}}`, i, job)
		if c.Conn.WriteMessage(websocket.TextMessage, []byte(text)) != nil {
			break
		}
	}
	c.ClosedWith(4429)
	h.eventually("all to end", func() bool { return h.handler.Subscriptions() == 0 })
}

func TestTooManySocketsAreRefusedInAWayThatClientsComeBackFrom(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{Sockets: 3})
	for range 3 {
		h.connect()
	}
	h.full()
}

// full checks that no further socket is opened, and that clients can tell that this passes.
func (h *harness) full() {
	h.t.Helper()
	conn, response, err := h.dial()
	if err == nil {
		conn.Close()
		h.t.Fatal("one more socket was opened")
	}
	if response == nil || response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") == "" {
		h.t.Errorf("one more socket: %v, %+v, want 503 with Retry-After", err, response)
	}
}

// Strangers who open sockets and say nothing keep neither each other's number up nor anyone who has signed in out.
func TestTooManyStrangersAreRefusedAndNobodyElse(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{Strangers: 3})
	h.connect()
	h.connect() // They are known by now and count no more.
	silent := []*graphqlws.Client{h.open(), h.open(), h.open()}
	h.full()
	signedIn := h.open(func(header http.Header) { header.Set("Authorization", goodToken) })
	signedIn.Send(`{"type":"connection_init"}`)
	if m := signedIn.Next(); m.Type != "connection_ack" {
		t.Errorf("somebody who has signed in got %+v", m)
	}
	silent[0].Conn.Close()
	h.eventually("a place for a stranger", func() bool { return h.handler.Sockets() == 5 })
	h.connect()
}

func TestSecondInitIsRefused(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	c := h.connect()
	c.Send(`{"type":"connection_init"}`)
	c.ClosedWith(4429)
}

func TestOverlongMessageClosesTheSocket(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{MessageBytes: 1000})
	c := h.connect()
	c.Send(`{"type":"ping","payload":"` + strings.Repeat("x", 2000) + `"}`)
	c.ClosedWith(websocket.CloseMessageTooBig)
}

// A reader that stops reading must neither pin its resolver nor keep its socket.
func TestReaderThatStopsReadingIsCutOff(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{WriteTimeout: 200 * time.Millisecond})
	job := h.create("flood")
	c := h.connect()
	for i := range 20 {
		tail(c, fmt.Sprint("t", i), job, 0)
	}
	h.eventually("the tails", func() bool { return h.handler.Subscriptions() == 20 })
	h.eventually("the socket to be cut", func() bool { return h.handler.Sockets() == 0 && h.handler.Subscriptions() == 0 })
	must[any](t, h.query(`mutation($id: ID!) { cancelJob(id: $id) { id } }`, map[string]any{"id": job}))
}

// A client whose machine is gone answers no ping.
func TestSilentClientIsDropped(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{PingInterval: 20 * time.Millisecond, WriteTimeout: 20 * time.Millisecond})
	c := h.connect()
	c.Conn.SetPingHandler(func(string) error { return nil }) // And the test does not read either.
	h.eventually("the socket to be dropped", func() bool { return h.handler.Sockets() == 0 })
}

func TestOnlySubscriptionsGoOverASocket(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	c := h.connect()
	for id, query := range map[string]string{
		"query":    `{ runner { slots } }`,
		"mutation": `mutation { deleteJob(id: 1) }`,
		"two":      `subscription { a: jobChanged { id } b: jobChanged { id } }`,
		"schema":   `{ __schema { types { name } } }`,
		"invalid":  `subscription { nothing }`,
		"garbage":  `subscription {`,
	} {
		c.Subscribe(id, query, nil)
		if m := c.Next(); m.Type != "error" || m.ID != id || !strings.Contains(string(m.Payload), "BAD_USER_INPUT") {
			t.Errorf("%s: %s %s", id, m.Type, m.Payload)
		}
	}
}
