package web

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// Content security policies. The app runs with nothing inline at all. Monaco,
// the editor inside GraphiQL, makes style elements while it runs and holds its
// icon font in a data URL, so the playground's page, and it alone, allows these.
const (
	appPolicy = "default-src 'self'; base-uri 'none'; object-src 'none'; " +
		"form-action 'self'; frame-ancestors 'none'"
	graphiqlPolicy = "default-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; " +
		"img-src 'self' data:; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"
)

const (
	indexPage = "/index.html"
	// assets is the folder of the files that Vite names by their content.
	assets = "/assets/"
)

// types are the media types of everything that a build produces. They are
// listed, not looked up, because the system's own tables differ by machine.
var types = map[string]string{
	".css":   "text/css; charset=utf-8",
	".html":  "text/html; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".json":  "application/json",
	".map":   "application/json",
	".png":   "image/png",
	".svg":   "image/svg+xml",
	".ttf":   "font/ttf",
	".txt":   "text/plain; charset=utf-8",
	".woff":  "font/woff",
	".woff2": "font/woff2",
}

// site serves one built page and the files that belong to it.
type site struct {
	fsys   fs.FS
	prefix string          // of its URLs, without a slash at the end
	files  map[string]file // by URL path below prefix
	policy string
}

// file is one embedded file.
type file struct {
	name   string // in fsys
	size   int64  // bytes as stored
	gzip   bool   // stored gzipped
	typ    string
	tag    string // hash of what is stored
	hashed bool   // its URL changes when its content does
}

// newSite indexes the files below dir in fsys. A site whose dir is not there, or
// has no page, serves absentPage from fsys for every path.
func newSite(fsys fs.FS, dir, prefix, policy string) *site {
	s := &site{fsys: fsys, prefix: prefix, files: map[string]file{}, policy: policy}
	_ = fs.WalkDir(fsys, dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return nil //nolint:nilerr // A folder that is not there has no files; what this means is decided below.
		}
		if f, err := describe(fsys, name); err == nil {
			s.files[strings.TrimSuffix(strings.TrimPrefix(name, dir), ".gz")] = f
		}
		return nil
	})
	if _, ok := s.files[indexPage]; !ok {
		s.files = map[string]file{}
		if f, err := describe(fsys, absentPage); err == nil {
			s.files[indexPage] = f
		}
	}
	return s
}

// describe reads a file once for its hash. What it returns is served later
// without being held in memory twice.
func describe(fsys fs.FS, name string) (file, error) {
	r, err := fsys.Open(name)
	if err != nil {
		return file{}, fmt.Errorf("open %s: %w", name, err)
	}
	defer func() { _ = r.Close() }()
	hash := sha256.New()
	size, err := io.Copy(hash, r)
	if err != nil {
		return file{}, fmt.Errorf("read %s: %w", name, err)
	}
	plain := strings.TrimSuffix(name, ".gz")
	typ, ok := types[path.Ext(plain)]
	if !ok {
		typ = "application/octet-stream"
	}
	return file{
		name:   name,
		size:   size,
		gzip:   plain != name,
		typ:    typ,
		tag:    base64.RawURLEncoding.EncodeToString(hash.Sum(nil)[:12]),
		hashed: strings.Contains(name, assets),
	}, nil
}

// ServeHTTP answers with a file, or with the page where the path names no file.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Security-Policy", s.policy)
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("X-Frame-Options", "DENY")

	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		header.Set("Allow", "GET, HEAD")
		http.Error(w, "Method not allowed", http.StatusMethodNotAllowed)
		return
	}

	name := strings.TrimPrefix(r.URL.Path, s.prefix)
	f, found := s.files[name]
	if found {
		s.serve(w, r, f, http.StatusOK)
		return
	}
	page, ok := s.files[indexPage]
	// A missing asset must not be answered with a page: a browser that holds an
	// old page would take it for a broken script instead of loading anew.
	if !ok || strings.HasPrefix(name, assets) {
		header.Set("Cache-Control", "no-store")
		http.Error(w, "Not found", http.StatusNotFound)
		return
	}
	status := http.StatusNotFound
	if isRoute(name) {
		status = http.StatusOK
	}
	s.serve(w, r, page, status)
}

// isRoute tells whether the app has a page of its own at a path.
func isRoute(name string) bool {
	switch name {
	case "", "/", "/login", "/jobs", "/jobs/", "/batches", "/batches/":
		return true
	}
	return strings.HasPrefix(name, "/jobs/") || strings.HasPrefix(name, "/batches/")
}

// serve sends one file, compressed as it is stored where the client takes
// that, and nothing but headers where the client has it already.
func (s *site) serve(w http.ResponseWriter, r *http.Request, f file, status int) {
	header := w.Header()
	header.Set("Content-Type", f.typ)
	header.Set("Cache-Control", "no-cache")
	if f.hashed {
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	compressed := f.gzip && acceptsGzip(r.Header.Values("Accept-Encoding"))
	tag := `"` + f.tag + `"`
	if f.gzip {
		header.Set("Vary", "Accept-Encoding")
		if compressed {
			tag = `"` + f.tag + `-gzip"`
		}
	}
	header.Set("ETag", tag)
	if status == http.StatusOK && matches(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}

	stored, err := s.fsys.Open(f.name)
	if err != nil {
		http.Error(w, "Internal server error", http.StatusInternalServerError)
		return
	}
	defer func() { _ = stored.Close() }()
	body := io.Reader(stored)
	switch {
	case compressed:
		header.Set("Content-Encoding", "gzip")
		header.Set("Content-Length", strconv.FormatInt(f.size, 10))
	case f.gzip:
		// Rare: a client without gzip pays with our time, not with a second copy in the binary.
		if body, err = gzip.NewReader(stored); err != nil {
			http.Error(w, "Internal server error", http.StatusInternalServerError)
			return
		}
	default:
		header.Set("Content-Length", strconv.FormatInt(f.size, 10))
	}
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return
	}
	// The client went away: there is nobody left to tell.
	_, _ = io.Copy(w, body) //nolint:gosec // Embedded at build time; nobody else's bytes.
}

// acceptsGzip reads Accept-Encoding (RFC 9110, section 12.5.3) as far as it
// matters: gzip or * is listed and not given the weight 0.
func acceptsGzip(values []string) bool {
	wildcard := false
	for item := range strings.SplitSeq(strings.Join(values, ","), ",") {
		coding, weight, _ := strings.Cut(strings.TrimSpace(item), ";")
		refused := false
		if q, ok := strings.CutPrefix(strings.ReplaceAll(weight, " ", ""), "q="); ok {
			value, err := strconv.ParseFloat(q, 64)
			refused = err == nil && value == 0
		}
		switch strings.ToLower(strings.TrimSpace(coding)) {
		case "gzip", "x-gzip":
			return !refused
		case "*":
			wildcard = !refused
		}
	}
	return wildcard
}

// matches reads If-None-Match (RFC 9110, section 13.1.2): a list of tags,
// compared weakly, or *.
func matches(header, tag string) bool {
	for item := range strings.SplitSeq(header, ",") {
		item = strings.TrimSpace(item)
		if item == "*" || strings.TrimPrefix(item, "W/") == tag {
			return true
		}
	}
	return false
}
