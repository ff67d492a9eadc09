package mailsync_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"mailferry/internal/demo/mailgen"
	"mailferry/internal/imapsync"
	"mailferry/internal/testkit/courier"
	"mailferry/internal/testkit/cyrus"
	"mailferry/internal/testkit/dovecot"
	"mailferry/internal/testkit/mailbox"
	"mailferry/internal/testkit/maildir"
)

// longer is how often a test repeats what it does: a few times, or as often as a variable of the environment says, for a
// test that is left alone with the machine.
func longer(t *testing.T, variable string, few int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return few
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return n
}

// makes are the makes of servers, each with what starts one and gives the mailboxes of users on it.
func makes() map[string]func(t *testing.T, users ...string) []mailbox.Mailbox {
	return map[string]func(t *testing.T, users ...string) []mailbox.Mailbox{
		"Dovecot": func(t *testing.T, users ...string) (all []mailbox.Mailbox) {
			server := dovecot.New(t, dovecot.Options{})
			for _, user := range users {
				server.AddUser(user, "secret", 0)
				all = append(all, mailbox.Mailbox{Host: server.Host, Port: server.Port, User: user, Password: "secret"})
			}
			return all
		},
		"Cyrus": func(t *testing.T, users ...string) (all []mailbox.Mailbox) {
			server := cyrus.New(t, cyrus.Options{})
			for _, user := range users {
				server.AddUser(user, "secret", 0)
				all = append(all, mailbox.Mailbox{Host: server.Host, Port: server.Port, User: user, Password: "secret"})
			}
			return all
		},
		"Courier": func(t *testing.T, users ...string) (all []mailbox.Mailbox) {
			server := courier.New(t, courier.Options{})
			for _, user := range users {
				server.AddUser(user, "secret", 0)
				all = append(all, courierMailbox(server, user))
			}
			return all
		},
	}
}

// strangeOn is a mailbox on a server of some make with so many strange messages, or on Cyrus with those of them that it takes.
func strangeOn(t *testing.T, kind string, count int) mailbox.Mailbox {
	t.Helper()
	switch kind {
	case "Dovecot":
		return strangeMailbox(t, count)
	case "Cyrus":
		m := makes()[kind](t, "old")[0]
		appendEach(t, m, inbox(t, strangeMailbox(t, count)))
		return m
	}
	server := courier.New(t, courier.Options{})
	server.AddUser("old", "secret", 0)
	generator := mailgen.New(mailgen.Options{Seed: 21})
	files := make([]maildir.File, count)
	for i := range files {
		message, _ := generator.Strange(i)
		files[i] = maildir.File{Raw: message.Raw, Date: message.Date, Flags: message.Flags}
	}
	if err := server.WriteFolder("old", "", files); err != nil {
		t.Fatal(err)
	}
	return courierMailbox(server, "old")
}

