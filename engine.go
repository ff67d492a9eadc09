package main

import (
	"context"
	"fmt"
)

func runSync(_ context.Context, _ []string, con console) int {
	fmt.Fprintln(con.err, "the engine is not linked")
	return 64
}
