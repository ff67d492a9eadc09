package auth

import (
	"context"
	"errors"
	"time"
)

// ErrEnded is the cause with which a context ends when the credentials behind it do: signed out, revoked or expired.
var ErrEnded = errors.New("the credentials have ended")

// A Principal is who asks.
type Principal struct {
	// Name is for logs: "administrator", the name of a token, or the user that a trusted proxy named.
	Name string
	// ReadOnly forbids every change.
	ReadOnly bool

	// credential tells apart the session or token that the Principal came by; empty for what only a restart of the
	// server can revoke.
	credential string
	// expires is when the credential does; zero: never.
	expires time.Time
	// browser says that a browser sends the credential by itself.
	browser bool
}

// NewBrowserPrincipal is somebody whose browser sends the credentials by itself.
func NewBrowserPrincipal(name string) Principal { return Principal{Name: name, browser: true} }

// Browser says whether a browser sends these credentials by itself with each request, so that other sites can make
// it do so.
func (p Principal) Browser() bool { return p.browser }

type contextKey struct{}

// NewContext returns a context that carries who asks.
func NewContext(ctx context.Context, p Principal) context.Context {
	return context.WithValue(ctx, contextKey{}, p)
}

// FromContext tells who asks, if that is known.
func FromContext(ctx context.Context) (Principal, bool) {
	p, ok := ctx.Value(contextKey{}).(Principal)
	return p, ok
}
