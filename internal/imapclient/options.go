package imapclient

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Security is how a connection is protected. The values are those of the service's API.
type Security string

const (
	// TLS speaks TLS from the first byte (RFC 8314, section 3.2).
	TLS Security = "TLS"
	// StartTLS upgrades a clear connection before anything else (RFC 3501, section 6.2.1) and fails if it cannot.
	StartTLS Security = "STARTTLS"
	// None sends everything in clear text, the password included.
	None Security = "NONE"
)

// Default deadlines and limits of [Options].
const (
	DefaultConnectTimeout  = 30 * time.Second
	DefaultProgressTimeout = 120 * time.Second
	DefaultCommandTimeout  = 5 * time.Minute
	DefaultAppendTimeout   = 10 * time.Minute
	DefaultMaxLine         = 12 << 20
	DefaultMaxLiteral      = 1 << 20
)

// Options say how to connect. Host is required; everything else has a default that works.
type Options struct {
	Host string
	// Port is 993 for TLS and 143 otherwise when it is 0.
	Port int
	// Security is TLS when it is empty.
	Security Security
	// SkipVerify accepts any certificate. By default it must be valid for Host.
	SkipVerify bool
	// OldCiphers also takes TLS 1.0 and 1.1, and ciphers without forward secrecy (RSA key exchange), which RFC 9325, section
	// 4.1 rules out: who gets hold of the server's key can read what was recorded.
	OldCiphers bool
	// TLSConfig is cloned and completed; nil is fine. Tests put their RootCAs here.
	TLSConfig *tls.Config
	// DialContext makes the TCP connection, net.Dialer's when nil. A policy on networks and ports belongs here;
	// its error is the cause of an ErrConnect.
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)

	// ConnectTimeout bounds Dial: connecting, TLS and the greeting together. Negative means none, here and below.
	ConnectTimeout time.Duration
	// ProgressTimeout ends a connection on which a command waits while no byte passes in either direction.
	ProgressTimeout time.Duration
	// CommandTimeout bounds the wait for the reply to the oldest command in flight, counted from the last data
	// that belonged to it. It catches servers that keep a connection alive but do not answer.
	CommandTimeout time.Duration
	// AppendTimeout takes the place of CommandTimeout, and of ProgressTimeout, once an APPEND is fully sent:
	// servers scan, index and sync before they say OK.
	AppendTimeout time.Duration

	// MaxLine bounds one line from the server in bytes, without literals. A longer one is an ErrProtocol.
	MaxLine int
	// MaxLiteral bounds a literal that is kept in memory (names, header fields without a sink). Of a longer one
	// the rest is skipped.
	MaxLiteral int64

	// ClientName and ClientVersion are sent with ID (RFC 2971) where Client.Identify is called.
	ClientName, ClientVersion string
	// Habits are shared by the connections to one account of a host; nil gives the connection its own.
	Habits *Habits
	// Writes says that messages will be appended over the connection: mailboxes are opened by SELECT then, never by EXAMINE. Some
	// servers refuse an APPEND to the mailbox that is open for reading only, and Courier tells of one that was never opened
	// otherwise under another UIDVALIDITY each time.
	Writes bool
	// DisableCaps are capabilities to behave as if the server had not announced them, such as "MULTIAPPEND".
	DisableCaps []string
	// Trace receives the conversation, one line per Write, with literals as their size and secrets as "***".
	// nil traces nothing.
	Trace io.Writer
	// Unilateral is called from the reader for data nobody asked for. It must not block. nil ignores them.
	Unilateral func(Unilateral)
}

// Unilateral is something a server said on its own account.
type Unilateral struct {
	// Kind is "EXISTS", "EXPUNGE", "RECENT", "FETCH", "ALERT" (an [ALERT] code) or "VANISHED".
	Kind string
	// Number is the count or sequence number, 0 for ALERT and VANISHED.
	Number uint32
	// Text is that of an ALERT, or the UIDs of a VANISHED.
	Text string
}

// withDefaults fills in what is zero.
func (o Options) withDefaults() Options {
	if o.Security == "" {
		o.Security = TLS
	}
	if o.Port == 0 {
		o.Port = 143
		if o.Security == TLS {
			o.Port = 993
		}
	}
	if o.DialContext == nil {
		o.DialContext = new(net.Dialer).DialContext
	}
	if o.Habits == nil {
		o.Habits = new(Habits)
	}
	setDefault(&o.ConnectTimeout, DefaultConnectTimeout)
	setDefault(&o.ProgressTimeout, DefaultProgressTimeout)
	setDefault(&o.CommandTimeout, DefaultCommandTimeout)
	setDefault(&o.AppendTimeout, DefaultAppendTimeout)
	setDefault(&o.MaxLine, DefaultMaxLine)
	setDefault(&o.MaxLiteral, DefaultMaxLiteral)
	return o
}

func setDefault[T comparable](value *T, standard T) {
	var zero T
	if *value == zero {
		*value = standard
	}
}

// address is host:port, with brackets around an IPv6 address.
func (o Options) address() string {
	return net.JoinHostPort(strings.Trim(o.Host, "[]"), strconv.Itoa(o.Port))
}

// tlsConfig completes the caller's TLS configuration.
func (o Options) tlsConfig() *tls.Config {
	config := o.TLSConfig.Clone()
	if config == nil {
		config = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	if config.ServerName == "" {
		config.ServerName = strings.Trim(o.Host, "[]")
	}
	if o.SkipVerify {
		config.InsecureSkipVerify = true
	}
	if o.OldCiphers {
		config.MinVersion = tls.VersionTLS10
		config.CipherSuites = nil
		for _, suite := range slices.Concat(tls.CipherSuites(), tls.InsecureCipherSuites()) {
			if !strings.Contains(suite.Name, "_RC4_") {
				config.CipherSuites = append(config.CipherSuites, suite.ID)
			}
		}
	}
	return config
}
