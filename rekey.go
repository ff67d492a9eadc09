package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"mailferry/internal/database"
	"mailferry/internal/migration"
	"mailferry/internal/secret"
)

// keyFile is the name of the generated key in the data folder.
const keyFile = "encryption.key"

// rekeyCommand moves all stored passwords to the first key.
type rekeyCommand struct {
	databaseFlags
}

// Help says how keys are changed.
func (c *rekeyCommand) Help() string {
	return "To change keys: put the new key before the old one, in MAILFERRY_ENCRYPTION_KEY (separated by a comma) or in " +
		"the key file of the data folder (a line of its own); restart the server, so that it knows both; run this command " +
		"with the same keys; then take the old key away. It may be interrupted and run again."
}

// Run moves the passwords and reports how many.
func (c *rekeyCommand) Run(ctx context.Context, con console) error {
	if con.getenv("MAILFERRY_ENCRYPTION_KEY") == "" {
		// A key made now would open nothing.
		if _, err := os.Stat(filepath.Join(c.Data, keyFile)); err != nil {
			return fmt.Errorf("find the encryption keys: %w", err)
		}
	}
	keys, err := c.keys(con)
	if err != nil {
		return err
	}
	return c.withDatabase(ctx, func(db *database.DB) error {
		result, err := migration.Rekey(ctx, db, keys, func(so migration.RekeyResult) {
			fmt.Fprintf(con.err, "%d jobs moved, %d were under the first key already\n", so.Moved, so.Current)
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(con.out, "All passwords that could be opened are under the key %s: %d jobs moved, %d were there already.\n",
			keys.KeyIDs()[0], result.Moved, result.Current)
		if len(result.Unopened) > 0 {
			return fmt.Errorf("no key opens the passwords of %d jobs: %v; put the missing key behind the others and run this again",
				len(result.Unopened), result.Unopened)
		}
		return nil
	})
}

// keys are the ones of the environment, or those of the data folder, generated at need.
func (f databaseFlags) keys(con console) (*secret.Keyring, error) {
	if text := con.getenv("MAILFERRY_ENCRYPTION_KEY"); text != "" {
		keys, err := secret.ParseKeys(text)
		if err != nil {
			return nil, fmt.Errorf("MAILFERRY_ENCRYPTION_KEY: %w", err)
		}
		return keys, nil
	}
	if err := os.MkdirAll(f.Data, 0o700); err != nil {
		return nil, fmt.Errorf("create the data folder: %w", err)
	}
	return secret.LoadOrCreate(filepath.Join(f.Data, keyFile))
}
