package mailsync_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"mailferry/internal/imapclient"
	"mailferry/internal/testkit/imapscript"
)

// everythingOnce fails the test unless each message of the source is at the destination, whatever the folder, exactly as often as it was.
func everythingOnce(t *testing.T, from, to *imapscript.Host) {
	t.Helper()
	all := func(h *imapscript.Host) (all []string) {
		for _, name := range h.Names() {
			all = append(all, bodies(h.Mailbox(name))...)
		}
		slices.Sort(all)
		return all
	}
	if got, want := all(to), all(from); !slices.Equal(got, want) {
		t.Errorf("%d messages arrived, want %d, in %q", len(got), len(want), to.Names())
	}
}

// fillEach puts some letters of its own into each folder.
func fillEach(h *imapscript.Host, folders ...string) {
	for i, folder := range folders {
		h.Mailbox(folder).Add(letter(10*i+1), letter(10*i+2))
	}
}

func trimmedLevels(name string) string {
	levels := strings.Split(name, "/")
	for i := range levels {
		levels[i] = strings.TrimSpace(levels[i])
	}
	return strings.Join(levels, "/")
}

func TestAFolderThatIsMadeUnderAnotherNameIsFoundAndUsed(t *testing.T) {
	t.Parallel()
	decomposed := func(name string) string {
		return imapclient.EncodeMailbox(norm.NFD.String(imapclient.DecodeMailbox(name)))
	}
	for name, c := range map[string]struct {
		create  func(string) string
		folders []string
	}{
		"blanks trimmed":     {trimmedLevels, []string{"Customer/ PROBLEM", " lead", "trail /x"}},
		"below INBOX":        {func(name string) string { return "INBOX/" + strings.TrimPrefix(name, "INBOX/") }, []string{"Work", "Work/2020"}},
		"in lower case":      {strings.ToLower, []string{"Projects", "Projects/ABC"}},
		"letters decomposed": {decomposed, []string{"&AMk-t&AOk-", "plain"}},
		"signs replaced": {func(name string) string {
			return strings.Map(func(r rune) rune {
				if r == ':' || r == '^' {
					return '_'
				}
				return r
			}, name)
		}, []string{"a:b", "c^d"}},
		"blanks in a row gone": {func(name string) string { return strings.Join(strings.Fields(name), " ") }, []string{"Rechnungen  2023"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{Habits: imapscript.Habits{CreateAs: c.create}})
			fillEach(from, c.folders...)
			o := move(t, from, to)
			o.want(t, 0, int64(2*len(c.folders)))
			everythingOnce(t, from, to)
			if !strings.Contains(o.output, "the server has it as [") {
				t.Errorf("the log does not say where it went:\n%s", o.output)
			}
			rerunCopiesNothing(t, from, to)
			// A server that says in its own words, or by its code, that it is there already.
			for _, answer := range []string{"NO mailbox already exists", "NO [ALREADYEXISTS] it is there"} {
				to.Change(func(k *imapscript.Knobs) { k.RefuseCreate = func(string) string { return answer } })
				rerunCopiesNothing(t, from, to)
			}
		})
	}
}

func TestAFolderOfTheSourceIsNotTakenForOneThatWasMadeUnderAnotherName(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	to.Change(func(k *imapscript.Knobs) {
		made := map[string]bool{}
		k.Habits.CreateAs = trimmedLevels
		k.RefuseCreate = func(name string) string {
			if made[trimmedLevels(name)] {
				return "NO it is there"
			}
			made[trimmedLevels(name)] = true
			return ""
		}
	})
	fillEach(from, "Customer/PROBLEM", "Customer/ PROBLEM")
	move(t, from, to).want(t, 0, 4)
	landed(t, from, to, map[string]string{"Customer/PROBLEM": "Customer/PROBLEM"})
	everythingOnce(t, from, to)
	rerunCopiesNothing(t, from, to)
}

// refuses makes a CREATE that takes only names that hold.
func refuses(answer string, bad func(name string) bool) imapscript.Knobs {
	return imapscript.Knobs{RefuseCreate: func(name string) string {
		if bad(imapclient.DecodeMailbox(name)) {
			return answer
		}
		return ""
	}}
}

