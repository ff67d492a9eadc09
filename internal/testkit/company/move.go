package company

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"mailferry/internal/apiclient"
	"mailferry/internal/demo/mailgen"
)

// Server is a running Mailferry without a job, whose jobs may connect to loopback.
type Server interface {
	// Client speaks to it with full rights.
	Client() *apiclient.Client
	// Restart ends it as an operator does, by SIGTERM, and starts it again on the same data.
	Restart(ctx context.Context) error
}

// Figures are what a move came to.
type Figures struct {
	// Mailboxes and Messages are how many there are at the source, Bytes their size.
	Mailboxes, Messages int
	Bytes               int64
	// Filled is what it took to fill them, Imported to read the list, Checked to look at both
	// sides of each mailbox, Moved to move them with the restart, Restarted the restart alone,
	// Mended to run the failed ones again, Passed to look for new messages in all.
	Filled, Imported, Checked, Moved, Restarted, Mended, Passed time.Duration
	// CheckFailed is how many mailboxes the check found that cannot be moved.
	CheckFailed int
	// Interrupted is how many jobs the restart cut off.
	Interrupted int
	// Verified is how many mailboxes are proven to be moved: first, with a mended password,
	// and behind the later pass.
	Verified, VerifiedMended, VerifiedAgain int
	// New is how many messages came to the source in between, CopiedAgain how many the later
	// pass copied.
	New, CopiedAgain int64
	// Named are the mailboxes that could not be moved.
	Named []Named
	// MessagesPerSecond is the rate of the move, restart included.
	MessagesPerSecond float64
}

// Named is a mailbox that the report names, with imapsync's name of the reason and what to do.
type Named struct {
	Mailbox, Reason, NextStep string
}

// newMessages is how many come to the source between the two passes.
const newMessages = 2

// move is a move that goes on.
type move struct {
	*Company

	server  Server
	figures Figures
	// wrong is what is not as it must be.
	wrong []error
	id    string
}

func (m *move) fail(format string, args ...any) {
	m.wrong = append(m.wrong, fmt.Errorf(format, args...))
}

// Move moves the company, once, and measures it. The error is everything that was not as it
// must be; with it the figures go as far as the move came.
func (c *Company) Move(ctx context.Context, server Server) (Figures, error) {
	m := &move{Company: c, server: server, figures: Figures{
		Mailboxes: c.options.Mailboxes, Messages: c.options.Mailboxes * c.options.Messages, Bytes: c.bytes, Filled: c.filled, New: newMessages,
	}}
	for _, step := range []struct {
		name  string
		do    func(context.Context) error
		takes *time.Duration
	}{
		{"refuse a broken list", m.refuseBroken, nil},
		{"import", m.importList, &m.figures.Imported},
		{"check", m.check, &m.figures.Checked},
		{"move", m.moveAll, &m.figures.Moved},
		{"report", m.report, nil},
		{"compare", m.compareAll, nil},
		{"mend a password", m.mend, &m.figures.Mended},
		{"bring new messages", m.bringNew, nil},
		{"pass again", m.passAgain, &m.figures.Passed},
		{"look at what is new", m.reportAgain, nil},
		{"purge", m.purge, nil},
	} {
		began := time.Now()
		if err := step.do(ctx); err != nil {
			return m.figures, errors.Join(append(m.wrong, fmt.Errorf("%s: %w", step.name, err))...)
		}
		if step.takes != nil {
			*step.takes = time.Since(began)
		}
	}
	movable := (c.options.Mailboxes - len(m.figures.Named)) * c.options.Messages
	m.figures.MessagesPerSecond = float64(movable) / m.figures.Moved.Seconds()
	return m.figures, errors.Join(m.wrong...)
}

const importJobs = `mutation ($csv: String!, $defaults: BatchSettingsInput) { importJobs(csv: $csv, defaults: $defaults) {
  rows { line } errors { line header message } batch { id } } }`

type imported struct {
	ImportJobs struct {
		Rows   []struct{ Line int }
		Errors []struct {
			Line    int
			Header  *string
			Message string
		}
		Batch *struct{ ID string }
	}
}

