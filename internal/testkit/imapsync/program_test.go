package imapsync_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	imapsynctest "mailferry/internal/testkit/imapsync"
)

func TestProgramIsFoundByItsVariable(t *testing.T) {
	program := filepath.Join(t.TempDir(), "another-imapsync")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho 2.229\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv(imapsynctest.PathVariable, program)
	if found := imapsynctest.Need(t); found.Path != program || found.Version != "2.229" {
		t.Errorf("found %+v", found)
	}
}

func TestProgramThatDoesNotRunIsToldApart(t *testing.T) {
	program := filepath.Join(t.TempDir(), "imapsync")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho Can not locate Mail/IMAPClient.pm; exit 2\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv(imapsynctest.PathVariable, program)
	_, err := imapsynctest.Find(t.Context())
	if err == nil || !strings.Contains(err.Error(), "Mail/IMAPClient.pm") {
		t.Errorf("the error is %v", err)
	}
}
