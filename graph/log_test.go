package graph_test

import (
	"strings"
	"testing"

	"mailferry/graph"
)

func TestTailDeliversTheWholeLogAndCompletes(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	job := h.create("lines 3000")
	c := h.connect()
	tail(c, "a", job, 0)
	var text strings.Builder
	var offset int64
	for {
		piece := nextChunk(t, c)
		if piece.Offset != offset || piece.NewOffset != offset+int64(len(piece.Chunk)) || piece.JobID != job {
			t.Fatalf("chunk of job %s from %d to %d with %d bytes, want job %s from %d", piece.JobID, piece.Offset, piece.NewOffset, len(piece.Chunk), job, offset)
		}
		offset = piece.NewOffset
		text.WriteString(piece.Chunk)
		if piece.EOF {
			if piece.Status == "RUNNING" || piece.Status == "QUEUED" {
				t.Errorf("last event has status %s", piece.Status)
			}
			break
		}
	}
	if m := c.Next(); m.Type != "complete" || m.ID != "a" {
		t.Errorf("after the end: %+v, want complete", m)
	}
	if lines := strings.Count(text.String(), "žluťoučký kůň <script>\n"); lines != 3000 {
		t.Errorf("%d lines arrived, want 3000", lines)
	}
	// The id is free again, and a tail resumes anywhere.
	tail(c, "a", job, offset-5)
	if piece := nextChunk(t, c); piece.Chunk != text.String()[offset-5:] || !piece.EOF {
		t.Errorf("resumed with %+v", piece)
	}
}

func TestTailFollowsLive(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	job := h.create("until live")
	c := h.connect()
	tail(c, "a", job, 0)
	got := ""
	for _, line := range []string{"one\n", "two\n", "end\n"} {
		h.write("live", line)
		for want := got + line; len(got) < len(want); {
			got += nextChunk(t, c).Chunk
		}
	}
	if got != "one\ntwo\nend\n" {
		t.Errorf("got %q", got)
	}
}

func TestRefusedTailsEndWithOneError(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	job := h.create("lines 1")
	c := h.connect()
	for id, want := range map[string]struct {
		variables map[string]any
		code      string
	}{
		"past":     {map[string]any{"id": job, "offset": 1 << 40}, "BAD_USER_INPUT"},
		"negative": {map[string]any{"id": job, "offset": -1}, "BAD_USER_INPUT"},
		"absent":   {map[string]any{"id": "4711"}, "NOT_FOUND"},
		"path":     {map[string]any{"id": "../1"}, "BAD_USER_INPUT"},
		"huge":     {map[string]any{"id": job, "offset": 1e18}, "BAD_USER_INPUT"},
		"text":     {map[string]any{"id": job, "offset": "1"}, "BAD_USER_INPUT"},
	} {
		c.Subscribe(id, tailQuery, want.variables)
		if m := c.Next(); m.ID != id || m.Type != "error" || !strings.Contains(string(m.Payload), want.code) {
			t.Errorf("%s: %s %s", id, m.Type, m.Payload)
		}
	}
	c.Send(`{"type":"ping"}`)
	if m := c.Next(); m.Type != "pong" {
		t.Errorf("after the errors: %+v, want nothing but pong", m)
	}
}
