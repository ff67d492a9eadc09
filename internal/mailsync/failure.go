package mailsync

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"mailferry/internal/imapclient"
	"mailferry/internal/imapsync"
)

// class is a sort of failure; its value is the exit code of a run in which it is the
// one met most often.
type class int

const (
	classOther     class = imapsync.ExitWithErrors
	classOverQuota class = imapsync.ExitOverQuota
	classAppend    class = imapsync.ExitErrAppend
	classFetch     class = imapsync.ExitErrFetch
	classCreate    class = imapsync.ExitErrCreate
	classSelect    class = imapsync.ExitErrSelect
	classFlags     class = imapsync.ExitErrFlags
	classVirus     class = imapsync.ExitErrAppendVirus
)

// name is imapsync's name of the class, as its last lines give it.
func (c class) name() string {
	switch c {
	case classOverQuota:
		return "ERR_OVERQUOTA"
	case classAppend:
		return "ERR_APPEND"
	case classFetch:
		return "ERR_Host1_FETCH"
	case classCreate:
		return "ERR_CREATE"
	case classSelect:
		return "ERR_SELECT"
	case classFlags:
		return "ERR_FLAGS"
	case classVirus:
		return "ERR_APPEND_VIRUS"
	case classExceeded:
		return "EXIT_TRANSFER_EXCEEDED"
	case classOther:
	}
	return "ERR_UNCLASSIFIED"
}

// maxErrorsListed is how many errors are repeated at the end of a run.
const maxErrorsListed = 1000

// failures gathers what went wrong in a run.
type failures struct {
	mu     sync.Mutex
	counts map[class]int64
	total  int64
	lines  []string
}

func (f *failures) add(c class, line string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.counts == nil {
		f.counts = map[class]int64{}
	}
	f.counts[c]++
	f.total++
	if len(f.lines) < maxErrorsListed {
		f.lines = append(f.lines, line)
	}
}

// addQuiet counts a failure that needs no line of its own, since one before it says the same.
func (f *failures) addQuiet(c class) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.counts == nil {
		f.counts = map[class]int64{}
	}
	f.counts[c]++
}

// most is the class met most often, 0 where nothing failed; the lower code wins a tie.
func (f *failures) most() class {
	f.mu.Lock()
	defer f.mu.Unlock()
	var most class
	for c, n := range f.counts {
		if most == 0 || n > f.counts[most] || n == f.counts[most] && c < most {
			most = c
		}
	}
	return most
}

func (f *failures) count() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.total
}

// fatal ends a run: it carries the exit code.
type fatal struct {
	code int
	err  error
}

func (e *fatal) Error() string { return e.err.Error() }
func (e *fatal) Unwrap() error { return e.err }

// fatalOf turns what ended a host's connection for good into a fatal error.
func fatalOf(index int, err error) *fatal {
	if f, ok := errors.AsType[*fatal](err); ok {
		return f
	}
	code := imapsync.ExitConnectionFailureHost1
	if index == 1 {
		code = imapsync.ExitConnectionFailureHost2
	}
	_, paused := errors.AsType[*pauseError](err)
	switch {
	case paused:
		code = imapsync.ExitTempFail
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		code = imapsync.ExitBySignal
	case errors.Is(err, imapclient.ErrAuth), errors.Is(err, imapclient.ErrNotConnected):
		code = imapsync.ExitAuthenticationFailureUser1
		if index == 1 {
			code = imapsync.ExitAuthenticationFailureUser2
		}
	case errors.Is(err, imapclient.ErrTLS):
		code = imapsync.ExitTLSFailure
	}
	return &fatal{code: code, err: err}
}

// answer is what a server or a connection said, without the command's name.
func answer(err error) string {
	if response, ok := errors.AsType[*imapclient.ResponseError](err); ok {
		return withoutDuration(response.Response())
	}
	return err.Error()
}

// withoutDuration leaves out how long the command took, which Dovecot adds to its answers.
func withoutDuration(text string) string {
	if i := strings.LastIndex(text, " ("); i > 0 && strings.HasSuffix(text, " secs).") && strings.Contains(text[i:], " + ") {
		return text[:i]
	}
	return text
}

// infected says whether a refusal names a virus; there is no response code for it.
func infected(err error) bool {
	text := strings.ToLower(err.Error())
	return strings.Contains(text, "virus") || strings.Contains(text, "infected") || strings.Contains(text, "malware")
}

// connectionLost says whether an error ended its connection.
func connectionLost(err error) bool {
	var lost *imapclient.ConnectionError
	return errors.As(err, &lost)
}

// wrap says what was being done.
func wrap(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}
