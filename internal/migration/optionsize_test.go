package migration_test

import (
	"slices"
	"strings"
	"testing"

	"mailferry/internal/imapsync"
	"mailferry/internal/migration"
	databasetest "mailferry/internal/testkit/database"
)

func TestOptionsThatNameFarTooMuchAreRefused(t *testing.T) {
	t.Parallel()
	db := databasetest.Open(t, databasetest.SQLite(t))
	h := newHarness(t, db)
	long := strings.Repeat("x", 1000)
	job := func(options imapsync.Options) migration.NewJob {
		return migration.NewJob{
			Source:      migration.EndpointInput{Host: "old.example.org", User: "lines 0", Password: "p"},
			Destination: migration.EndpointInput{Host: "new.example.org", User: "anna", Password: "p"},
			Options:     options,
		}
	}
	for _, options := range []imapsync.Options{
		{Folders: slices.Repeat([]string{long}, 70)},
		{ExcludeFolderPrefixes: slices.Repeat([]string{"y"}, 10_000)},
		{RenameFolders: []imapsync.FolderRename{{From: strings.Repeat(long, 40), To: strings.Repeat(long, 40)}}},
	} {
		_, err := h.CreateJob(t.Context(), job(options))
		wantError(t, err, migration.BadInput, "options", "")
	}
	if _, err := h.CreateJob(t.Context(), job(imapsync.Options{ExcludeFolders: slices.Repeat([]string{long}, 60)})); err != nil {
		t.Errorf("what is less is refused: %v", err)
	}
}
