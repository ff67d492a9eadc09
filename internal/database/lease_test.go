package database_test

import (
	"context"
	"errors"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"mailferry/internal/database"
	databasetest "mailferry/internal/testkit/database"
	"mailferry/internal/testkit/linkproxy"
	"mailferry/internal/testkit/pgbouncer"
	"mailferry/internal/testkit/postgres"
)

// short is a lease of tests: long enough for a busy machine to beat in time, mostly.
const short = 2 * time.Second

func acquire(t *testing.T, db *database.DB, config database.LeaseConfig) *database.Lease {
	t.Helper()
	lease, err := db.Acquire(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	return lease
}

// waitHeld waits until a lease is held, or is not.
func waitHeld(t *testing.T, lease *database.Lease, held bool) time.Duration {
	t.Helper()
	begin := time.Now()
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	for lease.Held() != held {
		select {
		case <-poll.C:
		case <-t.Context().Done():
			t.Fatalf("held is still %t", !held)
		}
		if time.Since(begin) > time.Minute {
			t.Fatalf("held is still %t after a minute", !held)
		}
	}
	return time.Since(begin)
}

func isLost(lease *database.Lease) bool {
	select {
	case <-lease.Lost():
		return true
	default:
		return false
	}
}

// servers are two connections to one database, as of two servers: on one machine, on two, and through a pooler of
// transactions.
func servers(t *testing.T, test func(t *testing.T, first, second *database.DB)) {
	t.Helper()
	t.Run("Postgres", func(t *testing.T) {
		t.Parallel()
		config := database.Config{URL: postgres.New(t)}
		test(t, databasetest.Open(t, config), databasetest.Open(t, config))
	})
	t.Run("PgBouncer", func(t *testing.T) {
		t.Parallel()
		config := database.Config{URL: pgbouncer.New(t, postgres.New(t))}
		test(t, databasetest.Open(t, config), databasetest.Open(t, config))
	})
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		config := databasetest.SQLite(t)
		test(t, databasetest.Open(t, config), databasetest.Open(t, config))
	})
}

func TestASecondOwnerIsToldWhichDatabaseIsTakenAndByWhom(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, first, second *database.DB) {
		lease := acquire(t, first, database.LeaseConfig{Length: short, Holder: "the first one"})
		_, err := second.Acquire(t.Context(), database.LeaseConfig{Length: short, Holder: "the second one"})
		if !errors.Is(err, database.ErrTaken) || !strings.Contains(err.Error(), first.Name()) {
			t.Errorf("the second owner got %v", err)
		}
		if second.IsPostgres() && !strings.Contains(err.Error(), "the first one") {
			t.Errorf("the second owner was not told who: %v", err)
		}
		if err := lease.Release(); err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		next := acquire(t, second, database.LeaseConfig{Length: time.Hour})
		if took := time.Since(begin); took > time.Minute {
			t.Errorf("a lease that was given back was waited for: %s", took)
		}
		if err := next.Release(); err != nil {
			t.Fatal(err)
		}
	})
}

