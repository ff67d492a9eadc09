package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"mailferry/internal/database"
	"mailferry/internal/migration"
	"mailferry/internal/models"
	"mailferry/internal/secret"
)

// ErrExists is a backup that would replace a file.
var ErrExists = errors.New("it is there already: choose another name, or replace it with --force")

// Write makes a backup of an SQLite database at path, readable by its owner alone (0600). A server may use the database
// meanwhile. The file appears under its name once it is complete and on disk; one that is there is replaced only with
// replace, else the error is [ErrExists]. Version is this program's, for the manifest.
func Write(ctx context.Context, db *database.DB, path, version string, replace bool) (_ Manifest, err error) {
	if _, err := os.Lstat(path); err == nil && !replace {
		return Manifest{}, fmt.Errorf("write the backup %s: %w", path, ErrExists)
	}
	folder := filepath.Dir(path)
	// With mode 0600.
	file, err := os.CreateTemp(folder, "."+filepath.Base(path)+".*.part")
	if err != nil {
		return Manifest{}, fmt.Errorf("write the backup: %w", err)
	}
	defer func() {
		err = errors.Join(err, ignoreClosed(file.Close()))
		// Gone already where all went well. SQLite may have left a journal where it did not.
		_ = os.Remove(file.Name())
		_ = os.Remove(file.Name() + "-journal")
	}()
	manifest := Manifest{Version: version, CreatedAt: time.Now().UTC().Truncate(time.Second)}
	if err := db.WriteImage(ctx, file.Name()); err != nil {
		return Manifest{}, err
	}
	if err := manifest.describe(ctx, file.Name()); err != nil {
		return Manifest{}, fmt.Errorf("look at the backup: %w", err)
	}
	if err := seal(file, manifest); err != nil {
		return Manifest{}, fmt.Errorf("write the backup: %w", err)
	}
	// As whoever reads it will.
	if manifest, err = read(file); err != nil {
		return Manifest{}, fmt.Errorf("read the backup again: %w", err)
	}
	if err := appear(file.Name(), path, replace); err != nil {
		return Manifest{}, fmt.Errorf("write the backup %s: %w", path, err)
	}
	return manifest, nil
}

// describe fills in what an image holds.
func (m *Manifest) describe(ctx context.Context, image string) (err error) {
	db, err := database.OpenImage(ctx, image)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if m.Migrations, err = db.Migrations(ctx); err != nil {
		return err
	}
	var counts []models.JobCount
	if err := db.NewRaw("SELECT status, count(*) AS count FROM migration_jobs GROUP BY status").Scan(ctx, &counts); err != nil {
		return err
	}
	for _, one := range counts {
		m.Jobs += one.Count
		switch one.Status {
		case models.Queued:
			m.Queued = one.Count
		case models.Running:
			m.Running = one.Count
		default:
		}
	}
	sealed, err := migration.OpenSecrets(ctx, db, nil, 0)
	m.Secrets, m.KeyIDs = sealed.Secrets, sealed.KeyIDs
	return err
}

// appear gives a complete file its name.
func appear(from, to string, replace bool) error {
	if replace {
		if err := os.Rename(from, to); err != nil {
			return err
		}
		return syncFolder(filepath.Dir(to))
	}
	// A link fails where something came to be there meanwhile. Some file systems have none.
	err := os.Link(from, to)
	switch {
	case errors.Is(err, fs.ErrExist):
		return ErrExists
	case err != nil:
		if err := os.Rename(from, to); err != nil {
			return err
		}
	}
	return syncFolder(filepath.Dir(to))
}

// syncFolder makes a new name survive a power cut, where the file system can.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	defer folder.Close()
	if err := folder.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}

func ignoreClosed(err error) error {
	if errors.Is(err, fs.ErrClosed) {
		return nil
	}
	return err
}

// Verify checks a backup as [Read] does, then that its tables and indexes fit together, that this version knows them,
// and that keys open every sealed secret.
func Verify(ctx context.Context, path string, keys *secret.Keyring) (_ Manifest, _ migration.SealedSecrets, err error) {
	manifest, err := Read(path)
	if err != nil {
		return Manifest{}, migration.SealedSecrets{}, err
	}
	db, err := database.OpenImage(ctx, path)
	if err != nil {
		return manifest, migration.SealedSecrets{}, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.CheckVersion(ctx); err != nil {
		return manifest, migration.SealedSecrets{}, err
	}
	if err := db.CheckIntegrity(ctx); err != nil {
		return manifest, migration.SealedSecrets{}, err
	}
	sealed, err := migration.OpenSecrets(ctx, db, keys, 0)
	return manifest, sealed, err
}
