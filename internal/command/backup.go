package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"mailferry/internal/backup"
	"mailferry/internal/database"
	"mailferry/internal/migration"
	"mailferry/internal/secret"
)

// Backup writes a backup, or checks one.
type Backup struct {
	Database

	File   string `arg:"" help:"The backup." type:"path"`
	Verify bool   `help:"Check the backup instead: complete, unchanged, tables and indexes whole, and every stored password opened with the keys at hand."`
	Force  bool   `help:"Replace a file that is there."`
}

// Help says what is in a backup and what is not.
func (c *Backup) Help() string {
	return "The file holds all jobs, batches and logs, and passwords only as they are sealed. The key that opens them is not in it: " +
		"keep it elsewhere (encryption.key of the data folder, or MAILFERRY_ENCRYPTION_KEY). " +
		"Postgres is backed up with pg_dump: see docs/backup.md."
}

// errPostgresTools says how Postgres is backed up.
var errPostgresTools = errors.New("DATABASE_URL is set, and Postgres is backed up and restored with its own tools: " +
	"pg_dump --format=custom --exclude-table-data=leases --exclude-table-data=sessions --file=FILE \"$DATABASE_URL\", and pg_restore (see docs/backup.md)")

// maxNamed is how many jobs are named where many have the same fault.
const maxNamed = 10

// Run writes the backup and says what it holds.
func (c *Backup) Run(ctx context.Context, con Console) error {
	if c.Verify {
		return c.verify(ctx, con)
	}
	if c.DatabaseURL != "" {
		return errPostgresTools
	}
	return c.with(ctx, func(db *database.DB) error {
		if err := db.CheckVersion(ctx); err != nil {
			return err
		}
		manifest, err := backup.Write(ctx, db, c.File, Build().Version, c.Force)
		if err != nil {
			return err
		}
		fmt.Fprintf(con.Out, "%s: %d jobs, %d sealed passwords, %d bytes of database, checked.\n", c.File, manifest.Jobs, manifest.Secrets, manifest.Size)
		if len(manifest.KeyIDs) > 0 {
			fmt.Fprintf(con.Out, "The passwords open with %s, which is not in the file: keep it in another place.\n", keyNames(manifest.KeyIDs))
		}
		return nil
	})
}

// keyNames names keys by their ids.
func keyNames(ids []string) string {
	if len(ids) == 1 {
		return "the key " + ids[0]
	}
	return "the keys " + strings.Join(ids, ", ")
}

// verify checks a backup with the keys at hand.
func (c *Backup) verify(ctx context.Context, con Console) error {
	keys, err := c.presentKeys(con)
	if err != nil {
		return err
	}
	manifest, sealed, err := backup.Verify(ctx, c.File, keys)
	if err != nil {
		return err
	}
	fmt.Fprintf(con.Out, "%s of %s by version %s: complete and unchanged, tables and indexes whole, %d jobs.\n",
		c.File, manifest.CreatedAt.Format("2006-01-02 15:04:05 MST"), manifest.Version, manifest.Jobs)
	if keys == nil && sealed.Secrets > 0 {
		return fmt.Errorf("the %d sealed passwords were not opened, since there is no key: set MAILFERRY_ENCRYPTION_KEY, or name with --data "+
			"a folder with encryption.key; needed: %s", sealed.Secrets, keyNames(sealed.KeyIDs))
	}
	if err := unopened(sealed, keys); err != nil {
		return err
	}
	fmt.Fprintf(con.Out, "All %d sealed passwords open.\n", sealed.Secrets)
	return nil
}

// unopened says which secrets did not open, and why.
func unopened(sealed migration.SealedSecrets, keys *secret.Keyring) error {
	var errs []error
	if len(sealed.NoKey) > 0 {
		missing := slices.DeleteFunc(slices.Clone(sealed.KeyIDs), func(id string) bool { return slices.Contains(keys.KeyIDs(), id) })
		errs = append(errs, fmt.Errorf("the passwords of %d jobs (%s) do not open without %s", len(sealed.NoKey), some(sealed.NoKey), keyNames(missing)))
	}
	if len(sealed.Damaged) > 0 {
		errs = append(errs, fmt.Errorf("the passwords of %d jobs (%s) are damaged: give them anew", len(sealed.Damaged), some(sealed.Damaged)))
	}
	return errors.Join(errs...)
}

// some names the first of many jobs.
func some(ids []int64) string {
	text := strings.Trim(fmt.Sprint(ids[:min(len(ids), maxNamed)]), "[]")
	if len(ids) > maxNamed {
		text += " …"
	}
	return text
}

// presentKeys are the keys of the environment or of the data folder, nil if there are none: none is made.
func (d Database) presentKeys(con Console) (*secret.Keyring, error) {
	if con.Getenv("MAILFERRY_ENCRYPTION_KEY") == "" {
		if _, err := os.Stat(filepath.Join(d.Data, keyFile)); errors.Is(err, os.ErrNotExist) {
			return nil, nil
		}
	}
	return d.Keys(con)
}
