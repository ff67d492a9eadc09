package doctor_test

import (
	"crypto/tls"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mailferry/internal/database"
	"mailferry/internal/doctor"
	"mailferry/internal/imapsync"
	"mailferry/internal/migration"
	"mailferry/internal/models"
	"mailferry/internal/netguard"
	"mailferry/internal/secret"
	databasetest "mailferry/internal/testkit/database"
	"mailferry/internal/testkit/imapscript"
	"mailferry/internal/testkit/postgres"
)

func TestMain(m *testing.M) {
	code := m.Run()
	postgres.Stop()
	os.Exit(code)
}

func guard(t *testing.T, networks string) *netguard.Policy {
	t.Helper()
	policy, err := netguard.Parse(networks, "1-65535")
	if err != nil {
		t.Fatal(err)
	}
	return policy
}

func expect(t *testing.T, what string, got doctor.Finding, state doctor.State, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(got.Line(), part) {
			t.Errorf("%s: %q does not say %q", what, got.Line(), part)
		}
	}
	if strings.ContainsRune(got.Line(), '\x1b') {
		t.Errorf("%s: %q would steer a terminal", what, got.Line())
	}
	if got.State != state {
		t.Errorf("%s: %q, want %s", what, got.Line(), state)
	}
	if state == doctor.Failed && strings.TrimSpace(got.Message) == "" {
		t.Errorf("%s says nothing", what)
	}
}

func TestHostsAreAskedForTheirGreetingAndNothingMore(t *testing.T) {
	t.Parallel()
	greet := func(c *imapscript.Conn) {
		c.Send("* OK [CAPABILITY IMAP4rev1] ready")
		c.ExpectEnd()
	}
	good := imapscript.NewHost(t, imapscript.Knobs{TLS: true})
	plain := imapscript.Start(t, greet, func(c *imapscript.Conn) {
		c.Send("* BYE too many \x1b[31m connections")
	})
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	_, closedPort, _ := strings.Cut(closed.Addr().String(), ":")
	for _, test := range []struct {
		what     string
		host     doctor.Host
		networks string
		config   *tls.Config
		state    doctor.State
		parts    []string
	}{
		{"a valid certificate", doctor.Host{Host: "127.0.0.1", Port: good.Port, Security: imapsync.TLS, Verify: true}, "loopback", good.ClientTLS(), doctor.OK, []string{"valid certificate"}},
		{"an unknown authority", doctor.Host{Host: "127.0.0.1", Port: good.Port, Security: imapsync.TLS, Verify: true}, "loopback", nil, doctor.Failed, []string{"certificate"}},
		{"a certificate that nobody checks", doctor.Host{Host: "127.0.0.1", Port: good.Port, Security: imapsync.TLS}, "loopback", nil, doctor.Warning, []string{"not checked"}},
		{"clear text", doctor.Host{Host: "127.0.0.1", Port: plain.Port, Security: imapsync.NONE, Verify: true}, "loopback", nil, doctor.Warning, []string{"clear text"}},
		{"a host that says no", doctor.Host{Host: "127.0.0.1", Port: plain.Port, Security: imapsync.NONE, Verify: true}, "loopback", nil, doctor.Failed, []string{"too many", "takes this machine's connections"}},
		{"nobody listens", doctor.Host{Host: "127.0.0.1", Port: atoi(t, closedPort), Security: imapsync.TLS, Verify: true}, "loopback", nil, doctor.Failed, []string{"cannot connect", "firewall"}},
		{"an address that is not allowed", doctor.Host{Host: "127.0.0.1", Port: good.Port, Security: imapsync.TLS, Verify: true}, "public,private", nil, doctor.Failed, []string{"may not connect"}},
		{"the metadata service", doctor.Host{Host: "169.254.169.254", Port: 993, Security: imapsync.TLS, Verify: true}, "public,private,loopback", nil, doctor.Failed, []string{"may not connect"}},
	} {
		found := doctor.Hosts(t.Context(), guard(t, test.networks), []doctor.Host{test.host}, test.config)
		if len(found) != 1 {
			t.Fatalf("%s: %v", test.what, found)
		}
		expect(t, test.what, found[0], test.state, test.parts...)
	}
}

