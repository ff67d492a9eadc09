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
	defaults := mailboxcsv.Row{
		Source: input.Source, Destination: input.Destination, DryRun: input.DryRun, Options: input.Options,
	}
	if input.Engine != nil {
		defaults.Engine = string(*input.Engine)
	}
	table, err := mailboxcsv.Parse(input.CSV, defaults)
	imported := Imported{Rows: table.Rows}
	if wrong, ok := errors.AsType[*mailboxcsv.FileError](err); ok {
		imported.Errors = wrong
		return imported, nil
	}
	if err != nil {
		return Imported{}, err
	}
	batch := input.Defaults
	if strings.TrimSpace(batch.Name) == "" {
		batch.Name = defaultBatchName
	}
	batch.Mailboxes = make([]NewJob, len(table.Rows))
	for i, row := range table.Rows {
		batch.Mailboxes[i] = rowJob(row, input.Retries)
	}
	if refused := s.CheckBatchInput(batch); len(refused) > 0 {
		return refusedRows(imported, table, refused)
	}
	if input.CheckOnly {
		return imported, nil
	}
	imported.Batch, err = s.CreateBatch(ctx, batch)
	return imported, err
}

// refusedRows places what the service refuses in the file. What is not about a row is an
// error of the call.
func refusedRows(imported Imported, table *mailboxcsv.Table, refused []*Error) (Imported, error) {
	imported.Errors = new(mailboxcsv.FileError)
	for _, e := range refused {
		row, path, ok := mailboxPath(e.Field)
		if !ok || row >= len(table.Rows) {
			return Imported{}, e
		}
		if len(imported.Errors.List) == mailboxcsv.MaxErrors {
			imported.Errors.Omitted++
			continue
		}
		imported.Errors.List = append(imported.Errors.List, table.ErrorAt(row, path, e.Message))
	}
	return imported, nil
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
