package models

import (
	"time"

	"github.com/uptrace/bun"
)

// Lease is a row of leases: who owns what for how long. Times are the database's.
type Lease struct {
	bun.BaseModel `bun:"table:leases,alias:lease"`

	// Name is what is owned: "server" for a database that one server owns.
	Name string `bun:"name,pk"`
	// Owner is the id of the process that holds it, as in MigrationJob.Owner; empty when it was
	// given back.
	Owner string `bun:"owner"`
	// Holder tells people who that is.
	Holder string `bun:"holder"`
	// Process identifies the holder's process to others of the same machine; it may be empty.
	Process string `bun:"process"`
	// Beats counts how often the row was taken or prolonged.
	Beats int64 `bun:"beats"`
	// BeatAt is when that was last.
	BeatAt time.Time `bun:"beat_at"`
	// Deadline is when it ends unless it is prolonged before.
	Deadline time.Time `bun:"deadline"`
}
