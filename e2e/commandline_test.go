package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"mailferry/e2e/script"
	"mailferry/internal/testkit/pty"
)

// commands runs commands against a server: with its token in the environment, and settings of their own.
func (s *setup) commands(url string, env ...string) []string {
	return append([]string{"HOME=" + s.folder, "XDG_CONFIG_HOME=" + filepath.Join(s.folder, "config"), "MAILFERRY_URL=" + url}, env...)
}

// mustRun runs a command that succeeds and says nothing beside its output.
func (s *setup) mustRun(env []string, args ...string) string {
	s.t.Helper()
	code, stdout, stderr := s.run("", env, args...)
	if code != 0 || stderr != "" {
		s.t.Fatalf("mailferry %s ends with %d:\n%s%s", strings.Join(args, " "), code, stdout, stderr)
	}
	return stdout
}

// succeeding is scripted with an engine that tells of its success.
func succeeding(tag string, count int, pause time.Duration) map[string]any {
	input := scripted(tag, count, pause)
	source := input["source"].(map[string]any)
	source["user"] = script.Told + strings.TrimPrefix(source["user"].(string), "lines")
	return input
}

func TestJobsAreListedShownAndChangedFromTheCommandLine(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, setup *setup) {
		srv := setup.start("MAILFERRY_SLOTS=1")
		env := setup.commands(srv.URL)
		jobs := srv.create(succeeding("first", 3, 0), scripted("long", 100000, 10*time.Millisecond), succeeding("third one", 1, 0))
		first, long, third := jobs[0].ID, jobs[1].ID, jobs[2].ID
		if got, want := setup.mustRun(env, "job", "wait", "first"), "job "+first+" (first): SUCCEEDED"; !strings.HasPrefix(got, want) {
			t.Errorf("wait prints %q, want %q", got, want)
		}

		lines := strings.Split(strings.TrimSuffix(setup.mustRun(env, "job", "list"), "\n"), "\n")
		if len(lines) != 3 || !strings.HasPrefix(lines[0], third+"\tQUEUED\tthird one\t") || len(strings.Split(lines[2], "\t")) != 8 {
			t.Errorf("list prints\n%s", strings.Join(lines, "\n"))
		}
		if got := setup.mustRun(env, "job", "list", "--status=succeeded,failed", "--search=FIRST"); !strings.HasPrefix(got, first+"\t") || strings.Count(got, "\n") != 1 {
			t.Errorf("the filtered list is\n%s", got)
		}
		var listed []struct {
			ID, Status string
			Source     struct{ Host string }
		}
		if err := json.Unmarshal([]byte(setup.mustRun(env, "job", "list", "--json", "-n", "2")), &listed); err != nil || len(listed) != 2 || listed[0].ID != third || listed[0].Source.Host != "127.0.0.1" {
			t.Errorf("the list as JSON is %+v, %v", listed, err)
		}
		var shown struct{ ID, Name, Status string }
		if err := json.Unmarshal([]byte(setup.mustRun(env, "job", "show", "--json", "third one")), &shown); err != nil || shown.ID != third || shown.Status != "QUEUED" {
			t.Errorf("the job as JSON is %+v, %v", shown, err)
		}
		if got := setup.mustRun(env, "job", "show", third); !strings.Contains(got, "status       QUEUED\n") || !strings.Contains(got, srv.URL+"/jobs/"+third+"\n") {
			t.Errorf("show prints\n%s", got)
		}

		if code, stdout, stderr := setup.run("", env, "job", "wait", "--timeout=50ms", "long"); code != 3 || !strings.Contains(stderr, "--timeout") {
			t.Errorf("wait with a limit ends with %d:\n%s%s", code, stdout, stderr)
		}
		if code, _, stderr := setup.run("", env, "job", "rerun", "long"); code != 2 || strings.Count(stderr, "\n") != 1 {
			t.Errorf("a rerun of a job that runs ends with %d:\n%s", code, stderr)
		}
		if got := setup.mustRun(env, "job", "cancel", "long"); !strings.HasPrefix(got, "job "+long+" (long): cancel asked for") {
			t.Errorf("cancel prints %q", got)
		}
		if code, stdout, stderr := setup.run("", env, "job", "wait", "long", third); code != 1 || stderr != "" || !strings.Contains(stdout, "CANCELLED") || !strings.Contains(stdout, "third one): SUCCEEDED") {
			t.Errorf("wait for a cancelled job ends with %d:\n%s%s", code, stdout, stderr)
		}
		var again []struct{ ID string }
		if err := json.Unmarshal([]byte(setup.mustRun(env, "job", "rerun", "--json", third)), &again); err != nil || len(again) != 1 || again[0].ID == third {
			t.Errorf("rerun prints %+v, %v", again, err)
		}
		// The name stands for its latest run.
		if got := setup.mustRun(env, "job", "wait", "third one"); !strings.HasPrefix(got, "job "+again[0].ID+" ") {
			t.Errorf("the name stands for %q, want job %s", got, again[0].ID)
		}
		setup.mustRun(env, "job", "delete", long)
		for _, args := range [][]string{{"show", long}, {"log", "-f", long}, {"wait", "long"}, {"cancel", "lo"}, {"delete", "nobody"}, {"log", "--offset=99999", first}} {
			if code, stdout, stderr := setup.run("", env, append([]string{"job"}, args...)...); code != 2 || stdout != "" || strings.Count(stderr, "\n") != 1 {
				t.Errorf("job %s ends with %d:\n%s%s", strings.Join(args, " "), code, stdout, stderr)
			}
		}
		// One that fails does not keep the others from it, and is told of.
		code, stdout, stderr := setup.run("", env, "job", "delete", "nobody", first)
		if code != 2 || !strings.Contains(stderr, "nobody") || !strings.HasPrefix(stdout, "job "+first+" ") {
			t.Errorf("delete of two ends with %d:\n%s%s", code, stdout, stderr)
		}
	})
}

