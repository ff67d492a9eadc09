package e2e_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"mailferry/e2e/script"
	"mailferry/internal/apiclient"
	"mailferry/internal/testkit/postgres"
)

const apiToken = "e2e-token-0123456789abcdef0123456789abcdef"

// patience is how long anything that must happen may take on a busy machine.
const patience = 90 * time.Second

// onBoth runs a test on SQLite and on Postgres; setup is what starts its servers.
func onBoth(t *testing.T, test func(t *testing.T, setup *setup)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		test(t, newSetup(t, ""))
	})
	t.Run("Postgres", func(t *testing.T) {
		t.Parallel()
		test(t, newSetup(t, postgres.New(t)))
	})
}

// setup is what outlives a server: its data, its database, its address.
type setup struct {
	t      *testing.T
	folder string
	env    []string
	// addr is that of the first server; later ones take its place.
	addr string
}

func newSetup(t *testing.T, databaseURL string) *setup {
	t.Helper()
	folder := t.TempDir()
	return &setup{t: t, folder: folder, addr: "127.0.0.1:0", env: []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "TMPDIR=" + folder,
		"MAILFERRY_DATA=" + filepath.Join(folder, "data"), "DATABASE_URL=" + databaseURL,
		"MAILFERRY_IMAPSYNC=" + os.Getenv(engineVariable), "MAILFERRY_API_TOKEN=" + apiToken,
		"MAILFERRY_ALLOWED_NETWORKS=loopback", "MAILFERRY_ALLOWED_PORTS=1-65535",
	}}
}

// server is a running binary.
type server struct {
	*apiclient.Client

	t      *testing.T
	cmd    *exec.Cmd
	stdout *output
	stderr *output
	exited chan struct{}
}

// output is what a process printed, and waits for what it will print.
type output struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{}
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	select {
	case o.changed <- struct{}{}:
	default:
	}
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// launch starts the binary and does not wait for it.
func (s *setup) launch(env ...string) *server {
	s.t.Helper()
	srv := &server{
		t: s.t, exited: make(chan struct{}),
		stdout: &output{changed: make(chan struct{}, 1)}, stderr: &output{changed: make(chan struct{}, 1)},
	}
	srv.cmd = exec.Command(os.Getenv(binaryVariable), "serve")
	srv.cmd.Env = slices.Concat(s.env, []string{"MAILFERRY_ADDR=" + s.addr}, env)
	srv.cmd.Stdout, srv.cmd.Stderr = srv.stdout, srv.stderr
	srv.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := srv.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func() {
		_ = srv.cmd.Wait()
		close(srv.exited)
	}()
	s.t.Cleanup(func() {
		_ = srv.cmd.Process.Kill()
		<-srv.exited
		if s.t.Failed() {
			s.t.Logf("the server printed:\n%s", tailOf(srv.stderr.String(), 8000))
		}
	})
	return srv
}

func tailOf(text string, size int) string { return text[max(0, len(text)-size):] }

// start starts the binary and waits until it listens.
func (s *setup) start(env ...string) *server {
	s.t.Helper()
	srv := s.launch(env...)
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for {
		if _, rest, ok := strings.Cut(srv.stderr.String(), "msg=listening url="); ok {
			if url, _, ok := strings.Cut(rest, " "); ok {
				s.addr = strings.TrimPrefix(url, "http://")
				srv.Client = &apiclient.Client{URL: url, Token: apiToken}
				return srv
			}
		}
		select {
		case <-srv.stderr.changed:
		case <-srv.exited:
			s.t.Fatalf("the server did not start:\n%s", srv.stderr)
		case <-deadline.C:
			s.t.Fatalf("the server does not listen:\n%s", srv.stderr)
		}
	}
}

// signal sends a signal; wait returns the exit code, -1 for one ended by a signal.
func (s *server) signal(sig syscall.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
}

func (s *server) wait() int {
	s.t.Helper()
	select {
	case <-s.exited:
	case <-time.After(patience):
		s.t.Fatal("the server does not end")
	}
	return s.cmd.ProcessState.ExitCode()
}

// job is what the tests ask of a job.
type job struct {
	ID, Name, Status string
	Error            *string
	ExitCode         *int
	LogSize          int64
	Verified         bool
	StartedAt        *time.Time
	Report           *struct {
		MessagesFound, MessagesCopied, MessagesSkipped, MessagesMissing int
	}
}

const jobFields = `id name status error exitCode logSize verified startedAt
  report { messagesFound messagesCopied messagesSkipped messagesMissing }`

