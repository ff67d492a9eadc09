package main

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"mailferry/e2e/script"
)

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
	fmt.Println(script.LeakyEnd)
	<-terminated
	return 6
}
