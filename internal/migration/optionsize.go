package migration

import "mailferry/internal/imapsync"

// maxOptions is how long the names in a job's options may be together, in bytes: each page of jobs holds them as often
// as it has jobs.
const maxOptions = 64 << 10

// checkOptionsSize refuses options that name more than any mailbox needs.
func checkOptionsSize(o imapsync.Options) error {
	const overhead = 8 // of each name
	size := len(o.UnderFolder)
	for _, names := range [][]string{o.Folders, o.FolderPrefixes, o.ExcludeFolders, o.ExcludeFolderPrefixes} {
		for _, name := range names {
			size += len(name) + overhead
		}
	}
	for _, rename := range o.RenameFolders {
		size += len(rename.From) + len(rename.To) + 2*overhead
	}
	if size > maxOptions {
		return badInput("options", "must name folders of at most %d bytes together; use folderPrefixes and excludeFolderPrefixes", maxOptions)
	}
	return nil
}
