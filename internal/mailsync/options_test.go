package mailsync_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"mailferry/internal/demo/mailgen"
	"mailferry/internal/imapclient"
	"mailferry/internal/imapsync"
	"mailferry/internal/testkit/dovecot"
	imapsynctest "mailferry/internal/testkit/imapsync"
)

// An engine does what a command asks for and gives its exit code and output.
type engine func(t *testing.T, command imapsync.Command, from, to side) (code int, output string)

func builtinEngine(t *testing.T, command imapsync.Command, from, to side) (int, string) {
	t.Helper()
	var out lockedBuffer
	code := quick().Main(t.Context(), arguments(t, command), imapsync.Environment(from.password, to.password), &out, io.Discard)
	return code, out.String()
}

func perlEngine(program imapsynctest.Program) engine {
	return func(t *testing.T, command imapsync.Command, from, to side) (int, string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		child := exec.CommandContext(ctx, program.Path, arguments(t, command)...)
		child.Dir = t.TempDir()
		child.Env = append(child.Environ(), imapsync.Environment(from.password, to.password)...)
		output, err := child.CombinedOutput()
		if err != nil && child.ProcessState == nil {
			t.Fatal(err)
		}
		return child.ProcessState.ExitCode(), string(output)
	}
}

func arguments(t *testing.T, command imapsync.Command) []string {
	t.Helper()
	args, err := command.Args()
	if err != nil {
		t.Fatal(err)
	}
	return args
}

// holding is what an account holds in one folder.
type holding struct {
	subscribed bool
	messages   []string
}

