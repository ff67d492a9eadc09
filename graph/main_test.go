package graph_test

import (
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// testEngine is the first argument that makes this test binary an engine, which behaves as its --user1 says.
const testEngine = "test-engine"

// folderVariable names the folder whose files tell test engines to go on.
const folderVariable = "TEST_ENGINE_FOLDER"

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == testEngine {
		os.Exit(runTestEngine(os.Args[2:]))
	}
	code := m.Run()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

func runTestEngine(args []string) int {
	var behaviour string
	for _, arg := range args {
		if value, ok := strings.CutPrefix(arg, "--user1="); ok {
			behaviour = value
		}
	}
	verb, rest, _ := strings.Cut(behaviour, " ")
	switch verb {
	case "lines":
		n, _ := strconv.Atoi(rest)
		for i := range n {
			fmt.Printf("line %d of %d: žluťoučký kůň <script>\n", i+1, n)
		}
	case "flood": // Prints without end.
		line := strings.Repeat("0123456789abcdef", 64) + "\n"
		for {
			if _, err := os.Stdout.WriteString(line); err != nil {
				return 1
			}
		}
	case "until": // Prints a line each time its file grows, and ends when it says end.
		terminated := make(chan os.Signal, 1)
		signal.Notify(terminated, syscall.SIGTERM)
		seen := ""
		for {
			text, _ := os.ReadFile(filepath.Join(os.Getenv(folderVariable), rest))
			if grown := strings.TrimPrefix(string(text), seen); grown != "" {
				fmt.Print(grown)
				seen = string(text)
			}
			if strings.Contains(seen, "end\n") {
				return 0
			}
			select {
			case <-terminated:
				return 6
			case <-time.After(2 * time.Millisecond):
			}
		}
	}
	return 0
}
