package command

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"mailferry/internal/database"
)

// Migrate applies the migrations alone.
type Migrate struct {
	Database
}

// Run applies the migrations and prints their names.
func (c *Migrate) Run(ctx context.Context, con Console) (err error) {
	if err := c.exists(); err != nil {
		return err
	}
	db, lease, err := c.Own(ctx, database.DefaultLease, slog.New(slog.NewTextHandler(con.Err, nil)))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lease.Release(), db.Close()) }()
	applied, err := db.Migrate(ctx)
	for _, name := range applied {
		fmt.Fprintf(con.Out, "applied %s\n", name)
	}
	if err == nil && len(applied) == 0 {
		fmt.Fprintf(con.Out, "The %s is up to date.\n", db.Name())
	}
	return err
}