func TestTwoJobsOfANameAreTold(t *testing.T) {
	t.Parallel()
	setup := newSetup(t, "")
	srv := setup.start()
	jobs := srv.create(scripted("twin", 1, 0), scripted("twin", 1, 0))
	code, _, stderr := setup.run("", setup.commands(srv.URL), "job", "show", "twin")
	if code != 2 || !strings.Contains(stderr, jobs[0].ID) || !strings.Contains(stderr, jobs[1].ID) {
		t.Errorf("it ends with %d:\n%s", code, stderr)
	}
}

// everyCommand are all commands that ask a server, with a job and a batch of these ids.
func everyCommand(job, batch string) map[string][]string {
	return map[string][]string{
		"job list": {"job", "list"}, "job show": {"job", "show", job}, "job log": {"job", "log", job}, "job log -f": {"job", "log", "-f", job},
		"job wait": {"job", "wait", job}, "job cancel": {"job", "cancel", job}, "job rerun": {"job", "rerun", job}, "job delete": {"job", "delete", job},
		"batch list": {"batch", "list"}, "batch show": {"batch", "show", batch}, "batch check": {"batch", "check", "--wait", batch},
		"batch start": {"batch", "start", batch}, "batch pause": {"batch", "pause", batch}, "batch wait": {"batch", "wait", batch},
		"batch report": {"batch", "report", batch}, "batch rerun": {"batch", "rerun", "--all", batch}, "batch cancel": {"batch", "cancel", batch},
		"import": {"import", "-"},
	}
}

const oneMailbox = "host1,user1,password1,security1,host2,user2,password2,security2,engine\n" +
	"127.0.0.1,lines-2-0s@batch,secret-1,none,127.0.0.1,b,secret-2,none,imapsync\n"

