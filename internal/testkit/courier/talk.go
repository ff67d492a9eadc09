package courier

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
)

// talk is a conversation with a client that has not signed in.
type talk struct {
	net.Conn

	reader *bufio.Reader
	secure bool
}

// Read reads what the client has sent beyond the commands that were read.
func (t *talk) Read(p []byte) (int, error) { return t.reader.Read(p) }

// say sends a line.
func (t *talk) say(format string, arguments ...any) error {
	if _, err := fmt.Fprintf(t.Conn, format+"\r\n", arguments...); err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	return nil
}

// errSyntax says that something is not a command.
var errSyntax = errors.New("not a command")

// command reads a command as its words: tag, name, and arguments without the quotes or as the literals that they were sent as.
func (t *talk) command() (words []string, err error) {
	for {
		line, err := t.reader.ReadSlice('\n') // at most as long as the buffer
		if err != nil {
			return nil, fmt.Errorf("read a command: %w", err)
		}
		more, literal, err := split(strings.TrimRight(string(line), "\r\n"))
		if err != nil {
			return nil, err
		}
		words = append(words, more...)
		if literal < 0 {
			if len(words) < 2 {
				return nil, errSyntax
			}
			return words, nil
		}
		if err := t.say("+ Continue"); err != nil {
			return nil, err
		}
		text := make([]byte, literal)
		if _, err := io.ReadFull(t.reader, text); err != nil {
			return nil, fmt.Errorf("read a literal: %w", err)
		}
		words = append(words, string(text))
	}
}

// maxLiteral is the largest literal before LOGIN.
const maxLiteral = 4 << 10

// split splits a line at blanks that are not quoted. literal is the size of the literal that follows; -1 if none does.
func split(line string) (words []string, literal int, err error) {
	for line = strings.TrimLeft(line, " "); line != ""; line = strings.TrimLeft(line, " ") {
		var word string
		if line[0] == '"' {
			word, line, err = quoted(line[1:])
			if err != nil {
				return nil, 0, err
			}
			words = append(words, word)
			continue
		}
		word, line, _ = strings.Cut(line, " ")
		if size, isLiteral := strings.CutPrefix(word, "{"); isLiteral && line == "" {
			n, err := strconv.Atoi(strings.TrimSuffix(size, "}"))
			if err != nil || n < 0 || n > maxLiteral {
				return nil, 0, errSyntax
			}
			return words, n, nil
		}
		words = append(words, word)
	}
	return words, -1, nil
}

// quoted reads a quoted string after its first quote.
func quoted(line string) (word, rest string, err error) {
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '"':
			return word, line[i+1:], nil
		case '\\':
			if i++; i == len(line) {
				return "", "", errSyntax
			}
		}
		word += line[i : i+1]
	}
	return "", "", errSyntax
}
