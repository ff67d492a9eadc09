package command

import (
	"context"
	"fmt"
)

// BatchWait waits for a batch.
type BatchWait struct {
	one
	waits
}

// Help lists the exit codes.
func (*BatchWait) Help() string {
	return fmt.Sprintf(waitHelp, "batch") + " A batch has succeeded when the latest run of every mailbox has."
}

// Run waits until no mailbox waits or runs.
func (c *BatchWait) Run(ctx context.Context, con Console) error {
	s, err := c.connect(con)
	if err != nil {
		return err
	}
	ctx, cancel := limited(ctx, c.Timeout)
	defer cancel()
	found, err := s.findBatch(ctx, c.Batch)
	if err != nil {
		return err
	}
	if b := &found.is; b.Paused && !b.ended() && !c.Quiet {
		fmt.Fprintf(con.Err, "batch %s is paused: mailferry batch start %s lets it go on\n", b.ID, b.ID)
	}
	last, err := c.until(ctx, s, con, found.is.ID, (*batch).ended)
	if err != nil {
		return err
	}
	if err := c.tell(con, last, "ended"); err != nil {
		return err
	}
	if last.is.count(statusSucceeded) < last.is.Summary.Mailboxes {
		return &ExitError{Code: ExitFailed}
	}
	return nil
}

// tell prints the batch at the end.
func (c *BatchWait) tell(con Console, last *batchRecord, what string) error {
	out := newScreen(con)
	switch {
	case c.JSON:
		return out.json(last)
	case c.Quiet:
		return nil
	}
	b := &last.is
	out.printf("batch %s (%s): %s; %s\n", b.ID, harmless(b.Name, false), what, b.sentence())
	return out.flush()
}

// until follows a batch until over says so, with a line on the terminal meanwhile, and gives its last state.
func (c *waits) until(ctx context.Context, s *server, con Console, id string, over func(*batch) bool) (*batchRecord, error) {
	line := c.line(con)
	if line != nil {
		defer line.clear()
	}
	const query = `subscription ($id: ID!) { batchChanged(id: $id) { ` + batchFields + ` } }`
	type changed struct{ BatchChanged batchRecord }
	var last *batchRecord
	err := follow(ctx, s, c.Reconnect, sayAway(con, line), query, func() map[string]any { return map[string]any{"id": id} },
		func(e *changed) (bool, error) {
			last = &e.BatchChanged
			b := &last.is
			if line != nil {
				head := fmt.Sprintf("batch %s %s  ", b.ID, fitted(b.Name, 30))
				if b.Summary.Checking {
					line.show(fmt.Sprintf("%schecked %d of %d, %d cannot be moved as they are", head, b.Summary.Checked, b.Summary.Mailboxes, b.Summary.CheckFailed))
				} else {
					line.show(head + batchProgress(b, columns(line.terminal)/5) + "  " + b.sentence())
				}
			}
			return over(b), nil
		})
	return last, err
}

// BatchCheck checks a batch.
type BatchCheck struct {
	one
	waits

	Wait bool `help:"Wait until all are checked; the exit code is 1 if any cannot be moved as it is." short:"w"`
}

// Run starts the check, and waits for its end if that is asked for.
func (c *BatchCheck) Run(ctx context.Context, con Console) error {
	done := "is being checked"
	if c.Wait {
		done = ""
	}
	s, begun, err := c.change(ctx, con, done, "checkBatch(id: $id)", nil)
	if err != nil || !c.Wait {
		return err
	}
	ctx, cancel := limited(ctx, c.Timeout)
	defer cancel()
	if _, err = c.until(ctx, s, con, begun.is.ID, func(b *batch) bool { return !b.Summary.Checking }); err != nil {
		return err
	}
	// The event that says that the check is over may have been counted before its last mailbox was.
	last, err := s.findBatch(ctx, begun.is.ID)
	if err != nil {
		return err
	}
	failed, err := s.listChecked(ctx, last.is.ID)
	if err != nil {
		return err
	}
	out := newScreen(con)
	if c.JSON {
		err = out.json(last)
	} else if !c.Quiet {
		for _, f := range failed {
			out.printf("job %s (%s): %s\n", f.ID, harmless(f.Name, false), harmless(*f.Precheck.Error, false))
		}
		out.printf("batch %s (%s): %d of %d checked, %d cannot be moved as they are\n",
			last.is.ID, harmless(last.is.Name, false), last.is.Summary.Checked, last.is.Summary.Mailboxes, last.is.Summary.CheckFailed)
		err = out.flush()
	}
	if err == nil && last.is.Summary.CheckFailed > 0 {
		err = &ExitError{Code: ExitFailed}
	}
	return err
}

// checked is what a check found out about a mailbox.
type checked struct {
	ID, Name string
	Precheck *struct {
		OK    bool
		Error *string
	}
}

// listChecked are the mailboxes of a batch in whose way something stands.
func (s *server) listChecked(ctx context.Context, id string) ([]checked, error) {
	const query = `query ($first: Int, $after: String, $filter: JobFilter) { jobs(first: $first, after: $after, filter: $filter) {
  edges { node { id name precheck { ok error } } } pageInfo { hasNextPage endCursor } } }`
	var failed []checked
	variables := map[string]any{"first": 5 * pageSize, "filter": map[string]any{"batch": id}}
	for {
		var answer struct{ Jobs page[checked] }
		if err := s.do(ctx, query, variables, &answer); err != nil {
			return nil, err
		}
		for _, edge := range answer.Jobs.Edges {
			if p := edge.Node.Precheck; p != nil && !p.OK && p.Error != nil {
				failed = append(failed, edge.Node)
			}
		}
		if !answer.Jobs.PageInfo.HasNextPage {
			return failed, nil
		}
		variables["after"] = answer.Jobs.PageInfo.EndCursor
	}
}
