package migration_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mailferry/internal/imapsync"
	"mailferry/internal/testkit/postgres"
)

// testEngine is the first argument that makes this test binary an engine: a program that
// behaves as its --user1 says, for ends of a child that a real engine cannot be brought to.
const testEngine = "test-engine"

// rightPasswords are what "login" engines want from the source and from the destination.
var rightPasswords = [2]string{"right-password-1", "right-password-2"}

// folderVariable names the folder in which test engines leave what they saw.
const folderVariable = "TEST_ENGINE_FOLDER"

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == testEngine {
		os.Exit(runTestEngine(os.Args[2:]))
	}
	code := m.Run()
	postgres.Stop()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

func runTestEngine(args []string) int {
	var behaviour, name string
	for _, arg := range args {
		if value, ok := strings.CutPrefix(arg, "--user1="); ok {
			behaviour, name, _ = strings.Cut(value, "@")
		}
	}
	if folder := os.Getenv(folderVariable); folder != "" {
		defer enter(folder, name)()
	}
	verb, rest, _ := strings.Cut(behaviour, " ")
	number, _ := strconv.Atoi(rest)
	out := os.Stdout
	switch verb {
	case "lines":
		for i := range number {
			fmt.Fprintf(out, "line %d of %d: žluťoučký kůň\n", i+1, number)
		}
	case "bytes":
		line := []byte(strings.Repeat("0123456789abcdef", 4)[:63] + "\n")
		for number > 0 {
			n, _ := out.Write(bytes.Repeat(line, 512)[:min(number, 512*64)])
			number -= n
		}
	case "raw":
		_, _ = out.WriteString("a\x00b\xffc\xe2\x82")
		_, _ = out.WriteString("\xac\xe2\x82\n\xf0\x9f")
	case "echo-passwords":
		fmt.Fprintf(out, "passwords %s and %s\n", os.Getenv("IMAPSYNC_PASSWORD1"), os.Getenv("IMAPSYNC_PASSWORD2"))
		// As UTF-16, and in base64.
		fmt.Fprintf(out, "%s\n", strings.Join(strings.Split(os.Getenv("IMAPSYNC_PASSWORD1"), ""), "\x00"))
		fmt.Fprintf(out, "AUTHENTICATE PLAIN %s\n", base64.StdEncoding.EncodeToString([]byte("\x00user\x00"+os.Getenv("IMAPSYNC_PASSWORD1"))))
	case "arguments":
		fmt.Fprintln(out, strings.Join(args, "\n"))
		fmt.Fprintln(out, strings.Join(os.Environ(), "\n"))
		stdin, _ := io.ReadAll(os.Stdin)
		fmt.Fprintf(out, "stdin: %q\n", stdin)
		return number
	case "missing":
		fmt.Fprintf(out, "%s\n%s\n++++ Statistics\n", imapsync.VerificationHeader(), imapsync.VerificationLine(int64(number), int64(number), 0, true))
		fmt.Fprintf(out, "Messages found in host1 not in host2    : %d messages\nDetected 0 errors\n", number)
		return 0
	case "silent":
		return number
	case "login":
		// Takes one password for the source and one for the destination.
		fmt.Fprintf(out, "login of %s\n", rest)
		if os.Getenv("IMAPSYNC_PASSWORD1") != rightPasswords[0] {
			return imapsync.ExitAuthenticationFailureUser1
		}
		if os.Getenv("IMAPSYNC_PASSWORD2") != rightPasswords[1] {
			return imapsync.ExitAuthenticationFailureUser2
		}
	case "exit":
		fmt.Fprintln(out, "about to exit")
		return number
	case "kill":
		fmt.Fprintln(out, "about to be killed")
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	case "wait":
		terminated := make(chan os.Signal, 1)
		signal.Notify(terminated, syscall.SIGTERM)
		fmt.Fprintln(out, "waiting")
		<-terminated
		fmt.Fprintln(out, "Exiting with return value 6 (EXIT_BY_SIGNAL) 0/50 nb_errors/max_errors PID 1")
		return 6
	case "stubborn":
		signal.Ignore(syscall.SIGTERM)
		fmt.Fprintln(out, "not stopping")
		<-make(chan os.Signal)
	case "pause":
		// The first run ends because the destination wants to be left alone for so many milliseconds.
		if _, err := os.Stat(filepath.Join(os.Getenv(folderVariable), "paused")); err != nil {
			_ = os.WriteFile(filepath.Join(os.Getenv(folderVariable), "paused"), nil, 0o600)
			until := time.Now().Add(time.Duration(number) * time.Millisecond)
			fmt.Fprintln(out, imapsync.WaitingLine(imapsync.Waiting{Side: 2, Reason: "NO [LIMIT] come back later", Until: until}))
			fmt.Fprintln(out, "Exiting with return value 75 (EX_TEMPFAIL) 0/50 nb_errors/max_errors PID 1")
			return imapsync.ExitTempFail
		}
		fmt.Fprintln(out, "going on")
	case "fail-once-there":
		for {
			if _, err := os.Stat(filepath.Join(os.Getenv(folderVariable), rest)); err == nil {
				fmt.Fprintln(out, "failing")
				return imapsync.ExitCatchAll
			}
		}
	case "until":
		// Prints on until a file is there.
		for i := 0; ; i++ {
			fmt.Fprintf(out, "line %d\n", i)
			if _, err := os.Stat(filepath.Join(os.Getenv(folderVariable), rest)); err == nil {
				return 0
			}
		}
	}
	verified(out)
	return 0
}

// verified prints what the built-in engine prints at the end of a good run.
func verified(out io.Writer) {
	fmt.Fprintln(out, imapsync.VerificationHeader())
	fmt.Fprintln(out, imapsync.VerificationLine(0, 0, 0, true))
	fmt.Fprintln(out, "++++ Statistics")
	fmt.Fprintln(out, "Detected 0 errors")
}

// enter notes that an engine runs, and how many others do.
func enter(folder, name string) (leave func()) {
	mine := filepath.Join(folder, fmt.Sprintf("running-%d", os.Getpid()))
	_ = os.WriteFile(mine, nil, 0o600)
	running, _ := filepath.Glob(filepath.Join(folder, "running-*"))
	started, err := os.OpenFile(filepath.Join(folder, "started"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		fmt.Fprintf(started, "%s %d\n", name, len(running))
		_ = started.Close()
	}
	return func() { _ = os.Remove(mine) }
}
