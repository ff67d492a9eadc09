package graph

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"mailferry/graph/apierror"
)

const (
	// fieldBytes is what a field of an answer counts for at least, in bytes: whatever it holds, its name and the object
	// around it have to be built.
	fieldBytes = 64
	// errorBytes is what an error beside the data counts for.
	errorBytes = 256
	// answerMemory and bodyMemory are how many bytes of memory a byte of an answer or of a request takes at the most
	// while the answer is built or the request is read.
	answerMemory = 4
	bodyMemory   = 8
	// freeMemory is what each answer may take without asking, so that small ones are answered whatever else is built.
	freeMemory = 128 << 10
	// middleMemory is what most answers and requests take at the most, and middlePlaces how many of them there may be at
	// the same time.
	middleMemory = 2 << 20
	middlePlaces = 16
	// largePlaces is how many of the largest there may be.
	largePlaces = 2
	// roomWait is how long an answer waits for a place.
	roomWait = 15 * time.Second
)

// memory is the room for answers that are built and requests that are read, in estimated bytes. An answer has a place of
// a size, and moves to the next when it outgrows it. A place of the last size is enough for every answer, so whoever has
// one comes to its end: there is always somebody who goes on.
type memory struct{ sizes []memorySize }

type memorySize struct {
	bytes  int64
	places chan struct{} // nil: as many as come
}

func newMemory(answer int64) *memory {
	return &memory{[]memorySize{
		{bytes: freeMemory},
		{bytes: middleMemory, places: make(chan struct{}, middlePlaces)},
		{bytes: answer * answerMemory, places: make(chan struct{}, largePlaces)},
	}}
}

// fit is the smallest size that has room for so many bytes, or the largest.
func (m *memory) fit(bytes int64) int {
	for i, size := range m.sizes {
		if bytes <= size.bytes {
			return i
		}
	}
	return len(m.sizes) - 1
}

