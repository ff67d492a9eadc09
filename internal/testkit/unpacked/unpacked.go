// Package unpacked finds servers whose Debian packages are not installed but unpacked into the
// user's cache folder by scripts/install-test-deps.sh, since as packages they exclude each other, and makes them run
// from there with their own libraries.
package unpacked

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"mailferry/internal/testkit/process"
)

// Tree is the root of unpacked packages: it holds usr, etc and so on.
type Tree string

// Find gives the tree of that name in the cache folder. The error is a *process.MissingError unless the tree holds the program,
// named by its path in the tree; debianPackage is what the error tells to unpack.
func Find(name, program, debianPackage string) (Tree, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache folder: %w", err)
	}
	tree := Tree(filepath.Join(cache, "mailferry-test", name))
	if _, err := os.Stat(tree.Path(program)); err != nil {
		return "", &process.MissingError{Program: filepath.Base(program) + " of " + name, Package: debianPackage + ", unpacked into " + string(tree)}
	}
	return tree, nil
}

// Path is that of a file in the tree.
func (t Tree) Path(name string) string { return filepath.Join(string(t), name) }

// For gives a tree that the user can reach, since a cache folder is often closed to others: a copy in the folder to, which must not
// be there yet, or the tree itself for the user of this process. Of links a copy costs nothing, but they work only within one file system.
func (t Tree) For(user *process.User, to string) (Tree, error) {
	if user == nil {
		return t, nil
	}
	if err := linkTree(string(t), to); err != nil {
		return "", fmt.Errorf("unpack for %s: %w", user.Name, err)
	}
	return Tree(to), nil
}

// Libraries are the folders with libraries that the programs need: those of the machine's
// architecture in lib and usr/lib, and those named besides, by their paths in the tree.
func (t Tree) Libraries(others ...string) []string {
	var folders []string
	for _, pattern := range append([]string{"lib/*-linux-*", "usr/lib/*-linux-*"}, others...) {
		found, err := filepath.Glob(t.Path(pattern))
		if err == nil {
			folders = append(folders, found...)
		}
	}
	return folders
}

// LibraryPath is the variable of the environment that makes programs look into folders for libraries.
func LibraryPath(folders []string) string { return "LD_LIBRARY_PATH=" + strings.Join(folders, ":") }

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
