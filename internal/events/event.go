// Package events tells what happened to jobs and batches, as types, and who follows it.
//
// What it promises:
//
//   - An event is published after the change that it tells of was committed: who reads the job
//     then reads that change or a later one.
//   - A subscription gives the newest state of each job that changed, and not every step: a slow
//     reader costs one event per job and slows nobody.
//   - Nothing is kept for those who subscribe later. Whoever needs the present state reads it
//     after subscribing, and gives it to [JobSubscription.Present].
//
// It knows the rows of the tables and nothing of what changes them.
package events

import "mailferry/internal/models"

// Kind is what happened.
type Kind string

// The kinds.
const (
	// Present is no change: the state as it was read after the subscription began.
	Present Kind = "PRESENT"
	// Created is a new job.
	Created Kind = "CREATED"
	// Changed is any change that has no kind of its own: of status, credentials, place or check.
	Changed Kind = "CHANGED"
	// Progressed is new progress of a running job, at most once a second.
	Progressed Kind = "PROGRESSED"
	// Ended is the end of a job.
	Ended Kind = "ENDED"
	// Deleted is the last event of a job or batch.
	Deleted Kind = "DELETED"
)

// Event is what happened to a job.
type Event struct {
	Kind Kind
	// Version grows with each event of a hub, those about batches included; 0 for [Present].
	Version int64
	// Job is its state after the event, as it was last for [Deleted]. Nobody changes it.
	Job *models.MigrationJob
}
