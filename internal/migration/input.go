package migration

import (
	"errors"
	"strings"
	"unicode/utf8"

	"mailferry/internal/imapsync"
	"mailferry/internal/mailboxid"
	"mailferry/internal/models"
	"mailferry/internal/secret"
)

// fieldRetries is the path of NewJob.Retries.
const fieldRetries = "retries"

// Limits of what a caller may send, in characters or items.
const (
	maxNameLength     = 200
	maxUserLength     = 320
	maxPasswordLength = 1024
	maxRetries        = 20
)

// EndpointInput is one side of a new job.
type EndpointInput struct {
	Host string
	// Port is the default port of Security if it is 0.
	Port int
	// Security is TLS if it is empty.
	Security          imapsync.Security
	User              string
	Password          string
	VerifyCertificate bool
}

// DefaultRetries is how often a job is tried again where nobody says how often.
const DefaultRetries = 2

// NewJob is a job to create.
type NewJob struct {
	// Name is the source's user if it is empty.
	Name        string
	Source      EndpointInput
	Destination EndpointInput
	DryRun      bool
	// Engine is as the service is configured if it is nil.
	Engine  *models.Engine
	Options imapsync.Options
	// Retries is how often the job is run again by itself after a failure that passes by
	// itself, 0 to 20; callers that are told nothing give [DefaultRetries].
	Retries int
}

// newJob validates an input and makes the row of it, without passwords.
func (s *Service) newJob(input NewJob) (*models.MigrationJob, error) {
	source, err := s.endpoint("source", input.Source)
	if err != nil {
		return nil, err
	}
	destination, err := s.endpoint("destination", input.Destination)
	if err != nil {
		return nil, err
	}
	name := strings.TrimSpace(input.Name)
	if name == "" {
		name = source.User
	}
	if err := text("name", name, maxNameLength); err != nil {
		return nil, err
	}
	job := &models.MigrationJob{
		Name:        readable(name),
		Status:      models.Queued,
		Engine:      s.engineFor(input.Engine),
		DryRun:      input.DryRun,
		Source:      source,
		Destination: destination,
		Options:     input.Options,
		CreatedAt:   s.now(),
		Attempt:     1,
		RetriesLeft: input.Retries,
	}
	if input.Retries < 0 || input.Retries > maxRetries {
		return nil, badInput(fieldRetries, "must be between 0 and %d", maxRetries)
	}
	if err := checkOptionsSize(job.Options); err != nil {
		return nil, err
	}
	if err := checkSides(job); err != nil {
		return nil, err
	}
	identify(job)
	return job, nil
}

// checkSides refuses what two sides that are right by themselves cannot be together.
func checkSides(job *models.MigrationJob) error {
	if endpointID(job.Source).Service == endpointID(job.Destination).Service && job.Options.UnderFolder == "" {
		return badInput("destination.user", "is the same mailbox as the source")
	}
	// What no engine can be given is refused here, not when the job's turn has come.
	_, err := command(job).Args()
	if refused, ok := errors.AsType[*imapsync.ArgumentError](err); ok {
		return badInput(refused.Field, "%s", refused.Reason)
	}
	return err
}

// CheckJobInput validates a job as CreateJob does and gives what an engine would be asked to
// do, without creating anything.
func (s *Service) CheckJobInput(input NewJob) (imapsync.Command, error) {
	job, err := s.newJob(input)
	if err != nil {
		return imapsync.Command{}, err
	}
	return command(job), nil
}

func (s *Service) endpoint(field string, input EndpointInput) (models.Endpoint, error) {
	endpoint, err := s.CheckEndpointInput(field, input)
	return models.Endpoint{
		Host: endpoint.Host, Port: endpoint.Port, Security: endpoint.Security,
		User: endpoint.User, VerifyCertificate: endpoint.VerifyCertificate,
	}, err
}

