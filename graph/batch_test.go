package graph_test

import (
	"os"
	"strings"
	"testing"

	"mailferry/graph"
	"mailferry/internal/migration"
)

func TestTheDefaultOfRetriesIsStatedOnce(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	for name, change := range map[string]map[string]any{"left out": {}, "null": {"retries": nil}} {
		input, settings := jobInput("lines 1"), map[string]any{"paused": true}
		for key, value := range change {
			input[key], settings[key] = value, value
		}
		got := string(h.query(`mutation($i: CreateJobInput!) { createJob(input: $i) { retriesLeft } }`, map[string]any{"i": input}).Data)
		if got != `{"createJob":{"retriesLeft":2}}` {
			t.Errorf("of a job, with retries %s: %s", name, got)
		}
		got = string(h.query(`mutation($b: CreateBatchInput!) { createBatch(input: $b) { jobs(first: 1) { edges { node { retriesLeft } } } } }`,
			map[string]any{"b": oneMailbox(settings)}).Data)
		if !strings.Contains(got, `"retriesLeft":2`) {
			t.Errorf("of a batch, with retries %s: %s", name, got)
		}
	}
	schema, err := os.ReadFile("../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(schema), "retries: Int = 2\n"); n != 2 || migration.DefaultRetries != 2 {
		t.Errorf("the schema states the service's default of %d in %d places, want 2", migration.DefaultRetries, n)
	}
}

// oneMailbox is a batch with settings of its own.
func oneMailbox(settings map[string]any) map[string]any {
	settings["name"] = "Everybody"
	return map[string]any{"settings": settings, "mailboxes": []any{jobInput("lines 1")}}
}
