package command

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"mailferry/internal/imapsync"
)

// SyncOptions takes --progress=WORD out of the options of mailferry sync, which are else imapsync's. The word is "" where none is
// given; the last one counts.
func SyncOptions(args []string) (progress string, rest []string, err error) {
	for i := 0; i < len(args); i++ {
		name, value, bound := strings.Cut(args[i], "=")
		if bare := strings.ToLower(strings.TrimPrefix(strings.TrimPrefix(name, "-"), "-")); bare != "progress" || bare == strings.ToLower(name) {
			rest = append(rest, args[i])
			continue
		}
		if !bound {
			if i++; i == len(args) {
				return "", nil, exitf(ExitUsage, "--progress wants bar, plain, json or none")
			}
			value = args[i]
		}
		switch value {
		case "bar", "plain", "json", "none":
			progress = value
		default:
			return "", nil, exitf(ExitUsage, "--progress=%s: it is bar, plain, json or none", value)
		}
	}
	return progress, rest, nil
}

// SyncOutput stands between the engine, which prints lines, and the console.
type SyncOutput interface {
	io.Writer
	// End prints what the run came to. The engine has ended with the exit code.
	End(code int) error
}

// NewSyncOutput is the output that --progress asks for: on a terminal a bar unless the options ask for lines, elsewhere the
// engine's lines as they are.
func NewSyncOutput(con Console, progress string, args []string) SyncOutput {
	terminal, ok := terminalOf(con.Out)
	if progress == "" {
		progress = "plain"
		if ok && con.Getenv("TERM") != "dumb" && !wantsLines(args) {
			progress = "bar"
		}
	}
	switch {
	case progress == "json":
		return newSyncDisplay(&syncJSON{out: con.Out})
	case progress == "none":
		return newSyncDisplay(&syncQuiet{con.Err})
	case progress == "bar" && ok:
		bar := &syncBar{line: statusLine{out: con.Out, terminal: terminal}, screen: newScreen(con)}
		bar.line.show("connects")
		return newSyncDisplay(bar)
	default:
		return plainOutput{con.Out}
	}
}

func newSyncDisplay(show syncShow) *syncDisplay {
	return &syncDisplay{parser: imapsync.NewParser(), show: show, started: time.Now(), told: map[string]bool{}}
}

// wantsLines says whether options are about what is printed, and not about a copy.
func wantsLines(args []string) bool {
	for _, arg := range args {
		name := strings.ToLower(strings.TrimLeft(arg, "-"))
		if name != strings.ToLower(arg) && (name == "help" || name == "version" || strings.HasPrefix(name, "just") || strings.HasPrefix(name, "debug")) {
			return true
		}
	}
	return false
}

// plainOutput passes on what the engine prints.
type plainOutput struct{ io.Writer }

func (plainOutput) End(int) error { return nil }

// syncShow is one way to show a run.
type syncShow interface {
	// progress is called when something has changed.
	progress(p imapsync.Progress)
	// failure is called for each error as it comes.
	failure(text string)
	// answer is called for lines that are no run's: what is wrong with the options.
	answer(line string)
	// end is called once.
	end(s syncSummary) error
}

// syncSummary is what a run came to.
type syncSummary struct {
	ExitCode int `json:"exitCode"`
	// ExitReason is imapsync's name of the code.
	ExitReason string `json:"exitReason"`
	// Report is nil where the run did not get so far.
	Report *imapsync.Report `json:"report"`
	// Dry says that nothing was to be changed.
	Dry bool `json:"dryRun"`
	// Seconds is how long it took.
	Seconds float64 `json:"seconds"`
}

// maxTold is how many errors are remembered, so that the list at the end does not repeat them.
const maxTold = 10_000

// maxHosts is how many errors of connections are remembered: a run ends after few.
const maxHosts = 10

