package httpserver

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// NewServer returns a server for the handler. Base is the context of all requests; its end closes the WebSockets,
// which http.Server.Shutdown does not see.
func NewServer(base context.Context, handler http.Handler, logger *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		BaseContext:       func(net.Listener) context.Context { return base },
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}
}

// ListenConfig says where and how to listen.
type ListenConfig struct {
	// Addr is host:port.
	Addr string
	// CertFile and KeyFile are PEM files for TLS, both or none. They are read again when they change.
	CertFile, KeyFile string
	// AllowPlain allows to listen without TLS on an address that other machines can reach, as behind a proxy that
	// is one of them.
	AllowPlain bool
	// Hosts are told the names of the certificate; nil: nobody is.
	Hosts  *Hosts
	Logger *slog.Logger
}

// ErrPlain says that passwords would cross the network readable.
var ErrPlain = errors.New("other machines could reach this address and would send passwords unencrypted: " +
	"give a certificate and key (MAILFERRY_TLS_CERT, MAILFERRY_TLS_KEY), listen on 127.0.0.1 behind a proxy, " +
	"or set MAILFERRY_ALLOW_PLAIN_HTTP=true if something else encrypts the connection")

// Listen listens. What it returns speaks TLS if there are files for it.
func Listen(ctx context.Context, config ListenConfig) (net.Listener, error) {
	if (config.CertFile == "") != (config.KeyFile == "") {
		return nil, errors.New("TLS needs both a certificate file and a key file")
	}
	var certificate *certificateFiles
	if config.CertFile != "" {
		certificate = &certificateFiles{certFile: config.CertFile, keyFile: config.KeyFile, logger: config.Logger, now: time.Now}
		if err := certificate.load(); err != nil {
			return nil, fmt.Errorf("load the TLS certificate: %w", err)
		}
		if config.Hosts != nil && certificate.current.Leaf != nil {
			config.Hosts.Add(certificate.current.Leaf.DNSNames...)
		}
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", config.Addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", config.Addr, err)
	}
	if certificate != nil {
		return tls.NewListener(listener, &tls.Config{
			MinVersion: tls.VersionTLS12,
			// With TLS 1.2 those that encrypt and authenticate at once: no CBC.
			CipherSuites: []uint16{
				tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
				tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
				tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
			},
			GetCertificate: certificate.get,
			NextProtos:     []string{"h2", "http/1.1"},
		}), nil
	}
	// What counts is where it really listens, whatever a name resolved to.
	addr, ok := listener.Addr().(*net.TCPAddr)
	if !config.AllowPlain && (!ok || !addr.IP.IsLoopback()) {
		return nil, errors.Join(fmt.Errorf("listen on %s: %w", config.Addr, ErrPlain), listener.Close())
	}
	return listener, nil
}

// certificateFiles is a certificate that is read again when its files change, as when it is renewed.
type certificateFiles struct {
	certFile, keyFile string
	logger            *slog.Logger
	now               func() time.Time

	mu      sync.Mutex
	current *tls.Certificate
	stamps  [2]fileStamp
	checked time.Time
}

// fileStamp tells one version of a file from another.
type fileStamp struct {
	modified time.Time
	size     int64
}

// certificatePause is the time between two looks at the files.
const certificatePause = time.Second

// get is a tls.Config's GetCertificate. A new version that cannot be used (half of it may be written yet) is logged
// and leaves the one before in use.
func (c *certificateFiles) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.now(); now.Sub(c.checked) >= certificatePause {
		c.checked = now
		if stamps, err := c.look(); err == nil && stamps != c.stamps {
			if err := c.loadLocked(); err != nil {
				c.logger.Error("changed TLS certificate cannot be loaded", keyError, err)
			} else {
				c.logger.Info("TLS certificate reloaded")
			}
		}
	}
	return c.current, nil
}

func (c *certificateFiles) load() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.loadLocked()
}

func (c *certificateFiles) loadLocked() error {
	stamps, err := c.look()
	if err != nil {
		return err
	}
	certificate, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return err
	}
	c.current, c.stamps = &certificate, stamps
	return nil
}

func (c *certificateFiles) look() (stamps [2]fileStamp, err error) {
	for i, name := range []string{c.certFile, c.keyFile} {
		info, err := os.Stat(name)
		if err != nil {
			return stamps, err
		}
		stamps[i] = fileStamp{info.ModTime(), info.Size()}
	}
	return stamps, nil
}
