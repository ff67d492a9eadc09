// Command engine is the program of MAILFERRY_IMAPSYNC in the end-to-end tests: it prints
// lines that can be foretold, at the pace and of the number that --user1 asks for, as
// "lines-1000-2ms@tag". A real engine's output cannot be foretold, so it could not show
// that a log is what was printed. It is a program of its own, and a small one: the tests
// start hundreds of it.
package main

import (
	"bufio"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"mailferry/e2e/script"
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	var user string
	for _, arg := range args {
		if value, ok := strings.CutPrefix(arg, "--user1="); ok {
			user = value
		}
	}
	behaviour, tag, _ := strings.Cut(user, "@")
	switch behaviour {
	case script.Leaky:
		return runLeakyEngine(args)
	case script.Hostile:
		_, _ = os.Stdout.WriteString(script.HostileOutput())
		return 0
	}
	part := strings.Split(behaviour, "-")
	count, err := strconv.Atoi(part[1])
	if err != nil {
		return 64
	}
	pause, err := time.ParseDuration(part[2])
	if err != nil {
		return 64
	}
	noteStart(tag)
	// Ends as imapsync does at SIGTERM, and has a last word.
	terminated := make(chan os.Signal, 1)
	signal.Notify(terminated, syscall.SIGTERM)
	out := bufio.NewWriter(os.Stdout)
	for i := range count {
		_, _ = out.WriteString(script.Line(i))
		if pause > 0 || i == count-1 {
			_ = out.Flush()
		}
		select {
		case <-terminated:
			_, _ = out.WriteString("terminated\n")
			_ = out.Flush()
			return 6
		case <-time.After(pause):
		}
	}
	if part[0] == script.Told {
		_, _ = out.WriteString(script.Statistics)
		_ = out.Flush()
	}
	return 0
}

// noteStart appends to the file "started" which job starts and how many engines live.
func noteStart(tag string) {
	folder := os.Getenv("TMPDIR")
	mine := filepath.Join(folder, "engine-"+strconv.Itoa(os.Getpid()))
	_ = os.WriteFile(mine, nil, 0o600)
	others, _ := filepath.Glob(filepath.Join(folder, "engine-*"))
	living := 0
	for _, other := range others {
		pid, _ := strconv.Atoi(strings.TrimPrefix(filepath.Base(other), "engine-"))
		if script.Runs(pid) {
			living++
		} else {
			_ = os.Remove(other)
		}
	}
	file, err := os.OpenFile(filepath.Join(folder, "started"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return
	}
	fmt.Fprintf(file, "%s %d\n", tag, living)
	_ = file.Close()
}
