package migration

import (
	"testing"

	"mailferry/internal/models"
)

func TestTheShareOfABatchThatIsDoneGoesByItsWork(t *testing.T) {
	t.Parallel()
	type row struct {
		status       models.JobStatus
		count, known int64
		done, total  float64
	}
	for name, c := range map[string]struct {
		rows []row
		want float64
	}{
		"nothing at all":                   {nil, 0},
		"nothing known":                    {[]row{{models.Succeeded, 1, 0, 0, 0}, {models.Queued, 3, 0, 0, 0}}, 0.25},
		"half of the work":                 {[]row{{models.Running, 1, 1, 500, 1000}}, 0.5},
		"a large one weighs more":          {[]row{{models.Succeeded, 9, 9, 100, 100}, {models.Queued, 1, 1, 0, 900}}, 0.1},
		"unknown ones weigh as the others": {[]row{{models.Succeeded, 1, 1, 100, 100}, {models.Queued, 3, 0, 0, 0}}, 0.25},
		"cancelled is not done":            {[]row{{models.Succeeded, 1, 1, 100, 100}, {models.Cancelled, 1, 1, 20, 100}}, 0.6},
		"failed is not done":               {[]row{{models.Failed, 2, 1, 50, 100}}, 0.25},
		"never more than all":              {[]row{{models.Running, 1, 1, 300, 100}, {models.Succeeded, 1, 1, 100, 100}}, 1},
		"all of empty mailboxes":           {[]row{{models.Succeeded, 2, 2, 0, 0}}, 1},
		"all":                              {[]row{{models.Succeeded, 3, 2, 200, 200}}, 1},
	} {
		var s share
		for _, r := range c.rows {
			s.add(r.status, r.count, r.known, r.done, r.total)
		}
		if got := s.done(); got < c.want-1e-9 || got > c.want+1e-9 {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
