package e2e_test

import (
	"crypto/tls"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"mailferry/internal/testkit/cert"
)

func TestTheServerSpeaksTLSByItself(t *testing.T) {
	t.Parallel()
	const password = "over-tls-by-itself"
	pair, err := cert.New()
	if err != nil {
		t.Fatal(err)
	}
	setup := newSetup(t, "")
	certFile, keyFile := filepath.Join(setup.folder, "cert.pem"), filepath.Join(setup.folder, "key.pem")
	for name, text := range map[string][]byte{certFile: pair.Certificate, keyFile: pair.Key} {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	server := setup.launch("MAILFERRY_TLS_CERT="+certFile, "MAILFERRY_TLS_KEY="+keyFile, "MAILFERRY_ADMIN_PASSWORD="+password)
	server.stderr.waitFor(t, "msg=listening url=https://")
	_, rest, _ := strings.Cut(server.stderr.String(), "msg=listening url=")
	url, _, _ := strings.Cut(rest, " ")

	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pair.Pool}, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	post := func(path, body string, header http.Header) (*http.Response, string) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header = header.Clone()
		request.Header.Set("Content-Type", "application/json")
		answer, err := transport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer, string(text)
	}
	answer, text := post("/login", `{"password":"`+password+`"}`, http.Header{"Origin": {url}})
	if answer.StatusCode != http.StatusOK || len(answer.Cookies()) == 0 || answer.ProtoMajor != 2 {
		t.Fatalf("sign-in: %s %s %s", answer.Proto, answer.Status, text)
	}
	cookie := answer.Cookies()[0]
	if !cookie.Secure || !strings.HasPrefix(cookie.Name, "__Host-") || answer.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("cookie %v, headers %v", cookie, answer.Header)
	}
	session := http.Header{"Cookie": {cookie.Name + "=" + cookie.Value}, "Origin": {url}}
	if answer, text := post("/graphql", `{"query":"{ runner { slots } }"}`, session); answer.StatusCode != http.StatusOK || !strings.Contains(text, `"slots":`) {
		t.Errorf("query: %s %s", answer.Status, text)
	}
	dialer := websocket.Dialer{TLSClientConfig: &tls.Config{RootCAs: pair.Pool}, Subprotocols: []string{"graphql-transport-ws"}}
	conn, _, err := dialer.DialContext(t.Context(), "wss"+strings.TrimPrefix(url, "https")+"/graphql", session)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	if err := conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"connection_init"}`)); err != nil {
		t.Fatal(err)
	}
	if _, text, err := conn.ReadMessage(); err != nil || string(text) != `{"type":"connection_ack"}` {
		t.Errorf("socket: %s, %v", text, err)
	}
	post("/logout", "", session)
	if _, _, err := conn.ReadMessage(); !websocket.IsCloseError(err, 4401) {
		t.Errorf("after the sign-out the socket ended with %v", err)
	}
}
