package graph_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"mailferry/internal/testkit/graphqlws"
)

// open opens a socket without connection_init.
func (h *harness) open(change ...func(http.Header)) *graphqlws.Client {
	h.t.Helper()
	return graphqlws.Open(h.t, h.server.URL, change...)
}

// connect opens a socket and signs in.
func (h *harness) connect() *graphqlws.Client {
	h.t.Helper()
	return graphqlws.Connect(h.t, h.server.URL, goodToken)
}

const tailQuery = `subscription($id: ID!, $offset: Int64! = 0) {
	logTail(jobId: $id, offset: $offset) { jobId offset chunk newOffset status eof } }`

// tail follows the log of a job.
func tail(c *graphqlws.Client, id, job string, offset int64) {
	c.Subscribe(id, tailQuery, map[string]any{"id": job, "offset": offset})
}

type chunk struct {
	JobID             string
	Offset, NewOffset int64
	Chunk, Status     string
	EOF               bool
}

// nextChunk is the next message, which must be a piece of a log.
func nextChunk(t testing.TB, c *graphqlws.Client) chunk {
	t.Helper()
	m := c.Next()
	var payload struct {
		Data struct{ LogTail *chunk }
	}
	if m.Type != "next" || json.Unmarshal(m.Payload, &payload) != nil || payload.Data.LogTail == nil {
		t.Fatalf("message %s %s, want next with a chunk", m.Type, m.Payload)
	}
	return *payload.Data.LogTail
}
