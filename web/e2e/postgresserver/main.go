// Command postgresserver runs a Postgres for the web app's end-to-end tests. It prints the URL of an empty database, and
// runs until its standard input ends, so that it cannot outlive the tests that started it.
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"mailferry/internal/testkit/postgres"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "postgresserver:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	server, err := postgres.Start(ctx, postgres.Options{})
	if err != nil {
		return fmt.Errorf("start Postgres: %w", err)
	}
	defer server.Stop()
	url, err := server.CreateDatabase(ctx)
	if err != nil {
		return fmt.Errorf("create a database: %w", err)
	}
	if _, err := fmt.Fprintln(os.Stdout, url); err != nil {
		return fmt.Errorf("print its URL: %w", err)
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}
