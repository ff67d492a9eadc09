package mailsync_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"mailferry/internal/demo/mailgen"
	"mailferry/internal/imapclient"
	"mailferry/internal/imapsync"
	"mailferry/internal/mailsync"
	"mailferry/internal/testkit/dovecot"
)

func (s side) endpoint() imapsync.Endpoint {
	return imapsync.Endpoint{Host: s.host, Port: s.port, Security: imapsync.NONE, User: s.user}
}

func preview(t *testing.T, from, to side, options imapsync.Options) mailsync.FolderPreview {
	t.Helper()
	p, err := quick().PreviewFolders(t.Context(), imapsync.Command{Source: from.endpoint(), Destination: to.endpoint(), Options: options}, from.password, to.password)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// sketch is a preview in short: "source>destination", "+" for a folder to create, "!" for
// a collision, then the numbers of messages.
func sketch(p mailsync.FolderPreview) []string {
	var lines []string
	for _, f := range p.Folders {
		line := f.Source + ">" + f.Destination
		if f.Create {
			line += " +"
		}
		if len(f.CollidesWith) > 0 {
			line += " !" + strings.Join(f.CollidesWith, ",")
		}
		if f.Messages != nil {
			line += fmt.Sprintf(" %d", *f.Messages)
		}
		if f.DestinationMessages != nil {
			line += fmt.Sprintf("/%d", *f.DestinationMessages)
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}

func TestAPreviewSaysWhereFoldersGoAndTheRunDoesSo(t *testing.T) {
	t.Parallel()
	from := dovecotUsers(t, dovecot.Options{}, "old")[0]
	to := dovecotUsers(t, dovecot.Options{Separator: ".", Prefix: "INBOX.", SpecialUse: map[string]string{"Trash": `\Trash`, "Junk": `\Junk`}}, "new")[0]
	c := connect(t, from)
	generator := mailgen.New(mailgen.Options{Seed: 1})
	add(t, c, "INBOX", generator.Message(0), generator.Message(1))
	add(t, c, "Papierkorb", generator.Message(2))
	add(t, c, imapclient.EncodeMailbox("Büro"), generator.Message(3))
	add(t, c, "Projects/v1.2", generator.Message(4))
	add(t, c, "Projects/v1_2", generator.Message(5))
	d := connect(t, to)
	add(t, d, "INBOX", generator.Message(6))
	add(t, d, "INBOX.Trash", generator.Message(7), generator.Message(8))

	p := preview(t, from, to, imapsync.Options{Automap: true})
	want := []string{
		"Büro>INBOX.Büro + 1",
		"INBOX>INBOX 2/1",
		"Papierkorb>INBOX.Trash 1/2",
		"Projects/v1.2>INBOX.Projects.v1_2 + !Projects/v1_2 1",
		"Projects/v1_2>INBOX.Projects.v1_2 + !Projects/v1.2 1",
	}
	if got := sketch(p); !reflect.DeepEqual(got, want) {
		t.Errorf("preview\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if !p.Source.OK || p.Source.Messages != 6 || p.Source.Bytes == 0 || !p.Destination.OK || p.Destination.Messages != 3 {
		t.Errorf("sides %+v and %+v", p.Source, p.Destination)
	}
	for _, f := range p.Folders {
		if f.Bytes == nil || *f.Bytes == 0 {
			t.Errorf("no size of %s", f.Source)
		}
	}
	if len(contents(t, to, ".", "INBOX.")) != 2 {
		t.Error("the preview created folders")
	}

	syncOnce(t, quick(), from, to, "--automap").want(t, 0, 6)
	held := contents(t, to, ".", "INBOX.")
	for name, n := range map[string]int{"INBOX": 3, "Trash": 3, "Büro": 1, "Projects/v1_2": 2} {
		if len(held[name]) != n {
			t.Errorf("after the run %s holds %d messages, want %d", name, len(held[name]), n)
		}
	}
	for _, f := range preview(t, from, to, imapsync.Options{Automap: true}).Folders {
		if f.Create {
			t.Errorf("%s is to be created again", f.Destination)
		}
	}
}

func TestAPreviewFollowsTheOptionsAndNamesWhatTheyMiss(t *testing.T) {
	t.Parallel()
	sides := dovecotUsers(t, dovecot.Options{SpecialUse: map[string]string{}}, "old", "new")
	c := connect(t, sides[0])
	for _, name := range []string{"Sent Items", "Work/2023", "Work/2024", "Junk"} {
		add(t, c, name)
	}
	p := preview(t, sides[0], sides[1], imapsync.Options{
		Folders: []string{"inbox", "Sent Items", "Sent Itmes"}, FolderPrefixes: []string{"Work/", "Worx/"},
		ExcludeFolders: []string{"Work/2023"}, RenameFolders: []imapsync.FolderRename{{From: "Sent Items", To: "Sent"}, {From: "Sent", To: "Out"}},
		UnderFolder: "Old mail",
	})
	want := []string{"INBOX>Old mail/INBOX + 0", "Sent Items>Sent + 0", "Work/2024>Old mail/Work/2024 + 0"}
	if got := sketch(p); !reflect.DeepEqual(got, want) {
		t.Errorf("preview %q, want %q", got, want)
	}
	if want := []string{"Junk", "Work/2023"}; !reflect.DeepEqual(p.NotCopied, want) {
		t.Errorf("not copied %q, want %q", p.NotCopied, want)
	}
	if want := []string{"Sent Itmes", "Sent", "Worx/"}; !reflect.DeepEqual(p.Unknown, want) {
		t.Errorf("unknown %q, want %q", p.Unknown, want)
	}
}

func TestAPreviewTellsEachSidesTrouble(t *testing.T) {
	t.Parallel()
	sides := dovecotUsers(t, dovecot.Options{}, "old", "new")
	wrong, absent := sides[0], sides[1]
	wrong.password = "wrong"
	absent.port = 1
	p := preview(t, wrong, absent, imapsync.Options{})
	if p.Source.OK || !strings.Contains(p.Source.Error, "refused the login") || p.Destination.OK || !strings.Contains(p.Destination.Error, "could not be reached") {
		t.Errorf("sides %+v and %+v", p.Source, p.Destination)
	}
	if len(p.Folders) > 0 {
		t.Errorf("folders %+v", p.Folders)
	}

	var refused *imapsync.ArgumentError
	_, err := quick().PreviewFolders(t.Context(), imapsync.Command{Source: wrong.endpoint(), Destination: wrong.endpoint(), Options: imapsync.Options{UnderFolder: "-x"}}, "a", "b")
	if !errors.As(err, &refused) || refused.Field != "options.underFolder" {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("enough"))
	if _, err := quick().PreviewFolders(ctx, imapsync.Command{Source: wrong.endpoint(), Destination: wrong.endpoint()}, "a", "b"); err == nil || !strings.Contains(err.Error(), "enough") {
		t.Errorf("error %v", err)
	}
}
