package imapsync_test

import (
	"errors"
	"strings"
	"testing"

	"mailferry/internal/imapsync"
)

func TestEveryExitCodeHasANameAndAnActionableSentence(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	for code := 1; code < 256; code++ {
		reason, sentence := imapsync.NewParser().Explain(imapsync.Outcome{ExitCode: &code})
		if reason != imapsync.ExitName(code) || !strings.HasSuffix(sentence, ".") || !strings.Contains(sentence, ":") || strings.Count(sentence, "\n") > 0 {
			t.Errorf("exit code %d: %q, %q", code, reason, sentence)
		}
		if other, ok := seen[reason]; ok {
			t.Errorf("exit codes %d and %d share the name %s", other, code, reason)
		}
		seen[reason] = code
	}
}

func TestAnEngineThatDoesNotRunIsExplained(t *testing.T) {
	t.Parallel()
	zero, one := 0, 1
	for _, c := range []struct {
		outcome imapsync.Outcome
		want    string
	}{
		{imapsync.Outcome{StartError: errors.New("executable file not found in $PATH")}, "executable file not found"},
		{imapsync.Outcome{Signal: "SIGKILL"}, "killed from outside"},
		{imapsync.Outcome{Signal: "TERM"}, "signal TERM"},
		{imapsync.Outcome{}, "without an exit code"},
		{imapsync.Outcome{ExitCode: &zero, Silent: true}, "printed nothing"},
		{imapsync.Outcome{ExitCode: &one, Silent: true}, "printed nothing"},
	} {
		if _, sentence := imapsync.NewParser().Explain(c.outcome); !strings.Contains(sentence, c.want) {
			t.Errorf("%+v is explained as %q, want it to say %q", c.outcome, sentence, c.want)
		}
	}
}

func TestServerTextInASentenceIsKeptShort(t *testing.T) {
	t.Parallel()
	p := imapsync.NewParser()
	_, _ = p.Write([]byte("Host1 failure: Error login on [h] with user [u] auth [LOGIN]: 2 NO " + strings.Repeat("é", 1000) + "\n"))
	code := imapsync.ExitAuthenticationFailureUser1
	if _, sentence := p.Explain(imapsync.Outcome{ExitCode: &code}); len(sentence) > 600 || !strings.Contains(sentence, "NO éé") {
		t.Errorf("%d bytes: %q", len(sentence), sentence)
	}
}

func TestUnknownOptionIsRepeated(t *testing.T) {
	t.Parallel()
	p := imapsync.NewParser()
	_, _ = p.Write([]byte("Unknown option: koko\nExiting with return value 64 (EX_USAGE) 0/50 nb_errors/max_errors PID 7\n"))
	code := imapsync.ExitUsage
	if _, sentence := p.Explain(imapsync.Outcome{ExitCode: &code}); !strings.Contains(sentence, "koko") {
		t.Errorf("explained as %q", sentence)
	}
}