func TestANameThatIsRefusedIsMappedToTheNextPlainerOne(t *testing.T) {
	t.Parallel()
	anyOf := func(signs string) func(string) bool {
		return func(name string) bool { return strings.ContainsAny(name, signs) }
	}
	ascii := func(name string) bool { return strings.IndexFunc(name, func(r rune) bool { return r > 126 }) >= 0 }
	for name, c := range map[string]struct {
		to   imapscript.Knobs
		want map[string]string // source folder to where its letters are
	}{
		"blanks": {refuses("NO [CANNOT] Folder contains excess whitespace (Failure)", func(name string) bool {
			return strings.Contains(name, "  ") || trimmedLevels(name) != name
		}), map[string]string{"Rechnungen  2023": "Rechnungen 2023", "End ": "End", "A/ B": "A/B", "tab  /  both  ": "tab/both"}},
		"Gmail's signs": {refuses("NO [CANNOT] Invalid folder name (Failure)", anyOf("^\"\\")), map[string]string{
			"x^y": "x_y", `qu"ote v1.2`: "qu_ote v1.2", `back\slash`: "back_slash", "caf&AOk-^": "caf&AOk-_",
		}},
		"emoji":         {refuses("NO bad name", func(name string) bool { return strings.ContainsAny(name, "🎉☎") }), map[string]string{"Party &2Dzfia-": "Party _", "caf&AOk- &Jg4-": "caf&AOk- _"}},
		"all but ASCII": {refuses("BAD invalid", ascii), map[string]string{"&AMk-t&AOk-": "_t_"}},
		"dots":          {refuses("NO [CANNOT] dots", anyOf(".")), map[string]string{"v1.2/x": "v1_2/x"}},
		"reserved":      {refuses("NO Folder name is reserved", func(name string) bool { return name == "Files" || strings.HasPrefix(name, "Files/") }), map[string]string{"Files": "Files_"}},
		"empty levels":  {refuses("NO [CANNOT] Invalid mailbox name", func(name string) bool { return slices.Contains(strings.Split(name, "/"), "") }), map[string]string{"a//b": "a/_/b", "/lead": "_/lead"}},
		"in the parent": {refuses("NO [CANNOT] bad", anyOf("*")), map[string]string{"a*b/c": "a_b/c"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := between(t, imapscript.Knobs{}, c.to)
			for folder := range c.want {
				fillEach(from, folder)
			}
			o := move(t, from, to)
			o.want(t, 0, int64(2*len(c.want)))
			landed(t, from, to, c.want)
			if n := strings.Count(o.output, "the server refuses the name ("); n != len(c.want) {
				t.Errorf("%d of %d names are told:\n%s", n, len(c.want), o.output)
			}
			names := len(to.Names())
			rerunCopiesNothing(t, from, to)
			if len(to.Names()) != names {
				t.Errorf("a second run makes folders: %q", to.Names())
			}
		})
	}
}

func TestANameThatIsTooLongIsCut(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, refuses("NO [CANNOT] name too long", func(name string) bool { return len(name) > 100 }))
	fillEach(from, strings.Repeat("long", 40)+"a", strings.Repeat("long", 40)+"b")
	move(t, from, to).want(t, 0, 4)
	everythingOnce(t, from, to)
	if names := to.Names(); len(names) != 3 {
		t.Errorf("two folders became %q", names)
	}
	rerunCopiesNothing(t, from, to)
}

func TestNamesThatGetPlainerStayApartWhateverIsChosen(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, refuses("NO [CANNOT] bad name", func(name string) bool { return strings.ContainsAny(name, "^~*") }))
	folders := []string{"x^y", "x~y", "x_y", "X*Y", "alone^"}
	fillEach(from, folders...)
	// One alone, then all: it must not get another name for that.
	move(t, from, to, "--folder", "x~y").want(t, 0, 2)
	move(t, from, to).want(t, 0, 8)
	landed(t, from, to, map[string]string{"x_y": "x_y", "alone^": "alone_"})
	everythingOnce(t, from, to)
	if names := to.Names(); len(names) != len(folders)+1 {
		t.Errorf("%d folders became %q", len(folders), names)
	}
	rerunCopiesNothing(t, from, to)
}

func TestAPassingRefusalOfCreateChangesNoName(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{"NO [UNAVAILABLE] try again later", "NO [SERVERBUG] internal", "BAD Request is throttled. Suggested Backoff Time: 20 milliseconds"} {
		t.Run(answer, func(t *testing.T) {
			t.Parallel()
			refused := 0
			from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{RefuseCreate: func(string) string {
				if refused++; refused <= 3 {
					return answer
				}
				return ""
			}})
			fillEach(from, "x^y", `qu"ote`)
			move(t, from, to).want(t, 0, 4)
			landed(t, from, to, map[string]string{"x^y": "x^y", `qu"ote`: `qu"ote`})
			if names := to.Names(); len(names) != 3 {
				t.Errorf("folders: %q", names)
			}
		})
	}
}

