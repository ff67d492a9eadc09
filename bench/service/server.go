package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"mailferry/internal/apiclient"
)

// token is the API token of the server under test.
const token = "bench-token-0123456789abcdef0123456789abcdef"

// server is the real binary in a process of its own.
type server struct {
	apiclient.Client

	cmd *exec.Cmd
}

func startServer(ctx context.Context, binary, folder, databaseURL string) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	s := &server{cmd: exec.CommandContext(ctx, binary, "serve")}
	s.cmd.Env = append(os.Environ(),
		"MAILFERRY_ADDR=127.0.0.1:0", "MAILFERRY_DATA="+folder, "DATABASE_URL="+databaseURL,
		"MAILFERRY_ENGINE=imapsync", "MAILFERRY_IMAPSYNC="+self, "MAILFERRY_API_TOKEN="+token,
		"MAILFERRY_ALLOWED_NETWORKS=loopback", "MAILFERRY_MAX_SOCKETS=10000",
	)
	s.cmd.Stdout = os.Stderr
	errors, err := s.cmd.StderrPipe()
	if err != nil {
		return nil, fmt.Errorf("make a pipe: %w", err)
	}
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the server (make build): %w", err)
	}
	lines := bufio.NewScanner(errors)
	var said []string
	for lines.Scan() {
		said = append(said, lines.Text())
		if _, rest, ok := strings.Cut(lines.Text(), "msg=listening"); ok {
			_, address, _ := strings.Cut(rest, "url=")
			s.URL, _, _ = strings.Cut(address, " ")
			s.Token = token
			go func() {
				for lines.Scan() { // the pipe must not fill up
				}
			}()
			return s, nil
		}
	}
	return nil, fmt.Errorf("the server did not start:\n%s", strings.Join(said, "\n"))
}

func (s *server) stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop the server: %w", err)
	}
	if err := s.cmd.Wait(); err != nil {
		return fmt.Errorf("stop the server: %w", err)
	}
	return nil
}

// createJob queues a job whose engine behaves as user says.
func (s *server) createJob(ctx context.Context, user string) (string, error) {
	side := func(user string) map[string]any {
		return map[string]any{"host": "127.0.0.1", "port": 143, "security": "NONE", "user": user, "password": "secret-of-the-bench"}
	}
	var answer struct{ CreateJob struct{ ID string } }
	err := s.Do(ctx, `mutation ($input: CreateJobInput!) { createJob(input: $input) { id } }`,
		map[string]any{"input": map[string]any{"source": side(user), "destination": side("to-" + user)}}, &answer)
	return answer.CreateJob.ID, err
}

// usage is what the server's process has used.
type usage struct {
	cpu  time.Duration
	peak int64 // bytes of resident memory
}

func (s *server) usage() (usage, error) {
	pid := strconv.Itoa(s.cmd.Process.Pid)
	stat, statErr := os.ReadFile("/proc/" + pid + "/stat")
	status, statusErr := os.ReadFile("/proc/" + pid + "/status")
	if err := errors.Join(statErr, statusErr); err != nil {
		return usage{}, fmt.Errorf("look at the server's process: %w", err)
	}
	// Behind the command's name, which may hold anything, utime and stime are the 12th and
	// 13th fields, in ticks of 10 ms (proc(5)).
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	var kilobytes int64
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	_, _ = fmt.Sscan(rest, &kilobytes)
	return usage{cpu: time.Duration(user+system) * 10 * time.Millisecond, peak: kilobytes << 10}, nil
}
