package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"mailferry/internal/database"
)

// Keys of the attributes of log lines.
const (
	keyError = "error"
	keyToken = "token"
)

// What credentials of Principals begin with.
const (
	sessionCredential = "session:"
	tokenCredential   = "token:"
	administratorName = "administrator"
)

var (
	// ErrUnauthenticated says that there are no valid credentials.
	ErrUnauthenticated = errors.New("sign in first")
	// ErrWrongPassword says just that.
	ErrWrongPassword = errors.New("the password is wrong")
)

// Config is what a [Service] needs. DB and Logger must be given.
type Config struct {
	DB *database.DB
	// APIToken is a token with full rights, of the configuration; none if it is empty.
	APIToken string
	// SessionLifetime is how long a session lasts that is not used; 24 hours if it is 0.
	SessionLifetime time.Duration
	// SessionEnd is how long one lasts however much it is used; 30 days if it is 0, and never less than SessionLifetime.
	SessionEnd time.Duration
	// CheckPause is the time between two looks for credentials that another process has revoked; 5 seconds if it
	// is 0.
	CheckPause time.Duration
	// Proxies are believed about their clients; nil: none are.
	Proxies *Proxies
	// ProxyUserHeader is the header in which a trusted proxy names the user that it has signed in; empty: none.
	ProxyUserHeader string
	// ProxySecret is what a proxy proves itself with in the header [ProxySecretHeader]: its address alone is one that
	// every program on the same machine has. Empty: the address is enough.
	ProxySecret string
	// ProxyUsers are the users that may sign in so; empty: all that the proxy names.
	ProxyUsers []string
	Logger     *slog.Logger
	// Now is the clock; time.Now if it is nil.
	Now func() time.Time
}

// Service signs in and out.
type Service struct {
	config          Config
	configuredToken string // its hash
	store           sessionStore
	sessions        *scs.SessionManager
	hasher          *hasher
	throttle        *throttle
	leases          *leases
	renewals        renewals
}

// NewService returns a service. PrepareAdministrator comes next.
func NewService(config Config) *Service {
	if config.SessionLifetime <= 0 {
		config.SessionLifetime = 24 * time.Hour
	}
	if config.SessionEnd <= 0 {
		config.SessionEnd = 30 * 24 * time.Hour
	}
	config.SessionEnd = max(config.SessionEnd, config.SessionLifetime)
	if config.CheckPause <= 0 {
		config.CheckPause = 5 * time.Second
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	s := &Service{config: config, hasher: newHasher(), throttle: newThrottle(config.Now), leases: newLeases()}
	if config.APIToken != "" {
		s.configuredToken = tokenHash(config.APIToken)
	}
	s.store = sessionStore{config.DB, s.now}
	// Not scs.New, which starts a store in memory. The cookie is written here: its name depends on the connection.
	s.sessions = &scs.SessionManager{
		Store: s.store, Lifetime: config.SessionEnd, IdleTimeout: config.SessionLifetime, Codec: scs.GobCodec{}, HashTokenInStore: true,
	}
	return s
}

// Authenticate finds out who sent a request. A bearer token goes before a session; one that is wrong is not made up
// for by a session. The error is ErrUnauthenticated or a fault of the server.
func (s *Service) Authenticate(r *http.Request) (Principal, error) {
	principal, ok, err := s.identify(r)
	if err == nil && !ok {
		err = ErrUnauthenticated
	}
	return principal, err
}

func (s *Service) identify(r *http.Request) (Principal, bool, error) {
	if header := r.Header.Get("Authorization"); header != "" {
		return s.byAuthorization(r.Context(), header)
	}
	if principal, ok, err := s.bySession(r); ok || err != nil {
		return principal, ok, err
	}
	return s.byProxy(r)
}

func (s *Service) byAuthorization(ctx context.Context, header string) (Principal, bool, error) {
	scheme, secret, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return Principal{}, false, nil
	}
	return s.byToken(ctx, strings.TrimSpace(secret))
}

// byProxy believes the user that a trusted proxy names.
func (s *Service) byProxy(r *http.Request) (Principal, bool, error) {
	if s.config.ProxyUserHeader == "" || !s.config.Proxies.FromProxy(r) {
		return Principal{}, false, nil
	}
	if !s.provesItself(r) {
		return Principal{}, false, nil
	}
	values := r.Header.Values(s.config.ProxyUserHeader)
	// Two would mean that the proxy let the client's own header through.
	if len(values) != 1 || strings.TrimSpace(values[0]) == "" {
		return Principal{}, false, nil
	}
	user := strings.TrimSpace(values[0])
	if len(s.config.ProxyUsers) > 0 {
		allowed := false
		for _, name := range s.config.ProxyUsers {
			allowed = allowed || name == user
		}
		if !allowed {
			return Principal{}, false, nil
		}
	}
	return NewBrowserPrincipal(user), true, nil
}

