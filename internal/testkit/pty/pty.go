// Package pty gives tests a terminal: what a program prints on one is other than what it prints into a pipe.
package pty

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Terminal is a terminal of a given size.
type Terminal struct {
	// Side is the program's: its standard input, output or error.
	Side *os.File

	t       *testing.T
	master  *os.File
	mu      sync.Mutex
	text    []byte
	changed chan struct{}
	ended   chan struct{}
}

// Open opens a terminal of so many columns, which is closed at the end of the test. What is printed on it is read all the time.
func Open(t *testing.T, columns int) *Terminal {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	fd := int(master.Fd())
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Col: uint16(columns), Row: 24})
	}
	if err != nil {
		t.Fatal(err)
	}
	side, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	terminal := &Terminal{Side: side, t: t, master: master, changed: make(chan struct{}, 1), ended: make(chan struct{})}
	go terminal.read()
	t.Cleanup(func() {
		_ = side.Close()
		<-terminal.ended
		_ = master.Close()
	})
	return terminal
}

// read ends when nobody has the program's side open any more.
func (p *Terminal) read() {
	defer close(p.ended)
	piece := make([]byte, 4096)
	for {
		n, err := p.master.Read(piece)
		p.mu.Lock()
		p.text = append(p.text, piece[:n]...)
		p.mu.Unlock()
		select {
		case p.changed <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// Type types a text.
func (p *Terminal) Type(text string) error {
	_, err := p.master.WriteString(text)
	return err
}

// Text is all that was printed so far.
func (p *Terminal) Text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return string(p.text)
}

// Await waits until a text was printed.
func (p *Terminal) Await(text string) {
	p.t.Helper()
	p.AwaitAfter(0, text)
}

// AwaitAfter waits until a text was printed after so many bytes of [Terminal.Text].
func (p *Terminal) AwaitAfter(offset int, text string) {
	p.t.Helper()
	patience := time.NewTimer(20 * time.Second)
	defer patience.Stop()
	for !strings.Contains(p.Text()[offset:], text) {
		select {
		case <-p.changed:
		case <-patience.C:
			p.t.Fatalf("the terminal shows %q, and not %q", p.Text()[offset:], text)
		}
	}
}

// Close closes the program's side and gives all that was printed.
func (p *Terminal) Close() string {
	_ = p.Side.Close()
	<-p.ended
	return p.Text()
}
