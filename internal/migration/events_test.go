package migration_test

import (
	"testing"
	"time"

	"mailferry/internal/database"
	"mailferry/internal/events"
	"mailferry/internal/imapsync"
	"mailferry/internal/migration"
	"mailferry/internal/models"
	databasetest "mailferry/internal/testkit/database"
)

// next is the next event of a watch about one of the jobs.
func next(t *testing.T, watch *events.JobSubscription, id int64) *models.MigrationJob {
	t.Helper()
	for {
		event, err := watch.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if event.Job.ID == id {
			return event.Job
		}
	}
}

func TestADeletionIsToldOnceByAnEventOfItsOwn(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db).start()
		alone := h.create("lines 1")
		h.waitEnd(alone.ID)
		batch := h.createBatch(batchOf("lines 1", "exit 3"))
		h.waitBatch(batch.ID, models.Succeeded, models.Failed)
		jobs := h.mailboxes(batch.ID)
		again, err := h.RerunJob(t.Context(), jobs[1].ID, nil)
		if err != nil {
			t.Fatal(err)
		}
		h.waitEnd(again.ID)
		watch, err := h.WatchJobs(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer watch.Close()
		if err := h.DeleteJob(t.Context(), alone.ID); err != nil {
			t.Fatal(err)
		}
		if got := next(t, watch, alone.ID); !got.Deleted || got.Status != models.Succeeded {
			t.Errorf("the deletion is told as %+v", got)
		}
		// Without its latest run the mailbox is as the run before it left it, and that is told.
		if err := h.DeleteJob(t.Context(), again.ID); err != nil {
			t.Fatal(err)
		}
		if got := next(t, watch, again.ID); !got.Deleted {
			t.Errorf("the deletion is told as %+v", got)
		}
		if got := next(t, watch, jobs[1].ID); got.Deleted || got.Superseded {
			t.Errorf("the run that stands in is told as %+v", got)
		}
		if err := h.DeleteBatch(t.Context(), batch.ID); err != nil {
			t.Fatal(err)
		}
		for _, job := range jobs {
			if got := next(t, watch, job.ID); !got.Deleted {
				t.Errorf("the deletion of job %d with its batch is told as %+v", job.ID, got)
			}
		}
		if job, err := h.Job(t.Context(), alone.ID); !migration.IsCode(err, migration.NotFound) {
			t.Errorf("after that there is %+v, %v", job, err)
		}
	})
}

func TestATryThatWasTriedAgainIsNoFailureInTheCounts(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db, func(c *migration.Config) { c.RetryPause = time.Hour }).start()
		watch, err := h.WatchJobs(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer watch.Close()
		failing := input("exit 10")
		failing.Retries = migration.DefaultRetries
		first, err := h.CreateJob(t.Context(), failing)
		if err != nil {
			t.Fatal(err)
		}
		for job := next(t, watch, first.ID); !job.Superseded; job = next(t, watch, first.ID) {
			if job.Status.Ended() {
				t.Fatalf("the end of a try that is tried again is told as %+v", job)
			}
		}
		for _, c := range []struct {
			filter         migration.Filter
			failed, queued int64
		}{
			{migration.Filter{}, 1, 1},
			{migration.Filter{Superseded: new(false)}, 0, 1},
			{migration.Filter{Superseded: new(true)}, 1, 0},
			{migration.Filter{Superseded: new(false), Search: "exit"}, 0, 1},
			{migration.Filter{Superseded: new(true), Search: "exit"}, 1, 0},
		} {
			counts, err := h.CountByStatus(t.Context(), c.filter)
			if err != nil || counts[models.Failed] != c.failed || counts[models.Queued] != c.queued {
				t.Errorf("%+v: %v, %v", c.filter, counts, err)
			}
			page, err := h.Jobs(t.Context(), migration.JobsQuery{First: 10, Filter: c.filter})
			if err != nil || int64(len(page.Jobs)) != c.failed+c.queued {
				t.Errorf("%+v: %d jobs are listed, %v", c.filter, len(page.Jobs), err)
			}
		}
	})
}

func TestAPauseOfAHostIsToldOfAJobWhereverItIs(t *testing.T) {
	t.Parallel()
	until := time.Date(2026, 3, 1, 9, 40, 0, 0, time.UTC)
	stored := &models.Waiting{Side: models.Source, Reason: "later", Until: &until}
	running := &imapsync.Progress{Waiting: &imapsync.Waiting{Side: 2, Reason: "NO [LIMIT] slow down", Until: until}}
	for _, c := range []struct {
		job  models.MigrationJob
		side models.Side
	}{
		{models.MigrationJob{Status: models.Queued, Waiting: stored, Progress: running}, models.Source},
		{models.MigrationJob{Status: models.Running, Waiting: stored, Progress: running}, models.Destination},
		{models.MigrationJob{Status: models.Running, Progress: &imapsync.Progress{}}, ""},
		{models.MigrationJob{Status: models.Running}, ""},
		{models.MigrationJob{Status: models.Failed, Waiting: stored, Progress: running}, ""},
	} {
		switch got := migration.Waiting(&c.job); {
		case c.side == "" && got != nil, c.side != "" && (got == nil || got.Side != c.side || got.Reason == "" || !got.Until.Equal(until)):
			t.Errorf("of a %s job %+v is told", c.job.Status, got)
		}
	}
}
