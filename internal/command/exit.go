package command

import "fmt"

// Exit codes of the commands that ask a server, beside 0 and those of main.
const (
	// ExitFailed says that what was asked about did not go well: a job failed, was cancelled or interrupted; a check found
	// mailboxes that cannot be moved; a file has errors.
	ExitFailed = 1
	// ExitRefused says that the server refused what was asked: no such job, more than one of that name, not in this state.
	ExitRefused = 2
	// ExitTimeout says that the time of --timeout was over first.
	ExitTimeout = 3
	// ExitNoServer says that nothing is known, since the server cannot be reached or does not take the token.
	ExitNoServer = 4
	// ExitUsage is EX_USAGE of sysexits.h.
	ExitUsage = 64
	// ExitInterrupted is what shells give to what Ctrl-C has ended.
	ExitInterrupted = 130
	// ExitClosedPipe is what shells give to what SIGPIPE has ended.
	ExitClosedPipe = 141
)

// ExitError ends a command with an exit code of its own.
type ExitError struct {
	Code int
	// Err is what to print, nil where everything has been said.
	Err error
}

// Error is what to print.
func (e *ExitError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("exit code %d", e.Code)
	}
	return e.Err.Error()
}

// Unwrap is what to print.
func (e *ExitError) Unwrap() error { return e.Err }

func exitf(code int, format string, args ...any) error {
	return &ExitError{Code: code, Err: fmt.Errorf(format, args...)}
}

// OutputError says that the output takes no more: the reader of a pipe has gone (syscall.EPIPE), or a disk is full.
type OutputError struct{ Err error }

// Error says what could not be done.
func (e *OutputError) Error() string { return "write the output: " + e.Err.Error() }

// Unwrap is the error of the write.
func (e *OutputError) Unwrap() error { return e.Err }
