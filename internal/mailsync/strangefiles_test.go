package mailsync_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mailferry/internal/demo/mailgen"
	"mailferry/internal/imapclient"
	"mailferry/internal/imapsync"
	"mailferry/internal/testkit/cyrus"
	"mailferry/internal/testkit/dovecot"
	"mailferry/internal/testkit/mailbox"
)

// kept is a message as a server gives it by FETCH.
type kept struct {
	uid   uint32
	flags []string
	date  string
	body  string
}

// text is all of the message but its UID, which each mailbox gives anew.
func (k kept) text() string { return fmt.Sprintf("%v %s %s", k.flags, k.date, k.body) }

// inbox reads all messages of an INBOX in their order.
func inbox(t testing.TB, m mailbox.Mailbox) []kept {
	t.Helper()
	c := m.Connect(t)
	if _, err := c.Examine("INBOX").Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	var all []kept
	var body bytes.Buffer
	_, err := c.Fetch(imapclient.From(1), imapclient.FetchOptions{
		Items: []string{"UID", "FLAGS", "INTERNALDATE", "BODY.PEEK[]"},
		Literal: func(*imapclient.Message, string, int64) io.Writer {
			body.Reset()
			return &body
		},
		Message: func(message *imapclient.Message) {
			flags := slices.DeleteFunc(slices.Clone(message.Flags), func(flag string) bool { return flag == `\Recent` })
			slices.Sort(flags)
			date, _ := message.Time()
			all = append(all, kept{message.UID, flags, imapclient.FormatInternalDate(date.UTC()), body.String()})
			body.Reset()
		},
	}).Wait(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// strangeMailbox is a mailbox on a Dovecot with so many strange messages.
func strangeMailbox(t testing.TB, count int) mailbox.Mailbox {
	t.Helper()
	generator := mailgen.New(mailgen.Options{Seed: 21})
	files := make([]dovecot.File, count)
	for i := range files {
		message, _ := generator.Strange(i)
		files[i] = dovecot.File{Raw: message.Raw, Date: message.Date, Flags: message.Flags}
	}
	return mailboxOf(t, files)
}

// mailboxOf is a mailbox on a Dovecot whose INBOX holds files.
func mailboxOf(t testing.TB, files []dovecot.File) mailbox.Mailbox {
	t.Helper()
	server := dovecot.New(t, dovecot.Options{})
	server.AddUser("old", "secret", 0)
	if err := server.WriteInbox("old", files); err != nil {
		t.Fatal(err)
	}
	return mailbox.Mailbox{Host: server.Host, Port: server.Port, User: "old", Password: "secret"}
}

// appendEach stores messages with one APPEND each, and gives the refusals by UID: what a
// server does with messages that reach it as they are.
func appendEach(t testing.TB, to mailbox.Mailbox, messages []kept) map[uint32]string {
	t.Helper()
	c := to.Connect(t)
	commands := make([]*imapclient.Command[imapclient.AppendData], len(messages))
	for i, message := range messages {
		commands[i] = c.Append("INBOX", imapclient.AppendMessage{
			Flags: message.flags, InternalDate: message.date, Size: int64(len(message.body)), Body: strings.NewReader(message.body),
		}, imapclient.AppendOptions{})
	}
	refused := map[uint32]string{}
	for i, command := range commands {
		_, err := command.Wait(t.Context())
		if response, ok := errors.AsType[*imapclient.ResponseError](err); ok {
			refused[messages[i].uid] = response.Response()
		} else if err != nil {
			t.Fatal(err)
		}
	}
	return refused
}

// strangeMove moves strange mail to a server, by the engine to one account and by plain
// APPENDs to another, and holds the first to the second.
func strangeMove(t *testing.T, from, to, control mailbox.Mailbox, source []kept) {
	t.Helper()
	refused := appendEach(t, control, source)
	want := inbox(t, control)
	if len(want) != len(source)-len(refused) {
		t.Fatalf("plain APPENDs of %d messages, %d refused, stored %d", len(source), len(refused), len(want))
	}
	code := imapsync.ExitOK
	if len(refused) > 0 {
		code = imapsync.ExitErrAppend
	}
	check := func(what string, copied int) {
		t.Helper()
		o := syncOnce(t, quick(), sideOf(from), sideOf(to))
		r := o.report(t)
		if o.code != code || r.MessagesCopied != int64(copied) || r.MessagesFound != int64(len(source)) || r.MessagesMissing != int64(len(refused)) || r.Verified != (len(refused) == 0) {
			t.Errorf("%s: exit code %d, report %+v; want code %d, %d of %d copied and %d missing", what, o.code, *r, code, copied, len(source), len(refused))
		}
		named := map[uint32]string{}
		for _, missing := range r.Missing {
			named[missing.UID] = missing.Reason
		}
		for uid, answer := range refused {
			if withoutTimes(named[uid]) != withoutTimes(answer) {
				t.Errorf("%s: message %d, refused with %q, is named with %q", what, uid, answer, named[uid])
			}
		}
		sameTexts(t, what, inbox(t, to), want)
	}

	check("the first run", len(want))
	check("the rerun", 0)
	lost := len(want) / 10
	expunge(t, to, lost)
	check("the run after a loss", lost)
	check("the last rerun", 0)

	unchanged := texts(source)
	same := 0
	for _, message := range want {
		if unchanged[message.text()] > 0 {
			unchanged[message.text()]--
			same++
		}
	}
	t.Logf("%d strange messages: %d refused and named, %d copied, of which the destination gives %d as the source does and %d in another form",
		len(source), len(refused), len(want), same, len(want)-same)
}

// withoutTimes cuts off how long Dovecot took to refuse.
func withoutTimes(answer string) string {
	answer, _, _ = strings.Cut(answer, " (")
	return answer
}

func texts(messages []kept) map[string]int {
	counts := map[string]int{}
	for _, message := range messages {
		counts[message.text()]++
	}
	return counts
}

// sameTexts fails the test unless two mailboxes hold the same messages as often.
func sameTexts(t *testing.T, what string, got, want []kept) {
	t.Helper()
	expected, shown := texts(want), 0
	tell := func(text, how string, n int) {
		if shown++; shown <= 5 {
			t.Errorf("%s: %s %d times: %.300q", what, how, n, text)
		}
	}
	there := texts(got)
	for text, n := range there {
		if n > expected[text] {
			tell(text, "too many by", n-expected[text])
		}
	}
	for text, n := range expected {
		if n > there[text] {
			tell(text, "missing", n-there[text])
		}
	}
	if shown > 0 {
		t.Errorf("%s: %d messages, want %d; %d texts differ", what, len(got), len(want), shown)
	}
}

// expunge removes so many messages from an INBOX, chosen at random.
func expunge(t *testing.T, m mailbox.Mailbox, count int) {
	t.Helper()
	var uids []uint32
	for _, message := range inbox(t, m) {
		uids = append(uids, message.uid)
	}
	random := rand.New(rand.NewPCG(1, 2))
	random.Shuffle(len(uids), func(i, j int) { uids[i], uids[j] = uids[j], uids[i] })
	talk(t, m, "SELECT INBOX", fmt.Sprintf(`UID STORE %s +FLAGS.SILENT (\Deleted)`, imapclient.UIDs(uids[:count]...)), "EXPUNGE")
}

func TestStrangeMessagesMoveBetweenTwoDovecots(t *testing.T) {
	t.Parallel()
	server := dovecot.New(t, dovecot.Options{})
	var to [2]mailbox.Mailbox
	for i, user := range []string{"new", "control"} {
		server.AddUser(user, "secret", 0)
		to[i] = mailbox.Mailbox{Host: server.Host, Port: server.Port, User: user, Password: "secret"}
	}
	from := strangeMailbox(t, 7*mailgen.StrangeKinds())
	strangeMove(t, from, to[0], to[1], inbox(t, from))
}

// filesVariable names a folder of messages, one a file, such as the test data of a parser of mail.
const filesVariable = "MAILFERRY_STRANGE_MAIL"

func TestMessagesOfAFolderMoveToEachMake(t *testing.T) {
	t.Parallel()
	folder := os.Getenv(filesVariable)
	if folder == "" {
		t.Skip(filesVariable + " names no folder of messages: those generated have to do")
	}
	var files []dovecot.File
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		date := time.Date(2024, 1, 1, 0, len(files), 0, 0, time.UTC)
		files = append(files, dovecot.File{Raw: raw, Date: date})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	from := mailboxOf(t, files)
	source := inbox(t, from)
	if len(source) != len(files) {
		t.Fatalf("of %d files %d are messages", len(files), len(source))
	}
	for kind, start := range makes() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			to := start(t, "new", "control")
			strangeMove(t, from, to[0], to[1], source)
		})
	}
}

func TestStrangeMessagesMoveFromDovecotToCyrusAndBack(t *testing.T) {
	t.Parallel()
	server := cyrus.New(t, cyrus.Options{})
	back := dovecot.New(t, dovecot.Options{})
	var to, last [2]mailbox.Mailbox
	for i, user := range []string{"new", "control"} {
		server.AddUser(user, "secret", 0)
		back.AddUser(user, "secret", 0)
		to[i] = mailbox.Mailbox{Host: server.Host, Port: server.Port, User: user, Password: "secret"}
		last[i] = mailbox.Mailbox{Host: back.Host, Port: back.Port, User: user, Password: "secret"}
	}
	from := strangeMailbox(t, 2*mailgen.StrangeKinds())
	strangeMove(t, from, to[0], to[1], inbox(t, from))
	strangeMove(t, to[0], last[0], last[1], inbox(t, to[0]))
}