func TestARefusalForRightsOrRoomChangesNoName(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{"NO [NOPERM] no", "NO Permission denied", "NO [OVERQUOTA] Quota exceeded", "NO [LIMIT] too many folders"} {
		t.Run(answer, func(t *testing.T) {
			t.Parallel()
			from, to := between(t, imapscript.Knobs{}, refuses(answer, func(name string) bool { return strings.Contains(name, "^") }))
			fillEach(from, "x^y", "other")
			if o := move(t, from, to); o.code == 0 {
				t.Fatalf("exit code 0; output:\n%s", o.output)
			}
			if names := to.Names(); len(names) != 2 {
				t.Errorf("folders: %q", names)
			}
		})
	}
}

func TestFoldersOfOthersAreCopiedOnlyWhereTheyAreAskedFor(t *testing.T) {
	t.Parallel()
	host := func() *imapscript.Host {
		h := imapscript.NewHost(t, imapscript.Knobs{Habits: imapscript.Habits{OtherUsers: "Other Users/", Shared: "#shared/"}})
		fillEach(h, "INBOX", "Sent", "Other Users/bob", "Other Users/bob/Private", "#shared/news", "Other Users of mine")
		h.Mailbox("Other Users").SetAttributes(`\Noselect`)
		return h
	}
	for name, c := range map[string]struct {
		args []string
		want int64
	}{
		"nothing said":      {nil, 6},
		"all of them":       {[]string{"--sharedfolders"}, 12},
		"turned off":        {[]string{"--sharedfolders", "--nosharedfolders"}, 6},
		"one by its name":   {[]string{"--folder", "#shared/news"}, 2},
		"a tree":            {[]string{"--folderrec", "Other Users/bob"}, 4},
		"a pattern":         {[]string{"--include", "^#shared/"}, 2},
		"without exclusion": {[]string{"--sharedfolders", "--exclude", "^Other Users/"}, 8},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := host(), imapscript.NewHost(t, imapscript.Knobs{})
			o := move(t, from, to, c.args...)
			o.want(t, 0, c.want)
			told := strings.Contains(o.output, "2 folders that are shared or of other users, below [Other Users/], are not copied; --sharedfolders copies them")
			if told != (c.want == 6) {
				t.Errorf("the note is not there, or is:\n%s", o.output)
			}
		})
	}
}

func TestNamespacesThatSayNothingLeaveNothingOut(t *testing.T) {
	t.Parallel()
	// The shared one is all that is not below INBOX, as with Cyrus; and one with the prefix of the personal one.
	from, to := between(t, imapscript.Knobs{Delimiter: ".", Prefix: "INBOX.", Habits: imapscript.Habits{OtherUsers: "user.", Shared: "INBOX.shared."}}, imapscript.Knobs{})
	fillEach(from, "INBOX", "INBOX.Sent", "INBOX.shared.news", "INBOX.sharedlike", "user.bob")
	move(t, from, to).want(t, 0, 6)
	landed(t, from, to, map[string]string{"INBOX": "INBOX", "INBOX.Sent": "Sent", "INBOX.sharedlike": "sharedlike"})
	from, to = between(t, imapscript.Knobs{Without: []string{"NAMESPACE"}}, imapscript.Knobs{})
	fillEach(from, "INBOX", "user/bob", "#shared/news")
	move(t, from, to).want(t, 0, 6)
}

