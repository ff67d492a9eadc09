package graph_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
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

// What a list really holds counts while an answer is built, introspection included: the answer stays small and says why.
func TestAnAnswerIsBoundedWhileItIsBuilt(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{AnswerBytes: 200_000})
	h.ended(50)
	h.withReports(300, 1000)
	schemaQuery, err := os.ReadFile("testdata/introspection/graphql-js-16.graphql")
	if err != nil {
		t.Fatal(err)
	}
	names := ""
	for i := range 150 {
		names += fmt.Sprintf("t%d: __typename ", i)
	}
	for name, query := range map[string]string{
		"missing messages of a page": `{ jobs(first: 10) { edges { node { report { missing { folder uid date } } } } } }`,
		"missing messages, aliased":  `{ job(id: 1) { report { a: missing { folder subject } b: missing { folder subject } c: missing { folder subject } d: missing { folder } } } }`,
		"folders of a page":          `{ jobs(first: 40) { edges { node { report { folderReports { source destination missing } } } } } }`,
		"names of types":             `{ job(id: 1) { report { missing { ` + names + `} } } }`,
		"in a fragment":              `{ jobs(first: 10) { ...page } } fragment page on JobConnection { edges { node { report { ...lists } } } } fragment lists on Report { missing { folder uid } }`,
		"the whole schema":           string(schemaQuery),
	} {
		status, text := h.request("application/json", readOnlyToken, jsonOf(t, map[string]any{"query": query}))
		if status != http.StatusOK || len(text) > 400 || !strings.Contains(text, "200000 bytes") || !strings.Contains(text, "BAD_USER_INPUT") || strings.Contains(text, `"data"`) {
			t.Errorf("%s: %d, %d bytes: %.300s", name, status, len(text), text)
		}
	}
	// What fits is answered whole.
	answer := must[struct {
		Job struct {
			Report struct {
				Missing []struct{ Folder string }
			}
		}
	}](t, h.query(`{ job(id: 1) { report { missing { folder } } } }`, nil))
	if n := len(answer.Job.Report.Missing); n != 1000 {
		t.Errorf("%d missing messages, want 1000", n)
	}
}

func jsonOf(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
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

// The queries with which tools read a schema pass, what walks in circles does not.
func TestIntrospectionIsAnsweredOnceAndWithoutRepeats(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	files, err := filepath.Glob("testdata/introspection/*.graphql")
	if err != nil || len(files) < 2 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, name := range files {
		query, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		status, text := h.request("application/json", readOnlyToken, jsonOf(t, map[string]any{"query": string(query)}))
		if status != http.StatusOK || !strings.HasPrefix(text, `{"data":`) || !strings.Contains(text, `"MissingMessage"`) {
			t.Errorf("%s: %d %.300s", name, status, text)
		}
		t.Logf("%s: %d bytes", name, len(text))
		if strings.Contains(text, `"name":"defer"`) {
			t.Errorf("%s: the schema offers @defer", name)
		}
	}
	must[any](t, h.query(`{ a: __type(name: "Job") { name fields { name type { name kind ofType { name } } } } b: __type(name: "Batch") { name fields { name type { fields { name } } } } }`, nil))
	many := ""
	for i := range 11 {
		many += fmt.Sprintf("a%d: __type(name: \"Job\") { name } ", i)
	}
	for name, query := range map[string]string{
		"twice":                 `{ a: __schema { types { name } } b: __schema { types { name } } }`,
		"aliases below":         `{ __schema { a: types { name } b: types { name } } }`,
		"aliases of leaves":     `{ __schema { types { a: name b: name c: description } } }`,
		"aliases in a fragment": `{ __schema { types { ...t } } } fragment t on __Type { fields { name } f: fields { name } }`,
		"in a circle":           `{ __schema { types { fields { type { fields { name description } } } } } }`,
		"values of fields":      `{ __schema { types { fields { type { ofType { ofType { enumValues { name } } } } } } } }`,
		"many types":            `{ ` + many + `}`,
		"in two fragments":      `{ ...a ...b } fragment a on Query { x: __schema { types { name } } } fragment b on Query { y: __schema { types { name } } }`,
	} {
		h.queryAs(readOnlyToken, query, nil).refusedAs(t, name, "BAD_USER_INPUT", "")
	}
}

func TestDeferIsNoHalfAnAnswer(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	for _, directive := range []string{"@defer", `@defer(label: "x")`, "@stream"} {
		a := h.query(`{ runner { slots ... `+directive+` { queued } } }`, nil)
		a.refusedAs(t, directive, "BAD_USER_INPUT", "")
		if a.Data != nil {
			t.Errorf("%s: the refusal has data %s", directive, a.Data)
		}
	}
}

// Large answers wait for each other, and for nobody else.
func TestLargeAnswersAreBuiltAFewAtATime(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	h.ended(3)
	h.withReports(0, 1000)
	const large = `{ jobs(first: 3) { edges { node { report { missing { folder uid subject reason } } } } } }`
	var group sync.WaitGroup
	for range 6 {
		group.Go(func() { must[any](t, h.query(large, nil)) })
		group.Go(func() { must[any](t, h.query(`{ runner { slots } }`, nil)) })
	}
	group.Wait()
}

// An event counts like an answer.
func TestAnEventIsBoundedWhileItIsBuilt(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{AnswerBytes: 100_000})
	h.ended(1)
	h.withReports(500, 1000)
	c := h.connect()
	c.subscribe("a", `subscription { jobChanged(id: 1) { id report { missing { folder uid subject } folderReports { source } } } }`, nil)
	m := c.next()
	if m.Type != "error" || !strings.Contains(string(m.Payload), "100000 bytes") {
		t.Errorf("%s %.300s", m.Type, m.Payload)
	}
}
