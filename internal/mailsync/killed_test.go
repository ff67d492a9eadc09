package mailsync_test

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"testing"

	"mailferry/internal/demo/mailgen"
	"mailferry/internal/imapsync"
	"mailferry/internal/testkit/imapscript"
	"mailferry/internal/testkit/mailbox"
)

// TestARunAfterAKilledOneLosesNothingAndTellsDoubles kills runs to a real server at many points, each followed at once by
// another run, while the server may still be storing what the killed one has sent.
func TestARunAfterAKilledOneLosesNothingAndTellsDoubles(t *testing.T) {
	t.Parallel()
	few := 25
	if testing.Short() || raceDetector {
		few = 4
	}
	users := []string{"old"}
	for n := range longer(t, "MAILFERRY_KILLS", few) {
		users = append(users, fmt.Sprintf("new%d", n))
	}
	all := makes()["Dovecot"](t, users...)
	all[0].Fill(t, 200, len(mailgen.Folders()), mailgen.Options{Seed: 3, MedianBytes: 3000, MaxBytes: 60000})
	killRounds(t, all[0], all[1:], 9)
}

// killAfter starts the engine as a process and kills it when it has printed so many messages.
func killAfter(t *testing.T, from, to side, messages int) {
	t.Helper()
	cmd := engineProcess(t.Context(), from, to)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if strings.Contains(lines.Text(), " copied to ") {
			if messages--; messages < 0 {
				break
			}
		}
	}
	_ = cmd.Process.Kill()
	_, _ = io.Copy(io.Discard, stdout)
	_ = cmd.Wait()
}

// differ counts messages that one account lacks of another, and those that it has more often.
func differ(got, want mailbox.Contents) (lost, more int) {
	for folder, messages := range want {
		counts := map[string]int{}
		for _, m := range messages {
			counts[m]--
		}
		for _, m := range got[folder] {
			counts[m]++
		}
		for _, n := range counts {
			lost += max(0, -n)
			more += max(0, n)
		}
	}
	return lost, more
}

func TestAFolderThatIsListedAndNotThereIsMade(t *testing.T) {
	t.Parallel()
	for _, heals := range []bool{true, false} {
		var commands heard
		made := false
		from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{
			OnCommand: func(n int, line string) imapscript.Action {
				made = made || heals && strings.HasPrefix(line, "CREATE")
				return commands.listen(nil)(n, line)
			},
			RefuseSelect: func(folder string) string {
				if folder == "Other" && !made {
					return "NO [NONEXISTENT] Mailbox doesn't exist: Other"
				}
				return ""
			},
		})
		put(from, "INBOX", "Other")
		put(to, "Other")
		to.Mailbox("Other").Remove(1)
		o := move(t, from, to)
		if n := len(commands.with("CREATE")); n != 1 {
			t.Errorf("CREATE was sent %d times, want once", n)
		}
		if heals {
			o.want(t, 0, 2)
		} else if o.code != imapsync.ExitErrSelect || o.report(t).MessagesMissing != 1 {
			t.Errorf("exit code %d, report %+v", o.code, o.report(t))
		}
	}
}
