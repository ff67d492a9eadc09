package migration_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"mailferry/internal/database"
	"mailferry/internal/imapsync"
	"mailferry/internal/migration"
	"mailferry/internal/models"
	"mailferry/internal/secret"
	databasetest "mailferry/internal/testkit/database"
)

func password(text string) *migration.Credentials { return &migration.Credentials{Password: &text} }

func user(name string) *migration.Credentials { return &migration.Credentials{User: &name} }

func TestAWrongPasswordIsMendedAndTheRerunUsesIt(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db).start()
		batch := h.createBatch(batchOf("login anna", "login berta", "lines 1"))
		h.waitBatch(batch.ID, models.Succeeded, models.Failed)
		anna, berta := h.mailboxes(batch.ID)[0], h.mailboxes(batch.ID)[1]
		if _, err := h.SetCredentials(t.Context(), anna.ID, password(rightPasswords[0]), nil); err != nil {
			t.Fatal(err)
		}
		changed, err := h.SetCredentials(t.Context(), berta.ID, password(rightPasswords[0]), password(rightPasswords[1]))
		if err != nil {
			t.Fatal(err)
		}
		if changed.Status != models.Failed || changed.Error != berta.Error || changed.Source.User != berta.Source.User || changed.Name != berta.Name {
			t.Errorf("the job is %+v, and was %+v", changed, berta)
		}
		for side, blob := range map[string][]byte{"source": changed.Source.SealedPassword, "destination": changed.Destination.SealedPassword} {
			plain, err := h.config.Keys.Open(secret.Binding{Table: "migration_jobs", Row: berta.ID, Side: side}, blob)
			if err != nil || !strings.HasPrefix(string(plain), "right-password-") {
				t.Errorf("the password of the %s: %q, %v", side, plain, err)
			}
		}
		if count, err := h.RerunBatch(t.Context(), batch.ID, false); err != nil || count != 2 {
			t.Errorf("%d are run again, %v", count, err)
		}
		h.waitBatch(batch.ID, models.Succeeded, models.Failed)
		jobs := h.mailboxes(batch.ID)
		if *jobs[0].ExitCode != imapsync.ExitAuthenticationFailureUser2 || jobs[1].Status != models.Succeeded {
			t.Errorf("anna is %s with %d, berta %s with %q", jobs[0].Status, *jobs[0].ExitCode, jobs[1].Status, jobs[1].Error)
		}
		// What was repeated is history: the newest run is the one to mend.
		_, err = h.SetCredentials(t.Context(), anna.ID, nil, password(rightPasswords[1]))
		wantError(t, err, migration.Conflict, "", "later run")
		if _, err := h.SetCredentials(t.Context(), jobs[0].ID, nil, password(rightPasswords[1])); err != nil {
			t.Fatal(err)
		}
		again, err := h.RerunJob(t.Context(), jobs[0].ID, nil)
		if err != nil {
			t.Fatal(err)
		}
		if job := h.waitEnd(again.ID); job.Status != models.Succeeded {
			t.Errorf("anna's last run is %+v", job)
		}
		for _, text := range append(rightPasswords[:], "-password-") {
			if strings.Contains(h.log.String(), text) {
				t.Errorf("the log has %q:\n%s", text, h.log)
			}
		}
	})
}

func TestAQueuedJobRunsWithItsNewCredentials(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db)
		job := h.create("exit 3")
		named := input("exit 3")
		named.Name = "Anna's mailbox"
		other, err := h.CreateJob(t.Context(), named)
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range []int64{job.ID, other.ID} {
			if _, err := h.SetCredentials(t.Context(), id, &migration.Credentials{User: new("login x"), Password: &rightPasswords[0]},
				&migration.Credentials{User: new("Emma"), Password: &rightPasswords[1]}); err != nil {
				t.Fatal(err)
			}
		}
		h.start()
		job, other = h.waitEnd(job.ID), h.waitEnd(other.ID)
		if job.Status != models.Succeeded || job.Destination.User != "Emma" || job.Name != "login x" || other.Name != "Anna's mailbox" {
			t.Errorf("the job is %+v, the named one %+v", job, other)
		}
		for search, want := range map[string]int{"emma": 2, "exit 3": 0, "login x": 2} {
			page, err := h.Jobs(t.Context(), migration.JobsQuery{First: 10, Filter: migration.Filter{Search: search}})
			if err != nil || len(page.Jobs) != want {
				t.Errorf("a search for %q finds %d jobs, %v; want %d", search, len(page.Jobs), err, want)
			}
		}
	})
}

