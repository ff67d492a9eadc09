// Package mailbox fills real mailboxes with generated mail and compares what two of
// them hold, for tests and benchmarks that move mail between servers.
package mailbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"mailferry/internal/demo/mailgen"
	"mailferry/internal/imapclient"
)

// Mailbox is an account on a server that takes clear text on loopback.
type Mailbox struct {
	Host           string
	Port           int
	User, Password string
	// Delimiter and Prefix are how the server names folders; "/" and none if empty.
	Delimiter, Prefix string
}

// Dial signs in; the caller closes the connection.
func (m Mailbox) Dial(ctx context.Context) (*imapclient.Client, error) {
	c, err := imapclient.Dial(ctx, imapclient.Options{Host: m.Host, Port: m.Port, Security: imapclient.None})
	if err != nil {
		return nil, err
	}
	if err := c.Login(ctx, m.User, m.Password); err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

// Connect is Dial for a test, with which the connection closes.
func (m Mailbox) Connect(t testing.TB) *imapclient.Client {
	t.Helper()
	c, err := m.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// Append puts count messages of an office's mail into the mailbox, divided among folders as
// mailgen has them, at most the first few of these. It returns their bytes.
func (m Mailbox) Append(ctx context.Context, count, folders int, options mailgen.Options) (int64, error) {
	c, err := m.Dial(ctx)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	tree := mailgen.Folders()
	tree = tree[:min(len(tree), folders)]
	generator := mailgen.New(options)
	at, size := 0, int64(0)
	for i, share := range mailgen.Split(tree, count) {
		if i == len(tree)-1 {
			share = count - at // the shares of some folders do not add up to all messages
		}
		name := m.folder(tree[i].Levels)
		if !imapclient.IsInbox(name) {
			_, _ = c.Create(name).Wait(ctx) // it may be there
		}
		var commands []*imapclient.Command[imapclient.AppendData]
		for range share {
			message := generator.Message(at)
			at++
			size += int64(len(message.Raw))
			commands = append(commands, c.Append(name, imapclient.AppendMessage{
				Flags: message.Flags, InternalDate: imapclient.FormatInternalDate(message.Date),
				Size: int64(len(message.Raw)), Body: bytes.NewReader(message.Raw),
			}, imapclient.AppendOptions{}))
		}
		for _, command := range commands {
			if _, err := command.Wait(ctx); err != nil {
				return 0, fmt.Errorf("append to %s: %w", name, err)
			}
		}
	}
	return size, nil
}

// Fill is Append for a test.
func (m Mailbox) Fill(t testing.TB, count, folders int, options mailgen.Options) {
	t.Helper()
	if _, err := m.Append(t.Context(), count, folders, options); err != nil {
		t.Fatal(err)
	}
}

func (m Mailbox) folder(levels []string) string {
	encoded := make([]string, len(levels))
	for i, level := range levels {
		encoded[i] = imapclient.EncodeMailbox(level)
	}
	name := strings.Join(encoded, m.delimiter())
	if imapclient.IsInbox(name) {
		return name
	}
	return m.Prefix + name
}

func (m Mailbox) delimiter() string {
	if m.Delimiter == "" {
		return "/"
	}
	return m.Delimiter
}

// Contents is what a mailbox holds: by folder, named with "/" and without a prefix, each
// message as its flags, date and bytes, sorted.
type Contents map[string][]string

// Read reads everything in the mailbox. A folder without messages has an empty list.
func (m Mailbox) Read(ctx context.Context) (Contents, error) {
	c, err := m.Dial(ctx)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	entries, err := c.List(imapclient.ListOptions{}).Wait(ctx)
	if err != nil {
		return nil, err
	}
	all := Contents{}
	for _, entry := range entries {
		if !entry.Selectable() {
			continue
		}
		name := imapclient.DecodeMailbox(entry.Name)
		if name != "INBOX" {
			name = strings.TrimPrefix(name, m.Prefix)
		}
		messages, err := readFolder(ctx, c, entry.Name)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		all[strings.ReplaceAll(name, m.delimiter(), "/")] = messages
	}
	return all, nil
}

// Contents is Read for a test.
func (m Mailbox) Contents(t testing.TB) Contents {
	t.Helper()
	all, err := m.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func readFolder(ctx context.Context, c *imapclient.Client, name string) ([]string, error) {
	if _, err := c.Examine(name).Wait(ctx); err != nil {
		return nil, err
	}
	messages := []string{}
	var body bytes.Buffer
	_, err := c.Fetch(imapclient.From(1), imapclient.FetchOptions{
		Items: []string{"FLAGS", "INTERNALDATE", "BODY.PEEK[]"},
		Literal: func(*imapclient.Message, string, int64) io.Writer {
			body.Reset()
			return &body
		},
		Message: func(message *imapclient.Message) {
			flags := slices.DeleteFunc(slices.Clone(message.Flags), func(flag string) bool { return flag == `\Recent` })
			slices.Sort(flags)
			date, _ := message.Time()
			messages = append(messages, fmt.Sprintf("%v %s %s", flags, date.UTC().Format(time.RFC3339), body.String()))
		},
	}).Wait(ctx)
	slices.Sort(messages)
	return messages, err
}

// Count is how many messages there are.
func (c Contents) Count() int {
	count := 0
	for _, messages := range c {
		count += len(messages)
	}
	return count
}

// Difference says in what two mailboxes differ that should hold the same messages, with the
// same flags and dates, in the same folders; nil if in nothing. Folders without messages do
// not matter.
func Difference(got, want Contents) error {
	var differences []error
	differ := func(format string, args ...any) { differences = append(differences, fmt.Errorf(format, args...)) }
	for name, messages := range want {
		if slices.Equal(got[name], messages) {
			continue
		}
		differ("folder %q holds %d messages, want %d the same", name, len(got[name]), len(messages))
		for i := range min(len(got[name]), len(messages)) {
			if got[name][i] != messages[i] {
				differ("first difference:\n%.300q\nwant\n%.300q", got[name][i], messages[i])
				break
			}
		}
	}
	for name, messages := range got {
		if len(messages) > 0 && want[name] == nil {
			differ("folder %q with %d messages is not at the source", name, len(messages))
		}
	}
	return errors.Join(differences...)
}

// Compare fails the test if there is a Difference.
func Compare(t testing.TB, got, want Contents) {
	t.Helper()
	if err := Difference(got, want); err != nil {
		t.Error(err)
	}
}
