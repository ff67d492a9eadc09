// Package migration is the heart of Mailferry: a job's life from its creation to its end,
// the runner that hands waiting jobs to a fixed number of slots, the supervised child
// process that a job runs, and the job's log.
//
// What it promises:
//
//   - At most the configured number of jobs run at once, whatever is created, cancelled or
//     restarted; they start in the order of their ids.
//   - No job is lost. The table is the queue: what waits is QUEUED there and nowhere else.
//   - A job's child never outlives the server, not even one that was killed.
//   - A log's offsets are bytes and never move. What a tail was given is always stored
//     already, and is exactly the stored log up to the tail's offset.
//   - Memory is bounded: per running job one window of its newest log, per tail one piece.
//   - A password is open only while its job's child is being started and, to mask it in the
//     child's output, while that child runs.
//
// The state of a job is in migration_jobs alone. A claim writes the id of the server run
// that makes it, and every later write of that run is conditional on this owner. How a job
// is handed out is behind [Queue]; running one does not care how it was obtained.
//
// Following a log:
//
//	tail, err := service.TailLog(ctx, jobID, offset)
//	defer tail.Close()
//	for {
//		chunk, err := tail.Next(ctx)
//		if errors.Is(err, io.EOF) {
//			break // the job has ended and chunk.EOF was sent
//		}
//		...
//	}
package migration
