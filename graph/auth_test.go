package graph_test

import (
	"testing"

	"mailferry/graph"
)

func TestReadOnlyTokensChangeNothing(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	job := h.create("until read-only")
	for _, mutation := range []string{
		`mutation { cancelJob(id: ` + job + `) { id } }`, `mutation { deleteJob(id: ` + job + `) }`, `mutation { rerunJob(id: ` + job + `) { id } }`,
		`mutation { checkEndpoint(input: {host: "imap.example.org", user: "u", password: "p"}) { ok } }`,
		`mutation { setCredentials(jobId: ` + job + `, source: {password: "p"}) { id } }`,
	} {
		h.queryAs(readOnlyToken, mutation, nil).refusedAs(t, mutation, "FORBIDDEN", "")
	}
	must[any](t, h.queryAs(readOnlyToken, `{ job(id: `+job+`) { status } }`, nil))
	if len(h.checks) > 0 {
		t.Error("a mailbox was checked")
	}
}
