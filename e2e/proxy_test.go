package e2e_test

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"mailferry/internal/testkit/cert"
	"mailferry/internal/testkit/process"
)

// publicHost is the server's name in deploy/nginx.conf.
const publicHost = "mailferry.example.org"

// freePort is a port that nobody listens on at this moment.
func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
}

// startNginx runs nginx with deploy/nginx.conf, changed only in addresses and paths, in front of a server.
func startNginx(t *testing.T, server *server) (addr string, pair *cert.Pair) {
	t.Helper()
	nginx, err := process.FindProgram("nginx", "nginx-light", "/usr/sbin")
	process.Check(t, err)
	text, err := os.ReadFile("../deploy/nginx.conf")
	if err != nil {
		t.Fatal(err)
	}
	if pair, err = cert.New(publicHost); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	plain, secure := freePort(t), freePort(t)
	conf := strings.NewReplacer(
		"127.0.0.1:8080", strings.TrimPrefix(server.URL, "http://"),
		"listen 80;", "listen 127.0.0.1:"+plain+";", "listen [::]:80;", "",
		"listen 443 ssl http2;", "listen 127.0.0.1:"+secure+" ssl http2;", "listen [::]:443 ssl http2;", "",
		"/etc/ssl/mailferry/fullchain.pem", filepath.Join(folder, "cert.pem"), "/etc/ssl/mailferry/privkey.pem", filepath.Join(folder, "key.pem"),
	).Replace(string(text))
	var main strings.Builder
	fmt.Fprintf(&main, "daemon off; error_log stderr; pid %s/pid; worker_processes 1;\nevents {}\nhttp { access_log off;\n", folder)
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		fmt.Fprintf(&main, "%s_temp_path %s;\n", kind, filepath.Join(folder, kind))
	}
	for name, content := range map[string][]byte{"cert.pem": pair.Certificate, "key.pem": pair.Key, "nginx.conf": []byte(main.String() + conf + "\n}\n")} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var printed output
	printed.changed = make(chan struct{}, 1)
	process, err := process.Start(process.Spec{
		Path: nginx, Args: []string{"-p", folder, "-c", filepath.Join(folder, "nginx.conf"), "-e", "stderr"}, Output: &printed,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		process.Stop()
		if t.Failed() {
			t.Logf("nginx printed:\n%s", &printed)
		}
	})
	addr = "127.0.0.1:" + secure
	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			conn.Close()
			return addr, pair
		}
		if time.Now().After(deadline) {
			t.Fatalf("nginx does not listen: %v\n%s", err, &printed)
		}
	}
}

func TestBehindTheNginxOfTheExampleEverythingWorksAndNothingIsForged(t *testing.T) {
	t.Parallel()
	const password = "behind-nginx"
	setup := newSetup(t, "")
	server := setup.start("MAILFERRY_PUBLIC_URL=https://"+publicHost, "MAILFERRY_TRUSTED_PROXIES=127.0.0.1",
		"MAILFERRY_PROXY_USER_HEADER=X-Forwarded-User", "MAILFERRY_PROXY_SECRET=known to the proxy alone", "MAILFERRY_ADMIN_PASSWORD="+password)
	addr, pair := startNginx(t, server)
	trusted := &tls.Config{RootCAs: pair.Pool, ServerName: publicHost}
	transport := &http.Transport{TLSClientConfig: trusted, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	do := func(method, path, body string, header http.Header) (*http.Response, string) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), method, "https://"+addr+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Host = publicHost
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
	query := `{"query":"{ runner { slots } }"}`
	forged := http.Header{"X-Forwarded-User": {"admin"}, "X-Forwarded-For": {"127.0.0.1"}, "X-Forwarded-Proto": {"http"}}
	if answer, text := do("POST", "/graphql", query, forged); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("a forged user: %s %s", answer.Status, text)
	}
	answer, text := do("POST", "/login", `{"password":"`+password+`"}`, http.Header{"Origin": {"https://" + publicHost}})
	if answer.StatusCode != http.StatusOK || len(answer.Cookies()) == 0 {
		t.Fatalf("sign-in: %s %s", answer.Status, text)
	}
	cookie := answer.Cookies()[0]
	if !cookie.Secure || !strings.HasPrefix(cookie.Name, "__Host-") || answer.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("cookie %v, headers %v", cookie, answer.Header)
	}
	session := http.Header{"Cookie": {cookie.Name + "=" + cookie.Value}, "Origin": {"https://" + publicHost}}
	if answer, text := do("POST", "/graphql", query, session); answer.StatusCode != http.StatusOK || !strings.Contains(text, "slots") {
		t.Errorf("query: %s %s", answer.Status, text)
	}
	if answer, text := do("GET", "/graphiql", "", session); answer.StatusCode != http.StatusOK {
		t.Errorf("playground: %s %s", answer.Status, text)
	}
	foreign := session.Clone()
	foreign.Set("Origin", "https://evil.example")
	if answer, text := do("POST", "/graphql", query, foreign); answer.StatusCode != http.StatusForbidden {
		t.Errorf("a foreign origin: %s %s", answer.Status, text)
	}

	dialer := websocket.Dialer{TLSClientConfig: &tls.Config{RootCAs: pair.Pool, ServerName: publicHost}, Subprotocols: []string{"graphql-transport-ws"}, NetDial: func(string, string) (net.Conn, error) {
		return net.Dial("tcp", addr)
	}}
	if conn, response, err := dialer.DialContext(t.Context(), "wss://"+publicHost+"/graphql", foreign); err == nil || response == nil || response.StatusCode != http.StatusForbidden {
		t.Errorf("a socket of a foreign origin: %v, %v", response, err)
		if conn != nil {
			conn.Close()
		}
	}
	conn, _, err := dialer.DialContext(t.Context(), "wss://"+publicHost+"/graphql", session)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	id := server.create(scripted("nginx", 200, time.Millisecond))[0].ID
	for _, message := range []string{
		`{"type":"connection_init"}`,
		`{"type":"subscribe","id":"a","payload":{"query":"subscription { logTail(jobId: ` + id + `) { chunk eof } }"}}`,
	} {
		if err := conn.WriteMessage(websocket.TextMessage, []byte(message)); err != nil {
			t.Fatal(err)
		}
	}
	var log bytes.Buffer
	for {
		_ = conn.SetReadDeadline(time.Now().Add(patience))
		var message struct {
			Type    string
			Payload struct{ Data logEvent }
		}
		_, text, err := conn.ReadMessage()
		if err == nil {
			err = json.Unmarshal(text, &message)
		}
		if err != nil {
			t.Fatal(err)
		}
		log.WriteString(message.Payload.Data.LogTail.Chunk)
		if message.Type == "complete" {
			break
		}
	}
	if log.String() != server.download(id) || log.Len() == 0 {
		t.Errorf("%d bytes came through, the log has %d", log.Len(), len(server.download(id)))
	}

	// Guesses are counted by the client behind the proxy, which is this machine here, whatever it claims to be.
	throttled := false
	for i := range 12 {
		claim := http.Header{"X-Forwarded-For": {"203.0.113." + strconv.Itoa(i)}}
		answer, _ := do("POST", "/login", `{"password":"wrong"}`, claim)
		throttled = throttled || answer.StatusCode == http.StatusTooManyRequests
	}
	if !throttled {
		t.Error("guesses with changing X-Forwarded-For are not throttled")
	}
}
