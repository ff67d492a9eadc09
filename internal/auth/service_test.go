package auth_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"mailferry/internal/auth"
	"mailferry/internal/database"
	databasetest "mailferry/internal/testkit/database"
)

// clock is a time that tests move.
type clock struct {
	mu   sync.Mutex
	time time.Time
}

func newClock() *clock { return &clock{time: time.Now()} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.time
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.time = c.time.Add(d)
}

func newService(t *testing.T, db *database.DB, change ...func(*auth.Config)) *auth.Service {
	t.Helper()
	config := auth.Config{DB: db, Logger: slog.New(slog.DiscardHandler)}
	for _, c := range change {
		c(&config)
	}
	return auth.NewService(config)
}

// prepared is a service whose administrator has this password.
func prepared(t *testing.T, db *database.DB, password string, change ...func(*auth.Config)) *auth.Service {
	t.Helper()
	s := newService(t, db, change...)
	if _, err := s.PrepareAdministrator(t.Context(), password); err != nil {
		t.Fatal(err)
	}
	return s
}

func request(t *testing.T, change ...func(*http.Request)) *http.Request {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "http://mailferry.test/login", nil).WithContext(t.Context())
	r.RemoteAddr = "192.0.2.7:1234"
	for _, c := range change {
		c(r)
	}
	return r
}

func withCookie(cookie *http.Cookie) func(*http.Request) {
	return func(r *http.Request) { r.AddCookie(cookie) }
}

func withHeader(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Add(name, value) }
}

func from(addr string) func(*http.Request) {
	return func(r *http.Request) { r.RemoteAddr = addr + ":1234" }
}

// signIn returns the session's cookie.
func signIn(t *testing.T, s *auth.Service, password string, change ...func(*http.Request)) *http.Cookie {
	t.Helper()
	w := httptest.NewRecorder()
	if err := s.SignIn(w, request(t, change...), password); err != nil {
		t.Fatal(err)
	}
	cookies := w.Result().Cookies()
	if len(cookies) == 0 {
		t.Fatal("no cookie")
	}
	return cookies[0]
}

func known(t *testing.T, s *auth.Service, change ...func(*http.Request)) bool {
	t.Helper()
	_, err := s.Authenticate(request(t, change...))
	if err != nil && !errors.Is(err, auth.ErrUnauthenticated) {
		t.Fatal(err)
	}
	return err == nil
}

func TestAdministratorSignsInAndOut(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := prepared(t, db, "correct horse")
		w := httptest.NewRecorder()
		if err := s.SignIn(w, request(t), "wrong horse"); !errors.Is(err, auth.ErrWrongPassword) || len(w.Result().Cookies()) > 0 {
			t.Errorf("a wrong password: %v, cookies %v", err, w.Result().Cookies())
		}
		cookie := signIn(t, s, "correct horse")
		if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Secure || cookie.Domain != "" {
			t.Errorf("cookie %+v", cookie)
		}
		if !known(t, s, withCookie(cookie)) {
			t.Error("the session is unknown")
		}
		// Another server run on the same database knows it too.
		if !known(t, newService(t, db), withCookie(cookie)) {
			t.Error("the session is unknown after a restart")
		}
		var stored []string
		if err := db.NewSelect().Table("sessions").Column("token_hash").Scan(t.Context(), &stored); err != nil {
			t.Fatal(err)
		}
		if len(stored) != 1 || strings.Contains(stored[0], cookie.Value) {
			t.Errorf("stored sessions %v, want one, by its hash", stored)
		}
		again := signIn(t, s, "correct horse", withCookie(cookie))
		if again.Value == cookie.Value || known(t, s, withCookie(cookie)) {
			t.Error("a sign-in keeps the session that came with it")
		}
		w = httptest.NewRecorder()
		s.SignOut(w, request(t, withCookie(again)))
		if known(t, s, withCookie(again)) {
			t.Error("the session outlives the sign-out")
		}
		if cookies := w.Result().Cookies(); len(cookies) != 1 || cookies[0].MaxAge >= 0 || cookies[0].Value != "" {
			t.Errorf("cookies after the sign-out: %v", cookies)
		}
		for _, bad := range []string{"", "x", strings.Repeat("x", 10_000), again.Value + "x"} {
			if known(t, s, withCookie(&http.Cookie{Name: again.Name, Value: bad})) {
				t.Errorf("cookie %.20q is a session", bad)
			}
		}
	})
}

