package graph_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"mailferry/graph"
	"mailferry/internal/migration"
)

func TestADeletionIsAnEventOfItsOwn(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	job := h.create("lines 1")
	c := h.connect()
	c.subscribe("one", `subscription($id: ID) { jobChanged(id: $id) { id status deleted } }`, map[string]any{"id": job})
	type event struct {
		Data struct {
			JobChanged struct {
				ID, Status string
				Deleted    bool
			}
		}
	}
	read := func() event {
		var e event
		if err := json.Unmarshal(c.next().Payload, &e); err != nil {
			t.Fatal(err)
		}
		return e
	}
	for e := read(); e.Data.JobChanged.Status == "QUEUED" || e.Data.JobChanged.Status == "RUNNING"; e = read() {
		if e.Data.JobChanged.Deleted || e.Data.JobChanged.ID != job {
			t.Fatalf("before the end there is %+v", e)
		}
	}
	must[any](t, h.query(`mutation($id: ID!) { deleteJob(id: $id) }`, map[string]any{"id": job}))
	if e := read(); !e.Data.JobChanged.Deleted || e.Data.JobChanged.ID != job {
		t.Errorf("the deletion is told as %+v", e)
	}
}

func TestAJobSaysWhatKeepsItFromStarting(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	const stands = `queuePosition queueReason waiting { side reason until } deleted progress { waiting { side } }`
	waits := h.queued("until places")
	got := string(h.query(`query($id: ID!) { job(id: $id) { `+stands+` } }`, map[string]any{"id": waits}).Data)
	if got != `{"job":{"queuePosition":1,"queueReason":null,"waiting":null,"deleted":false,"progress":null}}` {
		t.Errorf("the next job is %s", got)
	}
	batch := oneMailbox(map[string]any{"paused": true})
	got = string(h.query(`mutation($b: CreateBatchInput!) { createBatch(input: $b) {
		jobs { edges { node { `+stands+` retriesLeft } } } summary { progress messagesToCopy waiting { side } } } }`, map[string]any{"b": batch}).Data)
	if !strings.Contains(got, `"queuePosition":null,"queueReason":"Its batch is paused. Resume`) ||
		!strings.Contains(got, `"summary":{"progress":0,"messagesToCopy":0,"waiting":null}`) {
		t.Errorf("a paused batch is %s", got)
	}
	h.write("places", "end\n")
}

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
