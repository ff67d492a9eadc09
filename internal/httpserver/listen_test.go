package httpserver_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"mailferry/internal/auth"
	"mailferry/internal/httpserver"
	"mailferry/internal/testkit/cert"
)

func TestPlainHTTPStaysOnLoopback(t *testing.T) {
	t.Parallel()
	for addr, allowed := range map[string]bool{
		"127.0.0.1:0": true, "localhost:0": true, "[::1]:0": true, "0.0.0.0:0": false, ":0": false, "[::]:0": false,
	} {
		listener, err := httpserver.Listen(t.Context(), httpserver.ListenConfig{Addr: addr})
		switch {
		case err == nil:
			listener.Close()
			if !allowed {
				t.Errorf("%s: listens without TLS", addr)
			}
		case allowed && addr != "[::1]:0": // Not every machine has IPv6.
			t.Errorf("%s: %v", addr, err)
		case !allowed && !errors.Is(err, httpserver.ErrPlain):
			t.Errorf("%s: %v, want ErrPlain", addr, err)
		}
	}
	listener, err := httpserver.Listen(t.Context(), httpserver.ListenConfig{Addr: "0.0.0.0:0", AllowPlain: true})
	if err != nil {
		t.Fatalf("with the switch: %v", err)
	}
	listener.Close()
}

func writeCertificate(t *testing.T, folder string) (certFile, keyFile string, authority *x509.CertPool) {
	t.Helper()
	pair, err := cert.New()
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	for name, text := range map[string][]byte{certFile: pair.Certificate, keyFile: pair.Key} {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certFile, keyFile, pair.Pool
}

func TestServesTLSAndTakesUpARenewedCertificate(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	certFile, keyFile, firstRoots := writeCertificate(t, folder)
	listener, err := httpserver.Listen(t.Context(), httpserver.ListenConfig{
		Addr: "127.0.0.1:0", CertFile: certFile, KeyFile: keyFile, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httpserver.NewServer(t.Context(), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Proto)
	}), slog.New(slog.DiscardHandler))
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })

	get := func(roots *x509.CertPool) (string, error) {
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
		defer transport.CloseIdleConnections()
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+listener.Addr().String(), nil)
		response, err := transport.RoundTrip(request)
		if err != nil {
			return "", err
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		return string(text), err
	}
	if proto, err := get(firstRoots); err != nil || proto != "HTTP/2.0" {
		t.Fatalf("%q, %v", proto, err)
	}
	// Half a renewal leaves the old certificate in use.
	old, _ := os.ReadFile(certFile)
	if err := os.WriteFile(certFile, old[:100], 0o600); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(1500 * time.Millisecond); time.Now().Before(end); {
		if _, err := get(firstRoots); err != nil {
			t.Fatalf("while a certificate is being written: %v", err)
		}
	}
	_, _, secondRoots := writeCertificate(t, folder)
	for deadline := time.Now().Add(20 * time.Second); ; {
		if _, err := get(secondRoots); err == nil {
			break
		} else if time.Now().After(deadline) {
			t.Fatalf("the renewed certificate is not used: %v", err)
		}
	}
	if _, err := tls.Dial("tcp", listener.Addr().String(), &tls.Config{RootCAs: secondRoots, MaxVersion: tls.VersionTLS11}); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
}

func TestUnusableCertificatesAreRefusedAtStart(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	certFile, _, _ := writeCertificate(t, folder)
	for _, config := range []httpserver.ListenConfig{
		{Addr: "127.0.0.1:0", CertFile: certFile},
		{Addr: "127.0.0.1:0", KeyFile: certFile},
		{Addr: "127.0.0.1:0", CertFile: certFile, KeyFile: certFile},
		{Addr: "127.0.0.1:0", CertFile: filepath.Join(folder, "none"), KeyFile: certFile},
	} {
		if listener, err := httpserver.Listen(t.Context(), config); err == nil {
			listener.Close()
			t.Errorf("%+v: listens", config)
		}
	}
}

// slow is a server whose clients have little time.
func slow(t *testing.T) *harness {
	return newHarness(t, func(c *httpserver.Config, _ *auth.Config) {
		c.BodyTime, c.WriteTime = 100*time.Millisecond, 100*time.Millisecond
	})
}

func dial(t *testing.T, h *harness) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", h.server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	return conn
}

// Whoever sends a body byte by byte, or announces one and sends nothing, loses the connection, signed in or not.
func TestUnfinishedBodiesAreNotWaitedForForEver(t *testing.T) {
	t.Parallel()
	h := slow(t)
	for _, path := range []string{"/login", "/graphql", "/logout", "/nothing"} {
		conn := dial(t, h)
		_, err := io.WriteString(conn, "POST "+path+" HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, conn); err != nil && !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("%s: %v, want the server to close", path, err)
		}
	}
}

// The deadlines of one request are lifted for the next, and the body's while the answer is worked out.
func TestDeadlinesEndWithWhatTheyAreFor(t *testing.T) {
	t.Parallel()
	h := slow(t)
	conn := dial(t, h)
	reader := bufio.NewReader(conn)
	for range 3 {
		_, err := io.WriteString(conn, "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer "+apiToken+
			"\r\nContent-Length: 26\r\n\r\n"+`{"query":"{ __typename }"}`)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.ReadResponse(reader, nil)
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("%+v, %v", response, err)
		}
		if _, err := io.Copy(io.Discard, response.Body); err != nil {
			t.Fatal(err)
		}
		<-time.After(150 * time.Millisecond) // Longer than the deadlines.
	}
}

// A download that nobody reads must not hold its place.
func TestDownloadsThatNobodyReadsEnd(t *testing.T) {
	t.Parallel()
	h := slow(t)
	id := h.job("big", 300_000) // 15 MB, more than the kernel's buffers.
	conn := dial(t, h)
	_ = conn.(*net.TCPConn).SetReadBuffer(4096)
	_, err := fmt.Fprintf(conn, "GET /migration/jobs/%d/log HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", id, apiToken)
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		metrics := h.do("GET", "/metrics", "", bearer).text
		if strings.Contains(metrics, `mailferry_http_requests_total{route="/migration/jobs/{id}/log"`) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the download goes on")
		}
	}
}
