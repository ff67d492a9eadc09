package imapclient

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// TooManyConnections reports whether an error says that this account has too many connections: [LIMIT] or [INUSE], or
// such words in a NO or BYE. It is a reason to go on with fewer.
func TooManyConnections(err error) bool {
	if errors.Is(err, CodeInUse) {
		return true
	}
	text := serverText(err)
	return errors.Is(err, CodeLimit) && !errors.Is(err, CodeOverQuota) && !mentions(text, "quota", "size") ||
		mentions(text, "too many connections", "too many simultaneous", "maximum number of connections", "connection limit",
			"too many concurrent", "too many sessions", "number of connections exceeded", "simultaneous connections")
}

// OverQuota reports whether an error says that the mailbox or account is full: [OVERQUOTA], or such words in a NO.
func OverQuota(err error) bool {
	return errors.Is(err, CodeOverQuota) ||
		errors.Is(err, ErrNo) && mentions(serverText(err), "quota exceeded", "over quota", "overquota", "exceeds quota", "exceeded quota",
			"quota limit", "mailbox is full", "mailbox full", "out of storage", "not enough disk quota")
}

// Throttled reports whether an error says to slow down and come back later: [THROTTLED], [UNAVAILABLE], or such words in
// a NO or BYE.
func Throttled(err error) bool {
	return errors.Is(err, CodeThrottled) || errors.Is(err, CodeUnavailable) ||
		mentions(serverText(err), "throttl", "rate limit", "bandwidth limit", "backoff time", "try again later", "temporarily unavailable",
			"temporary failure", "temporary authentication failure", "too many requests", "server busy", "server is busy")
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
	return TooManyConnections(err) || Throttled(err) || errors.Is(err, CodeServerBug)
}

// RetryAfter is the time that a server asked to wait in its text ("Suggested Backoff Time: 60000 milliseconds",
// "try again in 30 seconds"); ok is false when it named none. It is at most one hour.
func RetryAfter(err error) (wait time.Duration, ok bool) {
	// Compiled at each call: errors are rare, and a package has no state.
	pattern := regexp.MustCompile(`(?i)(?:backoff time|retry[- ]after|try again in|retry in|wait(?: for)?)\D{0,12}?(\d{1,12})\s*(milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|h)?\b`)
	match := pattern.FindStringSubmatch(serverText(err))
	if match == nil {
		return 0, false
	}
	unit := time.Second
	switch name := strings.ToLower(match[2]); {
	case strings.HasPrefix(name, "ms"), strings.HasPrefix(name, "milli"):
		unit = time.Millisecond
	case strings.HasPrefix(name, "m"):
		unit = time.Minute
	case strings.HasPrefix(name, "h"):
		unit = time.Hour
	}
	n, err := strconv.ParseInt(match[1], 10, 64)
	if err != nil {
		return 0, false
	}
	if n > int64(time.Hour/unit) {
		return time.Hour, true
	}
	return time.Duration(n) * unit, true
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

func mentions(text string, phrases ...string) bool {
	for _, phrase := range phrases {
		if strings.Contains(text, phrase) {
			return true
		}
	}
	return false
}
