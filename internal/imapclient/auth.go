package imapclient

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strings"

	"github.com/emersion/go-sasl"
)

// Login signs in with a password: by AUTHENTICATE PLAIN (RFC 4616) where the server announces it, else by LOGIN, unless
// LOGINDISABLED forbids it, else by AUTHENTICATE LOGIN where that is announced. Where one is refused for another reason than the
// user and the password, the next is tried; a refused password is not tried twice, since many servers lock accounts after a few
// failures. What worked is kept in Options.Habits. A server that wants to know who asks first (ID, RFC 2971) is told, and asked
// again. The capabilities are read anew afterwards. A refusal for good is an *AuthError.
func (c *Client) Login(ctx context.Context, user, password string) error {
	c.tracer.hide(password, "\x00"+user+"\x00"+password)
	known, identifyFirst := c.options.Habits.signIn()
	if identifyFirst {
		if _, err := c.Identify().Wait(ctx); errors.As(err, new(*ConnectionError)) || ctx.Err() != nil {
			return err
		}
	}
	ways := passwordWays(c.Caps(), known)
	if len(ways) == 0 {
		return &AuthError{Err: errors.New("the server allows no LOGIN (LOGINDISABLED) and has no AUTH=PLAIN")}
	}
	var first error
	guesses := 0
	for i := 0; i < len(ways); i++ {
		err := c.signIn(ctx, ways[i], user, password)
		if err == nil {
			c.options.Habits.signedIn(ways[i], identifyFirst)
			return nil
		}
		if first == nil || errors.Is(first, ErrBad) {
			first = err
		}
		if !errors.Is(err, ErrBad) {
			guesses++
		}
		if !errors.Is(err, ErrAuth) || aboutCredentials(err) || guesses >= maxGuesses {
			return first
		}
		if !identifyFirst && wantsIdentity(err) {
			if server, err := c.Identify().Wait(ctx); err == nil && server != nil {
				identifyFirst = true
				i-- // the same way once more
			}
		}
	}
	return first
}

// maxGuesses is how often a password is shown to a server at most that has said nothing against it but NO.
const maxGuesses = 2

// The ways in which a password can be shown to a server. The last two are mechanisms of AUTHENTICATE.
const (
	byLogin     = "LOGIN"
	byPlain     = "PLAIN"
	bySASLLogin = "AUTH=LOGIN"
)

// passwordWays are the ways that make sense with a server of these capabilities, the one that is known to work first.
func passwordWays(caps Caps, known string) []string {
	var ways []string
	if caps.Has("AUTH=PLAIN") {
		ways = append(ways, byPlain)
	}
	if !caps.Has("LOGINDISABLED") {
		ways = append(ways, byLogin)
	}
	if caps.Has("AUTH=LOGIN") {
		ways = append(ways, bySASLLogin)
	}
	if len(ways) == 1 && ways[0] == byLogin {
		ways = append(ways, byPlain) // not all that a server has is announced
	}
	if i := slices.Index(ways, known); i > 0 {
		ways = slices.Insert(slices.Delete(ways, i, i+1), 0, known)
	}
	return ways
}

// signIn shows the password in one of the ways.
func (c *Client) signIn(ctx context.Context, way, user, password string) error {
	switch way {
	case byPlain:
		return c.Authenticate(ctx, sasl.NewPlainClient("", user, password))
	case bySASLLogin:
		return c.Authenticate(ctx, sasl.NewLoginClient(user, password))
	}
	before := c.capsTold()
	cmd := newCommand[struct{}](c, "LOGIN").space().secret(user).space().secret(password)
	if _, err := cmd.issue().Wait(ctx); err != nil {
		return refusedLogin("LOGIN", err)
	}
	return c.refreshCaps(ctx, before)
}

// LoginAs signs in as user with the password of somebody else who may act for others: by AUTHENTICATE PLAIN with user as the
// authorization identity (RFC 4616). A refusal for good is an *AuthError.
func (c *Client) LoginAs(ctx context.Context, admin, user, password string) error {
	c.tracer.hide(password, user+"\x00"+admin+"\x00"+password)
	return c.Authenticate(ctx, sasl.NewPlainClient(user, admin, password))
}

// ProxyAuth turns a connection on which somebody is signed in who may act for others into one of user, as the servers of Sun
// and Oracle have it. A refusal for good is an *AuthError.
func (c *Client) ProxyAuth(ctx context.Context, user string) error {
	before := c.capsTold()
	if _, err := newCommand[struct{}](c, "PROXYAUTH").space().str(user).issue().Wait(ctx); err != nil {
		return refusedLogin("PROXYAUTH", err)
	}
	return c.refreshCaps(ctx, before)
}

// aboutCredentials says whether a refusal is, or may be, about who asks and with what password: by any response code but those
// that say nothing about it, or by its words, also in a BAD. An answer of a few words about the command is not.
func aboutCredentials(err error) bool {
	refused, ok := errors.AsType[*ResponseError](err)
	if !ok {
		return true
	}
	switch refused.Code {
	case "", CodeAlert, CodeCannot, CodeClientBug:
	default:
		return true
	}
	return mentions(strings.ToLower(refused.Text), "credential", "password", "passwd", "passwort", "kennwort", "mot de passe", "contrase", "passphrase",
		"username", "user name", "unknown user", "no such user", "user unknown", "user not", "bad user", "invalid user", "wrong user",
		"authentication fail", "authentication error", "authentication rejected", "authentication was rejected", "authorization fail",
		"login fail", "login incorrect", "login error", "login rejected", "login denied", "login was rejected", "invalid login", "incorrect login", "bad login", "logon failure",
		"access denied", "permission denied", "not authorized", "account", "locked", "blocked", "suspended", "disabled for", "web browser", "web login",
		"too many", "attempts")
}

// wantsIdentity says whether a refusal asks for ID before anything else.
func wantsIdentity(err error) bool {
	refused, ok := errors.AsType[*ResponseError](err)
	return ok && mentions(strings.ToLower(refused.Text), "id command", "send id", "id first", "id required", "id is required", "id before", "identify",
		"identification", "client id", "without id", "unsafe login", "2971")
}

// LoginToken signs in with an OAuth 2.0 bearer token: OAUTHBEARER (RFC 7628) where the server announces it, else
// XOAUTH2. Where OAUTHBEARER is refused as a mechanism, without a word on the token, XOAUTH2 is tried next.
func (c *Client) LoginToken(ctx context.Context, user, token string) error {
	c.tracer.hide(token)
	caps := c.Caps()
	if !caps.Has("AUTH=OAUTHBEARER") {
		return c.Authenticate(ctx, NewXOAuth2Client(user, token))
	}
	err := c.Authenticate(ctx, NewOAuthBearerClient(user, token, c.options.Host, c.options.Port))
	refused, ok := errors.AsType[*AuthError](err)
	if !ok || refused.Reason != "" || aboutCredentials(err) || !caps.Has("AUTH=XOAUTH2") {
		return err
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
		err = refusedLogin(name, err)
		if refused, ok := errors.AsType[*AuthError](err); ok {
			if explains, ok := mechanism.(interface{ Reason() string }); ok {
				refused.Reason = c.clean(explains.Reason())
			}
		}
		return err
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
	if !errors.As(err, &refused) || Passing(err) || TooManyConnections(err) {
		return err
	}
	return &AuthError{Mechanism: mechanism, Err: err}
}
