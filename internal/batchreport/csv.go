package batchreport

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Options shape a CSV file; the zero value is what RFC 4180 has.
type Options struct {
	// ByteOrderMark is written first. Excel takes a file for UTF-8 only with it.
	ByteOrderMark bool
	// Separator is the comma if it is 0. Excel in countries with a decimal comma wants a
	// semicolon.
	Separator rune
}

// Mailboxes writes a table with one line per mailbox. Times are in UTC.
func Mailboxes(w io.Writer, jobs Jobs, o Options) error {
	t, err := newTable(w, o, "name", "result", "verified", "source", "source_host", "destination", "destination_host",
		"source_messages", "destination_messages", "missing", "copied", "already_there_or_left_out", "folders", "bytes", "seconds",
		"started", "finished", "next_step", "status", "reason", "engine", "dry_run", "job", "to_copy")
	if err != nil {
		return err
	}
	for job, err := range jobs {
		if err != nil {
			return fmt.Errorf("report on mailboxes: %w", err)
		}
		m := Of(job)
		err := t.row(m.Name, string(m.Result), yesNo(m.Verified), m.Source.User, m.Source.Host, m.Destination.User, m.Destination.Host,
			number(m.SourceMessages), number(m.DestinationMessages), number(m.Missing), number(m.Copied), number(m.Skipped), number(m.Folders),
			number(m.Bytes), seconds(m.Seconds), moment(m.StartedAt), moment(m.FinishedAt), m.NextStep,
			string(m.Status), m.Reason, string(m.Engine), yesNo(m.DryRun), strconv.FormatInt(m.JobID, 10), number(m.ToCopy))
		if err != nil {
			return err
		}
	}
	return t.end()
}

// Missing writes a table with one line per message that is not at the destination. A job
// names at most [imapsync.MaxMissing] of them; a last line says how many more there are.
func Missing(w io.Writer, jobs Jobs, o Options) error {
	t, err := newTable(w, o, "mailbox", "source", "destination", "folder", "uid", "date", "subject", "bytes", "reason", "job")
	if err != nil {
		return err
	}
	for job, err := range jobs {
		if err != nil {
			return fmt.Errorf("report on missing messages: %w", err)
		}
		m := Of(job)
		if m.Missing == nil {
			continue
		}
		id := strconv.FormatInt(m.JobID, 10)
		for _, message := range m.MissingMessages {
			uid, size := int64(message.UID), message.Size
			err := t.row(m.Name, m.Source.User, m.Destination.User, message.Folder, known(uid), message.Date, message.Subject, known(size), message.Reason, id)
			if err != nil {
				return err
			}
		}
		if more := *m.Missing - int64(len(m.MissingMessages)); more > 0 {
			if err := t.row(m.Name, m.Source.User, m.Destination.User, "", "", "", "", "", fmt.Sprintf("%d more are missing and not named", more), id); err != nil {
				return err
			}
		}
	}
	return t.end()
}

// table writes rows of CSV with CRLF behind each (RFC 4180, section 2).
type table struct{ csv *csv.Writer }

func newTable(w io.Writer, o Options, header ...string) (*table, error) {
	if o.ByteOrderMark {
		if _, err := io.WriteString(w, "\ufeff"); err != nil {
			return nil, fmt.Errorf("write the report: %w", err)
		}
	}
	t := &table{csv.NewWriter(w)}
	t.csv.UseCRLF = true
	if o.Separator != 0 {
		t.csv.Comma = o.Separator
	}
	return t, t.row(header...)
}

func (t *table) row(cells ...string) error {
	for i, cell := range cells {
		cells[i] = defuse(cell)
	}
	if err := t.csv.Write(cells); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

func (t *table) end() error {
	t.csv.Flush()
	if err := t.csv.Error(); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// defuse keeps a spreadsheet from taking text for a formula, and a terminal from obeying
// it: an apostrophe goes before what begins one (tabs and returns are passed over by
// spreadsheets, full-width signs are taken for the plain ones), control characters become
// spaces.
func defuse(text string) string {
	if strings.IndexAny(text, "=+-@\t\r\n＝＋－＠") == 0 {
		text = "'" + text
	}
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, text)
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// number is empty for nil: unknown is not nothing.
func number(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}

// known is empty for 0, which stands for unknown.
func known(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func seconds(s *float64) string {
	if s == nil {
		return ""
	}
	return strconv.FormatFloat(*s, 'f', 1, 64)
}

// moment is a time as every spreadsheet reads it.
func moment(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.DateTime)
}