func atoi(t *testing.T, text string) int {
	t.Helper()
	port, err := net.LookupPort("tcp", text)
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func newKeys(t *testing.T) *secret.Keyring {
	t.Helper()
	keys, err := secret.ParseKeys(secret.GenerateKey())
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// insert adds a job whose passwords keys have sealed.
func insert(t *testing.T, db *database.DB, keys *secret.Keyring, status models.JobStatus, source, destination string) {
	t.Helper()
	now := time.Now().UTC()
	job := &models.MigrationJob{
		Status: status, Engine: models.Imapsync, CreatedAt: now,
		Source:      models.Endpoint{Host: source, Port: 993, Security: "TLS", User: "a", VerifyCertificate: true},
		Destination: models.Endpoint{Host: destination, Port: 143, Security: "STARTTLS", User: "a"},
	}
	if status.Ended() {
		job.FinishedAt = &now
	}
	if _, err := db.NewInsert().Model(job).Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	blob, err := keys.Seal(secret.Binding{Table: "migration_jobs", Row: job.ID, Side: "source"}, []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.NewUpdate().Model(job).Set("source_password = ?", blob).WherePK().Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestAHealthyDatabaseIsFoundSoAndLeftAsItWas(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		keys := newKeys(t)
		insert(t, db, keys, models.Queued, "old.example.org", "new.example.org")
		insert(t, db, keys, models.Queued, "old.example.org", "new.example.org")
		insert(t, db, keys, models.Succeeded, "ended.example.org", "new.example.org")
		found := doctor.Database(t.Context(), db)
		if len(found) != 4 {
			t.Errorf("%d findings, want version, writing, size and owner: %v", len(found), found)
		}
		for _, one := range found {
			expect(t, "a healthy database", one, doctor.OK)
		}
		expect(t, "key", doctor.Key(t.Context(), db, keys), doctor.OK, "all 3 sealed passwords", keys.KeyIDs()[0])
		expect(t, "another key", doctor.Key(t.Context(), db, newKeys(t)), doctor.Failed, keys.KeyIDs()[0], "bring the key back")
		expect(t, "no key", doctor.Key(t.Context(), db, nil), doctor.Failed, keys.KeyIDs()[0])
		expect(t, "clock", doctor.Clock(t.Context(), db, time.Time{}), doctor.OK)
		expect(t, "clock", doctor.Clock(t.Context(), db, time.Now().Add(time.Hour)), doctor.Failed, "before this program")
		hosts, waiting, err := doctor.HostsInUse(t.Context(), db)
		want := []doctor.Host{{Host: "new.example.org", Port: 143, Security: "STARTTLS"}, {Host: "old.example.org", Port: 993, Security: "TLS", Verify: true}}
		if err != nil || len(hosts) != 2 || hosts[0] != want[0] || hosts[1] != want[1] || waiting != 2 {
			t.Errorf("hosts %+v, %d jobs for imapsync, %v, want %+v and 2", hosts, waiting, err, want)
		}
	})
}

func TestADatabaseOfAnotherVersionIsFoundSo(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		change := func(statement string) {
			t.Helper()
			if _, err := db.NewRaw(statement).Exec(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		change("ALTER TABLE migration_jobs DROP COLUMN exit_code")
		expect(t, "a column is missing", doctor.Database(t.Context(), db)[0], doctor.Failed, "exit_code")
		change("DELETE FROM bun_migrations WHERE id = (SELECT max(id) FROM bun_migrations)")
		expect(t, "an older one", doctor.Database(t.Context(), db)[0], doctor.Warning, "back it up")
		change("UPDATE bun_migrations SET name = '9999' WHERE id = (SELECT max(id) FROM bun_migrations)")
		expect(t, "a newer one", doctor.Database(t.Context(), db)[0], doctor.Failed, "newer version")
	})
}

func TestAReadOnlyDatabaseIsFoundSo(t *testing.T) {
	t.Parallel()
	url := postgres.New(t)
	databasetest.Open(t, database.Config{URL: url})
	separator := "?"
	if strings.Contains(url, "?") {
		separator = "&"
	}
	db, err := database.Open(t.Context(), database.Config{URL: url + separator + "default_transaction_read_only=on"})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	expect(t, "read-only", doctor.Database(t.Context(), db)[1], doctor.Failed, "read-only")
}

func TestRoomAndImapsyncAreLookedFor(t *testing.T) {
	t.Parallel()
	expect(t, "a folder that is not there", doctor.Disk(filepath.Join(t.TempDir(), "none"), "data"), doctor.Warning, "not known")
	expect(t, "a disk without room", doctor.Disk("/proc", "data"), doctor.Failed, "make room")
	missing := filepath.Join(t.TempDir(), "imapsync")
	expect(t, "not asked for", doctor.Imapsync(missing, migration.AutoEngine, 0), doctor.OK, "built-in")
	expect(t, "asked for by jobs", doctor.Imapsync(missing, migration.AutoEngine, 3), doctor.Failed, "3 waiting jobs")
	expect(t, "asked for by the configuration", doctor.Imapsync(missing, migration.ImapsyncEngine, 0), doctor.Failed, "MAILFERRY_IMAPSYNC")
	if err := os.WriteFile(missing, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	expect(t, "there", doctor.Imapsync(missing, migration.ImapsyncEngine, 3), doctor.OK, missing)
}
