package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

// Batch is what can be done about batches on a running server.
type Batch struct {
	List   BatchList   `cmd:"" help:"List batches, newest first."`
	Show   BatchShow   `cmd:"" help:"Show how far a batch is, and its mailboxes."`
	Check  BatchCheck  `cmd:"" help:"Sign in to both sides of every mailbox that does not run, and note what stands in the way."`
	Start  BatchStart  `aliases:"resume" cmd:"" help:"Let the mailboxes of a batch that waits or is paused go on."`
	Pause  BatchPause  `cmd:"" help:"Keep what waits waiting; what runs runs on."`
	Wait   BatchWait   `cmd:"" help:"Wait until no mailbox of a batch waits or runs; the exit code says how it ended."`
	Report BatchReport `cmd:"" help:"Print the report of a batch."`
	Rerun  BatchRerun  `cmd:"" help:"Run mailboxes again: those that did not succeed, or all."`
	Cancel BatchCancel `cmd:"" help:"Cancel every job of a batch that waits or runs."`
}

// BatchList lists batches.
type BatchList struct {
	Remote

	Search string `help:"Only batches whose name contains this, in any case." placeholder:"TEXT"`
	Limit  int    `default:"50" help:"Batches at most; 0: all." placeholder:"N" short:"n"`
	JSON   bool   `help:"Print JSON, in the API's names." name:"json"`
}

// Help says what is printed.
func (*BatchList) Help() string {
	return "On a terminal a table; elsewhere a line for each batch, with tabs between id, name, state, mailboxes, succeeded, failed, " +
		"share done and time."
}

// Run prints the batches.
func (c *BatchList) Run(ctx context.Context, con Console) error {
	if c.Limit < 0 {
		return exitf(ExitUsage, "--limit: %d is less than none", c.Limit)
	}
	s, err := c.connect(con)
	if err != nil {
		return err
	}
	limit := c.Limit
	if c.Search != "" {
		limit = 0
	}
	batches, err := s.listBatches(ctx, limit)
	if err != nil {
		return err
	}
	if c.Search != "" {
		batches = alike(batches, c.Search)
		if c.Limit > 0 {
			batches = batches[:min(len(batches), c.Limit)]
		}
	}
	out := newScreen(con)
	if c.JSON {
		return out.json(batches)
	}
	if len(batches) == 0 && out.terminal != nil {
		fmt.Fprintln(con.Err, "no batches")
	}
	t := &table{columns: []column{
		{title: "ID", right: true}, {title: "NAME", least: 8}, {title: "STATE"}, {title: "MAILBOXES", right: true},
		{title: "SUCCEEDED", right: true}, {title: "FAILED", right: true}, {title: "DONE", right: true}, {title: "CREATED"},
	}}
	now := time.Now()
	for i := range batches {
		b := &batches[i].is
		moment := b.CreatedAt.UTC().Format(time.RFC3339)
		if out.terminal != nil {
			moment = momentText(b.CreatedAt, now)
		}
		t.add(cell{text: b.ID}, cell{text: b.Name}, cell{b.state(), b.paint()}, cell{text: fmt.Sprint(b.Summary.Mailboxes)},
			cell{text: fmt.Sprint(b.count(statusSucceeded))}, cell{text: fmt.Sprint(b.count("FAILED"))},
			cell{text: percent(b.Summary.Progress)}, cell{text: moment})
	}
	t.write(out)
	return out.flush()
}

// alike are the batches whose name contains a text, in any case.
func alike(batches []batchRecord, text string) []batchRecord {
	found := []batchRecord{}
	for _, b := range batches {
		if strings.Contains(strings.ToLower(b.is.Name), strings.ToLower(text)) {
			found = append(found, b)
		}
	}
	return found
}

// state is a batch in one word.
func (b *batch) state() string {
	switch {
	case b.Summary.Checking:
		return "CHECKING"
	case b.count(statusRunning) > 0:
		return statusRunning
	case b.count(statusQueued) > 0 && b.Paused:
		return "PAUSED"
	case b.count(statusQueued) > 0:
		return statusQueued
	default:
		return "ENDED"
	}
}

