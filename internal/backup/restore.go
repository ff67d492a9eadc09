package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"mailferry/internal/database"
	"mailferry/internal/secret"
)

// ErrNotEmpty is a data folder that holds more than a key.
var ErrNotEmpty = errors.New("the data folder is not empty: restore into another one, or put the backup in the place of its database with --force " +
	"(the present one is kept beside it)")

// Target says where a backup is brought back to.
type Target struct {
	// Folder is the data folder; made (0700) if it is not there.
	Folder string
	// Keep are the names of files that may be in it, as that of the key.
	Keep []string
	// Replace has the backup take the place of a database that is there, which is set aside.
	Replace bool
}

// Restored is what Restore did.
type Restored struct {
	Manifest

	// Database is the path of the restored file, SetAside that of the one which was there before; "" if none was.
	Database, SetAside string
}

// Restore brings a backup back into a data folder. It refuses a backup that is cut or changed, one of a newer version,
// a folder in use by a server ([database.ErrTaken]) and one that is not empty ([ErrNotEmpty]); then nothing has
// changed. Leases and sessions are not brought back.
func Restore(ctx context.Context, path string, target Target) (_ Restored, err error) {
	restored := Restored{Database: filepath.Join(target.Folder, database.SQLiteFile)}
	if restored.Manifest, err = Read(path); err != nil {
		return restored, err
	}
	if err := checkImage(ctx, path); err != nil {
		return restored, err
	}
	if err := target.check(); err != nil {
		return restored, err
	}
	unlock, err := database.LockFile(restored.Database)
	if err != nil {
		return restored, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	fresh, err := target.prepare(ctx, path, restored.Size)
	if err != nil {
		return restored, fmt.Errorf("bring the database back: %w", err)
	}
	defer os.Remove(fresh)
	if target.Replace {
		if restored.SetAside, err = setAside(ctx, restored.Database); err != nil {
			return restored, err
		}
	}
	if err := appear(fresh, restored.Database, false); err != nil {
		return restored, fmt.Errorf("bring the database back: %w", err)
	}
	return restored, nil
}

// checkImage looks at the database within a backup.
func checkImage(ctx context.Context, path string) (err error) {
	db, err := database.OpenImage(ctx, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return db.CheckVersion(ctx)
}

// check makes the folder and looks whether the database may be put there.
func (t Target) check() error {
	if err := os.MkdirAll(t.Folder, 0o700); err != nil {
		return fmt.Errorf("create the data folder: %w", err)
	}
	if err := secret.CheckFolder(t.Folder); err != nil {
		return err
	}
	if t.Replace {
		return nil
	}
	entries, err := os.ReadDir(t.Folder)
	if err != nil {
		return fmt.Errorf("look into the data folder: %w", err)
	}
	for _, entry := range entries {
		// The lock stays behind wherever a server ran.
		if name := entry.Name(); name != database.SQLiteFile+".lock" && name != "lost+found" && !slices.Contains(t.Keep, name) {
			return fmt.Errorf("restore into %s: %w; it has %s", t.Folder, ErrNotEmpty, name)
		}
	}
	return nil
}

// prepare makes the database that a backup holds, beside where it will be, and returns its path.
func (t Target) prepare(ctx context.Context, path string, size int64) (_ string, err error) {
	source, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer source.Close()
	// A folder of its own: what opens the database names its file.
	folder, err := os.MkdirTemp(t.Folder, ".restore-*")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(folder)
	file, err := os.OpenFile(filepath.Join(folder, database.SQLiteFile), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", err
	}
	_, err = io.CopyN(file, source, size)
	if err := errors.Join(err, file.Close()); err != nil {
		return "", err
	}
	db, err := database.Open(ctx, database.Config{DataDir: folder})
	if err != nil {
		return "", err
	}
	// Closing the last connection folds the second file in and removes it.
	if err := errors.Join(db.Forget(ctx), db.Close()); err != nil {
		return "", err
	}
	if _, err := os.Stat(file.Name() + "-wal"); !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%s-wal is still there: %w", database.SQLiteFile, err)
	}
	fresh := filepath.Join(t.Folder, "."+filepath.Base(folder)+".db")
	if err := os.Rename(file.Name(), fresh); err != nil {
		return "", err
	}
	if err := giveToOwner(t.Folder, fresh, filepath.Join(t.Folder, database.SQLiteFile+".lock")); err != nil {
		return "", err
	}
	if file, err = os.OpenFile(fresh, os.O_RDWR, 0); err != nil {
		return "", err
	}
	return fresh, errors.Join(file.Sync(), file.Close())
}

// setAside renames the database that is at path, if one is, with what belongs to it. It refuses one that a server owns,
// also from another machine.
func setAside(ctx context.Context, path string) (string, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	// One that is too damaged to be opened is owned by nobody.
	if db, err := database.Open(ctx, database.Config{DataDir: filepath.Dir(path)}); err == nil {
		holder, err := db.Owner(ctx)
		// Closing folds the second file in.
		_ = db.Close()
		if err == nil && holder != "" {
			return "", fmt.Errorf("%w (%s): stop it, or wait until its lease ends", database.ErrTaken, holder)
		}
	}
	aside := path + ".before-" + time.Now().UTC().Format("20060102T150405.000Z")
	// The database first: what it would lack without the other is never missing under its own name.
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Rename(path+suffix, aside+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("set the present database aside: %w", err)
		}
	}
	return aside, nil
}

// giveToOwner gives files that root has made in a folder to the folder's owner, as who the server runs.
func giveToOwner(folder string, files ...string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	info, err := os.Stat(folder)
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	for _, file := range files {
		if err := os.Chown(file, int(owner.Uid), int(owner.Gid)); err != nil {
			return err
		}
	}
	return nil
}
