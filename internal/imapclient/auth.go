package imapclient

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"

	"github.com/emersion/go-sasl"
)

// Login signs in with a password: by AUTHENTICATE PLAIN (RFC 4616) where the server announces it, else by LOGIN,
// unless LOGINDISABLED forbids it. If a server refuses PLAIN as a mechanism, LOGIN is tried next; a refused password is
// not tried twice. The capabilities are read anew afterwards. A refusal for good is an *AuthError.
func (c *Client) Login(ctx context.Context, user, password string) error {
	c.tracer.hide(password, "\x00"+user+"\x00"+password)
	caps := c.Caps()
	var err error
	if caps.Has("AUTH=PLAIN") {
		err = c.Authenticate(ctx, sasl.NewPlainClient("", user, password))
		// BAD means that the server, or one in front of it, does not speak what it announces.
		if err == nil || !errors.Is(err, ErrBad) || caps.Has("LOGINDISABLED") {
			return err
		}
	}
	if caps.Has("LOGINDISABLED") {
		return &AuthError{Err: errors.New("the server allows no LOGIN (LOGINDISABLED) and has no AUTH=PLAIN")}
	}
	before := c.capsTold()
	cmd := newCommand[struct{}](c, "LOGIN").space().secret(user).space().secret(password)
	if _, err := cmd.issue().Wait(ctx); err != nil {
		return refusedLogin("LOGIN", err)
	}
	return c.refreshCaps(ctx, before)
}

// LoginToken signs in with an OAuth 2.0 bearer token: OAUTHBEARER (RFC 7628) where the server announces it, else
// XOAUTH2.
func (c *Client) LoginToken(ctx context.Context, user, token string) error {
	c.tracer.hide(token)
	if c.Caps().Has("AUTH=OAUTHBEARER") {
		return c.Authenticate(ctx, sasl.NewOAuthBearerClient(&sasl.OAuthBearerOptions{
			Username: user, Token: token, Host: c.options.Host, Port: c.options.Port,
		}))
	}
	return c.Authenticate(ctx, NewXOAuth2Client(user, token))
}

// Authenticate runs any SASL mechanism (RFC 3501, section 6.2.2), with an initial response where the server takes
// it (SASL-IR, RFC 4959). Capabilities are read anew afterwards. Nothing of the exchange gets into the trace, but
// secrets in a server's error text are masked only for Login and LoginToken.
func (c *Client) Authenticate(ctx context.Context, mechanism sasl.Client) error {
	name, initial, err := mechanism.Start()
	if err != nil {
		return &AuthError{Err: err}
	}
	before := c.capsTold()
	cmd := newCommand[struct{}](c, "AUTHENTICATE").space().arg(name)
	pending := initial
	if initial != nil && c.Caps().Has("SASL-IR") {
		cmd.space().addText(encodeSASL(initial), true)
		pending = nil
	}
	var failed error
	cmd.parts = append(cmd.parts, part{secret: true, answer: func(challenge string) (string, error) {
		if pending != nil {
			reply := base64.StdEncoding.EncodeToString(pending)
			pending = nil
			return reply, nil
		}
		decoded, err := base64.StdEncoding.DecodeString(strings.TrimSpace(challenge))
		if err != nil {
			failed = err
			return "", err
		}
		reply, err := mechanism.Next(decoded)
		if err != nil {
			failed = err
			return "", err
		}
		return base64.StdEncoding.EncodeToString(reply), nil
	}})
	if _, err := cmd.issue().Wait(ctx); err != nil {
		if failed != nil && errors.As(err, new(*ResponseError)) {
			err = errors.Join(err, failed)
		}
		return refusedLogin(name, err)
	}
	return c.refreshCaps(ctx, before)
}

// encodeSASL writes an initial response; an empty one is "=".
func encodeSASL(response []byte) string {
	if len(response) == 0 {
		return "="
	}
	return base64.StdEncoding.EncodeToString(response)
}

// capsTold counts how often the server has told its capabilities.
func (c *Client) capsTold() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.capsRead
}

// refreshCaps asks for the capabilities if the login has not brought them with it.
func (c *Client) refreshCaps(ctx context.Context, before int) error {
	if c.capsTold() > before {
		return nil
	}
	_, err := c.Capability().Wait(ctx)
	return err
}

// refusedLogin makes a refusal for good an AuthError.
func refusedLogin(mechanism string, err error) error {
	var refused *ResponseError
	if !errors.As(err, &refused) || TooManyConnections(err) || Throttled(err) || refused.Code == CodeServerBug {
		return err
	}
	return &AuthError{Mechanism: mechanism, Err: err}
}

// xoauth2 is the mechanism XOAUTH2 of Gmail and Outlook, older than OAUTHBEARER.
type xoauth2 struct{ user, token string }

// NewXOAuth2Client makes a client of the mechanism XOAUTH2 with a bearer token.
func NewXOAuth2Client(user, token string) sasl.Client { return xoauth2{user, token} }

// Start gives the only message that the client has to say.
func (x xoauth2) Start() (mechanism string, initial []byte, err error) {
	return "XOAUTH2", []byte("user=" + x.user + "\x01auth=Bearer " + x.token + "\x01\x01"), nil
}

// Next answers the server's description of an error with nothing, after which it says NO.
func (x xoauth2) Next([]byte) ([]byte, error) { return []byte{}, nil }
