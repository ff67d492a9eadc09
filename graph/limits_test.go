package graph_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mailferry/graph"
)

func TestGreedyRequestsAreBounded(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	for range 3 {
		h.create("lines 1")
	}
	aliases := func(n int, field string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "a%d: %s ", i, field)
		}
		return b.String()
	}
	bomb := "{ ...f0 } "
	for i := range 100 {
		bomb += fmt.Sprintf("fragment f%d on Query { ...f%d ...f%d } ", i, i+1, i+1)
	}
	bomb += "fragment f100 on Query { runner { slots } }"
	deep := "{ job(id: 1) " + strings.Repeat("{ rerunOf ", 50) + "{ id }" + strings.Repeat(" }", 51)
	for name, query := range map[string]string{
		"2,000 aliases":           "{ " + aliases(2000, "runner { slots }") + "}",
		"60 costly aliases":       "{ " + aliases(60, "jobs(first: 500) { edges { node { id } } }") + "}",
		"nested lists":            "{ jobs(first: 500) { edges { node { reruns { reruns { reruns { id } } } } } } }",
		"logs in a list":          "{ jobs(first: 500) { edges { node { log { chunk } } } } }",
		"depth 50":                deep,
		"50 aliased mutations":    "mutation { " + aliases(50, "deleteJob(id: 1)") + "}",
		"mutations in a fragment": "mutation { ...f deleteJob(id: 2) } fragment f on Mutation { deleteJob(id: 1) }",
		"fragment cycle":          "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
		"fragment bomb":           bomb,
		"same field 1,900 times":  "{ " + strings.Repeat("jobs ", 1900) + "}",
		"introspection deep":      "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }",
	} {
		start := time.Now()
		a := h.query(query, nil)
		if len(a.Errors) == 0 || a.Errors[0].Extensions.Code != "BAD_USER_INPUT" {
			t.Errorf("%s: %.200s %+v", name, a.Data, a.Errors)
		}
		t.Logf("%s: refused in %v: %.100v", name, time.Since(start), a.Errors)
	}
	if status, text := h.request("application/json", goodToken, `{"query":"`+strings.Repeat(" ", 2<<20)+`"}`); status != http.StatusRequestEntityTooLarge {
		t.Errorf("2 MB: %d %s", status, text)
	}
	if status, text := h.request("application/json", goodToken, `{"query":"{ runner { slots } }","variables":`+strings.Repeat(`{"a":`, 50_000)+"1"+strings.Repeat("}", 50_000)+`}`); status != http.StatusBadRequest {
		t.Errorf("deep JSON: %d %s", status, text)
	}
	total := string(h.query(`{ jobs { totalCount } }`, nil).Data)
	if total != `{"jobs":{"totalCount":3}}` {
		t.Errorf("something was deleted: %s", total)
	}
}

// What the web app and the playground ask for has to pass the limits.
func TestReasonableRequestsPassTheLimits(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	h.create("lines 1")
	must[any](t, h.query(`query($first: Int = 500) { jobs(first: $first) { totalCount pageInfo { hasNextPage endCursor } edges { cursor node {
		id name status engine dryRun createdAt startedAt finishedAt queuePosition exitCode exitReason error verified logSize
		source { host port security user verifyCertificate } destination { host port security user verifyCertificate }
		progress { currentFolder foldersDone foldersTotal messagesDone messagesTotal bytesDone bytesTotal messagesPerSecond bytesPerSecond etaSeconds }
		report { messagesCopied messagesMissing verified } rerunOf { id } } } } runner { slots queued running { id name } } jobCounts { status count } }`, nil))
	must[any](t, h.query(introspectionQuery, nil))
	inputs := make([]any, 500)
	for i := range inputs {
		inputs[i] = jobInput("until reasonable")
	}
	must[any](t, h.query(`mutation($inputs: [CreateJobInput!]!) { createJobs(inputs: $inputs) { id name status queuePosition source { host user } destination { host user } } }`, map[string]any{"inputs": inputs}))
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
