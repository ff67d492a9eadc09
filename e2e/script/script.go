// Package script is what the scripted engine of the end-to-end tests prints, and how it
// looks at processes.
package script

import (
	"fmt"
	"os"
	"strings"
)

// What --user1 asks of scripted engines that misbehave.
const (
	// Leaky prints its passwords in each way that a server or a library may repeat them.
	Leaky = "leaky"
	// LeakyEnd is its last line before it waits for its end.
	LeakyEnd = "all leaked"
	// Told, as "told-3-0s", prints lines and then Statistics, so that its job succeeds.
	Told = "told"
	// Statistics are those of a run that had nothing to do.
	Statistics = "++++ Statistics\nTransfer time : 1.0 sec\nFolders synced : 1/1 synced\nMessages transferred : 0\n" +
		"Messages skipped : 0\nMessages found in host1 not in host2 : 0 messages\nTotal bytes transferred : 0\nDetected 0 errors\n" +
		"Exiting with return value 0 (EX_OK: successful termination) 0/unlimited nb_errors/max_errors PID 1\n"
	// Hostile prints HostileOutput.
	Hostile = "hostile"
)

// Line is line i of every scripted engine.
func Line(i int) string {
	return fmt.Sprintf("řádek %d: msg INBOX/%d {%d} copied ✓\n", i, i, i*7919%100000)
}

// Log is what a scripted engine prints, at least size bytes of it.
func Log(size int) string {
	var text strings.Builder
	for i := 0; text.Len() < size; i++ {
		text.WriteString(Line(i))
	}
	return text.String()
}

// Runs says whether a process is there and has not ended.
func Runs(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, behind, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(behind, "Z") && !strings.HasPrefix(behind, "X")
}

// HostileOutput is what a hostile server may get an engine to print.
func HostileOutput() string {
	return "<script>alert(document.cookie)</script><img src=x onerror=alert(1)>\n" +
		"\x1b]8;;https://evil.example/\x1b\\click\x1b]8;;\x1b\\ \x1b[2J\x1b]0;title\x07\x1b[31mred\n" +
		"invalid \xff\xfe\xc3( \xed\xa0\x80 \xf4\x90\x80\x80 and \x00NUL\n" +
		"\rprogress 1\rprogress 2\n" +
		strings.Repeat("a line of a megabyte, ", 1<<20/22) + "\n" +
		"++++ Statistics\nTransfer ended\n\u202eright to left\n"
}
