// Package migration is the heart of Mailferry: a job's life from its creation to its end,
// the runner that hands waiting jobs to a fixed number of slots, and the supervised child
// process that a job runs. What that prints is kept by package joblog.
//
// What it promises:
//
//   - At most the configured number of jobs run at once, whatever is created, cancelled or
//     restarted; they start in the order of their ids.
//   - No job is lost. The table is the queue: what waits is QUEUED there and nowhere else.
//   - A job's child never outlives the server, not even one that was killed.
//   - A password is open only while its job's child is being started and, to mask it in the
//     child's output, while that child runs.
//
// The state of a job is in migration_jobs alone. A claim writes the id of the server run
// that makes it, and every later write of that run is conditional on this owner. How a job
// is handed out is behind [Queue]; running one does not care how it was obtained.
package migration
