package mailsync

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"strings"

	"mailferry/internal/imapclient"
)

// signIn signs in on a connection, in the way that the options of the side ask for.
func (e *endpoint) signIn(ctx context.Context, c *imapclient.Client) error {
	switch {
	case e.token != "":
		return c.LoginToken(ctx, e.User, e.token)
	case e.authUser == "":
		return c.Login(ctx, e.User, e.password)
	case e.proxyAuth:
		if err := c.Login(ctx, e.authUser, e.password); err != nil {
			return err
		}
		return c.ProxyAuth(ctx, e.User)
	}
	return c.LoginAs(ctx, e.authUser, e.User, e.password)
}

// tls is the base of the side's TLS configuration.
func (e *endpoint) tls(base *tls.Config) *tls.Config {
	if e.serverName == "" {
		return base
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if base != nil {
		config = base.Clone()
	}
	config.ServerName = e.serverName
	return config
}

// only makes connections of one network, tcp4 or tcp6, where one is asked for.
func only(network string, dial func(ctx context.Context, network, address string) (net.Conn, error)) func(ctx context.Context, network, address string) (net.Conn, error) {
	if network == "" {
		return dial
	}
	return func(ctx context.Context, _, address string) (net.Conn, error) { return dial(ctx, network, address) }
}

// trace prints what is said on the connections of a side, secrets masked already.
func (o *output) trace(side string) io.Writer { return traced{o, side} }

type traced struct {
	out  *output
	side string
}

// Write takes one line of the conversation.
func (t traced) Write(line []byte) (int, error) {
	t.out.linef("%s", t.side+" "+strings.TrimRight(string(line), "\n"))
	return len(line), nil
}
