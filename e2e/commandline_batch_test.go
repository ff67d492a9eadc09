package e2e_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mailferry/internal/testkit/pty"
)

func TestABatchIsTakenThroughItsLifeFromTheCommandLine(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, setup *setup) {
		srv := setup.start()
		env := setup.commands(srv.URL)
		const file = "name,host1,user1,password1,security1,host2,user2,password2,security2,engine\n" +
			"good,127.0.0.1,told-2-0s@batch,secret-1,none,127.0.0.1,a,secret-2,none,imapsync\n" +
			"bad,127.0.0.1,lines-2-0s@batch,secret-1,none,127.0.0.1,b,secret-2,none,imapsync\n"
		code, stdout, stderr := setup.run(file, env, "import", "--json", "--paused", "--name=weekend", "-")
		var imported struct {
			Rows  []struct{ Name string }
			Batch struct{ ID string }
		}
		if err := json.Unmarshal([]byte(stdout), &imported); code != 0 || err != nil || len(imported.Rows) != 2 || imported.Batch.ID == "" {
			t.Fatalf("import ends with %d and %v:\n%s%s", code, err, stdout, stderr)
		}
		id := imported.Batch.ID
		if got := setup.mustRun(env, "batch", "list", "--search=WEEK"); !strings.HasPrefix(got, id+"\tweekend\tPAUSED\t2\t") {
			t.Errorf("list prints %q", got)
		}
		// Nobody listens on the ports of these mailboxes.
		code, stdout, stderr = setup.run("", env, "batch", "check", "--wait", "weekend")
		if code != 1 || stderr != "" || !strings.HasSuffix(stdout, "2 of 2 checked, 2 cannot be moved as they are\n") || strings.Count(stdout, "\n") != 3 {
			t.Errorf("check ends with %d:\n%s%s", code, stdout, stderr)
		}
		if code, _, stderr := setup.run("", env, "batch", "wait", "--timeout=50ms", id); code != 3 || !strings.Contains(stderr, "is paused: mailferry batch start "+id) {
			t.Errorf("wait for a paused batch ends with %d:\n%s", code, stderr)
		}
		if got := setup.mustRun(env, "batch", "start", "weekend"); !strings.HasPrefix(got, "batch "+id+" (weekend): goes on; 2 mailboxes: ") {
			t.Errorf("start prints %q", got)
		}
		if code, stdout, stderr := setup.run("", env, "batch", "wait", "weekend"); code != 1 || stderr != "" || stdout != "batch "+id+" (weekend): ended; 2 mailboxes: 1 succeeded, 1 failed\n" {
			t.Errorf("wait ends with %d:\n%s%s", code, stdout, stderr)
		}
		if got := setup.mustRun(env, "batch", "show", "--status=failed", id); strings.Count(got, "\n") != 1 || !strings.Contains(got, "\tFAILED\tbad\t") {
			t.Errorf("show prints\n%s", got)
		}
		if got := setup.mustRun(env, "job", "list", "--batch=weekend"); strings.Count(got, "\n") != 2 {
			t.Errorf("the batch's jobs are\n%s", got)
		}
		var shown struct {
			ID      string
			Summary struct{ Mailboxes int }
		}
		if err := json.Unmarshal([]byte(setup.mustRun(env, "batch", "show", "--json", id)), &shown); err != nil || shown.ID != id || shown.Summary.Mailboxes != 2 {
			t.Errorf("the batch as JSON is %+v, %v", shown, err)
		}
		for format, want := range map[string]string{"csv": "good", "json": `"good"`, "missing": "folder"} {
			if got := setup.mustRun(env, "batch", "report", "--format="+format, id); !strings.Contains(strings.ToLower(got), want) {
				t.Errorf("the report as %s is\n%s", format, got)
			}
		}
		report := filepath.Join(setup.folder, "report.csv")
		setup.mustRun(env, "batch", "report", "-o", report, id)
		if text, err := os.ReadFile(report); err != nil || string(text) != setup.mustRun(env, "batch", "report", id) {
			t.Errorf("the file has %d bytes, %v", len(text), err)
		}
		if code, _, stderr := setup.run("", env, "batch", "report", "-o", report, id); code != 1 || !strings.Contains(stderr, "exists") {
			t.Errorf("a report over another ends with %d:\n%s", code, stderr)
		}
		setup.mustRun(env, "batch", "pause", id)
		if got := setup.mustRun(env, "batch", "rerun", "--all", id); !strings.Contains(got, "2 mailboxes: 2 queued") {
			t.Errorf("rerun prints %q", got)
		}
		if got := setup.mustRun(env, "batch", "cancel", id); !strings.Contains(got, "2 cancelled") {
			t.Errorf("cancel prints %q", got)
		}
		if code, stdout, _ := setup.run("", env, "batch", "wait", "--json", id); code != 1 || !strings.Contains(stdout, `"CANCELLED"`) {
			t.Errorf("wait for a cancelled batch ends with %d:\n%s", code, stdout)
		}
		for _, command := range []string{"show", "check", "start", "pause", "wait", "report", "rerun", "cancel"} {
			if code, stdout, stderr := setup.run("", env, "batch", command, "weakend"); code != 2 || stdout != "" || strings.Count(stderr, "\n") != 1 {
				t.Errorf("batch %s of none ends with %d:\n%s%s", command, code, stdout, stderr)
			}
		}
	})
}

