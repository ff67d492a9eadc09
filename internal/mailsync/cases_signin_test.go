package mailsync_test

import (
	"strings"
	"testing"
	"time"

	"mailferry/internal/imapsync"
	"mailferry/internal/mailsync"
	"mailferry/internal/testkit/imapscript"
)

// soon is a configuration that gives up a host soon.
func soon() mailsync.Config { return mailsync.Config{Pause: time.Millisecond, Connections: 2} }

func TestIDIsSentOnEachConnectionBeforeAFolderIsOpened(t *testing.T) {
	t.Parallel()
	for _, side := range []string{"source", "destination"} {
		t.Run(side, func(t *testing.T) {
			t.Parallel()
			wants := imapscript.Knobs{Habits: imapscript.Habits{IDFirst: true}}
			from, to := between(t, wants, imapscript.Knobs{})
			if side == "destination" {
				from, to = between(t, imapscript.Knobs{}, wants)
			}
			for _, folder := range []string{"INBOX", "A", "B", "C"} {
				for n := range 30 {
					m := letter(n)
					m.Body = append(m.Body, strings.Repeat("The quick brown fox jumps over the lazy dog.\r\n", 400)...)
					from.Mailbox(folder).Add(m)
				}
			}
			r := syncOnce(t, mailsync.Config{Pause: 10 * time.Millisecond, Connections: 3}, account(from), account(to))
			r.want(t, 0, 120)
			arrived(t, from, to, "INBOX", "A", "B", "C")
		})
	}
}

func TestIDIsSentBeforeTheLoginToAHostThatAsksForIt(t *testing.T) {
	t.Parallel()
	wants := imapscript.Knobs{Habits: imapscript.Habits{IDBeforeLogin: true}}
	from, to := between(t, wants, wants)
	put(from, "INBOX", "A")
	move(t, from, to).want(t, 0, 2)
	if logins := from.Counts().Logins; logins > from.Connections()+1 {
		t.Errorf("%d logins over %d connections: what the first one learned is forgotten", logins, from.Connections())
	}
}

func TestLoginIsTakenWherePlainIsRefused(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{"NO AUTHENTICATE failed.", "BAD unknown mechanism", "NO [CANNOT] not this way"} {
		t.Run(answer, func(t *testing.T) {
			t.Parallel()
			odd := imapscript.Knobs{Habits: imapscript.Habits{RefusePlain: answer}}
			from, to := between(t, odd, odd)
			put(from, "INBOX")
			move(t, from, to).want(t, 0, 1)
			arrived(t, from, to)
		})
	}
}

func TestASecondGuessIsNotMadeOfAWrongPassword(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{Password: "another"}, imapscript.Knobs{})
	put(from, "INBOX")
	r := move(t, from, to)
	if r.code != imapsync.ExitAuthenticationFailureUser1 || from.Counts().Logins != 1 {
		t.Fatalf("exit code %d after %d logins; output:\n%s", r.code, from.Counts().Logins, r.output)
	}
}

func TestASessionWithoutAMailboxIsTriedAgainAndThenExplained(t *testing.T) {
	t.Parallel()
	for _, thenBye := range []bool{false, true} {
		for i, code := range []int{imapsync.ExitAuthenticationFailureUser1, imapsync.ExitAuthenticationFailureUser2} {
			odd := imapscript.Knobs{Habits: imapscript.Habits{ThenBye: thenBye, NotConnected: func(int) bool { return true }}}
			hosts := [2]imapscript.Knobs{}
			hosts[i] = odd
			from, to := between(t, hosts[0], hosts[1])
			put(from, "INBOX")
			r := syncOnce(t, soon(), account(from), account(to))
			logins := []int{from.Counts().Logins, to.Counts().Logins}[i]
			if r.code != code || !strings.Contains(r.output, "User is authenticated but not connected.") || !strings.Contains(r.output, "IMAP is switched off") {
				t.Fatalf("exit code %d, want %d; output:\n%s", r.code, code, r.output)
			}
			if logins < 3 || logins > 6 {
				t.Errorf("%d logins, want a few", logins)
			}
		}
	}
}