func TestSessionsExpire(t *testing.T) {
	t.Parallel()
	db := databasetest.Open(t, databasetest.SQLite(t))
	s := prepared(t, db, "correct horse", func(c *auth.Config) { c.SessionLifetime = time.Hour })
	cookie := signIn(t, s, "correct horse")
	if left := time.Until(cookie.Expires); left < 719*time.Hour || left > 720*time.Hour {
		t.Errorf("the cookie lasts %v, want as long as a session can", left)
	}
	later := newClock()
	later.advance(time.Hour + time.Second)
	s = newService(t, db, func(c *auth.Config) { c.Now = later.Now })
	if known(t, s, withCookie(cookie)) {
		t.Error("an expired session is known")
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); s.Run(ctx) }()
	for deadline := time.Now().Add(10 * time.Second); ; {
		n, err := db.NewSelect().Table("sessions").Count(t.Context())
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("%d sessions are left, %v", n, err)
		}
		if n == 0 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	cancel()
	<-done
}

func TestPasswordIsGeneratedOnceAndChangedByConfiguration(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := newService(t, db)
		if err := s.SignIn(httptest.NewRecorder(), request(t), ""); err == nil {
			t.Error("signed in before there is an administrator")
		}
		generated, err := s.PrepareAdministrator(t.Context(), "")
		if err != nil || len(generated) < 20 {
			t.Fatalf("generated %q, %v", generated, err)
		}
		cookie := signIn(t, s, generated)
		if again, err := newService(t, db).PrepareAdministrator(t.Context(), ""); again != "" || err != nil {
			t.Errorf("second start: %q, %v", again, err)
		}
		signIn(t, s, generated)

		s = prepared(t, db, "configured")
		if known(t, s, withCookie(cookie)) {
			t.Error("a session outlives the change of the password")
		}
		if err := s.SignIn(httptest.NewRecorder(), request(t), generated); !errors.Is(err, auth.ErrWrongPassword) {
			t.Errorf("the old password: %v", err)
		}
		cookie = signIn(t, s, "configured")
		s = prepared(t, db, "configured")
		if !known(t, s, withCookie(cookie)) {
			t.Error("a session ends at a restart with the same password")
		}
		var stored string
		if err := db.NewSelect().Table("administrator").Column("password_hash").Scan(t.Context(), &stored); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(stored, "$argon2id$v=19$m=19456,t=2,p=1$") || strings.Contains(stored, "configured") {
			t.Errorf("stored as %s", stored)
		}
	})
}

func TestGuessingIsThrottledAlsoInParallel(t *testing.T) {
	t.Parallel()
	db := databasetest.Open(t, databasetest.SQLite(t))
	time := newClock()
	s := prepared(t, db, "correct horse", func(c *auth.Config) { c.Now = time.Now })
	guess := func(addr, password string) error {
		return s.SignIn(httptest.NewRecorder(), request(t, from(addr)), password)
	}
	signIn(t, s, "correct horse", from("192.0.2.1"))

	var mu sync.Mutex
	var all sync.WaitGroup
	checked, throttled := 0, 0
	for range 100 {
		all.Go(func() {
			err := guess("192.0.2.66", "wrong")
			var limited *auth.ThrottledError
			mu.Lock()
			defer mu.Unlock()
			switch {
			case errors.As(err, &limited) && limited.RetryAfter > 0:
				throttled++
			case errors.Is(err, auth.ErrWrongPassword):
				checked++
			default:
				t.Errorf("guess: %v", err)
			}
		})
	}
	all.Wait()
	if checked != 5 || throttled != 95 {
		t.Errorf("%d of 100 parallel guesses were checked, want 5", checked)
	}
	var limited *auth.ThrottledError
	if err := guess("192.0.2.66", "correct horse"); !errors.As(err, &limited) {
		t.Errorf("the right password from a throttled address: %v", err)
	}
	if err := guess("[2001:db8::1]", "wrong"); !errors.Is(err, auth.ErrWrongPassword) {
		t.Errorf("another address: %v", err)
	}
	for i := range 4 {
		_ = guess("[2001:db8::"+string(rune('2'+i))+"]", "wrong")
	}
	if err := guess("[2001:db8::ffff:1]", "wrong"); !errors.As(err, &limited) {
		t.Errorf("the same network of IPv6: %v", err)
	}
	// Strangers by the hundred use up what all have together, and do not lock the administrator out.
	stopped := 0
	for i := range 100 {
		if err := guess("198.51.100."+string("0123456789"[i/10])+string("0123456789"[i%10]), "wrong"); errors.As(err, &limited) {
			stopped++
		}
	}
	if stopped < 40 {
		t.Errorf("%d of 100 strangers were stopped", stopped)
	}
	if err := guess("192.0.2.1", "wrong"); !errors.Is(err, auth.ErrWrongPassword) {
		t.Errorf("the administrator's address: %v", err)
	}
	signIn(t, s, "correct horse", from("192.0.2.1"))
	time.advance(11 * 1e9)
	if err := guess("192.0.2.66", "wrong"); !errors.Is(err, auth.ErrWrongPassword) {
		t.Errorf("after a while: %v", err)
	}
}

