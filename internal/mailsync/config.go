package mailsync

import (
	"context"
	"crypto/tls"
	"net"
	"time"
)

// Config is what a run takes from its surroundings. The zero value works.
type Config struct {
	// DialContext makes each TCP connection; nil stands for net.Dialer's. A rule on where
	// the engine may connect belongs here.
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)
	// TLS is the base of the TLS configuration of both sides, nil for the system's roots.
	TLS *tls.Config
	// Now is the clock, nil for time.Now.
	Now func() time.Time
	// TempDir is where messages over a mebibyte are held, in files without a name; empty
	// for the system's folder.
	TempDir string
	// Version is what the engine calls itself, in its log and to servers that ask.
	Version string
	// Pause is the first pause before a connection is tried again; each further one is
	// twice as long, up to a minute. 0 stands for one second.
	Pause time.Duration
	// Attempts is how often in a row a connection is tried without any message getting
	// through before the host counts as gone; 0 stands for 7, about two minutes.
	Attempts int
	// Connections is how many folders are copied at the same time at most, each over a
	// connection to each side; 0 stands for 3.
	Connections int
	// LongRun is how long a run takes at least for flags that changed meanwhile to be looked
	// for at its end; 0 stands for a minute.
	LongRun time.Duration
	// Memory is how many bytes of messages are held in memory at most; 0 stands for 10 MiB.
	Memory int64
}

func (c Config) withDefaults() Config {
	if c.DialContext == nil {
		c.DialContext = new(net.Dialer).DialContext
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Version == "" {
		c.Version = "dev"
	}
	if c.Pause == 0 {
		c.Pause = time.Second
	}
	if c.Attempts == 0 {
		c.Attempts = 7
	}
	if c.Connections == 0 {
		c.Connections = 3
	}
	if c.LongRun == 0 {
		c.LongRun = time.Minute
	}
	if c.Memory == 0 {
		c.Memory = 10 << 20
	}
	return c
}
