package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"mailferry/internal/testkit/process"
)

// probeCommand runs this program as the probe.
const probeCommand = "probe"

// authoritiesVariable names the PEM file to verify servers by; empty for clear text.
const authoritiesVariable = "BENCH_AUTHORITIES"

// The probe's batches: MULTIAPPENDs of at most so many messages and bytes.
const (
	batchMessages = 100
	batchBytes    = 4 << 20
)

// runProbe copies all folders of the source without a look at what the destination
// has, whether anything fails in between, or what the bytes mean: it asks for
// everything at once over one connection, and appends it over another without
// waiting for an answer before the end. No engine can be faster on one connection
// for each side.
func runProbe(ctx context.Context, args []string, getenv func(string) string) error {
	if len(args) != 3 {
		return errors.New("probe: source port, destination port and destination user are needed")
	}
	var config *tls.Config
	if file := getenv(authoritiesVariable); file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("probe: read the authorities: %w", err)
		}
		config = &tls.Config{RootCAs: x509.NewCertPool(), ServerName: "127.0.0.1", MinVersion: tls.VersionTLS12}
		config.RootCAs.AppendCertsFromPEM(text)
	}
	source, err := dial(ctx, args[0], sourceUser, config)
	if err != nil {
		return fmt.Errorf("probe: source: %w", err)
	}
	defer source.Close()
	destination, err := dial(ctx, args[1], args[2], config)
	if err != nil {
		return fmt.Errorf("probe: destination: %w", err)
	}
	defer destination.Close()
	folders, err := source.folders()
	if err != nil {
		return fmt.Errorf("probe: list: %w", err)
	}

	// Answers are read while commands are still being written.
	answered := make(chan error, 1)
	go func() { answered <- destination.readToEnd() }()
	if err := transfer(source, destination, folders); err != nil {
		_ = destination.Close()
		return errors.Join(err, <-answered)
	}
	return <-answered
}

// line is a connection with its own tags.
type line struct {
	net.Conn

	reader *bufio.Reader
	writer *bufio.Writer
	tag    int
}

func dial(ctx context.Context, port, user string, config *tls.Config) (*line, error) {
	number, err := strconv.Atoi(port)
	if err != nil {
		return nil, fmt.Errorf("port: %w", err)
	}
	var dialer net.Dialer
	connection, err := dialer.DialContext(ctx, "tcp", process.Address(number))
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	if err := connection.SetDeadline(time.Now().Add(10 * time.Minute)); err != nil {
		return nil, fmt.Errorf("set a deadline: %w", err)
	}
	if config != nil {
		connection = tls.Client(connection, config)
	}
	l := &line{Conn: connection, reader: bufio.NewReaderSize(connection, 64<<10), writer: bufio.NewWriterSize(connection, 64<<10)}
	// The login does not wait for the greeting.
	l.send("LOGIN %s %s", user, password)
	if err := l.writer.Flush(); err != nil {
		return nil, fmt.Errorf("log in: %w", err)
	}
	if _, err := l.until(l.lastTag()); err != nil {
		return nil, fmt.Errorf("log in: %w", err)
	}
	return l, nil
}

// send writes a command and returns its tag. A failed write shows at the next flush.
func (l *line) send(format string, args ...any) string {
	l.tag++
	fmt.Fprintf(l.writer, l.lastTag()+" "+format+"\r\n", args...)
	return l.lastTag()
}

func (l *line) lastTag() string { return "p" + strconv.Itoa(l.tag) }

// until reads lines up to the tagged one, which must be OK, and returns the others.
func (l *line) until(tag string) ([]string, error) {
	var lines []string
	for {
		text, err := l.reader.ReadString('\n')
		if err != nil {
			return nil, fmt.Errorf("read: %w", err)
		}
		status, tagged := strings.CutPrefix(text, tag+" ")
		switch {
		case tagged && strings.HasPrefix(status, "OK"):
			return lines, nil
		case tagged:
			return nil, errors.New("the server says " + strings.TrimSpace(status))
		}
		lines = append(lines, text)
	}
}

// endTag is the tag of the last command.
const endTag = "pend"

