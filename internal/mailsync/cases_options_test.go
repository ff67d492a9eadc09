package mailsync_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"mailferry/internal/imapsync"
	"mailferry/internal/testkit/imapscript"
)

// heard keeps the commands that a host hears, and answers those that begin with a word.
type heard struct {
	mu    sync.Mutex
	lines []string
}

func (h *heard) listen(answers map[string]string) func(int, string) imapscript.Action {
	return func(_ int, line string) imapscript.Action {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.lines = append(h.lines, line)
		for word, answer := range answers {
			if strings.HasPrefix(line, word) {
				return imapscript.Refuse(answer)
			}
		}
		return imapscript.Action{}
	}
}

// with are the commands that hold a text.
func (h *heard) with(text string) (found []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, line := range h.lines {
		if strings.Contains(line, text) {
			found = append(found, line)
		}
	}
	return found
}

func TestAnAdministratorSignsInForTheAccount(t *testing.T) {
	t.Parallel()
	for _, n := range []string{"1", "2"} {
		var one heard
		knobs := [2]imapscript.Knobs{}
		knobs[n[0]-'1'].OnCommand = one.listen(map[string]string{"PROXYAUTH": "OK you are"})
		from, to := between(t, knobs[0], knobs[1])
		from.Mailbox("INBOX").Add(letters(3)...)

		// By PLAIN, with the account as authorization identity (RFC 4616).
		move(t, from, to, "--authuser"+n, "root").want(t, 0, 3)
		want := "AUTHENTICATE PLAIN " + base64.StdEncoding.EncodeToString([]byte("anna\x00root\x00secret"))
		if got := one.with("AUTHENTICATE"); len(got) == 0 || strings.Count(strings.Join(got, "\n"), want) != len(got) || len(one.with("LOGIN ")) > 0 {
			t.Errorf("host%s heard %q, want %q", n, got, want)
		}

		// By PROXYAUTH: each connection that signs in as the administrator turns into the account's.
		move(t, from, to, "--authuser"+n, "root", "--proxyauth"+n).want(t, 0, 0)
		as := base64.StdEncoding.EncodeToString([]byte("\x00root\x00secret"))
		if logins, turns := one.with(as), one.with(`PROXYAUTH "anna"`); len(turns) == 0 || len(logins) != len(turns) {
			t.Errorf("host%s heard %q and %q", n, logins, turns)
		}
	}
}

func TestARefusedProxyauthIsARefusedLogin(t *testing.T) {
	t.Parallel()
	var one heard
	from, to := between(t, imapscript.Knobs{OnCommand: one.listen(map[string]string{"PROXYAUTH": "NO permission denied"})}, imapscript.Knobs{})
	if o := move(t, from, to, "--authuser1=root", "--proxyauth1"); o.code != imapsync.ExitAuthenticationFailureUser1 || len(one.with("PROXYAUTH")) != 1 {
		t.Errorf("exit code %d after %d attempts:\n%s", o.code, len(one.with("PROXYAUTH")), o.output)
	}
}

func TestARunEndsOnceEnoughIsCopied(t *testing.T) {
	t.Parallel()
	for _, without := range [][]string{nil, {"MULTIAPPEND"}} {
		from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{Without: without})
		from.Mailbox("INBOX").Add(letters(40)...)
		from.Mailbox("Other").Add(letters(40)...)
		size := len(letter(1).Body)
		o := move(t, from, to, "--exitwhenover", itoa(10*size))
		r := o.report(t)
		if o.code != imapsync.ExitTransferExceeded || r.Bytes < int64(10*size) || r.MessagesCopied > 10 || r.Verified || r.MessagesMissing != 80-r.MessagesCopied ||
			int64(to.Total()) != r.MessagesCopied {
			t.Errorf("without %v: exit code %d, %d of %d bytes, report %+v", without, o.code, r.Bytes, 10*size, *r)
		}
		if !strings.Contains(o.output, "Maximum bytes transferred reached") || !strings.Contains(r.Missing[0].Reason, "--exitwhenover") {
			t.Errorf("without %v: named %+v; output:\n%s", without, r.Missing[0], tail(o.output))
		}
		move(t, from, to).want(t, 0, 80-r.MessagesCopied)
		arrived(t, from, to, "INBOX", "Other")
	}
}

