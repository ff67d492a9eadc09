package command

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"mailferry/internal/apiclient"
)

// DefaultServer is the server of who names none.
const DefaultServer = "http://127.0.0.1:8080"

// Remote says which server a command asks.
type Remote struct {
	URL       string `group:"The server:" help:"The server; without it MAILFERRY_URL, or the profile's, or ${server}. The token is MAILFERRY_API_TOKEN or the profile's." name:"url" placeholder:"URL" xor:"server"`
	Profile   string `group:"The server:" help:"The profile that mailferry login made; without it MAILFERRY_PROFILE, or the current one." placeholder:"NAME" xor:"server"`
	ClearText bool   `group:"The server:" help:"Send the token to a server elsewhere without TLS."`
}

// server is a server with what is needed to say why it does not answer.
type server struct {
	apiclient.Client

	// origin says in words where the token is from; empty without a token.
	origin string
	// clearText lets secrets go to another machine without TLS.
	clearText bool
}

// answerTime is how long an answer may take to begin: longer than any request takes the server.
const answerTime = 100 * time.Second

func newServer(address, token string) *server {
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, ResponseHeaderTimeout: answerTime, TLSHandshakeTimeout: 15 * time.Second,
		MaxIdleConnsPerHost: 2, IdleConnTimeout: 90 * time.Second,
	}
	return &server{Client: apiclient.Client{URL: address, Token: token, HTTP: &http.Client{
		Transport: transport,
		// A token is for the server that it was given for.
		CheckRedirect: func(to *http.Request, _ []*http.Request) error {
			return fmt.Errorf("it sends to %s: log in there if that is the server", to.URL.Redacted())
		},
	}}}
}

// connect finds the server and the token: what is typed before the environment, and that before profiles. The token of a
// profile goes to no other server than the profile's.
func (r *Remote) connect(con Console) (*server, error) {
	address, clearText, origin := r.URL, r.ClearText, "in MAILFERRY_API_TOKEN"
	token := con.Getenv("MAILFERRY_API_TOKEN")
	if address == "" && r.Profile == "" {
		address = con.Getenv("MAILFERRY_URL")
	}
	if address == "" || token == "" {
		kept, err := readProfiles(con)
		if err != nil {
			return nil, err
		}
		var name string
		var chosen profile
		named := r.Profile
		if named == "" && address == "" {
			named = con.Getenv("MAILFERRY_PROFILE")
		}
		switch {
		case address != "":
			normal, err := serverURL(address)
			if err != nil {
				return nil, err
			}
			name, chosen = kept.of(normal)
		case named != "" || kept.Current != "":
			if name, chosen, err = kept.get(named); err != nil {
				return nil, err
			}
			address = chosen.URL
		default:
			address = DefaultServer
		}
		clearText = clearText || chosen.ClearText
		if chosen.Token != "" && (token == "" || r.Profile != "") {
			token, origin = chosen.Token, "of the profile "+name
		}
	}
	address, err := serverURL(address)
	if err != nil {
		return nil, err
	}
	s := newServer(address, token)
	s.clearText = clearText
	if token == "" {
		return s, nil
	}
	s.origin = origin
	return s, safe(address, clearText, "the token")
}

// serverURL is the address of a server as it is compared and kept, without a slash at its end.
func serverURL(text string) (string, error) {
	parsed, err := url.Parse(text)
	if err != nil || parsed.Hostname() == "" || (parsed.Scheme != "http" && parsed.Scheme != "https") ||
		parsed.User != nil || parsed.RawQuery != "" || parsed.Fragment != "" {
		return "", exitf(ExitUsage, "%q is not the URL of a server, as https://mailferry.example.org", text)
	}
	parsed.Host = strings.ToLower(parsed.Host)
	return strings.TrimRight(parsed.String(), "/"), nil
}

// safe refuses to send a secret over a network that anybody may listen to.
func safe(address string, clearText bool, secret string) error {
	server, err := url.Parse(address)
	if err != nil {
		return err
	}
	ip, err := netip.ParseAddr(server.Hostname())
	here := server.Hostname() == "localhost" || err == nil && ip.IsLoopback()
	if server.Scheme == "https" || here || clearText {
		return nil
	}
	return exitf(ExitUsage, "%s would cross the network readable on the way to %s: use https://, or --clear-text where the way is safe", secret, server.Host)
}

