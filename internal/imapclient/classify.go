package imapclient

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Passing reports whether an answer (a NO or BAD to any command, or a BYE) is a refusal that passes: the server asks to wait,
// to slow down or to come back later, or says that it is in trouble of its own. What was refused so is worth doing again as it
// was, after a pause for the whole account; see [RetryAfter] for how long. The answer is known by its code, [LIMIT], [INUSE],
// [UNAVAILABLE], [SERVERBUG] or [THROTTLED], or by its words, since many servers have only these; [OVERQUOTA] counts where
// its words are about bandwidth or commands. What is wrong with what was asked (too big, full, no rights, not there) does not
// pass, whatever words come with it.
func Passing(err error) bool {
	text, code := serverText(err), serverCode(err)
	switch {
	case code == CodeOverQuota, code == CodeAuthenticationFailed:
		return slowDown(text)
	case code == CodeLimit:
		return slowDown(text) || !fullWords(text) && !mentions(text, "quota", "size", "too large", "too big", "too long", "mailboxes", "folders", "nest", "depth",
			"level", "keywords", "flags")
	case slices.Contains([]Code{CodeThrottled, CodeInUse, CodeUnavailable, CodeServerBug}, code):
		return !fullWords(text)
	case slices.Contains([]Code{
		CodeAlreadyExists, CodeCannot, CodeExpired, CodeNonExistent, CodeNoPerm, CodeTooBig, CodeTryCreate,
	}, code):
		return false
	}
	return !fullWords(text) && (slowDown(text) || tooMany(text) || mentions(text, "temporarily", "temporary unavailable", "temporary failure",
		"temporary error", "temporary system", "temporary server", "temporary internal", "temporary problem", "temporary authentication",
		"temporary lookup", "server unavailable", "service unavailable", "server is unavailable", "service is unavailable",
		"server not available", "service not available", "server busy", "server is busy", "server too busy", "system busy", "system is busy",
		"overloaded", "try again later", "try later", "retry later", "come back later", "mailbox is locked", "mailbox locked",
		"mailbox is busy", "mailbox in use", "mailbox is in use", "unable to lock", "timeout while waiting for lock", "lockout state"))
}

// AboutAccount reports whether a passing refusal speaks of how much the whole account does (a rate, bandwidth, a time to stay
// away), so that it says nothing about the message or folder that happened to be asked for.
func AboutAccount(err error) bool { return slowDown(serverText(err)) }

// slowDown says whether a text asks for less in a time.
func slowDown(text string) bool {
	return mentions(text, "throttl", "rate limit", "rate-limit", "ratelimit", "rate exceeded", "bandwidth", "command limit", "backoff time",
		"back off", "too many requests", "too many commands", "too many login", "too many failed", "too many attempts", "too many auth",
		"too many invalid", "try again in ", "try again after ", "retry in ", "retry after ", "retry-after", "temporarily locked",
		"temporarily blocked", "temporarily suspended", "temporarily disabled", "lockout")
}

// TooManyConnections reports whether an error says that this account has too many connections: [LIMIT] or [INUSE], or
// such words in a NO or BYE. It is a reason to go on with fewer.
func TooManyConnections(err error) bool {
	if errors.Is(err, CodeInUse) {
		return true
	}
	text := serverText(err)
	return errors.Is(err, CodeLimit) && !errors.Is(err, CodeOverQuota) && !slowDown(text) && !mentions(text, "quota", "size") || tooMany(text)
}

func tooMany(text string) bool {
	return mentions(text, "too many connections", "too many simultaneous", "maximum number of connections", "connection limit",
		"too many concurrent", "too many sessions", "too many open", "number of connections exceeded", "simultaneous connections")
}

// OverQuota reports whether an error says that the mailbox or account is full: [OVERQUOTA], or such words. A limit of bandwidth
// under the same code, and a limit for one message, are something else.
func OverQuota(err error) bool {
	text := serverText(err)
	switch code := serverCode(err); {
	case slowDown(text):
		return false
	case code == CodeOverQuota:
		return true
	case code == CodeTooBig:
		return false
	}
	return refused(err) && fullWords(text)
}