// refuseBroken imports a list with errors, which creates nothing and names each of them.
func (m *move) refuseBroken(ctx context.Context) error {
	broken := m.csv() + ";;;\nlonely@example.org;;x@example.org;y\n\"broken"
	var answer imported
	if err := m.server.Client().Do(ctx, importJobs, map[string]any{"csv": broken, "defaults": m.settings()}, &answer); err != nil {
		return err
	}
	if answer.ImportJobs.Batch != nil || len(answer.ImportJobs.Errors) < 2 {
		m.fail("a broken list gave the batch %v and the errors %+v", answer.ImportJobs.Batch, answer.ImportJobs.Errors)
	}
	return nil
}

func (m *move) importList(ctx context.Context) error {
	var answer imported
	if err := m.server.Client().Do(ctx, importJobs, map[string]any{"csv": m.csv(), "defaults": m.settings()}, &answer); err != nil {
		return err
	}
	if result := answer.ImportJobs; len(result.Errors) > 0 || result.Batch == nil || len(result.Rows) != m.options.Mailboxes {
		return fmt.Errorf("%d rows, errors %+v", len(result.Rows), result.Errors)
	}
	m.id = answer.ImportJobs.Batch.ID
	return nil
}

// check looks at both sides of every mailbox before anything is moved.
func (m *move) check(ctx context.Context) error {
	if err := do(ctx, m.server.Client(), `checkBatch(id: $id)`, m.id); err != nil {
		return err
	}
	checked, err := waitBatch(ctx, m.server.Client(), m.id, "checked", func(b batch) bool {
		return !b.Summary.Checking && b.Summary.Checked == m.options.Mailboxes
	})
	if err != nil {
		return err
	}
	m.figures.CheckFailed = checked.Summary.CheckFailed
	if checked.Summary.CheckFailed != 3 || checked.count("QUEUED") != m.options.Mailboxes {
		m.fail("behind the check: %v", checked)
	}
	return nil
}

// moveAll lets the batch run and restarts the server when half of it is done.
func (m *move) moveAll(ctx context.Context) error {
	jobs, err := subscribeJobs(ctx, m.server.Client())
	if err != nil {
		return err
	}
	defer jobs.Close()
	if err := do(ctx, m.server.Client(), `resumeBatch(id: $id)`, m.id); err != nil {
		return err
	}
	if err := waitSucceeded(ctx, jobs, m.options.Mailboxes/2); err != nil {
		return err
	}
	began := time.Now()
	if err := m.server.Restart(ctx); err != nil {
		return fmt.Errorf("restart the server: %w", err)
	}
	m.figures.Restarted = time.Since(began)
	moved, err := waitBatch(ctx, m.server.Client(), m.id, "moved", batch.ended)
	if err != nil {
		return err
	}
	m.figures.Verified = moved.Summary.Verified
	if good := m.options.Mailboxes - 3; moved.Summary.Verified != good || moved.count("SUCCEEDED") != good || moved.count("FAILED") != 3 {
		m.fail("behind the move: %v", moved)
	}
	m.figures.Interrupted, err = interruptedRuns(ctx, m.server.Client())
	return err
}

// report has the three mailboxes named that cannot be moved, each with the right reason.
func (m *move) report(ctx context.Context) error {
	mailboxes, err := readReport(ctx, m.server.Client(), m.id)
	if err != nil {
		return err
	}
	if len(mailboxes) != m.options.Mailboxes {
		return fmt.Errorf("it has %d mailboxes", len(mailboxes))
	}
	reasons := map[int]string{m.wrongSource: "USER1", m.wrongDestination: "USER2", m.full: "OVERQUOTA"}
	for i, mailbox := range mailboxes {
		if mailbox.Name != m.user(i) {
			m.fail("%s is at the place of %s", mailbox.Name, m.user(i))
		}
		if m.movable(i) {
			if !mailbox.Verified || mailbox.Result != "complete" {
				m.fail("%s: %s (%s): %s", mailbox.Name, mailbox.Result, mailbox.Reason, mailbox.NextStep)
			}
			continue
		}
		m.figures.Named = append(m.figures.Named, Named{mailbox.Name, mailbox.Reason, mailbox.NextStep})
		if mailbox.Verified || !strings.Contains(mailbox.Reason, reasons[i]) || mailbox.NextStep == "" {
			m.fail("%s: %s (%s, want %s): %s", mailbox.Name, mailbox.Result, mailbox.Reason, reasons[i], mailbox.NextStep)
		}
	}
	return nil
}

