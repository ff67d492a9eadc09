package transport

import (
	"context"
	"sync"

	"golang.org/x/sync/semaphore"
)

// eventGate lets a subscription build an event when its socket has sent the one before it, and when the server has room
// for one more. So a socket whose client does not read holds one event, however many subscriptions it has.
type eventGate struct {
	socket chan struct{}
	all    *semaphore.Weighted

	mu   sync.Mutex
	held bool
}

// acquire waits for room. The subscription must have released what it acquired before, which happens once that event is
// sent.
func (g *eventGate) acquire(ctx context.Context) error {
	select {
	case g.socket <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if err := g.all.Acquire(ctx, 1); err != nil {
		<-g.socket
		return err
	}
	g.mu.Lock()
	g.held = true
	g.mu.Unlock()
	return nil
}

// release gives back what acquire took, if anything.
func (g *eventGate) release() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.held {
		g.held = false
		g.all.Release(1)
		<-g.socket
	}
}

type gateKey struct{}

func withGate(ctx context.Context, g *eventGate) context.Context {
	return context.WithValue(ctx, gateKey{}, g)
}

// gateOf is the gate of the subscription of ctx; where there is none, one that is always open.
func gateOf(ctx context.Context) *eventGate {
	if g, ok := ctx.Value(gateKey{}).(*eventGate); ok {
		return g
	}
	return &eventGate{socket: make(chan struct{}, 1), all: semaphore.NewWeighted(1)}
}
