package imapsync

import (
	"fmt"
	"strings"
	"time"
)

// Waiting says that a host has asked for a pause, and the run holds its commands back until it is over. Nothing has failed.
type Waiting struct {
	// Side is 1 for the source and 2 for the destination.
	Side int `json:"side"`
	// Reason is what the host said.
	Reason string `json:"reason"`
	// Until is when the run goes on, or when a run that ended because of the pause is worth starting again.
	Until time.Time `json:"until"`
}

const (
	waitingMark = ": waiting until "
	goingOnMark = ": going on after the pause"
)

// WaitingLine is how the built-in engine prints that it waits:
//
//	Host1: waiting until 2026-03-01T10:00:00Z: NO [LIMIT] UID FETCH Rate limit hit.
func WaitingLine(w Waiting) string {
	// Up to the second above: who comes back at the time that is told must not be early.
	until := w.Until.UTC().Add(time.Second - time.Nanosecond).Truncate(time.Second)
	return fmt.Sprintf("Host%d%s%s: %s", w.Side, waitingMark, until.Format(time.RFC3339), w.Reason)
}

// GoingOnLine is how it prints that a pause of a side is over.
func GoingOnLine(side int) string { return fmt.Sprintf("Host%d%s", side, goingOnMark) }

// takeWaiting reads the two lines; false where it is neither.
func (p *Parser) takeWaiting(line string) bool {
	side := hostOf(line)
	if side == 0 {
		return false
	}
	rest := line[len("Host1"):]
	if rest == goingOnMark {
		if p.progress.Waiting != nil && p.progress.Waiting.Side == side {
			p.progress.Waiting, p.changed = nil, true
		}
		return true
	}
	told, ok := strings.CutPrefix(rest, waitingMark)
	if !ok {
		return false
	}
	at, reason, ok := strings.Cut(told, ": ")
	until, err := time.Parse(time.RFC3339, at)
	if !ok || err != nil {
		return false
	}
	p.progress.Waiting = &Waiting{Side: side, Reason: shorten(reason, maxDetail), Until: until}
	p.changed = true
	return true
}

// exitPrefix begins an engine's last line.
const exitPrefix = "Exiting with return value "

// takeExit takes it that nothing waits any more, unless it is the pause that the run has ended for.
func (p *Parser) takeExit(line string) {
	if code, ok := leadingInt(line[len(exitPrefix):]); ok && code != ExitTempFail && p.progress.Waiting != nil {
		p.progress.Waiting, p.changed = nil, true
	}
}

// hostOf is the side that a line is about, 0 if none.
func hostOf(line string) int {
	switch {
	case strings.HasPrefix(line, "Host1"):
		return 1
	case strings.HasPrefix(line, "Host2"):
		return 2
	}
	return 0
}

// explainPause is the sentence for a run that ended because a host wants to be left alone for a while.
func (p *Parser) explainPause() string {
	w := p.progress.Waiting
	if w == nil {
		return "A server asked to be left alone for a while: what was copied stays; rerun the job later to go on."
	}
	name := "source"
	if w.Side == 2 {
		name = "destination"
	}
	return said(fmt.Sprintf("The %s server asked to be left alone until %s", name, w.Until.UTC().Format(time.RFC3339)), w.Reason) +
		": what was copied stays; run the job again after that to go on."
}
