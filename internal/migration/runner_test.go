package migration_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"mailferry/internal/database"
	"mailferry/internal/imapsync"
	"mailferry/internal/joblog"
	"mailferry/internal/migration"
	"mailferry/internal/models"
	"mailferry/internal/secret"
	databasetest "mailferry/internal/testkit/database"
)

func TestJobRunsToItsEndAndKeepsItsLog(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db).start()
		job := h.create("lines 200")
		if job.Status != models.Queued || job.ID == 0 {
			t.Fatalf("created %+v", job)
		}
		ended := h.waitEnd(job.ID)
		if ended.Status != models.Succeeded || ended.Error != "" || ended.ExitCode == nil || *ended.ExitCode != 0 ||
			!ended.Verified || ended.StartedAt == nil || ended.FinishedAt == nil || ended.StartedAt.Before(ended.CreatedAt) {
			t.Errorf("ended as %+v", ended)
		}
		text := h.storedLog(job.ID)
		if lines := strings.Count(text, "žluťoučký"); lines != 200 {
			t.Errorf("log has %d of 200 lines:\n%s", lines, text)
		}
		if ended.LogSize != int64(len(text)) {
			t.Errorf("log size is %d, the log has %d bytes", ended.LogSize, len(text))
		}
		if followed := h.followLog(job.ID, 0); followed != text {
			t.Errorf("a tail got %d bytes, the log has %d", len(followed), len(text))
		}
	})
}

func TestThreeHundredJobsRunInOrderAndNeverMoreThanTwoAtOnce(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db).start()
		const count = 300
		inputs := make([]migration.NewJob, count)
		for i := range inputs {
			inputs[i] = input(fmt.Sprintf("lines 1@%03d", i))
		}
		jobs, err := h.CreateJobs(t.Context(), inputs)
		if err != nil {
			t.Fatal(err)
		}
		for _, job := range jobs {
			if ended := h.waitEnd(job.ID); ended.Status != models.Succeeded {
				t.Fatalf("job %d ended as %s: %s", job.ID, ended.Status, ended.Error)
			}
		}
		if order := startTimesByID(t, db); len(order) != count {
			t.Errorf("%d jobs were started, want %d", len(order), count)
		}
		started, err := os.ReadFile(h.file("started"))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(string(started)), "\n")
		if len(lines) != count {
			t.Errorf("%d children were started, want %d", len(lines), count)
		}
		seen := map[string]bool{}
		for _, line := range lines {
			name, running, _ := strings.Cut(line, " ")
			if n, _ := strconv.Atoi(running); n > 2 {
				t.Errorf("%d children ran at once", n)
			}
			if seen[name] {
				t.Errorf("job %s was started twice", name)
			}
			seen[name] = true
		}
	})
}

// startTimesByID fails the test where a later job was claimed before an earlier one.
func startTimesByID(t *testing.T, db *database.DB) []time.Time {
	t.Helper()
	var jobs []*models.MigrationJob
	if err := db.NewSelect().Model(&jobs).OrderExpr("id").Scan(t.Context()); err != nil {
		t.Fatal(err)
	}
	var times []time.Time
	for i, job := range jobs {
		if job.StartedAt == nil {
			continue
		}
		if i > 0 && jobs[i-1].StartedAt.After(*job.StartedAt) {
			t.Errorf("job %d was started before job %d", job.ID, jobs[i-1].ID)
		}
		times = append(times, *job.StartedAt)
	}
	return times
}

func TestCancelEndsAQueuedJobAtOnceAndARunningOneByTERM(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db, func(c *migration.Config) { c.Slots = 1 }).start()
		running, queued := h.create("wait"), h.create("lines 1")
		h.waitFor(running.ID, "printing", func(job *models.MigrationJob) bool { return h.logHas(job.ID, "waiting") })
		job, err := h.CancelJob(t.Context(), queued.ID)
		if err != nil || job.Status != models.Cancelled || job.FinishedAt == nil || job.StartedAt != nil {
			t.Errorf("cancel of a queued job gave %+v, %v", job, err)
		}
		if text := h.followLog(queued.ID, 0); text != "" {
			t.Errorf("log of a cancelled queued job: %q", text)
		}
		if job, err = h.CancelJob(t.Context(), running.ID); err != nil || job.CancelRequestedAt == nil {
			t.Errorf("cancel of a running job gave %+v, %v", job, err)
		}
		ended := h.waitEnd(running.ID)
		if ended.Status != models.Cancelled || ended.ExitCode == nil || *ended.ExitCode != 6 || ended.Error != "" {
			t.Errorf("cancelled job ended as %+v", ended)
		}
		if text := h.storedLog(running.ID); !strings.Contains(text, "EXIT_BY_SIGNAL") {
			t.Errorf("the child's last words are missing: %q", text)
		}
		_, err = h.CancelJob(t.Context(), running.ID)
		if err != nil {
			t.Errorf("cancelling a cancelled job again: %v", err)
		}
	})
}

func (h *harness) logHas(id int64, part string) bool {
	return strings.Contains(h.storedLog(id), part)
}

