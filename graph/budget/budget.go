package budget

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"mailferry/graph/apierror"
)

const (
	// fieldBytes is what a field of an answer counts for at least, in bytes: whatever it holds, its name and the object
	// around it have to be built.
	fieldBytes = 64
	// errorBytes is what an error beside the data counts for.
	errorBytes = 256
	// FreeBody is how many bytes of a request may be read before [Budget.ReserveBody] is asked.
	FreeBody = freeMemory / bodyMemory
	// eventMemory is what an event may take in bytes without a place of its own: a piece of a log, however it is spelt.
	eventMemory = 2 << 20
)

// Budget is what one answer, or one event of a subscription, may still grow by. Its fields are resolved by several
// goroutines.
type Budget struct {
	ctx    context.Context //nolint:containedctx // it lives as long as the answer is built
	memory *Memory
	limit  int64 // of the answer, in bytes

	// free is what it may take of memory without a place, in bytes.
	free int64
	used atomic.Int64 // bytes of the answer
	// refusal is why the answer is not given; set once.
	refusal atomic.Pointer[apierror.Error]

	mu   sync.Mutex
	size int // of the place that it has
}

// New is the budget of an answer of at most limit bytes. Whoever waits for room in it gives up when ctx ends.
func New(ctx context.Context, m *Memory, limit int64) *Budget {
	return &Budget{ctx: ctx, memory: m, limit: limit}
}

// NewEvent is the budget of an event of a subscription. It may take so much without a place as an event takes that has
// one of those that there are for events.
func NewEvent(ctx context.Context, m *Memory, limit int64) *Budget {
	b := New(ctx, m, limit)
	b.free = eventMemory
	return b
}

// Grow counts n bytes of the answer. It says whether they may be built.
func (b *Budget) Grow(n int64) bool {
	used := b.used.Add(n)
	switch {
	case b.refusal.Load() != nil:
		return false
	case used > b.limit:
		b.refuse(apierror.CodeBadInput, fmt.Sprintf(
			"The answer would be larger than %d bytes. Ask for less at once: fewer items a page, fewer fields, a shorter piece of a log.", b.limit))
		return false
	}
	return b.reserve(used * answerMemory)
}

// ReserveBody waits for room for a request of so many bytes, and says whether there is: what it takes once it is decoded
// is several times its length.
func (b *Budget) ReserveBody(length int) bool { return b.reserve(int64(length) * bodyMemory) }

// reserve waits for a place for so many bytes of memory in all.
func (b *Budget) reserve(total int64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	size := b.memory.fit(total)
	if size <= b.size || total <= b.free {
		return true
	}
	if b.refusal.Load() != nil || !b.memory.take(b.ctx, size) {
		b.refuse(apierror.CodeTooMany, "The server is busy with other large requests at this moment. Try again in a few seconds.")
		return false
	}
	b.memory.give(b.size)
	b.size = size
	return true
}

func (b *Budget) refuse(code, message string) {
	b.refusal.CompareAndSwap(nil, &apierror.Error{Code: code, Message: message})
}

// Spent is the error of an answer that is not given; nil if it is.
func (b *Budget) Spent() *gqlerror.Error {
	refusal := b.refusal.Load()
	if refusal == nil {
		return nil
	}
	return apierror.Presented(refusal.Code, refusal.Message)
}

// Shrink moves to a smaller place that is enough for what is left, if there is one.
func (b *Budget) Shrink(total int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for size := b.memory.fit(total); size < b.size; size++ {
		smaller := b.memory.sizes[size].places
		if smaller != nil {
			select {
			case smaller <- struct{}{}:
			default:
				continue
			}
		}
		b.memory.give(b.size)
		b.size = size
		return
	}
}

// Release gives everything back. The budget is of no use any more.
func (b *Budget) Release() { b.Shrink(0) }

type budgetKey struct{}

// With has the fields that are resolved with ctx count for a budget.
func With(ctx context.Context, b *Budget) context.Context {
	return context.WithValue(ctx, budgetKey{}, b)
}

// of is the budget of ctx, or nil.
func of(ctx context.Context) *Budget {
	b, _ := ctx.Value(budgetKey{}).(*Budget)
	return b
}

// CountError counts an error beside the data for the budget of ctx, if there is one.
func CountError(ctx context.Context) {
	if b := of(ctx); b != nil {
		b.Grow(errorBytes)
	}
}
