package postgres_test

import (
	"os"
	"testing"

	"github.com/jackc/pgx/v5"

	"mailferry/internal/testkit/postgres"
	"mailferry/internal/testkit/process"
)

func TestMain(m *testing.M) {
	code := m.Run()
	postgres.Stop()
	os.Exit(code)
}

func TestEachTestHasADatabaseOfItsOwn(t *testing.T) {
	t.Parallel()
	for range 2 {
		connection, err := pgx.Connect(t.Context(), postgres.New(t))
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close(t.Context())
		if _, err := connection.Exec(t.Context(), "CREATE TABLE thing (id bigint)"); err != nil {
			t.Errorf("the database is not empty: %v", err)
		}
		var encoding string
		if err := connection.QueryRow(t.Context(), "SHOW server_encoding").Scan(&encoding); err != nil || encoding != "UTF8" {
			t.Errorf("the encoding is %q, %v", encoding, err)
		}
	}
}

//nolint:tparallel // The inner test ends before the rest goes on.
func TestDatabaseIsDroppedAfterTheTest(t *testing.T) {
	t.Parallel()
	var url string
	t.Run("user", func(t *testing.T) { url = postgres.New(t) })
	if url == "" {
		t.Skip("no Postgres")
	}
	if connection, err := pgx.Connect(t.Context(), url); err == nil {
		_ = connection.Close(t.Context())
		t.Errorf("%s can still be connected to", url)
	}
}

func TestDurableServerStopsAndIsRemoved(t *testing.T) {
	t.Parallel()
	server, err := postgres.Start(t.Context(), postgres.Options{FSync: true})
	process.Check(t, err)
	t.Cleanup(server.Stop)
	url, err := server.CreateDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	connection, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	var fsync string
	if err := connection.QueryRow(t.Context(), "SHOW fsync").Scan(&fsync); err != nil || fsync != "on" {
		t.Errorf("fsync is %q, %v", fsync, err)
	}
	server.Stop()
	if _, err := os.Stat(server.Dir); !os.IsNotExist(err) {
		t.Errorf("the folder %s is not gone: %v", server.Dir, err)
	}
}
