package mailsync

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"mailferry/internal/secret"
)

// outputLimit is how many bytes may wait to be written before lines block.
const outputLimit = 256 << 10

// output writes lines. What is printed while one write is under way goes out with the
// next, so that a quiet run is seen line by line and a loud one costs few writes.
type output struct {
	mu      sync.Mutex
	room    sync.Cond
	w       io.Writer
	waiting []byte
	writing []byte
	wake    chan struct{}
	closed  bool
	done    chan struct{}
	// secrets are what signs in to hosts, and masker knows them.
	secrets []string
	masker  secret.Masker
}

func newOutput(w io.Writer) *output {
	o := &output{w: w, wake: make(chan struct{}, 1), done: make(chan struct{})}
	o.room.L = &o.mu
	go o.run()
	return o
}

// hide has secrets masked in all lines from now on, before anything is printed of what a host says. Whoever reads the lines
// may mask them once more; but texts of hosts are shortened and escaped here, and then a part of a secret would pass.
func (o *output) hide(secrets ...string) {
	o.secrets = append(o.secrets, secrets...)
	o.masker = secret.NewMasker(o.secrets...)
}

// run writes until close; an error of the writer makes the rest go nowhere, since a
// reader that went away is no reason to leave a mailbox half copied.
func (o *output) run() {
	defer close(o.done)
	for range o.wake {
		for o.flush() {
		}
	}
}

func (o *output) flush() bool {
	o.mu.Lock()
	o.waiting, o.writing = o.writing[:0], o.waiting
	o.room.Broadcast()
	o.mu.Unlock()
	if len(o.writing) == 0 {
		return false
	}
	_, _ = o.w.Write(o.writing)
	return true
}

// linef prints one line. Control characters in it become spaces, so that no text of a server can make a line of its own, and
// signs that turn text around become U+FFFD.
func (o *output) linef(format string, args ...any) {
	text := format
	if len(args) > 0 {
		text = fmt.Sprintf(format, args...)
	}
	if masked := o.masker.Text(text); masked != secret.Visible(text) {
		text = masked
	}
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || inert(r):
			return r
		case unicode.IsControl(r):
			return ' '
		}
		return utf8.RuneError
	}, text)
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(o.waiting) > outputLimit && !o.closed {
		o.room.Wait()
	}
	if o.closed {
		return
	}
	o.waiting = append(append(o.waiting, text...), '\n')
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// close writes what is left.
func (o *output) close() {
	o.mu.Lock()
	if o.closed {
		o.mu.Unlock()
		return
	}
	o.closed = true
	close(o.wake)
	o.mu.Unlock()
	<-o.done
	for o.flush() {
	}
}
