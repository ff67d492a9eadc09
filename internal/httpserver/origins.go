package httpserver

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Origins are those whose pages may use the API: the server's own, and the configured ones.
type Origins struct {
	allowed    []string
	protection *http.CrossOriginProtection
}

// ParseOrigins reads origins as https://app.example.org. Public is the origin of the server's public URL, or empty.
func ParseOrigins(allowed []string, public string) (*Origins, error) {
	o := &Origins{protection: http.NewCrossOriginProtection()}
	for _, text := range append(slices.Clone(allowed), public) {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		u, err := url.Parse(text)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil ||
			strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
			return nil, fmt.Errorf("%q is not of the form https://app.example.org", text)
		}
		origin := u.Scheme + "://" + strings.ToLower(u.Host)
		if err := o.protection.AddTrustedOrigin(origin); err != nil {
			return nil, fmt.Errorf("%w", err)
		}
		o.allowed = append(o.allowed, origin)
	}
	return o, nil
}

// Allows says whether a page of this origin may use the API by this request: for WebSockets, which browsers let any
// page open.
func (o *Origins) Allows(r *http.Request, origin string) bool {
	if slices.Contains(o.allowed, strings.ToLower(origin)) {
		return true
	}
	return isOrigin(origin) && strings.EqualFold(origin[strings.Index(origin, "://")+3:], r.Host)
}

// isOrigin says whether a text is an origin as browsers send it (RFC 6454, section 6.2): scheme, host and port, and
// nothing else. Anything more is a try to have two readers understand two hosts.
func isOrigin(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil &&
		strings.EqualFold(u.Scheme+"://"+u.Host, text)
}

// protect refuses changes that a page of another origin asks for, and tells browsers about the configured ones
// (the CORS protocol of the Fetch standard).
func (o *Origins) protect(next http.Handler) http.Handler {
	o.protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { denied(w) }))
	protected := o.protection.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		if len(r.Header.Values("Origin")) > 1 || origin != "" && origin != "null" && !isOrigin(origin) {
			denied(w)
			return
		}
		if len(o.allowed) > 0 {
			w.Header().Add("Vary", "Origin")
		}
		if origin == "" || !slices.Contains(o.allowed, strings.ToLower(origin)) {
			protected.ServeHTTP(w, r)
			return
		}
		header := w.Header()
		header.Set("Access-Control-Allow-Origin", origin)
		header.Set("Access-Control-Allow-Credentials", "true")
		header.Set("Access-Control-Expose-Headers", "Retry-After, Content-Disposition")
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			header.Set("Access-Control-Allow-Methods", "GET, POST")
			header.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Range")
			header.Set("Access-Control-Max-Age", "600")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		protected.ServeHTTP(w, r)
	})
}

func denied(w http.ResponseWriter) {
	answer(w, http.StatusForbidden, problem{"Pages of this origin may not use the API.", "FORBIDDEN"})
}
