package mailsync

import (
	"context"
	"slices"
	"strings"
	"sync"

	"mailferry/internal/imapsync"
)

// FolderPreview says what a run would do with folders.
type FolderPreview struct {
	// Source and Destination are what signing in to each side showed. Where one is not OK
	// there is nothing else.
	Source, Destination EndpointCheck
	// Folders are the source folders that would be copied, in the order of the run.
	Folders []PreviewedFolder
	// NotCopied are source folders that hold or can hold messages and are left out by the
	// options, in the order of their names.
	NotCopied []string
	// Unknown are names and beginnings of names in the options that no source folder has:
	// most likely they are misspelt.
	Unknown []string
}

// PreviewedFolder is one source folder and where it would go. Names are as people read
// them, with the separator of their server.
type PreviewedFolder struct {
	Source, Destination string
	// Create says that the destination folder is not there yet.
	Create bool
	// CollidesWith are other source folders that go to the same destination folder.
	CollidesWith []string
	// Messages and Bytes are what the source folder holds, before options on age and size
	// are looked at; nil where the server does not say.
	Messages, Bytes *int64
	// DestinationMessages is what the destination folder holds already, nil where it is not
	// there or its server does not say.
	DestinationMessages *int64
}

// PreviewFolders signs in to both sides and makes the plan that a run with these options
// makes. It changes nothing. The error is that of ctx, or an [*imapsync.ArgumentError] for
// what no engine can be asked for; what is wrong with a side is in the result.
func (c Config) PreviewFolders(ctx context.Context, command imapsync.Command, sourcePassword, destinationPassword string) (FolderPreview, error) {
	c = c.withDefaults()
	args, err := command.Args()
	if err != nil {
		return FolderPreview{}, err
	}
	s, err := parseCommandLine(args, imapsync.Environment(sourcePassword, destinationPassword))
	if err != nil {
		return FolderPreview{}, wrap(err, "preview folders")
	}
	var accounts [2]*account
	var checks [2]EndpointCheck
	var errs [2]error
	var wait sync.WaitGroup
	for i := range s.hosts {
		wait.Go(func() { accounts[i], checks[i], errs[i] = c.look(ctx, s.hosts[i]) })
	}
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			return FolderPreview{}, err
		}
	}
	preview := FolderPreview{Source: checks[0], Destination: checks[1]}
	if accounts[0] == nil || accounts[1] == nil {
		return preview, nil
	}
	preview.describe(makePlan(s, accounts[0], accounts[1]), accounts[0], accounts[1])
	preview.Unknown = unknownFolders(command.Options, accounts[0])
	return preview, nil
}

// describe puts a plan into words.
func (p *FolderPreview) describe(made *plan, source, destination *account) {
	copied := map[*folder]bool{}
	for _, t := range made.targets {
		for _, f := range t.sources {
			copied[f] = true
			previewed := PreviewedFolder{
				Source: f.display, Destination: t.display, Create: !t.exists, Messages: f.messages, Bytes: f.size,
			}
			for _, other := range t.sources {
				if other != f {
					previewed.CollidesWith = append(previewed.CollidesWith, other.display)
				}
			}
			if d := destination.find(t.raw); d != nil && t.exists {
				previewed.DestinationMessages = d.messages
			}
			p.Folders = append(p.Folders, previewed)
		}
	}
	for _, f := range source.folders {
		if f.selectable && !copied[f] {
			p.NotCopied = append(p.NotCopied, f.display)
		}
	}
}

// unknownFolders finds what the options name and the source does not have.
func unknownFolders(o imapsync.Options, source *account) []string {
	var unknown []string
	look := func(name string, same func(f *folder, name string) bool) {
		if !slices.ContainsFunc(source.folders, func(f *folder) bool { return same(f, name) }) {
			unknown = append(unknown, name)
		}
	}
	begins := func(f *folder, name string) bool {
		return strings.HasPrefix(f.raw, name) || strings.HasPrefix(f.display, name) || f.raw == "INBOX" && strings.EqualFold(name, "INBOX")
	}
	for _, name := range slices.Concat(o.Folders, o.ExcludeFolders) {
		look(name, named)
	}
	for _, rename := range o.RenameFolders {
		look(rename.From, named)
	}
	for _, name := range slices.Concat(o.FolderPrefixes, o.ExcludeFolderPrefixes) {
		look(name, begins)
	}
	return unknown
}