func TestASessionWithoutAMailboxThatPassesIsNoFailure(t *testing.T) {
	t.Parallel()
	odd := imapscript.Knobs{Habits: imapscript.Habits{NotConnected: func(n int) bool { return n <= 2 }}}
	from, to := between(t, odd, odd)
	put(from, "INBOX", "A")
	syncOnce(t, soon(), account(from), account(to)).want(t, 0, 2)
	arrived(t, from, to, "INBOX", "A")

	// And where it is the further connections that are one too many.
	odd.Habits.NotConnected = func(n int) bool { return n == 2 || n == 3 }
	from, to = between(t, odd, odd)
	put(from, "INBOX", "A", "B", "C")
	for _, folder := range from.Names() {
		from.Mailbox(folder).Add(letters(200)...)
	}
	syncOnce(t, soon(), account(from), account(to)).want(t, 0, 804)
	arrived(t, from, to, "INBOX", "A", "B", "C")
}

func TestCommandsGoOneAtATimeToAHostThatWantsItSo(t *testing.T) {
	t.Parallel()
	for name, early := range map[string]imapscript.Action{
		"BAD, and why":     imapscript.Refuse("BAD one command at a time"),
		"BAD, and no more": imapscript.Refuse("BAD"),
		"cut":              imapscript.Drop(),
		"BYE":              imapscript.Bye("what is that"),
	} {
		for _, side := range []string{"source", "destination"} {
			t.Run(name+" by the "+side, func(t *testing.T) {
				t.Parallel()
				odd := imapscript.Knobs{Habits: imapscript.Habits{Early: func(string) imapscript.Action { return early }}}
				from, to := between(t, odd, imapscript.Knobs{})
				if side == "destination" {
					from, to = between(t, imapscript.Knobs{}, odd)
				}
				put(from, "INBOX", "A", "B", "C")
				from.Mailbox("A").Add(letters(100)...)
				r := syncOnce(t, soon(), account(from), account(to))
				r.want(t, 0, 104)
				arrived(t, from, to, "INBOX", "A", "B", "C")
				if strings.Count(r.output, "one at a time") != 1 {
					t.Errorf("it is to be said once:\n%s", r.output)
				}
				if strings.Contains(r.output, "Could not") {
					t.Errorf("something failed:\n%s", r.output)
				}
			})
		}
	}
}

func TestARefusalOfOneOddCommandIsNoReasonToSendOneAtATime(t *testing.T) {
	t.Parallel()
	odd := imapscript.Knobs{OnCommand: func(_ int, line string) imapscript.Action {
		if strings.HasPrefix(line, "LSUB") || strings.HasPrefix(line, "GETQUOTAROOT") {
			return imapscript.Refuse("BAD unknown command")
		}
		return imapscript.Action{}
	}}
	from, to := between(t, odd, odd)
	put(from, "INBOX", "A")
	r := move(t, from, to)
	r.want(t, 0, 2)
	if strings.Contains(r.output, "one at a time") {
		t.Errorf("output:\n%s", r.output)
	}
}

func TestOldCiphersAreTakenOnlyWhereTheyAreAskedFor(t *testing.T) {
	t.Parallel()
	for i, side := range []string{"1", "2"} {
		t.Run("host"+side, func(t *testing.T) {
			t.Parallel()
			knobs := [2]imapscript.Knobs{}
			knobs[i] = imapscript.Knobs{TLS: true, Habits: imapscript.Habits{OldCiphers: true}}
			from, to := between(t, knobs[0], knobs[1])
			put(from, "INBOX")
			config := quick()
			config.TLS = []*imapscript.Host{from, to}[i].ClientTLS()
			r := syncOnce(t, config, account(from), account(to), "--ssl"+side)
			if r.code != imapsync.ExitTLSFailure || !strings.Contains(r.output, "old ciphers (RSA key exchange)") || !strings.Contains(r.output, "--oldciphers"+side) {
				t.Fatalf("exit code %d; output:\n%s", r.code, r.output)
			}
			// The certificate is checked all the same.
			config.TLS = nil
			r = syncOnce(t, config, account(from), account(to), "--ssl"+side, "--oldciphers"+side, "--sslargs"+side+"=SSL_verify_mode=1")
			if r.code != imapsync.ExitTLSFailure || strings.Contains(r.output, "old ciphers") {
				t.Fatalf("exit code %d; output:\n%s", r.code, r.output)
			}
			config.TLS = []*imapscript.Host{from, to}[i].ClientTLS()
			syncOnce(t, config, account(from), account(to), "--ssl"+side, "--oldciphers"+side).want(t, 0, 1)
			arrived(t, from, to)
		})
	}
}
