package httpserver_test

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"mailferry/internal/auth"
	"mailferry/internal/database"
	"mailferry/internal/httpserver"
)

func TestReadinessSaysThatTheDataFolderIsGoneAndNothingIsAcknowledged(t *testing.T) {
	t.Parallel()
	var folder string
	h := newHarness(t, func(_ *httpserver.Config, c *auth.Config) { folder = dataFolder(c.DB) })
	if err := os.Rename(folder, folder+"-elsewhere"); err != nil {
		t.Fatal(err)
	}
	if r := h.do("GET", "/readyz", ""); r.StatusCode != http.StatusServiceUnavailable || !strings.Contains(r.text, "data folder was removed or replaced") {
		t.Errorf("gone: %d %s", r.StatusCode, r.text)
	}
	create := `{"query":"mutation { createJob(input: {source: {host: \"imap.example.org\", user: \"a\", password: \"b\"}, destination: {host: \"imap.example.com\", user: \"a\", password: \"b\"}}) { id } }"}`
	if r := h.do("POST", "/graphql", create, asJSON, bearer); !strings.Contains(r.text, `"errors"`) || strings.Contains(r.text, `"id":"`) {
		t.Errorf("a job was acknowledged: %d %s", r.StatusCode, r.text)
	}
	if err := os.Rename(folder+"-elsewhere", folder); err != nil {
		t.Fatal(err)
	}
	if r := h.do("GET", "/readyz", ""); r.StatusCode != http.StatusOK {
		t.Errorf("back: %d %s", r.StatusCode, r.text)
	}
	if r := h.do("POST", "/graphql", create, asJSON, bearer); !strings.Contains(r.text, `"id":"`) {
		t.Errorf("back: %d %s", r.StatusCode, r.text)
	}
}

func TestWhileItStopsTheServerIsNotReadyAndRefusesChanges(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	if err := h.jobs.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := h.do("POST", "/graphql", `{"query":"mutation { deleteJob(id: 1) }"}`, asJSON, bearer)
	if r.StatusCode != http.StatusServiceUnavailable || !strings.Contains(r.text, `"UNAVAILABLE"`) || strings.Contains(r.text, `"data"`) {
		t.Errorf("a change: %d %s", r.StatusCode, r.text)
	}
	if r := h.do("POST", "/graphql", `{"query":"{ jobs { totalCount } }"}`, asJSON, bearer); r.StatusCode != http.StatusOK {
		t.Errorf("a query: %d %s", r.StatusCode, r.text)
	}
}

// dataFolder is the folder of an SQLite database.
func dataFolder(db *database.DB) string {
	path := strings.TrimPrefix(db.Name(), "SQLite database ")
	return strings.TrimSuffix(path, "/"+database.SQLiteFile)
}
