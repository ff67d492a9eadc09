package mailsync_test

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"mailferry/internal/imapsync"
	"mailferry/internal/mailsync"
	"mailferry/internal/testkit/dovecot"
	"mailferry/internal/testkit/imapscript"
)

func TestADryRunChangesNothing(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	put(from, "INBOX", "New", "Old")
	from.Mailbox("Old").SetSubscribed(true).Add(imapscript.Message{Flags: []string{`\Seen`}, Body: letter(9).Body})
	to.Mailbox("Old").Add(letter(9))
	o := move(t, from, to, "--dry")
	r := o.want(t, 0, 0)
	if r.MessagesToCopy != 3 || r.MessagesMissing != 0 || r.Verified || !strings.Contains(o.output, "(not really since --dry mode)") {
		t.Errorf("report %+v", r)
	}
	if to.Total() != 1 || to.Exists("New") || to.Mailbox("Old").Subscribed() || len(to.Mailbox("Old").Messages()[0].Flags) != 0 {
		t.Error("the destination was changed")
	}
	verbs := to.Counts().Verbs
	for _, verb := range []string{"CREATE", "APPEND", "UID STORE", "SUBSCRIBE", "SELECT"} {
		if verbs[verb] > 0 {
			t.Errorf("%d times %s", verbs[verb], verb)
		}
	}
}

func TestTheSourceIsOnlyExamined(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	put(from, "INBOX", "New")
	move(t, from, to).want(t, 0, 2)
	for _, verb := range []string{"SELECT", "CREATE", "APPEND", "UID STORE", "SUBSCRIBE", "EXPUNGE", "DELETE"} {
		if n := from.Counts().Verbs[verb]; n > 0 {
			t.Errorf("%d times %s on the source", n, verb)
		}
	}
}

func TestJustLoginAndJustFoldersStopThere(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	put(from, "INBOX", "New")
	if o := move(t, from, to, "--justlogin"); o.code != 0 || to.Exists("New") || !strings.Contains(o.output, "Exiting because of --justlogin") {
		t.Errorf("exit code %d:\n%s", o.code, o.output)
	}
	if o := move(t, from, to, "--justfolders"); o.code != 0 || !to.Exists("New") || to.Total() != 0 {
		t.Errorf("exit code %d:\n%s", o.code, o.output)
	}
}

func TestFlagsFollowTheSourceOnARerun(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	var all []imapscript.Message
	for i := range 6 {
		m := letter(i + 1)
		if i%2 == 0 {
			m.Flags = []string{`\Seen`, "$Work"}
		}
		all = append(all, m)
	}
	from.Mailbox("INBOX").Add(all...)
	for i := range all {
		all[i].Flags = []string{`\Flagged`, "$Own"}
	}
	to.Mailbox("INBOX").Add(all...)
	move(t, from, to, "--noresyncflags").want(t, 0, 0)
	if got := to.Mailbox("INBOX").Messages()[0].Flags; !sameFlags(got, `\Flagged`, "$Own") {
		t.Errorf("--noresyncflags changed flags to %q", got)
	}
	move(t, from, to).want(t, 0, 0)
	for i, m := range to.Mailbox("INBOX").Messages() {
		want := []string{"$Own"}
		if i%2 == 0 {
			want = []string{`\Seen`, "$Work", "$Own"}
		}
		if !sameFlags(m.Flags, want...) {
			t.Errorf("message %d has %q, want %q", i+1, m.Flags, want)
		}
	}
	before := to.Counts().Verbs["UID STORE"]
	rerunCopiesNothing(t, from, to)
	if n := to.Counts().Verbs["UID STORE"] - before; n != 0 || before != 2 {
		t.Errorf("%d STOREs at first, want 2, then %d, want 0", before, n)
	}
}

