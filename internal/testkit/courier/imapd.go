package courier

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// handOver has an imapd go on with a client, as imaplogin does by becoming it; tag is that of LOGIN, which imapd answers. It
// returns when the process has ended.
func (d *door) handOver(ctx context.Context, t *talk, tag, user string) error {
	log, err := os.OpenFile(d.server.Path("imapd.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open the log: %w", err)
	}
	defer log.Close()
	ours, theirs, err := pair()
	if err != nil {
		return err
	}
	defer ours.Close()

	encrypted := map[bool]string{true: "1", false: "0"}[t.secure]
	command := exec.CommandContext(ctx, d.server.tree.Path(imapd), "Maildir")
	command.Dir = d.server.home(user)
	command.Env = append(append(d.server.environment(), d.server.variables()...),
		"PATH="+os.Getenv("PATH"), "HOME="+command.Dir, "MAILDIR=Maildir", "AUTHENTICATED="+user, "AUTHADDR="+user, "AUTHSERVICE=imap",
		"IMAPLOGINTAG="+tag, "PROTOCOL=IMAP", "IMAP_STARTTLS=NO", "IMAP_TLS="+encrypted,
		"TCPREMOTEIP=127.0.0.1", "TCPREMOTEPORT=1", "TCPLOCALPORT=143")
	command.Stdin, command.Stdout, command.Stderr = theirs, theirs, log
	command.SysProcAttr = &syscall.SysProcAttr{Credential: d.server.user.Credential()}
	err = command.Start()
	_ = theirs.Close()
	if err != nil {
		return fmt.Errorf("start imapd: %w", err)
	}

	var copying sync.WaitGroup
	copying.Go(func() {
		// The end of the client, or of this process, is one for imapd.
		_, _ = io.Copy(ours, t)
		_ = ours.CloseWrite()
	})
	_, copyErr := io.Copy(t.Conn, ours)
	// To write further is an error for imapd, to read further the end for the client.
	err = errors.Join(copyErr, ours.Close(), t.Close(), command.Wait())
	copying.Wait()
	if err != nil {
		return fmt.Errorf("imapd of %s: %w", user, err)
	}
	return nil
}

// pair makes two ends of a connection within this machine, one of them for another process. If this process ends in whatever way,
// that one reads the end.
func pair() (ours *net.UnixConn, theirs *os.File, err error) {
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("make a pair of sockets: %w", err)
	}
	theirs = os.NewFile(uintptr(ends[1]), "imapd")
	file := os.NewFile(uintptr(ends[0]), "client")
	defer file.Close()
	connection, err := net.FileConn(file)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("use a pair of sockets: %w", err), theirs.Close())
	}
	return connection.(*net.UnixConn), theirs, nil
}