func TestAPITokens(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		now := newClock()
		s := newService(t, db, func(c *auth.Config) { c.APIToken = "configured-token"; c.Now = now.Now })
		bearer := func(secret string) (auth.Principal, error) {
			return s.Authenticate(request(t, withHeader("Authorization", "Bearer "+secret)))
		}
		token, secret, err := auth.CreateToken(t.Context(), db, now.Now(), " deploy ", false)
		if err != nil {
			t.Fatal(err)
		}
		_, readSecret, err := auth.CreateToken(t.Context(), db, now.Now(), "dashboard", true)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := auth.CreateToken(t.Context(), db, now.Now(), "deploy", false); !errors.Is(err, auth.ErrTokenExists) {
			t.Errorf("the same name again: %v", err)
		}
		for _, name := range []string{"", " ", "a\nb", strings.Repeat("x", 101)} {
			if _, _, err := auth.CreateToken(t.Context(), db, now.Now(), name, false); !errors.Is(err, auth.ErrTokenName) {
				t.Errorf("name %.10q: %v", name, err)
			}
		}
		if p, err := bearer(secret); err != nil || p.Name != "deploy" || p.ReadOnly || p.Browser() {
			t.Errorf("deploy is %+v, %v", p, err)
		}
		if p, err := bearer(readSecret); err != nil || !p.ReadOnly {
			t.Errorf("dashboard is %+v, %v", p, err)
		}
		if p, err := bearer("configured-token"); err != nil || p.ReadOnly {
			t.Errorf("the configured token is %+v, %v", p, err)
		}
		for _, bad := range []string{"", "configured-toke", secret + "x", strings.Repeat("x", 100_000)} {
			if p, err := bearer(bad); !errors.Is(err, auth.ErrUnauthenticated) {
				t.Errorf("%.20q is %+v, %v", bad, p, err)
			}
		}
		if _, err := s.Authenticate(request(t, withHeader("Authorization", "Basic "+secret))); !errors.Is(err, auth.ErrUnauthenticated) {
			t.Errorf("Basic: %v", err)
		}
		tokens, err := auth.ListTokens(t.Context(), db)
		if err != nil || len(tokens) != 2 || tokens[0].LastUsedAt == nil || strings.Contains(tokens[0].TokenHash, secret) {
			t.Errorf("tokens %+v, %v", tokens, err)
		}
		if revoked, err := auth.RevokeToken(t.Context(), db, "deploy"); err != nil || revoked.ID != token.ID {
			t.Errorf("revoked %+v, %v", revoked, err)
		}
		if _, err := bearer(secret); !errors.Is(err, auth.ErrUnauthenticated) {
			t.Errorf("a revoked token: %v", err)
		}
		if _, err := auth.RevokeToken(t.Context(), db, "deploy"); !errors.Is(err, auth.ErrTokenUnknown) {
			t.Errorf("revoked twice: %v", err)
		}
		if _, err := auth.RevokeToken(t.Context(), db, "2"); err != nil {
			t.Errorf("revoked by id: %v", err)
		}
	})
}