func TestAgeAndSizeChooseMessages(t *testing.T) {
	t.Parallel()
	now := time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC)
	message := func(n, days, size int) imapscript.Message {
		m := letter(n)
		m.InternalDate = now.Add(-time.Duration(days) * 24 * time.Hour).Format("02-Jan-2006 15:04:05 -0700")
		m.Body = append(m.Body, strings.Repeat("x", size-len(m.Body))...)
		return m
	}
	for option, want := range map[string]int64{
		"--maxage=5": 2, "--minage=5": 2, "--maxsize=1000": 2, "--minsize=999": 3, "--maxsize=999": 1, "--minsize=1000": 2,
		"--maxage=11 --minage=2": 2, "--maxage=2 --minage=11": 2,
	} {
		t.Run(option, func(t *testing.T) {
			t.Parallel()
			from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
			from.Mailbox("INBOX").Add(message(1, 20, 500), message(2, 10, 1000), message(3, 3, 2000), message(4, 1, 3000))
			config := quick()
			config.Now = func() time.Time { return now }
			r := syncOnce(t, config, account(from), account(to), strings.Fields(option)...).want(t, 0, want)
			if !r.Verified || r.MessagesFound != want {
				t.Errorf("report %+v", r)
			}
			syncOnce(t, config, account(from), account(to), strings.Fields(option)...).want(t, 0, 0)
		})
	}
}

func TestACancelledRunStopsSaysSoAndLosesNothing(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{AfterAppend: func(n int, _ string, _ imapscript.Message) imapscript.Action {
		if n == 120 {
			cancel()
		}
		return imapscript.Action{}
	}})
	from.Mailbox("INBOX").Add(letters(1000)...)
	o := syncContext(ctx, t, quick(), account(from), account(to))
	if o.code != imapsync.ExitBySignal || !strings.Contains(o.output, "I am asked to terminate") || !strings.Contains(o.output, "Detected 0 errors") {
		t.Fatalf("exit code %d:\n%s", o.code, tail(o.output))
	}
	if r := o.report(t); r.Verified {
		t.Errorf("a run that was stopped calls itself verified: %+v", r)
	}
	if r := o.report(t); r.MessagesCopied == 1000 {
		t.Fatal("the run was over before it was stopped")
	}
	if r, stored := o.report(t), to.Mailbox("INBOX").Len(); r.MessagesCopied != int64(stored) {
		t.Errorf("the host has stored %d messages, and the run knows of %d", stored, r.MessagesCopied)
	}
	if o := move(t, from, to); o.code != 0 {
		t.Errorf("exit code %d of the next run", o.code)
	}
	arrived(t, from, to)
}

func TestTLSIsVerifiedUnlessToldOtherwise(t *testing.T) {
	t.Parallel()
	server := dovecot.New(t, dovecot.Options{RequireTLS: true})
	server.AddUser("old", "secret", 0)
	server.AddUser("new", "secret", 0)
	trusting := quick()
	trusting.TLS = &tls.Config{RootCAs: server.CA, MinVersion: tls.VersionTLS12}
	for name, c := range map[string]struct {
		config mailsync.Config
		mode   string
		code   int
	}{
		"known authority":          {trusting, "1", 0},
		"unknown authority":        {quick(), "1", imapsync.ExitTLSFailure},
		"unknown and not verified": {quick(), "0", 0},
	} {
		for _, starttls := range []bool{false, true} {
			args := []string{"--host1=" + server.Host, "--user1=old", "--host2=" + server.Host, "--user2=new", "--justlogin"}
			for _, n := range []string{"1", "2"} {
				args = append(args, "--sslargs"+n, "SSL_verify_mode="+c.mode)
				if starttls {
					args = append(args, "--nossl"+n, "--tls"+n, fmt.Sprintf("--port%s=%d", n, server.Port))
				} else {
					args = append(args, "--ssl"+n, "--notls"+n, fmt.Sprintf("--port%s=%d", n, server.TLSPort))
				}
			}
			var out lockedBuffer
			if code := c.config.Main(t.Context(), args, imapsync.Environment("secret", "secret"), &out, io.Discard); code != c.code {
				t.Errorf("%s, STARTTLS %v: exit code %d, want %d:\n%s", name, starttls, code, c.code, out.String())
			}
		}
	}
}

