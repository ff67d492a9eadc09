package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"mailferry/internal/testkit/company"
)

// column is what one database came to.
type column struct {
	database string
	figures  company.Figures
}

// rows are the table's, in the order of the move.
var rows = []struct {
	name  string
	value func(company.Figures) string
}{
	{"mailboxes", func(f company.Figures) string { return fmt.Sprint(f.Mailboxes) }},
	{"messages", func(f company.Figures) string {
		return fmt.Sprintf("%d (%.1f MiB)", f.Messages, float64(f.Bytes)/(1<<20))
	}},
	{"imported", func(f company.Figures) string { return seconds(f.Imported) }},
	{"checked", func(f company.Figures) string { return seconds(f.Checked) }},
	{"found by the check", func(f company.Figures) string { return fmt.Sprintf("%d cannot be moved", f.CheckFailed) }},
	{"moved, with the restart", func(f company.Figures) string { return seconds(f.Moved) }},
	{"messages/s", func(f company.Figures) string { return fmt.Sprintf("%.0f", f.MessagesPerSecond) }},
	{"the restart", func(f company.Figures) string {
		return fmt.Sprintf("%s, %d jobs cut off and retried", seconds(f.Restarted), f.Interrupted)
	}},
	{"verified", func(f company.Figures) string { return fmt.Sprint(f.Verified) }},
	{"one password mended", func(f company.Figures) string {
		return fmt.Sprintf("%s, %d verified", seconds(f.Mended), f.VerifiedMended)
	}},
	{"passed again", func(f company.Figures) string {
		return fmt.Sprintf("%s, %d verified", seconds(f.Passed), f.VerifiedAgain)
	}},
	{"copied by the later pass", func(f company.Figures) string {
		return fmt.Sprintf("%d, of %d new", f.CopiedAgain, f.New)
	}},
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }

// printTable prints the figures side by side, and below them the mailboxes that could not be
// moved.
func printTable(output io.Writer, columns []column, markdown bool) error {
	if len(columns) == 0 {
		return nil
	}
	w := tabwriter.NewWriter(output, 0, 0, 3, ' ', 0)
	line := func(cells []string) {
		if markdown {
			fmt.Fprintf(output, "| %s |\n", strings.Join(cells, " | "))
			return
		}
		fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	heads, rule := []string{""}, []string{"---"}
	for _, c := range columns {
		heads, rule = append(heads, c.database), append(rule, "---")
	}
	line(heads)
	if markdown {
		line(rule)
	}
	for _, row := range rows {
		cells := []string{row.name}
		for _, c := range columns {
			cells = append(cells, row.value(c.figures))
		}
		line(cells)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("print the table: %w", err)
	}
	fmt.Fprintln(output)
	for _, named := range columns[0].figures.Named {
		fmt.Fprintf(output, "%s: %s\n  %s\n", named.Mailbox, named.Reason, named.NextStep)
	}
	return nil
}
