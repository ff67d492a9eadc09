package process_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"mailferry/internal/testkit/process"
)

// actAsParent names the folder for TestMain to start a program in instead of
// running the tests.
const actAsParent = "MAILFERRY_FOREGROUND_PARENT"

func TestMain(m *testing.M) {
	if folder := os.Getenv(actAsParent); folder != "" {
		beParent(folder)
	}
	os.Exit(m.Run())
}

// beParent starts a program that has a child and waits to be killed.
func beParent(folder string) {
	_, err := process.Start(process.Spec{
		Path:   "/bin/sh",
		Args:   []string{"-c", "sleep 600 & echo started; wait"},
		Output: os.Stdout,
		Folder: folder,
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	select {}
}

func TestProgramEndsAndItsFolderGoesWhenTheParentIsKilled(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "server")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	parent := exec.CommandContext(t.Context(), os.Args[0])
	parent.Env = append(os.Environ(), actAsParent+"="+folder)
	output, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	reader := bufio.NewReader(output)
	if line, err := reader.ReadString('\n'); err != nil || line != "started\n" {
		t.Fatalf("the parent says %q, %v", line, err)
	}
	if err := parent.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}

	// The keeper, the program and its child hold the pipe open until each has ended.
	if err := output.(*os.File).SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(reader); err != nil {
		t.Errorf("something still runs: %q, %v", rest, err)
	}
	if _, err := os.Stat(folder); !os.IsNotExist(err) {
		t.Errorf("the folder is not gone: %v", err)
	}
	_ = parent.Wait()
}

func TestStopAsksThenKillsTheWholeGroup(t *testing.T) {
	t.Parallel()
	reader, writer := io.Pipe()
	process, err := process.Start(process.Spec{
		Path:   "/bin/sh",
		Args:   []string{"-c", "trap 'echo asked' TERM; sleep 600 & echo started; while :; do wait; done"},
		Output: writer,
		Grace:  200 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	lines := make(chan string, 8)
	go func() {
		scanner := bufio.NewScanner(reader)
		for scanner.Scan() {
			lines <- scanner.Text()
		}
		close(lines)
	}()
	if line := <-lines; line != "started" {
		t.Fatalf("the program says %q", line)
	}
	process.Stop()
	_ = writer.Close()
	if line := <-lines; line != "asked" {
		t.Errorf("the program was killed and not asked before; it says %q", line)
	}
}

func TestWaitReadySaysWhyAProgramIsNotThere(t *testing.T) {
	t.Parallel()
	process, err := process.Start(process.Spec{Path: "/bin/sh", Args: []string{"-c", "exit 3"}})
	if err != nil {
		t.Fatal(err)
	}
	notYet := errors.New("not yet")
	err = process.WaitReady(t.Context(), func(context.Context) error { return notYet })
	if err == nil || !strings.Contains(err.Error(), "exit status 3") || !errors.Is(err, notYet) {
		t.Errorf("the error is %v", err)
	}
}

func TestMissingProgramNamesItsPackage(t *testing.T) {
	t.Parallel()
	_, err := process.FindProgram("no-such-program", "no-such-package", "/usr/lib/*/bin")
	var missing *process.MissingError
	if !errors.As(err, &missing) || missing.Package != "no-such-package" {
		t.Errorf("the error is %v", err)
	}
}
