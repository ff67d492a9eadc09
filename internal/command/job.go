package command

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"mailferry/internal/imapsync"
)

// Job is what can be done about jobs on a running server.
type Job struct {
	List   JobList   `cmd:"" help:"List jobs, newest first."`
	Show   JobShow   `cmd:"" help:"Show all about a job."`
	Log    JobLog    `cmd:"" help:"Print the log of a job."`
	Wait   JobWait   `cmd:"" help:"Wait until jobs have ended; the exit code says how."`
	Cancel JobCancel `cmd:"" help:"Cancel jobs that wait or run."`
	Rerun  JobRerun  `cmd:"" help:"Run jobs that have ended again; only what is missing is copied."`
	Delete JobDelete `cmd:"" help:"Delete jobs that have ended, with their logs, for good."`
}

// JobList lists jobs.
type JobList struct {
	Remote

	Status []jobStatus `help:"Only jobs in one of these states: queued, running, succeeded, failed, interrupted, cancelled." placeholder:"STATUS"`
	Search string      `help:"Only jobs whose name, host or user contains this." placeholder:"TEXT"`
	Batch  string      `help:"Only the latest run of each mailbox of this batch: its id or name." placeholder:"BATCH"`
	Latest bool        `help:"Leave out runs whose place a later run of the same mailbox has taken."`
	Limit  int         `default:"50" help:"Jobs at most; 0: all." placeholder:"N" short:"n"`
	JSON   bool        `help:"Print JSON, in the API's names." name:"json"`
}

// Help says what is printed.
func (*JobList) Help() string {
	return "On a terminal a table; elsewhere a line for each job, with tabs between id, status, name, source, destination, " +
		"share done, time and note. Examples:\n\n" +
		"  mailferry job list --status=failed --batch=schools\n" +
		"  mailferry job list --status=failed --json | jq -r '.[].id'"
}

// Run prints the jobs.
func (c *JobList) Run(ctx context.Context, con Console) error {
	if c.Limit < 0 {
		return exitf(ExitUsage, "--limit: %d is less than none", c.Limit)
	}
	s, err := c.connect(con)
	if err != nil {
		return err
	}
	filter := map[string]any{}
	if len(c.Status) > 0 {
		filter["status"] = c.Status
	}
	if c.Search != "" {
		filter["search"] = c.Search
	}
	if c.Latest {
		filter["superseded"] = false
	}
	if c.Batch != "" {
		b, err := s.findBatch(ctx, c.Batch)
		if err != nil {
			return err
		}
		filter["batch"] = b.is.ID
	}
	jobs, err := s.listJobs(ctx, filter, c.Limit)
	if err != nil {
		return err
	}
	out := newScreen(con)
	if c.JSON {
		return out.json(jobs)
	}
	if len(jobs) == 0 && out.terminal != nil {
		fmt.Fprintln(con.Err, "no jobs")
	}
	jobTable(jobs, out.terminal != nil).write(out)
	return out.flush()
}

// jobTable is a table of jobs, for people or for programs.
func jobTable(jobs []jobRecord, people bool) *table {
	t := &table{columns: []column{
		{title: "ID", right: true}, {title: "STATUS"}, {title: "NAME", least: 8}, {title: "SOURCE", least: 12},
		{title: "DESTINATION", least: 12}, {title: "DONE", right: true}, {title: "TIME"}, {title: "NOTE", least: 10},
	}}
	now := time.Now()
	for i := range jobs {
		j := &jobs[i].is
		at := j.CreatedAt
		if j.StartedAt != nil {
			at = *j.StartedAt
		}
		if j.FinishedAt != nil {
			at = *j.FinishedAt
		}
		moment := at.UTC().Format(time.RFC3339)
		if people {
			moment = momentText(at, now)
		}
		t.add(
			cell{text: j.ID}, cell{j.Status, paintOf(j.Status)}, cell{text: j.Name},
			cell{text: j.Source.User + "@" + j.Source.Host}, cell{text: j.Destination.User + "@" + j.Destination.Host},
			cell{text: shareText(j)}, cell{text: moment}, cell{text: note(j)},
		)
	}
	return t
}

