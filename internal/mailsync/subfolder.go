package mailsync

import (
	"fmt"
	"strings"

	"mailferry/internal/imapsync"
)

// subfolderRoot finds the source folder of --subfolder1: as it is named, or under the source's prefix. Folders below it are enough
// for it to be there.
func subfolderRoot(name string, source *account) (raw string, ok bool) {
	if source.delimiter != "" {
		name = strings.TrimSuffix(name, source.delimiter)
	}
	for _, raw := range []string{canonical(wire(name)), source.prefix + wire(name), name, source.prefix + name} {
		for _, f := range source.folders {
			if f.raw == raw || f.delimiter != "" && strings.HasPrefix(f.raw, raw+f.delimiter) {
				return raw, true
			}
		}
	}
	return "", false
}

// useSubfolder1 makes the settings those of a run from below one source folder.
func (r *run) useSubfolder1() error {
	s := r.settings
	if s.subfolder1 == "" {
		return nil
	}
	root, ok := subfolderRoot(s.subfolder1, r.source)
	if !ok {
		return &fatal{code: imapsync.ExitSubfolder1NoExists, err: fmt.Errorf("subfolder1 %s does not exist on host1", s.subfolder1)}
	}
	if s.automap {
		r.out.linef("Turning off automapping folders because of --subfolder1")
	}
	s.automap, s.subfolder1 = false, root
	s.foldersRec = append(s.foldersRec, root)
	return nil
}

// below is a source folder's name without that of the folder whose hierarchy is copied; that folder itself is the INBOX.
func (s *settings) below(f *folder) string {
	if s.subfolder1 == "" {
		return f.raw
	}
	rest := strings.TrimPrefix(strings.TrimPrefix(f.raw, s.subfolder1), f.delimiter)
	if rest == "" {
		return "INBOX"
	}
	return rest
}
