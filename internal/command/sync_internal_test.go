package command

import (
	"bytes"
	"strings"
	"testing"

	"mailferry/internal/imapsync"
	"mailferry/internal/testkit/pty"
)

// syncLines are what an engine prints that has to wait and fails.
const syncLines = `Here is the built-in engine of Mailferry v1 on a linux system with 2 cores.
Host1: success login on [a] with user [b]
Progress: 0/2 folders, 0/10 messages, 0/1000 bytes, 0.00 msgs/s, 0 bytes/s
Folder     1/2 [INBOX] -> [INBOX]
Progress: 0/2 folders, 5/10 messages, 500/1000 bytes, 2.00 msgs/s, 2000 bytes/s, ETA 90 s
Host2: waiting until 2026-03-01T10:00:00Z: NO [LIMIT] slower
Host2: going on after the pause
- msg INBOX/7 {12} could not append ( Subject:[x] ) to folder INBOX: NO [CANNOT] no
Could not create folder A from A: NO no
++++ Listing 3 errors encountered during the sync
Err 1/3: - msg INBOX/7 {12} could not append ( Subject:[x] ) to folder INBOX: NO [CANNOT] no
Err 2/3: Could not create folder A from A: NO no
Err 3/3: something that no line told of
Exiting with return value 114 (EXIT_ERR_APPEND) 3/unlimited nb_errors/max_errors PID 1
`

func TestASyncIsToldAsObjects(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	d := NewSyncOutput(Console{Out: &out}, "json", nil)
	// However the bytes come.
	for i := range len(syncLines) {
		if _, err := d.Write([]byte(syncLines[i : i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.End(114); err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for line := range strings.Lines(out.String()) {
		kind, _, ok := strings.Cut(strings.TrimPrefix(line, `{"type":"`), `"`)
		if !ok {
			t.Errorf("the line %q", line)
		}
		if len(kinds) == 0 || kinds[len(kinds)-1] != kind {
			kinds = append(kinds, kind)
		}
	}
	if got, want := strings.Join(kinds, " "), "progress waiting progress error summary"; got != want {
		t.Errorf("it tells of %s, want %s:\n%s", got, want, out.String())
	}
	for _, want := range []string{
		`{"type":"waiting","side":"DESTINATION","reason":"NO [LIMIT] slower","until":"2026-03-01T10:00:00Z"}`,
		`{"type":"error","message":"something that no line told of"}`,
		`{"type":"summary","exitCode":114,"exitReason":"EXIT_ERR_APPEND","report":null,"dryRun":false,"seconds":`,
	} {
		if strings.Count(out.String(), want) != 1 {
			t.Errorf("%s is not there once:\n%s", want, out.String())
		}
	}
	if n := strings.Count(out.String(), `"error"`); n != 3 {
		t.Errorf("%d errors are told, want 3:\n%s", n, out.String())
	}
}

func TestASyncIsToldOnATerminal(t *testing.T) {
	t.Parallel()
	terminal := pty.Open(t, 100)
	d := NewSyncOutput(Console{Out: terminal.Side, Environ: []string{"TERM=xterm"}}, "", []string{"--host1", "a"})
	if _, err := d.Write([]byte(syncLines)); err != nil {
		t.Fatal(err)
	}
	if err := d.End(114); err != nil {
		t.Fatal(err)
	}
	text := terminal.Close()
	if strings.Count(text, "could not append") != 1 || strings.Count(text, "something that no line told of") != 1 ||
		!strings.Contains(text, "not done: exit code 114 (EXIT_ERR_APPEND)") || strings.Contains(text, "Here is") {
		t.Errorf("it shows %q", text)
	}
}

// lastProgress keeps the last progress.
type lastProgress struct {
	syncQuiet

	last imapsync.Progress
}

func (l *lastProgress) progress(p imapsync.Progress) { l.last = p }

func TestASyncOnATerminalLooksSo(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		lines string
		room  int
		want  string
	}{
		{"Progress: 0/2 folders, 5/10 messages, 500/1000 bytes, 2.00 msgs/s, 2000 bytes/s, ETA 90 s\n", 80, "[#########.........]  50 %  5/10 messages  2.0 kB/s  about 1 min 30 s left"},
		{"Progress: 0/2 folders, 5/10 messages, 500/1000 bytes, 2.00 msgs/s, 2000 bytes/s, ETA 90 s\n", 30, " 50 %  5/10 messages  2.0 kB/s  about 1 min 30 s left"},
		{"Folder     1/2 [INBOX] -> [INBOX]\nProgress: 0/2 folders, 0/0 messages, 0/0 bytes, 0.00 msgs/s, 0 bytes/s\n", 30, "INBOX (0 of 2 folders done)"},
	} {
		show := &lastProgress{}
		d := newSyncDisplay(show)
		_, _ = d.Write([]byte("Here is the built-in engine of Mailferry\n" + test.lines))
		if got := syncLine(show.last, test.room); got != test.want {
			t.Errorf("in %d columns it is %q, want %q", test.room, got, test.want)
		}
	}
}
