package mailsync_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"mailferry/internal/demo/mailgen"
	"mailferry/internal/imapsync"
	"mailferry/internal/testkit/courier"
	"mailferry/internal/testkit/cyrus"
	"mailferry/internal/testkit/dovecot"
	"mailferry/internal/testkit/linkproxy"
	"mailferry/internal/testkit/mailbox"
	"mailferry/internal/testkit/maildir"
)

// courierUser starts a Courier with one user.
func courierUser(t testing.TB, user string) mailbox.Mailbox {
	t.Helper()
	server := courier.New(t, courier.Options{})
	server.AddUser(user, "secret", 0)
	return courierMailbox(server, user)
}

func courierMailbox(server *courier.TB, user string) mailbox.Mailbox {
	return mailbox.Mailbox{Host: server.Host, Port: server.Port, User: user, Password: "secret", Delimiter: ".", Prefix: "INBOX."}
}

// delayed is a mailbox on a long line: a round trip takes twice the delay.
func delayed(t testing.TB, m mailbox.Mailbox, delay time.Duration) mailbox.Mailbox {
	t.Helper()
	link, err := linkproxy.Start(fmt.Sprintf("%s:%d", m.Host, m.Port), linkproxy.Options{Delay: delay})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = link.Close() })
	m.Host, m.Port = link.Host, link.Port
	return m
}

func TestAMailboxMovesToCourierAndFromIt(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(t *testing.T) (from, to mailbox.Mailbox){
		"from Dovecot to Courier": func(t *testing.T) (from, to mailbox.Mailbox) {
			return mailboxOn(t, dovecot.Options{}, "old"), courierUser(t, "new")
		},
		"from Courier to Dovecot": func(t *testing.T) (from, to mailbox.Mailbox) {
			return courierUser(t, "old"), mailboxOn(t, dovecot.Options{}, "new")
		},
		"from Courier to Cyrus": func(t *testing.T) (from, to mailbox.Mailbox) {
			return courierUser(t, "old"), cyrusUser(t, cyrus.Options{}, "new")
		},
		"from Cyrus to Courier": func(t *testing.T) (from, to mailbox.Mailbox) {
			return cyrusUser(t, cyrus.Options{Separator: ".", BelowInbox: true}, "old"), courierUser(t, "new")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const messages = 300
			from, to := start(t)
			from.Fill(t, messages, len(mailgen.Folders()), mailgen.Options{Seed: 41, MaxBytes: 64 << 10})
			whole := func(copied int64) {
				t.Helper()
				r := syncOnce(t, quick(), sideOf(from), sideOf(to)).want(t, imapsync.ExitOK, copied)
				if !r.Verified || r.MessagesFound != messages || r.MessagesSkipped != messages-copied {
					t.Errorf("report %+v", r)
				}
				mailbox.Compare(t, to.Contents(t), from.Contents(t))
			}
			whole(messages)
			whole(0)
			talk(t, from, "SELECT INBOX", `STORE 1:5 +FLAGS (\Answered Urgent)`, `STORE 6:10 +FLAGS (\Flagged \Deleted)`, `STORE 11:12 -FLAGS (\Seen)`)
			whole(0)
		})
	}
}

// neverOpened is a mailbox on a Courier whose messages no client has seen: strange and ordinary ones in several folders. Each
// folder has another UIDVALIDITY whenever it is examined.
func neverOpened(t *testing.T) (mailbox.Mailbox, int) {
	t.Helper()
	server := courier.New(t, courier.Options{})
	server.AddUser("old", "secret", 0)
	generator := mailgen.New(mailgen.Options{Seed: 42, MaxBytes: 64 << 10})
	var files []maildir.File
	add := func(m mailgen.Message, raw []byte) {
		files = append(files, maildir.File{Raw: raw, Date: m.Date, Flags: m.Flags})
	}
	for i := range 5 * mailgen.StrangeKinds() {
		message, _ := generator.Strange(i)
		add(message, message.Raw)
	}
	for i := range 300 {
		// As a delivery program stores mail.
		message := generator.Message(i)
		add(message, bytes.ReplaceAll(message.Raw, []byte("\r\n"), []byte("\n")))
	}
	folders := []string{"", "Sent", "Entw&APw-rfe", "Projekte.2024"}
	share := (len(files) + len(folders) - 1) / len(folders)
	for part := range slices.Chunk(files, share) {
		if err := server.WriteFolder("old", folders[0], part); err != nil {
			t.Fatal(err)
		}
		folders = folders[1:]
	}
	return courierMailbox(server, "old"), len(files)
}

