package httpserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"time"
)

// ErrNotLoopback says that other machines could reach an address that is for this one alone.
var ErrNotLoopback = errors.New("is not an address of loopback, as 127.0.0.1:6060: profiles are for this machine alone")

// CheckProfilesAddress says what is wrong with an address for [ServeProfiles]: its host must be an address of loopback, or
// localhost. An empty host would be all addresses of the machine.
func CheckProfilesAddress(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("%q is not of the form 127.0.0.1:6060", address)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("%q %w", address, ErrNotLoopback)
	}
	return nil
}

// Profiles answers requests for profiles of the running server until it is closed.
type Profiles struct {
	server *http.Server
	served chan struct{}
}

// ServeProfiles serves net/http/pprof under /debug/pprof/ on an address of loopback, without signing in: who may log in to
// this machine sees functions, times and sizes, and no contents. Whoever asks by another name than that of loopback is
// refused, so that no page in a browser reads them by pointing its own name here.
func ServeProfiles(ctx context.Context, address string, logger *slog.Logger) (*Profiles, error) {
	if err := CheckProfilesAddress(address); err != nil {
		return nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen for profiles: %w", err)
	}
	// A name may lead anywhere: what counts is where it has led.
	if tcp, ok := listener.Addr().(*net.TCPAddr); !ok || !tcp.IP.IsLoopback() {
		return nil, errors.Join(fmt.Errorf("%q %w", address, ErrNotLoopback), listener.Close())
	}
	p := &Profiles{
		server: &http.Server{
			Handler:           onlyLoopbackNames(profiles()),
			ReadHeaderTimeout: 10 * time.Second,
			BaseContext:       func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
			ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
		},
		served: make(chan struct{}),
	}
	logger.InfoContext(ctx, "profiles", "url", "http://"+listener.Addr().String()+"/debug/pprof/")
	go func() {
		defer close(p.served)
		if err := p.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			logger.ErrorContext(ctx, "profiles are no longer served", "error", err)
		}
	}()
	return p, nil
}

// Close ends it, and the requests that are being answered.
func (p *Profiles) Close() error {
	err := p.server.Close()
	<-p.served
	return err
}

// profiles are the routes of net/http/pprof.
func profiles() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("POST /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return mux
}

// onlyLoopbackNames refuses requests whose Host is no name of loopback.
func onlyLoopbackNames(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			http.Error(w, "this address is for programs on this machine", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}