// do asks the API. Its errors are for people, with the next step and an exit code.
func (s *server) do(ctx context.Context, query string, variables map[string]any, result any) error {
	if err := s.Do(ctx, query, variables, result); err != nil {
		return s.explain(ctx, err)
	}
	return nil
}

// closeUnauthorized is with which code the server closes the socket of who is not known.
const closeUnauthorized = 4401

// explain says what an error means for who typed the command, and what to do next.
func (s *server) explain(ctx context.Context, err error) error {
	if _, done := errors.AsType[*ExitError](err); done || err == nil {
		return err
	}
	if output, ok := errors.AsType[*OutputError](err); ok {
		return output
	}
	if cause := context.Cause(ctx); cause != nil {
		if closed, ok := errors.AsType[*OutputError](cause); ok {
			return closed
		}
		if errors.Is(cause, errTimeout) {
			return errTimeout
		}
		return &ExitError{Code: ExitInterrupted}
	}
	if refused, ok := errors.AsType[*apiclient.Error](err); ok {
		return s.refusal(refused)
	}
	if closed, ok := errors.AsType[*websocket.CloseError](err); ok && closed.Code == closeUnauthorized {
		return s.refusal(&apiclient.Error{Code: "UNAUTHENTICATED"})
	}
	if other, ok := errors.AsType[*apiclient.StatusError](err); ok {
		if other.Message != "" {
			return exitf(ExitNoServer, "the server at %s answers %s: %s", s.URL, other.Status, other.Message)
		}
		return exitf(ExitNoServer, "%s answers %s, and not as Mailferry does: is that its address?", s.URL, other.Status)
	}
	reason := err
	if asked, ok := errors.AsType[*url.Error](err); ok {
		reason = asked.Err
	}
	if unknown, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return exitf(ExitNoServer, "the certificate of %s is of nobody known here (%w): name its authority's file in SSL_CERT_FILE", s.URL, unknown)
	}
	return exitf(ExitNoServer, "the server at %s cannot be reached: %w. Start it with mailferry serve, or name another with --url, MAILFERRY_URL or mailferry login URL",
		s.URL, reason)
}

// refusal says what an error of the API means.
func (s *server) refusal(err *apiclient.Error) error {
	switch err.Code {
	case "UNAUTHENTICATED":
		if s.origin == "" {
			return exitf(ExitNoServer, "the server at %s wants a token: mailferry login %s, or set MAILFERRY_API_TOKEN. "+
				"mailferry token create NAME makes one where the server runs", s.URL, s.URL)
		}
		return exitf(ExitNoServer, "the server at %s does not take the token %s: it was revoked, or is another server's. "+
			"mailferry token create NAME makes one where the server runs, mailferry login %s keeps it", s.URL, s.origin, s.URL)
	case "FORBIDDEN":
		return exitf(ExitNoServer, "the token %s may read and change nothing: mailferry token create NAME, without --read-only, makes one that may", s.origin)
	case "UNAVAILABLE", "TOO_MANY":
		return exitf(ExitNoServer, "the server at %s cannot do that at this moment: %s", s.URL, err.Message)
	case "INTERNAL":
		return exitf(ExitNoServer, "the server at %s has trouble of its own, which its log tells of: %s", s.URL, err.Message)
	case "BAD_USER_INPUT":
		if err.Field != "" {
			return exitf(ExitRefused, "%s: %s", err.Field, err.Message)
		}
	}
	return exitf(ExitRefused, "%s", err.Message)
}

// passing says whether an error may be gone in a moment: the server is being started again, or the network is away.
func passing(err error) bool {
	if refused, ok := errors.AsType[*apiclient.Error](err); ok {
		return refused.Code == "UNAVAILABLE" || refused.Code == "TOO_MANY"
	}
	if closed, ok := errors.AsType[*websocket.CloseError](err); ok {
		return closed.Code < 4000
	}
	_, done := errors.AsType[*ExitError](err)
	_, output := errors.AsType[*OutputError](err)
	return !done && !output
}

// json prints a value, or what the API answered, in the API's own names.
func (s *screen) json(value any) error {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return fmt.Errorf("print JSON: %w", err)
	}
	s.printf("%s\n", text)
	return s.flush()
}