func TestCancelKillsAChildThatDoesNotListen(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db).start()
		job := h.create("stubborn")
		h.waitFor(job.ID, "printing", func(job *models.MigrationJob) bool { return h.logHas(job.ID, "not stopping") })
		if _, err := h.CancelJob(t.Context(), job.ID); err != nil {
			t.Fatal(err)
		}
		if ended := h.waitEnd(job.ID); ended.Status != models.Cancelled || ended.ExitCode != nil {
			t.Errorf("ended as %+v", ended)
		}
	})
}

func TestEachBadEndOfAChildIsAFailureThatIsExplained(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db).start()
		for behaviour, want := range map[string]struct {
			code   *int
			reason string
		}{
			"exit 162": {new(162), "EXIT_AUTHENTICATION_FAILURE_USER2"},
			"exit 113": {new(113), "EXIT_OVERQUOTA"},
			"kill":     {nil, ""},
			"silent":   {new(0), ""},
			"silent 1": {new(1), "EXIT_CATCH_ALL"},
			"exit 0":   {new(0), ""},
		} {
			ended := h.waitEnd(h.create(behaviour).ID)
			if ended.Status != models.Failed || len(ended.Error) < 20 {
				t.Errorf("%s: ended as %s: %q", behaviour, ended.Status, ended.Error)
			}
			if (ended.ExitCode == nil) != (want.code == nil) || ended.ExitCode != nil && *ended.ExitCode != *want.code {
				t.Errorf("%s: exit code %v", behaviour, ended.ExitCode)
			}
			if want.reason != "" && ended.ExitReason != want.reason {
				t.Errorf("%s: exit reason %q", behaviour, ended.ExitReason)
			}
		}
	})
}

func TestAnEngineThatIsNotThereFailsTheJobWithAHint(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db, func(c *migration.Config) { c.Imapsync.Path = "imapsync-is-not-here" }).start()
		wish := input("lines 1")
		wish.Engine = new(models.Imapsync)
		job, err := h.CreateJob(t.Context(), wish)
		if err != nil {
			t.Fatal(err)
		}
		if ended := h.waitEnd(job.ID); ended.Status != models.Failed || ended.Error == "" {
			t.Errorf("ended as %s: %q", ended.Status, ended.Error)
		} else {
			t.Log(ended.Error)
		}
	})
}

func TestPasswordsTravelInTheEnvironmentOnlyAndAreMaskedInTheLog(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db).start()
		echo := h.storedLog(h.waitEnd(h.create("echo-passwords").ID).ID)
		if strings.Contains(echo, "source-password-1") || strings.Contains(echo, "destination-password-2") ||
			!strings.Contains(echo, "passwords *** and ***\n***\nAUTHENTICATE PLAIN AHVzZXIA***=\n") {
			t.Errorf("log: %q", echo)
		}
		text := h.storedLog(h.waitEnd(h.create("arguments").ID).ID)
		for _, want := range []string{"--host1=old.example.org", "IMAPSYNC_PASSWORD1=*", `stdin: ""`} {
			if !strings.Contains(text, want) {
				t.Errorf("the child did not see %s:\n%s", want, text)
			}
		}
		if strings.Contains(text, "password-") || strings.Contains(text, "PATH=") {
			t.Errorf("the child saw too much:\n%s", text)
		}
	})
}

func TestWrongKeyFailsTheJobWithASentence(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		before := newHarness(t, db)
		job := before.create("lines 1")
		h := newHarness(t, db).start() // has another key
		ended := h.waitEnd(job.ID)
		if ended.Status != models.Failed || !strings.Contains(ended.Error, "MAILFERRY_ENCRYPTION_KEY") {
			t.Errorf("ended as %s: %q", ended.Status, ended.Error)
		}
		_, err := h.RerunJob(t.Context(), job.ID, nil)
		wantError(t, err, migration.Conflict, "", "MAILFERRY_ENCRYPTION_KEY")
	})
}

func TestRerunRepeatsAJobWithItsPasswordsSealedAnew(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db).start()
		wish := input("echo-passwords")
		wish.Options = imapsync.Options{Folders: []string{"INBOX"}, Automap: true}
		wish.Name = "Přesun"
		old, err := h.CreateJob(t.Context(), wish)
		if err != nil {
			t.Fatal(err)
		}
		h.waitEnd(old.ID)
		again, err := h.RerunJob(t.Context(), old.ID, new(true))
		if err != nil {
			t.Fatal(err)
		}
		ended := h.waitEnd(again.ID)
		if ended.RerunOf == nil || *ended.RerunOf != old.ID || ended.Name != "Přesun" || !ended.DryRun || !ended.Options.Automap ||
			ended.Options.Folders[0] != "INBOX" || ended.Status != models.Succeeded {
			t.Errorf("rerun is %+v", ended)
		}
		if string(ended.Source.SealedPassword) == string(old.Source.SealedPassword) {
			t.Error("the sealed password was copied as it is")
		}
		reruns, err := h.Reruns(t.Context(), old.ID)
		if err != nil || len(reruns) != 1 || reruns[0].ID != again.ID {
			t.Errorf("reruns: %v, %v", reruns, err)
		}
		if err := h.DeleteJob(t.Context(), old.ID); err != nil {
			t.Fatal(err)
		}
		if left, err := h.Job(t.Context(), again.ID); err != nil || left.RerunOf != nil {
			t.Errorf("after deleting the old job: %+v, %v", left, err)
		}
	})
}

