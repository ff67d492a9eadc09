package e2e_test

import (
	"slices"
	"strings"
	"testing"
)

// What the preview says before a move is what is there after it.
func TestThePreviewOfFoldersHolds(t *testing.T) {
	t.Parallel()
	source, destination := mailboxPair(t, 60, 10)
	setup := newSetup(t, "")
	server := setup.start()
	input := move(source, destination, "BUILTIN")
	input["options"] = map[string]any{"automap": true, "excludeFolders": []string{"Trash"}, "renameFolders": []any{map[string]any{"from": "R&D", "to": "INBOX.Labor"}}}
	var answer struct {
		PreviewFolders struct {
			Source, Destination struct {
				Ok       bool
				Messages int
			}
			Folders []struct {
				Source, Destination string
				Create              bool
				Messages            int
			}
			NotCopied, Unknown []string
		}
	}
	server.do(`mutation ($input: CreateJobInput!) { previewFolders(input: $input) {
		source { ok messages } destination { ok messages } folders { source destination create messages } notCopied unknown } }`,
		map[string]any{"input": input}, &answer)
	preview := answer.PreviewFolders
	if !preview.Source.Ok || preview.Source.Messages != 60 || !preview.Destination.Ok || preview.Destination.Messages != 0 {
		t.Errorf("sides %+v, %+v", preview.Source, preview.Destination)
	}
	if !slices.Equal(preview.NotCopied, []string{"Trash"}) || len(preview.Unknown) != 0 {
		t.Errorf("not copied %q, unknown %q", preview.NotCopied, preview.Unknown)
	}
	ended := server.waitEnd(server.create(input)[0].ID)
	if ended.Status != "SUCCEEDED" {
		t.Fatalf("the job ended as %+v", ended)
	}
	held := destination.Contents(t)
	for _, folder := range preview.Folders {
		name := strings.ReplaceAll(strings.TrimPrefix(folder.Destination, "INBOX."), ".", "/")
		if len(held[name]) != folder.Messages || folder.Create == (name == "INBOX") {
			t.Errorf("%+v was foretold, and there are %d messages", folder, len(held[name]))
		}
		delete(held, name)
	}
	for name, messages := range held {
		if len(messages) > 0 {
			t.Errorf("nobody foretold %s", name)
		}
	}
}
