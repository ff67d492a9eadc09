package graph_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"mailferry/graph"
)

func TestReadOnlyTokensChangeNothing(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	job := h.create("until read-only")
	for _, mutation := range []string{
		`mutation { cancelJob(id: ` + job + `) { id } }`, `mutation { deleteJob(id: ` + job + `) }`, `mutation { rerunJob(id: ` + job + `) { id } }`,
		`mutation { checkEndpoint(input: {host: "imap.example.org", user: "u", password: "p"}) { ok } }`,
		`mutation { setCredentials(jobId: ` + job + `, source: {password: "p"}) { id } }`,
	} {
		h.queryAs(readOnlyToken, mutation, nil).refusedAs(t, mutation, "FORBIDDEN", "")
	}
	must[any](t, h.queryAs(readOnlyToken, `{ job(id: `+job+`) { status } }`, nil))
	if len(h.checks) > 0 {
		t.Error("a mailbox was checked")
	}
}

func TestSocketsEndWithTheirCredentials(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	c := h.connect()
	tail(c, "a", h.create("until credentials"), 0)
	h.eventually("the tail", func() bool { return h.handler.Subscriptions() == 1 })
	h.signOut(goodToken)
	c.ClosedWith(4401)
	h.eventually("the tail to end", func() bool { return h.handler.Subscriptions() == 0 })
	for authorization, code := range map[string]int{"Bearer bad": 4401, brokenToken: websocket.CloseTryAgainLater} {
		c := h.open()
		c.Send(`{"type":"connection_init","payload":{"Authorization":"` + authorization + `"}}`)
		c.ClosedWith(code)
	}
}

func TestWhoHasNotSignedInOrDidNotAskGetsNothing(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	status, text := h.request("application/json", "", `{"query":"{ __schema { types { name } } }"}`)
	if status != http.StatusUnauthorized || !strings.Contains(text, "UNAUTHENTICATED") {
		t.Errorf("%d %s", status, text)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.server.URL+"?query=%7Brunner%7Bslots%7D%7D", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", sessionToken)
	response, err := h.server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusForbidden {
		t.Errorf("a GET that a link elsewhere may have sent: %d, want 403", response.StatusCode)
	}
}
