package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"

	"github.com/alecthomas/kong"

	"mailferry/graph"
	"mailferry/internal/auth"
	"mailferry/internal/httpserver"
	"mailferry/internal/migration"
	"mailferry/internal/netguard"
	"mailferry/internal/secret"
)

// Configuration is the server's configuration. Secrets come from the environment alone: an
// argument is readable by every user of the machine.
type Configuration struct {
	Database

	Addr string `default:"127.0.0.1:8080" env:"MAILFERRY_ADDR" help:"Address to listen on."`

	Slots    int                    `default:"2" env:"MAILFERRY_SLOTS" help:"Jobs that run at the same time."`
	Engine   migration.EnginePolicy `default:"auto" enum:"auto,builtin,imapsync" env:"MAILFERRY_ENGINE" help:"Engine of jobs that name none: ${enum}. auto is imapsync where it is installed, else builtin."`
	Imapsync string                 `default:"imapsync" env:"MAILFERRY_IMAPSYNC" help:"The imapsync program: a name on PATH or a path."`

	Lease time.Duration `default:"12s" env:"MAILFERRY_LEASE" help:"How long the server owns its database after each sign of life: as long, a next one waits after a crash, and engines run on without a word from the server."`

	RetryPause time.Duration `default:"1m" env:"MAILFERRY_RETRY_PAUSE" help:"Pause before the first automatic retry of a job; it grows from one to the next."`

	AllowedNetworks string   `default:"public,private" env:"MAILFERRY_ALLOWED_NETWORKS" help:"Where jobs may connect: public, private, loopback, CIDRs."`
	AllowedPorts    string   `default:"143,993" env:"MAILFERRY_ALLOWED_PORTS" help:"Ports that jobs may connect to, as 143,993,1024-2048."`
	AllowedOrigins  []string `env:"MAILFERRY_ALLOWED_ORIGINS" help:"Further origins that may use the API." placeholder:"ORIGIN"`

	AllowedHosts    []string `env:"MAILFERRY_ALLOWED_HOSTS" help:"Further names under which browsers reach the server; * for any." placeholder:"HOST"`
	PublicURL       string   `env:"MAILFERRY_PUBLIC_URL" help:"Where browsers reach the server, behind a proxy." name:"public-url" placeholder:"URL"`
	TLSCert         string   `env:"MAILFERRY_TLS_CERT" help:"Certificate file (PEM), to serve TLS; read again when it changes." name:"tls-cert" placeholder:"FILE"`
	TLSKey          string   `env:"MAILFERRY_TLS_KEY" help:"Key file (PEM) of the certificate." name:"tls-key" placeholder:"FILE"`
	AllowPlainHTTP  bool     `env:"MAILFERRY_ALLOW_PLAIN_HTTP" help:"Listen without TLS where other machines can reach it, because something else encrypts." name:"allow-plain-http"`
	TrustedProxies  []string `env:"MAILFERRY_TRUSTED_PROXIES" help:"Addresses and CIDRs of proxies whose forwarded headers are believed." placeholder:"CIDR"`
	ProxyUserHeader string   `env:"MAILFERRY_PROXY_USER_HEADER" help:"Header in which a trusted proxy names the user that it has signed in." placeholder:"HEADER"`
	ProxyUsers      []string `env:"MAILFERRY_PROXY_USERS" help:"Users that may sign in so; without them all." placeholder:"USER"`

	SessionLifetime  time.Duration `default:"24h" env:"MAILFERRY_SESSION_LIFETIME" help:"How long a sign-in lasts that is not used."`
	SessionEnd       time.Duration `default:"720h" env:"MAILFERRY_SESSION_END" help:"How long a sign-in lasts however much it is used."`
	MaxSockets       int           `default:"2000" env:"MAILFERRY_MAX_SOCKETS" help:"WebSockets that may be open."`
	MaxSubscriptions int           `default:"100" env:"MAILFERRY_MAX_SUBSCRIPTIONS" help:"Subscriptions that may run on one WebSocket."`
	MaxBody          int64         `default:"1048576" env:"MAILFERRY_MAX_BODY" help:"Size of a request to the API, in bytes."`
	MaxAnswer        int64         `default:"8388608" env:"MAILFERRY_MAX_ANSWER" help:"Size of an answer of the API, or of an event on a WebSocket, in bytes."`
	MaxMessage       int64         `default:"65536" env:"MAILFERRY_MAX_MESSAGE" help:"Size of a message from a client on a WebSocket, in bytes."`
	MaxQueryTokens   int           `default:"2000" env:"MAILFERRY_MAX_QUERY_TOKENS" help:"Length of a query in tokens, values in variables not counted."`
	MaxQueryDepth    int           `default:"20" env:"MAILFERRY_MAX_QUERY_DEPTH" help:"Levels that a query may nest."`
	MaxQueryCost     int           `default:"50000" env:"MAILFERRY_MAX_QUERY_COST" help:"Cost of a query: one for each field, times the length of the lists that it is in."`
	MaxChecks        int           `default:"8" env:"MAILFERRY_MAX_CHECKS" help:"Checks of mailboxes at the same time, each a process of its own; batches take at most half of them."`
	LogFormat        string        `default:"text" enum:"text,json" env:"MAILFERRY_LOG_FORMAT" help:"Form of the server's log lines: ${enum}."`
	LogLevel         slog.Level    `default:"info" env:"MAILFERRY_LOG_LEVEL" help:"Least level of the lines in the server's log: debug, info, warn or error."`
	PprofAddr        string        `env:"MAILFERRY_PPROF_ADDR" help:"Address of loopback on which to serve profiles of the running server (net/http/pprof), as 127.0.0.1:6060." placeholder:"ADDR"`
	MetricsOpen      bool          `env:"MAILFERRY_METRICS_OPEN" help:"Let everybody read /metrics."`
}

