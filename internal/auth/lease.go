package auth

import (
	"context"
	"sync"
)

// leases are the things that go on for as long as their credentials do.
type leases struct {
	mu  sync.Mutex
	all map[string]map[*lease]struct{} // by credential
}

type lease struct{ cancel context.CancelCauseFunc }

func newLeases() *leases { return &leases{all: make(map[string]map[*lease]struct{})} }

// hold returns a context that ends with ErrEnded when the credential does, and a function that lets go of it.
func (l *leases) hold(ctx context.Context, credential string) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	held := &lease{cancel}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all[credential] == nil {
		l.all[credential] = make(map[*lease]struct{})
	}
	l.all[credential][held] = struct{}{}
	return ctx, func() {
		cancel(nil)
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.all[credential], held)
		if len(l.all[credential]) == 0 {
			delete(l.all, credential)
		}
	}
}

// end ends what a credential holds.
func (l *leases) end(credential string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for held := range l.all[credential] {
		held.cancel(ErrEnded)
	}
}

// credentials lists those that hold something.
func (l *leases) credentials() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := make([]string, 0, len(l.all))
	for credential := range l.all {
		list = append(list, credential)
	}
	return list
}
