package httpserver_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"mailferry/internal/httpserver"
)

func TestProfilesAreServedOnLoopbackUntilClosed(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	p, err := httpserver.ServeProfiles(t.Context(), "127.0.0.1:0", slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	base := regexp.MustCompile(`http://[^ \n]+`).FindString(log.String())
	get := func(path, host string) (int, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(body)
	}
	if status, body := get("goroutine?debug=1", ""); status != http.StatusOK || !strings.Contains(body, "goroutine profile:") {
		t.Errorf("goroutines: %d %.200s", status, body)
	}
	if status, _ := get("", "[::1]:6060"); status != http.StatusOK {
		t.Errorf("asked by another address of loopback: %d", status)
	}
	for _, host := range []string{"mail.example.org", "192.0.2.1:6060", "localhost.example.org"} {
		if status, body := get("heap", host); status != http.StatusForbidden || len(body) > 100 {
			t.Errorf("asked by the name %s: %d %.200s", host, status, body)
		}
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if answer, err := http.Get(base); err == nil { //nolint:noctx // fails at once
		answer.Body.Close()
		t.Error("still answers after it was closed")
	}
}

func TestProfilesAreNotServedWhereOtherMachinesReachThem(t *testing.T) {
	t.Parallel()
	for _, address := range []string{":0", "0.0.0.0:0", "[::]:0", "192.0.2.1:6060", "example.org:6060", "127.0.0.1.example.org:6060", "LOCALHOST.:6060"} {
		p, err := httpserver.ServeProfiles(t.Context(), address, slog.New(slog.DiscardHandler))
		if !errors.Is(err, httpserver.ErrNotLoopback) {
			t.Errorf("%s: error %v", address, err)
		}
		if err == nil {
			p.Close()
		}
	}
	if err := httpserver.CheckProfilesAddress("127.0.0.1"); err == nil || !strings.Contains(err.Error(), "form") {
		t.Errorf("without a port: %v", err)
	}
}
