package command

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"mailferry/internal/database"
	"mailferry/internal/migration"
)

// Rekey moves all stored passwords to the first key.
type Rekey struct {
	Database
}

// Help says how keys are changed.
func (c *Rekey) Help() string {
	return "To change keys: put the new key before the old one, in MAILFERRY_ENCRYPTION_KEY (separated by a comma) or in " +
		"the key file of the data folder (a line of its own); restart the server, so that it knows both; run this command " +
		"with the same keys; then take the old key away. It may be interrupted and run again."
}

// Run moves the passwords and reports how many.
func (c *Rekey) Run(ctx context.Context, con Console) error {
	if con.Getenv("MAILFERRY_ENCRYPTION_KEY") == "" {
		// A key made now would open nothing.
		if _, err := os.Stat(filepath.Join(c.Data, keyFile)); err != nil {
			return fmt.Errorf("find the encryption keys: %w", err)
		}
	}
	keys, err := c.Keys(con)
	if err != nil {
		return err
	}
	return c.with(ctx, func(db *database.DB) error {
		result, err := migration.Rekey(ctx, db, keys, func(so migration.RekeyResult) {
			fmt.Fprintf(con.Err, "%d jobs moved, %d were under the first key already\n", so.Moved, so.Current)
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(con.Out, "All passwords that could be opened are under the key %s: %d jobs moved, %d were there already.\n",
			keys.KeyIDs()[0], result.Moved, result.Current)
		if len(result.Unopened) > 0 {
			return fmt.Errorf("no key opens the passwords of %d jobs: %v; put the missing key behind the others and run this again",
				len(result.Unopened), result.Unopened)
		}
		return nil
	})
}
