package command

import (
	"io"
	"os"
)

// statusLine is the last line of a terminal, written over again and again. Each change is one write, and what did not change
// is not written, so that it does not flicker. Lines that are to stay are printed above it.
type statusLine struct {
	out      io.Writer
	terminal *os.File
	shown    string
}

// show replaces the line. What does not fit is cut off: a line that wraps could not be written over.
func (l *statusLine) show(text string) {
	text = fitted(harmless(text, false), columns(l.terminal)-1)
	if text == l.shown {
		return
	}
	l.shown = text
	_, _ = io.WriteString(l.out, "\r"+text+"\x1b[K")
}

// above prints a line that stays, in the line's place, and the line again below it. It may be longer than the terminal is wide.
func (l *statusLine) above(text string, p paint, colour bool) {
	text = (&screen{colour: colour}).painted(harmless(text, false), p)
	_, _ = io.WriteString(l.out, "\r\x1b[K"+text+"\n"+l.shown)
}

// clear takes the line away.
func (l *statusLine) clear() {
	if l.shown != "" {
		l.shown = ""
		_, _ = io.WriteString(l.out, "\r\x1b[K")
	}
}
