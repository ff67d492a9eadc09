package graph_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"mailferry/graph"
	"mailferry/internal/imapsync"
	"mailferry/internal/models"
)

// withReports gives every job a report of so many folders and missing messages.
func (h *harness) withReports(folders, missing int) {
	h.t.Helper()
	report := imapsync.Report{MessagesFound: 5, MessagesMissing: int64(missing)}
	for i := range folders {
		report.FolderReports = append(report.FolderReports, imapsync.FolderReport{Source: fmt.Sprintf("Folder %d", i), Destination: "x"})
	}
	for i := range missing {
		report.Missing = append(report.Missing, imapsync.MissingMessage{Folder: "INBOX", UID: uint32(i + 1), Subject: "Minutes", Reason: "refused"})
	}
	text, err := json.Marshal(report)
	if err != nil {
		h.t.Fatal(err)
	}
	if _, err := h.db.NewUpdate().Model((*models.MigrationJob)(nil)).Set("report = ?", string(text)).Where("1 = 1").Exec(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

// ended makes so many jobs that have ended, without running them.
func (h *harness) ended(n int) {
	h.t.Helper()
	now := time.Now().UTC()
	jobs := make([]*models.MigrationJob, n)
	for i := range jobs {
		jobs[i] = &models.MigrationJob{
			Name: fmt.Sprintf("mailbox %d", i), Status: models.Succeeded, Engine: models.Builtin, Attempt: 1,
			CreatedAt: now, StartedAt: &now, FinishedAt: &now,
			Source:      models.Endpoint{Host: "old.example.org", Port: 993, Security: imapsync.TLS, User: fmt.Sprint("u", i)},
			Destination: models.Endpoint{Host: "new.example.org", Port: 993, Security: imapsync.TLS, User: fmt.Sprint("u", i)},
		}
	}
	if _, err := h.db.NewInsert().Model(&jobs).ExcludeColumn("id").Exec(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

// A page of jobs does not read the lists of their reports unless they are asked for, and then gives all of them.
func TestAPageOfJobsHasTheListsOfReportsWhereTheyAreAskedFor(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	h.ended(3)
	h.withReports(2, 3)
	type page struct {
		Jobs struct {
			Edges []struct {
				Node struct {
					Report struct {
						MessagesMissing        int
						FolderReports, Missing []struct{ Source, Folder string }
					}
				}
			}
		}
	}
	with := must[page](t, h.query(`{ jobs { edges { node { report { messagesMissing folderReports { source } ... on Report { missing { folder } } } } } } }`, nil))
	without := must[page](t, h.query(`{ jobs { edges { node { report { messagesMissing } } } } }`, nil))
	for i := range 3 {
		report, outline := with.Jobs.Edges[i].Node.Report, without.Jobs.Edges[i].Node.Report
		if len(report.FolderReports) != 2 || len(report.Missing) != 3 || report.Missing[0].Folder != "INBOX" || outline.MessagesMissing != 3 {
			t.Errorf("job %d: %+v and %+v", i, report, outline)
		}
	}
}
