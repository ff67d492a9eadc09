package imapclient_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"

	"mailferry/internal/imapclient"
)

// ending is how a server sees the connection of a client end that leaves so.
func ending(t *testing.T, leave func(c *imapclient.Client)) error {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	ended := make(chan error, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			ended <- err
			return
		}
		defer conn.Close()
		fmt.Fprint(conn, "* OK [CAPABILITY IMAP4rev1] ready\r\n")
		reader := bufio.NewReader(conn)
		for {
			line, err := reader.ReadString('\n')
			if err != nil {
				ended <- err
				return
			}
			if tag, verb, _ := strings.Cut(strings.TrimSpace(line), " "); verb == "LOGOUT" {
				fmt.Fprintf(conn, "* BYE\r\n%s OK\r\n", tag)
			}
		}
	}()
	address, _ := listener.Addr().(*net.TCPAddr)
	c, err := imapclient.Dial(patient(t), imapclient.Options{Host: "127.0.0.1", Port: address.Port, Security: imapclient.None})
	if err != nil {
		t.Fatal(err)
	}
	leave(c)
	<-c.Done()
	return <-ended
}

// What was on its way when a run is cut off must not arrive after the next one has looked.
func TestOnlyAGoodbyeDeliversWhatIsOnItsWay(t *testing.T) {
	t.Parallel()
	if err := ending(t, func(c *imapclient.Client) { _ = c.Close() }); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("a connection cut off ends with %v, want a reset", err)
	}
	for name, leave := range map[string]func(c *imapclient.Client){
		"Logout": func(c *imapclient.Client) { _ = c.Logout(t.Context()) },
		"Leave":  func(c *imapclient.Client) { c.Leave() },
	} {
		// Without a wait for the answer, that may be refused as it comes.
		if err := ending(t, leave); !errors.Is(err, io.EOF) && (name == "Logout" || !errors.Is(err, syscall.ECONNRESET)) {
			t.Errorf("%s ends the connection with %v, want its end", name, err)
		}
	}
}
