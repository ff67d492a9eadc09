package graph_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"mailferry/graph"
)

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
	c.Subscribe("a", `subscription { jobChanged(id: 1) { id report { missing { folder uid subject } folderReports { source } } } }`, nil)
	m := c.Next()
	if m.Type != "error" || !strings.Contains(string(m.Payload), "100000 bytes") {
		t.Errorf("%s %.300s", m.Type, m.Payload)
	}
}