// compareAll does not believe the report.
func (m *move) compareAll(ctx context.Context) error {
	return m.each(ctx, func(ctx context.Context, i int) error {
		if !m.movable(i) {
			return nil
		}
		return m.compare(ctx, i)
	})
}

// mend replaces a wrong password in place and runs the failed ones again.
func (m *move) mend(ctx context.Context) error {
	mailboxes, err := readReport(ctx, m.server.Client(), m.id)
	if err != nil {
		return err
	}
	err = m.server.Client().Do(ctx, `mutation ($id: ID!, $password: Password!) { setCredentials(jobId: $id, source: {password: $password}) { id } }`,
		map[string]any{"id": mailboxes[m.wrongSource].JobID, "password": m.password(m.wrongSource)}, nil)
	if err != nil {
		return err
	}
	mended, err := m.runAgain(ctx, "FAILED")
	if err != nil {
		return err
	}
	m.figures.VerifiedMended = mended.Summary.Verified
	if mended.Summary.Verified != m.options.Mailboxes-2 || mended.count("FAILED") != 2 {
		m.fail("with the right password: %v", mended)
	}
	return m.compare(ctx, m.wrongSource)
}

// runAgain runs mailboxes again and waits for their end.
func (m *move) runAgain(ctx context.Context, scope string) (batch, error) {
	if err := do(ctx, m.server.Client(), `rerunBatch(id: $id, scope: `+scope+`)`, m.id); err != nil {
		return batch{}, err
	}
	return waitBatch(ctx, m.server.Client(), m.id, "moved again", batch.ended)
}

// fresh is the mailbox that gets new messages.
const fresh = 3

func (m *move) bringNew(ctx context.Context) error {
	_, err := m.source(fresh).Append(ctx, newMessages, 1, mailgen.Options{Seed: 1 << 32, MaxBytes: maxBytes})
	return err
}

// passAgain copies only what is new.
func (m *move) passAgain(ctx context.Context) error {
	again, err := m.runAgain(ctx, "ALL")
	if err != nil {
		return err
	}
	m.figures.VerifiedAgain = again.Summary.Verified
	if again.Summary.Verified != m.options.Mailboxes-2 || again.count("FAILED") != 2 {
		m.fail("behind the later pass: %v", again)
	}
	return nil
}

func (m *move) reportAgain(ctx context.Context) error {
	mailboxes, err := readReport(ctx, m.server.Client(), m.id)
	if err != nil {
		return err
	}
	for i, mailbox := range mailboxes {
		if i != m.full && mailbox.Copied != nil {
			m.figures.CopiedAgain += *mailbox.Copied
		}
	}
	if m.figures.CopiedAgain != newMessages {
		m.fail("the later pass copied %d messages, of %d new ones", m.figures.CopiedAgain, newMessages)
	}
	return m.compare(ctx, fresh)
}

// purge deletes the passwords, behind which nothing runs any more.
func (m *move) purge(ctx context.Context) error {
	if err := do(ctx, m.server.Client(), `purgeBatch(id: $id)`, m.id); err != nil {
		return err
	}
	err := do(ctx, m.server.Client(), `rerunBatch(id: $id, scope: ALL)`, m.id)
	if refused, ok := errors.AsType[*apiclient.Error](err); !ok || refused.Code != "CONFLICT" || !strings.Contains(refused.Message, "purged") {
		m.fail("a rerun of a purged batch: %w", err)
	}
	return nil
}
