package graph

import (
	"context"
	"errors"

	"mailferry/graph/apierror"
	"mailferry/graph/model"
	"mailferry/internal/imapsync"
	"mailferry/internal/migration"
	"mailferry/internal/models"
)

type mutationResolver struct{ *resolver }

func (r mutationResolver) CreateJob(ctx context.Context, input model.CreateJobInput) (*models.MigrationJob, error) {
	job, err := newJob(input)
	if err != nil {
		return nil, err
	}
	return r.jobs.CreateJob(ctx, job)
}

func (r mutationResolver) CreateJobs(ctx context.Context, inputs []*model.CreateJobInput) ([]*models.MigrationJob, error) {
	jobs := make([]migration.NewJob, len(inputs))
	for i, input := range inputs {
		var err error
		if jobs[i], err = newJob(*input); err != nil {
			return nil, under(indexed("inputs", i), err)
		}
	}
	return r.jobs.CreateJobs(ctx, jobs)
}

func (r mutationResolver) RerunJob(ctx context.Context, id int64, dryRun *bool) (*models.MigrationJob, error) {
	return r.jobs.RerunJob(ctx, id, dryRun)
}

func (r mutationResolver) SetCredentials(ctx context.Context, jobID int64, source, destination *model.CredentialsInput) (*models.MigrationJob, error) {
	return r.jobs.SetCredentials(ctx, jobID, credentials(source), credentials(destination))
}

func credentials(input *model.CredentialsInput) *migration.Credentials {
	if input == nil {
		return nil
	}
	replaced := &migration.Credentials{User: input.User}
	if input.Password != nil {
		password := input.Password.Reveal()
		replaced.Password = &password
	}
	return replaced
}

func (r mutationResolver) CancelJob(ctx context.Context, id int64) (*models.MigrationJob, error) {
	return r.jobs.CancelJob(ctx, id)
}

func (r mutationResolver) DeleteJob(ctx context.Context, id int64) (int64, error) {
	return id, r.jobs.DeleteJob(ctx, id)
}

func newJob(input model.CreateJobInput) (migration.NewJob, error) {
	if !knownEngine(input.Engine) {
		return migration.NewJob{}, apierror.BadInput("engine", "must be BUILTIN or IMAPSYNC")
	}
	return migration.NewJob{
		Name:        orDefault(input.Name, ""),
		Source:      endpointInput(input.Source),
		Destination: endpointInput(input.Destination),
		DryRun:      orDefault(input.DryRun, false),
		Engine:      input.Engine,
		Options:     orDefault(input.Options, imapsync.Options{}),
		Retries:     orDefault(input.Retries, migration.DefaultRetries),
	}, nil
}

func endpointInput(input model.EndpointInput) migration.EndpointInput {
	endpoint := migration.EndpointInput{
		Host:              input.Host,
		Port:              orDefault(input.Port, 0),
		Security:          input.Security,
		User:              input.User,
		Password:          input.Password.Reveal(),
		VerifyCertificate: input.VerifyCertificate,
	}
	if input.Port != nil && *input.Port == 0 {
		endpoint.Port = -1 // Zero stands for "none given" behind here and is no port.
	}
	return endpoint
}

// under puts a path before the field that a refused input names.
func under(path string, err error) error {
	if refused, ok := errors.AsType[*apierror.Error](err); ok {
		moved := *refused
		moved.Field = path + "." + moved.Field
		return &moved
	}
	if refused, ok := errors.AsType[*migration.Error](err); ok && refused.Field != "" {
		moved := *refused
		moved.Field = path + "." + moved.Field
		return &moved
	}
	return err
}
