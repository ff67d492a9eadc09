package command

import (
	"context"
	"fmt"
	"strings"
	"time"

	"mailferry/internal/imapsync"
)

// waits is for commands that wait for an end.
type waits struct {
	reconnecting

	Timeout time.Duration `help:"How long to wait at most, as 90s or 2h; without it as long as it takes." placeholder:"DURATION"`
	Quiet   bool          `help:"Say nothing but errors." short:"q"`
}

const waitHelp = "Exit codes: 0 succeeded; 1 failed, cancelled or interrupted; 2 there is no such %[1]s; 3 the time of --timeout was over; " +
	"4 the server cannot be reached or does not take the token; 64 wrong options; 130 Ctrl-C, which leaves the %[1]s alone."

// JobWait waits for jobs.
type JobWait struct {
	named
	waits
}

// Help lists the exit codes.
func (*JobWait) Help() string { return fmt.Sprintf(waitHelp, "job") }

// Run waits until all jobs have ended.
func (c *JobWait) Run(ctx context.Context, con Console) error {
	s, err := c.connect(con)
	if err != nil {
		return err
	}
	ctx, cancel := limited(ctx, c.Timeout)
	defer cancel()
	// All are looked for before any is waited for: a wrong name is told at once.
	ids := make([]string, len(c.Jobs))
	for i, name := range c.Jobs {
		found, err := s.findJob(ctx, name)
		if err != nil {
			return err
		}
		ids[i] = found.is.ID
	}
	out := newScreen(con)
	ended := []jobRecord{}
	failed := false
	for _, id := range ids {
		last, err := c.one(ctx, s, con, id)
		if err != nil {
			return err
		}
		ended = append(ended, *last)
		failed = failed || last.is.Status != statusSucceeded
		if !c.JSON && !c.Quiet {
			out.printf("job %s (%s): %s%s\n", id, harmless(last.is.Name, false), out.painted(last.is.Status, paintOf(last.is.Status)), because(&last.is))
			if err := out.flush(); err != nil {
				return err
			}
		}
	}
	if c.JSON {
		err = out.json(ended)
	}
	if err == nil && failed {
		err = &ExitError{Code: ExitFailed}
	}
	return err
}

func because(j *job) string {
	if text := note(j); text != "" {
		return ", " + harmless(text, false)
	}
	return ""
}

// one waits for one job, with a line on the terminal meanwhile, and gives its last state.
func (c *JobWait) one(ctx context.Context, s *server, con Console, id string) (*jobRecord, error) {
	line := c.line(con)
	if line != nil {
		defer line.clear()
	}
	var last *jobRecord
	const query = `subscription ($id: ID) { jobChanged(id: $id) { deleted ` + jobFields + ` } }`
	type changed struct{ JobChanged record[deletable] }
	err := follow(ctx, s, c.Reconnect, sayAway(con, line), query, func() map[string]any { return map[string]any{"id": id} },
		func(e *changed) (bool, error) {
			now := e.JobChanged.is
			if now.Deleted {
				return false, exitf(ExitRefused, "job %s was deleted", id)
			}
			last = &jobRecord{raw: e.JobChanged.raw, is: now.job}
			if line != nil {
				line.show(jobLine(&now.job, columns(line.terminal)))
			}
			return now.ended(), nil
		})
	return last, err
}

// deletable is a job as jobChanged sends it.
type deletable struct {
	job

	Deleted bool
}

// line is where progress is shown, nil where nobody sees it: standard error, since the output may go elsewhere.
func (c *waits) line(con Console) *statusLine {
	file, ok := terminalOf(con.Err)
	if !ok || c.Quiet || con.Getenv("TERM") == "dumb" {
		return nil
	}
	return &statusLine{out: file, terminal: file}
}

// jobLine is a job in one line of so many columns.
func jobLine(j *job, room int) string {
	head := fmt.Sprintf("job %s %s  ", j.ID, fitted(j.Name, 30))
	switch {
	case j.Waiting != nil:
		return head + waitingText(j.Waiting)
	case j.Status == statusQueued:
		return head + strings.TrimSuffix("waits: "+note(j), ": ")
	case j.Progress == nil:
		return head + "starts"
	}
	return head + progressText(j.Progress, room/5)
}

// progressText is how far a run has come: a bar where there is room for one, share, messages, rate, rest and folder.
func progressText(p *imapsync.Progress, barRoom int) string {
	var text []string
	if done, known := share(p); known {
		share := fmt.Sprintf("%5s", percent(done))
		if barRoom >= 10 {
			share = bar(done, barRoom) + " " + share
		}
		text = append(text, share, countText(*p.MessagesDone)+"/"+countText(*p.MessagesTotal)+" messages")
	}
	if p.BytesPerSecond != nil && *p.BytesPerSecond > 0 {
		text = append(text, byteText(*p.BytesPerSecond)+"/s")
	}
	if p.ETASeconds != nil && *p.ETASeconds > 0 {
		text = append(text, "about "+durationText(time.Duration(*p.ETASeconds)*time.Second)+" left")
	}
	if p.CurrentFolder != nil {
		folder := *p.CurrentFolder
		if p.FoldersDone != nil && p.FoldersTotal != nil && *p.FoldersDone < *p.FoldersTotal {
			folder += fmt.Sprintf(" (%d of %s done)", *p.FoldersDone, folders(*p.FoldersTotal))
		}
		text = append(text, folder)
	}
	if len(text) == 0 {
		return "looks at the folders"
	}
	return strings.Join(text, "  ")
}