// syncDisplay reads the engine's lines and tells a syncShow of what they mean.
type syncDisplay struct {
	parser  *imapsync.Parser
	show    syncShow
	started time.Time

	line  []byte
	begun bool
	dry   bool
	told  map[string]bool
	// hosts are those of the errors told of that are about a connection.
	hosts []string
}

// maxSyncLine is how much of one line is looked at, in bytes.
const maxSyncLine = 64 << 10

// Write takes the next bytes of the engine's output. It never fails: that nobody can see a run is no reason to leave a mailbox half copied.
func (d *syncDisplay) Write(p []byte) (int, error) {
	_, _ = d.parser.Write(p)
	for rest := p; len(rest) > 0; {
		end := bytes.IndexByte(rest, '\n')
		piece := rest
		if end >= 0 {
			piece = rest[:end]
		}
		d.line = append(d.line, piece[:min(len(piece), maxSyncLine-len(d.line))]...)
		if end < 0 {
			break
		}
		d.take(string(d.line))
		d.line, rest = d.line[:0], rest[end+1:]
	}
	if d.begun && d.parser.Changed() {
		d.show.progress(d.parser.Progress())
	}
	return len(p), nil
}

// take looks at a line.
func (d *syncDisplay) take(line string) {
	if !d.begun {
		if d.begun = imapsync.HeadLine(line); !d.begun {
			d.show.answer(line)
		}
		return
	}
	d.dry = d.dry || strings.Contains(line, "(not really since --dry mode)") || strings.Contains(line, " without dry mode)")
	text, listed := imapsync.ListedError(line)
	if !listed {
		if !imapsync.ErrorLine(line) {
			return
		}
		text = line
	}
	if d.told[text] || listed && d.repeats(text) {
		return
	}
	if strings.HasPrefix(text, "Host") && len(d.hosts) < maxHosts {
		d.hosts = append(d.hosts, text)
	}
	if len(d.told) < maxTold {
		d.told[text] = true
	}
	d.show.failure(text)
}

// repeats says whether a listed error ends in the reply of a host that was told of when it came.
func (d *syncDisplay) repeats(text string) bool {
	reply := text[strings.LastIndex(text, ": ")+1:]
	return slices.ContainsFunc(d.hosts, func(told string) bool { return strings.HasSuffix(told, reply) })
}

// End tells what the run came to.
func (d *syncDisplay) End(code int) error {
	return d.show.end(syncSummary{
		ExitCode: code, ExitReason: imapsync.ExitName(code), Report: d.parser.Report(), Dry: d.dry, Seconds: time.Since(d.started).Seconds(),
	})
}

// syncQuiet prints errors alone.
type syncQuiet struct{ err io.Writer }

func (q *syncQuiet) progress(imapsync.Progress) {}
func (q *syncQuiet) failure(text string)        { fmt.Fprintln(q.err, harmless(text, false)) }
func (q *syncQuiet) answer(line string)         { fmt.Fprintln(q.err, harmless(line, false)) }
func (q *syncQuiet) end(syncSummary) error      { return nil }

// syncJSON prints an object a line, whose first field is its type. The other names are the API's.
type syncJSON struct {
	out io.Writer
	// waits are what was told of last.
	waits imapsync.Waiting
	err   error
}

func (j *syncJSON) emit(kind string, fields any) {
	var object bytes.Buffer
	encoder := json.NewEncoder(&object)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(fields)
	if err == nil {
		rest := bytes.TrimPrefix(object.Bytes(), []byte("{"))
		comma := ","
		if bytes.HasPrefix(rest, []byte("}")) {
			comma = ""
		}
		_, err = fmt.Fprintf(j.out, `{"type":%q%s%s`, kind, comma, rest)
	}
	if err != nil && j.err == nil {
		j.err = &OutputError{err}
	}
}

