package httpserver_test

import (
	"net/http"
	"testing"

	"mailferry/internal/auth"
	"mailferry/internal/httpserver"
)

func host(name string) func(*http.Request) {
	return func(r *http.Request) { r.Host = name }
}

func TestAnotherNameInTheRequestIsRefusedWhereABrowserCouldHaveBeenLedHere(t *testing.T) {
	t.Parallel()
	h := newHarness(t, func(c *httpserver.Config, _ *auth.Config) {
		var err error
		if c.Hosts, err = httpserver.ParseHosts([]string{"mailferry.example.org"}); err != nil {
			t.Fatal(err)
		}
	})
	session := h.signIn()
	for _, path := range []string{"/", "/login", "/graphiql", "/graphql", "/migration/jobs/1/log"} {
		for _, method := range []string{"GET", "POST"} {
			if r := h.do(method, path, "", session, host("rebound.example:8080")); r.StatusCode != http.StatusMisdirectedRequest {
				t.Errorf("%s %s under another name: %d %s", method, path, r.StatusCode, r.text)
			}
		}
	}
	body := `{"query":"{ runner { slots } }"}`
	for name, change := range map[string][]func(*http.Request){
		"its own name":      {h.signIn(host("Mailferry.example.org")), host("Mailferry.example.org")},
		"a token":           {bearer, host("rebound.example")},
		"its own address":   {session},
		"localhost, a port": {h.signIn(host("localhost:1")), host("localhost:1")},
	} {
		if r := h.do("POST", "/graphql", body, append(change, asJSON)...); r.StatusCode != http.StatusOK {
			t.Errorf("%s: %d %s", name, r.StatusCode, r.text)
		}
	}
	if r := h.do("GET", "/healthz", "", host("10-0-0-1.pod.example")); r.StatusCode != http.StatusOK {
		t.Errorf("a probe: %d", r.StatusCode)
	}
}

func TestOriginsThatAreMoreThanAnOriginAreRefused(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	session := h.signIn()
	address := h.server.Listener.Addr().String()
	for _, origin := range []string{
		"http://user@" + address, "http://user:pw@" + address, "http://" + address + "/path", "http://" + address + "?q", "http://" + address + "#f",
		"http://evil.example@" + address, "ftp://" + address, "http://",
	} {
		if r := h.do("POST", "/graphql", `{"query":"{ runner { slots } }"}`, asJSON, session, header("Origin", origin)); r.StatusCode != http.StatusForbidden {
			t.Errorf("Origin %q: %d %s", origin, r.StatusCode, r.text)
		}
	}
	if r := h.do("POST", "/graphql", `{"query":"{ runner { slots } }"}`, asJSON, session, header("Origin", "http://"+address)); r.StatusCode != http.StatusOK {
		t.Errorf("its own origin: %d %s", r.StatusCode, r.text)
	}
}
