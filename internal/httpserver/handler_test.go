package httpserver_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"mailferry/internal/auth"
	"mailferry/internal/httpserver"
)

func TestNothingIsAnsweredWithoutCredentials(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	id := h.job("secret job", 3)
	log := fmt.Sprintf("/migration/jobs/%d/log", id)
	tail := fmt.Sprintf("/migration/jobs/%d/tail", id)
	query := func(q string) string {
		body, _ := json.Marshal(map[string]string{"query": q})
		return string(body)
	}
	for _, c := range []struct{ method, path, body string }{
		{"POST", "/graphql", query(`{ jobs { totalCount } }`)},
		{"POST", "/graphql", query(`{ __schema { types { name } } }`)},
		{"POST", "/graphql", query(`mutation { deleteJob(id: 1) }`)},
		{"POST", "/graphql", query(`subscription { jobChanged { id } }`)},
		{"GET", "/graphiql", ""}, {"GET", "/graphiql/", ""}, {"GET", "/graphiql/assets/x.js", ""},
		{"GET", log, ""}, {"GET", tail, ""}, {"HEAD", log, ""}, {"GET", "/migration/jobs/1/x", ""}, {"GET", "/metrics", ""},
		{"GET", "//migration/jobs/1/log", ""}, {"GET", "/x/../migration/jobs/1/log", ""}, {"POST", log, ""},
	} {
		for name, change := range map[string]func(*http.Request){
			"nothing":            func(*http.Request) {},
			"a wrong token":      header("Authorization", "Bearer wrong"),
			"an empty token":     header("Authorization", "Bearer "),
			"basic":              header("Authorization", "Basic YTph"),
			"a wrong cookie":     header("Cookie", "mailferry=wrong; __Host-mailferry=wrong"),
			"a proxy's header":   header("X-Forwarded-User", "admin"),
			"a token in a query": func(r *http.Request) { r.URL.RawQuery = "token=" + apiToken + "&access_token=" + apiToken },
		} {
			r := h.do(c.method, c.path, c.body, asJSON, change)
			refused := r.StatusCode == http.StatusUnauthorized || r.StatusCode == http.StatusMethodNotAllowed ||
				(r.StatusCode >= 301 && r.StatusCode <= 308 && !strings.Contains(r.text, "line"))
			if !refused || strings.Contains(r.text, "line 1") || strings.Contains(r.text, "totalCount") {
				t.Errorf("%s %s with %s: %d %.100s", c.method, c.path, name, r.StatusCode, r.text)
			}
		}
	}
	if r := h.do("GET", "/graphiql", "", header("Accept", "text/html")); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/login?next=%2Fgraphiql" {
		t.Errorf("a browser is sent to %q (%d)", r.Header.Get("Location"), r.StatusCode)
	}
	for _, path := range []string{"/", "/login", "/healthz", "/readyz"} {
		if r := h.do("GET", path, ""); r.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", path, r.StatusCode)
		}
	}
	for name, credentials := range map[string]func(*http.Request){"token": bearer, "session": h.signIn()} {
		for _, path := range []string{"/graphiql", log, tail, "/metrics"} {
			if r := h.do("GET", path, "", credentials); r.StatusCode != http.StatusOK {
				t.Errorf("%s by %s: %d %s", path, name, r.StatusCode, r.text)
			}
		}
		if r := h.do("POST", "/graphql", query(`{ jobs { totalCount } }`), asJSON, credentials); r.text != `{"data":{"jobs":{"totalCount":1}}}` {
			t.Errorf("query by %s: %d %s", name, r.StatusCode, r.text)
		}
	}
}

func TestCrossSiteChangesAreRefused(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	session := h.signIn()
	mutation := `{"query":"mutation { deleteJob(id: 1) }"}`
	for _, path := range []string{"/graphql", "/login", "/logout"} {
		for name, change := range map[string]func(*http.Request){
			"foreign origin": header("Origin", "https://evil.example"),
			"null origin":    header("Origin", "null"),
			"cross-site":     header("Sec-Fetch-Site", "cross-site"),
			"same site":      header("Sec-Fetch-Site", "same-site"),
		} {
			if r := h.do("POST", path, mutation, asJSON, session, change); r.StatusCode != http.StatusForbidden {
				t.Errorf("%s with %s: %d %s", path, name, r.StatusCode, r.text)
			}
		}
	}
	own := header("Origin", h.server.URL)
	if r := h.do("POST", "/graphql", mutation, asJSON, session, own); r.StatusCode != http.StatusOK || !strings.Contains(r.text, "NOT_FOUND") {
		t.Errorf("the own origin: %d %s", r.StatusCode, r.text)
	}
	for _, contentType := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"} {
		if r := h.do("POST", "/graphql", mutation, session, header("Content-Type", contentType)); r.StatusCode != http.StatusUnsupportedMediaType {
			t.Errorf("%s: %d %s", contentType, r.StatusCode, r.text)
		}
	}
	if r := h.do("GET", "/graphql?query=mutation%7BdeleteJob(id:1)%7D", "", session); r.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("a mutation by GET: %d %s", r.StatusCode, r.text)
	}
	if r := h.do("GET", "/logout", "", session); r.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("sign-out by GET: %d", r.StatusCode)
	}
}