func TestTheHierarchyBelowAFolderIsCopiedAsIfItWereAll(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		from imapscript.Knobs
		root string
		arg  string
	}{
		"by its name":           {imapscript.Knobs{}, "Backup/anna", "Backup/anna"},
		"with a delimiter":      {imapscript.Knobs{}, "Backup/anna", "Backup/anna/"},
		"below the prefix":      {imapscript.Knobs{Delimiter: ".", Prefix: "INBOX."}, "INBOX.Backup.anna", "Backup.anna"},
		"with the prefix":       {imapscript.Knobs{Delimiter: ".", Prefix: "INBOX."}, "INBOX.Backup.anna", "INBOX.Backup.anna"},
		"a name with an umlaut": {imapscript.Knobs{}, "S&APw-d", "S\u00fcd"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := between(t, c.from, imapscript.Knobs{})
			delimiter := c.from.Delimiter
			if delimiter == "" {
				delimiter = "/"
			}
			from.Mailbox("INBOX").Add(letters(9)...)
			from.Mailbox(c.root).Add(letters(1)...)
			from.Mailbox(c.root + delimiter + "Sent").Add(letters(2)...)
			from.Mailbox(c.root + delimiter + "A" + delimiter + "B").Add(letters(3)...)
			from.Mailbox(c.root + "2").Add(letters(5)...)
			move(t, from, to, "--subfolder1", c.arg, "--automap").want(t, 0, 6)
			for folder, n := range map[string]int{"INBOX": 1, "Sent": 2, "A/B": 3} {
				if got := to.Mailbox(folder).Len(); got != n {
					t.Errorf("%s holds %d messages, want %d of %q", folder, got, n, to.Names())
				}
			}
			move(t, from, to, "--subfolder1", c.arg).want(t, 0, 0)
		})
	}
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	if o := move(t, from, to, "--subfolder1", "Nowhere"); o.code != imapsync.ExitSubfolder1NoExists || !strings.Contains(o.output, "Nowhere does not exist") {
		t.Errorf("exit code %d:\n%s", o.code, o.output)
	}
}

func TestAMessageInSeveralFoldersIsCopiedOnceWhereThatIsAskedFor(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	from.Mailbox("INBOX").Add(letters(4)...)
	from.Mailbox("Labels/all").Add(append(letters(6), imapscript.Message{Body: append([]byte("X-Other: one\r\n"), letter(1).Body...)}, plain("X: 1\r\n\r\nnothing identifies it\r\n"))...)
	from.Mailbox("Labels/more").Add(letter(6), plain("X: 1\r\n\r\nnothing identifies it\r\n"))
	r := move(t, from, to, "--skipcrossduplicates").want(t, 0, 4+4+1)
	if !r.Verified || r.MessagesFound != 9 {
		t.Errorf("report %+v", r)
	}
	move(t, from, to, "--skipcrossduplicates").want(t, 0, 0)
	move(t, from, to, "--noskipcrossduplicates").want(t, 0, 5)
	arrived(t, from, to, "INBOX", "Labels/all", "Labels/more")
}

func TestReadReceiptsAreDisarmed(t *testing.T) {
	t.Parallel()
	const asks = "Message-ID: <a@b>\r\ndisposition-notification-to: <boss@example.org>\r\n\r\nDisposition-Notification-To: in the text\r\n"
	large := asks + strings.Repeat("a line of a large message, held in a file\r\n", 40_000)
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	from.Mailbox("INBOX").Add(plain(asks), plain(strings.Replace(large, "<a@b>", "<b@b>", 1)), letter(1),
		plain("X: y\r\n\r\nDisposition-Notification-To: only in the text\r\n"))
	move(t, from, to, "--disarmreadreceipts").want(t, 0, 4)
	for i, m := range to.Mailbox("INBOX").Messages() {
		want := string(from.Mailbox("INBOX").Messages()[i].Body)
		if i < 2 {
			want = strings.Replace(want, "disposition-notification-to: <", "X-disposition-notification-to: <", 1)
		}
		if string(m.Body) != want {
			t.Errorf("message %d arrives as %.200q, want %.200q", i+1, m.Body, want)
		}
	}
	move(t, from, to, "--disarmreadreceipts").want(t, 0, 0)
	rerunCopiesNothing(t, from, to)
}

func TestMessagesWithLongLinesAreLeftOut(t *testing.T) {
	t.Parallel()
	line := func(n int) imapscript.Message {
		return plain("Message-ID: <" + itoa(n) + "@b>\r\nSubject: long\r\n\r\n" + strings.Repeat("x", n-2) + "\r\nend\r\n")
	}
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	from.Mailbox("INBOX").Add(line(999), line(1000), line(1001), line(2_000_000))
	o := move(t, from, to, "--maxlinelength", "1000")
	if r := o.want(t, 0, 2); !r.Verified || r.MessagesMissing > 0 || strings.Count(o.output, "line length exceeds maxlinelength 1000 bytes") != 2 {
		t.Errorf("report %+v; output:\n%s", r, o.output)
	}
}