// ProxySecretHeader is the header in which a proxy sends the secret that it shares with the server.
const ProxySecretHeader = "Mailferry-Proxy-Secret"

// provesItself says whether a request carries the proxy's secret, once, or needs none.
func (s *Service) provesItself(r *http.Request) bool {
	values := r.Header.Values(ProxySecretHeader)
	return s.config.ProxySecret == "" || len(values) == 1 && equal(tokenHash(values[0]), tokenHash(s.config.ProxySecret))
}

// AuthorizeSocket finds who opened a socket: the bearer of the authorization that came over it, or else who sent the
// request that became it, if its context tells. The context that it returns carries the Principal and ends with
// ErrEnded when the credentials do; release lets go of them.
func (s *Service) AuthorizeSocket(ctx context.Context, authorization string) (authorized context.Context, release func(), err error) {
	principal, ok := FromContext(ctx)
	if authorization != "" {
		if principal, ok, err = s.byAuthorization(ctx, authorization); err != nil {
			return nil, nil, err
		}
	}
	if !ok {
		return nil, nil, ErrUnauthenticated
	}
	return s.Hold(NewContext(ctx, principal), principal)
}

// Hold returns a context that ends with ErrEnded when a Principal's credentials do, and a function that lets go of
// them. It fails with ErrUnauthenticated if they have ended already.
func (s *Service) Hold(ctx context.Context, principal Principal) (held context.Context, release func(), err error) {
	if principal.credential == "" {
		return ctx, func() {}, nil
	}
	held, letGo := s.leases.hold(ctx, principal.credential)
	// Only now: an end between the look that found the Principal and the hold would pass unnoticed.
	alive, err := s.alive(ctx, principal.credential)
	if err == nil && !alive {
		err = ErrUnauthenticated
	}
	if err != nil {
		letGo()
		return nil, nil, err
	}
	if principal.expires.IsZero() {
		return held, letGo, nil
	}
	timed, stop := context.WithDeadlineCause(held, principal.expires, ErrEnded)
	return timed, func() { stop(); letGo() }, nil
}

// alive says whether a session or token is still there.
func (s *Service) alive(ctx context.Context, credential string) (bool, error) {
	if hash, ok := strings.CutPrefix(credential, sessionCredential); ok {
		_, found, err := s.store.FindCtx(ctx, hash)
		return found, err
	}
	id, err := strconv.ParseInt(strings.TrimPrefix(credential, tokenCredential), 10, 64)
	if err != nil {
		return false, fmt.Errorf("unknown kind of credential: %w", err)
	}
	found, err := s.config.DB.NewSelect().Model((*Token)(nil)).Where("id = ?", id).Exists(ctx)
	if err != nil {
		return false, fmt.Errorf("look up token: %w", err)
	}
	return found, nil
}

// Run ends what is held by credentials that another process has revoked, and clears away expired sessions, until ctx
// ends.
func (s *Service) Run(ctx context.Context) {
	ticker := time.NewTicker(s.config.CheckPause)
	defer ticker.Stop()
	for cleaned := (time.Time{}); ; {
		if now := s.now(); now.Sub(cleaned) >= time.Hour {
			cleaned = now
			s.renewals.forget(now, s.renewalPause())
			if err := s.store.removeExpired(ctx); err != nil && ctx.Err() == nil {
				s.config.Logger.WarnContext(ctx, "expired sessions cannot be removed", keyError, err)
			}
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		for _, credential := range s.leases.credentials() {
			alive, err := s.alive(ctx, credential)
			switch {
			case err != nil && ctx.Err() == nil:
				// A database that is away for a moment ends no sockets.
				s.config.Logger.WarnContext(ctx, "credentials cannot be checked", keyError, err)
			case err == nil && !alive:
				s.leases.end(credential)
			case err == nil:
				if hash, ok := strings.CutPrefix(credential, sessionCredential); ok {
					s.renewHeld(ctx, hash)
				}
			}
		}
	}
}

// now is the time as the database keeps it: UTC, microseconds.
func (s *Service) now() time.Time { return s.config.Now().UTC().Truncate(time.Microsecond) }

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
