package migration

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"mailferry/internal/imapsync"
	"mailferry/internal/models"
	"mailferry/internal/secret"
)

// The sides of a job, as its sealed passwords are bound to them.
const (
	sourceSide      = "source"
	destinationSide = "destination"
	jobsTable       = "migration_jobs"
)

// fieldRetries is the path of NewJob.Retries.
const fieldRetries = "retries"

// Limits of what a caller may send, in characters or items.
const (
	maxNameLength     = 200
	maxHostLength     = 253
	maxUserLength     = 320
	maxPasswordLength = 1024
	maxRetries        = 20
	// MaxJobsAtOnce is how many jobs one call may create.
	MaxJobsAtOnce = 500
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
	// itself, 0 to 20.
	Retries int
}

// CreateJob validates a job, seals its passwords and queues it.
func (s *Service) CreateJob(ctx context.Context, input NewJob) (*models.MigrationJob, error) {
	jobs, err := s.createJobs(ctx, []NewJob{input}, func(int) string { return "" })
	if err != nil {
		return nil, err
	}
	return jobs[0], nil
}

// CreateJobs creates 1 to [MaxJobsAtOnce] jobs and queues them in their order: all of them,
// or none if one is refused. The error then names the field as inputs[3].source.host.
func (s *Service) CreateJobs(ctx context.Context, inputs []NewJob) ([]*models.MigrationJob, error) {
	if len(inputs) == 0 || len(inputs) > MaxJobsAtOnce {
		return nil, badInput("inputs", "must be 1 to %d jobs, not %d", MaxJobsAtOnce, len(inputs))
	}
	return s.createJobs(ctx, inputs, func(i int) string { return fmt.Sprintf("inputs[%d].", i) })
}

func (s *Service) createJobs(ctx context.Context, inputs []NewJob, prefix func(i int) string) ([]*models.MigrationJob, error) {
	jobs := make([]*models.MigrationJob, len(inputs))
	for i, input := range inputs {
		job, err := s.newJob(input)
		if err != nil {
			if refused, ok := errors.AsType[*Error](err); ok {
				refused.Field = prefix(i) + refused.Field
			}
			return nil, err
		}
		jobs[i] = job
	}
	err := s.insert(ctx, jobs, func(i int, job *models.MigrationJob) error {
		return s.seal(job, inputs[i].Source.Password, inputs[i].Destination.Password)
	})
	if err != nil {
		return nil, fmt.Errorf("create jobs: %w", err)
	}
	return jobs, nil
}

// insert stores new jobs, lets seal fill in the passwords, which are bound to the rows' ids,
// and wakes the runner. All or nothing.
func (s *Service) insert(ctx context.Context, jobs []*models.MigrationJob, seal sealer) error {
	err := s.db.WriteTx(ctx, func(ctx context.Context, tx bun.Tx) error { return s.insertTx(ctx, tx, jobs, seal) })
	if err == nil {
		s.tellCreated(ctx, jobs)
	}
	return err
}

// sealer fills in the passwords of the i-th new job, which has its id.
type sealer func(i int, job *models.MigrationJob) error

// insertPiece is how many rows one statement inserts.
const insertPiece = 200

func (s *Service) insertTx(ctx context.Context, tx bun.Tx, jobs []*models.MigrationJob, seal sealer) error {
	ids := make([]int64, 0, len(jobs))
	for piece := range slices.Chunk(jobs, insertPiece) {
		if _, err := tx.NewInsert().Model(&piece).ExcludeColumn("source_password", "destination_password").
			Returning("id").Exec(ctx); err != nil {
			return err
		}
	}
	for i, job := range jobs {
		ids = append(ids, job.ID)
		if err := seal(i, job); err != nil {
			return err
		}
		if _, err := tx.NewUpdate().Model(job).Column("source_password", "destination_password").
			WherePK().Exec(ctx); err != nil {
			return err
		}
	}
	return s.queue.Put(ctx, tx, ids...)
}

// tellCreated tells of jobs whose rows are committed.
func (s *Service) tellCreated(ctx context.Context, jobs []*models.MigrationJob) {
	for _, job := range jobs {
		s.logger.InfoContext(ctx, "job created", keyJob, job.ID, keyEngine, job.Engine)
		s.watch.publish(job)
	}
	s.queue.Wake()
}

func (s *Service) seal(job *models.MigrationJob, sourcePassword, destinationPassword string) error {
	var err error
	if job.Source.SealedPassword, err = s.config.Keys.Seal(binding(job.ID, sourceSide), []byte(sourcePassword)); err != nil {
		return err
	}
	job.Destination.SealedPassword, err = s.config.Keys.Seal(binding(job.ID, destinationSide), []byte(destinationPassword))
	return err
}

func binding(jobID int64, side string) secret.Binding {
	return secret.Binding{Table: jobsTable, Row: jobID, Side: side}
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
		Name:        name,
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
	if err := checkSides(job); err != nil {
		return nil, err
	}
	job.SearchText = searchText(job)
	return job, nil
}

