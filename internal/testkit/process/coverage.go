package process

import "testing"

// CoverageEnvironment is what a child that is the test's own binary needs in its environment: a binary built to
// measure coverage complains in its output where it has no folder for the figures. It is empty otherwise.
func CoverageEnvironment(t testing.TB) []string {
	t.Helper()
	if testing.CoverMode() == "" {
		return nil
	}
	return []string{"GOCOVERDIR=" + t.TempDir()}
}
