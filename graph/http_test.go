package graph_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"mailferry/graph"
)

type httpAnswer struct {
	*http.Response

	text string
}

// do sends a request with the token, or what change makes of it.
func (h *harness) do(method, query, body string, change ...func(*http.Request)) httpAnswer {
	h.t.Helper()
	request, err := http.NewRequestWithContext(h.t.Context(), method, h.server.URL+query, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	request.Header.Set("Authorization", goodToken)
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/json")
	}
	for _, c := range change {
		c(request)
	}
	response, err := h.server.Client().Do(request)
	if err != nil {
		h.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return httpAnswer{response, string(text)}
}

func with(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func getOf(pairs ...string) string {
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	return "?" + values.Encode()
}

func TestQueriesAreReadByGetAndNothingIsChangedByIt(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	id := h.create("lines 1")
	named := `query A { runner { slots } } query B($id: ID!) { job(id: $id) { id } }`
	a := h.do("GET", getOf("query", named, "operationName", "B", "variables", `{"id":`+id+`}`, "extensions", `{}`), "")
	if a.StatusCode != http.StatusOK || a.text != `{"data":{"job":{"id":"`+id+`"}}}` {
		t.Errorf("%d %s", a.StatusCode, a.text)
	}
	if a := h.do("GET", getOf("query", `mutation { deleteJob(id: `+id+`) }`), ""); a.StatusCode != http.StatusMethodNotAllowed || a.Header.Get("Allow") != "POST" {
		t.Errorf("mutation: %d %s", a.StatusCode, a.text)
	}
	for name, query := range map[string]string{
		"nothing":             "",
		"no query":            getOf("variables", "{}"),
		"two queries":         getOf("query", "{ runner { slots } }", "query", "{ runner { queued } }"),
		"variables as text":   getOf("query", "{ runner { slots } }", "variables", "secret"),
		"variables as a list": getOf("query", "{ runner { slots } }", "variables", "[1]"),
		"more than one value": getOf("query", "{ runner { slots } }", "variables", "{} {}"),
		"extensions as text":  getOf("query", "{ runner { slots } }", "extensions", `"x"`),
		"a subscription":      getOf("query", "subscription { jobChanged { id } }"),
	} {
		if a := h.do("GET", query, ""); a.StatusCode != http.StatusBadRequest || strings.Contains(a.text, `"data"`) || strings.Contains(a.text, "secret") {
			t.Errorf("%s: %d %s", name, a.StatusCode, a.text)
		}
	}
	if a := h.do("GET", getOf("query", "{ runner { slots } }"), "", with("Authorization", "")); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("without credentials: %d %s", a.StatusCode, a.text)
	}
}

// Pages elsewhere can have a browser send its cookie with a GET, but no header of their own.
func TestAGetWithASessionNeedsAHeaderThatOtherOriginsCannotSend(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	query := getOf("query", "{ runner { slots } }")
	for name, c := range map[string]struct {
		status int
		change func(*http.Request)
	}{
		"nothing":               {403, func(*http.Request) {}},
		"a link elsewhere":      {403, with("Sec-Fetch-Site", "cross-site")},
		"a link next door":      {403, with("Sec-Fetch-Site", "same-site")},
		"an address typed in":   {403, with("Sec-Fetch-Site", "none")},
		"a foreign origin":      {403, with("Origin", "https://evil.example")},
		"a foreign origin's":    {403, func(r *http.Request) { r.Header.Set("Origin", "null"); r.Header.Set("X-Requested-With", "x") }},
		"a form's content type": {403, with("Content-Type", "text/plain")},
		"this origin":           {200, with("Sec-Fetch-Site", "same-origin")},
		"this origin's":         {200, with("Origin", h.server.URL)},
		"Apollo's header":       {200, with("Apollo-Require-Preflight", "true")},
		"another's header":      {200, with("X-Requested-With", "XMLHttpRequest")},
		"a JSON content type":   {200, with("Content-Type", "application/json")},
	} {
		if a := h.do("GET", query, "", with("Authorization", sessionToken), c.change); a.StatusCode != c.status {
			t.Errorf("%s: %d %s, want %d", name, a.StatusCode, a.text, c.status)
		}
	}
}

func TestAnswersHaveTheMediaTypeAndStatusThatTheClientKnows(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	const newer, older = "application/graphql-response+json", "application/json"
	for accept, want := range map[string]string{
		"": older, "*/*": older, "application/json": older, "text/html": older, "application/graphql-response+json": newer,
		"application/graphql-response+json, application/json;q=0.9":                        newer,
		"application/json, application/graphql-response+json":                              newer,
		"application/graphql-response+json;q=0.5, application/json":                        older,
		"application/graphql-response+json;q=0":                                            older,
		"Application/GraphQL-Response+JSON; charset=utf-8, application/graphql+json, text": newer,
	} {
		for body, refused := range map[string]bool{
			`{"query":"{ runner { slots } }"}`:                                      false,
			`{"query":"{ runner { slots }"}`:                                        true,
			`{"query":"{ nothing }"}`:                                               true,
			`{"query":"query($a: ID!) { job(id: $a) { id } }"}`:                     true,
			`{"query":"{ jobs(first: 500) { edges { node { log { chunk } } } } }"}`: true,
		} {
			a := h.do("POST", "", body, with("Accept", accept))
			status := http.StatusOK
			if refused && want == newer {
				status = http.StatusBadRequest
			}
			if got := a.Header.Get("Content-Type"); got != want+"; charset=utf-8" || a.StatusCode != status {
				t.Errorf("%q: %s gave %d %s, want %d %s", accept, body, a.StatusCode, got, status, want)
			}
			var fields map[string]json.RawMessage
			if err := json.Unmarshal([]byte(a.text), &fields); err != nil {
				t.Fatalf("%v: %s", err, a.text)
			}
			if _, data := fields["data"]; data == refused {
				t.Errorf("%q: %s gave %s", accept, body, a.text)
			}
		}
	}
}

// Clients that send a hash in place of the query fall back to the query by these words, over HTTP and a socket.
func TestClientsOfPersistedQueriesAreToldToSendTheQuery(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	extensions := `{"persistedQuery":{"version":1,"sha256Hash":"` + strings.Repeat("ab", 32) + `"}}`
	const want = `{"errors":[{"message":"PersistedQueryNotSupported","extensions":{"code":"PERSISTED_QUERY_NOT_SUPPORTED"}}]}`
	for name, a := range map[string]httpAnswer{
		"POST": h.do("POST", "", `{"operationName":"A","variables":{},"extensions":`+extensions+`}`),
		"GET":  h.do("GET", getOf("operationName", "A", "extensions", extensions), ""),
	} {
		if a.StatusCode != http.StatusOK || a.text != want {
			t.Errorf("%s: %d %s", name, a.StatusCode, a.text)
		}
	}
	if a := h.do("POST", "", `{"query":"{ runner { slots } }","extensions":`+extensions+`}`); a.text != `{"data":{"runner":{"slots":2}}}` {
		t.Errorf("hash and query: %s", a.text)
	}
	c := h.connect()
	c.Send(`{"id":"a","type":"subscribe","payload":{"extensions":` + extensions + `}}`)
	if m := c.Next(); m.Type != "error" || !strings.Contains(string(m.Payload), `"PersistedQueryNotSupported"`) {
		t.Errorf("socket: %+v", m)
	}
}

func TestRequestsOfTheWrongKindAreRefused(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	mutation := `{"query":"mutation { deleteJob(id: 1) }"}`
	for _, contentType := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "application/graphql"} {
		if status, text := h.request(contentType, goodToken, mutation); status != http.StatusUnsupportedMediaType {
			t.Errorf("%q: %d %s", contentType, status, text)
		}
	}
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodHead} {
		request, _ := http.NewRequestWithContext(t.Context(), method, h.server.URL+"?query={runner{slots}}", nil)
		request.Header.Set("Authorization", goodToken)
		response, err := h.server.Client().Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d", method, response.StatusCode)
		}
	}
	if status, text := h.request("application/json", "", `{"query":"{ __schema { types { name } } }"}`); status != http.StatusUnauthorized || !strings.Contains(text, "UNAUTHENTICATED") {
		t.Errorf("without credentials: %d %s", status, text)
	}
	if status, text := h.request("application/json", goodToken, `{"query":"subscription { jobChanged { id } }"}`); status != http.StatusBadRequest {
		t.Errorf("subscription by POST: %d %s", status, text)
	}
}
