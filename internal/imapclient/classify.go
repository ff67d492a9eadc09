package imapclient

import "time"

// TooManyConnections reports whether an error says that this account has too many connections: [LIMIT] or [INUSE] at
// login, or such words in a NO or BYE. It is a reason to go on with fewer.
func TooManyConnections(err error) bool { return tooManyConnections(err) }

// OverQuota reports whether an error says that the mailbox or account is full: [OVERQUOTA], or such words in a NO.
func OverQuota(err error) bool { return overQuota(err) }

// Throttled reports whether an error says to slow down and come back later: [THROTTLED], [UNAVAILABLE], or such words in
// a NO or BYE.
func Throttled(err error) bool { return throttled(err) }

// Temporary reports whether it makes sense to connect or ask again: a lost connection, a timeout, a BYE, a passing
// refusal. Wrong passwords, TLS failures and quotas are not temporary.
func Temporary(err error) bool { return temporary(err) }

// RetryAfter is the time that a server asked to wait in its text ("Suggested Backoff Time: 60000 milliseconds",
// "try again in 30 seconds"); ok is false when it named none. It is at most one hour.
func RetryAfter(err error) (wait time.Duration, ok bool) { return retryAfter(err) }