func TestCredentialsAreRefusedWhereTheyWouldBeWrong(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db).start()
		good := password("canary-password")
		refused := func(id int64, source, destination *migration.Credentials, code migration.Code, field, part string) {
			t.Helper()
			before, _ := h.Job(t.Context(), id)
			_, err := h.SetCredentials(t.Context(), id, source, destination)
			wantError(t, err, code, field, part)
			after, _ := h.Job(t.Context(), id)
			if before != nil && (after.Source.User != before.Source.User || string(after.Source.SealedPassword) != string(before.Source.SealedPassword) ||
				string(after.Destination.SealedPassword) != string(before.Destination.SealedPassword)) {
				t.Errorf("refused, and yet changed from %+v to %+v", before, after)
			}
		}
		batch := batchOf("lines 1", "lines 1", "lines 1")
		batch.Paused = true
		job := h.mailboxes(h.createBatch(batch).ID)[0]
		refused(job.ID, nil, nil, migration.BadInput, "source", "must be given")
		refused(job.ID, nil, new(migration.Credentials), migration.BadInput, "destination", "user name or a password")
		refused(job.ID, password(""), good, migration.BadInput, "source.password", "empty")
		refused(job.ID, good, password("a\nb"), migration.BadInput, "destination.password", "line break")
		refused(job.ID, good, password(strings.Repeat("x", 1025)), migration.BadInput, "destination.password", "1024")
		refused(job.ID, user("--pipemess=x"), nil, migration.BadInput, "source.user", "dash")
		refused(job.ID, good, user(" "), migration.BadInput, "destination.user", "empty")
		refused(job.ID, good, user("new2@example.org"), migration.BadInput, "destination.user", "mailbox 3")
		refused(job.ID, good, user("NEW2@Example.ORG"), migration.BadInput, "destination.user", "mailbox 3")
		refused(job.ID+1000, good, nil, migration.NotFound, "", "")
		if _, err := h.SetCredentials(t.Context(), job.ID, good, user("new0@example.org")); err != nil {
			t.Errorf("its own user name: %v", err)
		}
		same := input("someone")
		same.Destination.Host, same.Destination.User = same.Source.Host, "another"
		alone, err := h.CreateJob(t.Context(), same)
		if err != nil {
			t.Fatal(err)
		}
		h.waitEnd(alone.ID)
		refused(alone.ID, nil, user("someone"), migration.Conflict, "", "of its own")

		running := h.create("wait")
		h.waitFor(running.ID, "printing", func(*models.MigrationJob) bool { return h.logHas(running.ID, "waiting") })
		refused(running.ID, good, nil, migration.Conflict, "", "runs")
		if _, err := h.CancelJob(t.Context(), running.ID); err != nil {
			t.Fatal(err)
		}
		h.waitEnd(running.ID)
		if _, err := h.SetCredentials(t.Context(), running.ID, user("lines 1"), good); err != nil {
			t.Errorf("a cancelled job that handled nothing: %v", err)
		}

		purged := h.createBatch(batchOf("exit 3"))
		h.waitBatch(purged.ID, models.Failed)
		if _, err := h.PurgeBatch(t.Context(), purged.ID); err != nil {
			t.Fatal(err)
		}
		refused(h.mailboxes(purged.ID)[0].ID, good, good, migration.Conflict, "", "purged")
		if strings.Contains(h.log.String(), "canary") {
			t.Errorf("the log has a password:\n%s", h.log)
		}
	})
}

// A check with the old password that goes on while the new one comes must not speak of it.
func TestNewCredentialsForgetWhatACheckFound(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		asked, answer := make(chan string), make(chan struct{})
		h := newHarness(t, db, func(c *migration.Config) {
			c.Check = func(ctx context.Context, command imapsync.Command, source, _ string) (models.Precheck, error) {
				select {
				case asked <- command.Source.User + " " + source:
				case <-ctx.Done():
					return models.Precheck{}, ctx.Err()
				}
				select {
				case <-answer:
				case <-ctx.Done():
					return models.Precheck{}, ctx.Err()
				}
				if source != rightPasswords[0] {
					return models.Precheck{Error: "refused"}, nil
				}
				return models.Precheck{Messages: 7}, nil
			}
		})
		wanted := batchOf("lines 1", "lines 1")
		wanted.Paused = true
		batch := h.createBatch(wanted)
		id := h.mailboxes(batch.ID)[0].ID
		check := func() {
			t.Helper()
			if _, err := h.CheckBatch(t.Context(), batch.ID); err != nil {
				t.Fatal(err)
			}
		}
		checked := func() {
			t.Helper()
			watch := h.WatchBatch(batch.ID)
			defer watch.Close()
			for h.Checking(batch.ID) {
				if err := watch.Next(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
		check()
		for range 2 {
			<-asked
			answer <- struct{}{}
		}
		checked()
		if job := h.mailboxes(batch.ID)[0]; job.Precheck == nil || job.Precheck.OK {
			t.Fatalf("checked with the wrong password: %+v", job.Precheck)
		}
		if job, err := h.SetCredentials(t.Context(), id, password("wrong as well"), nil); err != nil || job.Precheck != nil {
			t.Fatalf("the old check is still there: %+v, %v", job.Precheck, err)
		}
		check()
		<-asked
		<-asked
		// Both are being looked at with the passwords of before.
		if _, err := h.SetCredentials(t.Context(), id, password(rightPasswords[0]), nil); err != nil {
			t.Fatal(err)
		}
		answer <- struct{}{}
		answer <- struct{}{}
		if again := <-asked; again != "lines 1 "+rightPasswords[0] {
			t.Errorf("then %q was checked", again)
		}
		answer <- struct{}{}
		checked()
		jobs := h.mailboxes(batch.ID)
		if jobs[0].Precheck == nil || !jobs[0].Precheck.OK || jobs[0].Precheck.Messages != 7 || jobs[1].Precheck == nil || jobs[1].Precheck.OK {
			t.Errorf("the checks found %+v and %+v", jobs[0].Precheck, jobs[1].Precheck)
		}
		if _, err := os.Stat(h.file("started")); err == nil {
			t.Error("a paused job ran")
		}
	})
}
