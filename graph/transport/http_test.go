package transport_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"mailferry/graph/limits"
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
	h := newHarness(t, limits.Limits{})
	named := `query A { name } query B($id: ID!) { name(id: $id) }`
	a := h.do("GET", getOf("query", named, "operationName", "B", "variables", `{"id":7}`, "extensions", `{}`), "")
	if a.StatusCode != http.StatusOK || a.text != `{"data":{"name":"Bmap[id:7]"}}` {
		t.Errorf("%d %s", a.StatusCode, a.text)
	}
	if a := h.do("GET", getOf("query", `mutation { change }`), ""); a.StatusCode != http.StatusMethodNotAllowed || a.Header.Get("Allow") != "POST" || h.changes.Load() != 0 {
		t.Errorf("mutation: %d %s, %d changes", a.StatusCode, a.text, h.changes.Load())
	}
	for name, query := range map[string]string{
		"nothing":             "",
		"no query":            getOf("variables", "{}"),
		"two queries":         getOf("query", "{ name }", "query", "{ name }"),
		"variables as text":   getOf("query", "{ name }", "variables", "secret"),
		"variables as a list": getOf("query", "{ name }", "variables", "[1]"),
		"more than one value": getOf("query", "{ name }", "variables", "{} {}"),
		"extensions as text":  getOf("query", "{ name }", "extensions", `"x"`),
		"a subscription":      getOf("query", "subscription { events }"),
	} {
		if a := h.do("GET", query, ""); a.StatusCode != http.StatusBadRequest || strings.Contains(a.text, `"data"`) || strings.Contains(a.text, "secret") {
			t.Errorf("%s: %d %s", name, a.StatusCode, a.text)
		}
	}
	if a := h.do("GET", getOf("query", "{ name }"), "", with("Authorization", "")); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("without credentials: %d %s", a.StatusCode, a.text)
	}
}

// Pages elsewhere can have a browser send its cookie with a GET, but no header of their own.
func TestAGetWithASessionNeedsAHeaderThatOtherOriginsCannotSend(t *testing.T) {
	t.Parallel()
	h := newHarness(t, limits.Limits{})
	query := getOf("query", "{ name }")
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
	h := newHarness(t, limits.Limits{})
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
			`{"query":"{ name }"}`:                            false,
			`{"query":"{ name"}`:                              true,
			`{"query":"{ nothing }"}`:                         true,
			`{"query":"query($a: ID!) { name(id: $a) }"}`:     true,
			`{"query":"{ self { self { self { name } } } }"}`: true,
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
	h := newHarness(t, limits.Limits{})
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
	if a := h.do("POST", "", `{"query":"{ name }","extensions":`+extensions+`}`); a.text != `{"data":{"name":"map[]"}}` {
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
	h := newHarness(t, limits.Limits{})
	mutation := `{"query":"mutation { change }"}`
	for _, contentType := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "application/graphql"} {
		if a := h.do("POST", "", mutation, with("Content-Type", contentType)); a.StatusCode != http.StatusUnsupportedMediaType || h.changes.Load() != 0 {
			t.Errorf("%q: %d %s", contentType, a.StatusCode, a.text)
		}
	}
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodHead} {
		request, _ := http.NewRequestWithContext(t.Context(), method, h.server.URL+"?query={name}", nil)
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
	if a := h.do("POST", "", mutation, with("Authorization", "")); a.StatusCode != http.StatusUnauthorized || !strings.Contains(a.text, "UNAUTHENTICATED") || h.changes.Load() != 0 {
		t.Errorf("without credentials: %d %s", a.StatusCode, a.text)
	}
	if a := h.do("POST", "", `{"query":"subscription { events }"}`); a.StatusCode != http.StatusBadRequest {
		t.Errorf("subscription by POST: %d %s", a.StatusCode, a.text)
	}
	if a := h.do("POST", "", mutation); a.StatusCode != http.StatusOK || a.text != `{"data":{"change":"done"}}` || h.changes.Load() != 1 {
		t.Errorf("mutation by POST: %d %s, %d changes", a.StatusCode, a.text, h.changes.Load())
	}
}

func TestNothingIsChangedOnceTheServerStops(t *testing.T) {
	t.Parallel()
	h := newHarness(t, limits.Limits{})
	h.stopping.Store(true)
	a := h.do("POST", "", `{"query":"mutation { change }"}`)
	if a.StatusCode != http.StatusServiceUnavailable || !strings.Contains(a.text, `"UNAVAILABLE"`) || h.changes.Load() != 0 {
		t.Errorf("%d %s, %d changes", a.StatusCode, a.text, h.changes.Load())
	}
	if a := h.do("POST", "", `{"query":"{ name }"}`); a.StatusCode != http.StatusOK {
		t.Errorf("a query: %d %s", a.StatusCode, a.text)
	}
}
