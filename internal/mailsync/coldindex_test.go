package mailsync_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"mailferry/internal/demo/mailgen"
	"mailferry/internal/imapclient"
	"mailferry/internal/testkit/dovecot"
)

// removeIndexes deletes what Dovecot remembers of a mailbox, as after a restore of its mail alone.
func removeIndexes(t *testing.T, home string) {
	t.Helper()
	err := filepath.WalkDir(home, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && (strings.HasPrefix(entry.Name(), "dovecot.index") || strings.HasPrefix(entry.Name(), "dovecot.list.index")) {
			return os.Remove(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// keepOpening opens all folders of a mailbox over and over until the context ends, as a mail program does.
func keepOpening(ctx context.Context, t *testing.T, s side) {
	t.Helper()
	for ctx.Err() == nil {
		c, err := s.mailbox("", "").Dial(ctx)
		if err != nil {
			continue // too many connections for a moment
		}
		folders, err := c.List(imapclient.ListOptions{Status: []string{"MESSAGES", "UNSEEN"}}).Wait(ctx)
		for i := 0; i < len(folders) && err == nil; i++ {
			if _, err = c.Select(folders[i].Name).Wait(ctx); err == nil {
				_, err = c.Fetch(imapclient.From(1), imapclient.FetchOptions{Items: []string{"FLAGS", "ENVELOPE"}}).Wait(ctx)
			}
		}
		_ = c.Close()
	}
}

// countAll opens each folder of an account and adds up what is in them.
func countAll(t *testing.T, s side) (n int) {
	t.Helper()
	c := connect(t, s)
	defer c.Close()
	folders, err := c.List(imapclient.ListOptions{}).Wait(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range folders {
		if !f.Selectable() {
			continue
		}
		box, err := c.Examine(f.Name).Wait(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		n += int(box.Exists)
	}
	return n
}

func TestSixRunsAtOnceFromAMailboxWhoseIndexesAreGoneAreWholeOrSaySo(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes many runs between real servers")
	}
	const messages, runs = 600, 6
	for name, opening := range map[string]bool{"alone": false, "while a client opens the folders": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := dovecot.New(t, dovecot.Options{})
			destination := dovecot.New(t, dovecot.Options{})
			source.AddUser("old", "secret", 0)
			from := side{source.Host, source.Port, "old", "secret"}
			fill(t, from, messages, mailgen.Options{Seed: 3, MedianBytes: 1500, MaxBytes: 20000})
			whole, said := 0, 0
			for round := range longer(t, "MAILFERRY_COLD_ROUNDS", 2) {
				removeIndexes(t, source.Home("old"))
				ctx, stop := context.WithCancel(t.Context())
				var client, all sync.WaitGroup
				if opening {
					client.Go(func() { keepOpening(ctx, t, from) })
				}
				outcomes := make([]outcome, runs)
				accounts := make([]side, runs)
				for i := range runs {
					user := fmt.Sprintf("new-%d-%d", round, i)
					destination.AddUser(user, "secret", 0)
					accounts[i] = side{destination.Host, destination.Port, user, "secret"}
					all.Go(func() { outcomes[i] = syncOnce(t, quick(), from, accounts[i]) })
				}
				all.Wait()
				stop()
				client.Wait()
				for i, o := range outcomes {
					r := o.report(t)
					n := countAll(t, accounts[i])
					switch {
					case o.code == 0 && r.Verified && n == messages:
						whole++
					case o.code != 0 && !r.Verified:
						said++
						t.Logf("round %d: %d messages, exit code %d:\n%s", round, n, o.code, tail(o.output))
					default:
						t.Errorf("round %d: %d of %d messages, exit code %d, verified %v:\n%s", round, n, messages, o.code, r.Verified, o.output)
					}
				}
			}
			t.Logf("%d runs whole, %d not and said so", whole, said)
		})
	}
}
