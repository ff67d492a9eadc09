package e2e_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The demonstration moves every sample mailbox, shows their logs and leaves nothing behind.
func TestDemoMovesItsMailboxesAndExits(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	folder := t.TempDir()
	demo := exec.CommandContext(ctx, os.Getenv(binaryVariable), "demo", "--exit", "--addr", "127.0.0.1:0")
	demo.Env = []string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + folder}
	demo.Dir = folder
	demo.WaitDelay = time.Second
	var output, trouble bytes.Buffer
	demo.Stdout, demo.Stderr = &output, &trouble
	if err := demo.Run(); err != nil {
		t.Fatalf("%v\n%s\n%s", err, output.String(), trouble.String())
	}

	rows := map[string][]string{}
	for line := range strings.Lines(output.String()) {
		for _, job := range []string{"sales", "accounts", "archive (dry run)"} {
			if rest, found := strings.CutPrefix(line, job+" "); found && !strings.Contains(line, " | ") {
				rows[job] = strings.Fields(rest)
			}
		}
	}
	for job, want := range map[string]string{
		"sales":             "succeeded 11 220 220 yes",
		"accounts":          "succeeded 11 140 140 yes",
		"archive (dry run)": "succeeded 11 90 0 dry run",
	} {
		// Status, folders, messages and copied; then MiB, seconds, and whether it is verified.
		row := rows[job]
		if len(row) < 7 || strings.Join(append(append([]string{}, row[:4]...), row[6:]...), " ") != want {
			t.Errorf("the row of %s is %q, want %q around size and time", job, row, want)
		}
	}
	if !strings.Contains(output.String(), "accounts          | ") || !strings.Contains(output.String(), "[Projekte/Büro-Umbau]") {
		t.Errorf("the logs are not shown:\n%s", output.String())
	}
	if left, err := filepath.Glob(filepath.Join(folder, "*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}
}
