// Package joblog is the log of a job: what its engine printed, made storable, masked, stored,
// announced, read and followed.
//
// What it promises:
//
//   - Offsets are bytes from the start of the log and never move: what was read up to an offset
//     is the stored log up to that offset, for every reader, through reconnects and restarts.
//   - What was announced is stored. A [Tail] is woken after an append was committed, never before.
//   - A log has one length everywhere. Only the owner of a job's claim appends, under a shared
//     lock of the job's row; whoever ends the claim measures the log under the exclusive one
//     (see [Measure]), and nothing is appended after that.
//   - Text is valid UTF-8 without NUL, and no piece that is stored or handed out, [Reader]
//     apart, begins or ends within a character. A password that the recorder knows is masked.
//   - Memory is bounded: for each running job one ring buffer of its newest bytes and what waits
//     to be stored, for each tail one piece, for each reader one piece.
//
// It knows the rows of the tables and nothing of how a job is run: a job's state comes through
// [Jobs]. Who may read, and what a refused offset looks like outside, is left to the caller.
//
// A run writes:
//
//	writer := logs.Writer(claimed)
//	defer writer.Close()
//	writer.Begin()
//	recorder := writer.Record(passwords, parse)
//	go recorder.Run(ctx)           // until recorder.Close, and the last byte is stored
//	io.Copy(recorder, childOutput) // waits while the database does not keep up
//	recorder.Close()
//	writer.End(models.Succeeded)
//
// Others follow:
//
//	tail, err := logs.Follow(ctx, jobID, offset)
//	defer tail.Close()
//	for {
//		chunk, err := tail.Next(ctx)
//		if errors.Is(err, io.EOF) {
//			break // the job has ended and chunk.EOF was sent
//		}
//		...
//	}
package joblog
