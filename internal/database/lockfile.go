package database

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// LockFile locks the SQLite file at path against servers of this machine, whether it is there or not; [ErrTaken] if one
// has it.
func LockFile(path string) (unlock func() error, err error) {
	file, err := lockFile(path)
	if err != nil {
		return nil, fmt.Errorf("lock the SQLite database %s: %w", path, err)
	}
	return file.Close, nil
}

func lockFile(path string) (*os.File, error) {
	file, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		if errors.Is(err, unix.EWOULDBLOCK) {
			err = ErrTaken
		}
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}
