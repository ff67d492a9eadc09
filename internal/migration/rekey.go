package migration

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"mailferry/internal/database"
	"mailferry/internal/models"
	"mailferry/internal/secret"
)

// rekeyBatch is how many jobs are read at once.
const rekeyBatch = 200

// RekeyResult is what [Rekey] has done.
type RekeyResult struct {
	// Moved counts the jobs whose passwords are under the first key now and were not before.
	Moved int64
	// Current counts those that needed nothing.
	Current int64
	// Unopened are the ids of jobs with a password that none of the keys opens. They stay as they are.
	Unopened []int64
}

// Rekey seals the passwords of all jobs with the first of keys. It may be stopped at any time and run again: what is
// under the first key already is left alone. A server may run meanwhile, if it was started with the same keys; each
// job changes only if its passwords are still those that were read. Report is told of the result after each batch.
func Rekey(ctx context.Context, db *database.DB, keys *secret.Keyring, report func(RekeyResult)) (RekeyResult, error) {
	var result RekeyResult
	for last := int64(0); ; {
		var jobs []*models.MigrationJob
		err := db.NewSelect().Model(&jobs).Column("id", "source_password", "destination_password").
			Where("id > ?", last).Where("source_password IS NOT NULL OR destination_password IS NOT NULL").
			OrderExpr("id").Limit(rekeyBatch).Scan(ctx)
		if err != nil {
			return result, fmt.Errorf("read sealed passwords: %w", err)
		}
		if len(jobs) == 0 {
			return result, nil
		}
		for _, job := range jobs {
			if err := rekeyJob(ctx, db, keys, job, &result); err != nil {
				return result, fmt.Errorf("rekey job %d: %w", job.ID, err)
			}
		}
		last = jobs[len(jobs)-1].ID
		report(result)
	}
}

func rekeyJob(ctx context.Context, db *database.DB, keys *secret.Keyring, job *models.MigrationJob, result *RekeyResult) error {
	moved, failed := false, false
	sides := []struct {
		name, column string
		blob         []byte
	}{
		{sourceSide, "source_password", job.Source.SealedPassword},
		{destinationSide, "destination_password", job.Destination.SealedPassword},
	}
	for _, side := range sides {
		if side.blob == nil || keys.Current(side.blob) {
			continue
		}
		place := binding(job.ID, side.name)
		sealed, err := keys.Reseal(place, place, side.blob)
		if err != nil {
			failed = true
			continue
		}
		err = db.Write(ctx, func(ctx context.Context, db bun.IDB) error {
			// Only what was read: a password that is purged meanwhile stays so.
			changed, err := affected(db.NewUpdate().Model((*models.MigrationJob)(nil)).
				Set("? = ?", bun.Ident(side.column), sealed).
				Where("id = ? AND ? = ?", job.ID, bun.Ident(side.column), side.blob).Exec(ctx))
			moved = moved || changed > 0
			return err
		})
		if err != nil {
			return err
		}
	}
	switch {
	case failed:
		result.Unopened = append(result.Unopened, job.ID)
	case moved:
		result.Moved++
	default:
		result.Current++
	}
	return nil
}
