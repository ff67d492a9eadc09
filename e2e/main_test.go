// Package e2e_test runs the built binary as its users do: a server in a process of its own
// on a real database, spoken to over HTTP and WebSockets, stopped and killed by signals.
package e2e_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"mailferry/internal/postgrestest"
)

// binaryVariable names the binary under test to the tests of this process.
const binaryVariable = "MAILFERRY_E2E_BINARY"

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && strings.HasPrefix(os.Args[1], "--host1=") {
		os.Exit(runScriptedEngine(os.Args[1:]))
	}
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	folder, err := os.MkdirTemp("", "mailferry-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(folder)
	defer postgrestest.Stop()
	binary := filepath.Join(folder, "mailferry")
	build := exec.Command("go", "build", "-o", binary, "mailferry")
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "build the binary:", err)
		return 1
	}
	if err := os.Setenv(binaryVariable, binary); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}
