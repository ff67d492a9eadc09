package e2e_test

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
)

// What --user1 asks of scripted engines that misbehave.
const (
	leakyBehaviour   = "leaky"
	hostileBehaviour = "hostile"
)

// leakyEnd is the last line of a leaky engine before it waits for its end.
const leakyEnd = "all leaked"

// runLeakyEngine prints its passwords in each way that a server or a library may repeat them, and its arguments one a
// line; then it waits for TERM.
func runLeakyEngine(args []string) int {
	terminated := make(chan os.Signal, 1)
	signal.Notify(terminated, syscall.SIGTERM)
	for _, name := range []string{"IMAPSYNC_PASSWORD1", "IMAPSYNC_PASSWORD2"} {
		password := os.Getenv(name)
		for _, spelled := range []string{
			password, strconv.Quote(password), url.QueryEscape(password), url.PathEscape(password),
			base64.StdEncoding.EncodeToString([]byte(password)),
			base64.StdEncoding.EncodeToString([]byte("\x00user\x00" + password)),
			base64.StdEncoding.EncodeToString([]byte("x\x00user\x00" + password + "\r\n")),
			strings.Join(strings.Split(password, ""), "\x00"),
		} {
			fmt.Printf("password: %s\n", spelled)
		}
		// In two writes, which are two reads for who listens.
		half := len(password) / 2
		fmt.Print("split: " + password[:half])
		_ = os.Stdout.Sync()
		fmt.Print(password[half:] + "\n")
	}
	for _, arg := range args {
		fmt.Printf("argument: %q\n", arg)
	}
	fmt.Println(leakyEnd)
	<-terminated
	return 6
}

// hostileOutput is what a hostile server may get an engine to print.
func hostileOutput() string {
	return "<script>alert(document.cookie)</script><img src=x onerror=alert(1)>\n" +
		"\x1b]8;;https://evil.example/\x1b\\click\x1b]8;;\x1b\\ \x1b[2J\x1b]0;title\x07\x1b[31mred\n" +
		"invalid \xff\xfe\xc3( \xed\xa0\x80 \xf4\x90\x80\x80 and \x00NUL\n" +
		"\rprogress 1\rprogress 2\n" +
		strings.Repeat("a line of a megabyte, ", 1<<20/22) + "\n" +
		"++++ Statistics\nTransfer ended\n\u202eright to left\n"
}