// abandoned leaves a lease as one leaves it that was killed.
func abandoned(t *testing.T, db *database.DB, length time.Duration) {
	t.Helper()
	lease := acquire(t, db, database.LeaseConfig{Length: length, Process: "a process", Name: "server"})
	if err := lease.Release(); err != nil {
		t.Fatal(err)
	}
	err := db.Write(t.Context(), func(ctx context.Context, db bun.IDB) error {
		_, err := db.NewRaw("UPDATE leases SET owner = ?", "the dead one").Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheLeaseOfOneThatGivesNoSignIsWaitedForAndNoLonger(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, first, second *database.DB) {
		abandoned(t, first, short)
		begin := time.Now()
		lease := acquire(t, second, database.LeaseConfig{Length: short})
		// Its last beat was a moment before this began.
		if took := time.Since(begin); took < short/2 || took > 20*short {
			t.Errorf("the lease was had after %s", took)
		}
		if err := lease.Release(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestTheLeaseOfAProcessThatIsGoneIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, first, second *database.DB) {
		abandoned(t, first, time.Hour)
		lease := acquire(t, second, database.LeaseConfig{Process: "mine", Gone: func(process, owner string) bool {
			return process == "a process" && owner == "the dead one"
		}})
		if err := lease.Release(); err != nil {
			t.Fatal(err)
		}
	})
}

// throughProxy is a Postgres that is reached through a link.
func throughProxy(t *testing.T) (direct database.Config, through database.Config, link *linkproxy.Proxy) {
	t.Helper()
	direct.URL = postgres.New(t)
	address, err := url.Parse(direct.URL)
	if err != nil {
		t.Fatal(err)
	}
	if link, err = linkproxy.Start(address.Host, linkproxy.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = link.Close() })
	address.Host = net.JoinHostPort(link.Host, strconv.Itoa(link.Port))
	through.URL = address.String()
	return direct, through, link
}

func TestALostConnectionIsNoLostLease(t *testing.T) {
	t.Parallel()
	for name, cut := range map[string]func(link *linkproxy.Proxy, on bool){
		"cut":    func(link *linkproxy.Proxy, on bool) { link.Refuse(on); link.CutAll() },
		"frozen": func(link *linkproxy.Proxy, on bool) { link.Freeze(on) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, through, link := throughProxy(t)
			lease := acquire(t, databasetest.Open(t, through), database.LeaseConfig{Length: short})
			cut(link, true)
			if took := waitHeld(t, lease, false); took > short {
				t.Errorf("it was held for %s without the database", took)
			}
			if isLost(lease) {
				t.Error("the lease counts as lost")
			}
			cut(link, false)
			took := waitHeld(t, lease, true)
			t.Logf("held again after %s", took)
			if isLost(lease) {
				t.Error("the lease counts as lost")
			}
			if err := lease.Release(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestALeaseThatAnotherTookMeanwhileIsLostOnlyToOneThatLives(t *testing.T) {
	t.Parallel()
	direct, through, link := throughProxy(t)
	lease := acquire(t, databasetest.Open(t, through), database.LeaseConfig{Length: short, Holder: "the first one"})
	link.Freeze(true)
	other := databasetest.Open(t, direct)
	taken := acquire(t, other, database.LeaseConfig{Length: short, Holder: "the second one"})
	if lease.Held() {
		t.Fatal("both have the lease")
	}
	// The second one ends in order, and the first may go on.
	if err := taken.Release(); err != nil {
		t.Fatal(err)
	}
	link.Freeze(false)
	waitHeld(t, lease, true)

	link.Freeze(true)
	taken = acquire(t, other, database.LeaseConfig{Length: short, Holder: "the third one"})
	link.Freeze(false)
	select {
	case <-lease.Lost():
	case <-time.After(time.Minute):
		t.Fatal("the lease was not lost")
	}
	if lease.Held() || !taken.Held() {
		t.Errorf("held by the first: %t, by the third: %t", lease.Held(), taken.Held())
	}
	if err := errors.Join(lease.Release(), taken.Release()); err != nil {
		t.Fatal(err)
	}
}

func TestASilentPostgresIsNoticed(t *testing.T) {
	t.Parallel()
	_, through, link := throughProxy(t)
	db := databasetest.Open(t, through)
	link.Freeze(true)
	begin := time.Now()
	_, err := db.Exec("SELECT 1")
	if took := time.Since(begin); err == nil || took > 30*time.Second {
		t.Errorf("%v after %s", err, took)
	}
}

func TestADatabaseOfANewerVersionIsRefused(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		if _, err := db.Exec("INSERT INTO bun_migrations (name, group_id) VALUES ('9999', 9)"); err != nil {
			t.Fatal(err)
		}
		_, err := db.Migrate(t.Context())
		if !errors.Is(err, database.ErrNewer) || !strings.Contains(err.Error(), "9999") {
			t.Errorf("%v", err)
		}
	})
}

func TestTablesThatLackSomethingAreRefused(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		for _, statement := range []string{"ALTER TABLE migration_jobs DROP COLUMN waiting", "DROP TABLE sessions"} {
			if _, err := db.Exec(statement); err != nil {
				t.Fatal(err)
			}
		}
		_, err := db.Migrate(t.Context())
		if err == nil || !strings.Contains(err.Error(), "the column waiting of the table migration_jobs, the table sessions,") {
			t.Errorf("%v", err)
		}
	})
}

// write is a change that must last.
func write(t *testing.T, db *database.DB) error {
	t.Helper()
	return db.Write(t.Context(), func(ctx context.Context, db bun.IDB) error {
		_, err := db.ExecContext(ctx, "UPDATE migration_job_counts SET count = count")
		return err
	})
}

func TestNothingIsAcknowledgedThatGoesIntoAFileWhichIsGone(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(folder string) error{
		"removed": os.RemoveAll,
		"renamed": func(folder string) error { return os.Rename(folder, folder+"-old") },
		"replaced": func(folder string) error {
			return errors.Join(os.Rename(folder, folder+"-old"), os.CopyFS(folder, os.DirFS(folder+"-old")))
		},
		"WAL gone": func(folder string) error { return os.Remove(filepath.Join(folder, "mailferry.db-wal")) },
	} {
		config := database.Config{DataDir: filepath.Join(t.TempDir(), "data")}
		db := databasetest.Open(t, config)
		if err := errors.Join(write(t, db), db.CheckStorage()); err != nil {
			t.Fatal(err)
		}
		if err := harm(config.DataDir); err != nil {
			t.Fatal(err)
		}
		if err := write(t, db); !errors.Is(err, database.ErrGone) {
			t.Errorf("%s: a write gave %v", name, err)
		}
		if err := db.CheckStorage(); name != "WAL gone" && !errors.Is(err, database.ErrGone) {
			t.Errorf("%s: a look gave %v", name, err)
		}
		if name == "renamed" {
			if err := errors.Join(os.Rename(config.DataDir+"-old", config.DataDir), write(t, db)); err != nil {
				t.Errorf("once the folder is back: %v", err)
			}
		}
	}
}

func TestADamagedSQLiteFileIsNamedAsOne(t *testing.T) {
	t.Parallel()
	config := database.Config{DataDir: t.TempDir()}
	path := filepath.Join(config.DataDir, "mailferry.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("not a database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := database.Open(t.Context(), config); !errors.Is(err, database.ErrCorrupt) || !strings.Contains(err.Error(), path) {
		t.Errorf("opened with %v", err)
	}
}

func TestAFileThatWasCopiedWithoutItsWALIsToldApartFromAnEmptyStart(t *testing.T) {
	t.Parallel()
	const key = "encryption.key"
	from := database.Config{DataDir: t.TempDir()}
	db := databasetest.Open(t, from)
	if err := db.CheckCopy(t.Context(), key); err != nil {
		t.Errorf("a new folder: %v", err)
	}
	content, err := os.ReadFile(filepath.Join(from.DataDir, "mailferry.db"))
	if err != nil {
		t.Fatal(err)
	}
	to := database.Config{DataDir: t.TempDir()}
	put := func(name string, content []byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(to.DataDir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	open := func() *database.DB {
		t.Helper()
		db, err := database.Open(t.Context(), to)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		return db
	}
	put(key, []byte("a key"))
	if err := open().CheckCopy(t.Context(), key); err != nil {
		t.Errorf("a key that was put there before the first start: %v", err)
	}
	put("mailferry.db", content)
	if err := open().CheckCopy(t.Context(), key); !errors.Is(err, database.ErrIncomplete) {
		t.Errorf("a copy without its WAL: %v", err)
	}
}
