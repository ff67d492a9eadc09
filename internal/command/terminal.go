package command

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"golang.org/x/sys/unix"
	"golang.org/x/text/width"
)

// terminalOf is the file behind a reader or writer where it is a terminal.
func terminalOf(stream any) (*os.File, bool) {
	file, ok := stream.(*os.File)
	if !ok {
		return nil, false
	}
	_, err := unix.IoctlGetTermios(int(file.Fd()), unix.TCGETS)
	return file, err == nil
}

// columns is how many characters a line of a terminal takes; 80 where it does not say.
func columns(terminal *os.File) int {
	size, err := unix.IoctlGetWinsize(int(terminal.Fd()), unix.TIOCGWINSZ)
	if err != nil || size.Col == 0 {
		return 80
	}
	return int(size.Col)
}

// screen is where a command prints. A terminal gets aligned columns that fit its width, with colours; a pipe gets plain text.
// What is printed is on its way once flush has returned nil.
type screen struct {
	out *bufio.Writer
	// terminal is nil for a pipe or a file.
	terminal *os.File
	colour   bool
}

func newScreen(con Console) *screen {
	s := &screen{out: bufio.NewWriterSize(con.Out, 64<<10)}
	if file, ok := terminalOf(con.Out); ok {
		s.terminal, s.colour = file, colourful(con)
	}
	return s
}

// colourful follows https://no-color.org.
func colourful(con Console) bool { return con.Getenv("NO_COLOR") == "" && con.Getenv("TERM") != "dumb" }

// printf prints to the buffer; flush tells of errors.
func (s *screen) printf(format string, args ...any) { fmt.Fprintf(s.out, format, args...) }

func (s *screen) flush() error {
	if err := s.out.Flush(); err != nil {
		return &OutputError{err}
	}
	return nil
}

// paint is how a piece of text looks on a terminal with colours.
type paint string

const (
	plain  paint = ""
	bold   paint = "1"
	dim    paint = "2"
	red    paint = "31"
	green  paint = "32"
	yellow paint = "33"
	cyan   paint = "36"
)

func (s *screen) painted(text string, p paint) string {
	if !s.colour || p == plain || text == "" {
		return text
	}
	return "\x1b[" + string(p) + "m" + text + "\x1b[0m"
}

// harmless is text without what a terminal obeys: control characters, and signs that turn text around. Line ends and tabs
// stay where lines says so, and become spaces else.
func harmless(text string, lines bool) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			if lines {
				return r
			}
			return ' '
		case unicode.IsControl(r), unicode.In(r, unicode.Bidi_Control), r == '\u2028', r == '\u2029':
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

// cells is how many columns of a terminal a character takes.
func cells(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case r < 0x1100:
		return 1
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	default:
		return 1
	}
}

// breadth is how many columns of a terminal a text takes.
func breadth(text string) (n int) {
	for _, r := range text {
		n += cells(r)
	}
	return n
}

// fitted is a text cut to so many columns, with an ellipsis where something was cut off.
func fitted(text string, room int) string {
	if breadth(text) <= room {
		return text
	}
	if room <= 0 {
		return ""
	}
	used := 0
	for i, r := range text {
		if used+cells(r) > room-1 {
			return text[:i] + "…"
		}
		used += cells(r)
	}
	return text
}

// maxSecret is how many bytes of a secret are read: none is as long.
const maxSecret = 4096

// readSecret reads one line: from a terminal with a prompt and without showing what is typed, else as it comes.
func readSecret(ctx context.Context, con Console, prompt string) (string, error) {
	if terminal, ok := terminalOf(con.In); ok {
		restore, err := hideTyping(terminal)
		if err != nil {
			return "", err
		}
		defer restore()
		fmt.Fprint(con.Err, prompt)
		defer fmt.Fprintln(con.Err)
	}
	type line struct {
		text string
		err  error
	}
	read := make(chan line, 1)
	go func() {
		text, err := bufio.NewReader(io.LimitReader(con.In, maxSecret)).ReadString('\n')
		read <- line{text, err}
	}()
	select {
	case <-ctx.Done():
		return "", &ExitError{Code: ExitInterrupted}
	case l := <-read:
		if l.err != nil && !errors.Is(l.err, io.EOF) {
			return "", fmt.Errorf("read the token: %w", l.err)
		}
		return strings.TrimSpace(l.text), nil
	}
}

// hideTyping has a terminal show nothing of what is typed until restore is called.
func hideTyping(terminal *os.File) (restore func(), err error) {
	fd := int(terminal.Fd())
	before, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return nil, fmt.Errorf("read the token: %w", err)
	}
	hidden := *before
	hidden.Lflag &^= unix.ECHO
	if err := unix.IoctlSetTermios(fd, unix.TCSETS, &hidden); err != nil {
		return nil, fmt.Errorf("read the token: %w", err)
	}
	return func() { _ = unix.IoctlSetTermios(fd, unix.TCSETS, before) }, nil
}

// untilClosed is a context that ends as well when the reader of the output has gone: who only waits would not notice before
// the next write.
func untilClosed(ctx context.Context, out io.Writer) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	done := make(chan struct{})
	stop := func() {
		cancel(nil)
		<-done
	}
	file, ok := out.(*os.File)
	if !ok {
		close(done)
		return ctx, stop
	}
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			// Nothing is asked for: an end that was closed is told of anyway (poll(2)). A fifth of a second is how late this
			// notices that nobody asks any more.
			watched := []unix.PollFd{{Fd: int32(file.Fd())}}
			n, err := unix.Poll(watched, 200)
			if n > 0 && watched[0].Revents&unix.POLLERR != 0 {
				cancel(&OutputError{unix.EPIPE})
			}
			if n > 0 || err != nil && !errors.Is(err, unix.EINTR) {
				return
			}
		}
	}()
	return ctx, stop
}
