package migration_test

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"mailferry/internal/database"
	"mailferry/internal/imapsync"
	"mailferry/internal/mailboxcsv"
	"mailferry/internal/migration"
	"mailferry/internal/models"
	databasetest "mailferry/internal/testkit/database"
)

// batchOf is a batch of mailboxes whose engines behave so, each to a destination of its own.
func batchOf(behaviours ...string) migration.NewBatch {
	batch := migration.NewBatch{Name: "Everybody"}
	for i, behaviour := range behaviours {
		mailbox := input(behaviour)
		mailbox.Name = fmt.Sprintf("mailbox %d", i)
		mailbox.Destination.User = fmt.Sprintf("new%d@example.org", i)
		batch.Mailboxes = append(batch.Mailboxes, mailbox)
	}
	return batch
}

func (h *harness) createBatch(input migration.NewBatch) *models.MigrationBatch {
	h.t.Helper()
	batch, err := h.CreateBatch(h.t.Context(), input)
	if err != nil {
		h.t.Fatal(err)
	}
	return batch
}

// waitBatch waits until the latest runs of a batch are all in one of the states.
func (h *harness) waitBatch(id int64, statuses ...models.JobStatus) migration.BatchSummary {
	h.t.Helper()
	watch := h.WatchBatch(id)
	defer watch.Close()
	for {
		summary, err := h.SummarizeBatch(h.t.Context(), id)
		if err != nil {
			h.t.Fatal(err)
		}
		var there int64
		for _, status := range statuses {
			there += summary.Counts[status]
		}
		if there == summary.Mailboxes {
			return summary
		}
		if err := watch.Next(h.t.Context()); err != nil {
			h.t.Fatalf("batch %d did not become %v: it is %v", id, statuses, summary.Counts)
		}
	}
}

func (h *harness) mailboxes(id int64) []*models.MigrationJob {
	h.t.Helper()
	jobs, err := h.BatchMailboxes(h.t.Context(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	return jobs
}

func TestABatchRunsToItsEndAndItsFailedOnesRunAgain(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db).start()
		batch := h.createBatch(batchOf("lines 1", "exit 162", "lines 1"))
		summary := h.waitBatch(batch.ID, models.Succeeded, models.Failed)
		if summary.Mailboxes != 3 || summary.Counts[models.Succeeded] != 2 || summary.Counts[models.Failed] != 1 || summary.Verified != 2 {
			t.Errorf("summary is %+v", summary)
		}
		count, err := h.RerunBatch(t.Context(), batch.ID, false)
		if err != nil || count != 1 {
			t.Errorf("%d mailboxes are run again, %v", count, err)
		}
		if summary = h.waitBatch(batch.ID, models.Succeeded, models.Failed); summary.Mailboxes != 3 {
			t.Errorf("after the second run there are %d mailboxes", summary.Mailboxes)
		}
		if count, err = h.RerunBatch(t.Context(), batch.ID, true); err != nil || count != 3 {
			t.Errorf("%d mailboxes are run a further time, %v", count, err)
		}
		h.waitBatch(batch.ID, models.Succeeded, models.Failed)
		jobs := h.mailboxes(batch.ID)
		failed := jobs[len(jobs)-1]
		for _, job := range jobs {
			if job.Source.User == "exit 162" {
				failed = job
			}
		}
		if failed.RerunOf == nil {
			t.Fatalf("the failed mailbox is %+v", failed)
		}
		_, err = h.RerunJob(t.Context(), *failed.RerunOf, nil)
		wantError(t, err, migration.Conflict, "", "later run")
		// Without its latest run a mailbox is as the run before it left it.
		if err := h.DeleteJob(t.Context(), failed.ID); err != nil {
			t.Fatal(err)
		}
		if summary, err = h.SummarizeBatch(t.Context(), batch.ID); err != nil || summary.Mailboxes != 3 {
			t.Errorf("after the deletion of a run: %+v, %v", summary, err)
		}
		wantError(t, h.DeleteBatch(t.Context(), batch.ID+1), migration.NotFound, "", "")
		if err := h.DeleteBatch(t.Context(), batch.ID); err != nil {
			t.Fatal(err)
		}
		if total, err := h.CountJobs(t.Context(), migration.Filter{}); err != nil || total != 0 {
			t.Errorf("%d jobs are left, %v", total, err)
		}
	})
}