func (b *batch) paint() paint {
	switch {
	case !b.ended():
		return cyan
	case b.count(statusSucceeded) == b.Summary.Mailboxes:
		return green
	default:
		return red
	}
}

// sentence is how far a batch is, for people.
func (b *batch) sentence() string {
	var text []string
	for _, c := range b.Summary.Counts {
		if c.Count > 0 {
			text = append(text, countText(c.Count)+" "+strings.ToLower(c.Status))
		}
	}
	return mailboxes(int(b.Summary.Mailboxes)) + ": " + strings.Join(text, ", ")
}

// BatchShow shows a batch.
type BatchShow struct {
	Remote

	Batch  string      `arg:"" help:"Its id, or its name where no other batch has it."`
	Status []jobStatus `help:"Only mailboxes in one of these states." placeholder:"STATUS"`
	JSON   bool        `help:"Print the batch as JSON, in the API's names; mailferry job list --batch has its mailboxes." name:"json"`
}

// Run prints the batch, and the latest run of each mailbox.
func (c *BatchShow) Run(ctx context.Context, con Console) error {
	s, err := c.connect(con)
	if err != nil {
		return err
	}
	found, err := s.findBatch(ctx, c.Batch)
	if err != nil {
		return err
	}
	out := newScreen(con)
	if c.JSON {
		return out.json(found)
	}
	b := &found.is
	filter := map[string]any{"batch": b.ID}
	if len(c.Status) > 0 {
		filter["status"] = c.Status
	}
	jobs, err := s.listJobs(ctx, filter, 0)
	if err != nil {
		return err
	}
	if out.terminal != nil {
		showBatch(out, b)
		out.printf("%-12s %s/batches/%s\n\n", "address", s.URL, b.ID)
	}
	jobTable(jobs, out.terminal != nil).write(out)
	return out.flush()
}

func showBatch(out *screen, b *batch) {
	line := func(label, format string, args ...any) {
		out.printf("%-12s %s\n", label, harmless(fmt.Sprintf(format, args...), false))
	}
	line("batch", "%s %s", b.ID, b.Name)
	out.printf("%-12s %s\n", "state", out.painted(b.state(), b.paint()))
	line("created", "%s", b.CreatedAt.Local().Format("2006-01-02 15:04:05 -07:00"))
	line("mailboxes", "%s; %d verified", b.sentence(), b.Summary.Verified)
	line("done", "%s", batchProgress(b, 0))
	if b.Summary.MessagesMissing > 0 {
		line("missing", "%s", messages(b.Summary.MessagesMissing))
	}
	if b.Summary.Checked > 0 {
		line("checked", "%d, of which %d cannot be moved as they are", b.Summary.Checked, b.Summary.CheckFailed)
	}
	if b.Summary.Waiting != nil {
		line("waits", "%s", waitingText(b.Summary.Waiting))
	}
	if b.Paused && b.count(statusQueued) > 0 {
		line("next step", "mailferry batch start %s", b.ID)
	}
}

// batchProgress is how far a batch has come, in one line.
func batchProgress(b *batch, barRoom int) string {
	text := percent(b.Summary.Progress)
	if barRoom >= 10 {
		text = bar(b.Summary.Progress, barRoom) + fmt.Sprintf("%6s", text)
	}
	if b.Summary.MessagesTotal > 0 {
		text += fmt.Sprintf("  %s/%s messages", countText(b.Summary.MessagesDone), countText(b.Summary.MessagesTotal))
	}
	if eta := b.Summary.ETASeconds; eta != nil && *eta > 0 && !b.ended() {
		text += "  about " + durationText(time.Duration(*eta)*time.Second) + " left"
	}
	return text
}

// one is a command about one batch.
type one struct {
	Remote

	Batch string `arg:"" help:"Its id, or its name where no other batch has it."`
	JSON  bool   `help:"Print JSON, in the API's names." name:"json"`
}