func TestCutsAtRandomBytesBetweenMakesLeaveEachStrangeMessageOnce(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes several runs for each of many servers")
	}
	cuts := longer(t, "MAILFERRY_CUTS", 8)
	messages := mailgen.StrangeKinds()
	if cuts >= 50 {
		messages *= 7
	}
	for i, way := range [][2]string{{"Dovecot", "Dovecot"}, {"Dovecot", "Cyrus"}, {"Dovecot", "Courier"}, {"Courier", "Dovecot"}, {"Courier", "Cyrus"}, {"Cyrus", "Courier"}} {
		t.Run(fmt.Sprintf("from %s to %s", way[0], way[1]), func(t *testing.T) {
			t.Parallel()
			from := strangeOn(t, way[0], messages)
			to := makes()[way[1]](t, "new", "control")
			source := inbox(t, from)
			refused := appendEach(t, to[1], source)
			want := inbox(t, to[1])
			c := &cutter{random: rand.New(rand.NewPCG(uint64(i), 8)), wanted: cuts, most: 40000}
			cutFrom, cutTo := cutLink(t, sideOf(from), c), cutLink(t, sideOf(to[0]), c)
			runs := 0
			for done := false; !done; {
				runs++
				done = c.done() >= cuts
				o := syncOnce(t, quick(), cutFrom, cutTo)
				switch o.code {
				case imapsync.ExitConnectionFailureHost1, imapsync.ExitConnectionFailureHost2, imapsync.ExitErrFetch:
					done = false
				case imapsync.ExitOK, imapsync.ExitErrAppend, imapsync.ExitWithErrors:
				default:
					t.Fatalf("exit code %d:\n%s", o.code, tail(o.output))
				}
				if runs > 100 {
					t.Fatalf("no end after %d runs and %d cuts:\n%s", runs, c.done(), tail(o.output))
				}
			}
			o := syncOnce(t, quick(), sideOf(from), sideOf(to[0]))
			r := o.report(t)
			surplus := r.MessagesSurplus
			if r.MessagesCopied != 0 || r.MessagesFound != int64(len(source)) || r.MessagesMissing != int64(len(refused)) || r.Verified != (len(refused) == 0) {
				t.Errorf("exit code %d, report %+v, want %d missing\n%s", o.code, r, len(refused), tail(o.output))
			}
			there := inbox(t, to[0])
			if surplus == 0 {
				sameTexts(t, "after the cuts", there, want)
			} else if len(there) != len(want)+int(surplus) {
				t.Errorf("%d messages are there, want %d and the %d doubles that are told", len(there), len(want), surplus)
			}
			t.Logf("%d messages, %d refused, %d cuts in %d runs, %d doubles", len(source), len(refused), c.done(), runs, surplus)
		})
	}
}

// TestARunAfterAKilledOneLosesNothingOnOtherMakes does with Cyrus and Courier what the test of Dovecot does.
func TestARunAfterAKilledOneLosesNothingOnOtherMakes(t *testing.T) {
	t.Parallel()
	few := 6
	if testing.Short() || raceDetector {
		few = 2
	}
	kills := longer(t, "MAILFERRY_KILLS", few)
	for _, kind := range []string{"Cyrus", "Courier"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			from := makes()["Dovecot"](t, "old")[0]
			from.Fill(t, 200, len(mailgen.Folders()), mailgen.Options{Seed: 3, MedianBytes: 3000, MaxBytes: 60000})
			users := make([]string, kills)
			for n := range users {
				users[n] = fmt.Sprintf("new%d", n)
			}
			killRounds(t, from, makes()[kind](t, users...), 10)
		})
	}
}

// killRounds kills a run to each of some mailboxes, at a random point, follows it at once by another, and then by a third.
func killRounds(t *testing.T, from mailbox.Mailbox, all []mailbox.Mailbox, seed uint64) {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 9))
	want := from.Contents(t)
	doubled, late := 0, 0
	for n, to := range all {
		killAfter(t, sideOf(from), sideOf(to), random.IntN(180))
		o := syncOnce(t, quick(), sideOf(from), sideOf(to))
		r := o.report(t)
		lost, more := differ(to.Contents(t), want)
		if o.code != 0 || !r.Verified || lost > 0 || int64(more) < r.MessagesSurplus {
			t.Errorf("kill %d: exit code %d, verified %v, %d lost, %d there twice of which %d are told:\n%s", n, o.code, r.Verified, lost, more, r.MessagesSurplus, tail(o.output))
		}
		doubled += more
		// A server that is slow may store what it has read of the killed run when the next one has looked for the last time: the
		// doubles that this makes are told by the one after that.
		late += more - int(r.MessagesSurplus)
		if r := syncOnce(t, quick(), sideOf(from), sideOf(to)).want(t, 0, 0); r.MessagesSurplus != int64(more) {
			t.Errorf("kill %d: the run after it tells %d doubles, want %d", n, r.MessagesSurplus, more)
		}
	}
	t.Logf("%d kills, %d messages there twice, of which %d were told by the run after the next one only", len(all), doubled, late)
}
