package main

import (
	"context"
	"errors"
	"time"

	"mailferry/graph"
	"mailferry/internal/database"
	"mailferry/internal/migration"
)

// databaseFlags say which database to use.
type databaseFlags struct {
	Data        string `default:"./data" env:"MAILFERRY_DATA" help:"Folder of the SQLite file and of the generated key."`
	DatabaseURL string `env:"DATABASE_URL" help:"postgres://… to use Postgres; without it SQLite." name:"database-url" placeholder:"URL"`
}

// openAndLock opens the database as its one owner.
func (f databaseFlags) openAndLock(ctx context.Context) (*database.DB, *database.Lock, error) {
	db, err := database.Open(ctx, database.Config{URL: f.DatabaseURL, DataDir: f.Data})
	if err != nil {
		return nil, nil, err
	}
	lock, err := db.Lock(ctx)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return db, lock, nil
}

// serveCommand is the server's configuration. Secrets come from the environment alone: an
// argument is readable by every user of the machine.
type serveCommand struct {
	databaseFlags

	Addr string `default:"127.0.0.1:8080" env:"MAILFERRY_ADDR" help:"Address to listen on."`

	Slots    int                    `default:"2" env:"MAILFERRY_SLOTS" help:"Jobs that run at the same time."`
	Engine   migration.EnginePolicy `default:"auto" enum:"auto,builtin,imapsync" env:"MAILFERRY_ENGINE" help:"Engine of jobs that name none: ${enum}. auto is imapsync where it is installed, else builtin."`
	Imapsync string                 `default:"imapsync" env:"MAILFERRY_IMAPSYNC" help:"The imapsync program: a name on PATH or a path."`

	RetryPause time.Duration `default:"1m" env:"MAILFERRY_RETRY_PAUSE" help:"Pause before the first automatic retry of a job; it grows from one to the next."`

	AllowedNetworks string   `default:"public,private" env:"MAILFERRY_ALLOWED_NETWORKS" help:"Where jobs may connect: public, private, loopback, CIDRs."`
	AllowedPorts    string   `default:"143,993" env:"MAILFERRY_ALLOWED_PORTS" help:"Ports that jobs may connect to, as 143,993,1024-2048."`
	AllowedOrigins  []string `env:"MAILFERRY_ALLOWED_ORIGINS" help:"Further origins that may use the API." placeholder:"ORIGIN"`

	PublicURL       string   `env:"MAILFERRY_PUBLIC_URL" help:"Where browsers reach the server, behind a proxy." name:"public-url" placeholder:"URL"`
	TLSCert         string   `env:"MAILFERRY_TLS_CERT" help:"Certificate file (PEM), to serve TLS; read again when it changes." name:"tls-cert" placeholder:"FILE"`
	TLSKey          string   `env:"MAILFERRY_TLS_KEY" help:"Key file (PEM) of the certificate." name:"tls-key" placeholder:"FILE"`
	AllowPlainHTTP  bool     `env:"MAILFERRY_ALLOW_PLAIN_HTTP" help:"Listen without TLS where other machines can reach it, because something else encrypts." name:"allow-plain-http"`
	TrustedProxies  []string `env:"MAILFERRY_TRUSTED_PROXIES" help:"Addresses and CIDRs of proxies whose forwarded headers are believed." placeholder:"CIDR"`
	ProxyUserHeader string   `env:"MAILFERRY_PROXY_USER_HEADER" help:"Header in which a trusted proxy names the user that it has signed in." placeholder:"HEADER"`
	ProxyUsers      []string `env:"MAILFERRY_PROXY_USERS" help:"Users that may sign in so; without them all." placeholder:"USER"`

	SessionLifetime  time.Duration `default:"24h" env:"MAILFERRY_SESSION_LIFETIME" help:"How long a sign-in lasts."`
	MaxSockets       int           `default:"2000" env:"MAILFERRY_MAX_SOCKETS" help:"WebSockets that may be open."`
	MaxSubscriptions int           `default:"100" env:"MAILFERRY_MAX_SUBSCRIPTIONS" help:"Subscriptions that may run on one WebSocket."`
	MaxBody          int64         `default:"1048576" env:"MAILFERRY_MAX_BODY" help:"Size of a request to the API, in bytes."`
	MaxMessage       int64         `default:"65536" env:"MAILFERRY_MAX_MESSAGE" help:"Size of a message from a client on a WebSocket, in bytes."`
	MaxQueryTokens   int           `default:"2000" env:"MAILFERRY_MAX_QUERY_TOKENS" help:"Length of a query in tokens, values in variables not counted."`
	MaxQueryDepth    int           `default:"20" env:"MAILFERRY_MAX_QUERY_DEPTH" help:"Levels that a query may nest."`
	MaxQueryCost     int           `default:"50000" env:"MAILFERRY_MAX_QUERY_COST" help:"Cost of a query: one for each field, times the length of the lists that it is in."`
	MaxChecks        int           `default:"8" env:"MAILFERRY_MAX_CHECKS" help:"Mailboxes that are checked at the same time."`
	MetricsOpen      bool          `env:"MAILFERRY_METRICS_OPEN" help:"Let everybody read /metrics."`
}

// limits are those of the API.
func (c *serveCommand) limits() graph.Limits {
	return graph.Limits{
		BodyBytes: c.MaxBody, MessageBytes: c.MaxMessage, QueryTokens: c.MaxQueryTokens, QueryDepth: c.MaxQueryDepth,
		Complexity: c.MaxQueryCost, EndpointChecks: c.MaxChecks, Sockets: c.MaxSockets, Subscriptions: c.MaxSubscriptions,
	}
}