func TestWhatIsHeldEndsWithItsCredentials(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := prepared(t, db, "correct horse", func(c *auth.Config) { c.CheckPause = 5 * time.Millisecond; c.SessionLifetime = time.Hour })
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); s.Run(ctx) }()
		t.Cleanup(func() { cancel(); <-done })
		wait := func(what string, held context.Context) {
			t.Helper()
			select {
			case <-held.Done():
				if !errors.Is(context.Cause(held), auth.ErrEnded) {
					t.Errorf("%s ended with %v", what, context.Cause(held))
				}
			case <-time.After(10 * time.Second):
				t.Errorf("%s goes on", what)
			}
		}

		cookie, other := signIn(t, s, "correct horse"), signIn(t, s, "correct horse")
		hold := func(cookie *http.Cookie) context.Context {
			principal, err := s.Authenticate(request(t, withCookie(cookie)))
			if err != nil {
				t.Fatal(err)
			}
			held, release, err := s.AuthorizeSocket(auth.NewContext(t.Context(), principal), "")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(release)
			return held
		}
		first, second := hold(cookie), hold(other)
		principal, _ := s.Authenticate(request(t, withCookie(cookie)))
		s.SignOut(httptest.NewRecorder(), request(t, withCookie(cookie)))
		wait("a session's socket after the sign-out", first)
		if second.Err() != nil {
			t.Error("another session's socket ended too")
		}
		if _, _, err := s.Hold(t.Context(), principal); !errors.Is(err, auth.ErrUnauthenticated) {
			t.Errorf("held after the sign-out: %v", err)
		}

		_, secret, err := auth.CreateToken(t.Context(), db, time.Now(), "script", true)
		if err != nil {
			t.Fatal(err)
		}
		byToken, release, err := s.AuthorizeSocket(t.Context(), "Bearer "+secret)
		if err != nil {
			t.Fatal(err)
		}
		defer release()
		if p, ok := auth.FromContext(byToken); !ok || !p.ReadOnly {
			t.Errorf("the socket's principal is %+v", p)
		}
		if _, err := auth.RevokeToken(t.Context(), db, "script"); err != nil {
			t.Fatal(err)
		}
		wait("a revoked token's socket", byToken)
		if _, _, err := s.AuthorizeSocket(t.Context(), "Bearer "+secret); !errors.Is(err, auth.ErrUnauthenticated) {
			t.Errorf("a socket by a revoked token: %v", err)
		}
		if _, _, err := s.AuthorizeSocket(auth.NewContext(t.Context(), principal), "Bearer wrong"); !errors.Is(err, auth.ErrUnauthenticated) {
			t.Errorf("a wrong token over a good session: %v", err)
		}

		brief := prepared(t, db, "correct horse", func(c *auth.Config) {
			c.SessionLifetime, c.SessionEnd = 300*time.Millisecond, 300*time.Millisecond
		})
		expiring, err := brief.Authenticate(request(t, withCookie(signIn(t, brief, "correct horse"))))
		if err != nil {
			t.Fatal(err)
		}
		held, release, err := brief.Hold(t.Context(), expiring)
		if err != nil {
			t.Fatal(err)
		}
		defer release()
		wait("an expired session's socket", held)
	})
}

// A session lasts as long as it is used, by requests or by a page that stays open, up to its end.
func TestSessionsSlideWhileTheyAreUsed(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		now := newClock()
		s := prepared(t, db, "correct horse", func(c *auth.Config) {
			c.Now, c.SessionLifetime, c.SessionEnd = now.Now, 24*time.Hour, 72*time.Hour
		})
		used, idle := signIn(t, s, "correct horse"), signIn(t, s, "correct horse")
		for range 4 {
			now.advance(17 * time.Hour)
			if !known(t, s, withCookie(used)) {
				t.Fatalf("a session that is used is unknown at %v", now.Now())
			}
		}
		if known(t, s, withCookie(idle)) {
			t.Error("a session that nobody used is known")
		}
		// 68 hours have passed; four are left, however much it is used.
		now.advance(3 * time.Hour)
		if !known(t, s, withCookie(used)) {
			t.Error("the session has ended before its time")
		}
		now.advance(2 * time.Hour)
		if known(t, s, withCookie(used)) {
			t.Error("the session goes on beyond its end")
		}
	})
}

