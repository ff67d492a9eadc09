package mailsync_test

import (
	"slices"
	"strings"
	"testing"

	"mailferry/internal/imapsync"
	"mailferry/internal/testkit/imapscript"
)

// put adds a letter to each folder of a host.
func put(h *imapscript.Host, folders ...string) {
	for i, folder := range folders {
		h.Mailbox(folder).Add(letter(i + 1))
	}
}

// landed fails the test unless each source folder's messages are in the destination folder given.
func landed(t *testing.T, from, to *imapscript.Host, where map[string]string) {
	t.Helper()
	for source, destination := range where {
		if !to.Exists(destination) {
			t.Errorf("%q is not there, only %q", destination, to.Names())
			continue
		}
		if got, want := bodies(to.Mailbox(destination)), bodies(from.Mailbox(source)); !slices.Equal(got, want) {
			t.Errorf("%q holds %q, want that of %q: %q", destination, got, source, want)
		}
	}
}

func Test14SeparatorsAndPrefixesAreTranslated(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{Delimiter: ".", Prefix: "INBOX."})
	put(from, "INBOX", "Sent", "Archive/2023", "v1.2/notes", "INBOX/Sub")
	move(t, from, to).want(t, 0, 5)
	landed(t, from, to, map[string]string{
		"INBOX": "INBOX", "Sent": "INBOX.Sent", "Archive/2023": "INBOX.Archive.2023", "v1.2/notes": "INBOX.v1_2.notes", "INBOX/Sub": "INBOX.Sub",
	})
	rerunCopiesNothing(t, from, to)

	// And back, to a server without prefix.
	back := imapscript.NewHost(t, imapscript.Knobs{})
	move(t, to, back).want(t, 0, 5)
	landed(t, to, back, map[string]string{"INBOX": "INBOX", "INBOX.Sent": "Sent", "INBOX.Archive.2023": "Archive/2023", "INBOX.v1_2.notes": "v1_2/notes"})
	rerunCopiesNothing(t, to, back)

	// A name that contains the other side's separator, from dots to slashes.
	dotted, slashed := between(t, imapscript.Knobs{Delimiter: "."}, imapscript.Knobs{})
	put(dotted, "Invoices 1/2.Paid", "INBOX.either/or")
	move(t, dotted, slashed).want(t, 0, 2)
	landed(t, dotted, slashed, map[string]string{"Invoices 1/2.Paid": "Invoices 1_2/Paid", "INBOX.either/or": "INBOX/either_or"})
	rerunCopiesNothing(t, dotted, slashed)
}

func Test14TwoSourcesOntoOneTargetLoseNothing(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{Delimiter: ".", Prefix: "INBOX."})
	// The same letter is in both folders, and so is a pair that only shares its Message-ID.
	from.Mailbox("a.b").Add(letter(1), letter(2), plain("Message-ID: <x@y>\r\n\r\none\r\n"))
	from.Mailbox("a_b").Add(letter(1), letter(3), plain("Message-ID: <x@y>\r\n\r\ntwo\r\n"))
	o := move(t, from, to)
	o.want(t, 0, 6)
	if n := to.Mailbox("INBOX.a_b").Len(); n != 6 {
		t.Errorf("%d messages arrived, want 6", n)
	}
	if !strings.Contains(o.output, "both go to [INBOX.a_b]") {
		t.Error("the log does not say that two folders share a target")
	}
	rerunCopiesNothing(t, from, to)
}

func Test14RenamesAndASubfolderDecideTheTarget(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{Delimiter: ".", Prefix: "INBOX."})
	put(from, "INBOX", "Sent", "Work/Old", "&AMk-t&AOk-")
	move(t, from, to, "--f1f2=Été=INBOX.Summer", "--f1f2=Sent=INBOX.Sent Mail", "--subfolder2=Imported").want(t, 0, 4)
	landed(t, from, to, map[string]string{
		"INBOX": "INBOX.Imported.INBOX", "Work/Old": "INBOX.Imported.Work.Old", "Sent": "INBOX.Sent Mail", "&AMk-t&AOk-": "INBOX.Summer",
	})
}