func TestEveryCommandSaysWhyNoServerHelps(t *testing.T) {
	t.Parallel()
	setup := newSetup(t, "")
	srv := setup.start()
	job := srv.create(succeeding("job", 1, 0))[0].ID
	srv.waitEnd(job)
	setup.run(oneMailbox, setup.commands(srv.URL), "import", "--paused", "--name=batch", "-")
	token := func(args ...string) string {
		code, stdout, stderr := setup.run("", nil, append([]string{"token", "create"}, args...)...)
		if code != 0 {
			t.Fatalf("token create ends with %d:\n%s", code, stderr)
		}
		return strings.TrimSpace(stdout)
	}
	revoked, readOnly := token("gone"), token("reader", "--read-only")
	if code, _, stderr := setup.run("", nil, "token", "revoke", "gone"); code != 0 {
		t.Fatal(stderr)
	}
	reads := []string{"job list", "job show", "job log", "job log -f", "job wait", "batch list", "batch show", "batch report"}
	for name, args := range everyCommand(job, "1") {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for trouble, test := range map[string]struct{ url, token, want string }{
				"no server":          {"http://127.0.0.1:1", apiToken, "cannot be reached"},
				"no token":           {srv.URL, "", "wants a token"},
				"a revoked token":    {srv.URL, revoked, "does not take the token"},
				"a read-only token":  {srv.URL, readOnly, "may read and change nothing"},
				"another web server": {srv.URL + "/elsewhere", apiToken, "is that its address?"},
			} {
				if trouble == "a read-only token" && (slices.Contains(reads, name) || name == "batch wait") {
					continue
				}
				code, stdout, stderr := setup.run(oneMailbox, setup.commands(test.url, "MAILFERRY_API_TOKEN="+test.token), args...)
				if code != 4 || stdout != "" || !strings.HasPrefix(stderr, "mailferry: ") || !strings.Contains(stderr, test.want) || strings.Count(stderr, "\n") != 1 {
					t.Errorf("with %s it ends with %d:\n%s%s", trouble, code, stdout, stderr)
				}
				if strings.Contains(stderr, "secret-") || test.token != "" && strings.Contains(stderr, test.token) {
					t.Errorf("with %s a secret is printed:\n%s", trouble, stderr)
				}
			}
			if slices.Contains(reads, name) {
				if code, _, stderr := setup.run("", setup.commands(srv.URL, "MAILFERRY_API_TOKEN="+readOnly), args...); code != 0 {
					t.Errorf("with a read-only token it ends with %d:\n%s", code, stderr)
				}
			}
		})
	}
}

func TestCommandsEndQuietlyWhenTheirReaderHasGone(t *testing.T) {
	t.Parallel()
	setup := newSetup(t, "")
	srv := setup.start()
	job := srv.create(scripted("loud", 20000, 0))[0].ID
	srv.waitEnd(job)
	// Prints a line and nothing more for as long as the test lasts.
	silent := srv.create(scripted("silent", 2, time.Hour))[0].ID
	setup.run(oneMailbox, setup.commands(srv.URL), "import", "--paused", "--name=batch", "-")
	commands := everyCommand(job, "1")
	commands["job log -f of a silent job"] = []string{"job", "log", "-f", silent}
	for _, name := range []string{"job list", "job show", "job log", "job log -f", "job log -f of a silent job", "batch list", "batch show", "batch report"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), os.Getenv(binaryVariable), commands[name]...)
			cmd.Env = slices.Concat(setup.env, setup.commands(srv.URL))
			reader, writer, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			var stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = writer, &stderr
			if name != "job log -f of a silent job" {
				reader.Close()
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			writer.Close()
			if name == "job log -f of a silent job" {
				if _, err := reader.Read(make([]byte, 1)); err != nil {
					t.Fatal(err)
				}
				reader.Close()
			}
			_ = cmd.Wait()
			status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
			if quiet := ok && (status.Signal() == syscall.SIGPIPE || status.ExitStatus() == 141); !quiet || stderr.Len() > 0 {
				t.Errorf("it ends with %v:\n%s", cmd.ProcessState, stderr.String())
			}
		})
	}
}

