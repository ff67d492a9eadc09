package linkproxy_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mailferry/internal/testkit/linkproxy"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// echo starts a server that sends back what it gets, and gives its address.
func echo(t *testing.T) string {
	t.Helper()
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := socket.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_, _ = io.Copy(conn, conn)
			}()
		}
	}()
	t.Cleanup(func() {
		_ = socket.Close()
		<-done
	})
	return socket.Addr().String()
}

func start(t *testing.T, target string, options linkproxy.Options) *linkproxy.Proxy {
	t.Helper()
	link, err := linkproxy.Start(target, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := link.Close(); err != nil {
			t.Error(err)
		}
	})
	return link
}

func dial(t *testing.T, link *linkproxy.Proxy) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", net.JoinHostPort(link.Host, strconv.Itoa(link.Port)))
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func TestARoundTripTakesTwiceTheDelay(t *testing.T) {
	t.Parallel()
	conn := dial(t, start(t, echo(t), linkproxy.Options{Delay: 30 * time.Millisecond}))
	start := time.Now()
	if _, err := conn.Write([]byte("ping")); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 4)
	if _, err := io.ReadFull(conn, answer); err != nil || string(answer) != "ping" {
		t.Fatalf("the answer is %q, %v", answer, err)
	}
	if took := time.Since(start); took < 60*time.Millisecond {
		t.Fatalf("the round trip took %v", took)
	}
}

func TestDelayDoesNotLimitThroughputAndKeepsEveryByte(t *testing.T) {
	t.Parallel()
	const size = 32 << 20
	link := start(t, echo(t), linkproxy.Options{Delay: 50 * time.Millisecond})
	conn := dial(t, link)
	sent := make([]byte, size)
	for i := range sent {
		sent[i] = byte(i * i >> 7)
	}
	begin := time.Now()
	go func() {
		_, _ = conn.Write(sent)
		_ = conn.(*net.TCPConn).CloseWrite()
	}()
	got, err := io.ReadAll(conn)
	if err != nil || !bytes.Equal(got, sent) {
		t.Fatalf("%d of %d bytes came back, or others: %v", len(got), size, err)
	}
	// One window of 64 KiB per round trip would take 51 s.
	if took := time.Since(begin); took > 15*time.Second {
		t.Fatalf("%d bytes took %v", size, took)
	}
	if stats := link.Stats(); stats.ToTarget != size || stats.ToClient != size || stats.Accepted != 1 {
		t.Fatalf("the counters are %+v", stats)
	}
}

func TestBandwidthIsLimited(t *testing.T) {
	t.Parallel()
	conn := dial(t, start(t, echo(t), linkproxy.Options{Bandwidth: 1 << 20}))
	begin := time.Now()
	go func() {
		_, _ = conn.Write(make([]byte, 256<<10))
		_ = conn.(*net.TCPConn).CloseWrite()
	}()
	if got, err := io.ReadAll(conn); err != nil || len(got) != 256<<10 {
		t.Fatalf("%d bytes came, %v", len(got), err)
	}
	if took := time.Since(begin); took < 240*time.Millisecond {
		t.Fatalf("a quarter of a second of bytes took %v", took)
	}
}

func TestAConnectionIsCutAfterExactlySoManyBytes(t *testing.T) {
	t.Parallel()
	link := start(t, echo(t), linkproxy.Options{Delay: time.Millisecond, Cut: func(n int) linkproxy.Cut {
		if n == 1 {
			return linkproxy.Cut{ToClient: 1000}
		}
		return linkproxy.Cut{}
	}})
	conn := dial(t, link)
	if _, err := conn.Write(make([]byte, 5000)); err != nil {
		t.Fatal(err)
	}
	got, _ := io.ReadAll(conn)
	if len(got) != 1000 {
		t.Fatalf("%d bytes came", len(got))
	}
	second := dial(t, link)
	if _, err := second.Write(make([]byte, 5000)); err != nil {
		t.Fatal(err)
	}
	if n, err := io.ReadFull(second, make([]byte, 5000)); err != nil {
		t.Fatalf("%d bytes came over the second connection: %v", n, err)
	}
	if stats := link.Stats(); stats.Cut != 1 || stats.Accepted != 2 {
		t.Fatalf("the counters are %+v", stats)
	}
}

func TestTheTargetGetsExactlyTheBytesBeforeTheCut(t *testing.T) {
	t.Parallel()
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	received := make(chan int, 1)
	go func() {
		conn, err := socket.Accept()
		if err != nil {
			received <- -1
			return
		}
		defer conn.Close()
		got, _ := io.ReadAll(conn)
		received <- len(got)
	}()
	conn := dial(t, start(t, socket.Addr().String(), linkproxy.Options{Cut: func(int) linkproxy.Cut { return linkproxy.Cut{ToTarget: 123456} }}))
	_, _ = conn.Write(make([]byte, 1<<20))
	if got := <-received; got != 123456 {
		t.Fatalf("%d bytes arrived", got)
	}
}

func TestAllConnectionsCanBeCutAndNewOnesRefused(t *testing.T) {
	t.Parallel()
	link := start(t, echo(t), linkproxy.Options{})
	conn := dial(t, link)
	if _, err := conn.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(conn, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	link.Refuse(true)
	link.CutAll()
	if _, err := conn.Read(make([]byte, 1)); err == nil {
		t.Fatal("the connection stands")
	}
	if refused, err := net.Dial("tcp", net.JoinHostPort(link.Host, strconv.Itoa(link.Port))); err == nil {
		defer refused.Close()
		if _, err := refused.Read(make([]byte, 1)); err == nil {
			t.Fatal("a new connection stands")
		}
	}
	link.Refuse(false)
	conn = dial(t, link)
	_, _ = conn.Write([]byte("y"))
	if _, err := io.ReadFull(conn, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
}

func TestATargetThatIsGoneClosesTheClient(t *testing.T) {
	t.Parallel()
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := socket.Addr().String()
	_ = socket.Close()
	link := start(t, address, linkproxy.Options{})
	conn, err := net.Dial("tcp", net.JoinHostPort(link.Host, strconv.Itoa(link.Port)))
	if err != nil {
		return // the reset was faster than the dialler
	}
	defer conn.Close()
	if _, err := conn.Read(make([]byte, 1)); err == nil {
		t.Fatal("the connection stands")
	}
}

func TestAFrozenLinkTakesEverythingAndPassesItOnWhenItThaws(t *testing.T) {
	t.Parallel()
	link := start(t, echo(t), linkproxy.Options{})
	conn := dial(t, link)
	link.Freeze(true)
	if _, err := conn.Write([]byte("ping")); err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	if n, err := conn.Read(make([]byte, 1)); n > 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%d bytes came through a frozen link, %v", n, err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	link.Freeze(false)
	answer := make([]byte, 4)
	if _, err := io.ReadFull(conn, answer); err != nil || string(answer) != "ping" {
		t.Errorf("after the thaw came %q, %v", answer, err)
	}
}
