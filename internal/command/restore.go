package command

import (
	"context"
	"fmt"
	"slices"

	"mailferry/internal/backup"
)

// Restore brings a backup back.
type Restore struct {
	Database

	File  string `arg:"" help:"A file that mailferry backup has written." type:"path"`
	Force bool   `help:"Put it in the place of a database that is there, which is kept beside it."`
}

// Help says what happens to the jobs.
func (c *Restore) Help() string {
	return "The data folder (--data) must hold nothing but a key. Put the key there first, or set MAILFERRY_ENCRYPTION_KEY: a server that " +
		"starts without one makes a new one, which does not open the passwords. People have to sign in again. Jobs that were queued " +
		"when the backup was made start with the server: make sure that no other one still runs them."
}

// Run restores the backup and says what is needed next.
func (c *Restore) Run(ctx context.Context, con Console) error {
	if c.DatabaseURL != "" {
		return errPostgresTools
	}
	keys, err := c.presentKeys(con)
	if err != nil {
		return err
	}
	restored, err := backup.Restore(ctx, c.File, backup.Target{Folder: c.Data, Keep: []string{keyFile}, Replace: c.Force})
	if err != nil {
		return err
	}
	fmt.Fprintf(con.Out, "%s holds the %d jobs of %s.\n", restored.Database, restored.Jobs, restored.CreatedAt.Format("2006-01-02 15:04:05 MST"))
	if restored.SetAside != "" {
		fmt.Fprintf(con.Out, "The database that was there before is %s.\n", restored.SetAside)
	}
	if restored.Queued+restored.Running > 0 {
		fmt.Fprintf(con.Out, "When a server starts here, %d queued jobs start, and %d that were running count as interrupted.\n", restored.Queued, restored.Running)
	}
	var missing []string
	for _, id := range restored.KeyIDs {
		if keys == nil || !slices.Contains(keys.KeyIDs(), id) {
			missing = append(missing, id)
		}
	}
	switch {
	case len(missing) > 0:
		fmt.Fprintf(con.Out, "Before a server starts here, bring %s back, as %s in this folder (0600) or in MAILFERRY_ENCRYPTION_KEY: "+
			"without it the passwords do not open.\n", keyNames(missing), keyFile)
	case len(restored.KeyIDs) > 0:
		fmt.Fprintf(con.Out, "Its passwords open with %s, which is here.\n", keyNames(restored.KeyIDs))
	}
	return nil
}
