package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"mailferry/internal/apiclient"
	"mailferry/internal/testkit/process"
)

// server is the real binary in a process of its own, with a folder for all that it writes.
type server struct {
	client  *apiclient.Client
	binary  string
	folder  string
	env     []string
	output  *os.File
	process *process.Process
}

// stopTime is how long the server may take to end its jobs and itself.
const stopTime = 30 * time.Second

func startServer(ctx context.Context, s settings, databaseURL string) (started *server, err error) {
	binary, err := filepath.Abs(s.binary)
	if err == nil {
		_, err = os.Stat(binary)
	}
	if err != nil {
		return nil, fmt.Errorf("find the server (make build): %w", err)
	}
	ports, err := process.FreePorts(ctx, 1)
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "mailferry-company-")
	if err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	address, token := process.Address(ports[0]), rand.Text()+rand.Text()
	srv := &server{
		client: &apiclient.Client{URL: "http://" + address, Token: token}, binary: binary, folder: folder,
		env: []string{
			"PATH=" + os.Getenv("PATH"), "HOME=" + folder, "TMPDIR=" + folder,
			"MAILFERRY_ADDR=" + address, "MAILFERRY_API_TOKEN=" + token, "MAILFERRY_DATA=" + filepath.Join(folder, "data"),
			"DATABASE_URL=" + databaseURL, "MAILFERRY_SLOTS=" + strconv.Itoa(s.slots),
			"MAILFERRY_ALLOWED_NETWORKS=loopback", "MAILFERRY_ALLOWED_PORTS=1-65535",
		},
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("%w\n%s", err, srv.log(4<<10)), srv.remove())
		}
	}()
	if srv.output, err = os.Create(filepath.Join(folder, "server.log")); err != nil {
		return nil, fmt.Errorf("open the server's log: %w", err)
	}
	return srv, srv.start(ctx)
}

// start starts the binary and waits until it answers.
func (s *server) start(ctx context.Context) (err error) {
	s.process, err = process.Start(process.Spec{
		Path: s.binary, Args: []string{"serve"}, Env: s.env, Dir: s.folder, Output: s.output, Grace: stopTime,
	})
	if err != nil {
		return fmt.Errorf("start the server: %w", err)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, stopTime, errors.New("no answer"))
	defer cancel()
	return s.process.WaitReady(ctx, func(ctx context.Context) error {
		answer, err := s.client.Get(ctx, "/readyz", nil)
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			return fmt.Errorf("the server is not ready: %s", answer.Status)
		}
		return nil
	})
}

// Client speaks to the server.
func (s *server) Client() *apiclient.Client { return s.client }

// Restart ends the server and starts it again.
func (s *server) Restart(ctx context.Context) error {
	s.process.Stop()
	return s.start(ctx)
}

// remove ends the server and removes all that it wrote.
func (s *server) remove() error {
	if s.process != nil {
		s.process.Stop()
	}
	if s.output != nil {
		_ = s.output.Close()
	}
	if err := os.RemoveAll(s.folder); err != nil {
		return fmt.Errorf("remove the server's folder: %w", err)
	}
	return nil
}

// log is the end of what the server printed.
func (s *server) log(bytes int) string {
	text, err := os.ReadFile(filepath.Join(s.folder, "server.log"))
	if err != nil {
		return ""
	}
	return string(text[max(0, len(text)-bytes):])
}
