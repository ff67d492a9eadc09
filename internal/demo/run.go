package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"text/tabwriter"

	"mailferry/internal/apiclient"
)

// Config is what Run needs to know.
type Config struct {
	// URL is the base of the running server, as http://127.0.0.1:8080, and Token a
	// bearer token for it.
	URL, Token string
	// Source and Destination are the servers that StartServers started.
	Source, Destination *Server
	// Output gets the jobs' logs as they are printed, and the result at the end.
	Output io.Writer
}

// ErrNotSucceeded says that a job has ended in another way than it should.
var ErrNotSucceeded = errors.New("not every job succeeded")

// Run creates a job for each sample mailbox, prints their logs while they run, and
// returns when all have ended: ErrNotSucceeded unless all of them succeeded. It
// talks to the server as any client does, over HTTP and WebSockets.
func Run(ctx context.Context, config Config) error {
	client := &apiclient.Client{URL: config.URL, Token: config.Token}
	mailboxes := Mailboxes()
	ids, err := createJobs(ctx, client, config, mailboxes)
	if err != nil {
		return fmt.Errorf("create the jobs: %w", err)
	}

	output := &lockedWriter{writer: config.Output}
	followed := make([]error, len(ids))
	var following sync.WaitGroup
	for i, id := range ids {
		following.Go(func() {
			prefix := fmt.Sprintf("%-*s | ", longestName(mailboxes), mailboxes[i].Job)
			if err := follow(ctx, client, id, &lineWriter{output: output, prefix: prefix}); err != nil {
				followed[i] = fmt.Errorf("follow the log of job %s: %w", id, err)
			}
		})
	}
	following.Wait()
	if err := errors.Join(followed...); err != nil {
		return err
	}
	return printResult(ctx, client, config.Output, ids)
}

// createJobs creates all jobs at once and returns their ids.
func createJobs(ctx context.Context, client *apiclient.Client, config Config, mailboxes []Mailbox) ([]string, error) {
	inputs := make([]map[string]any, 0, len(mailboxes))
	for _, mailbox := range mailboxes {
		inputs = append(inputs, map[string]any{
			"name":        mailbox.Job,
			"source":      config.Source.endpoint(mailbox.User),
			"destination": config.Destination.endpoint(mailbox.User),
			"dryRun":      mailbox.DryRun,
			"engine":      "BUILTIN",
		})
	}
	var created struct {
		CreateJobs []struct{ ID string }
	}
	err := client.Do(ctx, `mutation ($inputs: [CreateJobInput!]!) { createJobs(inputs: $inputs) { id } }`,
		map[string]any{"inputs": inputs}, &created)
	if err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(created.CreateJobs))
	for _, job := range created.CreateJobs {
		ids = append(ids, job.ID)
	}
	return ids, nil
}

// endpoint is a user of the server as the API takes it.
func (s *Server) endpoint(user string) map[string]any {
	return map[string]any{
		"host": s.Host, "port": s.Port, "security": "NONE", "user": user, "password": s.Password(user),
	}
}

// follow copies a job's log to the writer until it ends.
func follow(ctx context.Context, client *apiclient.Client, id string, log *lineWriter) error {
	defer log.flush()
	tail, err := client.Subscribe(ctx, `subscription ($id: ID!) { logTail(jobId: $id) { chunk } }`, map[string]any{"id": id})
	if err != nil {
		return err
	}
	defer tail.Close()
	for {
		var event struct {
			LogTail struct{ Chunk string }
		}
		switch err := tail.Next(&event); {
		case errors.Is(err, io.EOF):
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			return err
		}
		if _, err := io.WriteString(log, event.LogTail.Chunk); err != nil {
			return err
		}
	}
}

// printResult prints a table of what became of the jobs.
func printResult(ctx context.Context, client *apiclient.Client, output io.Writer, ids []string) error {
	const query = `query ($id: ID!) {
		job(id: $id) { name status dryRun error report { messagesFound messagesCopied folders bytes seconds verified } }
	}`
	table := tabwriter.NewWriter(output, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "\njob\tstatus\tfolders\tmessages\tcopied\tMiB\tseconds\tverified\n")
	succeeded := true
	for _, id := range ids {
		var data struct {
			Job struct {
				Name, Status string
				DryRun       bool
				Error        *string
				Report       struct {
					Folders, MessagesFound, MessagesCopied, Bytes int64
					Seconds                                       float64
					Verified                                      bool
				}
			}
		}
		if err := client.Do(ctx, query, map[string]any{"id": id}, &data); err != nil {
			return fmt.Errorf("ask for job %s: %w", id, err)
		}
		job, report := data.Job, data.Job.Report
		verified := "no"
		switch {
		case job.DryRun:
			verified = "dry run"
		case report.Verified:
			verified = "yes"
		}
		fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%d\t%.1f\t%.1f\t%s\n", job.Name, strings.ToLower(job.Status),
			report.Folders, report.MessagesFound, report.MessagesCopied, float64(report.Bytes)/(1<<20), report.Seconds, verified)
		if job.Error != nil {
			fmt.Fprintf(table, "  %s\n", *job.Error)
		}
		succeeded = succeeded && job.Status == "SUCCEEDED"
	}
	fmt.Fprintln(table)
	if err := table.Flush(); err != nil {
		return fmt.Errorf("print the result: %w", err)
	}
	if !succeeded {
		return ErrNotSucceeded
	}
	return nil
}

func longestName(mailboxes []Mailbox) int {
	longest := 0
	for _, mailbox := range mailboxes {
		longest = max(longest, len(mailbox.Job))
	}
	return longest
}

// lockedWriter lets the followers take turns.
type lockedWriter struct {
	mutex  sync.Mutex
	writer io.Writer
}

func (w *lockedWriter) Write(text []byte) (int, error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	n, err := w.writer.Write(text)
	if err != nil {
		return n, fmt.Errorf("print a log: %w", err)
	}
	return n, nil
}

// lineWriter passes on whole lines, each behind a prefix.
type lineWriter struct {
	output io.Writer
	prefix string
	rest   string
}

func (w *lineWriter) Write(text []byte) (int, error) {
	w.rest += string(text)
	var lines strings.Builder
	for {
		line, rest, found := strings.Cut(w.rest, "\n")
		if !found {
			break
		}
		lines.WriteString(w.prefix + strings.TrimSuffix(line, "\r") + "\n")
		w.rest = rest
	}
	if _, err := io.WriteString(w.output, lines.String()); err != nil {
		return 0, err
	}
	return len(text), nil
}

// flush passes on a last line without an end.
func (w *lineWriter) flush() {
	if w.rest != "" {
		_, _ = w.Write([]byte("\n"))
	}
}
