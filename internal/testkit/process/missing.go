package process

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// RequireVariable is the environment variable that turns a test skipped for want
// of a program into one that fails. `make test` sets it to 1, since it installs
// what the tests need.
const RequireVariable = "MAILFERRY_TEST_REQUIRE"

// MissingError says that a program is not installed on this machine.
type MissingError struct {
	Program string
	// Package is the Debian package that has it.
	Package string
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("%s is not installed (Debian package %s; scripts/install-test-deps.sh installs it)", e.Program, e.Package)
}

// FindProgram returns the path of a program: from PATH, or from one of the
// folders, each a pattern as of filepath.Match (the last match wins, which is the
// newest version of a program that has its version in the path).
func FindProgram(program, debianPackage string, folders ...string) (string, error) {
	if path, err := exec.LookPath(program); err == nil {
		return path, nil
	}
	for _, folder := range folders {
		found, err := filepath.Glob(filepath.Join(folder, program))
		if err != nil {
			return "", fmt.Errorf("look for %s in %s: %w", program, folder, err)
		}
		if len(found) > 0 {
			slices.Sort(found)
			return found[len(found)-1], nil
		}
	}
	return "", &MissingError{Program: program, Package: debianPackage}
}

// TestingT is the part of testing.TB that Check uses.
type TestingT interface {
	Helper()
	Skipf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Check ends the test if err is not nil: as skipped for a MissingError, unless
// RequireVariable is set to 1, and as failed otherwise.
func Check(t TestingT, err error) {
	t.Helper()
	var missing *MissingError
	switch {
	case err == nil:
	case errors.As(err, &missing) && os.Getenv(RequireVariable) != "1":
		t.Skipf("skipped: %v", err)
	default:
		t.Fatalf("%v", err)
	}
}
