package mailsync_test

import (
	"slices"
	"strings"
	"testing"

	"mailferry/internal/imapsync"
	"mailferry/internal/testkit/imapscript"
)

// flagged gives the flags of a folder's only message.
func flagged(t *testing.T, h *imapscript.Host, folder string) []string {
	t.Helper()
	messages := h.Mailbox(folder).Messages()
	if len(messages) != 1 {
		t.Fatalf("%s holds %d messages", folder, len(messages))
	}
	flags := slices.Clone(messages[0].Flags)
	slices.Sort(flags)
	return flags
}

func TestARefusedChangeOfFlagsIsMadeWithoutWhatIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		flags   []string // of the source
		refused string   // what the destination refuses in a STORE
		code    int
		want    []string
	}{
		"a keyword among others":  {[]string{`\Seen`, "$Odd", "Fine"}, "$Odd", 0, []string{"Fine", `\Seen`}},
		"a keyword alone":         {[]string{"$Odd"}, "$Odd", 0, nil},
		"the mark for deletion":   {[]string{`\Seen`, `\Deleted`}, `\Deleted`, 0, []string{`\Seen`}},
		"what a reader would see": {[]string{`\Seen`, `\Flagged`}, `\Flagged`, imapsync.ExitErrFlags, []string{`\Seen`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{OnCommand: func(_ int, line string) imapscript.Action {
				if strings.HasPrefix(line, "UID STORE") && strings.Contains(line, c.refused) {
					return imapscript.Refuse("NO not this one")
				}
				return imapscript.Action{}
			}})
			for _, folder := range []string{"INBOX", "A"} {
				m := letter(len(folder))
				from.Mailbox(folder).Add(m)
				to.Mailbox(folder).Add(m)
				from.Mailbox(folder).SetFlags(1, c.flags...)
			}
			o := move(t, from, to)
			o.want(t, c.code, 0)
			for _, folder := range []string{"INBOX", "A"} {
				if got := flagged(t, to, folder); !slices.Equal(got, c.want) {
					t.Errorf("%s has %q, want %q; output:\n%s", folder, got, c.want, o.output)
				}
			}
			if !strings.Contains(o.output, c.refused) {
				t.Errorf("the log does not say what was refused:\n%s", o.output)
			}
		})
	}
}

func TestAChangeOfFlagsRefusedInPassingIsMadeLater(t *testing.T) {
	t.Parallel()
	for _, verb := range []string{"UID STORE", "SELECT"} {
		t.Run(verb, func(t *testing.T) {
			t.Parallel()
			refused, stored := 0, false
			from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{OnCommand: func(_ int, line string) imapscript.Action {
				// The second SELECT of the folder is that for the flags.
				if strings.HasPrefix(line, verb) && (verb != "SELECT" || stored) {
					if refused++; refused <= 3 {
						return imapscript.Refuse("NO [UNAVAILABLE] try again later")
					}
				}
				stored = stored || strings.HasPrefix(line, "SELECT")
				return imapscript.Action{}
			}})
			m := letter(1)
			from.Mailbox("INBOX").Add(m)
			to.Mailbox("INBOX").Add(m)
			from.Mailbox("INBOX").SetFlags(1, `\Seen`, "$Kept")
			o := move(t, from, to)
			o.want(t, 0, 0)
			if got := flagged(t, to, "INBOX"); !slices.Equal(got, []string{"$Kept", `\Seen`}) || refused < 4 {
				t.Errorf("flags %q after %d refusals; output:\n%s", got, refused, o.output)
			}
		})
	}
}

func TestFlagsAreNotChangedInAFolderThatIsAnotherNow(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	m := letter(1)
	from.Mailbox("INBOX").Add(m)
	to.Mailbox("INBOX").Add(m)
	from.Mailbox("INBOX").SetFlags(1, `\Seen`)
	to.Change(func(k *imapscript.Knobs) { k.Habits.RestlessValidity = true })
	o := move(t, from, to)
	o.want(t, 0, 0)
	if got := flagged(t, to, "INBOX"); len(got) != 0 || !strings.Contains(o.output, "left to the next run") {
		t.Errorf("flags %q; output:\n%s", got, o.output)
	}
}

func TestTheDestinationIsNeverOpenedForReadingOnlyUnlessInADryRun(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{Habits: imapscript.Habits{SelectToAppend: true}})
	for _, folder := range []string{"INBOX", "A", "B"} {
		from.Mailbox(folder).Add(letters(60)...)
	}
	to.Mailbox("A").Add(letters(3)...)
	syncOnce(t, soon(), account(from), account(to), "--dry").want(t, 0, 0)
	if counts := to.Counts(); counts.Verbs["SELECT"] > 0 {
		t.Errorf("a dry run selects: %v", counts.Verbs)
	}
	before := to.Counts().Verbs["EXAMINE"]
	o := syncOnce(t, soon(), account(from), account(to))
	o.want(t, 0, 177)
	arrived(t, from, to, "INBOX", "A", "B")
	if counts := to.Counts(); counts.Verbs["EXAMINE"] > before || from.Counts().Verbs["SELECT"] > 0 {
		t.Errorf("destination: %v, source: %v", counts.Verbs, from.Counts().Verbs)
	}
}
func TestAnotherUIDValidityAtEachOpeningIsNoOtherFolder(t *testing.T) {
	t.Parallel()
	restless := imapscript.Knobs{Habits: imapscript.Habits{RestlessValidity: true}}
	for name, c := range map[string][2]imapscript.Knobs{
		"of the source":      {restless, {}},
		"of the destination": {{}, restless},
		"of both":            {restless, restless},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := between(t, c[0], c[1])
			for _, folder := range []string{"INBOX", "A", "B"} {
				from.Mailbox(folder).Add(letters(60)...)
			}
			move(t, from, to).want(t, 0, 180)
			arrived(t, from, to, "INBOX", "A", "B")
			rerunCopiesNothing(t, from, to)
		})
	}
}
