package auth

import (
	"fmt"
	"math"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// How often a password may be guessed: a few times at once, then slowly, by each address and by all together.
const (
	guessesAtOnce    = 5
	guessPause       = 10 * time.Second
	allGuessesAtOnce = 50
	allGuessPause    = time.Second
	// maxGuessers bounds the addresses that are remembered.
	maxGuessers = 10_000
)

// ThrottledError says that too many passwords were tried.
type ThrottledError struct {
	// RetryAfter is when the next attempt is allowed.
	RetryAfter time.Duration
}

func (e *ThrottledError) Error() string {
	return fmt.Sprintf("too many attempts to sign in; try again in %d seconds", int(math.Ceil(e.RetryAfter.Seconds())))
}

// throttle slows down guessing. A place is taken before a password is checked, so that attempts in parallel get no
// more than attempts one after the other; a right password gives it back.
type throttle struct {
	now func() time.Time

	mu       sync.Mutex
	everyone *rate.Limiter
	guessers map[guesserKey]*guesser
}

// guesserKey is who guesses: a network, or a device that has signed in before.
type guesserKey struct {
	network netip.Prefix
	device  device
}

type guesser struct {
	limiter *rate.Limiter
	seen    time.Time
	// known is an address from which the right password came: strangers who use up everyone's attempts do not lock
	// the administrator out.
	known bool
}

func newThrottle(now func() time.Time) *throttle {
	return &throttle{
		now:      now,
		everyone: rate.NewLimiter(rate.Every(allGuessPause), allGuessesAtOnce),
		guessers: make(map[guesserKey]*guesser),
	}
}

// attempt is one that was let through.
type attempt struct {
	throttle     *throttle
	guesser      *guesser
	reservations []*rate.Reservation
}

// begin lets an attempt of an address through, or fails with a *ThrottledError.
func (t *throttle) begin(addr netip.Addr) (*attempt, error) {
	return t.beginAs(guesserKey{network: network(addr)}, false)
}

// beginDevice is begin for a device that has signed in before: its attempts are counted alone.
func (t *throttle) beginDevice(known device) (*attempt, error) {
	return t.beginAs(guesserKey{device: known}, true)
}

func (t *throttle) beginAs(key guesserKey, known bool) (*attempt, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	g := t.guesser(key, now)
	g.known = g.known || known
	a := &attempt{throttle: t, guesser: g}
	limiters := []*rate.Limiter{g.limiter, t.everyone}
	if g.known {
		limiters = limiters[:1]
	}
	for _, limiter := range limiters {
		reservation := limiter.ReserveN(now, 1)
		a.reservations = append(a.reservations, reservation)
		if wait := reservation.DelayFrom(now); wait > 0 {
			a.cancel(now)
			return nil, &ThrottledError{RetryAfter: wait}
		}
	}
	return a, nil
}

// succeeded gives back what the attempt took.
func (a *attempt) succeeded() {
	a.throttle.mu.Lock()
	defer a.throttle.mu.Unlock()
	a.guesser.known = true
	a.guesser.limiter = rate.NewLimiter(rate.Every(guessPause), guessesAtOnce)
	a.cancel(a.throttle.now())
}

func (a *attempt) cancel(now time.Time) {
	for _, reservation := range a.reservations {
		reservation.CancelAt(now)
	}
}

// network is an address's, of which one customer has many addresses where it is IPv6. Those who have no address, as
// over a Unix socket, share one.
func network(addr netip.Addr) netip.Prefix {
	addr = addr.Unmap().WithZone("")
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	prefix, err := addr.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return prefix
}

// guesser finds or makes the one that has a key.
func (t *throttle) guesser(key guesserKey, now time.Time) *guesser {
	if known := t.guessers[key]; known != nil {
		known.seen = now
		return known
	}
	if len(t.guessers) >= maxGuessers {
		t.forgetOldest(now)
	}
	fresh := &guesser{limiter: rate.NewLimiter(rate.Every(guessPause), guessesAtOnce), seen: now}
	t.guessers[key] = fresh
	return fresh
}

// forgetOldest drops those whose attempts have all come back, or else the one seen longest ago.
func (t *throttle) forgetOldest(now time.Time) {
	var oldest guesserKey
	var oldestSeen time.Time
	for key, g := range t.guessers {
		if now.Sub(g.seen) > guessesAtOnce*guessPause {
			delete(t.guessers, key)
			continue
		}
		if oldestSeen.IsZero() || g.seen.Before(oldestSeen) {
			oldest, oldestSeen = key, g.seen
		}
	}
	if len(t.guessers) >= maxGuessers {
		delete(t.guessers, oldest)
	}
}
