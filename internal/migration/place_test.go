package migration_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"mailferry/internal/database"
	"mailferry/internal/imapsync"
	"mailferry/internal/migration"
	"mailferry/internal/models"
	databasetest "mailferry/internal/testkit/database"
)

// stands describes where a job stands in the queue.
func (h *harness) stands(id int64) string {
	h.t.Helper()
	job, err := h.Job(h.t.Context(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	place, err := h.QueuePlace(h.t.Context(), job)
	switch {
	case err != nil:
		h.t.Fatal(err)
	case place == nil:
		return string(job.Status)
	case place.Position > 0 && place.Reason == "":
		return fmt.Sprint(place.Position)
	case place.Position > 0 || place.Reason == "":
		h.t.Fatalf("job %d stands at %+v", id, place)
	}
	return place.Reason
}

func TestAPlaceInTheQueueIsCountedByTheRuleThatStartsJobs(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db, func(c *migration.Config) { c.Slots = 1 })
		paused := batchOf("lines 1")
		paused.Paused = true
		one := 1
		narrow := batchOf("lines 1", "lines 1")
		narrow.SourceLimit = &one
		for i := range narrow.Mailboxes {
			narrow.Mailboxes[i].Source.Host = "narrow.example.org"
		}
		narrow.Mailboxes[0].Destination.User, narrow.Mailboxes[1].Destination.User = "n0", "n1"
		late := h.mailboxes(h.createBatch(paused).ID)[0]
		first := input("lines 1")
		twin := first
		twin.Source.User, twin.Destination.User = "lines 1@twin", strings.ToUpper(first.Destination.User)
		jobs, err := h.CreateJobs(t.Context(), []migration.NewJob{first, twin})
		if err != nil {
			t.Fatal(err)
		}
		few := h.mailboxes(h.createBatch(narrow).ID)
		last := h.create("lines 1")
		for _, c := range []struct {
			id   int64
			want string
		}{
			{late.ID, "batch is paused"}, {jobs[0].ID, "1"}, {jobs[1].ID, fmt.Sprintf("Job %d writes to the same mailbox", jobs[0].ID)},
			{few[0].ID, "2"}, {few[1].ID, "allows (1) use the source's host narrow.example.org"}, {last.ID, "3"},
		} {
			if got := h.stands(c.id); !strings.Contains(got, c.want) || len(c.want) == 1 && got != c.want {
				t.Errorf("job %d stands at %q, want %q", c.id, got, c.want)
			}
		}
		if _, err := h.CancelJob(t.Context(), jobs[0].ID); err != nil {
			t.Fatal(err)
		}
		if got := h.stands(jobs[1].ID); got != "1" {
			t.Errorf("after the one before it was cancelled the job stands at %q", got)
		}
		if _, err := h.PauseBatch(t.Context(), *late.BatchID, false); err != nil {
			t.Fatal(err)
		}
		// What was counted is what comes: with one slot the jobs start in this order.
		want := []int64{late.ID, jobs[1].ID, few[0].ID, few[1].ID, last.ID}
		for i, id := range want[:3] {
			if got := h.stands(id); got != fmt.Sprint(i+1) {
				t.Errorf("job %d stands at %q, want %d", id, got, i+1)
			}
		}
		h.start()
		var before time.Time
		for _, id := range want {
			job := h.waitStatus(id, models.Succeeded)
			if job.StartedAt.Before(before) {
				t.Errorf("job %d started at %v, before the one ahead of it at %v", id, job.StartedAt, before)
			}
			before = *job.StartedAt
		}
		if got := h.stands(last.ID); got != string(models.Succeeded) {
			t.Errorf("a job that has ended stands at %q", got)
		}
	})
}

func TestARetryThatWaitsForItsTimeSaysSo(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db, func(c *migration.Config) { c.RetryPause = time.Hour }).start()
		failing := input(fmt.Sprintf("exit %d", imapsync.ExitConnectionFailure))
		failing.Retries = 1
		job, err := h.CreateJob(t.Context(), failing)
		if err != nil {
			t.Fatal(err)
		}
		h.waitEnd(job.ID)
		reruns, err := h.Reruns(t.Context(), job.ID)
		if err != nil || len(reruns) != 1 {
			t.Fatalf("%d retries, %v", len(reruns), err)
		}
		if got := h.stands(reruns[0].ID); !strings.Contains(got, "Try 2 may start at "+reruns[0].NotBefore.Format(time.RFC3339)) {
			t.Errorf("the retry stands at %q", got)
		}
	})
}

func TestAWaitingJobOfAnOlderVersionKeepsOthersFromItsMailbox(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db)
		first := input("until go")
		second := first
		second.Source.User, second.Destination.User = "until go@other", strings.ToUpper(first.Destination.User)
		jobs, err := h.CreateJobs(t.Context(), []migration.NewJob{first, second})
		if err != nil {
			t.Fatal(err)
		}
		// As a version without keys has left them.
		if _, err := db.NewUpdate().Model((*models.MigrationJob)(nil)).Set("destination_place_key = ''").Set("source_host_key = ''").
			Set("destination_host_key = ''").Where("TRUE").Exec(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.start()
		h.waitStatus(jobs[0].ID, models.Running)
		if got := h.stands(jobs[1].ID); !strings.Contains(got, "same mailbox") {
			t.Errorf("the second job stands at %q", got)
		}
		if err := os.WriteFile(h.file("go"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		h.waitEnd(jobs[1].ID)
	})
}

func TestOneMailboxIsRefusedTwiceHoweverItIsSpelt(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db)
		for _, c := range []struct{ host, user string }{
			{"IMAP.Bücher.example.", "anna@bücher.example"}, {"imap.xn--bcher-kva.example", "ANNA@XN--BCHER-KVA.example"},
			{"imap.bu\u0308cher.example", "Anna@bu\u0308cher.example"},
		} {
			batch := batchOf("lines 1", "lines 1")
			batch.Mailboxes[0].Destination.Host, batch.Mailboxes[0].Destination.User = "imap.bücher.example", "anna@bücher.example"
			batch.Mailboxes[1].Destination.Host, batch.Mailboxes[1].Destination.User = c.host, c.user
			_, err := h.CreateBatch(t.Context(), batch)
			wantError(t, err, migration.BadInput, "mailboxes[1].destination.user", "destination of mailbox 1")
			same := batch.Mailboxes[0]
			same.Source.Host, same.Source.User, same.Source.Security, same.Source.Port = c.host, c.user, imapsync.STARTTLS, 143
			_, err = h.CreateJob(t.Context(), same)
			wantError(t, err, migration.BadInput, "destination.user", "same mailbox as the source")
		}
		// What is stored signs in as it was given.
		job := input("Anna@BÜCHER.example")
		job.Source.Host = "IMAP.Bücher.example."
		created, err := h.CreateJob(t.Context(), job)
		if err != nil || created.Source.User != "Anna@BÜCHER.example" || created.Source.Host != "imap.xn--bcher-kva.example" {
			t.Errorf("stored is %+v, %v", created, err)
		}
		for _, search := range []string{"imap.bücher", "XN--bcher", "bu\u0308cher"} {
			if n, err := h.CountJobs(t.Context(), migration.Filter{Search: search}); err != nil || n != 1 {
				t.Errorf("%d jobs are found by %q, %v", n, search, err)
			}
		}
	})
}
