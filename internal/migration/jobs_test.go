package migration_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"mailferry/internal/database"
	"mailferry/internal/events"
	"mailferry/internal/imapsync"
	"mailferry/internal/migration"
	"mailferry/internal/models"
	databasetest "mailferry/internal/testkit/database"
)

func TestRefusedInputNamesItsFieldAndChangesNothing(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db)
		for field, spoil := range map[string]func(*migration.NewJob){
			"source.host":          func(j *migration.NewJob) { j.Source.Host = " " },
			"source.port":          func(j *migration.NewJob) { j.Source.Port = 65536 },
			"source.user":          func(j *migration.NewJob) { j.Source.User = "--pipemess=x" },
			"source.password":      func(j *migration.NewJob) { j.Source.Password = "a\nb" },
			"destination.host":     func(j *migration.NewJob) { j.Destination.Host = "-oProxyCommand" },
			"destination.port":     func(j *migration.NewJob) { j.Destination.Port = -1 },
			"destination.security": func(j *migration.NewJob) { j.Destination.Security = "SSL" },
			"destination.user":     func(j *migration.NewJob) { j.Destination.User = "a\x00b" },
			"destination.password": func(j *migration.NewJob) { j.Destination.Password = "" },
			"name":                 func(j *migration.NewJob) { j.Name = strings.Repeat("é", 201) },
		} {
			bad := input("lines 1")
			spoil(&bad)
			_, err := h.CreateJob(t.Context(), bad)
			wantError(t, err, migration.BadInput, field, "")
			_, err = h.CreateJobs(t.Context(), []migration.NewJob{input("lines 1"), bad, input("lines 1")})
			wantError(t, err, migration.BadInput, "inputs[1]."+field, "")
		}
		same := input("someone")
		same.Destination.Host, same.Destination.User = same.Source.Host, "SomeOne"
		_, err := h.CreateJob(t.Context(), same)
		wantError(t, err, migration.BadInput, "destination.user", "same mailbox")
		_, err = h.CreateJobs(t.Context(), nil)
		wantError(t, err, migration.BadInput, "inputs", "")
		if total, err := h.CountJobs(t.Context(), migration.Filter{}); err != nil || total != 0 {
			t.Errorf("%d jobs are there, %v", total, err)
		}
		if strings.Contains(h.log.String(), "password-") {
			t.Error("a password is in the server's log")
		}
	})
}

func TestAJobIsReadBackAsItWasCreated(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		clock := time.Date(2026, 3, 1, 9, 30, 0, 123456789, time.FixedZone("east", 3600))
		h := newHarness(t, db, func(c *migration.Config) { c.Now = func() time.Time { return clock } })
		wish := input("someone@example.org")
		wish.Source.Security, wish.Destination.Security, wish.Destination.Port = imapsync.STARTTLS, imapsync.NONE, 1143
		wish.DryRun = true
		wish.Options = imapsync.Options{
			ExcludeFolders: []string{"Été/\"x\"", "100%"}, RenameFolders: []imapsync.FolderRename{{From: "a", To: "b"}},
			MaxSize: new(int64(1) << 40), SyncFlags: new(false),
		}
		created, err := h.CreateJob(t.Context(), wish)
		if err != nil {
			t.Fatal(err)
		}
		job, err := h.Job(t.Context(), created.ID)
		if err != nil {
			t.Fatal(err)
		}
		if job.Name != "someone@example.org" || job.Source.Port != 143 || job.Destination.Port != 1143 || !job.DryRun ||
			job.Destination.Security != imapsync.NONE || job.Engine != models.Builtin ||
			job.Options.ExcludeFolders[0] != "Été/\"x\"" || *job.Options.MaxSize != 1<<40 || *job.Options.SyncFlags ||
			job.Options.RenameFolders[0].To != "b" {
			t.Errorf("read back as %+v", job)
		}
		if want := time.Date(2026, 3, 1, 8, 30, 0, 123456000, time.UTC); !job.CreatedAt.Equal(want) || !created.CreatedAt.Equal(want) {
			t.Errorf("created at %s and read back as %s, want %s", created.CreatedAt, job.CreatedAt, want)
		}
		if strings.Contains(string(job.Source.SealedPassword), "password") {
			t.Error("the password is stored in clear")
		}
	})
}

