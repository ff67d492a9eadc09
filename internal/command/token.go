package command

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"mailferry/internal/auth"
	"mailferry/internal/database"
)

// Token is what can be done about API tokens. It works beside a running server.
type Token struct {
	Create TokenCreate `cmd:"" help:"Create a token and print it, this once."`
	List   TokenList   `cmd:"" help:"List the tokens, without their secrets."`
	Revoke TokenRevoke `cmd:"" help:"Revoke a token; what is open with it is closed within seconds."`
}

// TokenCreate makes a token and prints it, this once.
type TokenCreate struct {
	Database

	Name     string `arg:"" help:"A name to tell it by."`
	ReadOnly bool   `help:"A token that may read jobs and logs and change nothing."`
}

// Run creates a token.
func (c *TokenCreate) Run(ctx context.Context, con Console) error {
	return c.with(ctx, func(db *database.DB) error {
		_, secret, err := auth.CreateToken(ctx, db, time.Now().UTC(), c.Name, c.ReadOnly)
		if err == nil {
			fmt.Fprintln(con.Out, secret)
		}
		return err
	})
}

// TokenList lists the tokens without their secrets.
type TokenList struct{ Database }

// Run lists the tokens.
func (c *TokenList) Run(ctx context.Context, con Console) error {
	return c.with(ctx, func(db *database.DB) error {
		tokens, err := auth.ListTokens(ctx, db)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(con.Out, 0, 8, 2, ' ', 0)
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

// TokenRevoke takes a token back.
type TokenRevoke struct {
	Database

	Token string `arg:"" help:"Name or id of the token." name:"name-or-id"`
}

// Run revokes a token.
func (c *TokenRevoke) Run(ctx context.Context, con Console) error {
	return c.with(ctx, func(db *database.DB) error {
		token, err := auth.RevokeToken(ctx, db, c.Token)
		if err == nil {
			fmt.Fprintf(con.Out, "revoked %s (%d)\n", token.Name, token.ID)
		}
		return err
	})
}
