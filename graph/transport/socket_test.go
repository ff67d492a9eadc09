package transport_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"mailferry/graph/limits"
	"mailferry/internal/testkit/graphqlws"
)

func TestSocketsOfOtherOriginsAndProtocolsAreRefused(t *testing.T) {
	t.Parallel()
	h := newHarness(t, limits.Limits{})
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
	h := newHarness(t, limits.Limits{InitTimeout: 50 * time.Millisecond})
	c := h.open()
	c.Send(`{"type":"ping"}`) // A sign of life is no init.
	c.ClosedWith(4408)
}

func TestBadCredentialsCloseTheSocketOnce(t *testing.T) {
	t.Parallel()
	h := newHarness(t, limits.Limits{})
	for _, init := range []string{
		`{"type":"connection_init"}`,
		`{"type":"connection_init","payload":{"Authorization":"Bearer bad"}}`,
		`{"type":"subscribe","id":"a","payload":{"query":"subscription { events }"}}`,
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
	h := newHarness(t, limits.Limits{})
	c := h.connect()
	c.Subscribe("a", subscription, nil)
	h.eventually("the subscription", func() bool { return h.handler.Subscriptions() == 1 })
	h.signOut(goodToken)
	c.ClosedWith(4401)
	h.eventually("the subscription to end", func() bool { return h.handler.Subscriptions() == 0 })
}

func TestSocketsCloseWhenTheServerStops(t *testing.T) {
	t.Parallel()
	h := newHarness(t, limits.Limits{})
	c, idle := h.connect(), h.open()
	c.Subscribe("a", subscription, nil)
	h.eventually("the subscription", func() bool { return h.handler.Subscriptions() == 1 })
	h.stop(errStopping)
	c.ClosedWith(1001)
	idle.ClosedWith(1001)
}

func TestSubscriptionIDsAreUniqueAndMayBeUsedAgain(t *testing.T) {
	t.Parallel()
	h := newHarness(t, limits.Limits{})
	c := h.connect()
	for i := range 200 {
		c.Subscribe("same", subscription, nil)
		c.Send(`{"type":"complete","id":"same"}`)
		_ = i
	}
	c.Subscribe("same", subscription, nil)
	// One of the others could take the event along, as long as there are any.
	c.Send(`{"type":"ping"}`)
	if m := c.Next(); m.Type != "pong" {
		t.Fatalf("got %+v, want pong", m)
	}
	h.eventually("the others to end", func() bool { return h.handler.Subscriptions() == 1 })
	h.events <- "hello"
	if m := c.Next(); m.ID != "same" || string(m.Payload) != `{"data":{"events":"hello"}}` {
		t.Errorf("the last subscription got %s %s", m.Type, m.Payload)
	}
	c.Subscribe("same", subscription, nil)
	c.ClosedWith(4409)
}

func TestTooManySubscriptionsCloseTheSocket(t *testing.T) {
	t.Parallel()
	h := newHarness(t, limits.Limits{})
	c := h.connect()
	for i := range 1000 {
		text := fmt.Sprintf(`{"id":"s%d","type":"subscribe","payload":{"query":"subscription { events }"}}`, i)
		if c.Conn.WriteMessage(websocket.TextMessage, []byte(text)) != nil {
			break
		}
	}
	c.ClosedWith(4429)
	h.eventually("all to end", func() bool { return h.handler.Subscriptions() == 0 })
}

func TestTooManySocketsAreRefusedInAWayThatClientsComeBackFrom(t *testing.T) {
	t.Parallel()
	h := newHarness(t, limits.Limits{Sockets: 3})
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
	h := newHarness(t, limits.Limits{Strangers: 3})
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
	h := newHarness(t, limits.Limits{})
	c := h.connect()
	c.Send(`{"type":"connection_init"}`)
	c.ClosedWith(4429)
}

func TestOverlongMessageClosesTheSocket(t *testing.T) {
	t.Parallel()
	h := newHarness(t, limits.Limits{MessageBytes: 1000})
	c := h.connect()
	c.Send(`{"type":"ping","payload":"` + strings.Repeat("x", 2000) + `"}`)
	c.ClosedWith(websocket.CloseMessageTooBig)
}

// A reader that stops reading must neither pin its resolver nor keep its socket.
func TestReaderThatStopsReadingIsCutOff(t *testing.T) {
	t.Parallel()
	h := newHarness(t, limits.Limits{WriteTimeout: 200 * time.Millisecond})
	c := h.connect()
	for i := range 20 {
		c.Subscribe(fmt.Sprint("t", i), `subscription { flood }`, nil)
	}
	h.eventually("the subscriptions", func() bool { return h.handler.Subscriptions() == 20 })
	h.eventually("the socket to be cut", func() bool { return h.handler.Sockets() == 0 && h.handler.Subscriptions() == 0 })
}

// A client whose machine is gone answers no ping.
func TestSilentClientIsDropped(t *testing.T) {
	t.Parallel()
	h := newHarness(t, limits.Limits{PingInterval: 20 * time.Millisecond, WriteTimeout: 20 * time.Millisecond})
	c := h.connect()
	c.Conn.SetPingHandler(func(string) error { return nil }) // And the test does not read either.
	h.eventually("the socket to be dropped", func() bool { return h.handler.Sockets() == 0 })
}

func TestOnlySubscriptionsGoOverASocket(t *testing.T) {
	t.Parallel()
	h := newHarness(t, limits.Limits{})
	c := h.connect()
	for id, query := range map[string]string{
		"query":    `{ name }`,
		"mutation": `mutation { change }`,
		"two":      `subscription { a: events b: events }`,
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
