package mailsync_test

import (
	"fmt"
	"strings"
	"testing"

	"mailferry/internal/demo/mailgen"
	"mailferry/internal/imapsync"
	"mailferry/internal/testkit/cyrus"
	"mailferry/internal/testkit/dovecot"
	"mailferry/internal/testkit/imaptalk"
	"mailferry/internal/testkit/mailbox"
	"mailferry/internal/testkit/process"
)

// cyrusUser starts a Cyrus with one user.
func cyrusUser(t testing.TB, options cyrus.Options, user string) mailbox.Mailbox {
	t.Helper()
	server := cyrus.New(t, options)
	server.AddUser(user, "secret", 0)
	m := mailbox.Mailbox{Host: server.Host, Port: server.Port, User: user, Password: "secret", Delimiter: options.Separator}
	if options.BelowInbox {
		m.Prefix = "INBOX" + options.Separator
	}
	return m
}

// mailboxOn starts a Dovecot with one user.
func mailboxOn(t testing.TB, options dovecot.Options, user string) mailbox.Mailbox {
	t.Helper()
	server := dovecot.New(t, options)
	server.AddUser(user, "secret", 0)
	return mailbox.Mailbox{Host: server.Host, Port: server.Port, User: user, Password: "secret", Delimiter: options.Separator, Prefix: options.Prefix}
}

func sideOf(m mailbox.Mailbox) side { return side{m.Host, m.Port, m.User, m.Password} }

// talk gives commands as they are to the server of a mailbox.
func talk(t testing.TB, m mailbox.Mailbox, commands ...string) (answers []string) {
	t.Helper()
	session, err := imaptalk.Connect(t.Context(), process.Address(m.Port), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	for _, command := range append([]string{"LOGIN " + m.User + " " + m.Password}, commands...) {
		answer, err := session.Command(command)
		if err != nil {
			t.Fatalf("%.80q: %v", command, err)
		}
		answers = append(answers, answer)
	}
	return answers[1:]
}

func TestAMailboxMovesBetweenDovecotAndCyrusInBothDirections(t *testing.T) {
	t.Parallel()
	slash, dot := dovecot.Options{}, dovecot.Options{Separator: ".", Prefix: "INBOX."}
	for name, start := range map[string]func(t *testing.T) (from, to mailbox.Mailbox){
		"to Cyrus": func(t *testing.T) (from, to mailbox.Mailbox) {
			return mailboxOn(t, slash, "old"), cyrusUser(t, cyrus.Options{}, "new")
		},
		"to a Cyrus with everything below INBOX": func(t *testing.T) (from, to mailbox.Mailbox) {
			return mailboxOn(t, slash, "old"), cyrusUser(t, cyrus.Options{Separator: ".", BelowInbox: true}, "new")
		},
		"to a Cyrus that takes one message at a time": func(t *testing.T) (from, to mailbox.Mailbox) {
			return mailboxOn(t, dot, "old"), cyrusUser(t, cyrus.Options{SuppressCapabilities: []string{"MULTIAPPEND", "LITERAL+", "UIDPLUS", "LIST-EXTENDED", "LIST-STATUS"}}, "new")
		},
		"from Cyrus": func(t *testing.T) (from, to mailbox.Mailbox) {
			return cyrusUser(t, cyrus.Options{}, "old"), mailboxOn(t, dot, "new")
		},
		"from a Cyrus with everything below INBOX": func(t *testing.T) (from, to mailbox.Mailbox) {
			return cyrusUser(t, cyrus.Options{Separator: ".", BelowInbox: true}, "old"), mailboxOn(t, slash, "new")
		},
		"from Cyrus to Cyrus": func(t *testing.T) (from, to mailbox.Mailbox) {
			return cyrusUser(t, cyrus.Options{}, "old"), cyrusUser(t, cyrus.Options{Separator: ".", BelowInbox: true}, "new")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const messages = 500
			from, to := start(t)
			from.Fill(t, messages, len(mailgen.Folders()), mailgen.Options{Seed: 11, MaxBytes: 64 << 10})
			r := syncOnce(t, quick(), sideOf(from), sideOf(to)).want(t, imapsync.ExitOK, messages)
			if !r.Verified || r.MessagesFound != messages || r.MessagesMissing != 0 {
				t.Errorf("report %+v", r)
			}
			mailbox.Compare(t, to.Contents(t), from.Contents(t))
			r = syncOnce(t, quick(), sideOf(from), sideOf(to)).want(t, imapsync.ExitOK, 0)
			if !r.Verified || r.MessagesSkipped != messages {
				t.Errorf("report of the rerun %+v", r)
			}
			mailbox.Compare(t, to.Contents(t), from.Contents(t))
		})
	}
}

func TestFlagsChangedOnTheSourceFollowToCyrusAndBack(t *testing.T) {
	t.Parallel()
	old, middle, last := mailboxOn(t, dovecot.Options{}, "old"), cyrusUser(t, cyrus.Options{}, "middle"), mailboxOn(t, dovecot.Options{}, "last")
	old.Fill(t, 40, 3, mailgen.Options{Seed: 12, MaxBytes: 16 << 10})
	moveOn := func(copied int64) {
		t.Helper()
		syncOnce(t, quick(), sideOf(old), sideOf(middle)).want(t, imapsync.ExitOK, copied)
		syncOnce(t, quick(), sideOf(middle), sideOf(last)).want(t, imapsync.ExitOK, copied)
		want := old.Contents(t)
		mailbox.Compare(t, middle.Contents(t), want)
		mailbox.Compare(t, last.Contents(t), want)
	}
	moveOn(40)
	talk(t, old, "SELECT INBOX", `STORE 1:5 FLAGS (\Answered Urgent)`, `STORE 6:10 +FLAGS (\Flagged \Deleted)`, `STORE 11:12 -FLAGS (\Seen)`)
	moveOn(0)
}

