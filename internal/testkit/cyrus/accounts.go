package cyrus

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
)

// accounts answers Cyrus when it asks for passwords, as the daemon saslauthd does:
// over a Unix socket, each request four counted strings (login, password, service,
// realm), each answer one that begins with OK or NO.
type accounts struct {
	listener net.Listener
	ended    sync.WaitGroup

	mutex     sync.Mutex
	passwords map[string]string
}

func serveAccounts(ctx context.Context, path string) (*accounts, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "unix", path)
	if err != nil {
		return nil, fmt.Errorf("serve passwords: %w", err)
	}
	// Only who can enter the folder can get at the socket.
	if err := os.Chmod(path, 0o666); err != nil {
		_ = listener.Close()
		return nil, fmt.Errorf("serve passwords: %w", err)
	}
	a := &accounts{listener: listener, passwords: map[string]string{}}
	a.ended.Go(func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			// Cyrus waits for each answer, and they take no time.
			_ = a.answer(connection)
			_ = connection.Close()
		}
	})
	return a, nil
}

func (a *accounts) close() {
	_ = a.listener.Close()
	a.ended.Wait()
}

func (a *accounts) set(name, password string) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.passwords[name] = password
}

func (a *accounts) password(name string) string {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	return a.passwords[name]
}

func (a *accounts) answer(connection net.Conn) error {
	var request [4]string
	for i := range request {
		var size [2]byte
		if _, err := io.ReadFull(connection, size[:]); err != nil {
			return fmt.Errorf("read a request: %w", err)
		}
		text := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(connection, text); err != nil {
			return fmt.Errorf("read a request: %w", err)
		}
		request[i] = string(text)
	}
	login, password, realm := request[0], request[1], request[3]
	if realm != "" {
		login += "@" + realm
	}

	a.mutex.Lock()
	expected, known := a.passwords[login]
	a.mutex.Unlock()
	reply := "NO"
	if known && expected == password {
		reply = "OK"
	}
	message := append(binary.BigEndian.AppendUint16(nil, uint16(len(reply))), reply...)
	if _, err := connection.Write(message); err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	return nil
}