func TestABatchIsListedInItsOrderWhateverIsRunAgain(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db).start()
		batch := h.createBatch(batchOf("lines 1", "exit 3", "lines 1", "lines 1", "exit 3"))
		h.waitBatch(batch.ID, models.Succeeded, models.Failed)
		h.create("lines 1")
		for _, i := range []int{3, 0, 3} {
			again, err := h.RerunJob(t.Context(), h.mailboxes(batch.ID)[i].ID, nil)
			if err != nil {
				t.Fatal(err)
			}
			h.waitEnd(again.ID)
		}
		list := func(statuses ...models.JobStatus) string {
			t.Helper()
			var names []string
			query := migration.JobsQuery{First: 2, Filter: migration.Filter{BatchID: &batch.ID, Statuses: statuses}}
			for {
				page, err := h.Jobs(t.Context(), query)
				if err != nil {
					t.Fatal(err)
				}
				for _, job := range page.Jobs {
					names = append(names, strings.TrimPrefix(job.Name, "mailbox "))
					query.After = query.Filter.Cursor(job)
				}
				if !page.HasNextPage {
					return strings.Join(names, " ")
				}
			}
		}
		if all, failed := list(), list(models.Failed); all != "0 1 2 3 4" || failed != "1 4" {
			t.Errorf("the mailboxes are listed as %q, the failed ones as %q", all, failed)
		}
		for _, after := range []string{"1", "place-x", "place--1", "place-99999999999", "place-"} {
			_, err := h.Jobs(t.Context(), migration.JobsQuery{First: 2, After: after, Filter: migration.Filter{BatchID: &batch.ID}})
			wantError(t, err, migration.BadInput, "after", "")
		}
		// Its place stays also when the runs between are deleted, and then the newest one.
		newest := h.mailboxes(batch.ID)[3]
		for _, id := range []int64{*newest.RerunOf, newest.ID} {
			if err := h.DeleteJob(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
		if all := list(); all != "0 1 2 3 4" {
			t.Errorf("after the deletion of runs the mailboxes are listed as %q", all)
		}
		if first := h.mailboxes(batch.ID)[3]; first.Superseded || first.RerunOf != nil {
			t.Errorf("the first run does not stand for its mailbox: %+v", first)
		}
	})
}

func TestARefusedMailboxLeavesNoBatchAndEveryRefusalIsNamed(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db)
		bad := batchOf("lines 1", "lines 1", "lines 1", "lines 1")
		bad.Name = " "
		bad.SourceLimit = new(0)
		bad.Mailboxes[1].Source.Host = ""
		bad.Mailboxes[2].Destination.Password = ""
		bad.Mailboxes[3].Destination.User = bad.Mailboxes[0].Destination.User
		var fields []string
		for _, refused := range h.CheckBatchInput(bad) {
			fields = append(fields, refused.Field)
		}
		want := "[name sourceLimit mailboxes[1].source.host mailboxes[2].destination.password mailboxes[3].destination.user]"
		if fmt.Sprint(fields) != want {
			t.Errorf("refused %v, want %s", fields, want)
		}
		_, err := h.CreateBatch(t.Context(), bad)
		wantError(t, err, migration.BadInput, "name", "")
		page, err := h.Batches(t.Context(), 10, "")
		if total, countErr := h.CountJobs(t.Context(), migration.Filter{}); err != nil || countErr != nil || total != 0 || len(page.Batches) != 0 {
			t.Errorf("%d jobs in %d batches are there, %v, %v", total, len(page.Batches), err, countErr)
		}
	})
}

// noHost is a network that nothing on one host may be reached in.
type noHost string

func (n noHost) CheckHostPort(host string, _ int) error {
	if host == string(n) {
		return errors.New("must be a host that this server may connect to")
	}
	return nil
}

func TestAFileHasAllItsErrorsNamedAtOnceThoseOfTheServerToo(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db, func(c *migration.Config) { c.Network = noHost("inside.example.org") })
		const header = "host1,user1,password1,host2,user2,password2,port1\n"
		problems := func(file string) string {
			t.Helper()
			imported, err := h.ImportBatch(t.Context(), migration.Import{CSV: []byte(file)})
			if err != nil || imported.Batch != nil {
				t.Fatalf("%q: batch %v, %v", file, imported.Batch, err)
			}
			var lines []string
			for _, e := range imported.Errors.List {
				lines = append(lines, fmt.Sprintf("%d:%s", e.Line, e.Header))
			}
			return strings.Join(lines, " ")
		}
		const right, forbidden, both = "a.example.org,u,p,b.example.org,u,p,\n", "a.example.org,v,p,inside.example.org,v,p,\n", "inside.example.org,w,p,b.example.org,w,p,x\n"
		for file, want := range map[string]string{
			header + right + forbidden:                        "3:host2",
			header + forbidden + right + both + ",,,,,,\n":    "2:host2 4:port1",
			header + both + forbidden:                         "2:port1 3:host2",
			"host1,user1,password1,host2,user2\n" + forbidden: "1: 2:",
		} {
			if got := problems(file); got != want {
				t.Errorf("%q: errors at %q, want %q", file, got, want)
			}
		}
		// What holds for all rows is said once.
		imported, err := h.ImportBatch(t.Context(), migration.Import{
			CSV: []byte("user,password\na,b\nc,d\n"), Source: mailboxcsv.Side{Host: "inside.example.org"}, Destination: mailboxcsv.Side{Host: "b.example.org"},
		})
		if err != nil || imported.Errors == nil || len(imported.Errors.List) != 1 ||
			imported.Errors.List[0] != (mailboxcsv.Error{Field: "source.host", Message: "The value must be a host that this server may connect to."}) {
			t.Errorf("a forbidden host for all rows: %+v, %v", imported.Errors, err)
		}
		_, err = h.ImportBatch(t.Context(), migration.Import{CSV: []byte(header + right + "a.example.org,x,p,b.example.org,x,p,\n"), Retries: 21})
		wantError(t, err, migration.BadInput, "retries", "20")
	})
}

