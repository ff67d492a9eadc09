package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"mailferry/internal/testkit/process"
	"mailferry/internal/testkit/pty"
)

// shells are how each is started with nobody's settings, and what it is told before the script.
func shells() map[string][]string {
	return map[string][]string{
		"bash": {"--norc", "--noprofile", "-i"},
		"zsh":  {"-f", "-i"},
		"fish": {"--no-config", "-i"},
	}
}

func TestShellsCompleteTheCommandLine(t *testing.T) {
	t.Parallel()
	setup := newSetup(t, "")
	srv := setup.start()
	job := srv.create(succeeding("only", 1, 0))[0].ID
	srv.waitEnd(job)
	begin := map[string]string{
		"bash": "PS1='> '; bind 'set bell-style none'; eval \"$(mailferry completion bash)\"; echo rea''dy\n",
		"zsh":  "PS1='> '; unsetopt beep; autoload -Uz compinit; compinit -u -D; eval \"$(mailferry completion zsh)\"; echo rea''dy\n",
		"fish": "mailferry completion fish | source; echo rea''dy\n",
	}
	for shell, args := range shells() {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			program, err := process.FindProgram(shell, shell)
			process.Check(t, err)
			terminal := pty.Open(t, 200)
			cmd := exec.CommandContext(t.Context(), program, args...)
			cmd.Env = slices.Concat(setup.env, setup.commands(srv.URL, "TERM=dumb", "LC_ALL=C.UTF-8",
				"PATH="+filepath.Dir(os.Getenv(binaryVariable))+":"+os.Getenv("PATH")))
			cmd.Dir = setup.folder
			cmd.Stdin, cmd.Stdout, cmd.Stderr = terminal.Side, terminal.Side, terminal.Side
			cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			say := func(text string) {
				if err := terminal.Type(text); err != nil {
					t.Error(err)
				}
			}
			say(begin[shell])
			terminal.Await("ready")
			// What was completed is run: only a whole word is one that mailferry knows.
			for _, test := range []struct{ typed, want string }{
				{"mailferry vers\t", "(development)"},
				{"mailferry batch rep\t --help", "Print the report of a batch."},
				{"mailferry job list --status=fai\t && echo a failed on''e", "a failed one"},
				{"mailferry job show \t", "only"},
				{"mailferry sync --versi\t", "Mailferry "},
			} {
				before := len(terminal.Text())
				say(test.typed + "\n")
				terminal.AwaitAfter(before, test.want)
			}
			say("exit\n")
			_ = cmd.Wait()
			if text := terminal.Close(); strings.Contains(text, "mailferry: ") {
				t.Errorf("it says\n%s", text)
			}
		})
	}
}

func TestAMistypedCommandIsTold(t *testing.T) {
	t.Parallel()
	setup := newSetup(t, "")
	for typed, want := range map[string]string{
		"jbo":              "there is no command jbo: did you mean job?",
		"qwertyuiop":       "there is no command qwertyuiop (see",
		"job lst":          `did you mean one of "list", "log"?`,
		"job list --stats": `did you mean "--status"?`,
		"help imprt":       "there is no command imprt: did you mean import?",
	} {
		if code, stdout, stderr := setup.run("", nil, strings.Fields(typed)...); code != 64 || stdout != "" || !strings.Contains(stderr, want) {
			t.Errorf("mailferry %s ends with %d:\n%s%s", typed, code, stdout, stderr)
		}
	}
	for typed, want := range map[string]string{
		"help": "completion <shell>", "help job wait": "Exit codes:", "help sync": "--host1 NAME", "help help": "list all",
	} {
		if code, stdout, stderr := setup.run("", nil, strings.Fields(typed)...); code != 0 || stderr != "" || !strings.Contains(stdout, want) {
			t.Errorf("mailferry %s ends with %d:\n%s%s", typed, code, stdout, stderr)
		}
	}
}