func (j *syncJSON) progress(p imapsync.Progress) {
	w := p.Waiting
	p.Waiting = nil
	j.emit("progress", p)
	if w == nil {
		j.waits = imapsync.Waiting{}
		return
	}
	if *w == j.waits {
		return
	}
	j.waits = *w
	j.emit("waiting", struct {
		Side   string    `json:"side"`
		Reason string    `json:"reason"`
		Until  time.Time `json:"until"`
	}{sideName(w.Side), w.Reason, w.Until})
}

// sideName is the API's name of a side.
func sideName(side int) string {
	if side == 1 {
		return "SOURCE"
	}
	return "DESTINATION"
}

func (j *syncJSON) failure(text string) {
	j.emit("error", struct {
		Message string `json:"message"`
	}{text})
}

func (j *syncJSON) answer(line string) {
	if !strings.HasPrefix(line, "Exiting with return value ") {
		j.failure(line)
	}
}

func (j *syncJSON) end(s syncSummary) error {
	j.emit("summary", s)
	return j.err
}

// syncBar shows a bar in the last line of a terminal, errors above it, and a summary at the end.
type syncBar struct {
	line   statusLine
	screen *screen
	drawn  time.Time
	// answered says that the engine did not run.
	answered bool
	errors   int
}

// drawEach is how often the bar is drawn at most: faster than that nobody reads.
const drawEach = 100 * time.Millisecond

func (b *syncBar) progress(p imapsync.Progress) {
	if now := time.Now(); now.Sub(b.drawn) >= drawEach || p.Waiting != nil {
		b.drawn = now
		b.line.show(syncLine(p, columns(b.line.terminal)))
	}
}

// syncLine is a run in one line of so many columns.
func syncLine(p imapsync.Progress, room int) string {
	if w := p.Waiting; w != nil {
		return waitingText(&waiting{Side: sideName(w.Side), Reason: w.Reason, Until: &w.Until})
	}
	return progressText(&p, room/4)
}

func (b *syncBar) failure(text string) {
	b.errors++
	b.line.above(text, red, b.screen.colour)
}

func (b *syncBar) answer(line string) {
	b.answered = true
	b.line.clear()
	fmt.Fprintln(b.line.out, harmless(line, false))
}

// shownMissing is how many missing messages the summary names.
const shownMissing = 20

func (b *syncBar) end(s syncSummary) error {
	b.line.clear()
	if b.answered {
		return nil
	}
	out := b.screen
	if r := s.Report; r != nil {
		took := durationText(time.Duration(s.Seconds * float64(time.Second)))
		if s.Dry {
			out.printf("would copy %s; %s at the source, in %s; nothing was changed\n", messages(r.MessagesToCopy), messages(r.MessagesFound), folders(r.Folders))
		} else {
			out.printf("copied %s (%s) in %s; %s left out or already there\n", messages(r.MessagesCopied), byteText(float64(r.Bytes)), took, countText(r.MessagesSkipped))
		}
		for _, m := range r.Missing[:min(len(r.Missing), shownMissing)] {
			out.printf("missing: %s\n", harmless(fmt.Sprintf("%s, UID %d, %q: %s", m.Folder, m.UID, m.Subject, m.Reason), false))
		}
		if r.MessagesMissing > int64(min(len(r.Missing), shownMissing)) {
			out.printf("missing: %s in all; --progress=plain names up to %s\n", messages(r.MessagesMissing), countText(imapsync.MaxMissing))
		}
		if r.Verified {
			out.printf("%s\n", out.painted("verified: both sides were compared, nothing is missing", green))
		}
	}
	switch {
	case s.ExitCode == imapsync.ExitBySignal:
		out.printf("%s\n", out.painted("stopped; what was copied stays, and a further run goes on with what is missing", yellow))
	case s.ExitCode != imapsync.ExitOK:
		out.printf("%s\n", out.painted(fmt.Sprintf("not done: exit code %d (%s)", s.ExitCode, s.ExitReason), red))
	}
	return out.flush()
}

// folders is a number of folders in words.
func folders(n int64) string {
	if n == 1 {
		return "1 folder"
	}
	return countText(n) + " folders"
}
