package command

import "strings"

// gap is what stands between two columns on a terminal.
const gap = 2

// table prints rows: aligned under a header and within its width on a terminal; elsewhere one row a line with tabs between
// whole values and no header, for cut and awk.
type table struct {
	columns []column
	rows    [][]cell
}

// column is a column's title and how it may be treated.
type column struct {
	title string
	// right aligns numbers.
	right bool
	// least is how narrow the column may become where the terminal is; 0: as wide as what is in it.
	least int
}

// cell is a value with its colour.
type cell struct {
	text  string
	paint paint
}

func (t *table) add(row ...cell) { t.rows = append(t.rows, row) }

// write prints the table.
func (t *table) write(s *screen) {
	for _, row := range t.rows {
		for i := range row {
			row[i].text = harmless(row[i].text, false)
		}
	}
	if s.terminal == nil {
		for _, row := range t.rows {
			values := make([]string, len(row))
			for i, c := range row {
				values[i] = c.text
			}
			s.printf("%s\n", strings.Join(values, "\t"))
		}
		return
	}
	widths := t.widths(columns(s.terminal))
	header := make([]cell, len(t.columns))
	for i, c := range t.columns {
		header[i] = cell{c.title, dim}
	}
	t.line(s, header, widths)
	for _, row := range t.rows {
		t.line(s, row, widths)
	}
}

// line writes a row, without spaces at its end.
func (t *table) line(s *screen, row []cell, widths []int) {
	var line strings.Builder
	pending := 0
	for i, c := range row {
		text := fitted(c.text, widths[i])
		room := widths[i] - breadth(text)
		if t.columns[i].right {
			pending, room = pending+room, 0
		}
		if text != "" {
			line.WriteString(strings.Repeat(" ", pending))
			line.WriteString(s.painted(text, c.paint))
			pending = 0
		}
		pending += room + gap
	}
	s.printf("%s\n", line.String())
}

// widths are those of the columns within so many of a terminal. What is too wide gives way: the widest column first.
func (t *table) widths(room int) []int {
	widths := make([]int, len(t.columns))
	used := gap * (len(t.columns) - 1)
	for i, c := range t.columns {
		widths[i] = breadth(c.title)
		for _, row := range t.rows {
			widths[i] = max(widths[i], breadth(row[i].text))
		}
		used += widths[i]
	}
	for used > room {
		widest := -1
		for i, c := range t.columns {
			if c.least > 0 && widths[i] > c.least && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		widths[widest]--
		used--
	}
	return widths
}
