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

func TestGmailGetsNoMarkForDeletion(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{With: []string{"X-GM-EXT-1"}, OnCommand: func(_ int, line string) imapscript.Action {
		if strings.Contains(line, `\Deleted`) {
			return imapscript.Bye("that would be lost")
		}
		return imapscript.Action{}
	}, RefuseMessage: func(_ string, m imapscript.Message) string {
		if slices.Contains(m.Flags, `\Deleted`) {
			return "NO that would be lost"
		}
		return ""
	}})
	from.Mailbox("INBOX").Add(letter(1))
	from.Mailbox("INBOX").SetFlags(1, `\Deleted`, `\Seen`)
	move(t, from, to).want(t, 0, 1)
	if got := flagged(t, to, "INBOX"); !slices.Equal(got, []string{`\Seen`}) {
		t.Errorf("flags %q", got)
	}
	rerunCopiesNothing(t, from, to)
}

func TestAMessageLandsWithoutTheFlagsThatAreRefused(t *testing.T) {
	t.Parallel()
	contains := func(words ...string) func(flags []string) bool {
		return func(flags []string) bool {
			return slices.ContainsFunc(flags, func(flag string) bool {
				return slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(w, flag) })
			})
		}
	}
	for name, c := range map[string]struct {
		answer  string
		bad     func(flags []string) bool
		flags   []string
		want    []string
		without []string // capabilities
	}{
		"deleted":                    {`NO [CANNOT] APPEND Contains Deleted flag`, contains(`\Deleted`), []string{`\Seen`, `\Deleted`, "$Kept"}, []string{"$Kept", `\Seen`}, nil},
		"deleted, and no word of it": {`NO [CANNOT] no`, contains(`\Deleted`), []string{`\Seen`, `\Deleted`}, []string{`\Seen`}, nil},
		"deleted, one by one":        {`BAD no`, contains(`\Deleted`), []string{`\Seen`, `\Deleted`}, []string{`\Seen`}, []string{"MULTIAPPEND"}},
		"a keyword":                  {`BAD Parse Error (took 0 ms)`, contains("$Odd"), []string{`\Flagged`, "$Odd"}, []string{`\Flagged`}, nil},
		"a keyword and deleted":      {`NO APPEND failed`, contains("$Odd", `\Deleted`), []string{`\Answered`, "$Odd", `\Deleted`}, []string{`\Answered`}, nil},
		"all flags":                  {`NO [CANNOT] flags are not allowed`, func(flags []string) bool { return len(flags) > 0 }, []string{`\Seen`}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{Without: c.without, RefuseMessage: func(_ string, m imapscript.Message) string {
				if c.bad(m.Flags) {
					return c.answer
				}
				return ""
			}})
			box := from.Mailbox("INBOX")
			box.Add(letters(60)...)
			for _, uid := range []uint32{7, 20, 21, 45} {
				box.SetFlags(uid, c.flags...)
			}
			move(t, from, to, "--noresyncflags").want(t, 0, 60)
			arrived(t, from, to)
			with := 0
			for _, m := range to.Mailbox("INBOX").Messages() {
				slices.Sort(m.Flags)
				if slices.Equal(m.Flags, c.want) && len(c.want) > 0 {
					with++
				}
			}
			if want := 4 * min(len(c.want), 1); with != want {
				t.Errorf("%d messages have %q, want %d", with, c.want, want)
			}
			rerunCopiesNothing(t, from, to, "--noresyncflags")
		})
	}
}

func TestAFlagThatWasRefusedIsNotSentAgainAndAgain(t *testing.T) {
	t.Parallel()
	refused := 0
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{RefuseMessage: func(_ string, m imapscript.Message) string {
		if slices.Contains(m.Flags, "$Odd") {
			refused++
			return "NO APPEND failed"
		}
		return ""
	}})
	box := from.Mailbox("INBOX")
	box.Add(letters(400)...)
	for uid := range uint32(400) {
		box.SetFlags(uid+1, `\Seen`, "$Odd")
	}
	move(t, from, to, "--noresyncflags").want(t, 0, 400)
	arrived(t, from, to)
	if refused > 450 { // what was under way before, and the batches that one is looked for in
		t.Errorf("%d messages were refused for one keyword", refused)
	}
}

func TestAMessageRefusedForItselfIsNotSentForEachOfItsFlags(t *testing.T) {
	t.Parallel()
	sent := 0
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{RefuseMessage: func(_ string, m imapscript.Message) string {
		if strings.Contains(string(m.Body), "number 2.") {
			sent++
			return "NO [CANNOT] virus found"
		}
		return ""
	}})
	from.Mailbox("INBOX").Add(letters(3)...)
	from.Mailbox("INBOX").SetFlags(2, `\Seen`, `\Answered`)
	o := move(t, from, to)
	o.want(t, imapsync.ExitErrAppendVirus, 2)
	if sent > 3 {
		t.Errorf("it was sent %d times", sent)
	}
}