func TestTheDateFieldBecomesTheDateOfArrival(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	from.Mailbox("INBOX").Add(
		dated("05", "Message-ID: <1@b>\r\nDate: Wed, 1 Jan 2020 12:00:00 +0100\r\n\r\none\r\n"),
		dated("05", "Message-ID: <2@b>\r\nDate: sometime\r\n\r\ntwo\r\n"), dated("05", "Message-ID: <3@b>\r\n\r\nthree\r\n"),
	)
	move(t, from, to, "--idatefromheader").want(t, 0, 3)
	for i, want := range []string{"1-Jan-2020 12:00:00 +0100", " 5-Mar-2021 10:00:00 +0000", " 5-Mar-2021 10:00:00 +0000"} {
		if got := to.Mailbox("INBOX").Messages()[i].InternalDate; strings.TrimLeft(got, " 0") != strings.TrimLeft(want, " 0") {
			t.Errorf("message %d arrived %q, want %q", i+1, got, want)
		}
	}
	move(t, from, to, "--idatefromheader").want(t, 0, 0)
	rerunCopiesNothing(t, from, to)
}

func TestSizesOfFoldersArePrintedAndNothingIsCopied(t *testing.T) {
	t.Parallel()
	for _, without := range [][]string{nil, {"LIST-STATUS", "STATUS=SIZE"}} {
		from, to := between(t, imapscript.Knobs{Without: without}, imapscript.Knobs{})
		from.Mailbox("INBOX").Add(letters(3)...)
		from.Mailbox("Sent").Add(letters(2)...)
		o := move(t, from, to, "--justfoldersizes")
		for _, want := range []string{"Exiting because of --justfoldersizes", "Host1 Nb messages:               5 messages", "Host1 Nb folders:                2 folders", "Host2 Nb messages:               0 messages"} {
			if !strings.Contains(o.output, want) {
				t.Errorf("without %v: %q is not in the output:\n%s", without, want, o.output)
			}
		}
		if o.code != 0 || to.Exists("Sent") || to.Total() > 0 || strings.Contains(o.output, "does not tell") != (without != nil) {
			t.Errorf("without %v: exit code %d, destination %q:\n%s", without, o.code, to.Names(), o.output)
		}
	}
}

func TestJustConnectNeedsNoAccount(t *testing.T) {
	t.Parallel()
	from, _ := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	var out lockedBuffer
	code := quick().Main(t.Context(), []string{"--host1", from.Host, "--port1", itoa(from.Port), "--nossl1", "--notls1", "--justconnect"}, nil, &out, &out)
	if code != 0 || from.Counts().Logins > 0 || !strings.Contains(out.String(), "Host1 capability before authentication: AUTH=PLAIN") || !strings.Contains(out.String(), "Exiting after a justconnect") {
		t.Errorf("exit code %d, %d logins:\n%s", code, from.Counts().Logins, out.String())
	}
}

func TestTheConversationIsPrintedWithoutSecrets(t *testing.T) {
	t.Parallel()
	for _, password := range []string{`pass"wo\rd`, "simple-secret"} {
		for _, without := range [][]string{nil, {"AUTH=PLAIN"}, {"SASL-IR"}} {
			from, to := between(t, imapscript.Knobs{Without: without}, imapscript.Knobs{Without: without, Password: password})
			from.Mailbox("INBOX").Add(letters(2)...)
			from.Change(func(k *imapscript.Knobs) { k.Password = password })
			ours, theirs := account(from), account(to)
			ours.password, theirs.password = password, password
			o := syncOnce(t, quick(), ours, theirs, "--debugimap1")
			o.want(t, 0, 2)
			if !strings.Contains(o.output, "\nHost1 C: ") || !strings.Contains(o.output, "\nHost1 S: ") || strings.Contains(o.output, "\nHost2 C: ") {
				t.Errorf("without %v: the conversation with host1 is not printed:\n%s", without, tail(o.output))
			}
			for _, spelling := range []string{password, strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(password), base64.StdEncoding.EncodeToString([]byte("\x00anna\x00" + password))} {
				if strings.Contains(o.output, spelling) {
					t.Errorf("without %v: %q is in the output", without, spelling)
				}
			}
		}
	}
}

func TestTheFolderForLargeMessagesIsMadeOrRefusedAtTheStart(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	from.Mailbox("INBOX").Add(plain("X: y\r\n\r\n" + strings.Repeat("a line\r\n", 200_000)))
	dir := filepath.Join(t.TempDir(), "not", "there")
	move(t, from, to, "--tmpdir", dir).want(t, 0, 1)
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%s holds %v, %v", dir, left, err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	before := from.Counts().Logins
	if o := move(t, from, to, "--tmpdir", filepath.Join(file, "below")); o.code != imapsync.ExitUsage || !strings.Contains(o.output, "Option tmpdir") || from.Counts().Logins != before {
		t.Errorf("exit code %d:\n%s", o.code, o.output)
	}
}

func TestAMessageRateIsKept(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	from.Mailbox("INBOX").Add(letters(21)...)
	from.Mailbox("Other").Add(letters(20)...)
	if r := move(t, from, to, "--maxmessagespersecond", "100").want(t, 0, 41); r.Seconds < 0.4 {
		t.Errorf("41 messages in %v s are more than 100 per second", r.Seconds)
	}
	arrived(t, from, to, "INBOX", "Other")
}

func itoa(n int) string { return strconv.Itoa(n) }