func TestNamesThatCouldDoHarmAreMadeHarmless(t *testing.T) {
	t.Parallel()
	turned := imapclient.EncodeMailbox("inv\u202Efdp.exe")
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	fillEach(from, "../../etc/cron.d", "a/../b", "./here", turned, "bell\x07\x1b[31m", "fine..", "..")
	o := move(t, from, to)
	o.want(t, 0, 14)
	everythingOnce(t, from, to)
	landed(t, from, to, map[string]string{
		"../../etc/cron.d": "__/__/etc/cron.d", "a/../b": "a/__/b", "./here": "_/here", turned: "inv_fdp.exe", "bell\x07\x1b[31m": "bell__[31m", "fine..": "fine..", "..": "__",
	})
	if strings.ContainsAny(o.output, "\u202E\x07\x1b") || !strings.Contains(o.output, `inv\u{202E}fdp.exe`) {
		t.Errorf("the log turns around, or does not show the name:\n%q", o.output)
	}
	rerunCopiesNothing(t, from, to)

	// Where it is there as it was, it is used.
	again := imapscript.NewHost(t, imapscript.Knobs{})
	fillEach(again, "a/../b")
	again.Mailbox("a/../b").Remove(1)
	from = imapscript.NewHost(t, imapscript.Knobs{})
	fillEach(from, "a/../b")
	move(t, from, again).want(t, 0, 1)
	if again.Exists("a/__/b") {
		t.Error("a second folder was made")
	}
}

func TestAnEndlessNameIsShownInPart(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	fillEach(from, strings.Repeat("x", 200_000))
	o := move(t, from, to)
	o.want(t, 0, 2)
	landed(t, from, to, map[string]string{strings.Repeat("x", 200_000): strings.Repeat("x", 200_000)})
	if text := fmt.Sprintf("%+v", *o.report(t)); len(text) > 5000 {
		t.Errorf("the report has %d bytes", len(text))
	}
}

func TestAHostThatSpeaksUTF8AloneIsSpokenToInUTF8(t *testing.T) {
	t.Parallel()
	only := imapscript.Knobs{With: []string{"UTF8=ONLY"}}
	for _, side := range []string{"source", "destination", "both"} {
		t.Run(side, func(t *testing.T) {
			t.Parallel()
			knobs := [2]imapscript.Knobs{}
			names := [2][]string{{"&AMk-t&AOk-", "R&-D"}, {"&AMk-t&AOk-", "R&-D"}}
			for i, s := range []string{"source", "destination"} {
				if s == side || side == "both" {
					knobs[i], names[i] = only, []string{"Été", "R&D"}
				}
			}
			from, to := between(t, knobs[0], knobs[1])
			fillEach(from, names[0]...)
			move(t, from, to).want(t, 0, 4)
			for i := range names[0] {
				landed(t, from, to, map[string]string{names[0][i]: names[1][i]})
			}
			rerunCopiesNothing(t, from, to)
		})
	}
}

func TestAListRefusedInPassingIsAskedForAgainAsItWas(t *testing.T) {
	t.Parallel()
	for _, verb := range []string{"LIST", "LSUB", "NAMESPACE", "GETQUOTAROOT", "STATUS"} {
		for _, answer := range []string{"NO [LIMIT] LIST Rate limit hit.", "NO [UNAVAILABLE] try again later", "BAD Request is throttled. Suggested Backoff Time: 30 milliseconds"} {
			t.Run(verb+" "+answer, func(t *testing.T) {
				t.Parallel()
				refused := 0
				odd := imapscript.Knobs{Without: []string{"LIST-EXTENDED", "LIST-STATUS"}, Delimiter: ".", Prefix: "INBOX.", OnCommand: func(_ int, line string) imapscript.Action {
					if strings.HasPrefix(line, verb+" ") || line == verb {
						if refused++; refused <= 3 {
							return imapscript.Refuse(answer)
						}
					}
					return imapscript.Action{}
				}}
				from, to := between(t, odd, imapscript.Knobs{})
				fillEach(from, "INBOX", "INBOX.A")
				from.Mailbox("INBOX.A").SetSubscribed(true)
				o := move(t, from, to)
				o.want(t, 0, 4)
				landed(t, from, to, map[string]string{"INBOX": "INBOX", "INBOX.A": "A"})
				if !to.Mailbox("A").Subscribed() || strings.Contains(o.output, "one at a time") {
					t.Errorf("subscribed: %v; output:\n%s", to.Mailbox("A").Subscribed(), o.output)
				}
				if refused < 4 {
					t.Errorf("asked %d times", refused)
				}
			})
		}
	}
}

func TestASubscriptionThatIsRefusedIsNoFailure(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{OnCommand: func(_ int, line string) imapscript.Action {
		if strings.HasPrefix(line, "SUBSCRIBE ") {
			return imapscript.Refuse("NO [NOPERM] no")
		}
		return imapscript.Action{}
	}})
	fillEach(from, "A")
	from.Mailbox("A").SetSubscribed(true)
	r := move(t, from, to).want(t, 0, 2)
	if !r.Verified {
		t.Error("the run counts as incomplete")
	}
}