func TestConfiguredOriginsMayUseTheAPI(t *testing.T) {
	t.Parallel()
	h := newHarness(t, func(c *httpserver.Config, _ *auth.Config) {
		var err error
		if c.Origins, err = httpserver.ParseOrigins([]string{"https://app.example.org"}, "https://mailferry.example.org"); err != nil {
			t.Fatal(err)
		}
	})
	app := header("Origin", "https://app.example.org")
	r := h.do("OPTIONS", "/graphql", "", app, header("Access-Control-Request-Method", "POST"), header("Access-Control-Request-Headers", "authorization"))
	if r.StatusCode != http.StatusNoContent || r.Header.Get("Access-Control-Allow-Origin") != "https://app.example.org" {
		t.Errorf("preflight: %d %v", r.StatusCode, r.Header)
	}
	r = h.do("POST", "/graphql", `{"query":"{ __typename }"}`, asJSON, bearer, app, header("Sec-Fetch-Site", "cross-site"))
	if r.StatusCode != http.StatusOK || r.Header.Get("Access-Control-Allow-Origin") != "https://app.example.org" {
		t.Errorf("query: %d %v %s", r.StatusCode, r.Header, r.text)
	}
	if r := h.do("POST", "/graphql", `{"query":"{ __typename }"}`, asJSON, bearer, header("Origin", "https://mailferry.example.org")); r.StatusCode != http.StatusOK {
		t.Errorf("the public URL: %d", r.StatusCode)
	}
	r = h.do("OPTIONS", "/graphql", "", header("Origin", "https://evil.example"), header("Access-Control-Request-Method", "POST"))
	if r.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("preflight of another origin: %v", r.Header)
	}
	for _, bad := range []string{"*", "null", "app.example.org", "https://app.example.org/x", "https://u:p@a.example.org"} {
		if _, err := httpserver.ParseOrigins([]string{bad}, ""); err == nil {
			t.Errorf("%q is read as an origin", bad)
		}
	}
}

func TestSignOutClosesTheSessionsSockets(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	r := h.do("POST", "/login", url.Values{"password": {password}, "next": {"/jobs/1?x=y"}}.Encode(), header("Content-Type", "application/x-www-form-urlencoded"))
	if r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/jobs/1?x=y" || len(r.Cookies()) == 0 {
		t.Fatalf("sign-in by form: %d %v", r.StatusCode, r.Header)
	}
	cookie := r.Cookies()[0]
	conn, _, err := websocket.DefaultDialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(h.server.URL, "http")+"/graphql", http.Header{
		"Cookie": {cookie.Name + "=" + cookie.Value}, "Sec-Websocket-Protocol": {"graphql-transport-ws"}, "Origin": {h.server.URL},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"connection_init"}`)); err != nil {
		t.Fatal(err)
	}
	if _, m, err := conn.ReadMessage(); err != nil || string(m) != `{"type":"connection_ack"}` {
		t.Fatalf("init: %s, %v", m, err)
	}
	withCookie := func(r *http.Request) { r.AddCookie(cookie) }
	if r := h.do("POST", "/logout", "", withCookie); r.StatusCode != http.StatusOK {
		t.Fatalf("sign-out: %d %s", r.StatusCode, r.text)
	}
	if _, _, err := conn.ReadMessage(); !websocket.IsCloseError(err, 4401) {
		t.Errorf("the socket ended with %v, want 4401", err)
	}
	if r := h.do("GET", "/metrics", "", withCookie); r.StatusCode != http.StatusUnauthorized {
		t.Errorf("after the sign-out: %d", r.StatusCode)
	}
}

func TestSignInLeadsToThisServerOnly(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for next, want := range map[string]string{
		"": "/", "/graphiql": "/graphiql", "https://evil.example/": "/", "//evil.example": "/", `/\evil.example`: "/", "javascript:alert(1)": "/",
		"/\n/evil.example": "/", "evil": "/", "http:/x": "/", "/jobs/7#L120-L140": "/jobs/7#L120-L140", "/migration/jobs/7/log?x=1": "/migration/jobs/7/log?x=1",
		"/x/..//evil.example": "/x/..//evil.example", "/%2fevil.example": "/", "/%5cevil.example": "/", "/jobs/7#//evil.example": "/jobs/7#//evil.example",
	} {
		r := h.do("POST", "/login", url.Values{"password": {password}, "next": {next}}.Encode(), header("Content-Type", "application/x-www-form-urlencoded"))
		if got := r.Header.Get("Location"); got != want {
			t.Errorf("next %q leads to %q, want %q", next, got, want)
		}
	}
}

func TestMalformedSignInsAreAnsweredWithoutTheirContent(t *testing.T) {
	t.Parallel()
	const canary = "c4n4ry-p4ssw0rd"
	h := newHarness(t)
	for _, c := range []struct {
		contentType, body string
		status            int
	}{
		{"application/json", `{"password":"` + canary, 400},
		{"application/json", `{"password":["` + canary + `"]}`, 400},
		{"application/json", `["` + canary + `"]`, 400},
		{"application/json", `{"pass":"` + canary + `"}`, 400},
		{"application/json", `{"password":"` + canary + `"}`, 401},
		{"application/x-www-form-urlencoded", `password=%zz` + canary, 400},
		{"application/x-www-form-urlencoded", `password=` + canary, 401},
		{"application/x-www-form-urlencoded", `password=` + strings.Repeat(canary, 10_000), 400},
		{"text/plain", canary, 415},
		{"", canary, 415},
	} {
		r := h.do("POST", "/login", c.body, header("Content-Type", c.contentType))
		if r.StatusCode != c.status || strings.Contains(r.text, canary) {
			t.Errorf("%.60s as %s: %d %s", c.body, c.contentType, r.StatusCode, r.text)
		}
	}
	if strings.Contains(h.log.String(), canary) {
		t.Errorf("the server's log repeats the password:\n%s", h.log)
	}
}