func TestAutomapFindsTheSpecialFoldersOfCyrusAndThoseOfDovecot(t *testing.T) {
	t.Parallel()
	german := func(m mailbox.Mailbox) {
		talk(t, m, `CREATE Gesendet (USE (\Sent))`, `CREATE Papierkorb (USE (\Trash))`, `CREATE "Entw&APw-rfe" (USE (\Drafts))`)
	}
	put := func(m mailbox.Mailbox, folders ...string) {
		c := m.Connect(t)
		for i, folder := range folders {
			add(t, c, folder, mailgen.New(mailgen.Options{Seed: 13}).Message(i))
		}
	}
	has := func(m mailbox.Mailbox, folders ...string) {
		t.Helper()
		contents := m.Contents(t)
		for _, folder := range folders {
			if len(contents[folder]) != 1 {
				t.Errorf("folder %q holds %d messages, want 1", folder, len(contents[folder]))
			}
		}
		if contents.Count() != len(folders) {
			t.Errorf("%d messages, want %d", contents.Count(), len(folders))
		}
	}

	above, below := mailboxOn(t, dovecot.Options{}, "old"), cyrusUser(t, cyrus.Options{}, "middle")
	german(below)
	put(above, "Sent", "Trash", "Drafts", "Work")
	syncOnce(t, quick(), sideOf(above), sideOf(below), "--automap").want(t, imapsync.ExitOK, 4)
	has(below, "Gesendet", "Papierkorb", "Entwürfe", "Work")

	back := mailboxOn(t, dovecot.Options{Separator: ".", Prefix: "INBOX."}, "back")
	// The folders of Dovecot's configuration are named, and exist only once they are made.
	talk(t, back, "CREATE INBOX.Sent", "CREATE INBOX.Trash", "CREATE INBOX.Drafts")
	syncOnce(t, quick(), sideOf(below), sideOf(back), "--automap").want(t, imapsync.ExitOK, 4)
	has(back, "Sent", "Trash", "Drafts", "Work")
	syncOnce(t, quick(), sideOf(below), sideOf(back), "--automap").want(t, imapsync.ExitOK, 0)
}

func TestAFullCyrusStopsTheRunAndTheNextOneGoesOn(t *testing.T) {
	t.Parallel()
	for _, suppressed := range [][]string{nil, {"MULTIAPPEND"}, {"MULTIAPPEND", "LITERAL+"}} {
		t.Run("without "+strings.Join(suppressed, " and "), func(t *testing.T) {
			t.Parallel()
			const messages, size = 200, 4 << 10
			from := mailboxOn(t, dovecot.Options{}, "old")
			server := cyrus.New(t, cyrus.Options{SuppressCapabilities: suppressed})
			server.AddUser("new", "secret", 300<<10)
			to := mailbox.Mailbox{Host: server.Host, Port: server.Port, User: "new", Password: "secret"}
			generator, c := mailgen.New(mailgen.Options{Seed: 14}), from.Connect(t)
			for i := range 2 {
				var batch []mailgen.Message
				for n := range messages / 2 {
					batch = append(batch, generator.MessageOfSize(i*messages/2+n, size))
				}
				add(t, c, []string{"INBOX", "Other"}[i], batch...)
			}
			o := syncOnce(t, quick(), sideOf(from), sideOf(to))
			if o.code != imapsync.ExitOverQuota {
				t.Fatalf("exit code %d, want %d:\n%s", o.code, imapsync.ExitOverQuota, o.output)
			}
			r, there := o.report(t), to.Contents(t).Count()
			if there < 50 || there == messages || r.MessagesCopied != int64(there) || r.MessagesMissing != int64(messages-there) || r.Verified {
				t.Errorf("%d messages at the destination, report %+v", there, r)
			}
			// More room: what is missing comes, and nothing twice.
			if err := server.SetQuota(t.Context(), cyrus.User{Name: "new", QuotaBytes: 10 << 20}); err != nil {
				t.Fatal(err)
			}
			syncOnce(t, quick(), sideOf(from), sideOf(to)).want(t, imapsync.ExitOK, int64(messages-there))
			mailbox.Compare(t, to.Contents(t), from.Contents(t))
		})
	}
}

func TestSubscriptionsArriveOnCyrus(t *testing.T) {
	t.Parallel()
	from, to := mailboxOn(t, dovecot.Options{}, "old"), cyrusUser(t, cyrus.Options{Separator: ".", BelowInbox: true}, "new")
	talk(t, from, "CREATE Read", "CREATE Unread", `CREATE "B&APw-ro/2023"`, "SUBSCRIBE Read", `SUBSCRIBE "B&APw-ro/2023"`)
	syncOnce(t, quick(), sideOf(from), sideOf(to)).want(t, imapsync.ExitOK, 0)
	list := talk(t, to, `LSUB "" "*"`)[0]
	for name, want := range map[string]bool{"INBOX.Read": true, "INBOX.Unread": false, "INBOX.B&APw-ro.2023": true} {
		if got := strings.Contains(list, name+"\r\n") || strings.Contains(list, fmt.Sprintf("%q\r\n", name)); got != want {
			t.Errorf("subscribed to %s: %v, want %v:\n%s", name, got, want, list)
		}
	}
}
