// Package mailboxtest fills real mailboxes with generated mail and compares what two of
// them hold, for tests that move mail between servers.
package mailboxtest

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"mailferry/internal/imapclient"
	"mailferry/internal/mailgen"
)

// Mailbox is an account on a server that takes clear text on loopback.
type Mailbox struct {
	Host           string
	Port           int
	User, Password string
	// Delimiter and Prefix are how the server names folders; "/" and none if empty.
	Delimiter, Prefix string
}

// Connect signs in; the connection closes with the test.
func (m Mailbox) Connect(t testing.TB) *imapclient.Client {
	t.Helper()
	c, err := imapclient.Dial(t.Context(), imapclient.Options{Host: m.Host, Port: m.Port, Security: imapclient.None})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.Login(t.Context(), m.User, m.Password); err != nil {
		t.Fatal(err)
	}
	return c
}

// Fill puts count messages of an office's mail into the mailbox, divided among folders as
// mailgen has them, at most the first few of these.
func (m Mailbox) Fill(t testing.TB, count, folders int, options mailgen.Options) {
	t.Helper()
	c := m.Connect(t)
	tree := mailgen.Folders()
	tree = tree[:min(len(tree), folders)]
	generator := mailgen.New(options)
	at := 0
	for i, share := range mailgen.Split(tree, count) {
		if i == len(tree)-1 {
			share = count - at // the shares of some folders do not add up to all messages
		}
		name := m.folder(tree[i].Levels)
		if !imapclient.IsInbox(name) {
			_, _ = c.Create(name).Wait(t.Context()) // it may be there
		}
		var commands []*imapclient.Command[imapclient.AppendData]
		for range share {
			message := generator.Message(at)
			at++
			commands = append(commands, c.Append(name, imapclient.AppendMessage{
				Flags: message.Flags, InternalDate: imapclient.FormatInternalDate(message.Date),
				Size: int64(len(message.Raw)), Body: bytes.NewReader(message.Raw),
			}, imapclient.AppendOptions{}))
		}
		for _, command := range commands {
			if _, err := command.Wait(t.Context()); err != nil {
				t.Fatalf("append to %s: %v", name, err)
			}
		}
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

// Contents reads everything in the mailbox. A folder without messages has an empty list.
func (m Mailbox) Contents(t testing.TB) Contents {
	t.Helper()
	c := m.Connect(t)
	entries, err := c.List(imapclient.ListOptions{}).Wait(t.Context())
	if err != nil {
		t.Fatal(err)
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
		all[strings.ReplaceAll(name, m.delimiter(), "/")] = folderContents(t, c, entry.Name)
	}
	return all
}

func folderContents(t testing.TB, c *imapclient.Client, name string) []string {
	t.Helper()
	if _, err := c.Examine(name).Wait(t.Context()); err != nil {
		t.Fatal(err)
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
	}).Wait(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(messages)
	return messages
}

// Count is how many messages there are.
func (c Contents) Count() int {
	count := 0
	for _, messages := range c {
		count += len(messages)
	}
	return count
}

// Compare fails the test unless both mailboxes hold the same messages, with the same flags
// and dates, in the same folders. Folders without messages do not matter.
func Compare(t testing.TB, got, want Contents) {
	t.Helper()
	for name, messages := range want {
		if slices.Equal(got[name], messages) {
			continue
		}
		t.Errorf("folder %q holds %d messages, want %d the same", name, len(got[name]), len(messages))
		for i := range min(len(got[name]), len(messages)) {
			if got[name][i] != messages[i] {
				t.Errorf("first difference:\n%.300q\nwant\n%.300q", got[name][i], messages[i])
				break
			}
		}
	}
	for name, messages := range got {
		if len(messages) > 0 && want[name] == nil {
			t.Errorf("folder %q with %d messages is not at the source", name, len(messages))
		}
	}
}
