package migration

import (
	"context"
	"errors"
	"strings"

	"mailferry/internal/imapsync"
	"mailferry/internal/mailboxcsv"
	"mailferry/internal/models"
)

// Import is a CSV file to make a batch of.
type Import struct {
	// CSV is the file; see mailboxcsv for what it may look like.
	CSV []byte
	// Defaults holds for what a line leaves out; its Mailboxes are not used.
	Defaults NewBatch
	// Source and Destination are the sides that hold for what a line leaves out.
	Source, Destination mailboxcsv.Side
	DryRun              bool
	Engine              *models.Engine
	Options             imapsync.Options
	Retries             int
	// CheckOnly creates nothing.
	CheckOnly bool
}

// Imported is what came of a CSV file.
type Imported struct {
	// Rows are the mailboxes that were read.
	Rows []mailboxcsv.Row
	// Skipped are the lines that were left out as remarks, from 1.
	Skipped []int
	// Errors is everything that is wrong, nil if nothing is.
	Errors *mailboxcsv.FileError
	// Batch is what was created; nil with errors, or if the file was only to be checked.
	Batch *models.MigrationBatch
}

// defaultBatchName is the name of an imported batch that was given none.
const defaultBatchName = "Imported mailboxes"

// ImportBatch reads a CSV file and creates a batch of it, unless anything in it is wrong:
// then it says all that is, each with its line and column, and creates nothing.
func (s *Service) ImportBatch(ctx context.Context, input Import) (Imported, error) {
	table, wrong, err := input.read()
	if err != nil {
		return Imported{}, err
	}
	imported := Imported{Rows: table.Rows, Skipped: table.Skipped}
	batch := input.Defaults
	if strings.TrimSpace(batch.Name) == "" {
		batch.Name = defaultBatchName
	}
	batch.Mailboxes = make([]NewJob, len(table.Rows))
	for i, row := range table.Rows {
		batch.Mailboxes[i] = rowJob(row, input.Retries)
	}
	imported.Errors, err = withRefused(table, wrong, s.CheckBatchInput(batch))
	if err != nil || imported.Errors != nil {
		return imported, err
	}
	if input.CheckOnly {
		return imported, nil
	}
	imported.Batch, err = s.CreateBatch(ctx, batch)
	return imported, err
}

// ImportedJob is the job that ImportBatch would make of the row in a line of the file. What
// is wrong with other rows does not matter.
func (*Service) ImportedJob(input Import, line int) (NewJob, error) {
	table, wrong, err := input.read()
	if err != nil {
		return NewJob{}, err
	}
	if wrong != nil {
		for _, e := range wrong.List {
			if e.Line == line || !wrong.InRows(table) {
				return NewJob{}, badInput("csv", "has an error: %s", e)
			}
		}
	}
	for _, row := range table.Rows {
		if row.Line == line {
			return rowJob(row, input.Retries), nil
		}
	}
	return NewJob{}, badInput("line", "has no mailbox")
}

// read reads the file with the defaults. The file's own faults are in wrong, nil if it has none.
func (i Import) read() (table *mailboxcsv.Table, wrong *mailboxcsv.FileError, err error) {
	defaults := mailboxcsv.Row{Source: i.Source, Destination: i.Destination, DryRun: i.DryRun, Options: i.Options}
	if i.Engine != nil {
		defaults.Engine = string(*i.Engine)
	}
	table, err = mailboxcsv.Parse(i.CSV, defaults)
	wrong, ok := errors.AsType[*mailboxcsv.FileError](err)
	if ok {
		err = nil
	}
	return table, wrong, err
}

// withRefused adds what the service refuses to what is wrong with the file, nil if nothing
// is. Rows that are wrong by themselves are not looked at twice. What is not about a row is
// an error of the call, unless the file is wrong: then it comes when that is mended.
func withRefused(table *mailboxcsv.Table, wrong *mailboxcsv.FileError, refused []*Error) (*mailboxcsv.FileError, error) {
	if wrong != nil && !wrong.InRows(table) {
		return wrong, nil
	}
	said := map[int]bool{}
	if wrong != nil {
		for _, e := range wrong.List {
			said[e.Line] = true
		}
	}
	var further []mailboxcsv.Error
	for _, e := range refused {
		row, path, ok := mailboxPath(e.Field)
		ok = ok && row < len(table.Rows)
		switch {
		case !ok && wrong == nil:
			return nil, e
		case ok && !said[table.Rows[row].Line]:
			further = append(further, table.ErrorAt(row, path, e.Message))
		}
	}
	if len(further) > 0 {
		if wrong == nil {
			wrong = new(mailboxcsv.FileError)
		}
		wrong.Add(table, further...)
	}
	return wrong, nil
}

// mailboxPath takes mailboxes[3].source.host apart.
func mailboxPath(field string) (row int, path string, ok bool) {
	rest, ok := strings.CutPrefix(field, "mailboxes[")
	if !ok {
		return 0, "", false
	}
	number, path, ok := strings.Cut(rest, "].")
	if !ok {
		return 0, "", false
	}
	for _, digit := range number {
		row = 10*row + int(digit-'0')
	}
	return row, path, true
}

func rowJob(row mailboxcsv.Row, retries int) NewJob {
	job := NewJob{
		Name: row.Name, Source: sideInput(row.Source), Destination: sideInput(row.Destination),
		DryRun: row.DryRun, Options: row.Options, Retries: retries,
	}
	if row.Engine != "" {
		engine := models.Engine(row.Engine)
		job.Engine = &engine
	}
	return job
}

func sideInput(side mailboxcsv.Side) EndpointInput {
	return EndpointInput{
		Host: side.Host, Port: side.Port, Security: side.Security, User: side.User, Password: side.Password,
		VerifyCertificate: !side.AnyCertificate,
	}
}
