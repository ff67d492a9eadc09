package migration

import (
	"testing"
	"time"

	"mailferry/internal/imapsync"
	"mailferry/internal/models"
)

func TestTheTimeLeftOfABatchFollowsWhatIsInItsMailboxes(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	run := func(took time.Duration, bytes int64, eta *int64) *models.MigrationJob {
		started := now.Add(-took)
		return &models.MigrationJob{StartedAt: &started, Progress: &imapsync.Progress{BytesDone: &bytes, ETASeconds: eta}}
	}
	ended := func(took time.Duration, bytes int64) *models.MigrationJob {
		job := run(took, bytes, nil)
		job.FinishedAt = &now
		return job
	}
	const mega = 1 << 20
	for name, c := range map[string]struct {
		jobs    []*models.MigrationJob
		waiting workload
		want    time.Duration
		known   bool
	}{
		"nothing has ended and nobody looked":              {[]*models.MigrationJob{run(time.Minute, mega, new(int64(30)))}, workload{mailboxes: 3}, 0, false},
		"the last one runs":                                {[]*models.MigrationJob{run(time.Minute, mega, new(int64(30)))}, workload{}, 30 * time.Second, true},
		"the last one does not say, and nothing has ended": {[]*models.MigrationJob{run(time.Minute, mega, nil)}, workload{}, 0, false},
		"checked, and nothing has ended": {
			[]*models.MigrationJob{run(10*time.Second, 10*mega, new(int64(20)))},
			workload{mailboxes: 2, sized: 2, units: units(0, 100*mega)}, 120 * time.Second, true,
		},
		"a big one among small ones": {
			[]*models.MigrationJob{ended(10*time.Second, 10*mega), ended(10*time.Second, 10*mega), run(10*time.Second, 10*mega, new(int64(0)))},
			workload{mailboxes: 1, sized: 1, units: units(0, 1000*mega)}, 1000 * time.Second, true,
		},
		"not checked: as long as those that have ended": {
			[]*models.MigrationJob{ended(10*time.Second, mega), ended(30*time.Second, mega), run(time.Second, mega, new(int64(20))), run(time.Second, mega, new(int64(20)))},
			workload{mailboxes: 4}, 60 * time.Second, true,
		},
		"one that runs takes longer than all others": {
			[]*models.MigrationJob{ended(10*time.Second, mega), run(time.Second, mega, new(int64(5000))), run(time.Second, mega, new(int64(0)))},
			workload{mailboxes: 1}, 5000 * time.Second, true,
		},
		"ended without a message, as with a wrong password": {
			[]*models.MigrationJob{ended(2*time.Second, 0), run(time.Second, 0, nil)},
			workload{mailboxes: 3, sized: 3, units: units(10, mega)}, 7 * time.Second, true,
		},
	} {
		e := estimate{waiting: c.waiting}
		for _, job := range c.jobs {
			e.add(job, now)
		}
		left, known := e.left()
		if known != c.known || (left-c.want).Abs() > time.Second {
			t.Errorf("%s: %v, %v; want %v, %v", name, left, known, c.want, c.known)
		}
	}
}