func TestAnOpenPageKeepsItsSession(t *testing.T) {
	t.Parallel()
	db := databasetest.Open(t, databasetest.SQLite(t))
	now := newClock()
	s := prepared(t, db, "correct horse", func(c *auth.Config) {
		c.Now, c.CheckPause = now.Now, time.Millisecond
	})
	cookie := signIn(t, s, "correct horse")
	principal, err := s.Authenticate(request(t, withCookie(cookie)))
	if err != nil {
		t.Fatal(err)
	}
	held, release, err := s.Hold(t.Context(), principal)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { s.Run(ctx) })
	defer func() { cancel(); running.Wait() }()
	for day := range 5 {
		before := expiry(t, db)
		now.advance(20 * time.Hour)
		for deadline := time.Now().Add(20 * time.Second); !expiry(t, db).After(before); time.Sleep(time.Millisecond) {
			if held.Err() != nil || time.Now().After(deadline) {
				t.Fatalf("day %d: the session was not renewed: %v", day, context.Cause(held))
			}
		}
	}
}

// expiry is when the only session ends.
func expiry(t *testing.T, db *database.DB) time.Time {
	t.Helper()
	var at time.Time
	if err := db.NewSelect().Table("sessions").Column("expires_at").Scan(t.Context(), &at); err != nil {
		t.Fatal(err)
	}
	return at
}

// Browsers send a cookie to every port of its host.
func TestServersOnOneHostKeepTheirSessionsApart(t *testing.T) {
	t.Parallel()
	named := func(host string) func(*http.Request) { return func(r *http.Request) { r.Host = host } }
	first := prepared(t, databasetest.Open(t, databasetest.SQLite(t)), "correct horse")
	second := prepared(t, databasetest.Open(t, databasetest.SQLite(t)), "battery staple")
	ofFirst := signIn(t, first, "correct horse", named("mailferry.test:8080"))
	ofSecond := signIn(t, second, "battery staple", named("mailferry.test:8081"))
	if ofFirst.Name == ofSecond.Name {
		t.Fatalf("both are called %s: a browser keeps one of them", ofFirst.Name)
	}
	both := []func(*http.Request){withCookie(ofFirst), withCookie(ofSecond)}
	if !known(t, first, append(both, named("mailferry.test:8080"))...) || !known(t, second, append(both, named("mailferry.test:8081"))...) {
		t.Error("a session is unknown beside the other server's")
	}
	// Behind a proxy the public address counts, whatever the proxy makes of it.
	proxies, err := auth.ParseProxies([]string{"192.0.2.7"}, "https://mailferry.test:8443")
	if err != nil {
		t.Fatal(err)
	}
	behind := prepared(t, databasetest.Open(t, databasetest.SQLite(t)), "correct horse", func(c *auth.Config) { c.Proxies = proxies })
	cookie := signIn(t, behind, "correct horse", withHeader("X-Forwarded-Proto", "https"), named("mailferry.test"))
	if cookie.Name != "__Host-mailferry-8443" {
		t.Errorf("the cookie is called %s", cookie.Name)
	}
}