// readToEnd reads answers until the one to the last command; all must be OK.
func (l *line) readToEnd() error {
	for {
		text, err := l.reader.ReadString('\n')
		if err != nil {
			return fmt.Errorf("read from the destination: %w", err)
		}
		tag, status, _ := strings.Cut(text, " ")
		switch {
		case !strings.HasPrefix(tag, "p"):
		case !strings.HasPrefix(status, "OK"):
			return errors.New("the destination says " + strings.TrimSpace(status))
		case tag == endTag:
			return nil
		}
	}
}

// folders lists the names of the selectable folders, as they come.
func (l *line) folders() ([]string, error) {
	tag := l.send(`LIST "" *`)
	if err := l.writer.Flush(); err != nil {
		return nil, fmt.Errorf("write: %w", err)
	}
	lines, err := l.until(tag)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, text := range lines {
		if _, name, found := strings.Cut(text, ` "/" `); found && !strings.Contains(text, `\Noselect`) {
			names = append(names, strings.TrimSpace(name))
		}
	}
	return names, nil
}

// message matches what Dovecot sends before a message, in the order that was asked for.
var message = regexp.MustCompile(`^\* \d+ FETCH \(FLAGS \(([^)]*)\) INTERNALDATE ("[^"]*") BODY\[\] \{(\d+)\}\r\n$`)

// transfer asks for every folder at once and appends what comes.
func transfer(source, destination *line, folders []string) error {
	ends := make(map[string]string, len(folders))
	for _, folder := range folders {
		source.send("EXAMINE %s", folder)
		ends[source.send("FETCH 1:* (FLAGS INTERNALDATE BODY.PEEK[])")] = folder
		if !strings.EqualFold(folder, "INBOX") {
			destination.send("CREATE %s", folder)
		}
	}
	if err := source.writer.Flush(); err != nil {
		return fmt.Errorf("write to the source: %w", err)
	}
	next := 0
	batch := batch{to: destination}
	for next < len(folders) {
		text, err := source.reader.ReadString('\n')
		if err != nil {
			return fmt.Errorf("read from the source: %w", err)
		}
		if found := message.FindStringSubmatch(text); found != nil {
			if err := batch.add(folders[next], found, source.reader); err != nil {
				return err
			}
			continue
		}
		tag, _, _ := strings.Cut(text, " ")
		if _, done := ends[tag]; done {
			if err := batch.end(); err != nil {
				return err
			}
			next++
		}
	}
	fmt.Fprintf(destination.writer, "%s NOOP\r\n", endTag)
	if err := destination.writer.Flush(); err != nil {
		return fmt.Errorf("write to the destination: %w", err)
	}
	return nil
}

// batch is the MULTIAPPEND being written.
type batch struct {
	to              *line
	messages, bytes int
}

// add copies one message from the source's connection into the batch.
func (b *batch) add(folder string, found []string, from *bufio.Reader) error {
	size, err := strconv.Atoi(found[3])
	if err != nil {
		return fmt.Errorf("read a size: %w", err)
	}
	if b.messages == batchMessages || b.bytes+size > batchBytes {
		if err := b.end(); err != nil {
			return err
		}
	}
	if b.messages == 0 {
		b.to.tag++
		fmt.Fprintf(b.to.writer, "%s APPEND %s", b.to.lastTag(), folder)
	}
	flags := strings.Fields(strings.ReplaceAll(found[1], `\Recent`, ""))
	fmt.Fprintf(b.to.writer, " (%s) %s {%d+}\r\n", strings.Join(flags, " "), found[2], size)
	if _, err := io.CopyN(b.to.writer, from, int64(size)); err != nil {
		return fmt.Errorf("copy a message: %w", err)
	}
	rest, err := from.ReadBytes('\n')
	if err != nil || !bytes.Equal(rest, []byte(")\r\n")) {
		return fmt.Errorf("read the end of a message: %q, %w", rest, err)
	}
	b.messages++
	b.bytes += size
	return nil
}

// end ends the command.
func (b *batch) end() error {
	if b.messages == 0 {
		return nil
	}
	b.messages, b.bytes = 0, 0
	_, err := b.to.writer.WriteString("\r\n")
	if err := errors.Join(err, b.to.writer.Flush()); err != nil {
		return fmt.Errorf("write to the destination: %w", err)
	}
	return nil
}