// fullWords says whether a text is about a mailbox or a disk without room.
func fullWords(text string) bool {
	if mentions(text, "mailbox is full", "mailbox full", "mailbox has exceeded", "mailbox exceeded", "mailbox exceeds", "mailbox size limit",
		"mailbox limit", "mailbox is over", "maximum mailbox size", "maximum size of the mailbox", "mailbox has reached", "account is full", "inbox is full", "inbox full",
		"out of storage", "storage is full", "storage full", "storage limit", "storage exceeded", "storage space", "storage allocation", "storage capacity",
		"insufficient storage", "insufficient space", "insufficient disk", "not enough storage", "not enough space", "not enough disk",
		"no space left", "no more space", "no storage", "out of space", "out of disk", "disk full", "disk is full", "disk space", "overquota",
		"too many messages in") {
		return true
	}
	return strings.Contains(text, "quota") && mentions(text, "exceed", "over", "full", "reach", "limit", "insufficient", "not enough",
		"no space", "used up", "hit", "out of", "violat", "no room", "maximum")
}

// Throttled reports whether an error says to slow down and come back later: [THROTTLED], [UNAVAILABLE], or such words in
// a NO or BYE.
func Throttled(err error) bool {
	return errors.Is(err, CodeThrottled) || errors.Is(err, CodeUnavailable) ||
		Passing(err) && !TooManyConnections(err) && !errors.Is(err, CodeServerBug)
}

// Temporary reports whether it makes sense to connect or ask again: a lost connection, a timeout, a BYE, a passing
// refusal. Wrong passwords, TLS failures and quotas are not temporary.
func Temporary(err error) bool {
	switch {
	case err == nil, errors.Is(err, ErrAuth), errors.Is(err, ErrTLS), errors.Is(err, ErrClosed), errors.Is(err, ErrArgument), OverQuota(err):
		return false
	case errors.Is(err, ErrConnect), errors.Is(err, ErrLost), errors.Is(err, ErrTimeout), errors.Is(err, ErrBye), errors.Is(err, ErrNotConnected):
		return true
	}
	return Passing(err) || TooManyConnections(err)
}

// maxRetryAfter is the longest time that RetryAfter gives.
const maxRetryAfter = 24 * time.Hour

// RetryAfter is the time that a server asked to wait in its text ("Suggested Backoff Time: 60000 milliseconds",
// "try again in 30 seconds", "locked for 15 minutes"); ok is false when it named none. It is at most a day.
func RetryAfter(err error) (wait time.Duration, ok bool) {
	text := serverText(err)
	// Compiled at each call: errors are rare, and a package has no state.
	const number, unit = `(\d{1,12}|an?|one)`, `(milliseconds?|msecs?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d)`
	for _, pattern := range []string{
		`(?:back-?off time|back-?off|retry[- ]after|(?:try|retry|come back|reconnect|log ?in)(?: again)? (?:in|after)|wait(?: for)?)\D{0,12}?(\d{1,12})\s*` + unit + `?\b`,
		`\b(?:in|after|for|wait|within)\s+(?:about |at least |another |the next )*` + number + `\s*` + unit + `\b`,
	} {
		if match := regexp.MustCompile(pattern).FindStringSubmatch(text); match != nil {
			return stated(match[1], match[2]), true
		}
	}
	return 0, false
}

// stated is a number of a unit, seconds if it is empty, as a time.
func stated(number, name string) time.Duration {
	unit := time.Second
	switch {
	case strings.HasPrefix(name, "ms"), strings.HasPrefix(name, "milli"):
		unit = time.Millisecond
	case strings.HasPrefix(name, "m"):
		unit = time.Minute
	case strings.HasPrefix(name, "h"):
		unit = time.Hour
	case strings.HasPrefix(name, "d"):
		unit = 24 * time.Hour
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		n = 1 // "a minute"
	}
	if n > int64(maxRetryAfter/unit) {
		return maxRetryAfter
	}
	return time.Duration(n) * unit
}

// refused says whether an error is an answer to a command or a BYE.
func refused(err error) bool {
	return errors.Is(err, ErrNo) || errors.Is(err, ErrBad) || errors.Is(err, ErrBye)
}

// serverText is what the server said, in lower case.
func serverText(err error) string {
	if refused, ok := errors.AsType[*ResponseError](err); ok {
		return strings.ToLower(refused.Text + " " + refused.CodeText)
	}
	if ended, ok := errors.AsType[*ConnectionError](err); ok && ended.Kind == ErrBye {
		return strings.ToLower(ended.Text + " " + ended.CodeText)
	}
	return ""
}

// serverCode is the response code that the server gave, "" if none.
func serverCode(err error) Code {
	if refused, ok := errors.AsType[*ResponseError](err); ok {
		return refused.Code
	}
	if ended, ok := errors.AsType[*ConnectionError](err); ok && ended.Kind == ErrBye {
		return ended.Code
	}
	return ""
}

func mentions(text string, phrases ...string) bool {
	for _, phrase := range phrases {
		if strings.Contains(text, phrase) {
			return true
		}
	}
	return false
}
