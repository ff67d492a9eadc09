package models

import (
	"time"

	"github.com/uptrace/bun"
)

// MigrationBatch is a row of migration_batches: jobs created together, seen and acted on
// together.
type MigrationBatch struct {
	bun.BaseModel `bun:"table:migration_batches,alias:batch"`

	ID        int64     `bun:"id,pk,autoincrement"`
	Name      string    `bun:"name"`
	CreatedAt time.Time `bun:"created_at"`
	// Paused keeps its queued jobs waiting; what runs runs on.
	Paused bool `bun:"paused"`
	// PurgedAt is when the passwords of its jobs were deleted; nil while they are kept.
	PurgedAt *time.Time `bun:"purged_at"`
}

// Precheck is what signing in on both sides of a job showed before it was run.
type Precheck struct {
	CheckedAt time.Time `json:"checkedAt"`
	OK        bool      `json:"ok"`
	// Error says in words what is wrong and what to do; empty if nothing is.
	Error string `json:"error,omitempty"`
	// Folders are those of the source that would be copied, Messages and Bytes what is in
	// them, before options on age and size.
	Folders  int64 `json:"folders"`
	Messages int64 `json:"messages"`
	Bytes    int64 `json:"bytes"`
	// BiggestMessage is the size in bytes of the largest message that would be copied,
	// whatever its age; 0 if unknown.
	BiggestMessage int64 `json:"biggestMessage,omitempty"`
	// QuotaFree is what still fits into the destination, in bytes; nil without a quota.
	QuotaFree *int64 `json:"quotaFree,omitempty"`
	// SizeLimit is the largest message that the destination takes, in bytes; nil if it
	// does not say.
	SizeLimit *int64 `json:"sizeLimit,omitempty"`
}