func TestAServerIsLoggedInToAndOut(t *testing.T) {
	t.Parallel()
	setup := newSetup(t, "")
	srv := setup.start()
	env := setup.commands("", "MAILFERRY_API_TOKEN=")
	kept := filepath.Join(setup.folder, "config", "mailferry", "profiles.json")

	if code, _, stderr := setup.run("wrong\n", env, "login", srv.URL); code != 4 || !strings.Contains(stderr, "does not take the token") {
		t.Errorf("a wrong token ends with %d:\n%s", code, stderr)
	}
	if _, err := os.Stat(kept); !os.IsNotExist(err) {
		t.Errorf("after a wrong token there is a file: %v", err)
	}
	code, stdout, stderr := setup.run(apiToken+"\n", env, "login", srv.URL+"/", "--profile=here")
	if code != 0 || stderr != "" || !strings.HasPrefix(stdout, "logged in to "+srv.URL+" as profile here") || strings.Contains(stdout, apiToken) {
		t.Fatalf("login ends with %d:\n%s%s", code, stdout, stderr)
	}
	info, err := os.Stat(kept)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info.Mode(), err)
	}
	if folder, err := os.Stat(filepath.Dir(kept)); err != nil || folder.Mode().Perm() != 0o700 {
		t.Errorf("its folder is %v, %v", folder.Mode(), err)
	}
	setup.mustRun(env, "job", "list")
	code, stdout, stderr = setup.run(oneMailbox, env, "import", "--paused", "--name=b", "-")
	if code != 0 || !strings.Contains(stdout, srv.URL+"/batches/") {
		t.Errorf("import ends with %d:\n%s%s", code, stdout, stderr)
	}

	// The environment wins; a profile's token goes to no other server.
	for _, wins := range []string{"MAILFERRY_URL=http://127.0.0.1:1", "MAILFERRY_API_TOKEN=other"} {
		if code, _, stderr := setup.run("", append(slices.Clone(env), wins), "job", "list"); code != 4 {
			t.Errorf("with %s it ends with %d:\n%s", wins, code, stderr)
		}
	}
	other := newSetup(t, "").start("MAILFERRY_API_TOKEN=of-another-0123456789abcdef0123456789abcdef")
	if code, _, stderr := setup.run("", env, "job", "list", "--url="+other.URL); code != 4 || !strings.Contains(stderr, "wants a token") {
		t.Errorf("another server gets the token of a profile: %d:\n%s", code, stderr)
	}
	if code, _, stderr := setup.run("of-another-0123456789abcdef0123456789abcdef", env, "login", other.URL); code != 0 {
		t.Fatal(stderr)
	}
	if got := setup.mustRun(env, "profile", "list"); !strings.Contains(got, "here\t"+srv.URL+"\t\n") || !strings.Contains(got, other.URL+"\tcurrent\n") {
		t.Errorf("the profiles are\n%s", got)
	}
	// What is typed wins over the environment.
	if got := setup.mustRun(append(slices.Clone(env), "MAILFERRY_API_TOKEN=other", "MAILFERRY_URL=http://127.0.0.1:1"), "batch", "list", "--profile=here"); !strings.Contains(got, "\tb\t") {
		t.Errorf("the batches of a profile are %q", got)
	}
	setup.mustRun(env, "profile", "use", "here")
	if got := setup.mustRun(env, "batch", "list"); !strings.Contains(got, "\tb\t") {
		t.Errorf("the batches of the current profile are %q", got)
	}

	if err := os.Chmod(kept, 0o644); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := setup.run("", env, "job", "list"); code != 1 || !strings.Contains(stderr, "chmod 600") {
		t.Errorf("with a file that others can read it ends with %d:\n%s", code, stderr)
	}
	if err := os.Chmod(kept, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := setup.mustRun(env, "logout"); !strings.HasPrefix(got, "profile here is forgotten") {
		t.Errorf("logout prints %q", got)
	}
	if text, err := os.ReadFile(kept); err != nil || strings.Contains(string(text), apiToken) {
		t.Errorf("after the logout the file is\n%s%v", text, err)
	}
}

func TestATokenCrossesNoNetworkReadable(t *testing.T) {
	t.Parallel()
	setup := newSetup(t, "")
	env := setup.commands("")
	for _, url := range []string{"http://192.0.2.1", "http://mailferry.example.org:8080", "http://localhost.example.org"} {
		for _, args := range [][]string{{"login", url}, {"job", "list", "--url=" + url}, {"import", "--url=" + url, "-"}} {
			input := map[bool]string{true: oneMailbox, false: apiToken}[args[0] == "import"]
			if code, _, stderr := setup.run(input, env, args...); code != 64 || !strings.Contains(stderr, "--clear-text") {
				t.Errorf("%v ends with %d:\n%s", args, code, stderr)
			}
		}
	}
	for _, url := range []string{"mailferry.example.org", "ftp://x", "http://u:p@x", "https://x?y", "http://"} {
		if code, _, stderr := setup.run(apiToken, env, "job", "list", "--url="+url); code != 64 || !strings.Contains(stderr, "is not the URL of a server") {
			t.Errorf("--url=%s ends with %d:\n%s", url, code, stderr)
		}
	}
}

func TestATokenIsTypedWithoutBeingShown(t *testing.T) {
	t.Parallel()
	setup := newSetup(t, "")
	srv := setup.start()
	terminal := pty.Open(t, 80)
	cmd := exec.CommandContext(t.Context(), os.Getenv(binaryVariable), "login", srv.URL)
	cmd.Env = slices.Concat(setup.env, setup.commands("", "MAILFERRY_API_TOKEN="))
	cmd.Stdin, cmd.Stdout, cmd.Stderr = terminal.Side, terminal.Side, terminal.Side
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	terminal.Await("(not shown): ")
	if err := terminal.Type(apiToken + "\n"); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v:\n%s", err, terminal.Text())
	}
	if text := terminal.Close(); strings.Contains(text, apiToken[:8]) || !strings.Contains(text, fmt.Sprintf("logged in to %s", srv.URL)) {
		t.Errorf("the terminal shows\n%s", text)
	}
}
