package imapclient

import (
	"context"

	"github.com/emersion/go-sasl"
)

// Login signs in with a password: by AUTHENTICATE PLAIN (RFC 4616) where the server announces it, else by LOGIN,
// unless LOGINDISABLED forbids it. If a server refuses PLAIN as a mechanism, LOGIN is tried next; a refused password is
// not tried twice. The capabilities are read anew afterwards. A refusal for good is an *AuthError.
func (c *Client) Login(ctx context.Context, user, password string) error {
	return c.login(ctx, user, password)
}

// LoginToken signs in with an OAuth 2.0 bearer token: OAUTHBEARER (RFC 7628) where the server announces it, else
// XOAUTH2.
func (c *Client) LoginToken(ctx context.Context, user, token string) error {
	return c.loginToken(ctx, user, token)
}

// Authenticate runs any SASL mechanism (RFC 3501, section 6.2.2), with an initial response where the server takes
// it (SASL-IR, RFC 4959). Capabilities are read anew afterwards. Nothing of the exchange gets into the trace, but
// secrets in a server's error text are masked only for Login and LoginToken.
func (c *Client) Authenticate(ctx context.Context, mechanism sasl.Client) error {
	return c.authenticate(ctx, mechanism)
}