// share is how much of a job is done, from 0 to 1; false while that is not known. Messages and bytes count alike: neither
// alone says how long the rest takes.
func share(p *imapsync.Progress) (float64, bool) {
	if p == nil || p.MessagesDone == nil || p.MessagesTotal == nil || *p.MessagesTotal == 0 {
		return 0, false
	}
	messages := part(*p.MessagesDone, *p.MessagesTotal)
	if p.BytesDone == nil || p.BytesTotal == nil || *p.BytesTotal == 0 {
		return messages, true
	}
	return (messages + part(*p.BytesDone, *p.BytesTotal)) / 2, true
}

func part(done, total int64) float64 { return min(float64(done)/float64(total), 1) }

func shareText(j *job) string {
	if j.Status == statusQueued {
		return ""
	}
	done, known := share(j.Progress)
	if !known {
		return ""
	}
	return percent(done)
}

// percent rounds down: 100 % is all.
func percent(done float64) string { return fmt.Sprintf("%d %%", int(done*100)) }

// note is what matters most about a job now, in a few words.
func note(j *job) string {
	switch {
	case j.Waiting != nil:
		return waitingText(j.Waiting)
	case j.QueuePosition != nil:
		return fmt.Sprintf("place %d", *j.QueuePosition)
	case j.QueueReason != nil:
		return *j.QueueReason
	case j.Error != nil:
		return *j.Error
	case j.DryRun:
		return "dry run"
	case j.Verified:
		return "verified"
	default:
		return ""
	}
}

func waitingText(w *waiting) string {
	text := "the " + strings.ToLower(w.Side) + " asked for a pause"
	if w.Until != nil {
		text += " until " + w.Until.Local().Format(time.TimeOnly)
	}
	return text + ": " + w.Reason
}

// JobShow shows a job.
type JobShow struct {
	Remote

	Job  string `arg:"" help:"Its id, or its name where no other job has it."`
	JSON bool   `help:"Print JSON, in the API's names." name:"json"`
}

// Run prints all about the job.
func (c *JobShow) Run(ctx context.Context, con Console) error {
	s, err := c.connect(con)
	if err != nil {
		return err
	}
	found, err := s.findJob(ctx, c.Job)
	if err != nil {
		return err
	}
	out := newScreen(con)
	if c.JSON {
		return out.json(found)
	}
	showJob(out, &found.is)
	out.printf("%-12s %s/jobs/%s\n", "address", s.URL, found.is.ID)
	return out.flush()
}

// showJob prints what people want to know, one thing a line.
func showJob(out *screen, j *job) {
	line := func(label, format string, args ...any) {
		out.printf("%-12s %s\n", label, harmless(fmt.Sprintf(format, args...), false))
	}
	moment := func(label string, at *time.Time) {
		if at != nil {
			line(label, "%s", at.Local().Format("2006-01-02 15:04:05 -07:00"))
		}
	}
	line("job", "%s %s", j.ID, j.Name)
	out.printf("%-12s %s\n", "status", out.painted(j.Status, paintOf(j.Status)))
	line("source", "%s at %s:%d", j.Source.User, j.Source.Host, j.Source.Port)
	line("destination", "%s at %s:%d", j.Destination.User, j.Destination.Host, j.Destination.Port)
	line("engine", "%s%s", strings.ToLower(j.Engine), map[bool]string{true: ", dry run"}[j.DryRun])
	if j.Batch != nil {
		line("batch", "%s %s", j.Batch.ID, j.Batch.Name)
	}
	moment("created", &j.CreatedAt)
	moment("started", j.StartedAt)
	moment("ended", j.FinishedAt)
	moment("next try", j.NextTryAt)
	if j.Attempt > 1 {
		line("attempt", "%d", j.Attempt)
	}
	if j.RerunOf != nil {
		line("rerun of", "%s", j.RerunOf.ID)
	}
	for _, rerun := range j.Reruns {
		line("run again as", "%s", rerun.ID)
	}
	if text := note(j); text != "" && (j.Error == nil || j.Waiting != nil) {
		line("note", "%s", text)
	}
	if j.Progress != nil && !j.ended() {
		line("progress", "%s", strings.TrimSpace(progressText(j.Progress, 0)))
	}
	if r := j.Report; r != nil {
		if j.DryRun {
			line("would copy", "%s", messages(r.MessagesToCopy))
		}
		line("copied", "%s of %s found (%s), %s left out or already there", messages(r.MessagesCopied), countText(r.MessagesFound),
			byteText(float64(r.Bytes)), countText(r.MessagesSkipped))
		if !j.DryRun {
			line("missing", "%s", messages(r.MessagesMissing))
		}
		line("took", "%s", durationText(time.Duration(r.Seconds*float64(time.Second))))
	}
	if j.ended() {
		line("verified", "%s", map[bool]string{true: "yes: both sides were compared, nothing is missing", false: "no"}[j.Verified])
	}
	if j.Error != nil {
		line("error", "%s", *j.Error)
	}
	if j.NextStep != nil && (j.Error == nil || *j.NextStep != *j.Error) {
		line("next step", "%s", *j.NextStep)
	}
	line("log", "%s: mailferry job log %s", byteText(float64(j.LogSize)), j.ID)
}

