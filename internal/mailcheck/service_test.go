package mailcheck_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"mailferry/internal/childproc"
	"mailferry/internal/imapsync"
	"mailferry/internal/mailcheck"
	"mailferry/internal/testkit/imapscript"
)

// look is what this test binary is when its first argument says so: a look in its child process.
const look = "look"

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == look {
		os.Exit(mailcheck.Main(context.Background(), mailcheck.Process{
			Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Version: "test", Exit: os.Exit,
		}))
	}
	os.Exit(m.Run())
}

const canary = "c4n4ry-p4ssw0rd"

// service is one whose children have a marker in their environment.
func service(t *testing.T, change func(*mailcheck.Config)) (checks *mailcheck.Service, marker string) {
	t.Helper()
	marker = "MARKER=" + t.Name()
	config := mailcheck.Config{
		Path: os.Args[0], Args: []string{look}, Logger: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Environment: []string{marker, "MAILFERRY_ALLOWED_NETWORKS=loopback", "MAILFERRY_ALLOWED_PORTS=1-65535"},
	}
	if change != nil {
		change(&config)
	}
	t.Cleanup(func() {
		if left := children(t, marker); len(left) > 0 {
			t.Errorf("processes %v are left", left)
		}
		if n := checks.Running(); n != 0 {
			t.Errorf("%d places were not given back", n)
		}
	})
	checks = mailcheck.NewService(config)
	return checks, marker
}

func children(t *testing.T, marker string) []int {
	t.Helper()
	found, err := childproc.WithEnviron(marker)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func command(source, destination int) imapsync.Command {
	side := func(port int) imapsync.Endpoint {
		return imapsync.Endpoint{Host: "127.0.0.1", Port: port, Security: imapsync.NONE, User: "anna"}
	}
	return imapsync.Command{Source: side(source), Destination: side(destination)}
}

func endpoint(port int) mailcheck.Request {
	return mailcheck.Request{Kind: mailcheck.Endpoint, Command: imapsync.Command{Source: command(port, 0).Source}, SourcePassword: canary}
}

// hostile is a host that does with each connection what serve says, until the test ends. Begun tells of each.
func hostile(t *testing.T, serve func(ctx context.Context, conn net.Conn)) (port int, begun chan struct{}) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	begun = make(chan struct{}, 100)
	ctx, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	group.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			begun <- struct{}{}
			stop := context.AfterFunc(ctx, func() { conn.Close() })
			group.Go(func() {
				defer stop()
				defer conn.Close()
				serve(ctx, conn)
			})
		}
	})
	t.Cleanup(func() {
		cancel()
		listener.Close()
		group.Wait()
	})
	return listener.Addr().(*net.TCPAddr).Port, begun
}