func TestGuessingIsThrottled(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	statuses := map[int]int{}
	for range 12 {
		r := h.do("POST", "/login", `{"password":"wrong"}`, asJSON)
		statuses[r.StatusCode]++
		if r.StatusCode == http.StatusTooManyRequests && r.Header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
	}
	if statuses[401] > 6 || statuses[401]+statuses[429] != 12 {
		t.Errorf("statuses %v, want about 5 of 401 and the rest 429", statuses)
	}
}

func TestAnswersCarrySecurityHeaders(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	id := h.job("headers", 1)
	for _, path := range []string{"/", "/graphiql", "/healthz", "/metrics", fmt.Sprintf("/migration/jobs/%d/log", id), "/migration/none", "/graphql", "/index.js"} {
		r := h.do("GET", path, "", bearer)
		policy := r.Header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "frame-ancestors 'none'") || !strings.Contains(policy, "default-src '") || strings.Contains(policy, "script-src 'unsafe") ||
			r.Header.Get("X-Content-Type-Options") != "nosniff" || r.Header.Get("Referrer-Policy") == "" {
			t.Errorf("%s: %v", path, r.Header)
		}
		if path == "/" && strings.Contains(policy, "unsafe") {
			t.Errorf("the app's policy is %s", policy)
		}
		if r.Header.Get("Strict-Transport-Security") != "" {
			t.Errorf("%s promises TLS over plain HTTP", path)
		}
	}
}

func TestMetricsCountAndNameNothingOfJobs(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.job("very secret name", 1)
	h.do("GET", "/healthz", "")
	r := h.do("GET", "/metrics", "", bearer)
	for _, want := range []string{
		"mailferry_jobs{status=\"failed\"} ", "mailferry_jobs{status=\"queued\"} 0", "mailferry_slots 2", "mailferry_websockets 0", "mailferry_subscriptions 0",
		`mailferry_http_requests_total{route="/healthz",status="200"} 1`, "go_goroutines", `mailferry_build_info{version="test"} 1`,
		"mailferry_oldest_waiting_seconds 0", "mailferry_run_silence_seconds 0", "mailferry_failed_engine_starts_total 0", "mailferry_failed_writes_total 0",
		"mailferry_database_errors_total 0", "mailferry_free_disk_bytes ",
	} {
		if !strings.Contains(r.text, want) {
			t.Errorf("metrics lack %s", want)
		}
	}
	if strings.Contains(r.text, "secret") || strings.Contains(r.text, "example.org") {
		t.Error("metrics tell of a job")
	}
	open := newHarness(t, func(c *httpserver.Config, _ *auth.Config) { c.MetricsOpen = true })
	if r := open.do("GET", "/metrics", ""); r.StatusCode != http.StatusOK {
		t.Errorf("open metrics: %d", r.StatusCode)
	}
}

func TestReadyFollowsTheRunner(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	if r := h.do("GET", "/readyz", ""); r.StatusCode != http.StatusOK {
		t.Errorf("running: %d", r.StatusCode)
	}
	if err := h.jobs.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r := h.do("GET", "/readyz", ""); r.StatusCode != http.StatusServiceUnavailable || r.text != "not ready\nthe server is stopping\n" {
		t.Errorf("stopped: %d %s", r.StatusCode, r.text)
	}
	if r := h.do("GET", "/healthz", ""); r.StatusCode != http.StatusOK {
		t.Errorf("healthz: %d", r.StatusCode)
	}
}