// trailing is a folder whose name ends with a space.
const trailing = "trailing "

func Test15OddNamesArrive(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	put(from, "R&D", "caf\xc3\xa9", `qu"ote`, `back\slash`, "star*", "per%cent", trailing, "bad\xff", "line\tbreak", strings.Repeat("long", 300))
	move(t, from, to).want(t, 0, 10)
	landed(t, from, to, map[string]string{
		"R&D": "R&-D", "caf\xc3\xa9": "caf&AOk-", `qu"ote`: `qu"ote`, `back\slash`: `back\slash`, "star*": "star*", "per%cent": "per%cent",
		trailing: trailing, "bad\xff": "bad&,,0-", "line\tbreak": "line_break", strings.Repeat("long", 300): strings.Repeat("long", 300),
	})
	rerunCopiesNothing(t, from, to)
}

func Test15AFolderThatIsThereInAnotherSpellingIsUsed(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	put(from, "caf&AOk-", "R&-D")
	put(to, "caf\xc3\xa9", "R&D")
	to.Mailbox("R&D").Remove(1)
	move(t, from, to).want(t, 0, 1) // the first is there already
	landed(t, from, to, map[string]string{"caf&AOk-": "caf\xc3\xa9", "R&-D": "R&D"})
	if names := to.Names(); len(names) != 3 {
		t.Errorf("the destination has %q", names)
	}
	rerunCopiesNothing(t, from, to)
}

func Test15ANameThatIsRefusedGetsAPlainerOne(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{RefuseCreate: func(name string) string {
		if strings.ContainsAny(name, "*%{}|") || strings.HasSuffix(name, " ") {
			return "NO [CANNOT] bad name"
		}
		return ""
	}})
	put(from, "star*", trailing, "fine", "{2021} a|b (old) [x]")
	move(t, from, to).want(t, 0, 4)
	landed(t, from, to, map[string]string{"star*": "star_", trailing: "trailing", "fine": "fine", "{2021} a|b (old) [x]": "_2021_ a_b (old) [x]"})
	rerunCopiesNothing(t, from, to)
}

func Test16AutomapPairsSpecialFolders(t *testing.T) {
	t.Parallel()
	use := func(h *imapscript.Host, folder, attribute string) { h.Mailbox(folder).SetAttributes(attribute) }
	t.Run("attributes on both sides", func(t *testing.T) {
		t.Parallel()
		from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
		put(from, "Outgoing", "Other")
		use(from, "Outgoing", `\Sent`)
		use(to, "Sent Items", `\Sent`)
		move(t, from, to, "--automap").want(t, 0, 2)
		landed(t, from, to, map[string]string{"Outgoing": "Sent Items", "Other": "Other"})
		rerunCopiesNothing(t, from, to, "--automap")
	})
	t.Run("names on one side", func(t *testing.T) {
		t.Parallel()
		from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{Delimiter: ".", Prefix: "INBOX."})
		put(from, "Gesendete Objekte", "Papierkorb", "&BCcENQRABD0EPgQyBDgEOgQ4-")
		use(to, "INBOX.Sent", `\Sent`)
		use(to, "INBOX.Trash", `\Trash`)
		use(to, "INBOX.Drafts", `\Drafts`)
		move(t, from, to, "--automap").want(t, 0, 3)
		landed(t, from, to, map[string]string{"Gesendete Objekte": "INBOX.Sent", "Papierkorb": "INBOX.Trash", "&BCcENQRABD0EPgQyBDgEOgQ4-": "INBOX.Drafts"})
	})
	t.Run("names on both sides", func(t *testing.T) {
		t.Parallel()
		from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
		put(from, "&AMk-l&AOk-ments envoy&AOk-s")
		to.Mailbox("Sent")
		move(t, from, to, "--automap").want(t, 0, 1)
		landed(t, from, to, map[string]string{"&AMk-l&AOk-ments envoy&AOk-s": "Sent"})
	})
	t.Run("neither side", func(t *testing.T) {
		t.Parallel()
		from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
		put(from, "Sent", "Work")
		move(t, from, to, "--automap").want(t, 0, 2)
		landed(t, from, to, map[string]string{"Sent": "Sent", "Work": "Work"})
	})
	t.Run("two of a kind", func(t *testing.T) {
		t.Parallel()
		from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
		put(from, "Sent", "Sent Items")
		use(from, "Sent", `\Sent`)
		use(from, "Sent Items", `\Sent`)
		use(to, "Gesendet", `\Sent`)
		move(t, from, to, "--automap").want(t, 0, 2)
		landed(t, from, to, map[string]string{"Sent": "Gesendet", "Sent Items": "Sent Items"})
	})
	t.Run("off unless asked for", func(t *testing.T) {
		t.Parallel()
		from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
		put(from, "Outgoing")
		use(from, "Outgoing", `\Sent`)
		use(to, "Sent", `\Sent`)
		move(t, from, to).want(t, 0, 1)
		landed(t, from, to, map[string]string{"Outgoing": "Outgoing"})
	})
}