func TestFoldersOfCourierThatNobodyHasOpenedMove(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(t *testing.T) mailbox.Mailbox{
		"to Dovecot": func(t *testing.T) mailbox.Mailbox { return mailboxOn(t, dovecot.Options{}, "new") },
		"to Cyrus":   func(t *testing.T) mailbox.Mailbox { return cyrusUser(t, cyrus.Options{}, "new") },
		"to Courier": func(t *testing.T) mailbox.Mailbox { return courierUser(t, "new") },
		"to Dovecot over a long line": func(t *testing.T) mailbox.Mailbox {
			return delayed(t, mailboxOn(t, dovecot.Options{}, "new"), 20*time.Millisecond)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, messages := neverOpened(t)
			to := start(t)
			near := from
			if name == "to Dovecot over a long line" {
				from = delayed(t, from, 20*time.Millisecond)
			}
			move := func(copied int64, refused int) (missing int) {
				t.Helper()
				o := syncOnce(t, quick(), sideOf(from), sideOf(to))
				r := o.report(t)
				missing = int(r.MessagesMissing)
				code := imapsync.ExitOK
				if missing > 0 {
					code = imapsync.ExitErrAppend
				}
				if o.code != code || r.Verified != (missing == 0) || r.MessagesFound != int64(messages) || copied >= 0 && r.MessagesCopied != copied ||
					refused >= 0 && missing != refused || len(r.Missing) != missing || r.MessagesSurplus != 0 {
					t.Errorf("exit code %d, report %+v\n%s", o.code, r, tail(o.output))
				}
				if there := to.Contents(t).Count(); there+missing != messages {
					t.Errorf("%d messages at the destination and %d missing, of %d", there, missing, messages)
				}
				return missing
			}
			began := time.Now()
			refused := move(-1, -1)
			t.Logf("%d messages, %d refused and named, in %v", messages, refused, time.Since(began).Round(time.Millisecond))
			move(0, refused)
			talk(t, near, "SELECT INBOX.Sent", `STORE 1:5 FLAGS (\Answered)`)
			move(0, refused)
		})
	}
}

func TestStrangeMessagesMoveFromDovecotToCourierAndBack(t *testing.T) {
	t.Parallel()
	server := courier.New(t, courier.Options{})
	back := dovecot.New(t, dovecot.Options{})
	var to, last [2]mailbox.Mailbox
	for i, user := range []string{"new", "control"} {
		server.AddUser(user, "secret", 0)
		back.AddUser(user, "secret", 0)
		to[i] = courierMailbox(server, user)
		last[i] = mailbox.Mailbox{Host: back.Host, Port: back.Port, User: user, Password: "secret"}
	}
	from := strangeMailbox(t, 2*mailgen.StrangeKinds())
	strangeMove(t, from, to[0], to[1], inbox(t, from))
	strangeMove(t, to[0], last[0], last[1], inbox(t, to[0]))
}

func TestAFullCourierStopsTheRunAndTheNextOneGoesOn(t *testing.T) {
	t.Parallel()
	const messages, size = 200, 4 << 10
	from := mailboxOn(t, dovecot.Options{}, "old")
	server := courier.New(t, courier.Options{})
	server.AddUser("new", "secret", 300<<10)
	to := courierMailbox(server, "new")
	generator, c := mailgen.New(mailgen.Options{Seed: 14}), from.Connect(t)
	var batch []mailgen.Message
	for n := range messages {
		batch = append(batch, generator.MessageOfSize(n, size))
	}
	add(t, c, "INBOX", batch...)
	o := syncOnce(t, quick(), sideOf(from), sideOf(to))
	if o.code != imapsync.ExitOverQuota {
		t.Fatalf("exit code %d, want %d:\n%s", o.code, imapsync.ExitOverQuota, o.output)
	}
	r, there := o.report(t), to.Contents(t).Count()
	if there < 50 || there == messages || r.MessagesCopied != int64(there) || r.MessagesMissing != int64(messages-there) || r.Verified {
		t.Errorf("%d messages at the destination, report %+v", there, r)
	}
	if err := server.SetQuota(courier.User{Name: "new", QuotaBytes: 10 << 20}); err != nil {
		t.Fatal(err)
	}
	syncOnce(t, quick(), sideOf(from), sideOf(to)).want(t, imapsync.ExitOK, int64(messages-there))
	mailbox.Compare(t, to.Contents(t), from.Contents(t))
}
