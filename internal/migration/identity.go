package migration

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"mailferry/internal/mailboxid"
	"mailferry/internal/models"
)

// identify fills in the keys by which the queue, limits and searches know a job. It is called
// whenever an endpoint or the name of a job is set.
func identify(job *models.MigrationJob) {
	source, destination := endpointID(job.Source), endpointID(job.Destination)
	job.SourceHostKey, job.DestinationHostKey = source.Host, destination.Host
	job.DestinationPlaceKey = destination.Mailbox + "\n" + mailboxid.Folder(job.Options.UnderFolder)
	job.SearchText = searchText(job)
}

func endpointID(e models.Endpoint) mailboxid.ID { return mailboxid.Of(e.Host, e.Port, e.User) }

// destinationPlace tells the places apart that jobs of a batch write to: two with one place are
// refused, since one of them is surely wrong.
func destinationPlace(job *models.MigrationJob) string {
	return endpointID(job.Destination).Service + "\n" + mailboxid.Folder(job.Options.UnderFolder)
}

// identifyOld fills in the keys of waiting jobs that an older version has stored.
func (s *Service) identifyOld(ctx context.Context) error {
	var jobs []*models.MigrationJob
	if err := s.db.NewSelect().Model(&jobs).Where("status = ? AND destination_place_key = ''", models.Queued).Scan(ctx); err != nil {
		return fmt.Errorf("list waiting jobs of an older version: %w", err)
	}
	for _, job := range jobs {
		identify(job)
		err := s.db.Write(ctx, func(ctx context.Context, db bun.IDB) error {
			_, err := db.NewUpdate().Model(job).Column("source_host_key", "destination_host_key", "destination_place_key", "search_text").
				WherePK().Exec(ctx)
			return err
		})
		if err != nil {
			return fmt.Errorf("note the mailbox of waiting job %d: %w", job.ID, err)
		}
	}
	return nil
}