func Test17FoldersThatCannotBeUsedStopNothing(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{RefuseSelect: func(name string) string {
		if name == "Locked" {
			return "NO [NOPERM] not yours"
		}
		return ""
	}}, imapscript.Knobs{RefuseCreate: func(name string) string {
		if name == "There" {
			return "NO [ALREADYEXISTS] Mailbox exists"
		}
		return ""
	}})
	put(from, "INBOX", "Locked", "Parent/Child", "There")
	from.Mailbox("Parent").SetAttributes(`\Noselect`)
	to.Mailbox("There").SetAttributes(`\NonExistent`)
	o := move(t, from, to)
	r := o.want(t, imapsync.ExitErrSelect, 2)
	if r.Verified || r.MessagesMissing != 1 {
		t.Errorf("a run that could not use two folders reports %+v", r)
	}
	if !strings.Contains(o.output, "\nVerification: incomplete, ") {
		t.Errorf("the verification counts as complete:\n%s", tail(o.output))
	}
	if strings.Contains(o.output, "Could not create") {
		t.Error("a folder that exists already counts as one that could not be made")
	}
	landed(t, from, to, map[string]string{"INBOX": "INBOX", "Parent/Child": "Parent/Child"})
}

func Test17AFolderThatIsThereThoughTheServerSaysSoInItsOwnWordsIsUsed(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{
		Unlisted:     []string{"star*"},
		RefuseCreate: func(string) string { return "NO Mailbox exists!" },
	})
	put(from, "star*")
	to.Mailbox("star*")
	move(t, from, to).want(t, 0, 1)
	landed(t, from, to, map[string]string{"star*": "star*"})
}

func Test17ARefusedCreateIsNamedAndCounted(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{RefuseCreate: func(name string) string {
		if name == "Forbidden" {
			return "NO [NOPERM] no"
		}
		return ""
	}})
	from.Mailbox("Forbidden").Add(letters(3)...)
	put(from, "INBOX")
	r := move(t, from, to).want(t, imapsync.ExitErrCreate, 1)
	if r.MessagesMissing != 3 || len(r.Missing) != 3 || r.Verified {
		t.Errorf("report %+v", r)
	}
}

func Test17ALevelThatNeedsItsParentGetsIt(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
	to.Change(func(k *imapscript.Knobs) {
		made := map[string]bool{}
		k.RefuseCreate = func(name string) string {
			parent, _, nested := strings.Cut(name, "/")
			if nested && !made[parent] {
				return "NO parent does not exist"
			}
			made[name] = true
			return ""
		}
	})
	put(from, "A/B", "A/C")
	move(t, from, to).want(t, 0, 2)
	landed(t, from, to, map[string]string{"A/B": "A/B", "A/C": "A/C"})
}