// checkSides refuses what two sides that are right by themselves cannot be together.
func checkSides(job *models.MigrationJob) error {
	if job.Source.Host == job.Destination.Host && job.Source.Port == job.Destination.Port && job.Source.User == job.Destination.User &&
		job.Options.UnderFolder == "" {
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
		Host: strings.ToLower(strings.TrimSpace(input.Host)), Port: input.Port, Security: input.Security,
		User: input.User, VerifyCertificate: input.VerifyCertificate,
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
	if err := text(path("host"), endpoint.Host, maxHostLength); err != nil {
		return endpoint, err
	}
	if strings.ContainsAny(endpoint.Host, " /@\t") || strings.HasPrefix(endpoint.Host, "-") {
		return endpoint, badInput(path("host"), "must be a host name or an address, without a scheme, path or user")
	}
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

func text(field, value string, limit int) error {
	switch {
	case strings.TrimSpace(value) == "":
		return badInput(field, "must not be empty")
	case utf8.RuneCountInString(value) > limit:
		return badInput(field, "must have at most %d characters", limit)
	case !utf8.ValidString(value) || strings.ContainsAny(value, "\x00\r\n"):
		return badInput(field, "must not contain a line break or a NUL character")
	}
	return nil
}

func searchText(job *models.MigrationJob) string {
	return strings.ToLower(strings.Join([]string{
		job.Name, job.Source.Host, job.Source.User, job.Destination.Host, job.Destination.User,
	}, "\n"))
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

// Job returns one job, with live progress if it runs here.
func (s *Service) Job(ctx context.Context, id int64) (*models.MigrationJob, error) {
	job := new(models.MigrationJob)
	err := s.db.NewSelect().Model(job).Where("id = ?", id).Scan(ctx)
	if isNoRows(err) {
		return nil, notFound(id)
	}
	if err != nil {
		return nil, fmt.Errorf("read job %d: %w", id, err)
	}
	s.addLive(job)
	return job, nil
}

// Reruns lists the jobs that repeat this one, oldest first.
func (s *Service) Reruns(ctx context.Context, id int64) ([]*models.MigrationJob, error) {
	var jobs []*models.MigrationJob
	if err := s.db.NewSelect().Model(&jobs).Where("rerun_of = ?", id).OrderExpr("id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("list reruns of job %d: %w", id, err)
	}
	for _, job := range jobs {
		s.addLive(job)
	}
	return jobs, nil
}

// RerunJob queues a new job with the endpoints and options of one that has ended. A dryRun
// overrides the old job's. The passwords are opened and sealed again for the new row.
func (s *Service) RerunJob(ctx context.Context, id int64, dryRun *bool) (*models.MigrationJob, error) {
	old, err := s.Job(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := s.mayRerun(ctx, old); err != nil {
		return nil, err
	}
	job := s.rerunOf(old)
	if dryRun != nil {
		job.DryRun = *dryRun
	}
	err = s.db.WriteTx(ctx, func(ctx context.Context, tx bun.Tx) error { return s.supersedeTx(ctx, tx, old, job) })
	switch {
	case IsCode(err, Conflict):
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("rerun job %d: %w", id, err)
	}
	s.tellCreated(ctx, []*models.MigrationJob{job})
	return job, nil
}

// mayRerun refuses a job that cannot be run again.
func (s *Service) mayRerun(ctx context.Context, old *models.MigrationJob) error {
	switch {
	case !old.Status.Ended():
		return conflict("Job %d is %s; only a job that has ended can be run again.", old.ID, old.Status)
	case old.Source.SealedPassword == nil || old.Destination.SealedPassword == nil:
		return conflict("The passwords of job %d were purged; create a new job.", old.ID)
	case old.Superseded:
		return conflict("A later run has taken the place of job %d; run that one again.", old.ID)
	}
	if _, err := s.openPasswords(old); err != nil {
		s.logger.WarnContext(ctx, "passwords cannot be opened", keyJob, old.ID, keyError, err)
		return conflict("%s", sealedSentence(err))
	}
	return nil
}

// rerunOf is a job that somebody has repeat an old one, with as many retries as that had; it
// is not stored yet.
func (s *Service) rerunOf(old *models.MigrationJob) *models.MigrationJob {
	job := s.successor(old)
	job.RetriesLeft = old.RetriesLeft + old.Attempt - 1
	return job
}

// successor is a job that repeats an old one; it is not stored yet.
func (s *Service) successor(old *models.MigrationJob) *models.MigrationJob {
	return &models.MigrationJob{
		Name: old.Name, Status: models.Queued, Engine: old.Engine, DryRun: old.DryRun,
		Source: old.Source, Destination: old.Destination, Options: old.Options,
		RerunOf: &old.ID, CreatedAt: s.now(), SearchText: old.SearchText, Attempt: 1,
		BatchID: old.BatchID, BatchPosition: old.BatchPosition, SourceLimit: old.SourceLimit, DestinationLimit: old.DestinationLimit,
		RetryInterrupted: old.RetryInterrupted, Precheck: old.Precheck,
	}
}

// supersedeTx stores a job that repeats an old one, with the old one's passwords sealed for
// the new row. In a batch, and as an automatic retry, the new one takes the old one's place,
// which one job alone can do.
func (s *Service) supersedeTx(ctx context.Context, tx bun.Tx, old, job *models.MigrationJob) error {
	if old.BatchID != nil || job.Attempt > 1 {
		current := new(models.MigrationJob)
		err := tx.NewUpdate().Model(current).Set("superseded = TRUE").
			Where("id = ? AND NOT superseded", old.ID).Returning("*").Scan(ctx)
		if isNoRows(err) {
			return conflict("Job %d was run again meanwhile.", old.ID)
		}
		if err != nil {
			return err
		}
		// Its credentials may have been replaced since it was read; from here on they cannot be.
		old = current
		job.Name, job.Source, job.Destination = old.Name, old.Source, old.Destination
		job.SearchText, job.Precheck = old.SearchText, old.Precheck
	}
	return s.insertTx(ctx, tx, []*models.MigrationJob{job}, func(_ int, job *models.MigrationJob) error {
		return s.reseal(old, job)
	})
}

// reseal seals an old job's passwords for a new row.
func (s *Service) reseal(old, job *models.MigrationJob) error {
	var err error
	if job.Source.SealedPassword, err = s.config.Keys.Reseal(
		binding(old.ID, sourceSide), binding(job.ID, sourceSide), old.Source.SealedPassword); err != nil {
		return err
	}
	job.Destination.SealedPassword, err = s.config.Keys.Reseal(
		binding(old.ID, destinationSide), binding(job.ID, destinationSide), old.Destination.SealedPassword)
	return err
}

// CancelJob ends a queued job at once, and asks a running one to stop: TERM now, KILL after
// the grace period. It returns the job as it is then; a running one ends a little later.
func (s *Service) CancelJob(ctx context.Context, id int64) (*models.MigrationJob, error) {
	now := s.now()
	var changed int64
	err := s.db.Write(ctx, func(ctx context.Context, db bun.IDB) error {
		var err error
		changed, err = affected(cancelQueued(db, now).Where("id = ?", id).Exec(ctx))
		if err != nil || changed > 0 {
			return err
		}
		// A column as well as a push: a run that is not here sees it at its next beat.
		_, err = db.NewUpdate().Model((*models.MigrationJob)(nil)).
			Set("cancel_requested_at = COALESCE(cancel_requested_at, ?)", now).
			Where("id = ? AND status = ?", id, models.Running).Exec(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("cancel job %d: %w", id, err)
	}
	job, err := s.Job(ctx, id)
	if err != nil {
		return nil, err
	}
	switch {
	case changed > 0:
		s.logger.InfoContext(ctx, "job cancelled", keyJob, id)
		s.feeds.wake(id)
		s.watch.publish(job)
	case job.Status == models.Running:
		s.queue.Cancel(id, errCancelled)
		s.watch.publish(job)
	case job.CancelRequestedAt != nil && job.Status == models.Cancelled:
		// It ended between the two looks, by this very cancel or one before it.
	default:
		return nil, conflict("Job %d has ended already (%s).", id, job.Status)
	}
	return job, nil
}

// cancelQueued cancels jobs that wait; the caller says which.
func cancelQueued(db bun.IDB, now time.Time) *bun.UpdateQuery {
	return db.NewUpdate().Model((*models.MigrationJob)(nil)).
		Set("status = ?", models.Cancelled).Set("finished_at = ?", now).Set("cancel_requested_at = ?", now).
		Where("status = ?", models.Queued)
}

// DeleteJob removes a job that has ended, with its log, for good.
func (s *Service) DeleteJob(ctx context.Context, id int64) error {
	job, err := s.Job(ctx, id)
	if err != nil {
		return err
	}
	if !job.Status.Ended() {
		return conflict("Job %d is %s; cancel it first.", id, job.Status)
	}
	var deleted int64
	err = s.db.WriteTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		// An ended job never changes its state again, so it still has ended.
		deleted, err = affected(tx.NewDelete().Model((*models.MigrationJob)(nil)).Where("id = ?", id).Exec(ctx))
		if err != nil || job.Superseded {
			return err
		}
		return s.standIn(ctx, tx, job)
	})
	if err != nil {
		return fmt.Errorf("delete job %d: %w", id, err)
	}
	if deleted == 0 {
		return notFound(id)
	}
	s.logger.InfoContext(ctx, "job deleted", keyJob, id)
	s.feeds.wake(id)
	s.watch.publish(job)
	return nil
}

// standIn has the run before a deleted one stand for the mailbox again: the newest that is
// left of it.
func (s *Service) standIn(ctx context.Context, tx bun.Tx, deleted *models.MigrationJob) error {
	update := tx.NewUpdate().Model((*models.MigrationJob)(nil)).Set("superseded = FALSE")
	switch {
	case deleted.BatchID != nil:
		update = update.Where("id = (SELECT max(id) FROM migration_jobs WHERE batch_id = ? AND batch_position = ?)",
			*deleted.BatchID, deleted.BatchPosition)
	case deleted.RerunOf != nil:
		update = update.Where("id = ?", *deleted.RerunOf)
	default:
		return nil
	}
	_, err := update.Exec(ctx)
	return err
}