func TestAHostThatIsFullHoldsUpItsOwnJobsOnly(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db, func(c *migration.Config) { c.Slots = 4 })
		slow := batchOf("until go@slow", "until go@slow", "until go@slow")
		slow.SourceLimit = new(1)
		other := batchOf("lines 1@other", "lines 1@other", "lines 1@other")
		other.DestinationLimit = new(1)
		for i := range other.Mailboxes {
			other.Mailboxes[i].Source.Host = "elsewhere.example.org"
			other.Mailboxes[i].Destination.Host = "there.example.org"
		}
		first, second := h.createBatch(slow), h.createBatch(other)
		h.start()
		// The second batch passes the two jobs of the first one that wait for their host.
		h.waitBatch(second.ID, models.Succeeded)
		counts := h.mailboxes(first.ID)
		if counts[0].Status != models.Running || counts[1].Status != models.Queued || counts[2].Status != models.Queued {
			t.Errorf("the jobs of the full host are %s, %s, %s", counts[0].Status, counts[1].Status, counts[2].Status)
		}
		if err := os.WriteFile(h.file("go"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		h.waitBatch(first.ID, models.Succeeded, models.Failed)
		started, err := os.ReadFile(h.file("started"))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(started)) {
			name, running, _ := strings.Cut(strings.TrimSpace(line), " ")
			if n, _ := strconv.Atoi(running); n > 2 {
				t.Errorf("%d engines ran when one of %s started", n, name)
			}
		}
	})
}

func TestTwoJobsDoNotWriteToOneMailboxAtTheSameTimeHoweverItIsSpelt(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db, func(c *migration.Config) { c.Slots = 5 })
		one := input("until go")
		again, elsewhere, apart, rehearsal := one, input("until go"), one, one
		again.Source.User, again.Destination.User = "until go@another source", strings.ToUpper(one.Destination.User)
		again.Destination.Host, again.Destination.Security = "NEW.example.org.", imapsync.STARTTLS
		apart.Options.UnderFolder, rehearsal.DryRun = "Archive", true
		jobs, err := h.CreateJobs(t.Context(), []migration.NewJob{one, again, elsewhere, apart, rehearsal})
		if err != nil {
			t.Fatal(err)
		}
		first, second := jobs[0], jobs[1]
		running := []int64{first.ID, jobs[2].ID, jobs[3].ID, jobs[4].ID}
		h.start()
		// Those behind the second one pass it.
		for _, id := range running {
			h.waitStatus(id, models.Running)
		}
		if job, err := h.Job(t.Context(), second.ID); err != nil || job.Status != models.Queued {
			t.Errorf("the second job is %+v, %v", job, err)
		}
		want := fmt.Sprintf("Job %d writes to the same mailbox", first.ID)
		if place, err := h.QueuePlace(t.Context(), second); err != nil || place == nil || place.Position != 0 || !strings.Contains(place.Reason, want) {
			t.Errorf("the second job stands at %+v, %v", place, err)
		}
		if err := os.WriteFile(h.file("go"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		h.waitFor(second.ID, "ended", func(job *models.MigrationJob) bool { return job.Status.Ended() })
	})
}

func TestAPausedBatchWaitsAndGoesOn(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db).start()
		paused := batchOf("lines 1", "lines 1")
		paused.Paused = true
		batch := h.createBatch(paused)
		h.waitStatus(h.create("lines 1").ID, models.Succeeded)
		summary, err := h.SummarizeBatch(t.Context(), batch.ID)
		if err != nil || summary.Counts[models.Queued] != 2 {
			t.Errorf("the paused batch is %+v, %v", summary, err)
		}
		if _, err := h.PauseBatch(t.Context(), batch.ID, false); err != nil {
			t.Fatal(err)
		}
		h.waitBatch(batch.ID, models.Succeeded)
	})
}

