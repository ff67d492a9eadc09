package migration

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"mailferry/internal/events"
	"mailferry/internal/models"
)

// Credentials replace those of one side of a job; what is nil stays as it is.
type Credentials struct {
	User     *string
	Password *string
}

// SetCredentials replaces the user name or the password, or both, of one or both sides of a
// job that does not run: a queued job will use the new ones, of one that has ended its rerun
// will. Nil leaves a side as it is. What a check of the job found is forgotten, since it was
// found with the old ones.
//
// User names stay once messages were handled: the job is the record of whose they were.
// Purged passwords stay purged. Hosts cannot be changed, so that no stored password is sent to
// another than it was given for.
func (s *Service) SetCredentials(ctx context.Context, id int64, source, destination *Credentials) (*models.MigrationJob, error) {
	if source == nil && destination == nil {
		return nil, badInput("source", "must be given, or the destination must")
	}
	job := new(models.MigrationJob)
	err := s.db.WriteTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		old := new(models.MigrationJob)
		err := tx.NewSelect().Model(old).Where("id = ?", id).Scan(ctx)
		if isNoRows(err) {
			return notFound(id)
		}
		if err != nil {
			return err
		}
		changed, err := s.withCredentials(old, source, destination)
		if err != nil {
			return err
		}
		if err := s.ownDestination(ctx, tx, old, changed); err != nil {
			return err
		}
		err = sameCredentials(tx.NewUpdate().Model(job), old).
			Set("name = ?", changed.Name).Set("search_text = ?", changed.SearchText).
			Set("destination_place_key = ?", changed.DestinationPlaceKey).
			Set("source_user = ?", changed.Source.User).Set("source_password = ?", changed.Source.SealedPassword).
			Set("destination_user = ?", changed.Destination.User).Set("destination_password = ?", changed.Destination.SealedPassword).
			Set("precheck = NULL").
			Where("status = ? AND NOT superseded", old.Status).Returning("*").Scan(ctx)
		if isNoRows(err) {
			return conflict("Job %d changed at the same moment. Look at it, and try again.", id)
		}
		return err
	})
	switch {
	case IsCode(err, BadInput), IsCode(err, Conflict), IsCode(err, NotFound):
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("set credentials of job %d: %w", id, err)
	}
	s.logger.InfoContext(ctx, "credentials of a job replaced", keyJob, id)
	s.publish(events.Changed, snapshot(job))
	return job, nil
}

// withCredentials is a job with other credentials; the old one stays as it is.
func (s *Service) withCredentials(old *models.MigrationJob, source, destination *Credentials) (*models.MigrationJob, error) {
	switch {
	case old.Status == models.Running:
		return nil, conflict("Job %d runs; wait for its end, or cancel it.", old.ID)
	case old.Superseded:
		return nil, conflict("A later run has taken the place of job %d; change that one.", old.ID)
	case old.Source.SealedPassword == nil || old.Destination.SealedPassword == nil:
		return nil, conflict("The passwords of job %d were purged; create a new job.", old.ID)
	}
	changed := snapshot(old)
	if err := s.setCredentials(old, sourceSide, &changed.Source, source); err != nil {
		return nil, err
	}
	if err := s.setCredentials(old, destinationSide, &changed.Destination, destination); err != nil {
		return nil, err
	}
	if err := checkSides(changed); err != nil {
		return nil, err
	}
	if old.Name == old.Source.User {
		// It was given none of its own.
		changed.Name = changed.Source.User
	}
	identify(changed)
	return changed, nil
}

func (s *Service) setCredentials(job *models.MigrationJob, side string, endpoint *models.Endpoint, wanted *Credentials) error {
	if wanted == nil {
		return nil
	}
	if wanted.User == nil && wanted.Password == nil {
		return badInput(side, "must have a user name or a password")
	}
	if wanted.User != nil && *wanted.User != endpoint.User {
		if hasHandled(job) {
			return conflict("Job %d has handled messages of %s already; create a job of its own for another mailbox.", job.ID, job.Source.User)
		}
		if err := checkUser(side+".user", *wanted.User); err != nil {
			return err
		}
		endpoint.User = *wanted.User
	}
	if wanted.Password == nil {
		return nil
	}
	if err := checkPassword(side+".password", *wanted.Password); err != nil {
		return err
	}
	var err error
	endpoint.SealedPassword, err = s.config.Keys.Seal(binding(job.ID, side), []byte(*wanted.Password))
	return err
}

// hasHandled says whether the job got as far as messages: copied them, found them in place or
// had them refused.
func hasHandled(job *models.MigrationJob) bool {
	return job.Status == models.Succeeded ||
		job.Progress != nil && job.Progress.MessagesDone != nil && *job.Progress.MessagesDone > 0
}

// ownDestination refuses a job of a batch another mailbox's place to write to, as CreateBatch
// does.
func (s *Service) ownDestination(ctx context.Context, tx bun.Tx, old, changed *models.MigrationJob) error {
	if old.BatchID == nil || old.Destination.User == changed.Destination.User {
		return nil
	}
	// Stored keys are not asked: jobs of older versions have none.
	var others []*models.MigrationJob
	err := tx.NewSelect().Model(&others).
		Column("batch_position", "destination_host", "destination_port", "destination_user", "options").
		Where("batch_id = ? AND NOT superseded AND id <> ?", *old.BatchID, old.ID).OrderExpr("batch_position").Scan(ctx)
	if err != nil {
		return err
	}
	for _, other := range others {
		if destinationPlace(other) == destinationPlace(changed) {
			return sharedDestination(other.BatchPosition)
		}
	}
	return nil
}

// sameCredentials narrows an update to a job whose credentials are those that were read.
func sameCredentials(query *bun.UpdateQuery, job *models.MigrationJob) *bun.UpdateQuery {
	return query.Where("id = ?", job.ID).
		Where("source_user = ? AND source_password = ?", job.Source.User, job.Source.SealedPassword).
		Where("destination_user = ? AND destination_password = ?", job.Destination.User, job.Destination.SealedPassword)
}
