package migration

import (
	"context"
	"fmt"
	"time"

	"mailferry/internal/models"
)

// BatchSummary is how far a batch has come. It counts the latest run of each mailbox.
type BatchSummary struct {
	// Mailboxes is how many there are; Counts how many are in each state.
	Mailboxes int64
	Counts    map[models.JobStatus]int64
	// Verified is how many have ended with nothing missing.
	Verified int64
	// Messages and bytes of the mailboxes whose runs have said what they hold.
	MessagesDone, MessagesTotal, BytesDone, BytesTotal int64
	// MessagesMissing is how many messages are known to be missing at the destination.
	MessagesMissing int64
	// MessagesToCopy is how many messages dry runs would have copied.
	MessagesToCopy int64
	// Progress is how much of the work is done, from 0 to 1, by messages and bytes. A mailbox
	// that nobody has counted yet weighs as much as the others do on average; what a run that
	// failed or was cancelled did not do is not done.
	Progress float64
	// Waiting is the pause of a host that ends first, where mailboxes wait for one; nil if none
	// does.
	Waiting *models.Waiting
	// ETASeconds is the expected time to the end of the whole; nil while nothing runs or
	// nothing tells.
	ETASeconds *int64
	// Checked, CheckFailed say how many mailboxes were looked at before, and how many of
	// these cannot be moved as they are.
	Checked, CheckFailed int64
	// Checking says that a check goes on.
	Checking bool
	// NextTryAt is when the next automatic retry, or mailbox whose host has asked for a pause,
	// may start; nil if none waits.
	NextTryAt *time.Time
}

// SummarizeBatch counts a batch.
func (s *Service) SummarizeBatch(ctx context.Context, id int64) (BatchSummary, error) {
	var rows []struct {
		Status   models.JobStatus
		Count    int64
		Verified int64
		Checked  int64
		Failing  int64
		// Sums over what runs have reported.
		MessagesDone, MessagesTotal, BytesDone, BytesTotal, Missing, ToCopy int64
		// Known counts mailboxes whose size a run or a check has told.
		Known int64
		// What checks that found nothing wrong expect of so many mailboxes.
		Sized, ExpectedMessages, ExpectedBytes int64
	}
	// ->> with a key reads JSON in both databases (PostgreSQL 9.3, SQLite 3.38).
	number := func(column, key string) string { return fmt.Sprintf("CAST(%s->>'%s' AS BIGINT)", column, key) }
	sum := func(expression, name string) string {
		return fmt.Sprintf("CAST(COALESCE(sum(%s), 0) AS BIGINT) AS %s", expression, name)
	}
	err := s.db.NewSelect().Model((*models.MigrationJob)(nil)).
		ColumnExpr("status, count(*) AS count").
		ColumnExpr(sum("CASE WHEN verified THEN 1 ELSE 0 END", "verified")).
		ColumnExpr(sum("CASE WHEN precheck IS NOT NULL THEN 1 ELSE 0 END", "checked")).
		ColumnExpr(sum("CASE WHEN precheck->>'error' <> '' THEN 1 ELSE 0 END", "failing")).
		// Progress counts messages that were refused as well; a report tells them apart.
		ColumnExpr(sum(fmt.Sprintf("CASE WHEN NOT dry_run AND %[2]s > 0 THEN %[1]s - %[2]s ELSE %[3]s END",
			number("report", "messagesFound"), number("report", "messagesMissing"), number("progress", "messagesDone")), "messages_done")).
		ColumnExpr(sum(fmt.Sprintf("COALESCE(%s, %s)", number("progress", "messagesTotal"), number("precheck", "messages")), "messages_total")).
		ColumnExpr(sum(number("progress", "bytesDone"), "bytes_done")).
		ColumnExpr(sum(fmt.Sprintf("COALESCE(%s, %s)", number("progress", "bytesTotal"), number("precheck", "bytes")), "bytes_total")).
		// A dry run was not to bring any.
		ColumnExpr(sum("CASE WHEN NOT dry_run THEN "+number("report", "messagesMissing")+" END", "missing")).
		ColumnExpr(sum("CASE WHEN dry_run THEN COALESCE("+number("report", "messagesToCopy")+", "+number("report", "messagesMissing")+") END", "to_copy")).
		ColumnExpr(sum(fmt.Sprintf("CASE WHEN COALESCE(%s, %s) IS NOT NULL THEN 1 ELSE 0 END",
			number("progress", "messagesTotal"), number("precheck", "messages")), "known")).
		ColumnExpr(sum("CASE WHEN COALESCE(precheck->>'error', '') = '' AND precheck IS NOT NULL THEN 1 ELSE 0 END", "sized")).
		ColumnExpr(sum("CASE WHEN COALESCE(precheck->>'error', '') = '' THEN "+number("precheck", "messages")+" END", "expected_messages")).
		ColumnExpr(sum("CASE WHEN COALESCE(precheck->>'error', '') = '' THEN "+number("precheck", "bytes")+" END", "expected_bytes")).
		Where("batch_id = ? AND NOT superseded", id).GroupExpr("status").Scan(ctx, &rows)
	if err != nil {
		return BatchSummary{}, fmt.Errorf("count batch %d: %w", id, err)
	}
	summary := BatchSummary{Counts: make(map[models.JobStatus]int64), Checking: s.Checking(id)}
	var waiting workload
	var share share
	for _, row := range rows {
		if row.Status == models.Queued {
			waiting = workload{mailboxes: row.Count, sized: row.Sized, units: units(row.ExpectedMessages, row.ExpectedBytes)}
		}
		summary.Counts[row.Status] = row.Count
		summary.Mailboxes += row.Count
		summary.Verified += row.Verified
		summary.Checked += row.Checked
		summary.CheckFailed += row.Failing
		summary.MessagesDone += row.MessagesDone
		summary.MessagesTotal += row.MessagesTotal
		summary.BytesDone += row.BytesDone
		summary.BytesTotal += row.BytesTotal
		summary.MessagesMissing += row.Missing
		summary.MessagesToCopy += row.ToCopy
		share.add(row.Status, row.Count, row.Known, units(row.MessagesDone, row.BytesDone), units(row.MessagesTotal, row.BytesTotal))
	}
	summary.Progress = share.done()
	next := new(models.MigrationJob)
	err = s.db.NewSelect().Model(next).Column("not_before", "waiting").
		Where("batch_id = ? AND status = ? AND not_before > ?", id, models.Queued, s.now()).OrderExpr("not_before").Limit(1).Scan(ctx)
	switch {
	case err == nil:
		summary.NextTryAt, summary.Waiting = next.NotBefore, next.Waiting
	case !isNoRows(err):
		return BatchSummary{}, fmt.Errorf("find the next retry of batch %d: %w", id, err)
	}
	if summary.ETASeconds, err = s.batchETA(ctx, id, summary.Counts[models.Running], waiting); err != nil {
		return BatchSummary{}, err
	}
	return summary, nil
}