func TestWhatADryRunDidNotBringIsNotMissing(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db).start()
		batch := batchOf("missing 3", "missing 5")
		batch.Mailboxes[1].DryRun = true
		summary := h.waitBatch(h.createBatch(batch).ID, models.Succeeded, models.Failed)
		if summary.MessagesMissing != 3 || summary.Counts[models.Failed] != 1 {
			t.Errorf("%d messages are missing, states %v", summary.MessagesMissing, summary.Counts)
		}
	})
}

func TestACancelledBatchEndsWhole(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db).start()
		batch := h.createBatch(batchOf("wait", "wait", "wait", "lines 1"))
		wantError(t, h.DeleteBatch(t.Context(), batch.ID), migration.Conflict, "", "cancel it first")
		_, err := h.PurgeBatch(t.Context(), batch.ID)
		wantError(t, err, migration.Conflict, "", "")
		if _, err := h.CancelBatch(t.Context(), batch.ID); err != nil {
			t.Fatal(err)
		}
		h.waitBatch(batch.ID, models.Cancelled)
		if _, err := h.PurgeBatch(t.Context(), batch.ID); err != nil {
			t.Fatal(err)
		}
		for _, job := range h.mailboxes(batch.ID) {
			if job.Source.SealedPassword != nil || job.Destination.SealedPassword != nil {
				t.Errorf("job %d keeps a password", job.ID)
			}
			_, err := h.RerunJob(t.Context(), job.ID, nil)
			wantError(t, err, migration.Conflict, "", "purged")
		}
		_, err = h.RerunBatch(t.Context(), batch.ID, true)
		wantError(t, err, migration.Conflict, "", "purged")
	})
}

func TestWhatPassesByItselfIsTriedAgainWithGrowingPauses(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db, func(c *migration.Config) { c.RetryPause = 50 * time.Millisecond }).start()
		retried := input("exit 101")
		retried.Retries = 3
		first, err := h.CreateJob(t.Context(), retried)
		if err != nil {
			t.Fatal(err)
		}
		job := h.waitEnd(first.ID)
		var pauses []time.Duration
		for try := 2; try <= 4; try++ {
			reruns, err := h.Reruns(t.Context(), job.ID)
			if err != nil || len(reruns) != 1 {
				t.Fatalf("try %d: %d reruns, %v", try, len(reruns), err)
			}
			next := h.waitEnd(reruns[0].ID)
			if next.Attempt != try || next.NotBefore == nil || next.StartedAt.Before(*next.NotBefore) {
				t.Errorf("try %d is %+v", try, next)
			}
			pauses = append(pauses, next.NotBefore.Sub(*job.FinishedAt))
			job = next
		}
		if reruns, err := h.Reruns(t.Context(), job.ID); err != nil || len(reruns) != 0 {
			t.Errorf("after the last try come %d more, %v", len(reruns), err)
		}
		// Each is three times the one before, and what it took to write the row.
		for i, least := range []time.Duration{50 * time.Millisecond, 150 * time.Millisecond, 450 * time.Millisecond} {
			if pauses[i] < least {
				t.Errorf("pause %d is %v, want at least %v", i+1, pauses[i], least)
			}
		}
		for _, behaviour := range []string{"exit 162", "exit 113", "exit 114", "kill"} {
			never := input(behaviour)
			never.Retries = 3
			created, err := h.CreateJob(t.Context(), never)
			if err != nil {
				t.Fatal(err)
			}
			h.waitEnd(created.ID)
			if reruns, err := h.Reruns(t.Context(), created.ID); err != nil || len(reruns) != 0 {
				t.Errorf("%s is retried: %v, %v", behaviour, reruns, err)
			}
		}
	})
}

func TestAnInterruptedJobIsRetriedWhereThatIsWanted(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db).start()
		wanted := batchOf("wait", "wait")
		wanted.RetryInterrupted = true
		wanted.Mailboxes[0].Retries = 1
		batch := h.createBatch(wanted)
		for _, job := range h.mailboxes(batch.ID) {
			h.waitFor(job.ID, "printing", func(job *models.MigrationJob) bool { return h.logHas(job.ID, "waiting") })
		}
		if err := h.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		jobs := h.mailboxes(batch.ID)
		if len(jobs) != 2 || jobs[0].Status != models.Queued || jobs[0].Attempt != 2 || jobs[0].NotBefore != nil ||
			jobs[0].Name != "mailbox 0" || jobs[1].Status != models.Interrupted {
			t.Errorf("the mailboxes are %+v and %+v", jobs[0], jobs[1])
		}
	})
}