// Defaults are the configuration of a server to which nothing was said, not even by the
// environment.
func Defaults() Configuration {
	var c Configuration
	parser, err := kong.New(&c)
	if err != nil {
		panic(err) // the tags above do not fit their fields
	}
	for _, flag := range parser.Model.Flags {
		if !flag.HasDefault {
			continue
		}
		if err := decode(flag, flag.Default); err != nil {
			panic(err)
		}
	}
	return c
}

// Parsed is what a configuration says, in the types of those who go by it.
type Parsed struct {
	Network *netguard.Policy
	Proxies *auth.Proxies
	Origins *httpserver.Origins
	Hosts   *httpserver.Hosts
}

// Limits are those of the API.
func (c *Configuration) Limits() graph.Limits {
	return graph.Limits{
		BodyBytes: c.MaxBody, AnswerBytes: c.MaxAnswer, MessageBytes: c.MaxMessage, QueryTokens: c.MaxQueryTokens, QueryDepth: c.MaxQueryDepth,
		Complexity: c.MaxQueryCost, Sockets: c.MaxSockets, Subscriptions: c.MaxSubscriptions,
	}
}

// Logger is the server's log, which goes to w.
func (c *Configuration) Logger(w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// Parse checks the whole configuration before anything is opened. Its error names every setting
// that is wrong, by its environment variable.
func (c *Configuration) Parse(con Console) (Parsed, error) {
	var p Parsed
	var errs []error
	wrong := func(name, format string, args ...any) {
		errs = append(errs, fmt.Errorf(name+": "+format, args...))
	}
	for _, least := range c.least() {
		if least.value < least.limit {
			wrong(least.name, "%d is less than %d", least.value, least.limit)
		}
	}
	if c.Slots > maxSlots {
		wrong("MAILFERRY_SLOTS", "%d is more than %d", c.Slots, maxSlots)
	}
	if c.Lease < minLease || c.Lease > maxLease {
		wrong("MAILFERRY_LEASE", "%s is not between %s and %s", c.Lease, minLease, maxLease)
	}
	if c.RetryPause <= 0 {
		wrong("MAILFERRY_RETRY_PAUSE", "%s is not a time to wait, as 1m", c.RetryPause)
	}
	if c.SessionLifetime <= 0 {
		wrong("MAILFERRY_SESSION_LIFETIME", "%s is not a time to stay signed in, as 24h", c.SessionLifetime)
	}
	if c.SessionEnd <= 0 {
		wrong("MAILFERRY_SESSION_END", "%s is not a time to stay signed in, as 720h", c.SessionEnd)
	}
	switch c.Engine {
	case migration.AutoEngine, migration.BuiltinEngine, migration.ImapsyncEngine:
	default:
		wrong("MAILFERRY_ENGINE", "%q is neither auto, builtin nor imapsync", c.Engine)
	}
	if c.LogFormat != "text" && c.LogFormat != "json" {
		wrong("MAILFERRY_LOG_FORMAT", "%q is neither text nor json", c.LogFormat)
	}
	if err := checkAddress(c.Addr); err != nil {
		wrong("MAILFERRY_ADDR", "%w", err)
	}
	if c.PprofAddr != "" {
		err := httpserver.CheckProfilesAddress(c.PprofAddr)
		if err == nil {
			err = checkAddress(c.PprofAddr)
		}
		if err != nil {
			wrong("MAILFERRY_PPROF_ADDR", "%w", err)
		}
	}
	if c.DatabaseURL != "" {
		// The address may hold a password: nothing of it is repeated.
		if u, err := url.Parse(c.DatabaseURL); err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
			wrong("DATABASE_URL", "must be an address as postgres://USER@HOST/DATABASE (leave it out for the embedded SQLite)")
		}
	}
	var err error
	// One after the other, so that each is named for itself.
	if _, err = netguard.Parse(c.AllowedNetworks, "143"); err != nil {
		wrong("MAILFERRY_ALLOWED_NETWORKS", "%w", err)
	}
	if _, err = netguard.Parse("public", c.AllowedPorts); err != nil {
		wrong("MAILFERRY_ALLOWED_PORTS", "%w", err)
	}
	p.Network, _ = netguard.Parse(c.AllowedNetworks, c.AllowedPorts)
	if _, err = auth.ParseProxies(nil, c.PublicURL); err != nil {
		wrong("MAILFERRY_PUBLIC_URL", "%w", err)
	}
	if _, err = auth.ParseProxies(c.TrustedProxies, ""); err != nil {
		wrong("MAILFERRY_TRUSTED_PROXIES", "%w", err)
	}
	if c.ProxyUserHeader != "" && len(c.TrustedProxies) == 0 {
		wrong("MAILFERRY_PROXY_USER_HEADER", "is believed from trusted proxies alone: name them in MAILFERRY_TRUSTED_PROXIES")
	}
	if c.ProxyUserHeader != "" && con.Getenv("MAILFERRY_PROXY_SECRET") == "" && trustsThisMachine(c.TrustedProxies) {
		wrong("MAILFERRY_PROXY_SECRET", "is needed with MAILFERRY_PROXY_USER_HEADER where a trusted proxy is on this machine, "+
			"since every program on it has that address: choose a secret and have the proxy send it as the header %s", auth.ProxySecretHeader)
	}
	if len(c.ProxyUsers) > 0 && c.ProxyUserHeader == "" {
		wrong("MAILFERRY_PROXY_USERS", "needs MAILFERRY_PROXY_USER_HEADER, the header that names the user")
	}
	if _, err = httpserver.ParseOrigins(c.AllowedOrigins, ""); err != nil {
		wrong("MAILFERRY_ALLOWED_ORIGINS", "%w", err)
	}
	if p.Hosts, err = httpserver.ParseHosts(c.AllowedHosts); err != nil {
		wrong("MAILFERRY_ALLOWED_HOSTS", "%w", err)
	}
	errs = append(errs, c.checkTLS()...)
	if text := con.Getenv("MAILFERRY_ENCRYPTION_KEY"); text != "" {
		if _, err := secret.ParseKeys(text); err != nil {
			wrong("MAILFERRY_ENCRYPTION_KEY", "%w", err)
		}
	}
	if len(errs) > 0 {
		return p, errors.Join(errs...)
	}
	if p.Proxies, err = auth.ParseProxies(c.TrustedProxies, c.PublicURL); err != nil {
		return p, err
	}
	// The names that the server is known by without being told.
	host, _, _ := net.SplitHostPort(c.Addr)
	p.Hosts.Add(host)
	if u, err := url.Parse(c.PublicURL); err == nil {
		p.Hosts.Add(u.Host)
	}
	p.Origins, err = httpserver.ParseOrigins(c.AllowedOrigins, p.Proxies.Origin())
	return p, err
}

