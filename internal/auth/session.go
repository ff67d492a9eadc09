package auth

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/uptrace/bun"

	"mailferry/internal/database"
)

// Names of the session's cookie, which the port follows unless it is the usual one: browsers send cookies to every port
// of a host, and two servers on one host would sign each other's people out. Behind TLS the prefix makes browsers refuse
// it from anywhere but this very host (RFC 6265bis, section 4.1.3.2).
const (
	cookieName       = "mailferry"
	secureCookieName = "__Host-mailferry"
	sessionOwner     = "administrator"
)

type session struct {
	bun.BaseModel `bun:"table:sessions"`

	TokenHash string    `bun:"token_hash,pk"`
	Data      []byte    `bun:"data"`
	ExpiresAt time.Time `bun:"expires_at"`
}

// sessionStore keeps sessions in the database for scs, which hands it hashes of their tokens.
type sessionStore struct {
	db  *database.DB
	now func() time.Time
}

var _ scs.CtxStore = sessionStore{}

func (s sessionStore) FindCtx(ctx context.Context, hash string) ([]byte, bool, error) {
	row := new(session)
	err := s.db.NewSelect().Model(row).Where("token_hash = ? AND expires_at > ?", hash, s.now()).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read session: %w", err)
	}
	return row.Data, true, nil
}

func (s sessionStore) CommitCtx(ctx context.Context, hash string, data []byte, expiry time.Time) error {
	row := &session{TokenHash: hash, Data: data, ExpiresAt: expiry.UTC().Truncate(time.Microsecond)}
	return s.db.Write(ctx, func(ctx context.Context, db bun.IDB) error {
		if _, err := db.NewInsert().Model(row).On("CONFLICT (token_hash) DO UPDATE").
			Set("data = EXCLUDED.data").Set("expires_at = EXCLUDED.expires_at").Exec(ctx); err != nil {
			return fmt.Errorf("store session: %w", err)
		}
		return nil
	})
}

func (s sessionStore) DeleteCtx(ctx context.Context, hash string) error {
	return s.db.Write(ctx, func(ctx context.Context, db bun.IDB) error {
		if _, err := db.NewDelete().Model((*session)(nil)).Where("token_hash = ?", hash).Exec(ctx); err != nil {
			return fmt.Errorf("delete session: %w", err)
		}
		return nil
	})
}

func (s sessionStore) Find(hash string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), hash)
}

func (s sessionStore) Commit(hash string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), hash, data, expiry)
}

func (s sessionStore) Delete(hash string) error { return s.DeleteCtx(context.Background(), hash) }

// removeExpired deletes what FindCtx would not find any more.
func (s sessionStore) removeExpired(ctx context.Context) error {
	return s.db.Write(ctx, func(ctx context.Context, db bun.IDB) error {
		_, err := db.NewDelete().Model((*session)(nil)).Where("expires_at <= ?", s.now()).Exec(ctx)
		return err
	})
}

// tokenHash is how scs spells the hash of a session's token; API tokens use the same.
func tokenHash(token string) string {
	hash := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(hash[:])
}

// SignIn checks the administrator's password and answers with a session's cookie, and one that tells the device again.
// The client is throttled by its address, or, where it has signed in before, by its device alone. The error is ErrWrongPassword, a *ThrottledError, or a fault of the server.
func (s *Service) SignIn(w http.ResponseWriter, r *http.Request, password string) error {
	ctx := r.Context()
	admin, err := s.administrator(ctx)
	if err != nil {
		return err
	}
	if admin == nil {
		return errors.New("no administrator has been prepared")
	}
	key := deviceKey(admin)
	attempt, returning, err := s.beginAttempt(r, key)
	if err != nil {
		return err
	}
	if len(password) > maxPassword {
		return ErrWrongPassword
	}
	right, err := s.hasher.verify(ctx, admin.PasswordHash, password)
	if err != nil {
		return fmt.Errorf("check the password: %w", err)
	}
	if !right {
		return ErrWrongPassword
	}
	attempt.succeeded()

	// A fresh session: whoever knew the token before the sign-in knows nothing now.
	s.forget(r)
	ctx, err = s.sessions.Load(ctx, "")
	if err != nil {
		return fmt.Errorf("begin session: %w", err)
	}
	s.sessions.Put(ctx, sessionOwner, true)
	token, _, err := s.sessions.Commit(ctx)
	if err != nil {
		return fmt.Errorf("begin session: %w", err)
	}
	// The cookie lasts as long as a session can. Whether it still does is for the database to say.
	http.SetCookie(w, s.cookie(r, token, s.sessions.Deadline(ctx)))
	if !returning {
		http.SetCookie(w, s.deviceCookie(r, newDevice(key, s.now())))
	}
	return nil
}

