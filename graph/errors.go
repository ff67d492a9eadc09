package graph

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"mailferry/graph/apierror"
	"mailferry/graph/budget"
	"mailferry/internal/migration"
)

// Keys of the attributes of log lines.
const (
	keyError = "error"
	keyPath  = "path"
	keyStack = "stack"
)

// indexed is the path of an element of a list argument.
func indexed(name string, i int) string { return name + "[" + strconv.Itoa(i) + "]" }

// under puts a path before the field that a refused input names.
func under(path string, err error) error {
	if refused, ok := errors.AsType[*apierror.Error](err); ok {
		moved := *refused
		moved.Field = path + "." + moved.Field
		return &moved
	}
	if refused, ok := errors.AsType[*migration.Error](err); ok && refused.Field != "" {
		moved := *refused
		moved.Field = path + "." + moved.Field
		return &moved
	}
	return err
}

// presenter turns errors into what callers see. Whatever is not meant for them becomes INTERNAL, whose inside goes to
// the log alone. Messages of gqlgen that repeat values of the request are replaced, since a value may be a password.
type presenter struct{ logger *slog.Logger }

func (p presenter) present(ctx context.Context, err error) *gqlerror.Error {
	budget.CountError(ctx)
	var presented gqlerror.Error
	var framework *gqlerror.Error
	if errors.As(err, &framework) {
		presented.Path, presented.Locations = framework.Path, framework.Locations
	} else {
		presented.Path = graphql.GetPath(ctx)
	}
	set := func(code, field, message string) *gqlerror.Error {
		presented.Message = message
		presented.Extensions = map[string]any{"code": code}
		if field != "" {
			presented.Extensions["field"] = field
		}
		return &presented
	}

	var own *apierror.Error
	var refused *migration.Error
	switch {
	case errors.Is(err, budget.ErrSpent):
		return nil // Once for the whole answer, by its budget.
	case errors.As(err, &own):
		return set(own.Code, own.Field, own.Message)
	case errors.As(err, &refused):
		return set(string(refused.Code), refused.Field, refused.Message)
	case framework != nil && framework.Err == nil && framework.Extensions["code"] == errcode.ParseFailed:
		if strings.Contains(framework.Message, "token limit") {
			return set(apierror.CodeBadInput, "", "The query is too long. Send values in variables.")
		}
		return set(apierror.CodeBadInput, "", "The query is not valid GraphQL.")
	case framework != nil && framework.Err == nil && framework.Extensions["code"] == errcode.ValidationFailed:
		return set(apierror.CodeBadInput, inputField(framework.Path), validationMessage(framework))
	case isArgumentError(ctx, framework):
		return set(apierror.CodeBadInput, inputField(presented.Path), argumentMessage(framework))
	case migration.Unavailable(err) && ctx.Err() == nil:
		p.logger.WarnContext(ctx, "the database cannot be used", keyError, err, keyPath, presented.Path.String())
		return set(apierror.CodeUnavailable, "", "The database cannot be used at this moment. Try again in a few seconds.")
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return set(apierror.CodeInternal, "", "The request was cancelled.")
	}
	p.logger.ErrorContext(ctx, "request failed", keyError, err, keyPath, presented.Path.String())
	return set(apierror.CodeInternal, "", "Something went wrong inside the server. Its log says what.")
}

// recovered turns a panic in a resolver into an error that present calls INTERNAL.
func (p presenter) recovered(ctx context.Context, panicked any) error {
	p.logger.ErrorContext(ctx, "panic in a resolver", keyError, fmt.Sprint(panicked), keyStack, string(debug.Stack()))
	return &apierror.Error{Code: apierror.CodeInternal, Message: "Something went wrong inside the server. Its log says what."}
}

// validationMessage keeps messages that speak of names in the query and replaces those that repeat values.
func validationMessage(err *gqlerror.Error) string {
	if err.Rule == "" && len(err.Path) == 0 {
		return "The request names no operation that is in its query."
	}
	if err.Rule == "" || err.Rule == "ValuesOfCorrectType" {
		return "A value in the request is missing or does not fit its type."
	}
	return err.Message
}

// isArgumentError says whether an error is about reading a field's arguments: those are set once all are read.
func isArgumentError(ctx context.Context, framework *gqlerror.Error) bool {
	field := graphql.GetFieldContext(ctx)
	return framework != nil && field != nil && field.Args == nil && field.Field.Field != nil &&
		field.Field.Definition != nil && len(field.Field.Definition.Arguments) > 0
}

// argumentMessage passes on what this API's own scalars say, which never repeats a value.
func argumentMessage(framework *gqlerror.Error) string {
	if framework.Err != nil && strings.HasPrefix(framework.Err.Error(), "must be ") {
		return framework.Err.Error()
	}
	return "A value in the request does not fit its type."
}

// inputField spells the path of an input as clients know it, "source.host" or "inputs[3].source.host": without the
// field or variable that holds it, and without an argument called input.
func inputField(path ast.Path) string {
	if len(path) == 0 {
		return ""
	}
	rest := path[1:]
	if path[0] == ast.PathName("variable") && len(rest) > 1 {
		if _, isIndex := rest[1].(ast.PathIndex); !isIndex {
			rest = rest[1:]
		}
	} else if len(rest) > 1 && rest[0] == ast.PathName("input") {
		rest = rest[1:]
	}
	var field strings.Builder
	for _, part := range rest {
		switch part := part.(type) {
		case ast.PathIndex:
			field.WriteString("[" + strconv.Itoa(int(part)) + "]")
		case ast.PathName:
			if field.Len() > 0 {
				field.WriteByte('.')
			}
			field.WriteString(string(part))
		}
	}
	return field.String()
}
