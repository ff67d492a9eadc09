package doctor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mailferry/internal/database"
	"mailferry/internal/migration"
	"mailferry/internal/secret"
)

// Database looks at an open database: its tables, whether it can be written to, its size and who owns it.
func Database(ctx context.Context, db *database.DB) []Finding {
	found := []Finding{version(ctx, db)}
	switch err := db.TryWrite(ctx); {
	case errors.Is(err, database.ErrNoTables):
	case err != nil:
		found = append(found, finding("writing", Failed, err.Error(), "see that the disk has room, and that this user may write to the database"))
	default:
		found = append(found, finding("writing", OK, "a change was made and taken back", ""))
	}
	if size, err := db.Size(ctx); err != nil {
		found = append(found, finding("size", Warning, err.Error(), ""))
	} else {
		found = append(found, finding("size", OK, "the database takes "+bytes(uint64(size)), ""))
	}
	owner, err := db.Owner(ctx)
	switch {
	case err != nil:
		found = append(found, finding("owner", Warning, err.Error(), ""))
	case owner == "":
		found = append(found, finding("owner", OK, "no server runs on it", ""))
	default:
		found = append(found, finding("owner", OK, "a server runs on it: "+owner, ""))
	}
	return found
}

// version looks whether the tables are those of this program.
func version(ctx context.Context, db *database.DB) Finding {
	err := db.CheckVersion(ctx)
	if err != nil {
		return finding("database", Failed, err.Error(), "")
	}
	applied, pending, err := db.MigrationCounts(ctx)
	switch {
	case err != nil:
		return finding("database", Failed, err.Error(), "")
	case applied == 0:
		return finding("database", Warning, "the "+db.Name()+" has no tables yet", "start the server once, or run mailferry migrate")
	case pending > 0:
		return finding("database", Warning, fmt.Sprintf("the %s answers; its tables lack %d of the changes of this version", db.Name(), pending),
			"back it up, then start the server, which brings them up to date")
	}
	if err := db.CheckTables(ctx); err != nil {
		return finding("database", Failed, err.Error(), "")
	}
	return finding("database", OK, fmt.Sprintf("the %s answers; its tables are those of this version (%d changes)", db.Name(), applied), "")
}

// sample is of how many jobs, the newest, the passwords are opened.
const sample = 1000

// Key opens the sealed passwords of the newest jobs. Without keys, it says whether one is needed.
func Key(ctx context.Context, db *database.DB, keys *secret.Keyring) Finding {
	sealed, err := migration.OpenSecrets(ctx, db, keys, sample)
	const bring = "bring the key back: as encryption.key in the data folder (0600), or in MAILFERRY_ENCRYPTION_KEY"
	switch {
	case err != nil:
		return finding("key", Failed, err.Error(), "")
	case keys == nil && sealed.Secrets == 0:
		return finding("key", OK, "there is none yet, and nothing is sealed: the server makes one at its first start", "")
	case keys == nil:
		return finding("key", Failed, fmt.Sprintf("there is no key, and passwords of %d jobs are sealed with %v", sealed.Jobs, sealed.KeyIDs), bring)
	case len(sealed.NoKey) > 0:
		return finding("key", Failed, fmt.Sprintf("the keys at hand (%v) do not open the passwords of %d of %d jobs, which need %v",
			keys.KeyIDs(), len(sealed.NoKey), sealed.Jobs, sealed.KeyIDs), bring)
	case len(sealed.Damaged) > 0:
		return finding("key", Failed, fmt.Sprintf("the passwords of %d of %d jobs are damaged, the first is job %d", len(sealed.Damaged), sealed.Jobs, sealed.Damaged[0]),
			"give them anew, or restore a backup")
	}
	return finding("key", OK, fmt.Sprintf("all %d sealed passwords of the newest %d jobs open (key %s)", sealed.Secrets, sealed.Jobs, keys.KeyIDs()[0]), "")
}

// clockSkew is by how much clocks may differ.
const clockSkew = 2 * time.Second

// Clock compares this machine's clock with the database's, and with built, the time of the program's commit (the zero
// time if unknown).
func Clock(ctx context.Context, db *database.DB, built time.Time) Finding {
	if time.Now().Before(built) {
		return finding("clock", Failed, "this machine's clock is at "+time.Now().UTC().Format(time.RFC3339)+", before this program was made",
			"set it, or certificates seem not to be valid yet")
	}
	if !db.IsPostgres() {
		return finding("clock", OK, "the database goes by this machine's clock, "+time.Now().UTC().Format(time.RFC3339), "")
	}
	before := time.Now()
	theirs, err := db.Clock(ctx)
	if err != nil {
		return finding("clock", Failed, err.Error(), "")
	}
	after := time.Now()
	// What the way took is no difference.
	skew := max(before.Sub(theirs), theirs.Sub(after), 0)
	if skew > clockSkew {
		return finding("clock", Warning, fmt.Sprintf("this machine's clock and the database's differ by %s", skew.Round(time.Millisecond)),
			"have both set by NTP: times shown, and when waiting jobs go on, are off by as much")
	}
	return finding("clock", OK, "this machine's clock and the database's agree", "")
}

// bytes is a size for people.
func bytes(n uint64) string {
	const unit = 1024
	if n < unit {
		return fmt.Sprintf("%d bytes", n)
	}
	value, prefix := float64(n)/unit, 0
	for value >= unit && prefix < 4 {
		value /= unit
		prefix++
	}
	return fmt.Sprintf("%.1f %ciB", value, "KMGTP"[prefix])
}