// CheckEndpointInput validates one side of a job as CreateJob does and fills in its
// defaults. Field is the side's own path, put before the name of a refused field.
func (s *Service) CheckEndpointInput(field string, input EndpointInput) (imapsync.Endpoint, error) {
	path := func(name string) string {
		if field == "" {
			return name
		}
		return field + "." + name
	}
	endpoint := imapsync.Endpoint{
		Port: input.Port, Security: input.Security, User: input.User, VerifyCertificate: input.VerifyCertificate,
	}
	switch endpoint.Security {
	case "":
		endpoint.Security = imapsync.TLS
	case imapsync.TLS, imapsync.STARTTLS, imapsync.NONE:
	default:
		return endpoint, badInput(path("security"), "must be TLS, STARTTLS or NONE")
	}
	if endpoint.Port == 0 {
		endpoint.Port = endpoint.Security.DefaultPort()
	}
	if endpoint.Port < 1 || endpoint.Port > 65535 {
		return endpoint, badInput(path("port"), "must be between 1 and 65535")
	}
	host, err := mailboxid.Host(input.Host)
	if err != nil {
		return endpoint, badInput(path("host"), "%s", err.Error())
	}
	endpoint.Host = host
	if err := checkUser(path("user"), endpoint.User); err != nil {
		return endpoint, err
	}
	if err := checkPassword(path("password"), input.Password); err != nil {
		return endpoint, err
	}
	if s.config.Network != nil {
		if err := s.config.Network.CheckHostPort(endpoint.Host, endpoint.Port); err != nil {
			return endpoint, badInput(path("host"), "%s", err.Error())
		}
	}
	return endpoint, nil
}

func checkUser(field, user string) error {
	if err := text(field, user, maxUserLength); err != nil {
		return err
	}
	if strings.HasPrefix(user, "-") {
		return badInput(field, "must not begin with a dash")
	}
	if secret.Visible(user) != user {
		return badInput(field, "must not contain a control character or a sign that nobody sees, as one that changes the direction of writing")
	}
	return nil
}

func checkPassword(field, password string) error {
	switch {
	case password == "":
		return badInput(field, "must not be empty")
	case utf8.RuneCountInString(password) > maxPasswordLength:
		return badInput(field, "must have at most %d characters", maxPasswordLength)
	case !utf8.ValidString(password) || strings.ContainsAny(password, "\x00\r\n"):
		return badInput(field, "must not contain a line break or a NUL character")
	}
	return nil
}

// readable is a name for people as it is stored: without signs that turn or hide what stands around it.
func readable(name string) string { return strings.TrimSpace(secret.Visible(name)) }

func text(field, value string, limit int) error {
	switch {
	case readable(value) == "":
		return badInput(field, "must not be empty")
	case utf8.RuneCountInString(value) > limit:
		return badInput(field, "must have at most %d characters", limit)
	case !utf8.ValidString(value) || strings.ContainsAny(value, "\x00\r\n"):
		return badInput(field, "must not contain a line break or a NUL character")
	}
	return nil
}

func searchText(job *models.MigrationJob) string {
	words := []string{job.Name, job.Source.Host, job.Source.User, job.Destination.Host, job.Destination.User}
	for _, host := range []string{job.Source.Host, job.Destination.Host} {
		if name := mailboxid.Readable(host); name != host {
			words = append(words, name)
		}
	}
	return mailboxid.Fold(strings.Join(words, "\n"))
}

// command is what an engine is asked to do for a job.
func command(job *models.MigrationJob) imapsync.Command {
	side := func(e models.Endpoint) imapsync.Endpoint {
		return imapsync.Endpoint{
			Host: e.Host, Port: e.Port, Security: e.Security, User: e.User, VerifyCertificate: e.VerifyCertificate,
		}
	}
	return imapsync.Command{
		Source: side(job.Source), Destination: side(job.Destination), DryRun: job.DryRun, Options: job.Options,
		Perl: job.Engine == models.Imapsync,
	}
}