// change has the API change the batch and prints what became of it.
func (c *one) change(ctx context.Context, con Console, done, field string, variables map[string]any) (*server, *batchRecord, error) {
	s, err := c.connect(con)
	if err != nil {
		return nil, nil, err
	}
	found, err := s.findBatch(ctx, c.Batch)
	if err != nil {
		return nil, nil, err
	}
	if variables == nil {
		variables = map[string]any{}
	}
	variables["id"] = found.is.ID
	arguments := "$id: ID!"
	if _, scoped := variables["scope"]; scoped {
		arguments += ", $scope: RerunScope!"
	}
	var answer map[string]*batchRecord
	if err := s.do(ctx, "mutation ("+arguments+") { "+field+" { "+batchFields+" } }", variables, &answer); err != nil {
		return nil, nil, err
	}
	for _, changed := range answer {
		found = changed
	}
	if done == "" {
		return s, found, nil
	}
	out := newScreen(con)
	if c.JSON {
		return s, found, out.json(found)
	}
	out.printf("batch %s (%s): %s; %s\n", found.is.ID, harmless(found.is.Name, false), done, found.is.sentence())
	return s, found, out.flush()
}

// BatchStart lets a batch go on.
type BatchStart struct{ one }

// Run resumes the batch.
func (c *BatchStart) Run(ctx context.Context, con Console) error {
	_, _, err := c.change(ctx, con, "goes on", "resumeBatch(id: $id)", nil)
	return err
}

// BatchPause pauses a batch.
type BatchPause struct{ one }

// Run keeps what waits waiting.
func (c *BatchPause) Run(ctx context.Context, con Console) error {
	_, _, err := c.change(ctx, con, "paused", "pauseBatch(id: $id)", nil)
	return err
}

// BatchCancel cancels a batch.
type BatchCancel struct{ one }

// Run asks the server to cancel what waits or runs.
func (c *BatchCancel) Run(ctx context.Context, con Console) error {
	_, _, err := c.change(ctx, con, "cancel asked for", "cancelBatch(id: $id)", nil)
	return err
}

// BatchRerun runs mailboxes again.
type BatchRerun struct {
	one

	All bool `help:"All mailboxes that neither wait nor run, for what has come since; else those whose last run did not succeed."`
}

// Run queues new jobs for the mailboxes.
func (c *BatchRerun) Run(ctx context.Context, con Console) error {
	scope := "FAILED"
	if c.All {
		scope = "ALL"
	}
	_, _, err := c.change(ctx, con, "runs again", "rerunBatch(id: $id, scope: $scope)", map[string]any{"scope": scope})
	return err
}

// BatchReport prints the report of a batch.
type BatchReport struct {
	Remote

	Batch  string `arg:"" help:"Its id, or its name where no other batch has it."`
	Format string `default:"csv" enum:"csv,missing,json" help:"csv: a line for each mailbox; missing: a line for each missing message, as CSV; json: both."`
	JSON   bool   `help:"The same as --format=json." name:"json"`
	Output string `help:"A file to write it to, which is not there yet; without one it is printed." placeholder:"FILE" short:"o"`
}

// Run passes the report on as the server writes it.
func (c *BatchReport) Run(ctx context.Context, con Console) (err error) {
	s, err := c.connect(con)
	if err != nil {
		return err
	}
	found, err := s.findBatch(ctx, c.Batch)
	if err != nil {
		return err
	}
	file := map[string]string{"csv": "report.csv", "missing": "missing.csv", "json": "report.json"}[c.Format]
	if c.JSON {
		file = "report.json"
	}
	answer, err := s.Get(ctx, "/migration/batches/"+found.is.ID+"/"+file, nil)
	if err != nil {
		return s.explain(ctx, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return exitf(ExitNoServer, "the server at %s answers %s to the question for the report", s.URL, answer.Status)
	}
	to := con.Out
	if c.Output != "" {
		written, err := os.OpenFile(c.Output, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
		defer func() {
			if err = errors.Join(err, written.Close()); err != nil {
				_ = os.Remove(c.Output)
			}
		}()
		to = written
	}
	return s.pass(ctx, to, answer.Body)
}

// pass copies an answer to the output and tells the troubles of the two apart.
func (s *server) pass(ctx context.Context, to io.Writer, from io.Reader) error {
	piece := make([]byte, 64<<10)
	for {
		n, err := from.Read(piece)
		if _, failed := to.Write(piece[:n]); failed != nil {
			return &OutputError{failed}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return s.explain(ctx, fmt.Errorf("it broke off in the middle: %w", err))
		}
	}
}