// beginAttempt counts an attempt to sign in. Returning says that it comes from a device that has signed in before.
func (s *Service) beginAttempt(r *http.Request, key []byte) (a *attempt, returning bool, err error) {
	if known, ok := knownDevice(r, key, s.now()); ok {
		a, err = s.throttle.beginDevice(known)
		return a, true, err
	}
	a, err = s.throttle.begin(s.config.Proxies.ClientAddr(r))
	return a, false, err
}

func (s *Service) deviceCookie(r *http.Request, value string) *http.Cookie {
	// Lax, so that a link in a mail or a chat opens for somebody who has signed in: browsers send the cookie along when
	// such a link is followed, which reads, and not with what other sites send, post, embed or fetch.
	//nolint:gosec // Secure wherever the browser came by TLS.
	return &http.Cookie{
		Name: deviceCookieName, Value: value, Path: "/login", MaxAge: int(deviceLifetime / time.Second),
		Secure: s.config.Proxies.IsTLS(r), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

// SignOut ends the session of a request, and its sockets, and takes the cookie back.
func (s *Service) SignOut(w http.ResponseWriter, r *http.Request) {
	s.forget(r)
	http.SetCookie(w, s.cookie(r, "", time.Unix(1, 0)))
}

// forget deletes the session that a request carries.
func (s *Service) forget(r *http.Request) {
	token := s.cookieToken(r)
	if token == "" {
		return
	}
	hash := tokenHash(token)
	if err := s.store.DeleteCtx(r.Context(), hash); err != nil {
		s.config.Logger.ErrorContext(r.Context(), "session cannot be ended", keyError, err)
	}
	s.leases.end(sessionCredential + hash)
}

func (s *Service) cookie(r *http.Request, token string, expiry time.Time) *http.Cookie {
	name, secure := s.cookieName(r)
	maxAge := max(int(time.Until(expiry)/time.Second), -1)
	if token == "" {
		maxAge = -1
	}
	// Lax, so that a link in a mail or a chat opens for somebody who has signed in: browsers send the cookie along when
	// such a link is followed, which reads, and not with what other sites send, post, embed or fetch.
	//nolint:gosec // Secure wherever the browser came by TLS.
	return &http.Cookie{
		Name: name, Value: token, Path: "/", Expires: expiry, MaxAge: maxAge,
		Secure: secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

// cookieName is the name of the cookie for whoever sent the request, and whether it is for TLS alone.
func (s *Service) cookieName(r *http.Request) (name string, secure bool) {
	name, usual := cookieName, "80"
	if secure = s.config.Proxies.IsTLS(r); secure {
		name, usual = secureCookieName, "443"
	}
	if port := s.config.Proxies.port(r); port != "" && port != usual {
		name += "-" + port
	}
	return name, secure
}

// cookieToken is the token of the session's cookie; behind TLS only that of the safer name.
func (s *Service) cookieToken(r *http.Request) string {
	name, _ := s.cookieName(r)
	cookie, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return cookie.Value
}

// bySession finds the session of a request.
func (s *Service) bySession(r *http.Request) (Principal, bool, error) {
	token := s.cookieToken(r)
	if token == "" || len(token) > maxToken {
		return Principal{}, false, nil
	}
	ctx, err := s.sessions.Load(r.Context(), token)
	if err != nil {
		return Principal{}, false, fmt.Errorf("read session: %w", err)
	}
	if !s.sessions.GetBool(ctx, sessionOwner) {
		return Principal{}, false, nil
	}
	hash, end := tokenHash(token), s.sessions.Deadline(ctx)
	s.renew(r.Context(), hash, end)
	return Principal{
		Name: administratorName, browser: true, credential: sessionCredential + hash, expires: end,
	}, true, nil
}