func (m *memory) take(ctx context.Context, size int) bool {
	if m.sizes[size].places == nil {
		return true
	}
	timer := time.NewTimer(roomWait)
	defer timer.Stop()
	select {
	case m.sizes[size].places <- struct{}{}:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return false
}

func (m *memory) give(size int) {
	if m.sizes[size].places != nil {
		<-m.sizes[size].places
	}
}

// budget is what one answer, or one event of a subscription, may still grow by. Its fields are resolved by several
// goroutines.
type budget struct {
	ctx    context.Context //nolint:containedctx // it lives as long as the answer is built
	memory *memory
	limit  int64 // of the answer, in bytes

	// free is what it may take of memory without a place, in bytes.
	free int64
	used atomic.Int64 // bytes of the answer
	// refusal is why the answer is not given; set once.
	refusal atomic.Pointer[apierror.Error]

	mu   sync.Mutex
	size int // of the place that it has
}

func newBudget(ctx context.Context, m *memory, limit int64) *budget {
	return &budget{ctx: ctx, memory: m, limit: limit}
}

// grow counts n bytes of the answer. It says whether they may be built.
func (b *budget) grow(n int64) bool {
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

// reserve waits for a place for so many bytes of memory in all.
func (b *budget) reserve(total int64) bool {
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

func (b *budget) refuse(code, message string) {
	b.refusal.CompareAndSwap(nil, &apierror.Error{Code: code, Message: message})
}

// spent is the error of an answer that is not given; nil if it is.
func (b *budget) spent() *gqlerror.Error {
	refusal := b.refusal.Load()
	if refusal == nil {
		return nil
	}
	return apierror.Presented(refusal.Code, refusal.Message)
}

// shrink moves to a smaller place that is enough for what is left, if there is one.
func (b *budget) shrink(total int64) {
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

// release gives everything back. The budget is of no use any more.
func (b *budget) release() { b.shrink(0) }

type budgetKey struct{}

func withBudget(ctx context.Context, b *budget) context.Context {
	return context.WithValue(ctx, budgetKey{}, b)
}

func budgetOf(ctx context.Context) *budget {
	b, _ := ctx.Value(budgetKey{}).(*budget)
	return b
}

// bounded counts each field of an answer when it is resolved, introspection included, and resolves no further ones once
// the answer is too large. So lists cost what they hold, whatever was expected of them before. Resolvers, which read the
// database, take turns: were all of its connections busy with answers, nothing else would get one.
type bounded struct{ reading chan struct{} }

// readsAtOnce is how many resolvers of all answers read at the same time: a third of the connections to the database.
const readsAtOnce = 5

func newBounded() bounded { return bounded{make(chan struct{}, readsAtOnce)} }

var _ interface {
	graphql.HandlerExtension
	graphql.FieldInterceptor
} = bounded{}

// errSpent is the error of each field that is not resolved any more; callers see the budget's own.
var errSpent = &apierror.Error{Code: apierror.CodeBadInput, Message: "The answer would be too large."}

func (bounded) ExtensionName() string { return "Bounded" }

func (bounded) Validate(graphql.ExecutableSchema) error { return nil }

func (r bounded) InterceptField(ctx context.Context, next graphql.Resolver) (any, error) {
	b := budgetOf(ctx)
	if b == nil {
		return next(ctx)
	}
	if b.refusal.Load() != nil {
		return nil, errSpent
	}
	field := graphql.GetFieldContext(ctx)
	value, err := r.resolve(ctx, field, next)
	if err != nil {
		return value, err
	}
	size := sizeOf(value)
	if field != nil {
		size += int64(len(field.Field.Alias))
		if len(field.Field.Selections) > 0 {
			size += names(ctx) * fieldBytes * itemsIn(value)
		}
	}
	if !b.grow(max(size, fieldBytes)) {
		return nil, errSpent
	}
	return value, nil
}

// resolve resolves a field, in turn with others if that may read the database. A mutation or subscription itself is not
// held up: it may wait for other servers, or for ever.
func (r bounded) resolve(ctx context.Context, field *graphql.FieldContext, next graphql.Resolver) (any, error) {
	if field == nil || !field.IsResolver || field.Object == "Mutation" || field.Object == "Subscription" {
		return next(ctx)
	}
	select {
	case r.reading <- struct{}{}:
		defer func() { <-r.reading }()
		return next(ctx)
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// names is how often the objects of the field in ctx are asked for the name of their type, which no resolver answers.
func names(ctx context.Context) int64 {
	var n int64
	for _, field := range graphql.CollectFieldsCtx(ctx, nil) {
		if field.Name == "__typename" {
			n++
		}
	}
	return n
}

// itemsIn is how many objects a value holds: those of a list, or itself.
func itemsIn(value any) int64 {
	if v := reflect.ValueOf(value); v.Kind() == reflect.Slice {
		return int64(v.Len())
	}
	return 1
}

// sizeOf is about how many bytes a field's own value takes in an answer. What is below it counts for itself.
func sizeOf(value any) int64 {
	switch v := value.(type) {
	case nil, bool, int, int64, float64:
		return 0
	case string:
		return sizeOfText(v)
	case *string:
		if v == nil {
			return 0
		}
		return sizeOfText(*v)
	case []string:
		return sizeOfTexts(v)
	}
	switch v := reflect.ValueOf(value); v.Kind() {
	case reflect.String:
		return sizeOfText(v.String())
	case reflect.Slice:
		return int64(v.Len()) * fieldBytes
	default:
		return 0
	}
}

func sizeOfTexts(texts []string) int64 {
	var size int64
	for _, text := range texts {
		size += fieldBytes + sizeOfText(text)
	}
	return size
}

// sizeOfText is the length of a string in JSON, as gqlgen writes it.
func sizeOfText(text string) int64 {
	size := int64(len(text)) + 3 // quotes and a comma
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"', c == '\\', c == '\t', c == '\n', c == '\r':
			size++
		case c < 0x20:
			size += 5
		}
	}
	return size
}
