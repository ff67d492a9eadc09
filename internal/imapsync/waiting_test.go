package imapsync_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"mailferry/internal/imapsync"
)

func TestAPauseIsReadWhileItLasts(t *testing.T) {
	t.Parallel()
	until := time.Date(2026, 3, 1, 10, 0, 0, 1, time.UTC)
	told := imapsync.Waiting{Side: 2, Reason: "NO [LIMIT] Rate limit hit: slow down", Until: until}
	p := imapsync.NewParser()
	say := func(line string) *imapsync.Waiting {
		fmt.Fprintln(p, line)
		return p.Progress().Waiting
	}
	want := imapsync.Waiting{Side: 2, Reason: told.Reason, Until: until.Truncate(time.Second).Add(time.Second)}
	if w := say(imapsync.WaitingLine(told)); w == nil || *w != want || !p.Changed() {
		t.Fatalf("%+v, expected is %+v", w, want)
	}
	if w := say(imapsync.GoingOnLine(1)); w == nil || p.Changed() {
		t.Error("the end of the other side's pause ends it")
	}
	if w := say(imapsync.GoingOnLine(2)); w != nil || !p.Changed() {
		t.Errorf("still waiting: %+v", w)
	}
	for _, line := range []string{"Host1: waiting until tomorrow: x", "Host3: waiting until 2026-03-01T10:00:00Z: x", "waiting until 2026-03-01T10:00:00Z: x"} {
		if w := say(line); w != nil {
			t.Errorf("%q says %+v", line, w)
		}
	}
}

func TestARunThatEndsForAPauseSaysUntilWhen(t *testing.T) {
	t.Parallel()
	for code, waits := range map[int]bool{imapsync.ExitTempFail: true, imapsync.ExitBySignal: false} {
		p := imapsync.NewParser()
		fmt.Fprintln(p, imapsync.WaitingLine(imapsync.Waiting{Side: 1, Reason: "BYE come back later", Until: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)}))
		fmt.Fprintf(p, "Exiting with return value %d (%s) 0/unlimited nb_errors/max_errors PID 1\n", code, imapsync.ExitName(code))
		if w := p.Progress().Waiting; (w != nil) != waits {
			t.Errorf("code %d: waiting %+v", code, w)
		}
		reason, sentence := p.Explain(imapsync.Outcome{ExitCode: &code})
		if waits && (reason != "EX_TEMPFAIL" || !strings.Contains(sentence, "2026-03-01T10:00:00Z") || !strings.Contains(sentence, "BYE come back later")) {
			t.Errorf("%s: %s", reason, sentence)
		}
	}
}

func TestErrorsOfABusyHostAreToldFromOthers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lines   []string
		passing bool
		after   time.Duration
	}{
		"throttled": {[]string{
			"Err 1/2: - msg INBOX/1 {9} could not append ( Subject:[a], Date:[b], Size:[9], Flags:[] ) to folder INBOX: 5 NO Request is throttled. Suggested Backoff Time: 299961 milliseconds",
			"Err 2/2: Host1 folder Work: Could not select: 7 NO [UNAVAILABLE] Server busy",
		}, true, 299961 * time.Millisecond},
		"refused": {[]string{
			"Err 1/2: Could not create folder [x] from [x]: 5 NO [CANNOT] invalid name", "Err 2/2: Host1 folder Work: Could not select: 7 NO [LIMIT] Rate limit hit",
		}, false, 0},
		"nothing": {[]string{"The sync looks good"}, false, 0},
	} {
		p := imapsync.NewParser()
		for _, line := range c.lines {
			fmt.Fprintln(p, line)
		}
		if passing, after := p.Passing(); passing != c.passing || after != c.after {
			t.Errorf("%s: passing %v, after %s", name, passing, after)
		}
	}
}
