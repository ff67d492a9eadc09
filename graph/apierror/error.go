// Package apierror holds the errors whose message is meant for callers of the API, and the codes by which programs tell
// them apart.
//
// It promises that such an error says no more than its message, its code and the input that it names: nothing of the
// inside, and no value of the request. Whatever else goes wrong is for package graph to present, which turns errors of
// internal/migration into these codes and all others into INTERNAL.
package apierror

import "github.com/vektah/gqlparser/v2/gqlerror"

// The values of extensions.code that the API gives besides NOT_FOUND and CONFLICT, which internal/migration says.
const (
	// CodeBadInput is of input that is refused; Error.Field names it where there is one to name.
	CodeBadInput = "BAD_USER_INPUT"
	// CodeUnauthenticated is of requests without credentials, and CodeForbidden of those whose credentials do not allow it.
	CodeUnauthenticated = "UNAUTHENTICATED"
	CodeForbidden       = "FORBIDDEN"
	// CodeTooMany and CodeUnavailable are of what passes: the same request may be answered in a few seconds.
	CodeTooMany     = "TOO_MANY"
	CodeUnavailable = "UNAVAILABLE"
	// CodeInternal is of faults of the server.
	CodeInternal = "INTERNAL"
	// CodeNoPersistedQueries is the code by which clients of persisted queries know to send the query itself.
	CodeNoPersistedQueries = "PERSISTED_QUERY_NOT_SUPPORTED"
)

// Error is an error whose message is meant for the caller.
type Error struct {
	// Code is one of the constants of this package.
	Code string
	// Field is the path of the refused input, as source.host or inputs[3].source.host; empty where none is meant.
	Field   string
	Message string
}

// Error is the message alone.
func (e *Error) Error() string { return e.Message }

// BadInput refuses an input.
func BadInput(field, message string) error {
	return &Error{Code: CodeBadInput, Field: field, Message: message}
}

// Refuse is an error of an operation as a whole, which the executor's presenter completes.
func Refuse(code, message string) *gqlerror.Error {
	return &gqlerror.Error{Err: &Error{Code: code, Message: message}, Message: message}
}

// Presented is an error as the caller sees it, for answers that pass by the presenter.
func Presented(code, message string) *gqlerror.Error {
	return &gqlerror.Error{Message: message, Extensions: map[string]any{"code": code}}
}
