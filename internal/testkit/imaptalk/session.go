// Package imaptalk talks to an IMAP server in IMAP's own words: a command is a
// line of text, an answer the lines that come back. The packages that start
// servers for tests use it to see that a server answers, and to set it up; it
// knows nothing of what it says.
package imaptalk

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"
)

// limit is how long a whole conversation may take.
const limit = 30 * time.Second

// Session is a conversation over one connection.
type Session struct {
	// Greeting is the line that the server began with.
	Greeting string

	connection net.Conn
	reader     *bufio.Reader
	tag        int
}

// RefusedError says that a command was not answered with OK.
type RefusedError struct {
	// Command is the command's name, Status the tagged line behind its tag.
	Command, Status string
}

func (e *RefusedError) Error() string { return e.Command + " is answered with " + e.Status }

// Connect connects and reads the greeting; over TLS unless the configuration is
// nil.
func Connect(ctx context.Context, address string, config *tls.Config) (*Session, error) {
	var dialer net.Dialer
	connection, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	deadline := time.Now().Add(limit)
	if earlier, ok := ctx.Deadline(); ok && earlier.Before(deadline) {
		deadline = earlier
	}
	if err := connection.SetDeadline(deadline); err != nil {
		return nil, errors.Join(err, connection.Close())
	}
	if config != nil {
		connection = tls.Client(connection, config)
	}
	session := &Session{connection: connection, reader: bufio.NewReader(connection)}
	session.Greeting, err = session.line()
	if err == nil && !strings.HasPrefix(session.Greeting, "* OK") && !strings.HasPrefix(session.Greeting, "* PREAUTH") {
		err = fmt.Errorf("the greeting is %q", session.Greeting)
	}
	if err != nil {
		return nil, errors.Join(err, connection.Close())
	}
	return session, nil
}

// Close closes the connection.
func (s *Session) Close() error {
	if err := s.connection.Close(); err != nil {
		return fmt.Errorf("close the connection: %w", err)
	}
	return nil
}

// StartTLS sends STARTTLS and goes on over TLS.
func (s *Session) StartTLS(config *tls.Config) error {
	if _, err := s.Command("STARTTLS"); err != nil {
		return err
	}
	s.connection = tls.Client(s.connection, config)
	s.reader = bufio.NewReader(s.connection)
	return nil
}

// Command sends a command and returns what the server says: the status line
// without its tag first, then the untagged lines in their order, each with CRLF. A
// literal is written into the command as {n+}, CRLF and its bytes. The error is a
// *RefusedError if the status is not OK.
func (s *Session) Command(command string) (string, error) {
	s.tag++
	tag := "t" + strconv.Itoa(s.tag) + " "
	if _, err := s.connection.Write([]byte(tag + command + "\r\n")); err != nil {
		return "", fmt.Errorf("send a command: %w", err)
	}
	var untagged strings.Builder
	for {
		line, err := s.line()
		if err != nil {
			return "", err
		}
		status, tagged := strings.CutPrefix(line, tag)
		if !tagged {
			untagged.WriteString(line)
			continue
		}
		if !strings.HasPrefix(status, "OK") {
			name, _, _ := strings.Cut(command, " ")
			return status + untagged.String(), &RefusedError{Command: name, Status: strings.TrimSpace(status)}
		}
		return status + untagged.String(), nil
	}
}

func (s *Session) line() (string, error) {
	line, err := s.reader.ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("read after %q: %w", line, err)
	}
	return line, nil
}
