package graph_test

import (
	"encoding/json"
	"strings"
	"testing"

	"mailferry/graph"
)

const previewMutation = `mutation($input: CreateJobInput!) { previewFolders(input: $input) {
	source { ok error } destination { ok error } folders { source destination create collidesWith messages bytes destinationMessages }
	notCopied unknown } }`

func TestPreviewFoldersPassesTheWholeJobOn(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	input := jobInput("lines 1")
	input["options"] = map[string]any{"automap": true, "underFolder": "Old"}
	a := h.query(previewMutation, map[string]any{"input": input})
	var got, want any
	must[any](t, a)
	if err := json.Unmarshal(a.Data, &got); err != nil {
		t.Fatal(err)
	}
	// The harness answers with what it was asked.
	_ = json.Unmarshal([]byte(`{"previewFolders": {
		"source": {"ok": true, "error": null}, "destination": {"ok": false, "error": "refused"},
		"folders": [{"source": "lines 1", "destination": "Old", "create": true, "collidesWith": [], "messages": null, "bytes": null, "destinationMessages": null}],
		"notCopied": [], "unknown": ["old.example.org:993", "new.example.org:993"]}}`), &want)
	if gotText, wantText := compact(got), compact(want); gotText != wantText {
		t.Errorf("answer\n%s\nwant\n%s", gotText, wantText)
	}
	if total := string(h.query(`{ jobs { totalCount } }`, nil).Data); total != `{"jobs":{"totalCount":0}}` {
		t.Errorf("a preview created a job: %s", total)
	}

	input["destination"].(map[string]any)["host"] = "127.0.0.1"
	h.query(previewMutation, map[string]any{"input": input}).refusedAs(t, "loopback", "BAD_USER_INPUT", "destination.host")
	input = jobInput("lines 1")
	input["options"] = map[string]any{"underFolder": "-x"}
	h.query(previewMutation, map[string]any{"input": input}).refusedAs(t, "a dash", "BAD_USER_INPUT", "options.underFolder")
	input = jobInput("lines 1")
	input["source"].(map[string]any)["password"] = "break"
	h.query(previewMutation, map[string]any{"input": input}).refusedAs(t, "a fault inside", "INTERNAL", "")
	h.queryAs(readOnlyToken, previewMutation, map[string]any{"input": jobInput("lines 1")}).refusedAs(t, "a token that may read", "FORBIDDEN", "")
}

func TestPreviewImportTakesOneLineOfTheFile(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	const mutation = `mutation($csv: String!, $defaults: BatchSettingsInput, $line: Int!) {
		previewImport(csv: $csv, defaults: $defaults, line: $line) { folders { source destination } unknown } }`
	side := func(host string) map[string]any { return map[string]any{"host": host, "password": "secret"} }
	defaults := map[string]any{
		"source": side("old.example.org"), "destination": side("new.example.org"), "options": map[string]any{"underFolder": "Old"},
	}
	csv := "user1;user2;port2\nanna;anna;\nbert;bert;many\n\ncarla;carla;143\n"
	preview := func(line int) answer {
		return h.query(mutation, map[string]any{"csv": csv, "defaults": defaults, "line": line})
	}
	a := preview(5)
	must[any](t, a)
	const want = `{"previewImport":{"folders":[{"source":"carla","destination":"Old"}],"unknown":["old.example.org:993","new.example.org:143"]}}`
	if got := string(a.Data); got != want {
		t.Errorf("answer\n%s\nwant\n%s", got, want)
	}
	preview(3).refusedAs(t, "a line with an error", "BAD_USER_INPUT", "csv")
	preview(4).refusedAs(t, "an empty line", "BAD_USER_INPUT", "line")

	// A row that begins with # is a mailbox, as it is for the import; a remark of one cell is none.
	csv = "user1;user2;port2\n#sales;sales;143\n# the office\nanna;anna;143\n"
	for line, user := range map[int]string{2: "#sales", 4: "anna"} {
		if got := string(preview(line).Data); !strings.Contains(got, `{"source":"`+user+`","destination":"Old"}`) {
			t.Errorf("line %d is previewed as %s", line, got)
		}
	}
	preview(3).refusedAs(t, "a remark", "BAD_USER_INPUT", "line")
	if total := string(h.query(`{ jobs { totalCount } }`, nil).Data); total != `{"jobs":{"totalCount":0}}` {
		t.Errorf("a preview created a job: %s", total)
	}
}

func compact(value any) string {
	text, _ := json.Marshal(value)
	return string(text)
}

func TestAChecksTroubleIsToldAsWhatItIs(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	asked := func(password string) (answer, answer) {
		input := jobInput("lines 1")
		source := endpoint("old.example.org", "anna")
		source["password"] = password
		input["source"] = source
		return h.query(`mutation($input: EndpointInput!) { checkEndpoint(input: $input) { ok error } }`, map[string]any{"input": source}),
			h.query(`mutation($input: CreateJobInput!) { previewFolders(input: $input) { source { ok error } destination { error } folders { source } } }`,
				map[string]any{"input": input})
	}
	for password, code := range map[string]string{"busy": "TOO_MANY", "not started": "UNAVAILABLE"} {
		check, preview := asked(password)
		check.refusedAs(t, password+", of an endpoint", code, "")
		preview.refusedAs(t, password+", of folders", code, "")
	}
	check, preview := asked("no end")
	const ofEndpoint = `{"checkEndpoint":{"ok":false,"error":"The check took too long."}}`
	const ofFolders = `{"previewFolders":{"source":{"ok":false,"error":"The check took too long."},"destination":{"error":"The check took too long."},"folders":[]}}`
	if string(check.Data) != ofEndpoint || string(preview.Data) != ofFolders {
		t.Errorf("a check without an end is %s and %s", check.Data, preview.Data)
	}
}
