package auth

import (
	"context"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/uptrace/bun"
)

// renewalsPerLifetime is how often a session is renewed at the most while it lasts unused: each renewal is a write.
const renewalsPerLifetime = 24

// renewals remembers when sessions were last renewed here.
type renewals struct {
	mu   sync.Mutex
	last map[string]time.Time // by the hash of the session's token
}

// due says whether a session is to be renewed now, and remembers that it was.
func (r *renewals) due(hash string, now time.Time, pause time.Duration) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if last, ok := r.last[hash]; ok && now.Sub(last) < pause {
		return false
	}
	if r.last == nil {
		r.last = make(map[string]time.Time)
	}
	r.last[hash] = now
	return true
}

// forget drops what is older than a pause: it says no more than nothing does.
func (r *renewals) forget(now time.Time, pause time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for hash, last := range r.last {
		if now.Sub(last) >= pause {
			delete(r.last, hash)
		}
	}
}

func (s *Service) renewalPause() time.Duration { return s.config.SessionLifetime / renewalsPerLifetime }

// renew has a session that is used last another lifetime, up to its end. That it cannot be renewed keeps nobody out.
func (s *Service) renew(ctx context.Context, hash string, end time.Time) {
	now := s.now()
	if !s.renewals.due(hash, now, s.renewalPause()) {
		return
	}
	expiry := now.Add(s.config.SessionLifetime)
	if end.Before(expiry) {
		expiry = end.UTC().Truncate(time.Microsecond)
	}
	err := s.config.DB.Write(ctx, func(ctx context.Context, db bun.IDB) error {
		_, err := db.NewUpdate().Model((*session)(nil)).Set("expires_at = ?", expiry).
			Where("token_hash = ? AND expires_at > ? AND expires_at < ?", hash, now, expiry).Exec(ctx)
		return err
	})
	if err != nil && ctx.Err() == nil {
		s.config.Logger.WarnContext(ctx, "session cannot be renewed", keyError, err)
	}
}

// renewHeld renews a session whose page is open: a socket counts as use.
func (s *Service) renewHeld(ctx context.Context, hash string) {
	data, found, err := s.store.FindCtx(ctx, hash)
	if err != nil || !found {
		return // Whoever looks after it next says so.
	}
	if end, _, err := (scs.GobCodec{}).Decode(data); err == nil {
		s.renew(ctx, hash, end)
	}
}