// named are the jobs that a command acts on.
type named struct {
	Remote

	Jobs []string `arg:"" help:"Ids, or names that only one job has." name:"job"`
	JSON bool     `help:"Print JSON, in the API's names." name:"json"`
}

// each acts on each job in turn and says of each what was done. All are tried, whatever becomes of one; the first error decides
// the exit code.
func (c *named) each(ctx context.Context, con Console, done string, act func(s *server, j *job) (*jobRecord, error)) error {
	s, err := c.connect(con)
	if err != nil {
		return err
	}
	out := newScreen(con)
	changed := []jobRecord{}
	var failed error
	for _, name := range c.Jobs {
		found, err := s.findJob(ctx, name)
		if err == nil {
			found, err = act(s, &found.is)
		}
		if err != nil {
			err = s.explain(ctx, err)
			var exit *ExitError
			if errors.As(err, &exit) && (exit.Code == ExitNoServer || exit.Code == ExitInterrupted) {
				return err
			}
			if len(c.Jobs) == 1 {
				return err
			}
			fmt.Fprintf(con.Err, "mailferry: job %s: %v\n", name, err)
			if failed == nil {
				failed = &ExitError{Code: ExitRefused}
			}
			continue
		}
		changed = append(changed, *found)
		if !c.JSON {
			out.printf("job %s (%s): %s\n", found.is.ID, harmless(found.is.Name, false), fmt.Sprintf(done, found.is.Status))
		}
	}
	if c.JSON {
		return errors.Join(out.json(changed), failed)
	}
	if err := out.flush(); err != nil {
		return err
	}
	return failed
}

// mutate has the API change a job and gives its new state.
func (s *server) mutate(ctx context.Context, field, arguments string, variables map[string]any) (*jobRecord, error) {
	var answer map[string]*jobRecord
	query := "mutation (" + arguments + ") { " + field + " { " + jobFields + " } }"
	if err := s.do(ctx, query, variables, &answer); err != nil {
		return nil, err
	}
	for _, changed := range answer {
		return changed, nil
	}
	return nil, exitf(ExitNoServer, "%s answered nothing", s.URL)
}

// JobCancel cancels jobs.
type JobCancel struct{ named }

// Run asks the server to cancel the jobs. A running one is given ten seconds to stop by itself.
func (c *JobCancel) Run(ctx context.Context, con Console) error {
	return c.each(ctx, con, "cancel asked for, now %s", func(s *server, j *job) (*jobRecord, error) {
		return s.mutate(ctx, "cancelJob(id: $id)", "$id: ID!", map[string]any{"id": j.ID})
	})
}

// JobRerun runs jobs again.
type JobRerun struct {
	named

	DryRun *bool `help:"Change nothing this time, or with --no-dry-run do it; without either as the job did." negatable:""`
}

// Run makes a new job of each.
func (c *JobRerun) Run(ctx context.Context, con Console) error {
	return c.each(ctx, con, "runs again under this id, now %s", func(s *server, j *job) (*jobRecord, error) {
		return s.mutate(ctx, "rerunJob(id: $id, dryRun: $dryRun)", "$id: ID!, $dryRun: Boolean", map[string]any{"id": j.ID, "dryRun": c.DryRun})
	})
}

// JobDelete deletes jobs.
type JobDelete struct{ named }

// Run deletes the jobs with their logs, and prints what they were.
func (c *JobDelete) Run(ctx context.Context, con Console) error {
	return c.each(ctx, con, "deleted, was %s", func(s *server, j *job) (*jobRecord, error) {
		before, err := s.findJob(ctx, j.ID)
		if err != nil {
			return nil, err
		}
		return before, s.do(ctx, `mutation ($id: ID!) { deleteJob(id: $id) }`, map[string]any{"id": j.ID}, nil)
	})
}
