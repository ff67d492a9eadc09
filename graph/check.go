package graph

import (
	"context"
	"errors"

	"mailferry/graph/apierror"
	"mailferry/graph/model"
	"mailferry/internal/imapsync"
	"mailferry/internal/mailcheck"
	"mailferry/internal/migration"
	"mailferry/internal/models"
)

// Checks looks at mailboxes for somebody who waits for the answer: *mailcheck.Service.
type Checks interface {
	// Look signs in as the request says and changes nothing. What is wrong with a host is in the result. The error is
	// mailcheck.ErrBusy, mailcheck.ErrNotStarted, or one that the caller or nobody can do something about.
	Look(ctx context.Context, request mailcheck.Request) (mailcheck.Result, error)
}

func (r mutationResolver) CheckEndpoint(ctx context.Context, input model.EndpointInput) (*model.EndpointCheck, error) {
	endpoint, err := r.jobs.CheckEndpointInput("", endpointInput(input))
	if err != nil {
		return nil, err
	}
	result, err := r.checks.Look(ctx, mailcheck.Request{
		Kind: mailcheck.Endpoint, Command: imapsync.Command{Source: endpoint}, SourcePassword: input.Password.Reveal(),
	})
	if err != nil {
		return nil, checkError(err)
	}
	if result.Endpoint == nil {
		return &model.EndpointCheck{Error: optional(result.Problem)}, nil
	}
	check := endpointCheck(*result.Endpoint)
	return &check, nil
}

func (r mutationResolver) PreviewFolders(ctx context.Context, input model.CreateJobInput) (*model.FolderPreview, error) {
	job, err := newJob(input)
	if err != nil {
		return nil, err
	}
	return r.preview(ctx, job)
}

// preview looks at both sides of a job and says what would become of each folder.
func (r *resolver) preview(ctx context.Context, job migration.NewJob) (*model.FolderPreview, error) {
	command, err := r.jobs.CheckJobInput(job)
	if err != nil {
		return nil, err
	}
	result, err := r.checks.Look(ctx, mailcheck.Request{
		Kind: mailcheck.Folders, Command: command, SourcePassword: job.Source.Password, DestinationPassword: job.Destination.Password,
	})
	if err != nil {
		return nil, checkError(err)
	}
	return folderPreview(result), nil
}

// checkError is the error of a check as the API knows it.
func checkError(err error) error {
	switch {
	case errors.Is(err, mailcheck.ErrBusy):
		return &apierror.Error{
			Code: apierror.CodeTooMany, Message: "Too many mailboxes are being checked at this moment. Try again in a few seconds.",
		}
	case errors.Is(err, mailcheck.ErrNotStarted):
		return &apierror.Error{
			Code:    apierror.CodeUnavailable,
			Message: "The server cannot check mailboxes at this moment; its log says why. Try again in a few seconds.",
		}
	}
	return err
}

func endpointCheck(check mailcheck.EndpointCheck) model.EndpointCheck {
	if !check.OK {
		return model.EndpointCheck{Error: optional(check.Error)}
	}
	return model.EndpointCheck{Ok: true, Folders: whole(&check.Folders), Messages: whole(&check.Messages), Bytes: &check.Bytes}
}

// folderPreview is what a look at both sides found. What came to no end is told of both: nobody knows which it was.
func folderPreview(result mailcheck.Result) *model.FolderPreview {
	found := result.Folders
	if found == nil {
		unknown := model.EndpointCheck{Error: optional(result.Problem)}
		return &model.FolderPreview{
			Source: unknown, Destination: unknown, Folders: []*model.PreviewedFolder{}, NotCopied: []string{}, Unknown: []string{},
		}
	}
	preview := &model.FolderPreview{
		Source: endpointCheck(found.Source), Destination: endpointCheck(found.Destination),
		Folders: make([]*model.PreviewedFolder, len(found.Folders)), NotCopied: listed(found.NotCopied), Unknown: listed(found.Unknown),
	}
	for i, f := range found.Folders {
		preview.Folders[i] = &model.PreviewedFolder{
			Source: f.Source, Destination: f.Destination, Create: f.Create, CollidesWith: listed(f.CollidesWith),
			Messages: whole(f.Messages), Bytes: f.Bytes, DestinationMessages: whole(f.DestinationMessages),
		}
	}
	return preview
}

// listed is a list that is not nil: the API's are never null.
func listed(texts []string) []string {
	if texts == nil {
		return []string{}
	}
	return texts
}

// whole is a number as the API's Int has it.
func whole(n *int64) *int {
	if n == nil {
		return nil
	}
	m := int(*n)
	return &m
}

type precheckResolver struct{}

func (precheckResolver) Error(_ context.Context, check *models.Precheck) (*string, error) {
	return optional(check.Error), nil
}

func (precheckResolver) BiggestMessage(_ context.Context, check *models.Precheck) (*int64, error) {
	return optional(check.BiggestMessage), nil
}
