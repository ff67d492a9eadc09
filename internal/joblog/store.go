package joblog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"mailferry/internal/models"
)

// maxChunk is the most bytes that one event or stored piece holds.
const maxChunk = 64 << 10

// ErrClaimLost is the error of an append to the log of a job that belongs to another claim now,
// or to none.
var ErrClaimLost = errors.New("the job belongs to another server now")

// Append stores data after offset. It fails with ErrClaimLost if the job is not this claim's any
// more. It shares a lock of the job's row with nobody who ends the job: whoever does measures the log
// under that lock, and nothing is appended to what was measured.
func (l *Logs) Append(ctx context.Context, claimed *models.MigrationJob, offset int64, data []byte) error {
	share := ""
	if l.db.IsPostgres() {
		share = " FOR SHARE"
	}
	pieces := cutPieces(data)
	insert := func(ctx context.Context, db bun.IDB) error {
		at := offset
		for _, piece := range pieces {
			inserted, err := affected(db.NewRaw(
				"INSERT INTO migration_log_chunks (job_id, start_offset, data) "+
					"SELECT id, ?, ? FROM migration_jobs WHERE id = ? AND owner = ? AND claim = ? AND status = ?"+share,
				at, piece, claimed.ID, claimed.Owner, claimed.Claim, models.Running).Exec(ctx))
			if err != nil {
				return err
			}
			if inserted == 0 {
				return ErrClaimLost
			}
			at += int64(len(piece))
		}
		return nil
	}
	var err error
	if len(pieces) == 1 {
		err = l.db.Write(ctx, insert)
	} else {
		err = l.db.WriteTx(ctx, func(ctx context.Context, tx bun.Tx) error { return insert(ctx, tx) })
	}
	if err != nil {
		return fmt.Errorf("append log of job %d: %w", claimed.ID, err)
	}
	return nil
}

// cutPieces cuts valid UTF-8 into pieces of at most maxChunk bytes, never within a character.
func cutPieces(data []byte) [][]byte {
	pieces := make([][]byte, 0, len(data)/maxChunk+1)
	for len(data) > maxChunk {
		cut := wholeCharacters(data, maxChunk)
		pieces = append(pieces, data[:cut])
		data = data[cut:]
	}
	return append(pieces, data)
}

// wholeCharacters is the length of the longest start of text that has at most limit bytes
// and ends between two characters; it is at least the first character.
func wholeCharacters[T string | []byte](text T, limit int) int {
	if len(text) <= limit {
		return len(text)
	}
	cut := limit
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	if cut > 0 {
		return cut
	}
	cut = 1
	for cut < len(text) && !utf8.RuneStart(text[cut]) {
		cut++
	}
	return cut
}

// Measure is the length of a job's stored log. It is final only under a lock of the job's row.
func Measure(ctx context.Context, db bun.IDB, jobID int64) (int64, error) {
	var size int64
	err := db.NewSelect().Model((*models.LogChunk)(nil)).ColumnExpr("start_offset + octet_length(data)").
		Where("job_id = ?", jobID).OrderExpr("start_offset DESC").Limit(1).Scan(ctx, &size)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("measure log of job %d: %w", jobID, err)
	}
	return size, nil
}

// readStored reads at most limit bytes of stored log from offset on. It begins at the
// character that offset lies in, says where that is, and ends between two characters.
func (l *Logs) readStored(ctx context.Context, jobID, offset int64, limit int) (start int64, text []byte, err error) {
	var pieces []models.LogChunk
	err = l.db.NewSelect().Model(&pieces).Column("start_offset", "data").
		Where("job_id = ?", jobID).
		Where("start_offset >= COALESCE((SELECT max(start_offset) FROM migration_log_chunks WHERE job_id = ? AND start_offset <= ?), 0)",
			jobID, offset).
		Where("start_offset < ?", offset+int64(limit)).
		OrderExpr("start_offset").Scan(ctx)
	if err != nil {
		return 0, nil, fmt.Errorf("read log of job %d: %w", jobID, err)
	}
	if len(pieces) == 0 {
		return offset, nil, nil
	}
	first := pieces[0].Data
	skip := int(offset - pieces[0].StartOffset)
	if skip >= len(first) {
		return offset, nil, nil
	}
	// Pieces end between characters, so the character's start is in the same piece.
	for skip > 0 && !utf8.RuneStart(first[skip]) {
		skip--
	}
	start = pieces[0].StartOffset + int64(skip)
	text = first[skip:]
	if len(pieces) > 1 {
		joined := make([]byte, 0, limit+utf8.UTFMax)
		joined = append(joined, text...)
		for _, piece := range pieces[1:] {
			joined = append(joined, piece.Data[:min(len(piece.Data), limit+utf8.UTFMax)]...)
			if len(joined) > limit {
				break
			}
		}
		text = joined
	}
	return start, text[:wholeCharacters(text, limit)], nil
}

// affected is the number of rows that a statement changed.
func affected(result sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}
