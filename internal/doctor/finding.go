// Package doctor looks at what a server stands on, and says of each thing whether it is well and else what to do. It
// changes nothing, makes nothing, and sends no password to anybody.
package doctor

import (
	"strings"
	"unicode"
)

// State says how well something is.
type State string

// The states. Only what has Failed keeps jobs from running.
const (
	OK      State = "ok"
	Warning State = "warning"
	Failed  State = "failed"
)

// Finding is what a look at one thing showed.
type Finding struct {
	// Check is what was looked at, as "database" or "host".
	Check string `json:"check"`
	State State  `json:"state"`
	// Message says what was seen, Next what to do about it; Next is empty where there is nothing to do.
	Message string `json:"message"`
	Next    string `json:"next,omitempty"`
}

// finding makes a Finding of texts that may come from elsewhere: what a terminal would not print as it is shows as "?".
func finding(check string, state State, message, next string) Finding {
	return Finding{Check: check, State: state, Message: printable(message), Next: printable(next)}
}

func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case !unicode.IsPrint(r):
			return '?'
		}
		return r
	}, text)
}

// Line is a finding as one line for people.
func (f Finding) Line() string {
	line := string(f.State) + strings.Repeat(" ", max(1, len("warning")+2-len(f.State))) + f.Check + ": " + f.Message
	if f.Next != "" {
		line += " – " + f.Next
	}
	return line
}
