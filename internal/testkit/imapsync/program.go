// Package imapsync lets tests and benchmarks run imapsync, the Perl program,
// where it is installed. It is no part of Mailferry and no Debian package, so
// nothing installs it: a test that needs it is skipped elsewhere, and says so.
//
// scripts/install-test-deps.sh imapsync installs the Perl modules it needs.
package imapsync

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// PathVariable is the environment variable that names the program, as in the
// server's configuration: a name on PATH, or a path. Without it, imapsync.
const PathVariable = "MAILFERRY_IMAPSYNC"

// Program is an imapsync that runs on this machine.
type Program struct {
	// Path is where it is, Version what it says of itself, as "2.229".
	Path, Version string
}

// Need returns imapsync, or skips the test.
func Need(t testing.TB) Program {
	t.Helper()
	program, err := Find(t.Context())
	if err != nil {
		t.Skipf("skipped: %v", err)
	}
	return program
}

// Find returns imapsync, or an error that says why it cannot be run.
func Find(ctx context.Context) (Program, error) {
	path, err := exec.LookPath(cmp.Or(os.Getenv(PathVariable), "imapsync"))
	if err != nil {
		return Program{}, fmt.Errorf("imapsync is not on PATH, nor named by %s: %w", PathVariable, err)
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	// Without its Perl modules it does not get as far as its version.
	output, err := exec.CommandContext(ctx, path, "--version").CombinedOutput()
	if err != nil {
		return Program{}, fmt.Errorf("%s does not run: %w\n%s", path, err, output)
	}
	lines := strings.Fields(string(output))
	if len(lines) == 0 {
		return Program{}, fmt.Errorf("%s --version says nothing", path)
	}
	return Program{Path: path, Version: lines[len(lines)-1]}, nil
}
