package transport

import (
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// originAllowed holds browsers to the origins that may use the API (RFC 6455, section 10.2). A request without an
// Origin comes from no browser.
func (c *Config) originAllowed(r *http.Request) bool {
	origins := r.Header.Values("Origin")
	switch {
	case len(origins) == 0:
		return true
	case len(origins) > 1:
		return false
	case c.AllowsOrigin != nil:
		return c.AllowsOrigin(r, origins[0])
	}
	origin, err := url.Parse(origins[0])
	return err == nil && origin.Host != "" && strings.EqualFold(origin.Host, r.Host)
}

// preflightHeaders are headers that no page of another origin can send without having asked first by a preflight. Each
// is what some client sends, or can be told to send.
func preflightHeaders() []string {
	return []string{"Apollo-Require-Preflight", "GraphQL-Require-Preflight", "X-Apollo-Operation-Name", "X-Requested-With"}
}

// meant says whether whoever sent a GET meant to: browsers send cookies along with whatever a link or an image elsewhere
// asks for. What counts is that a page of this server or of an allowed origin has sent it.
func (c *Config) meant(r *http.Request) bool {
	if caller, _ := c.Auth.Caller(r.Context()); !caller.Browser {
		return true
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		return c.originAllowed(r)
	}
	if r.Header.Get("Sec-Fetch-Site") == "same-origin" {
		return true
	}
	for _, name := range preflightHeaders() {
		if r.Header.Get(name) != "" {
			return true
		}
	}
	// application/json in a GET asks for a preflight too.
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && mediaType == "application/json"
}
