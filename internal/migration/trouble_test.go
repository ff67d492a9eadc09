package migration_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"mailferry/internal/database"
	"mailferry/internal/migration"
	"mailferry/internal/models"
	databasetest "mailferry/internal/testkit/database"
)

// logged waits until the service has logged a text.
func (h *harness) logged(text string) {
	h.t.Helper()
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	for begin := time.Now(); !strings.Contains(h.log.String(), text); <-poll.C {
		if time.Since(begin) > time.Minute {
			h.t.Fatalf("%q was not logged", text)
		}
	}
}

// execute changes rows as another process would.
func (h *harness) execute(query string, args ...any) {
	h.t.Helper()
	err := h.db.Write(h.t.Context(), func(ctx context.Context, db bun.IDB) error {
		_, err := db.NewRaw(query, args...).Exec(ctx)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

func TestNoJobFailsOfAnEngineThatIsGoneForAWhile(t *testing.T) {
	t.Parallel()
	for engine, set := range map[models.Engine]func(c *migration.Config, path string){
		models.Builtin: func(c *migration.Config, path string) { c.Builtin.Path = path },
		models.Imapsync: func(c *migration.Config, path string) {
			c.Imapsync = migration.Program{Path: path, Args: []string{testEngine}}
		},
	} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			databasetest.Each(t, func(t *testing.T, db *database.DB) {
				program := filepath.Join(t.TempDir(), "engine")
				if err := os.Symlink(os.Args[0], program); err != nil {
					t.Fatal(err)
				}
				h := newHarness(t, db, func(c *migration.Config) { set(c, program) }).start()
				wish := func(name string) migration.NewJob {
					job := input("lines 1@" + name)
					job.Engine = &engine
					job.Retries = 2
					return job
				}
				first, err := h.CreateJob(t.Context(), wish("first"))
				if err != nil {
					t.Fatal(err)
				}
				h.waitEnd(first.ID)
				if err := os.Rename(program, program+"-away"); err != nil {
					t.Fatal(err)
				}
				const count = 100
				wishes := make([]migration.NewJob, count)
				for i := range wishes {
					wishes[i] = wish(fmt.Sprintf("%03d", i))
				}
				jobs, err := h.CreateJobs(t.Context(), wishes)
				if err != nil {
					t.Fatal(err)
				}
				h.logged("engines cannot be started")
				// Until both slots have given up, and the first in line has tried again.
				poll := time.NewTicker(5 * time.Millisecond)
				defer poll.Stop()
				for h.FailedStarts() < 4 {
					<-poll.C
				}
				if reasons := strings.Join(h.NotReady(t.Context()), "; "); !strings.Contains(reasons, "engine cannot be started") {
					t.Errorf("not ready because: %q", reasons)
				}
				if err := os.Rename(program+"-away", program); err != nil {
					t.Fatal(err)
				}
				for _, job := range jobs {
					ended := h.waitEnd(job.ID)
					if ended.Status != models.Succeeded || ended.Attempt != 1 || ended.RetriesLeft != 2 {
						t.Fatalf("job %d ended as %s: %s, attempt %d, %d left", job.ID, ended.Status, ended.Error, ended.Attempt, ended.RetriesLeft)
					}
				}
				startTimesByID(t, db)
				if reasons := h.NotReady(t.Context()); len(reasons) > 0 {
					t.Errorf("not ready because: %q", reasons)
				}
				if said := strings.Count(h.log.String(), "level=ERROR"); said != 1 || !strings.Contains(h.log.String(), "engines can be started again") {
					t.Errorf("%d errors were logged", said)
				}
			})
		})
	}
}

func TestAJobThatAHostKeepsWaitingGivesItsSlotBackAndGoesOnInItsRow(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db, func(c *migration.Config) { c.Slots = 1 }).start()
		wish := input("pause 3000")
		wish.Retries = 3
		job, err := h.CreateJob(t.Context(), wish)
		if err != nil {
			t.Fatal(err)
		}
		waiting := h.waitFor(job.ID, "waiting", func(job *models.MigrationJob) bool { return job.Waiting != nil })
		if waiting.Status != models.Queued || waiting.Waiting.Side != models.Destination || waiting.NotBefore == nil ||
			waiting.Waiting.Until == nil || !waiting.NotBefore.Equal(*waiting.Waiting.Until) || !strings.Contains(waiting.Waiting.Reason, "come back later") {
			t.Errorf("it waits as %+v for %+v", waiting, waiting.Waiting)
		}
		before := h.storedLog(job.ID)
		if !strings.Contains(before, "EX_TEMPFAIL") || waiting.LogSize != int64(len(before)) {
			t.Errorf("the log has %d bytes, the row says %d", len(before), waiting.LogSize)
		}
		// Its slot is free.
		if other := h.waitEnd(h.create("lines 1").ID); other.Status != models.Succeeded {
			t.Errorf("another job ended as %s", other.Status)
		}
		text := h.followLog(job.ID, 0)
		ended := h.waitEnd(job.ID)
		if ended.Status != models.Succeeded || ended.Attempt != 1 || ended.RetriesLeft != 3 || ended.Waiting != nil ||
			ended.StartedAt.Before(*waiting.NotBefore) {
			t.Errorf("it ended as %+v", ended)
		}
		if stored := h.storedLog(job.ID); text != stored || !strings.HasPrefix(text, before) || !strings.Contains(text, "going on") || ended.LogSize != int64(len(text)) {
			t.Errorf("the tail got %d bytes, the log has %d, the row says %d", len(text), len(stored), ended.LogSize)
		}
	})
}