func TestWrongPasswordsEndWithTheCodeOfTheirSide(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{Password: "secret"}, imapscript.Knobs{Password: "secret"})
	wrong := account(to)
	wrong.password = "canary-password"
	o := syncOnce(t, quick(), account(from), wrong)
	if o.code != imapsync.ExitAuthenticationFailureUser2 || strings.Contains(o.output, "canary") {
		t.Errorf("exit code %d:\n%s", o.code, o.output)
	}
	reason, sentence := o.parser.Explain(imapsync.Outcome{ExitCode: &o.code})
	if reason != "EXIT_AUTHENTICATION_FAILURE_USER2" || !strings.Contains(sentence, "destination") {
		t.Errorf("explained as %s, %q", reason, sentence)
	}
	wrong.host, wrong.port = from.Host, from.Port
	if o := syncOnce(t, quick(), wrong, account(to)); o.code != imapsync.ExitAuthenticationFailureUser1 {
		t.Errorf("exit code %d for the source", o.code)
	}
}

func TestAnEndpointIsCheckedAndCounted(t *testing.T) {
	t.Parallel()
	host := imapscript.NewHost(t, imapscript.Knobs{Password: "secret"})
	put(host, "INBOX", "Sent")
	e := imapsync.Endpoint{Host: host.Host, Port: host.Port, Security: imapsync.NONE, User: "anna"}
	check, err := quick().CheckEndpoint(t.Context(), e, "secret")
	if err != nil || !check.OK || check.Folders != 2 || check.Messages != 2 || check.Bytes != int64(len(letter(1).Body)+len(letter(2).Body)) {
		t.Errorf("check %+v, %v", check, err)
	}
	check, err = quick().CheckEndpoint(t.Context(), e, "wrong")
	if err != nil || check.OK || !strings.Contains(check.Error, "refused the login") {
		t.Errorf("with a wrong password: %+v, %v", check, err)
	}
	e.Port = 1
	check, err = quick().CheckEndpoint(t.Context(), e, "secret")
	if err != nil || check.OK || !strings.Contains(check.Error, "could not be reached") {
		t.Errorf("without a server: %+v, %v", check, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := quick().CheckEndpoint(ctx, e, "secret"); err == nil {
		t.Error("a cancelled check gives no error")
	}
}

func TestTheLogReadsAsImapsyncs(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{Delimiter: ".", Prefix: "INBOX."})
	put(from, "&AMk-t&AOk-")
	o := move(t, from, to)
	o.want(t, 0, 1)
	for _, want := range []string{
		"Folder     1/2 [INBOX]                             -> [INBOX]",
		"Folder     2/2 [&AMk-t&AOk-] = [Été]               -> [INBOX.&AMk-t&AOk-] = [INBOX.Été]",
		"msg &AMk-t&AOk-/1 {93}              copied to INBOX.&AMk-t&AOk-/1          ",
		" s  0/1 msgs left", "Transfer time                           : ", "Messages transferred                    : 1 ",
		"The sync looks good, all 1 identified messages in host1 are on host2.", "Detected 0 errors", "Exiting with return value 0 (EX_OK: successful termination)",
	} {
		if !strings.Contains(o.output, want) {
			t.Errorf("the log has no %q:\n%s", want, o.output)
		}
	}
}

func TestAnAccessTokenSignsIn(t *testing.T) {
	t.Parallel()
	over := make(chan struct{})
	from := imapscript.Start(t, func(c *imapscript.Conn) {
		c.Send("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2] hello")
		c.Expect("AUTHENTICATE XOAUTH2 " + base64.StdEncoding.EncodeToString([]byte("user=anna\x01auth=Bearer ya29.token\x01\x01")))
		c.Reply("OK [CAPABILITY IMAP4rev1] in")
		c.Expect("LOGOUT")
		close(over)
	})
	_, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	o := syncOnce(t, quick(), side{host: from.Host, port: from.Port, user: "anna", password: "unused"}, account(to), "--oauthaccesstoken1=ya29.token", "--justlogin")
	select {
	case <-over:
	case <-time.After(10 * time.Second):
		t.Error("the source was not left with a LOGOUT")
	}
	if o.code != 0 {
		t.Errorf("exit code %d: %s", o.code, o.output)
	}
	if strings.Contains(o.output, "ya29") {
		t.Errorf("the token is in the output: %s", o.output)
	}
}