// trustsThisMachine says whether an address of this very machine is among those of trusted proxies.
func trustsThisMachine(proxies []string) bool {
	trusted, err := auth.ParseProxies(proxies, "")
	if err != nil {
		return false
	}
	for _, address := range []string{"127.0.0.1:1", "[::1]:1"} {
		if trusted.FromProxy(&http.Request{RemoteAddr: address}) {
			return true
		}
	}
	return false
}

// Bounds of a lease: below, a busy machine loses it by being busy; above, a crash keeps the next start waiting.
const (
	minLease = time.Second
	maxLease = 10 * time.Minute
)

// maxSlots is the largest number of jobs that may be asked to run at once: beyond it a typing
// error is more likely than a machine that can.
const maxSlots = 1000

// bound is a setting with the least value that it may have.
type bound struct {
	name         string
	value, limit int64
}

// least are the settings that count something, each with what it must be at least.
func (c *Configuration) least() []bound {
	return []bound{
		{"MAILFERRY_SLOTS", int64(c.Slots), 1},
		{"MAILFERRY_MAX_SOCKETS", int64(c.MaxSockets), 1},
		{"MAILFERRY_MAX_SUBSCRIPTIONS", int64(c.MaxSubscriptions), 1},
		{"MAILFERRY_MAX_BODY", c.MaxBody, 1024},
		{"MAILFERRY_MAX_ANSWER", c.MaxAnswer, 1024},
		{"MAILFERRY_MAX_MESSAGE", c.MaxMessage, 1024},
		{"MAILFERRY_MAX_QUERY_TOKENS", int64(c.MaxQueryTokens), 1},
		{"MAILFERRY_MAX_QUERY_DEPTH", int64(c.MaxQueryDepth), 1},
		{"MAILFERRY_MAX_QUERY_COST", int64(c.MaxQueryCost), 1},
		{"MAILFERRY_MAX_CHECKS", int64(c.MaxChecks), 1},
	}
}

// checkAddress says what is wrong with an address to listen on.
func checkAddress(address string) error {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("%q is not of the form 127.0.0.1:8080", address)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil {
		if _, err := net.DefaultResolver.LookupPort(context.Background(), "tcp", port); err != nil {
			return fmt.Errorf("%q is not a port from 0 to 65535", port)
		}
	} else if strconv.FormatUint(n, 10) != port {
		return fmt.Errorf("%q is not a port from 0 to 65535", port)
	}
	return nil
}

// checkTLS says what is wrong with certificate and key: one without the other, or files that
// cannot be read.
func (c *Configuration) checkTLS() (errs []error) {
	files := []struct{ name, path, other string }{
		{"MAILFERRY_TLS_CERT", c.TLSCert, "MAILFERRY_TLS_KEY"}, {"MAILFERRY_TLS_KEY", c.TLSKey, "MAILFERRY_TLS_CERT"},
	}
	for i, file := range files {
		if file.path == "" {
			if files[1-i].path != "" {
				errs = append(errs, fmt.Errorf("%s: is needed with %s", file.name, file.other))
			}
			continue
		}
		opened, err := os.Open(file.path)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", file.name, err))
			continue
		}
		_ = opened.Close()
	}
	return errs
}
