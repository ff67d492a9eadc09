package cyrus

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// linkTree makes a copy of a folder of hard links, or of copies where the two are
// on different file systems. Symbolic links stay what they are.
func linkTree(from, to string) error {
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(from, path)
		if err != nil {
			return fmt.Errorf("name %s: %w", path, err)
		}
		target := filepath.Join(to, relative)
		switch {
		case entry.IsDir():
			return os.Mkdir(target, 0o755)
		case entry.Type()&fs.ModeSymlink != 0:
			destination, err := os.Readlink(path)
			if err != nil {
				return fmt.Errorf("read a link: %w", err)
			}
			return os.Symlink(destination, target)
		}
		if os.Link(path, target) == nil {
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("copy %s: %w", path, err)
		}
		return os.WriteFile(target, content, 0o755)
	})
}
