package auth_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"mailferry/internal/auth"
	databasetest "mailferry/internal/testkit/database"
)

// deviceCookie is the cookie that tells a device again.
func deviceCookie(t *testing.T, w *httptest.ResponseRecorder) *http.Cookie {
	t.Helper()
	for _, cookie := range w.Result().Cookies() {
		if strings.HasPrefix(cookie.Name, "mailferry-device") {
			return cookie
		}
	}
	t.Fatal("no cookie tells the device again")
	return nil
}

func TestAnAdministratorsDeviceIsNotLockedOutByStrangersOfItsOwnAddress(t *testing.T) {
	t.Parallel()
	db := databasetest.Open(t, databasetest.SQLite(t))
	clock := newClock()
	s := prepared(t, db, "correct horse", func(c *auth.Config) { c.Now = clock.Now })
	const address = "192.0.2.1"
	w := httptest.NewRecorder()
	if err := s.SignIn(w, request(t, from(address)), "correct horse"); err != nil {
		t.Fatal(err)
	}
	device := deviceCookie(t, w)
	// Another start of the server remembers no address, and knows the device all the same.
	s = prepared(t, db, "correct horse", func(c *auth.Config) { c.Now = clock.Now })
	var throttled *auth.ThrottledError
	for range 20 {
		_ = s.SignIn(httptest.NewRecorder(), request(t, from(address)), "guess")
	}
	if err := s.SignIn(httptest.NewRecorder(), request(t, from(address)), "correct horse"); !errors.As(err, &throttled) {
		t.Fatalf("a stranger of the same address: %v, want it throttled", err)
	}
	w = httptest.NewRecorder()
	if err := s.SignIn(w, request(t, from(address), withCookie(device)), "correct horse"); err != nil {
		t.Errorf("the administrator's own device: %v", err)
	}
	// The device has a measure of its own, and a forged cookie has none.
	forged := *device
	forged.Value = strings.Repeat("A", len(device.Value))
	if err := s.SignIn(httptest.NewRecorder(), request(t, from(address), withCookie(&forged)), "correct horse"); !errors.As(err, &throttled) {
		t.Errorf("a forged cookie: %v", err)
	}
	checked := 0
	for range 20 {
		if err := s.SignIn(httptest.NewRecorder(), request(t, from(address), withCookie(device)), "guess"); errors.Is(err, auth.ErrWrongPassword) {
			checked++
		}
	}
	if checked != 5 {
		t.Errorf("%d of 20 guesses from a known device were checked, want 5", checked)
	}
	// It opens nothing, and ends with the password.
	if known(t, s, withCookie(device)) {
		t.Error("the device's cookie signs in")
	}
	s = prepared(t, db, "another password", func(c *auth.Config) { c.Now = clock.Now })
	for range 20 {
		_ = s.SignIn(httptest.NewRecorder(), request(t, from(address)), "guess")
	}
	if err := s.SignIn(httptest.NewRecorder(), request(t, from(address), withCookie(device)), "another password"); !errors.As(err, &throttled) {
		t.Errorf("a device of before the change of the password: %v", err)
	}
}

func TestWeakPasswordsAndChangedOnesAreNamedInTheLog(t *testing.T) {
	t.Parallel()
	for password, weak := range map[string]bool{
		"short": true, "aaaaaaaaaaaaaaaa": true, "Administrator1": true, "password-1234": true,
		"correct horse battery": false, "x7fo-7qrl3-fiar4": false,
	} {
		db := databasetest.Open(t, databasetest.SQLite(t))
		var log bytes.Buffer
		logged := func(c *auth.Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) }
		prepared(t, db, password, logged)
		if got := strings.Contains(log.String(), "easy to guess"); got != weak {
			t.Errorf("%q: weak %t, want %t; log %s", password, got, weak, log.String())
		}
		if strings.Contains(log.String(), password) || strings.Contains(log.String(), "was changed") {
			t.Errorf("log: %s", log.String())
		}
		prepared(t, db, "quite another one", logged)
		if !strings.Contains(log.String(), "was changed") {
			t.Errorf("the change is not named: %s", log.String())
		}
	}
}

func TestAProxyOnThisMachineProvesItselfByItsSecret(t *testing.T) {
	t.Parallel()
	proxies, err := auth.ParseProxies([]string{"127.0.0.1"}, "")
	if err != nil {
		t.Fatal(err)
	}
	s := newService(t, databasetest.Open(t, databasetest.SQLite(t)), func(c *auth.Config) {
		c.Proxies, c.ProxyUserHeader, c.ProxySecret = proxies, "X-Forwarded-User", "between us"
	})
	user, proof := withHeader("X-Forwarded-User", "info"), withHeader(auth.ProxySecretHeader, "between us")
	if !known(t, s, from("127.0.0.1"), user, proof) {
		t.Error("the proxy is not believed")
	}
	for what, change := range map[string][]func(*http.Request){
		"another program of this machine": {from("127.0.0.1"), user},
		"a guess":                         {from("127.0.0.1"), user, withHeader(auth.ProxySecretHeader, "between them")},
		"two secrets":                     {from("127.0.0.1"), user, proof, proof},
		"the secret from elsewhere":       {from("192.0.2.1"), user, proof},
	} {
		if known(t, s, change...) {
			t.Errorf("%s: signed in", what)
		}
	}
}