func TestAFullDiskIsNoSilentEndOfALog(t *testing.T) {
	t.Parallel()
	setup := newSetup(t, "")
	srv := setup.start()
	job := srv.create(scripted("loud", 20000, 0))[0].ID
	srv.waitEnd(job)
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	for _, args := range [][]string{{"job", "log", job}, {"job", "log", "-f", job}, {"job", "list", "--json"}} {
		cmd := exec.CommandContext(t.Context(), os.Getenv(binaryVariable), args...)
		cmd.Env = slices.Concat(setup.env, setup.commands(srv.URL))
		var stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = full, &stderr
		if _ = cmd.Run(); cmd.ProcessState.ExitCode() != 1 || !strings.Contains(stderr.String(), "no space left") {
			t.Errorf("%v ends with %v:\n%s", args, cmd.ProcessState, stderr.String())
		}
	}
}

func TestALogOfTwentyMegabytesIsTheDownload(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, setup *setup) {
		srv := setup.start()
		const lines = 400_000
		job := srv.create(succeeding("large", lines, 0))[0].ID
		followed := setup.mustFollow(srv, job)
		want := srv.download(job)
		if len(want) < 20_000_000 || !strings.HasSuffix(want, script.Line(lines-1)+script.Statistics) {
			t.Fatalf("the log has %d bytes", len(want))
		}
		if followed != want {
			t.Errorf("log -f gives %d bytes, other than the download of %d", len(followed), len(want))
		}
		if got := setup.mustRun(setup.commands(srv.URL), "job", "log", job); got != want {
			t.Errorf("log gives %d bytes, other than the download of %d", len(got), len(want))
		}
		// From within a character on: at the whole character.
		at := strings.Index(want[1000:], "ř") + 1001
		if got := setup.mustRun(setup.commands(srv.URL), "job", "log", fmt.Sprintf("--offset=%d", at), job); got != want[at-1:] {
			t.Errorf("log --offset gives %d bytes, want %d", len(got), len(want)-at+1)
		}
		var last struct {
			NewOffset int64
			EOF       bool
		}
		pieces := strings.Split(strings.TrimSpace(setup.mustRun(setup.commands(srv.URL), "job", "log", "--json", job)), "\n")
		if err := json.Unmarshal([]byte(pieces[len(pieces)-1]), &last); err != nil || last.NewOffset != int64(len(want)) {
			t.Errorf("the last piece as JSON is %+v, %v", last, err)
		}
	})
}

// mustFollow follows a log to the end of the job.
func (s *setup) mustFollow(srv *server, job string) string {
	s.t.Helper()
	code, stdout, stderr := s.run("", s.commands(srv.URL), "job", "log", "-f", job)
	if code != 0 || stderr != "job "+job+": SUCCEEDED\n" {
		s.t.Fatalf("log -f ends with %d:\n%s", code, stderr)
	}
	return stdout
}

func TestALogIsFollowedThroughTheEndsOfServers(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]syscall.Signal{"killed": syscall.SIGKILL, "stopped": syscall.SIGTERM} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onBoth(t, func(t *testing.T, setup *setup) {
				srv := setup.start("MAILFERRY_SLOTS=1", "MAILFERRY_LEASE=2s")
				jobs := srv.create(scripted("running", 1_000_000, time.Millisecond), scripted("queued", 2000, time.Millisecond))
				type followed struct {
					cmd            *exec.Cmd
					stdout, stderr *output
				}
				follow := func(job string) followed {
					f := followed{
						exec.CommandContext(t.Context(), os.Getenv(binaryVariable), "job", "log", "-f", "--reconnect=60s", job),
						&output{changed: make(chan struct{}, 1)}, &output{changed: make(chan struct{}, 1)},
					}
					f.cmd.Env = slices.Concat(setup.env, setup.commands(srv.URL))
					f.cmd.Stdout, f.cmd.Stderr = f.stdout, f.stderr
					if err := f.cmd.Start(); err != nil {
						t.Fatal(err)
					}
					return f
				}
				// waitFor waits until a follower has so many bytes.
				waitFor := func(f followed, size int) {
					for len(f.stdout.String()) < size {
						select {
						case <-f.stdout.changed:
						case <-time.After(patience):
							t.Fatalf("the follower has %d bytes:\n%s", len(f.stdout.String()), f.stderr)
						}
					}
				}
				running, queued := follow(jobs[0].ID), follow(jobs[1].ID)
				waitFor(running, 5000)
				srv.signal(signal)
				srv.wait()
				srv = setup.start("MAILFERRY_SLOTS=1", "MAILFERRY_LEASE=2s")
				waitFor(queued, 5000)
				srv.signal(signal)
				srv.wait()
				srv = setup.start("MAILFERRY_SLOTS=1", "MAILFERRY_LEASE=2s")
				// The one that ran is told of its end where the server is stopped; the one that waited has lost its connection.
				for i, f := range []followed{running, queued} {
					if err := f.cmd.Wait(); err != nil {
						t.Fatalf("log -f: %v\n%s", err, f.stderr)
					}
					want := srv.download(jobs[i].ID)
					if got := f.stdout.String(); got != want {
						t.Errorf("job %s: followed %d bytes, the log has %d", jobs[i].Name, len(got), len(want))
					}
					if told := f.stderr.String(); !strings.HasSuffix(told, "job "+jobs[i].ID+": INTERRUPTED\n") || i == 1 && !strings.Contains(told, "trying again") {
						t.Errorf("it says\n%s", told)
					}
				}
			})
		})
	}
}

