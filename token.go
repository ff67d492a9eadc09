package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"mailferry/internal/auth"
	"mailferry/internal/database"
)

// tokenCommand is what can be done about API tokens. It works beside a running server.
type tokenCommand struct {
	Create tokenCreateCommand `cmd:"" help:"Create a token and print it, this once."`
	List   tokenListCommand   `cmd:"" help:"List the tokens, without their secrets."`
	Revoke tokenRevokeCommand `cmd:"" help:"Revoke a token; what is open with it is closed within seconds."`
}

type tokenCreateCommand struct {
	databaseFlags

	Name     string `arg:"" help:"A name to tell it by."`
	ReadOnly bool   `help:"A token that may read jobs and logs and change nothing."`
}

// Run creates a token.
func (c *tokenCreateCommand) Run(ctx context.Context, con console) error {
	return c.withDatabase(ctx, func(db *database.DB) error {
		_, secret, err := auth.CreateToken(ctx, db, time.Now().UTC(), c.Name, c.ReadOnly)
		if err == nil {
			fmt.Fprintln(con.out, secret)
		}
		return err
	})
}

type tokenListCommand struct{ databaseFlags }

// Run lists the tokens.
func (c *tokenListCommand) Run(ctx context.Context, con console) error {
	return c.withDatabase(ctx, func(db *database.DB) error {
		tokens, err := auth.ListTokens(ctx, db)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(con.out, 0, 8, 2, ' ', 0)
		fmt.Fprintln(table, "ID\tNAME\tSCOPE\tCREATED\tLAST USED")
		for _, token := range tokens {
			scope, used := "full", "never"
			if token.ReadOnly {
				scope = "read-only"
			}
			if token.LastUsedAt != nil {
				used = token.LastUsedAt.UTC().Format(time.DateTime)
			}
			fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\n", token.ID, token.Name, scope, token.CreatedAt.UTC().Format(time.DateTime), used)
		}
		return table.Flush()
	})
}

type tokenRevokeCommand struct {
	databaseFlags

	Token string `arg:"" help:"Name or id of the token." name:"name-or-id"`
}

// Run revokes a token.
func (c *tokenRevokeCommand) Run(ctx context.Context, con console) error {
	return c.withDatabase(ctx, func(db *database.DB) error {
		token, err := auth.RevokeToken(ctx, db, c.Token)
		if err == nil {
			fmt.Fprintf(con.out, "revoked %s (%d)\n", token.Name, token.ID)
		}
		return err
	})
}

// withDatabase opens the database beside its owner and does something with it.
func (f databaseFlags) withDatabase(ctx context.Context, do func(db *database.DB) error) (err error) {
	db, err := database.Open(ctx, database.Config{URL: f.DatabaseURL, DataDir: f.Data})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return do(db)
}
