package main

import (
	"context"
	"fmt"
	"strings"

	"mailferry/internal/demo/mailgen"
	"mailferry/internal/imapclient"
	"mailferry/internal/testkit/dovecot"
	"mailferry/internal/testkit/imaptalk"
	"mailferry/internal/testkit/process"
)

// password is every user's: the servers are on loopback, for this run alone.
const password = "benchmark"

// servers are the two ends.
type servers struct {
	source, destination *dovecot.Server

	users int // at the destination
}

const sourceUser = "source@example.org"

// startServers starts both ends and fills the source.
func startServers(ctx context.Context, s settings) (ends *servers, bytes int64, err error) {
	ends = new(servers)
	defer func() {
		if err != nil {
			ends.stop()
		}
	}()
	if ends.source, err = dovecot.Start(ctx, dovecot.Options{Compress: s.compress}); err != nil {
		return nil, 0, err
	}
	if ends.destination, err = dovecot.Start(ctx, dovecot.Options{FSync: s.fsync, Compress: s.compress}); err != nil {
		return nil, 0, err
	}
	if err := ends.source.AddUser(dovecot.User{Name: sourceUser, Password: password}); err != nil {
		return nil, 0, err
	}
	bytes, err = fill(ctx, ends.source, s)
	if err != nil {
		return nil, 0, fmt.Errorf("fill the source: %w", err)
	}
	return ends, bytes, nil
}

func (ends *servers) stop() {
	for _, server := range []*dovecot.Server{ends.source, ends.destination} {
		if server != nil {
			server.Stop()
		}
	}
}

// newDestination adds a user with an empty mailbox.
func (ends *servers) newDestination() (string, error) {
	ends.users++
	name := fmt.Sprintf("destination-%d@example.org", ends.users)
	return name, ends.destination.AddUser(dovecot.User{Name: name, Password: password})
}

// login opens a conversation with a server.
func login(ctx context.Context, server *dovecot.Server, user string) (*imaptalk.Session, error) {
	session, err := imaptalk.Connect(ctx, process.Address(server.Port), nil)
	if err != nil {
		return nil, err
	}
	if _, err := session.Command("LOGIN " + user + " " + password); err != nil {
		_ = session.Close()
		return nil, err
	}
	return session, nil
}

// fill puts the messages into the source's folders and returns their bytes.
func fill(ctx context.Context, server *dovecot.Server, s settings) (int64, error) {
	generator := mailgen.New(mailgen.Options{Seed: 1, MedianBytes: s.medianSize, MaxBytes: 1 << 20})
	folders := mailgen.Folders()
	next, bytes := 0, int64(0)
	for i, count := range mailgen.Split(folders, s.messages) {
		if count == 0 {
			continue
		}
		// A conversation has a time limit: each folder gets one.
		session, err := login(ctx, server, sourceUser)
		if err != nil {
			return 0, err
		}
		name := `"` + imapclient.EncodeMailbox(strings.Join(folders[i].Levels, "/")) + `"`
		if folders[i].Levels[0] != "INBOX" {
			if _, err := session.Command("CREATE " + name); err != nil {
				return 0, err
			}
		}
		const batch = 50
		for count > 0 {
			var command strings.Builder
			command.WriteString("APPEND " + name)
			for range min(batch, count) {
				message := generator.Message(next)
				next++
				bytes += int64(len(message.Raw))
				fmt.Fprintf(&command, " (%s) %q {%d+}\r\n", strings.Join(message.Flags, " "),
					imapclient.FormatInternalDate(message.Date), len(message.Raw))
				command.Write(message.Raw)
			}
			if _, err := session.Command(command.String()); err != nil {
				return 0, err
			}
			count -= min(batch, count)
		}
		if err := session.Close(); err != nil {
			return 0, err
		}
	}
	return bytes, nil
}

// count counts a user's messages in all folders.
func count(ctx context.Context, server *dovecot.Server, user string) (int, error) {
	session, err := login(ctx, server, user)
	if err != nil {
		return 0, err
	}
	defer session.Close()
	answer, err := session.Command(`LIST "" * RETURN (STATUS (MESSAGES))`)
	if err != nil {
		return 0, err
	}
	total := 0
	for line := range strings.Lines(answer) {
		_, number, found := strings.Cut(line, "(MESSAGES ")
		if !found || !strings.HasPrefix(line, "* STATUS") {
			continue
		}
		var messages int
		if _, err := fmt.Sscanf(number, "%d)", &messages); err != nil {
			return 0, fmt.Errorf("read %q: %w", line, err)
		}
		total += messages
	}
	return total, nil
}
