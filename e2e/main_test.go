// Package e2e_test runs the built binary as its users do: a server in a process of its own
// on a real database, spoken to over HTTP and WebSockets, stopped and killed by signals.
package e2e_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"mailferry/internal/testkit/postgres"
)

// Variables that name the programs that TestMain has built to the tests of this process.
const (
	binaryVariable = "MAILFERRY_E2E_BINARY"
	engineVariable = "MAILFERRY_E2E_ENGINE"
)

func TestMain(m *testing.M) { os.Exit(runTests(m)) }

func runTests(m *testing.M) int {
	folder, err := os.MkdirTemp("", "mailferry-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(folder)
	defer postgres.Stop()
	for variable, program := range map[string]string{binaryVariable: "mailferry", engineVariable: "mailferry/e2e/engine"} {
		binary := filepath.Join(folder, filepath.Base(program))
		build := exec.Command("go", "build", "-o", binary, program)
		build.Stdout, build.Stderr = os.Stderr, os.Stderr
		if err := errors.Join(build.Run(), os.Setenv(variable, binary)); err != nil {
			fmt.Fprintln(os.Stderr, "build", program, err)
			return 1
		}
	}
	return m.Run()
}
