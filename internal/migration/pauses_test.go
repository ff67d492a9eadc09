package migration_test

import (
	"strings"
	"testing"

	"mailferry/internal/database"
	"mailferry/internal/migration"
	"mailferry/internal/models"
	databasetest "mailferry/internal/testkit/database"
)

// One job waits for what a host has asked an account for; others of the account would only be asked for the same.
func TestJobsOfAnAccountWaitForThePauseThatItsHostHasAskedFor(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db, func(c *migration.Config) { c.Slots = 1 }).start()
		wish := input("pause 4000")
		wish.Destination.User = "emma@new.example.org"
		first, err := h.CreateJob(t.Context(), wish)
		if err != nil {
			t.Fatal(err)
		}
		waiting := h.waitFor(first.ID, "waiting", func(job *models.MigrationJob) bool { return job.Waiting != nil })

		held := input("lines 1")
		held.Destination.User, held.Options.UnderFolder = "EMMA@new.example.org", "Older mail"
		asSource := input("lines 1")
		asSource.Source.Host, asSource.Source.User = "NEW.example.org.", "Emma@new.example.org"
		others := input("lines 1")
		others.Destination.User = "emil@new.example.org"
		jobs, err := h.CreateJobs(t.Context(), []migration.NewJob{held, asSource, others})
		if err != nil {
			t.Fatal(err)
		}
		// What comes after them and is another account's goes ahead.
		ended := h.waitEnd(jobs[2].ID)
		if ended.Status != models.Succeeded || !ended.StartedAt.Before(*waiting.NotBefore) {
			t.Errorf("the job of another account ended as %s, started at %v, the pause is until %v", ended.Status, ended.StartedAt, waiting.NotBefore)
		}
		for _, job := range jobs[:2] {
			place, err := h.QueuePlace(t.Context(), job)
			if err != nil {
				t.Fatal(err)
			}
			if place == nil || place.Position != 0 || !strings.Contains(place.Reason, "new.example.org has asked for a pause of this account") ||
				!strings.Contains(place.Reason, "come back later") {
				t.Errorf("job %d has the place %+v", job.ID, place)
			}
		}
		for _, id := range []int64{first.ID, jobs[0].ID, jobs[1].ID} {
			ended := h.waitEnd(id)
			if ended.Status != models.Succeeded || ended.StartedAt.Before(*waiting.NotBefore) {
				t.Errorf("job %d ended as %s (%s), started at %v, the pause was until %v", id, ended.Status, ended.Error, ended.StartedAt, waiting.NotBefore)
			}
		}
	})
}