func Test18SubscriptionsAreCarriedOver(t *testing.T) {
	t.Parallel()
	for _, without := range [][]string{nil, {"LIST-EXTENDED"}, {"LIST-EXTENDED", "LIST-STATUS", "STATUS=SIZE", "NAMESPACE", "SPECIAL-USE"}} {
		from, to := between(t, imapscript.Knobs{Without: without}, imapscript.Knobs{Without: without})
		put(from, "INBOX", "Seen", "Unseen")
		from.Mailbox("Seen").SetSubscribed(true)
		move(t, from, to).want(t, 0, 3)
		if !to.Mailbox("Seen").Subscribed() || to.Mailbox("Unseen").Subscribed() {
			t.Errorf("without %v: subscribed to Seen %v, to Unseen %v", without, to.Mailbox("Seen").Subscribed(), to.Mailbox("Unseen").Subscribed())
		}
		move(t, from, to, "--subscribeall").want(t, 0, 0)
		if !to.Mailbox("Unseen").Subscribed() {
			t.Errorf("without %v: --subscribeall left a folder out", without)
		}
	}
}

func Test24GmailLabelsMakeNoCopies(t *testing.T) {
	t.Parallel()
	from, to := between(t, imapscript.Knobs{With: []string{"X-GM-EXT-1"}}, imapscript.Knobs{})
	from.Mailbox("INBOX").Add(letter(1), letter(2))
	from.Mailbox("Work").Add(letter(2), letter(3))
	from.Mailbox("[Gmail]/All Mail").SetAttributes(`\All`).Add(letter(1), letter(2), letter(3), letter(4), letter(5))
	from.Mailbox("[Gmail]/Starred").SetAttributes(`\Flagged`).Add(letter(3), letter(5))
	from.Mailbox("receipts").Add(letter(5)) // whose name sorts after Gmail's own
	move(t, from, to).want(t, 0, 5)
	if n := to.Total(); n != 5 {
		t.Errorf("%d messages arrived, want 5: one of each", n)
	}
	landed(t, from, to, map[string]string{"Work": "Work", "receipts": "receipts"})
	if got := bodies(to.Mailbox("INBOX")); len(got) != 1 || got[0] != string(letter(1).Body) {
		t.Errorf("INBOX holds %q, want the one without a label of the user", got)
	}
	if got := bodies(to.Mailbox("[Gmail]/All Mail")); len(got) != 1 || got[0] != string(letter(4).Body) {
		t.Errorf("All Mail holds %q, want the one without a label", got)
	}
	rerunCopiesNothing(t, from, to)

	// Asked for, each label has its copy.
	all := imapscript.NewHost(t, imapscript.Knobs{})
	move(t, from, all, "--noskipcrossduplicates").want(t, 0, 12)
	landed(t, from, all, map[string]string{"Work": "Work", "[Gmail]/All Mail": "[Gmail]/All Mail", "[Gmail]/Starred": "[Gmail]/Starred"})
}

func TestFolderOptionsChooseWhatIsCopied(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options imapsync.Options
		want    []string
	}{
		"exact names":      {imapsync.Options{Folders: []string{"Été", "R&D", "inbox"}}, []string{"INBOX", "R&-D", "&AMk-t&AOk-"}},
		"prefix":           {imapsync.Options{FolderPrefixes: []string{"Work/"}}, []string{"Work/A", "Work/B"}},
		"excluded":         {imapsync.Options{ExcludeFolders: []string{"Work"}, ExcludeFolderPrefixes: []string{"INBOX", "É"}}, []string{"R&-D", "Work/A", "Work/B"}},
		"only subscribed":  {imapsync.Options{OnlySubscribed: true}, []string{"Work/B"}},
		"names and prefix": {imapsync.Options{Folders: []string{"Work"}, FolderPrefixes: []string{"R"}}, []string{"Work", "R&-D"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{})
			put(from, "INBOX", "Work", "Work/A", "Work/B", "R&-D", "&AMk-t&AOk-")
			from.Mailbox("Work/B").SetSubscribed(true)
			args, err := imapsync.Command{
				Source:      imapsync.Endpoint{Host: from.Host, Port: from.Port, Security: imapsync.NONE, User: "anna"},
				Destination: imapsync.Endpoint{Host: to.Host, Port: to.Port, Security: imapsync.NONE, User: "anna"},
				Options:     c.options,
			}.Args()
			if err != nil {
				t.Fatal(err)
			}
			syncOnce(t, quick(), account(from), account(to), args...).want(t, 0, int64(len(c.want)))
			for _, folder := range c.want {
				landed(t, from, to, map[string]string{folder: folder})
			}
		})
	}
}