func TestStopInterruptsWhatRunsAndAStartGoesOnWithWhatWaits(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db, func(c *migration.Config) { c.Slots = 1 }).start()
		first, second := h.create("wait"), h.create("lines 3")
		h.waitFor(first.ID, "printing", func(job *models.MigrationJob) bool { return h.logHas(job.ID, "waiting") })
		tail, err := h.TailLog(t.Context(), first.ID, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer tail.Close()
		if err := h.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		var last joblog.Chunk
		for !last.EOF {
			if last, err = tail.Next(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if last.Status != models.Interrupted {
			t.Errorf("the tail's last event says %s", last.Status)
		}
		job, err := h.Job(t.Context(), first.ID)
		if err != nil || job.Status != models.Interrupted || job.FinishedAt == nil || job.Error == "" {
			t.Errorf("the running job is %+v, %v", job, err)
		}
		if text := h.storedLog(first.ID); !strings.Contains(text, "EXIT_BY_SIGNAL") {
			t.Errorf("the child's last words are missing: %q", text)
		}
		if job, err = h.Job(t.Context(), second.ID); err != nil || job.Status != models.Queued {
			t.Errorf("the waiting job is %+v, %v", job, err)
		}
		next := migration.NewService(h.config)
		if err := next.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.Service = next // stopped by the harness
		h.waitStatus(second.ID, models.Succeeded)
	})
}

func TestAStartInterruptsWhatADeadServerLeftRunning(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db).start()
		job := h.create("wait")
		h.waitFor(job.ID, "printing", func(job *models.MigrationJob) bool { return h.logHas(job.ID, "waiting") })
		// A second service stands for the server after one that died without a word.
		next := newHarness(t, db).start()
		left, err := next.Job(t.Context(), job.ID)
		if err != nil || left.Status != models.Interrupted || left.FinishedAt == nil || left.LogSize != int64(len("waiting\n")) {
			t.Errorf("the job is %+v, %v", left, err)
		}
		if text := next.followLog(job.ID, 0); text != "waiting\n" {
			t.Errorf("its log is %q", text)
		}
		// The first server has lost the job: it can change nothing, and its child ends.
		deadline := time.After(30 * time.Second)
		for {
			running, err := filepath.Glob(h.file("running-*"))
			if err != nil {
				t.Fatal(err)
			}
			if len(running) == 0 {
				break
			}
			pid, _ := strconv.Atoi(strings.TrimPrefix(filepath.Base(running[0]), "running-"))
			if err := syscall.Kill(pid, 0); errors.Is(err, syscall.ESRCH) {
				break
			}
			select {
			case <-deadline:
				t.Fatal("the child of the lost job still runs")
			case <-time.After(20 * time.Millisecond):
			}
		}
		if err := h.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if again, err := next.Job(t.Context(), job.ID); err != nil || again.Status != models.Interrupted || again.LogSize != left.LogSize {
			t.Errorf("the lost job was changed to %+v, %v", again, err)
		}
	})
}

func TestAPanicWhileRunningAJobFailsThatJobAlone(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db, func(c *migration.Config) {
			c.Imapsync = c.Builtin
			c.Pin = func(context.Context, *imapsync.Endpoint) error { panic("broken on purpose") }
		}).start()
		wish := input("lines 1")
		wish.Engine = new(models.Imapsync)
		bad, err := h.CreateJob(t.Context(), wish)
		if err != nil {
			t.Fatal(err)
		}
		good := h.create("lines 1")
		if ended := h.waitEnd(bad.ID); ended.Status != models.Failed || !strings.Contains(ended.Error, "Mailferry itself failed") {
			t.Errorf("ended as %s: %q", ended.Status, ended.Error)
		}
		h.waitStatus(good.ID, models.Succeeded)
		if !strings.Contains(h.log.String(), "broken on purpose") {
			t.Error("the panic is not in the server's log")
		}
	})
}

func TestCredentialsOfAnotherRowDoNotOpen(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db)
		first, second := h.create("lines 1"), h.create("lines 1")
		_, err := db.NewUpdate().Model(second).Set("source_password = ?", first.Source.SealedPassword).WherePK().Exec(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.config.Keys.Open(secret.Binding{Table: "migration_jobs", Row: second.ID, Side: "source"},
			first.Source.SealedPassword); !errors.Is(err, secret.ErrCorrupt) {
			t.Fatalf("opened another row's password: %v", err)
		}
		h.start()
		h.waitStatus(first.ID, models.Succeeded)
		if ended := h.waitEnd(second.ID); ended.Status != models.Failed || !strings.Contains(ended.Error, "cannot be opened") {
			t.Errorf("ended as %s: %q", ended.Status, ended.Error)
		}
	})
}