func TestPagesOfJobsStayAsTheyAreWhileJobsAreAdded(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db)
		var created []int64
		for i := range 25 {
			created = append(created, h.create(fmt.Sprintf("lines 1@%d", i)).ID)
		}
		var seen []int64
		query := migration.JobsQuery{First: 10}
		for pages := 1; ; pages++ {
			page, err := h.Jobs(t.Context(), query)
			if err != nil {
				t.Fatal(err)
			}
			for _, job := range page.Jobs {
				seen = append(seen, job.ID)
				query.After = query.Filter.Cursor(job)
			}
			h.create("lines 1")
			if !page.HasNextPage {
				if pages != 3 {
					t.Errorf("%d pages", pages)
				}
				break
			}
		}
		if len(seen) != 25 {
			t.Fatalf("saw %d jobs: %v", len(seen), seen)
		}
		for i, id := range seen {
			if id != created[24-i] {
				t.Errorf("job %d is at place %d", id, i)
			}
		}
		for _, query := range []migration.JobsQuery{{First: 0}, {First: 501}, {First: 1e9}} {
			_, err := h.Jobs(t.Context(), query)
			wantError(t, err, migration.BadInput, "first", "")
		}
		_, err := h.Jobs(t.Context(), migration.JobsQuery{First: 1, After: "1; DROP TABLE"})
		wantError(t, err, migration.BadInput, "after", "")
	})
}

func TestFiltersAndCountsAgree(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db)
		named := input("someone")
		named.Name = "ŽOFIE 100%_a\\b"
		job, err := h.CreateJob(t.Context(), named)
		if err != nil {
			t.Fatal(err)
		}
		other := h.create("other")
		if _, err := h.CancelJob(t.Context(), other.ID); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			filter migration.Filter
			want   []int64
		}{
			{migration.Filter{}, []int64{other.ID, job.ID}},
			{migration.Filter{Search: "žofie"}, []int64{job.ID}},
			{migration.Filter{Search: "z\u030cOFIE"}, []int64{job.ID}},
			{migration.Filter{Search: "100%_a\\B"}, []int64{job.ID}},
			{migration.Filter{Search: "100_"}, nil},
			{migration.Filter{Search: "%"}, []int64{job.ID}},
			{migration.Filter{Search: "NEW.example"}, []int64{other.ID, job.ID}},
			{migration.Filter{Statuses: []models.JobStatus{models.Cancelled}}, []int64{other.ID}},
			{migration.Filter{Statuses: []models.JobStatus{models.Queued, models.Cancelled}, Search: "other"}, []int64{other.ID}},
			{migration.Filter{Statuses: []models.JobStatus{models.Failed}}, nil},
		} {
			page, err := h.Jobs(t.Context(), migration.JobsQuery{First: 10, Filter: c.filter})
			if err != nil {
				t.Fatal(err)
			}
			var got []int64
			for _, job := range page.Jobs {
				got = append(got, job.ID)
			}
			total, err := h.CountJobs(t.Context(), c.filter)
			if err != nil || fmt.Sprint(got) != fmt.Sprint(c.want) || total != int64(len(c.want)) {
				t.Errorf("filter %+v lists %v and counts %d, want %v (%v)", c.filter, got, total, c.want, err)
			}
		}
		if err := h.DeleteJob(t.Context(), other.ID); err != nil {
			t.Fatal(err)
		}
		counts, err := h.CountByStatus(t.Context(), migration.Filter{})
		if err != nil || counts[models.Queued] != 1 || counts[models.Cancelled] != 0 {
			t.Errorf("counts are %v, %v", counts, err)
		}
		if again := h.create("lines 1"); again.ID <= other.ID {
			t.Errorf("id %d was used again", again.ID)
		}
	})
}

func TestQueuePositionsCountFromOne(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db)
		first, second, third := h.create("lines 1"), h.create("lines 1"), h.create("lines 1")
		cancelled, err := h.CancelJob(t.Context(), second.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			job  *models.MigrationJob
			want *int64
		}{{first, new(int64(1))}, {third, new(int64(2))}, {cancelled, nil}} {
			got, err := h.QueuePlace(t.Context(), c.job)
			if err != nil || (got == nil) != (c.want == nil) || got != nil && (got.Position != *c.want || got.Reason != "") {
				t.Errorf("job %d is at %v, %v", c.job.ID, got, err)
			}
		}
	})
}

func TestAWatchGivesASlowReaderTheNewestState(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db)
		watch, err := h.WatchJobs(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer watch.Close()
		job := h.create("lines 1")
		h.start()
		h.waitEnd(job.ID)
		if got, err := watch.Next(t.Context()); err != nil || got.Kind != events.Ended || got.Job.ID != job.ID || got.Job.Status != models.Succeeded {
			t.Errorf("the watch gave %+v, %v", got, err)
		}
		if err := h.DeleteJob(t.Context(), job.ID); err != nil {
			t.Fatal(err)
		}
		if got, err := watch.Next(t.Context()); err != nil || got.Kind != events.Deleted || got.Job.ID != job.ID {
			t.Errorf("after the deletion the watch gave %+v, %v", got, err)
		}
	})
}