// holdings are what an account holds, by the folders' names as their server has them.
func holdings(t *testing.T, s side) map[string]holding {
	t.Helper()
	c := connect(t, s)
	all := map[string]holding{}
	for name, messages := range contents(t, s, "\x00", "") {
		all[name] = holding{messages: messages}
	}
	subscribed, err := c.Lsub("", "*").Wait(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range subscribed {
		name := imapclient.DecodeMailbox(entry.Name)
		if held, ok := all[name]; ok {
			held.subscribed = true
			all[name] = held
		}
	}
	return all
}

// summary is holdings in short: a folder with its number of messages, and "s" where it is
// subscribed to. An empty folder above others is left out: imapsync creates each level,
// the built-in engine only where the server asks for it.
func summary(all map[string]holding) string {
	var parts []string
	names := slices.Sorted(maps.Keys(all))
	for _, name := range names {
		above := func(other string) bool {
			return strings.HasPrefix(other, name+"/") || strings.HasPrefix(other, name+".")
		}
		if len(all[name].messages) == 0 && name != "INBOX" && slices.ContainsFunc(names, above) {
			continue
		}
		part := fmt.Sprintf("%s %d", name, len(all[name].messages))
		if all[name].subscribed {
			part += "s"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

// sizedMessages are of exact sizes, to see on which side of a bound each falls.
var sizedMessages = []int{3000, 4999, 5000, 5001, 9000}

// datedMessages arrived so many days ago.
var datedMessages = []int{1, 5, 20, 100, 400}

// fillOptionsSource makes the mailbox that every case copies.
func fillOptionsSource(t *testing.T, s side, now time.Time) {
	t.Helper()
	c := connect(t, s)
	generator := mailgen.New(mailgen.Options{Seed: 77, MedianBytes: 2500, MaxBytes: 6000})
	at := 0
	message := func() mailgen.Message {
		m := generator.Message(at)
		at++
		return m
	}
	for _, folder := range []struct {
		name  string
		count int
	}{
		{"INBOX", 3}, {"Sent Items", 2}, {"Papierkorb", 1}, {"Work", 1}, {"Work/2023", 1}, {"Work/2024", 2}, {"Workshop", 1},
		{"Büro", 1}, {"R&D", 1}, {"Счета", 1}, {"[Lists]/go (old)+", 1}, {"a=b", 1}, {"-dash", 1}, {"Empty", 0}, {"Projects/v1.2", 1},
	} {
		name := imapclient.EncodeMailbox(folder.name)
		var messages []mailgen.Message
		for range folder.count {
			messages = append(messages, message())
		}
		add(t, c, name, messages...)
	}
	var sized, dated []mailgen.Message
	for _, size := range sizedMessages {
		sized = append(sized, generator.MessageOfSize(at, size))
		at++
	}
	for _, days := range datedMessages {
		m := message()
		m.Date = now.Add(-time.Duration(days)*24*time.Hour - time.Hour).Truncate(time.Second)
		dated = append(dated, m)
	}
	add(t, c, "Sized", sized...)
	add(t, c, "Dated", dated...)
	for _, name := range []string{"INBOX", "Work", "Work/2024"} {
		if _, err := c.Subscribe(name).Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// optionsCase is what one set of options must lead to.
type optionsCase struct {
	name    string
	options imapsync.Options
	dryRun  bool
	// dotted takes the destination with "." between levels and INBOX. before names.
	dotted bool
	want   string
}

func optionsCases() []optionsCase {
	number, size := func(n int) *int { return &n }, func(n int64) *int64 { return &n }
	// only leaves the other folders out where they do not matter.
	only := func(names ...string) imapsync.Options { return imapsync.Options{Folders: names} }
	sized := func(change func(*imapsync.Options)) imapsync.Options {
		o := only("Sized")
		change(&o)
		return o
	}
	dated := func(change func(*imapsync.Options)) imapsync.Options {
		o := only("Dated")
		change(&o)
		return o
	}
	return []optionsCase{
		{
			name: "none", want: "-dash 1, Büro 1, Dated 5, Empty 0, INBOX 3s, Papierkorb 1, Projects/v1.2 1, R&D 1, Sent Items 2, Sized 5, " +
				"Work 1s, Work/2023 1, Work/2024 2s, Workshop 1, [Lists]/go (old)+ 1, a=b 1, Счета 1",
		},
		{
			name: "none to dots and a prefix", dotted: true,
			want: "INBOX 3s, INBOX.-dash 1, INBOX.Büro 1, INBOX.Dated 5, INBOX.Empty 0, INBOX.Papierkorb 1, INBOX.Projects.v1_2 1, INBOX.R&D 1, INBOX.Sent Items 2, INBOX.Sized 5, " +
				"INBOX.Work 1s, INBOX.Work.2023 1, INBOX.Work.2024 2s, INBOX.Workshop 1, INBOX.[Lists].go (old)+ 1, INBOX.a=b 1, INBOX.Счета 1",
		},
		{name: "dry run", dryRun: true, want: "INBOX 0"},
		{
			name:    "folders of odd names, as people write them or as they travel, and one that is not there",
			options: only("inbox", "Büro", "R&-D", "&BCEERwQ1BEIEMA-", "[Lists]/go (old)+", "a=b", "-dash", "Empty", "work"),
			want:    "-dash 1, Büro 1, Empty 0, INBOX 3s, R&D 1, [Lists]/go (old)+ 1, a=b 1, Счета 1",
		},
		{
			name:    "folders by name and by how they begin",
			options: imapsync.Options{Folders: []string{"INBOX"}, FolderPrefixes: []string{"Work", "Bü"}, ExcludeFolders: []string{"Work/2023"}},
			want:    "Büro 1, INBOX 3s, Work 1s, Work/2024 2s, Workshop 1",
		},
		{
			name: "folders left out",
			options: imapsync.Options{
				ExcludeFolders: []string{"INBOX", "Work", "Счета", "R&D", "[Lists]/go (old)+"}, ExcludeFolderPrefixes: []string{"Se", "Si", "-", "a=", "Da", "Pro"},
			},
			want: "Büro 1, Empty 0, INBOX 0, Papierkorb 1, Work/2023 1, Work/2024 2s, Workshop 1",
		},
		{
			name: "special folders", options: imapsync.Options{Folders: []string{"Sent Items", "Papierkorb", "Work"}, Automap: true},
			want: "INBOX 0, Sent 2, Trash 1, Work 1s",
		},
		{
			name: "special folders to dots and a prefix", dotted: true,
			options: imapsync.Options{Folders: []string{"Sent Items", "Papierkorb"}, Automap: true}, want: "INBOX 0, INBOX.Sent 2, INBOX.Trash 1",
		},
		{
			name: "renames",
			options: imapsync.Options{
				Folders:       []string{"Büro", "Work", "Work/2024", "R&D"},
				RenameFolders: []imapsync.FolderRename{{From: "Büro", To: "Office"}, {From: "Work", To: "Arbeit/früher=jetzt"}, {From: "R&D", To: "F&E"}},
			},
			want: "Arbeit/früher=jetzt 1s, F&E 1, INBOX 0, Office 1, Work/2024 2s",
		},
		{
			name: "a rename before automap", options: imapsync.Options{
				Folders: []string{"Sent Items", "Papierkorb"}, Automap: true,
				RenameFolders: []imapsync.FolderRename{{From: "Sent Items", To: "Old sent"}},
			},
			want: "INBOX 0, Old sent 2, Sent 0, Trash 1",
		},
		{
			name: "a rename to dots and a prefix", dotted: true,
			options: imapsync.Options{Folders: []string{"Work/2024"}, RenameFolders: []imapsync.FolderRename{{From: "Work/2024", To: "INBOX.Done.2024"}}},
			want:    "INBOX 0, INBOX.Done.2024 2s",
		},
		{
			name: "all under a folder", options: imapsync.Options{Folders: []string{"INBOX", "Work/2024"}, UnderFolder: "Old mail/-2024_v.1"},
			want: "INBOX 0, Old mail/-2024_v.1/INBOX 3s, Old mail/-2024_v.1/Work/2024 2s",
		},
		{
			name: "all under a folder with dots and a prefix, special ones as well", dotted: true,
			options: imapsync.Options{
				Folders: []string{"INBOX", "Work/2024", "Sent Items", "Büro"}, UnderFolder: "Old", Automap: true,
				RenameFolders: []imapsync.FolderRename{{From: "Büro", To: "INBOX.Office"}},
			},
			want: "INBOX 0, INBOX.Office 1, INBOX.Old.INBOX 3s, INBOX.Old.Sent Items 2, INBOX.Old.Work.2024 2s, INBOX.Sent 0, INBOX.Trash 0",
		},
		{name: "at most some age", options: dated(func(o *imapsync.Options) { o.MaxAgeDays = number(30) }), want: "Dated 3, INBOX 0"},
		{name: "an age between", options: dated(func(o *imapsync.Options) { o.MaxAgeDays, o.MinAgeDays = number(200), number(3) }), want: "Dated 3, INBOX 0"},
		{name: "at least some size", options: sized(func(o *imapsync.Options) { o.MinSize = size(5000) }), want: "INBOX 0, Sized 3"},
		{name: "one size", options: sized(func(o *imapsync.Options) { o.MinSize, o.MaxSize = size(5000), size(5000) }), want: "INBOX 0, Sized 1"},
		{name: "only what is subscribed to", options: imapsync.Options{OnlySubscribed: true}, want: "INBOX 3s, Work 1s, Work/2024 2s"},
		{name: "subscribe to all", options: imapsync.Options{Folders: []string{"Büro", "Work"}, SubscribeAll: true}, want: "Büro 1s, INBOX 0, Work 1s"},
	}
}

// optionsServers are a source and two destinations.
type optionsServers struct {
	source, slashed, dotted *dovecot.TB
	from                    side
}

func startOptionsServers(t *testing.T) *optionsServers {
	t.Helper()
	s := &optionsServers{
		source:  dovecot.New(t, dovecot.Options{SpecialUse: map[string]string{"Sent Items": `\Sent`, "Papierkorb": `\Trash`}}),
		slashed: dovecot.New(t, dovecot.Options{SpecialUse: map[string]string{"Sent": `\Sent`, "Trash": `\Trash`}}),
		dotted:  dovecot.New(t, dovecot.Options{Separator: ".", Prefix: "INBOX.", SpecialUse: map[string]string{"Sent": `\Sent`, "Trash": `\Trash`}}),
	}
	s.from = newAccount(s.source, "source")
	fillOptionsSource(t, s.from, time.Now())
	return s
}

// newAccount adds a user.
func newAccount(server *dovecot.TB, user string) side {
	server.AddUser(user, "secret-"+user, 0)
	return side{server.Host, server.Port, user, "secret-" + user}
}

// destination is an empty account, with the special folders where a case needs them.
func (s *optionsServers) destination(t *testing.T, c optionsCase, user string) side {
	t.Helper()
	server, prefix := s.slashed, ""
	if c.dotted {
		server, prefix = s.dotted, "INBOX."
	}
	to := newAccount(server, user)
	if c.options.Automap {
		client := connect(t, to)
		for _, name := range []string{"Sent", "Trash"} {
			if _, err := client.Create(prefix + name).Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	return to
}

func (s *optionsServers) command(c optionsCase, to side) imapsync.Command {
	return imapsync.Command{Source: s.from.endpoint(), Destination: to.endpoint(), DryRun: c.dryRun, Options: c.options, Perl: true}
}

func TestEveryOptionDoesTheSameOnBothEngines(t *testing.T) {
	t.Parallel()
	servers := startOptionsServers(t)
	program, absent := imapsynctest.Find(t.Context())
	if absent != nil {
		t.Logf("the built-in engine alone: %v", absent)
	}
	for i, c := range optionsCases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			run := func(engine engine, name string) map[string]holding {
				to := servers.destination(t, c, fmt.Sprintf("%s%d", name, i))
				code, output := engine(t, servers.command(c, to), servers.from, to)
				held := holdings(t, to)
				if got := summary(held); got != c.want || code != 0 {
					t.Errorf("%s ends with %d and leaves\n%s\nwant\n%s", name, code, got, c.want)
					t.Logf("%s printed:\n%s", name, output)
				}
				return held
			}
			ours := run(builtinEngine, "builtin")
			if absent != nil {
				return
			}
			theirs := run(perlEngine(program), "imapsync")
			for name, want := range theirs {
				if !slices.Equal(ours[name].messages, want.messages) {
					t.Errorf("folder %s differs:\n%.300q\nby imapsync\n%.300q", name, ours[name].messages, want.messages)
				}
			}
		})
	}
}

// A rerun brings flags up to date unless it is told not to, and copies what is new.
func TestARerunDoesTheSameOnBothEngines(t *testing.T) {
	t.Parallel()
	server := dovecot.New(t, dovecot.Options{})
	engines := map[string]engine{"builtin": builtinEngine}
	if program, err := imapsynctest.Find(t.Context()); err == nil {
		engines["imapsync"] = perlEngine(program)
	} else {
		t.Logf("the built-in engine alone: %v", err)
	}
	off := false
	for name, engine := range engines {
		for _, sync := range []*bool{nil, &off} {
			kept := sync != nil
			t.Run(fmt.Sprintf("%s, flags kept: %v", name, kept), func(t *testing.T) {
				t.Parallel()
				user := fmt.Sprintf("%s-%v", name, kept)
				from, to := newAccount(server, user+"-old"), newAccount(server, user+"-new")
				c := connect(t, from)
				generator := mailgen.New(mailgen.Options{Seed: 5, MedianBytes: 1000})
				first, second := generator.Message(0), generator.Message(1)
				first.Flags, second.Flags = []string{`\Seen`}, []string{`\Flagged`, "Invoice"}
				add(t, c, "INBOX", first, second)
				command := imapsync.Command{Source: from.endpoint(), Destination: to.endpoint(), Options: imapsync.Options{SyncFlags: sync}}
				run := func() {
					if code, output := engine(t, command, from, to); code != 0 {
						t.Fatalf("ends with %d:\n%s", code, output)
					}
				}
				run()
				same(t, contents(t, to, "/", ""), contents(t, from, "/", ""))
				if _, err := c.Select("INBOX").Wait(t.Context()); err != nil {
					t.Fatal(err)
				}
				if _, err := c.Store(imapclient.UIDs(1), imapclient.StoreAdd, []string{`\Answered`}).Wait(t.Context()); err != nil {
					t.Fatal(err)
				}
				before := contents(t, to, "/", "")["INBOX"]
				run()
				after := contents(t, to, "/", "")["INBOX"]
				if kept != slices.Equal(before, after) {
					t.Errorf("flags kept: %v, and the destination went from\n%.100q\nto\n%.100q", kept, before, after)
				}
				third := generator.Message(2)
				add(t, c, "INBOX", third)
				run()
				if held := contents(t, to, "/", "")["INBOX"]; len(held) != 3 {
					t.Errorf("%d messages after the third run, want 3", len(held))
				}
				if !kept {
					same(t, contents(t, to, "/", ""), contents(t, from, "/", ""))
				}
			})
		}
	}
}
