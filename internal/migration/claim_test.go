package migration_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"mailferry/internal/database"
	"mailferry/internal/migration"
	"mailferry/internal/models"
	databasetest "mailferry/internal/testkit/database"
)

// claims has two servers claim all jobs at the same moment, and gives the runs of those that were claimed.
func claims(t *testing.T, first, second *harness, jobs []*models.MigrationJob) map[int64]func(context.Context) {
	t.Helper()
	var mu sync.Mutex
	var group sync.WaitGroup
	begin := make(chan struct{})
	claimed := map[int64]func(context.Context){}
	for _, job := range jobs {
		for _, server := range []*harness{first, second} {
			group.Go(func() {
				<-begin
				run, err := server.Claim(t.Context(), job.ID)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil && claimed[job.ID] != nil:
					t.Errorf("job %d was claimed twice", job.ID)
				case err == nil:
					claimed[job.ID] = run
				case !errors.Is(err, migration.ErrNotMine):
					t.Errorf("claim of job %d: %v", job.ID, err)
				}
			})
		}
	}
	close(begin)
	group.Wait()
	return claimed
}

func TestOfClaimsThatRaceForOneMailboxOneSucceeds(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		first, second := newHarness(t, db), newHarness(t, db)
		second.config.Keys = first.config.Keys
		second.Service = migration.NewService(second.config)
		// The mailbox as people spell it; the sources are all different.
		spellings := []string{"emma@new.example.org", "Emma@new.example.org", "EMMA@NEW.example.org ", " emma@New.Example.org"}
		inputs := make([]migration.NewJob, 12)
		for i := range inputs {
			inputs[i] = input(fmt.Sprintf("lines 1@%d", i))
			inputs[i].Destination.User = strings.TrimSpace(spellings[i%len(spellings)])
		}
		jobs, err := first.CreateJobs(t.Context(), inputs)
		if err != nil {
			t.Fatal(err)
		}
		left := map[int64]*models.MigrationJob{}
		for _, job := range jobs {
			left[job.ID] = job
		}
		for len(left) > 0 {
			var waiting []*models.MigrationJob
			for _, job := range left {
				waiting = append(waiting, job)
			}
			claimed := claims(t, first, second, waiting)
			if len(claimed) != 1 {
				t.Fatalf("%d jobs that write to one mailbox were claimed at once", len(claimed))
			}
			var running []*models.MigrationJob
			if err := db.NewSelect().Model(&running).Where("status = ?", models.Running).Scan(t.Context()); err != nil || len(running) != 1 {
				t.Fatalf("%d jobs run: %v", len(running), err)
			}
			// It ends, and makes room for the next.
			for id, run := range claimed {
				run(t.Context())
				if ended := first.waitEnd(id); ended.Status != models.Succeeded {
					t.Errorf("job %d ended as %s: %s", id, ended.Status, ended.Error)
				}
				delete(left, id)
			}
		}
	})
}

// Dry runs write to nothing, and one mailbox may be filled at two places.
func TestClaimsThatDoNotMeetDoNotHinderEachOther(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		first, second := newHarness(t, db), newHarness(t, db)
		second.config.Keys = first.config.Keys
		second.Service = migration.NewService(second.config)
		inputs := make([]migration.NewJob, 5)
		for i := range inputs {
			inputs[i] = input(fmt.Sprintf("lines 1@%d", i))
			inputs[i].Destination.User = "emma@new.example.org"
		}
		inputs[1].DryRun, inputs[2].DryRun = true, true
		inputs[3].Options.UnderFolder = "Old mail"
		inputs[4].Destination.User = "emil@new.example.org"
		jobs, err := first.CreateJobs(t.Context(), inputs)
		if err != nil {
			t.Fatal(err)
		}
		claimed := claims(t, first, second, jobs)
		if len(claimed) != len(jobs) {
			t.Errorf("%d of %d jobs were claimed", len(claimed), len(jobs))
		}
		var group sync.WaitGroup
		for _, run := range claimed {
			group.Go(func() { run(t.Context()) })
		}
		group.Wait()
	})
}