func TestAJobThatAHostKeepsWaitingIsCancelledAtOnce(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db).start()
		job := h.create("pause 3600000")
		h.waitFor(job.ID, "waiting", func(job *models.MigrationJob) bool { return job.Waiting != nil })
		if cancelled, err := h.CancelJob(t.Context(), job.ID); err != nil || cancelled.Status != models.Cancelled {
			t.Errorf("%+v, %v", cancelled, err)
		}
		if text := h.followLog(job.ID, 0); text != h.storedLog(job.ID) || text == "" {
			t.Errorf("the tail got %q", text)
		}
	})
}

func TestACancelThatWasAcknowledgedHoldsAfterAKill(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db)
		job := h.create("lines 1")
		h.execute("UPDATE migration_jobs SET status = 'RUNNING', owner = 'the dead one', cancel_requested_at = created_at WHERE id = ?", job.ID)
		h.start()
		if ended := h.waitEnd(job.ID); ended.Status != models.Cancelled || ended.Error != "" {
			t.Errorf("it ended as %s: %q", ended.Status, ended.Error)
		}
	})
}

func TestAJobThatFailsByItselfAfterItsCancelWasAcknowledgedIsCancelled(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHarness(t, db).start()
		job := h.create("fail-once-there now")
		h.waitStatus(job.ID, models.Running)
		// As another process asks for it, before the server knows.
		h.execute("UPDATE migration_jobs SET cancel_requested_at = created_at WHERE id = ?", job.ID)
		if err := os.WriteFile(h.file("now"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if ended := h.waitEnd(job.ID); ended.Status != models.Cancelled || ended.Error != "" {
			t.Errorf("it ended as %s: %q", ended.Status, ended.Error)
		}
	})
}

// owned gives a harness a lease, as a server has one.
func owned(t *testing.T, db *database.DB) func(c *migration.Config) {
	t.Helper()
	lease, err := db.Acquire(t.Context(), database.LeaseConfig{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := lease.Release(); err != nil {
			t.Error(err)
		}
	})
	return func(c *migration.Config) { c.Lease = lease }
}

func TestRowsThatRunNowhereAreFoundWhileTheServerRuns(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		var lease *database.Lease
		own := owned(t, db)
		h := newHarness(t, db, own, func(c *migration.Config) { lease, c.Slots = c.Lease, 1 }).start()
		// One slot, and it is taken: what waits is claimed by nobody.
		blocker := h.create("wait")
		h.waitFor(blocker.ID, "printing", func(job *models.MigrationJob) bool { return h.logHas(job.ID, "waiting") })
		mine, others, cancelled := h.create("lines 1"), h.create("lines 1"), h.create("lines 1")
		claim := "UPDATE migration_jobs SET status = 'RUNNING', claim = claim + 1, started_at = created_at, owner = ?"
		h.execute(claim+" WHERE id = ?", lease.Owner(), mine.ID)
		h.execute(claim+" WHERE id = ?", "a server that was killed", others.ID)
		h.execute(claim+", cancel_requested_at = created_at WHERE id = ?", lease.Owner(), cancelled.ID)
		if back := h.waitStatus(mine.ID, models.Queued); back.StartedAt != nil || back.Owner != "" {
			t.Errorf("one whose claim was not answered: %+v", back)
		}
		if ended := h.waitEnd(others.ID); ended.Status != models.Interrupted {
			t.Errorf("one whose server was killed: %s", ended.Status)
		}
		if ended := h.waitEnd(cancelled.ID); ended.Status != models.Cancelled {
			t.Errorf("one that was cancelled: %s", ended.Status)
		}
		if job, err := h.Job(t.Context(), blocker.ID); err != nil || job.Status != models.Running {
			t.Errorf("the one that runs: %+v, %v", job, err)
		}
		if _, err := h.CancelJob(t.Context(), blocker.ID); err != nil {
			t.Fatal(err)
		}
		if ended := h.waitEnd(mine.ID); ended.Status != models.Succeeded {
			t.Errorf("one whose claim was not answered ended as %s", ended.Status)
		}
	})
}
