package batchreport

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// JSON writes one object: generatedAt, an array of mailboxes (see [Mailbox]) with their
// folders and missing messages, and behind it the totals. Values are as they are, without
// apostrophes.
func JSON(w io.Writer, jobs Jobs, generated time.Time) error {
	b := bufio.NewWriter(w)
	if err := writeJSON(b, jobs, generated); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

func writeJSON(b *bufio.Writer, jobs Jobs, generated time.Time) error {
	encoder := json.NewEncoder(b)
	text := func(s string) error {
		_, err := b.WriteString(s)
		return err
	}
	if err := text(`{"generatedAt":` + generated.UTC().Format(`"`+time.RFC3339+`"`) + `,"mailboxes":[`); err != nil {
		return err
	}
	var totals Totals
	for job, err := range jobs {
		if err != nil {
			return err
		}
		if totals.Mailboxes > 0 {
			if err := text(","); err != nil {
				return err
			}
		}
		m := Of(job)
		totals.Add(m)
		if err := encoder.Encode(m); err != nil {
			return err
		}
	}
	if err := text(`],"totals":`); err != nil {
		return err
	}
	if err := encoder.Encode(totals); err != nil {
		return err
	}
	return text("}\n")
}
