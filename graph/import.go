package graph

import (
	"context"

	"mailferry/graph/model"
	"mailferry/internal/imapsync"
	"mailferry/internal/mailboxcsv"
	"mailferry/internal/migration"
)

func (r queryResolver) ImportTemplate(context.Context) (string, error) {
	return string(mailboxcsv.Template()), nil
}

func (r mutationResolver) ImportJobs(ctx context.Context, csv string, defaults *model.BatchSettingsInput, checkOnly *bool) (*model.ImportResult, error) {
	input, err := newImport(csv, defaults)
	if err != nil {
		return nil, err
	}
	input.CheckOnly = orDefault(checkOnly, false)
	imported, err := r.jobs.ImportBatch(ctx, input)
	if err != nil {
		return nil, under("defaults", err)
	}
	return importResult(imported), nil
}

// importResult is what came of a file, without passwords.
func importResult(imported migration.Imported) *model.ImportResult {
	result := &model.ImportResult{Rows: []*model.ImportRow{}, Skipped: []int{}, Errors: []*model.ImportError{}, Batch: imported.Batch}
	result.Skipped = append(result.Skipped, imported.Skipped...)
	for _, row := range imported.Rows {
		name := row.Name
		if name == "" {
			name = row.Source.User
		}
		result.Rows = append(result.Rows, &model.ImportRow{
			Line: row.Line, Name: name, DryRun: row.DryRun, Source: importEndpoint(row.Source), Destination: importEndpoint(row.Destination),
		})
	}
	if imported.Errors != nil {
		result.ErrorsOmitted = imported.Errors.Omitted
		for _, e := range imported.Errors.List {
			result.Errors = append(result.Errors, &model.ImportError{
				Line: e.Line, Column: optional(e.Column), Header: optional(e.Header), Field: optional(string(e.Field)), Message: e.Message,
			})
		}
	}
	return result
}

func (r mutationResolver) PreviewImport(ctx context.Context, csv string, defaults *model.BatchSettingsInput, line int) (*model.FolderPreview, error) {
	input, err := newImport(csv, defaults)
	if err != nil {
		return nil, err
	}
	job, err := r.jobs.ImportedJob(input, line)
	if err != nil {
		return nil, err
	}
	preview, err := r.preview(ctx, job)
	if err != nil {
		return nil, under("defaults", err)
	}
	return preview, nil
}

// newImport is a file with what holds for all of its lines.
func newImport(csv string, defaults *model.BatchSettingsInput) (migration.Import, error) {
	if defaults == nil {
		defaults = new(model.BatchSettingsInput)
	}
	batch, err := newBatch(defaults)
	if err != nil {
		return migration.Import{}, under("defaults", err)
	}
	return migration.Import{
		CSV: []byte(csv), Defaults: batch, Source: side(defaults.Source), Destination: side(defaults.Destination),
		DryRun: orDefault(defaults.DryRun, false), Engine: defaults.Engine,
		Options: orDefault(defaults.Options, imapsync.Options{}), Retries: orDefault(defaults.Retries, migration.DefaultRetries),
	}, nil
}
