package migration

import (
	"context"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"mailferry/internal/models"
)

const (
	// maxChunk is the most bytes that one event or stored piece holds.
	maxChunk = 64 << 10
	// MaxLogRead is the most bytes that one [Service.ReadLog] gives.
	MaxLogRead = 1 << 20
)

// LogChunk is a piece of a job's log. Offsets are bytes from the start of the log.
type LogChunk struct {
	JobID int64
	// Offset is where Chunk starts.
	Offset int64
	// Chunk is valid UTF-8 and never a part of a character.
	Chunk string
	// NewOffset is where to ask on from.
	NewOffset int64
	// Status is the job's status when this was read.
	Status models.JobStatus
	// EOF says that the job has ended and this is the end of its log.
	EOF bool
}

// appendLog stores data after offset. It fails with errNotMine if the job is not this claim's any
// more. It shares a lock of the job's row with nobody who ends the job: whoever does measures the log
// under that lock, and nothing is appended to what was measured.
func (s *Service) appendLog(ctx context.Context, claimed *models.MigrationJob, offset int64, data []byte) error {
	share := ""
	if s.db.IsPostgres() {
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
				return errNotMine
			}
			at += int64(len(piece))
		}
		return nil
	}
	var err error
	if len(pieces) == 1 {
		err = s.db.Write(ctx, insert)
	} else {
		err = s.db.WriteTx(ctx, func(ctx context.Context, tx bun.Tx) error { return insert(ctx, tx) })
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

// storedSize is the length of a job's stored log.
func (s *Service) storedSize(ctx context.Context, jobID int64) (int64, error) {
	return measureLog(ctx, s.db, jobID)
}

// measureLog is the length of a job's stored log. It is final only under a lock of the job's row.
func measureLog(ctx context.Context, db bun.IDB, jobID int64) (int64, error) {
	var size int64
	err := db.NewSelect().Model((*models.LogChunk)(nil)).ColumnExpr("start_offset + octet_length(data)").
		Where("job_id = ?", jobID).OrderExpr("start_offset DESC").Limit(1).Scan(ctx, &size)
	if err != nil && !isNoRows(err) {
		return 0, fmt.Errorf("measure log of job %d: %w", jobID, err)
	}
	return size, nil
}

// readStored reads at most limit bytes of stored log from offset on. It begins at the
// character that offset lies in, says where that is, and ends between two characters.
func (s *Service) readStored(ctx context.Context, jobID, offset int64, limit int) (start int64, text []byte, err error) {
	var pieces []models.LogChunk
	err = s.db.NewSelect().Model(&pieces).Column("start_offset", "data").
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

// ReadLog reads a job's log once: at most limit bytes (1 to [MaxLogRead]) from offset on. An
// offset within a character starts at that character; one past the end is refused.
func (s *Service) ReadLog(ctx context.Context, jobID, offset int64, limit int) (LogChunk, error) {
	if limit < 1 || limit > MaxLogRead {
		return LogChunk{}, badInput("limit", "must be between 1 and %d", MaxLogRead)
	}
	job, err := s.Job(ctx, jobID)
	if err != nil {
		return LogChunk{}, err
	}
	return s.readLogOf(ctx, job, offset, limit)
}

// readLogOf reads the log of a job whose row was read before: if that says it has ended, its
// log is complete.
func (s *Service) readLogOf(ctx context.Context, job *models.MigrationJob, offset int64, limit int) (LogChunk, error) {
	size, err := s.logSize(ctx, job)
	if err != nil {
		return LogChunk{}, err
	}
	if err := checkOffset(offset, size); err != nil {
		return LogChunk{}, err
	}
	chunk := LogChunk{JobID: job.ID, Offset: offset, NewOffset: offset, Status: job.Status}
	if offset < size {
		start, text, err := s.readStored(ctx, job.ID, offset, limit)
		if err != nil {
			return LogChunk{}, err
		}
		chunk.Offset, chunk.Chunk, chunk.NewOffset = start, string(text), start+int64(len(text))
	}
	chunk.EOF = job.Status.Ended() && chunk.NewOffset >= size
	return chunk, nil
}

func checkOffset(offset, size int64) error {
	if offset < 0 {
		return badInput("offset", "must not be negative")
	}
	if offset > size {
		return badInput("offset", "is past the end of the log, which has %d bytes", size)
	}
	return nil
}

// logSize is the length of the stored log of a job whose row was read before.
func (s *Service) logSize(ctx context.Context, job *models.MigrationJob) (int64, error) {
	if job.Status == models.Running {
		return s.storedSize(ctx, job.ID)
	}
	return job.LogSize, nil
}

// LogReader reads a job's log as it was when it was opened. It is an io.ReadSeeker that
// holds one piece in memory.
type LogReader struct {
	// Job is the job as it was when the log was opened.
	Job *models.MigrationJob

	ctx     context.Context //nolint:containedctx // io.Reader has no place for one
	service *Service
	size    int64
	at      int64
	piece   []byte
	start   int64
}

// OpenLog opens a job's log for a download; ctx is that of the download.
func (s *Service) OpenLog(ctx context.Context, jobID int64) (*LogReader, error) {
	job, err := s.Job(ctx, jobID)
	if err != nil {
		return nil, err
	}
	size, err := s.logSize(ctx, job)
	if err != nil {
		return nil, err
	}
	return &LogReader{Job: job, ctx: ctx, service: s, size: size}, nil
}

// Size is the length of the log in bytes.
func (r *LogReader) Size() int64 { return r.size }

// Read reads on; io.EOF at the end. The bytes that it gives may be parts of characters.
func (r *LogReader) Read(p []byte) (int, error) {
	if r.at >= r.size {
		return 0, io.EOF
	}
	if r.at < r.start || r.at >= r.start+int64(len(r.piece)) {
		start, text, err := r.service.readStored(r.ctx, r.Job.ID, r.at, 4*maxChunk)
		if err != nil {
			return 0, err
		}
		if len(text) == 0 {
			return 0, io.ErrUnexpectedEOF // deleted meanwhile
		}
		r.start, r.piece = start, text
	}
	rest := r.piece[r.at-r.start:]
	n := copy(p, rest[:min(int64(len(rest)), r.size-r.at)])
	r.at += int64(n)
	return n, nil
}

// Seek moves to an offset in bytes.
func (r *LogReader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += r.at
	case io.SeekEnd:
		offset += r.size
	default:
		return 0, fmt.Errorf("seek in log of job %d: unknown whence %d", r.Job.ID, whence)
	}
	if offset < 0 {
		return 0, fmt.Errorf("seek in log of job %d: negative offset %d", r.Job.ID, offset)
	}
	r.at = offset
	return offset, nil
}
