package secret

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// maxKeyFile bounds what is read from a key file, in bytes: more than a hundred keys.
const maxKeyFile = 8 << 10

// LoadOrCreate reads the keys in the file at path, or makes the file with one fresh key if there is none.
//
// The file is readable by its owner alone (0600); one that others may read or write is refused, since its key has to
// be taken for known. It appears under its name only once it is complete and on disk, and when several processes
// make it at once they all end with the same key.
func LoadOrCreate(path string) (*Keyring, error) {
	if err := CheckFolder(filepath.Dir(path)); err != nil {
		return nil, err
	}
	ring, err := load(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return ring, err
	}
	if err := create(path); err != nil {
		return nil, fmt.Errorf("secret: create key file %s: %w", path, err)
	}
	return load(path)
}

// CheckFolder refuses a folder that others may write to: they could put another key or database in the place of the
// right one. One that is not there is fine.
func CheckFolder(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look at the folder %s: %w", path, err)
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a folder", path)
	}
	// Windows has no such bits and reports 0777 for every folder.
	if mode := info.Mode().Perm(); mode&0o022 != 0 && runtime.GOOS != "windows" {
		return fmt.Errorf("others may write to the folder %s (mode %04o), and could replace what is in it: "+
			"take that from them with chmod go-w", path, mode)
	}
	return foreignOwner(path, info)
}

func load(path string) (*Keyring, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("secret: read key file: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("secret: read key file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("secret: key file %s is not a regular file", path)
	}
	// Windows has no such bits and reports 0666 for every file.
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" {
		return nil, fmt.Errorf("secret: key file %s can be read by others (mode %04o): "+
			"make it private with chmod 600, and change the key if anyone else has had access", path, mode)
	}
	text, err := io.ReadAll(io.LimitReader(file, maxKeyFile+1))
	if err != nil {
		return nil, fmt.Errorf("secret: read key file: %w", err)
	}
	defer clear(text)
	if len(text) > maxKeyFile {
		return nil, fmt.Errorf("secret: key file %s is longer than %d bytes", path, maxKeyFile)
	}
	ring, err := ParseKeys(string(text))
	if err != nil {
		return nil, fmt.Errorf("key file %s: %w", path, err)
	}
	return ring, nil
}

// create writes a fresh key beside path and links it there, which fails if another process was first: then that
// one's key stands.
func create(path string) error {
	folder := filepath.Dir(path)
	// os.CreateTemp makes the file with mode 0600, so no moment passes in which others could open it.
	file, err := os.CreateTemp(folder, ".key-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	_, err = file.WriteString(GenerateKey() + "\n")
	if err == nil {
		err = file.Sync()
	}
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	if err := os.Link(file.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncFolder(folder)
}

// syncFolder makes a new name in a folder survive a power cut: without it passwords could be sealed with a key that
// is gone afterwards.
func syncFolder(folder string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	dir, err := os.Open(folder)
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}