func TestProxyHeadersAreBelievedFromTrustedAddressesOnly(t *testing.T) {
	t.Parallel()
	db := databasetest.Open(t, databasetest.SQLite(t))
	proxies, err := auth.ParseProxies([]string{"10.0.0.0/8", "::1"}, "https://mailferry.test")
	if err != nil {
		t.Fatal(err)
	}
	s := newService(t, db, func(c *auth.Config) {
		c.Proxies, c.ProxyUserHeader, c.ProxyUsers = proxies, "X-Forwarded-User", []string{"anna"}
	})
	user := withHeader("X-Forwarded-User", "anna")
	if p, err := s.Authenticate(request(t, from("10.1.2.3"), user)); err != nil || p.Name != "anna" || !p.Browser() {
		t.Errorf("from the proxy: %+v, %v", p, err)
	}
	for what, change := range map[string][]func(*http.Request){
		"from elsewhere":     {from("192.0.2.1"), user},
		"another user":       {from("10.1.2.3"), withHeader("X-Forwarded-User", "mallory")},
		"two headers":        {from("10.1.2.3"), user, user},
		"an empty header":    {from("10.1.2.3"), withHeader("X-Forwarded-User", " ")},
		"with a wrong token": {from("10.1.2.3"), user, withHeader("Authorization", "Bearer wrong")},
	} {
		if known(t, s, change...) {
			t.Errorf("%s: signed in", what)
		}
	}
	for _, c := range []struct {
		peer, forwarded, want string
	}{
		{"192.0.2.1", "203.0.113.9", "192.0.2.1"},
		{"10.0.0.1", "203.0.113.9", "203.0.113.9"},
		{"10.0.0.1", "1.1.1.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"},
		{"10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"},
		{"10.0.0.1", "garbage, 10.0.0.2", "10.0.0.2"},
		{"10.0.0.1", "", "10.0.0.1"},
		{"[::1]", "::ffff:203.0.113.9", "203.0.113.9"},
	} {
		if got := proxies.ClientAddr(request(t, from(c.peer), withHeader("X-Forwarded-For", c.forwarded))); got.String() != c.want {
			t.Errorf("%s for %q: client %s, want %s", c.peer, c.forwarded, got, c.want)
		}
	}
	https := withHeader("X-Forwarded-Proto", "https")
	elsewhere := func(r *http.Request) { r.Host = "other.test" }
	if !proxies.IsTLS(request(t, from("10.0.0.1"), https)) || proxies.IsTLS(request(t, from("192.0.2.1"), https, elsewhere)) || !proxies.IsTLS(request(t)) {
		t.Error("the scheme is believed from the wrong address, or not from the right one")
	}
	if (*auth.Proxies)(nil).IsTLS(request(t, https)) {
		t.Error("without trusted proxies the scheme is believed")
	}
	for _, bad := range [][2]string{{"10.0.0.0/99", ""}, {"proxy", ""}, {"", "mailferry.test"}, {"", "https://a.test/path"}, {"", "ftp://a.test"}} {
		if p, err := auth.ParseProxies([]string{bad[0]}, bad[1]); err == nil {
			t.Errorf("%v is read as %+v", bad, p)
		}
	}
}

func TestCookieIsSecureBehindTLS(t *testing.T) {
	t.Parallel()
	db := databasetest.Open(t, databasetest.SQLite(t))
	proxies, err := auth.ParseProxies([]string{"10.0.0.1"}, "")
	if err != nil {
		t.Fatal(err)
	}
	s := prepared(t, db, "correct horse", func(c *auth.Config) { c.Proxies = proxies })
	behind := []func(*http.Request){from("10.0.0.1"), withHeader("X-Forwarded-Proto", "https")}
	cookie := signIn(t, s, "correct horse", behind...)
	if !cookie.Secure || !strings.HasPrefix(cookie.Name, "__Host-") {
		t.Errorf("cookie %+v", cookie)
	}
	if !known(t, s, append(behind, withCookie(cookie))...) {
		t.Error("the session is unknown")
	}
	// A cookie that was planted over plain HTTP counts for nothing behind TLS.
	if known(t, s, append(behind, withCookie(&http.Cookie{Name: "mailferry", Value: cookie.Value}))...) {
		t.Error("a cookie without the prefix is a session behind TLS")
	}
}

func TestNothingSecretIsLogged(t *testing.T) {
	t.Parallel()
	db := databasetest.Open(t, databasetest.SQLite(t))
	var log bytes.Buffer
	s := prepared(t, db, "c4n4ry-password", func(c *auth.Config) {
		c.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		c.APIToken = "c4n4ry-token"
	})
	cookie := signIn(t, s, "c4n4ry-password")
	_ = s.SignIn(httptest.NewRecorder(), request(t), "c4n4ry-guess")
	s.SignOut(httptest.NewRecorder(), request(t, withCookie(cookie)))
	db.Close()
	_, err := s.Authenticate(request(t, withCookie(cookie)))
	if err == nil || strings.Contains(err.Error(), cookie.Value) {
		t.Errorf("with the database gone: %v", err)
	}
	if text := log.String() + err.Error(); strings.Contains(text, "c4n4ry") || strings.Contains(text, cookie.Value) {
		t.Errorf("log: %s", text)
	}
}
