package migration

import (
	"errors"
	"fmt"

	"mailferry/internal/database"
)

// Code is the kind of an [Error], for callers that translate it.
type Code string

// The kinds of errors that are the caller's to mend. Everything else that the service
// returns is a fault of its own.
const (
	// BadInput is input that is refused; Error.Field names it.
	BadInput Code = "BAD_USER_INPUT"
	// NotFound is a job that is not there.
	NotFound Code = "NOT_FOUND"
	// Conflict is an action that the job's state does not allow.
	Conflict Code = "CONFLICT"
)

// Error is an error whose message is meant for people outside.
type Error struct {
	Code Code
	// Field is the path of the refused input, as source.host or inputs[3].source.host.
	Field   string
	Message string
}

// Error gives the message, after the field that it speaks of.
func (e *Error) Error() string {
	if e.Field == "" {
		return e.Message
	}
	return e.Field + ": " + e.Message
}

// IsCode says whether err is, or wraps, an [Error] of this kind.
func IsCode(err error, code Code) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}

// Unavailable says whether an error means that the database cannot be used at this moment, or that the server is
// stopping: whoever asked did nothing wrong and may ask again.
func Unavailable(err error) bool { return database.Away(err) || errors.Is(err, errServerStopping) }

func badInput(field, format string, args ...any) error {
	return &Error{Code: BadInput, Field: field, Message: fmt.Sprintf(format, args...)}
}

func notFound(id int64) error {
	return &Error{Code: NotFound, Message: fmt.Sprintf("There is no job %d.", id)}
}

func conflict(format string, args ...any) error {
	return &Error{Code: Conflict, Message: fmt.Sprintf(format, args...)}
}

// Causes that end a running job from outside. The runner reads them back from the job's
// context to tell what its end means.
var (
	errCancelled = errors.New("cancelled by an operator")
	errStopping  = errors.New("the server is stopping")
	errPanic     = errors.New("panic while running the job")
)
