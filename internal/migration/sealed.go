package migration

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"

	"mailferry/internal/database"
	"mailferry/internal/models"
	"mailferry/internal/secret"
)

// SealedSecrets is what [OpenSecrets] found.
type SealedSecrets struct {
	// Secrets counts the sealed values, Jobs the jobs that they belong to.
	Secrets, Jobs int64
	// KeyIDs are the ids of the keys that sealed them, in order.
	KeyIDs []string
	// NoKey are the ids of jobs with a secret whose key is not among those given, Damaged those with one that its own
	// key does not open.
	NoKey, Damaged []int64
}

// OpenSecrets opens every sealed secret of the newest so many jobs (of all if newest is 0), to see whether it opens;
// without keys it looks only which they need. It changes nothing and works on tables of every version.
func OpenSecrets(ctx context.Context, db *database.DB, keys *secret.Keyring, newest int) (SealedSecrets, error) {
	var found SealedSecrets
	ids := make(map[string]bool)
	for below := int64(0); ; {
		var jobs []*models.MigrationJob
		query := db.NewSelect().Model(&jobs).Column("id", "source_password", "destination_password").
			Where("source_password IS NOT NULL OR destination_password IS NOT NULL").OrderExpr("id DESC").Limit(rekeyBatch)
		if below > 0 {
			query = query.Where("id < ?", below)
		}
		if err := query.Scan(ctx); err != nil {
			return found, fmt.Errorf("read sealed passwords: %w", err)
		}
		for _, job := range jobs {
			found.open(job, keys, ids)
			if newest > 0 && found.Jobs >= int64(newest) {
				break
			}
		}
		if len(jobs) < rekeyBatch || newest > 0 && found.Jobs >= int64(newest) {
			found.KeyIDs = slices.Sorted(maps.Keys(ids))
			return found, nil
		}
		below = jobs[len(jobs)-1].ID
	}
}

// open opens the secrets of one job.
func (f *SealedSecrets) open(job *models.MigrationJob, keys *secret.Keyring, ids map[string]bool) {
	f.Jobs++
	sides := []struct {
		name string
		blob []byte
	}{{sourceSide, job.Source.SealedPassword}, {destinationSide, job.Destination.SealedPassword}}
	var noKey, damaged bool
	for _, side := range sides {
		if side.blob == nil {
			continue
		}
		f.Secrets++
		id, ok := secret.KeyID(side.blob)
		if !ok {
			damaged = true
			continue
		}
		ids[hex.EncodeToString(id)] = true
		if keys == nil {
			continue
		}
		plain, err := keys.Open(binding(job.ID, side.name), side.blob)
		clear(plain)
		switch {
		case errors.Is(err, secret.ErrUnknownKey):
			noKey = true
		case err != nil:
			damaged = true
		}
	}
	if noKey {
		f.NoKey = append(f.NoKey, job.ID)
	}
	if damaged {
		f.Damaged = append(f.Damaged, job.ID)
	}
}
