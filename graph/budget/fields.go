package budget

import (
	"context"
	"reflect"

	"github.com/99designs/gqlgen/graphql"

	"mailferry/graph/apierror"
)

// Fields counts each field of an answer when it is resolved, introspection included, and resolves no further ones once
// the answer is too large. So lists cost what they hold, whatever was expected of them before. Resolvers, which read the
// database, take turns: were all of its connections busy with answers, nothing else would get one.
type Fields struct{ reading chan struct{} }

// readsAtOnce is how many resolvers of all answers read at the same time: a third of the connections to the database.
const readsAtOnce = 5

// NewFields returns the extension. It belongs to one server, whose resolvers take turns.
func NewFields() Fields { return Fields{make(chan struct{}, readsAtOnce)} }

var _ interface {
	graphql.HandlerExtension
	graphql.FieldInterceptor
} = Fields{}

// ErrSpent is the error of each field that is not resolved any more. The presenter leaves it out: callers see the budget's
// own error, once.
var ErrSpent = &apierror.Error{Code: apierror.CodeBadInput, Message: "The answer would be too large."}

// ExtensionName is the name that the executor knows the extension by.
func (Fields) ExtensionName() string { return "Bounded" }

// Validate has nothing to find: the extension fits every schema.
func (Fields) Validate(graphql.ExecutableSchema) error { return nil }

// InterceptField resolves a field and counts what it holds.
func (r Fields) InterceptField(ctx context.Context, next graphql.Resolver) (any, error) {
	b := of(ctx)
	if b == nil {
		return next(ctx)
	}
	if b.refusal.Load() != nil {
		return nil, ErrSpent
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
	if !b.Grow(max(size, fieldBytes)) {
		return nil, ErrSpent
	}
	return value, nil
}

// resolve resolves a field, in turn with others if that may read the database. A mutation or subscription itself is not
// held up: it may wait for other servers, or for ever.
func (r Fields) resolve(ctx context.Context, field *graphql.FieldContext, next graphql.Resolver) (any, error) {
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