func (j job) ended() bool { return j.Status != "QUEUED" && j.Status != "RUNNING" }

// do asks the API and fails the test at an error.
func (s *server) do(query string, variables map[string]any, result any) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	if err := s.Do(ctx, query, variables, result); err != nil {
		s.t.Fatalf("%v\n%s", err, query)
	}
}

// scripted is the input of a job whose engine prints count lines, one each pause.
func scripted(tag string, count int, pause time.Duration) map[string]any {
	side := func(user string) map[string]any {
		return map[string]any{"host": "127.0.0.1", "security": "NONE", "user": user, "password": "password-of-" + tag}
	}
	return map[string]any{
		"name": tag, "engine": "IMAPSYNC",
		"source": side(fmt.Sprintf("lines-%d-%s@%s", count, pause, tag)), "destination": side("someone@" + tag),
	}
}

func (s *server) create(inputs ...map[string]any) []job {
	s.t.Helper()
	var answer struct{ CreateJobs []job }
	s.do(`mutation ($inputs: [CreateJobInput!]!) { createJobs(inputs: $inputs) { `+jobFields+` } }`,
		map[string]any{"inputs": inputs}, &answer)
	return answer.CreateJobs
}

func (s *server) job(id string) job {
	s.t.Helper()
	var answer struct{ Job *job }
	s.do(`query ($id: ID!) { job(id: $id) { `+jobFields+` } }`, map[string]any{"id": id}, &answer)
	if answer.Job == nil {
		s.t.Fatalf("job %s is lost", id)
	}
	return *answer.Job
}

// waitEnd waits until a job has ended.
func (s *server) waitEnd(id string) job {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	sub, err := s.Subscribe(ctx, `subscription ($id: ID) { jobChanged(id: $id) { `+jobFields+` } }`, map[string]any{"id": id})
	if err != nil {
		s.t.Fatal(err)
	}
	defer sub.Close()
	for {
		var event struct{ JobChanged job }
		if err := sub.Next(&event); err != nil {
			s.t.Fatalf("job %s does not end: %v; it is %+v", id, err, s.job(id))
		}
		if event.JobChanged.ended() {
			return event.JobChanged
		}
	}
}

// download is the whole log as the download gives it.
func (s *server) download(id string) string {
	s.t.Helper()
	answer, err := s.Get(s.t.Context(), "/migration/jobs/"+id+"/log", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		s.t.Fatalf("download of log %s: %s, %v", id, answer.Status, err)
	}
	if string(text) == "(no log output)" {
		return ""
	}
	return string(text)
}

// logEvent is an event of logTail.
type logEvent struct {
	LogTail struct {
		Offset, NewOffset int64
		Chunk, Status     string
		EOF               bool
	}
}

const tailQuery = `subscription ($id: ID!, $offset: Int64!) {
  logTail(jobId: $id, offset: $offset) { offset newOffset chunk status eof } }`

// follower follows a log, resumes where it was cut off, and keeps what it got.
type follower struct {
	t      *testing.T
	id     string
	text   strings.Builder
	offset int64
	status string
	done   bool
}

// follow reads on until ctx ends, the socket closes or the log ends.
func (f *follower) follow(ctx context.Context, client *apiclient.Client) error {
	sub, err := client.Subscribe(ctx, tailQuery, map[string]any{"id": f.id, "offset": f.offset})
	if err != nil {
		return err
	}
	defer sub.Close()
	for {
		var event logEvent
		if err := sub.Next(&event); err != nil {
			if errors.Is(err, io.EOF) && !f.done {
				return errors.New("the subscription completed without its last event")
			}
			return err
		}
		got := event.LogTail
		if got.Offset != f.offset || got.NewOffset != f.offset+int64(len(got.Chunk)) {
			f.t.Errorf("at %d came an event from %d to %d with %d bytes", f.offset, got.Offset, got.NewOffset, len(got.Chunk))
		}
		f.text.WriteString(got.Chunk)
		f.offset, f.status = got.NewOffset, got.Status
		f.done = f.done || got.EOF
	}
}

// engines lists the processes of scripted engines with a tag in their arguments.
func engines(t *testing.T, tag string) []int {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	var found []int
	for _, file := range files {
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		text, err := os.ReadFile(file)
		if err == nil && bytes.Contains(text, []byte(tag)) && script.Runs(pid) {
			found = append(found, pid)
		}
	}
	return found
}
