package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"time"
)

// stamp begins each line that the engine prints; the nanoseconds of the Unix time follow.
const stamp = "t="

// runAsEngine is this program as a job's child: it prints as --user1 says and returns true.
func runAsEngine(args []string) bool {
	for _, arg := range args {
		user, ok := strings.CutPrefix(arg, "--user1=")
		if !ok {
			continue
		}
		var number, seconds int
		if n, _ := fmt.Sscanf(user, "ticks-%d", &number); n == 1 {
			printTicks(number)
		} else if n, _ := fmt.Sscanf(user, "rate-%d-%d", &number, &seconds); n == 2 {
			printAtRate(number, time.Duration(seconds)*time.Second)
		}
		return true
	}
	return false
}

// printTicks prints a line each 50 ms, each by a write of its own.
func printTicks(count int) {
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for range count {
		<-ticker.C
		fmt.Fprintf(os.Stdout, "%s%d\n", stamp, time.Now().UnixNano())
	}
}

// printAtRate prints lines of 100 bytes, as evenly as it can, flushed every 10 ms.
func printAtRate(bytesPerSecond int, duration time.Duration) {
	const length = 100
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	start := time.Now()
	printed := 0
	for now := range ticker.C {
		elapsed := min(now.Sub(start), duration)
		for due := int(elapsed.Seconds() * float64(bytesPerSecond)); printed+length <= due; printed += length {
			line := fmt.Sprintf("%s%d msg INBOX/%d {%d} copied to INBOX/%d", stamp, time.Now().UnixNano(), printed, printed, printed)
			fmt.Fprintf(out, "%-*s\n", length-1, line)
		}
		if out.Flush() != nil || elapsed == duration {
			return
		}
	}
}