// metrics are the server's.
func metrics(s *server) string {
	s.t.Helper()
	answer, err := s.Get(s.t.Context(), "/metrics", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(text)
}

func TestAServerThatStaysAwayEndsWhoFollows(t *testing.T) {
	t.Parallel()
	setup := newSetup(t, "")
	srv := setup.start()
	job := srv.create(scripted("long", 100000, time.Millisecond))[0].ID
	cmd := exec.CommandContext(t.Context(), os.Getenv(binaryVariable), "job", "wait", "--reconnect=1s", job)
	cmd.Env = slices.Concat(setup.env, setup.commands(srv.URL))
	stderr := &output{changed: make(chan struct{}, 1)}
	cmd.Stderr = stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(patience); !strings.Contains(metrics(srv), "\nmailferry_websockets 1\n"); {
		if time.Now().After(deadline) {
			t.Fatalf("nobody waits:\n%s", metrics(srv))
		}
	}
	srv.signal(syscall.SIGKILL)
	srv.wait()
	if _ = cmd.Wait(); cmd.ProcessState.ExitCode() != 4 || !strings.Contains(stderr.String(), "cannot be reached") {
		t.Errorf("it ends with %v:\n%s", cmd.ProcessState, stderr)
	}
}

func TestTablesFitTheTerminal(t *testing.T) {
	t.Parallel()
	setup := newSetup(t, "")
	srv := setup.start()
	name := "a name that is long, with 日本語 and \x1b[31mred\x1b[0m in it, and more"
	input := succeeding("x", 1, 0)
	input["name"] = name
	jobs := srv.create(input)
	srv.waitEnd(jobs[0].ID)
	for _, width := range []int{80, 120, 300} {
		for _, colours := range []bool{true, false} {
			terminal := pty.Open(t, width)
			cmd := exec.CommandContext(t.Context(), os.Getenv(binaryVariable), "job", "list")
			cmd.Env = slices.Concat(setup.env, setup.commands(srv.URL, "TERM=xterm"))
			if !colours {
				cmd.Env = append(cmd.Env, "NO_COLOR=1")
			}
			cmd.Stdout = terminal.Side
			if err := cmd.Run(); err != nil {
				t.Fatal(err)
			}
			text := terminal.Close()
			if coloured := strings.Contains(text, "\x1b[32mSUCCEEDED\x1b[0m"); coloured != colours || !colours && strings.Contains(text, "\x1b") || strings.Contains(text, "\x1b[31mred") {
				t.Errorf("with colours %v it prints %q", colours, text)
			}
			lines := strings.Split(strings.TrimSpace(text), "\r\n")
			if len(lines) != 2 || !strings.Contains(lines[0], "STATUS") {
				t.Errorf("it prints\n%s", text)
			}
			if !colours {
				if n := len([]rune(lines[1])); n > width || width == 80 && !strings.Contains(lines[1], "…") {
					t.Errorf("on %d columns a line has %d characters:\n%s", width, n, lines[1])
				}
			}
		}
	}
}
