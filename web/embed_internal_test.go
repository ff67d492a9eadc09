package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

const script = "console.log('the script')"

func gzipped(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// built is what a build of the app leaves, in small.
func built(t *testing.T) fstest.MapFS {
	t.Helper()
	return fstest.MapFS{
		"dist-absent.html":                         {Data: []byte("<h1>not built</h1>")},
		"dist/index.html.gz":                       {Data: gzipped(t, "<h1>the app</h1>")},
		"dist/mark.svg.gz":                         {Data: gzipped(t, "<svg/>")},
		"dist/assets/index-B0aF_9x1.js.gz":         {Data: gzipped(t, script)},
		"dist/assets/index-Zz91_aaa.css.gz":        {Data: gzipped(t, "body{}")},
		"dist/assets/icons-00aa11bb.woff2":         {Data: []byte("a font")},
		"dist/graphiql/index.html.gz":              {Data: gzipped(t, "<h1>the playground</h1>")},
		"dist/graphiql/assets/main-C0ffee00.js.gz": {Data: gzipped(t, script)},
	}
}

func get(t *testing.T, h http.Handler, target string, header ...string) *http.Response {
	t.Helper()
	return do(t, h, http.MethodGet, target, header...)
}

func do(t *testing.T, h http.Handler, method, target string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestFilesHaveTheirTypeAndCache(t *testing.T) {
	t.Parallel()
	app := newSite(built(t), "dist", "", appPolicy)
	playground := newSite(built(t), "dist/graphiql", "/graphiql", graphiqlPolicy)
	const forever = "public, max-age=31536000, immutable"
	for _, c := range []struct {
		site                 *site
		path, typ, cache, is string
	}{
		{app, "/", "text/html; charset=utf-8", "no-cache", "<h1>the app</h1>"},
		{app, "/mark.svg", "image/svg+xml", "no-cache", "<svg/>"},
		{app, "/assets/index-B0aF_9x1.js", "text/javascript; charset=utf-8", forever, script},
		{app, "/assets/index-Zz91_aaa.css", "text/css; charset=utf-8", forever, "body{}"},
		{app, "/assets/icons-00aa11bb.woff2", "font/woff2", forever, "a font"},
		{playground, "/graphiql", "text/html; charset=utf-8", "no-cache", "<h1>the playground</h1>"},
		{playground, "/graphiql/", "text/html; charset=utf-8", "no-cache", "<h1>the playground</h1>"},
		{playground, "/graphiql/assets/main-C0ffee00.js", "text/javascript; charset=utf-8", forever, script},
	} {
		r := get(t, c.site, c.path)
		if r.StatusCode != http.StatusOK {
			t.Errorf("%s: status %d, want 200", c.path, r.StatusCode)
		}
		if got := r.Header.Get("Content-Type"); got != c.typ {
			t.Errorf("%s: type %q, want %q", c.path, got, c.typ)
		}
		if got := r.Header.Get("Cache-Control"); got != c.cache {
			t.Errorf("%s: cache %q, want %q", c.path, got, c.cache)
		}
		if got := body(t, r); got != c.is {
			t.Errorf("%s: body %q, want %q", c.path, got, c.is)
		}
	}
}

func TestCompressedFilesAreSentAsTheClientTakesThem(t *testing.T) {
	t.Parallel()
	app := newSite(built(t), "dist", "", appPolicy)
	const path = "/assets/index-B0aF_9x1.js"
	for accept, compressed := range map[string]bool{
		"gzip":                    true,
		"gzip, deflate, br, zstd": true,
		"br;q=1.0, *;q=0.1":       true,
		"gzip;q=0":                false,
		"gzip; q=0.0, *":          false,
		"br":                      false,
		"identity":                false,
	} {
		r := get(t, app, path, "Accept-Encoding", accept)
		if got := r.Header.Get("Content-Encoding") == "gzip"; got != compressed {
			t.Errorf("Accept-Encoding %q: gzip %t, want %t", accept, got, compressed)
		}
		if got := r.Header.Get("Vary"); got != "Accept-Encoding" {
			t.Errorf("Accept-Encoding %q: Vary %q", accept, got)
		}
		text := body(t, r)
		if compressed {
			z, err := gzip.NewReader(strings.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(z)
			if err != nil {
				t.Fatal(err)
			}
			text = string(b)
		}
		if text != script {
			t.Errorf("Accept-Encoding %q: %q, want the script", accept, text)
		}
	}
}

func TestAClientThatHasAFileGetsItsHeadersOnly(t *testing.T) {
	t.Parallel()
	app := newSite(built(t), "dist", "", appPolicy)
	tag := get(t, app, "/jobs/7", "Accept-Encoding", "gzip").Header.Get("ETag")
	if tag == "" || tag == get(t, app, "/jobs/7").Header.Get("ETag") {
		t.Fatalf("ETag %q: both encodings need one, and each its own", tag)
	}
	for header, status := range map[string]int{
		tag:                        http.StatusNotModified,
		`"other", W/` + tag:        http.StatusNotModified,
		"*":                        http.StatusNotModified,
		`"other"`:                  http.StatusOK,
		strings.Trim(tag, `"`):     http.StatusOK,
		strings.ToUpper(tag) + "x": http.StatusOK,
	} {
		r := get(t, app, "/jobs/7", "Accept-Encoding", "gzip", "If-None-Match", header)
		if r.StatusCode != status {
			t.Errorf("If-None-Match %s: status %d, want %d", header, r.StatusCode, status)
		}
		if status == http.StatusNotModified && body(t, r) != "" {
			t.Errorf("If-None-Match %s: has a body", header)
		}
	}
	if r := do(t, app, http.MethodHead, "/", "Accept-Encoding", "gzip"); body(t, r) != "" || r.Header.Get("Content-Length") == "" {
		t.Errorf("HEAD: a body, or no length")
	}
}

func TestRoutesOfTheAppGetItsPage(t *testing.T) {
	t.Parallel()
	app := newSite(built(t), "dist", "", appPolicy)
	for path, status := range map[string]int{
		"/":                   http.StatusOK,
		"/login":              http.StatusOK,
		"/jobs/new":           http.StatusOK,
		"/jobs/42":            http.StatusOK,
		"/batches":            http.StatusOK,
		"/batches/7":          http.StatusOK,
		"/elsewhere":          http.StatusNotFound,
		"/jobs/../../etc":     http.StatusOK,
		"/dist/index.html.gz": http.StatusNotFound,
	} {
		r := get(t, app, path)
		if r.StatusCode != status || body(t, r) != "<h1>the app</h1>" {
			t.Errorf("%s: status %d, want %d with the page", path, r.StatusCode, status)
		}
	}
	r := get(t, app, "/assets/index-gone0000.js")
	if text := body(t, r); r.StatusCode != http.StatusNotFound || strings.Contains(text, "<") {
		t.Errorf("a missing asset: status %d and %q, want 404 and no page", r.StatusCode, text)
	}
	if got := r.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("a missing asset: Cache-Control %q, want no-store", got)
	}
	if r := do(t, app, http.MethodPost, "/"); r.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: status %d, want 405", r.StatusCode)
	}
}

func TestEveryAnswerCarriesTheSafetyHeaders(t *testing.T) {
	t.Parallel()
	app := newSite(built(t), "dist", "", appPolicy)
	playground := newSite(built(t), "dist/graphiql", "/graphiql", graphiqlPolicy)
	for _, c := range []struct {
		site *site
		path string
	}{{app, "/"}, {app, "/assets/gone.js"}, {app, "/nowhere"}, {playground, "/graphiql"}} {
		h := get(t, c.site, c.path).Header
		csp := h.Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'self'") || !strings.Contains(csp, "frame-ancestors 'none'") {
			t.Errorf("%s: policy %q", c.path, csp)
		}
		if strings.Contains(csp, "'unsafe-inline'") != (c.site == playground) {
			t.Errorf("%s: policy %q allows inline styles in the wrong place", c.path, csp)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") == "" {
			t.Errorf("%s: headers %v", c.path, h)
		}
	}
}

func TestWithoutABuildThePageSaysHowToMakeOne(t *testing.T) {
	t.Parallel()
	bare := fstest.MapFS{"dist-absent.html": {Data: []byte("<h1>not built</h1>")}}
	for prefix, s := range map[string]*site{
		"":          newSite(bare, "dist", "", appPolicy),
		"/graphiql": newSite(bare, "dist/graphiql", "/graphiql", graphiqlPolicy),
	} {
		r := get(t, s, prefix+"/")
		if text := body(t, r); r.StatusCode != http.StatusOK || text != "<h1>not built</h1>" {
			t.Errorf("%s/: status %d and %q", prefix, r.StatusCode, text)
		}
	}
}

func TestThisBinaryServesAPageEitherWay(t *testing.T) {
	t.Parallel()
	r := get(t, Handler(), "/")
	text := body(t, r)
	if r.StatusCode != http.StatusOK || !strings.Contains(text, "<!doctype html>") {
		t.Errorf("status %d and %q, want a page", r.StatusCode, text)
	}
	if Built() != strings.Contains(text, "/assets/") {
		t.Errorf("Built is %t, but the page is %q", Built(), text)
	}
}