// drip sends a byte from time to time for ever.
func drip(ctx context.Context, conn net.Conn) {
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	if _, err := io.WriteString(conn, "* OK "); err != nil {
		return
	}
	for {
		select {
		case <-ticker.C:
			if _, err := conn.Write([]byte("x")); err != nil {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// answering greets and answers each command by what answer says, tag not included.
func answering(answer func(w io.Writer, command string) (tagged string)) func(context.Context, net.Conn) {
	return func(_ context.Context, conn net.Conn) {
		fmt.Fprint(conn, "* OK [CAPABILITY IMAP4rev1 LITERAL+] ready\r\n")
		for lines := bufio.NewScanner(conn); lines.Scan(); {
			tag, command, _ := strings.Cut(lines.Text(), " ")
			if _, err := fmt.Fprintf(conn, "%s %s\r\n", tag, answer(conn, command)); err != nil {
				return
			}
		}
	}
}

func TestALookOfEachKindFindsWhatIsThere(t *testing.T) {
	t.Parallel()
	checks, _ := service(t, nil)
	source, destination := imapscript.NewHost(t, imapscript.Knobs{}), imapscript.NewHost(t, imapscript.Knobs{})
	source.Mailbox("INBOX").Add(imapscript.Message{Body: []byte("Subject: a\r\n\r\nb\r\n")})
	source.Mailbox("Work")
	request := mailcheck.Request{
		Kind: mailcheck.Endpoint, Command: command(source.Port, destination.Port), SourcePassword: "secret", DestinationPassword: "secret",
	}
	result, err := checks.Look(t.Context(), request)
	if err != nil || result.Endpoint == nil || !result.Endpoint.OK || result.Endpoint.Folders != 2 || result.Endpoint.Messages != 1 {
		t.Errorf("endpoint: %+v %v", result, err)
	}
	request.Kind = mailcheck.Folders
	result, err = checks.Look(t.Context(), request)
	if err != nil || result.Folders == nil || len(result.Folders.Folders) != 2 || !result.Folders.Destination.OK {
		t.Errorf("folders: %+v %v", result, err)
	}
	request.Kind = mailcheck.Both
	result, err = checks.LookForBatch(t.Context(), request)
	if err != nil || result.Both == nil || result.Both.Problem != "" || result.Both.Messages != 1 {
		t.Errorf("both: %+v %v", result.Both, err)
	}
}

func TestAHostThatDripsTakesItsPlaceForABoundedTime(t *testing.T) {
	t.Parallel()
	checks, _ := service(t, func(c *mailcheck.Config) { c.Time = 500 * time.Millisecond })
	port, _ := hostile(t, drip)
	result, err := checks.Look(t.Context(), endpoint(port))
	if err != nil || !strings.Contains(result.Problem, "No answer within") {
		t.Errorf("%+v %v", result, err)
	}
}

func TestALookEndsWithWhoeverAskedForIt(t *testing.T) {
	t.Parallel()
	checks, marker := service(t, nil)
	port, begun := hostile(t, drip)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := checks.Look(ctx, endpoint(port))
		ended <- err
	}()
	<-begun
	found := children(t, marker)
	if len(found) != 1 {
		t.Fatalf("children %v, want one", found)
	}
	for _, name := range []string{"cmdline", "environ"} {
		if text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", found[0], name)); err != nil || strings.Contains(string(text), canary) {
			t.Errorf("the child's %s: %v, with the password: %t", name, err, err == nil)
		}
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
}

func TestPeopleAndBatchesShareThePlaces(t *testing.T) {
	t.Parallel()
	checks, _ := service(t, func(c *mailcheck.Config) { c.AtOnce, c.Wait = 3, 50*time.Millisecond })
	port, begun := hostile(t, drip)
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	// Batches take at most two of three places.
	for range 5 {
		group.Go(func() {
			if _, err := checks.LookForBatch(ctx, mailcheck.Request{Kind: mailcheck.Both, Command: command(port, port), SourcePassword: "a", DestinationPassword: "b"}); !errors.Is(err, context.Canceled) {
				t.Errorf("a batch's look ended with %v", err)
			}
		})
	}
	<-begun
	<-begun
	if n := checks.Running(); n != 2 {
		t.Errorf("%d looks of batches run, want 2", n)
	}
	group.Go(func() { _, _ = checks.Look(ctx, endpoint(port)) })
	<-begun
	if _, err := checks.Look(t.Context(), endpoint(port)); !errors.Is(err, mailcheck.ErrBusy) {
		t.Errorf("one look too many: %v", err)
	}
	cancel()
	group.Wait()
}

func TestAFloodTakesNothingOfTheServer(t *testing.T) {
	t.Parallel()
	names := strings.Repeat("* LIST (\\HasNoChildren) \"/\" \"a folder of a rather long name, and its number\"\r\n", 1000)
	floods := map[string]func(w io.Writer, command string) string{
		"folders for ever": func(w io.Writer, command string) string {
			for i := 0; strings.HasPrefix(command, "LIST"); i++ {
				if _, err := fmt.Fprintf(w, "* LIST (\\HasNoChildren) \"/\" \"folder %d %s\"\r\n", i, strings.Repeat("x", 200)); err != nil {
					break
				}
			}
			return "OK done"
		},
		"the same folder for ever": func(w io.Writer, command string) string {
			for strings.HasPrefix(command, "LIST") {
				if _, err := io.WriteString(w, names); err != nil {
					break
				}
			}
			return "OK done"
		},
		"a literal of 2 GiB": func(w io.Writer, command string) string {
			if strings.HasPrefix(command, "LIST") {
				fmt.Fprint(w, "* LIST () \"/\" {2147483647}\r\n")
				for {
					if _, err := io.WriteString(w, names); err != nil {
						break
					}
				}
			}
			return "OK done"
		},
		"a line for ever": func(w io.Writer, _ string) string {
			for {
				if _, err := io.WriteString(w, "* OK x"); err != nil {
					return "OK done"
				}
			}
		},
	}
	// Not in parallel with each other: the memory of this process is looked at.
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for name, flood := range floods {
		checks, _ := service(t, func(c *mailcheck.Config) {
			c.Memory, c.Time, c.Environment[0] = 256<<20, 4*time.Second, "MARKER="+t.Name()+name
		})
		port, _ := hostile(t, answering(flood))
		result, err := checks.Look(t.Context(), mailcheck.Request{
			Kind: mailcheck.Folders, Command: command(port, port), SourcePassword: canary, DestinationPassword: canary,
		})
		t.Logf("%s: %q %+v %v", name, result.Problem, result.Folders, err)
		if err != nil || result.Problem == "" && result.Folders.Source.OK {
			t.Errorf("%s: %+v %v", name, result, err)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 16<<20 {
		t.Errorf("the server grew by %d bytes", grown)
	}
}

func TestALookThatSaysTooMuchIsCutOff(t *testing.T) {
	t.Parallel()
	checks, _ := service(t, func(c *mailcheck.Config) { c.Output = 1000 })
	host := imapscript.NewHost(t, imapscript.Knobs{})
	for i := range 30 {
		host.Mailbox(fmt.Sprintf("A folder of some length, and its number %d", i))
	}
	result, err := checks.Look(t.Context(), mailcheck.Request{
		Kind: mailcheck.Folders, Command: command(host.Port, host.Port), SourcePassword: "secret", DestinationPassword: "secret",
	})
	if err == nil {
		// Both sides are one mailbox here; what counts is how much is said of it.
		if !strings.Contains(result.Problem, "too many folders") {
			t.Errorf("%+v", result)
		}
		return
	}
	t.Error(err)
}

func TestWhatAHostRepeatsOfAPasswordIsMasked(t *testing.T) {
	t.Parallel()
	checks, _ := service(t, nil)
	port, _ := hostile(t, answering(func(_ io.Writer, command string) string {
		if strings.HasPrefix(command, "LOGIN") || strings.HasPrefix(command, "AUTHENTICATE") {
			return "NO [AUTHENTICATIONFAILED] you said " + canary
		}
		return "OK done"
	}))
	result, err := checks.Look(t.Context(), endpoint(port))
	if err != nil || result.Endpoint == nil || result.Endpoint.OK || strings.Contains(fmt.Sprintf("%+v", *result.Endpoint), canary) {
		t.Errorf("%+v %+v %v", result, result.Endpoint, err)
	}
}

func TestAChildThatCannotBeStartedIsTheServersTrouble(t *testing.T) {
	t.Parallel()
	checks, _ := service(t, func(c *mailcheck.Config) { c.Path = "/nowhere/mailferry" })
	if _, err := checks.Look(t.Context(), endpoint(1)); !errors.Is(err, mailcheck.ErrNotStarted) {
		t.Errorf("%v", err)
	}
}

func TestALookConnectsOnlyWhereItMay(t *testing.T) {
	t.Parallel()
	checks, _ := service(t, func(c *mailcheck.Config) { c.Environment[1] = "MAILFERRY_ALLOWED_NETWORKS=public" })
	port, begun := hostile(t, drip)
	result, err := checks.Look(t.Context(), endpoint(port))
	if err != nil || result.Endpoint == nil || result.Endpoint.OK || len(begun) > 0 {
		t.Errorf("%+v %v, %d connections", result.Endpoint, err, len(begun))
	}
}
