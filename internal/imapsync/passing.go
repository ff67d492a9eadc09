package imapsync

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// refusals counts the errors that an engine lists at its end.
type refusals struct {
	passing, all int64
	// after is the longest time that a server asked to wait.
	after time.Duration
}

// passingWords are those of servers that are busy, or want less done in a time, in lower case. The built-in engine knows them by
// itself and ends with ExitTempFail where it can; imapsync goes on and lists them as errors.
func passingWords() []string {
	return []string{
		"[unavailable]", "[inuse]", "[serverbug]", "[throttled]", "[limit]", "throttled", "backoff time", "rate limit", "bandwidth limit",
		"server unavailable", "service unavailable", "temporarily", "temporary unavailable", "temporary system error", "temporary failure",
		"too many simultaneous", "too many connections", "server busy", "server is busy", "try again later", "try again in ",
	}
}

// take counts one error.
func (r *refusals) take(text string) {
	r.all++
	text = strings.ToLower(text)
	for _, words := range passingWords() {
		if strings.Contains(text, words) {
			r.passing++
			break
		}
	}
	// Compiled at each call: errors are rare, and a package has no state.
	if m := regexp.MustCompile(`backoff time: (\d{1,10}) milliseconds`).FindStringSubmatch(text); m != nil {
		n, _ := strconv.ParseInt(m[1], 10, 64)
		r.after = max(r.after, time.Duration(n)*time.Millisecond)
	}
}

// Passing says whether a run that ended with errors did so for the most part since a host was busy or wanted less done in a time:
// running it again later makes sense, as after a lost connection, whatever class its exit code names. after is the longest time
// that the host asked to be left alone, 0 where it named none.
func (p *Parser) Passing() (passing bool, after time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.failures.refusals
	return 2*r.passing > r.all, r.after
}
