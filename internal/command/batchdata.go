package command

import (
	"context"
	"time"
)

// batchFields are what is asked of every batch.
const batchFields = `id name createdAt paused purgedAt summary { mailboxes counts { status count } verified messagesDone messagesTotal bytesDone bytesTotal
  messagesMissing messagesToCopy progress waiting { side reason until } etaSeconds nextTryAt checking checked checkFailed }`

// batch is what the tables and sentences need of a batch.
type batch struct {
	ID, Name  string
	CreatedAt time.Time
	Paused    bool
	PurgedAt  *time.Time
	Summary   struct {
		Mailboxes, Verified   int64
		Counts                []statusCount
		MessagesDone          int64
		MessagesTotal         int64
		BytesDone, BytesTotal int64
		MessagesMissing       int64
		MessagesToCopy        int64
		Progress              float64
		Waiting               *waiting
		ETASeconds            *int64
		NextTryAt             *time.Time
		Checking              bool
		Checked, CheckFailed  int64
	}
}

type statusCount struct {
	Status string
	Count  int64
}

type batchRecord = record[batch]

// count is how many mailboxes are in a state.
func (b *batch) count(status string) int64 {
	for _, c := range b.Summary.Counts {
		if c.Status == status {
			return c.Count
		}
	}
	return 0
}

// ended says whether no mailbox waits or runs.
func (b *batch) ended() bool { return b.count(statusQueued) == 0 && b.count(statusRunning) == 0 }

// listBatches reads batches, newest first, up to so many; 0: all.
func (s *server) listBatches(ctx context.Context, limit int) ([]batchRecord, error) {
	const query = `query ($first: Int, $after: String) { batches(first: $first, after: $after) {
  edges { node { ` + batchFields + ` } } pageInfo { hasNextPage endCursor } } }`
	batches := []batchRecord{}
	variables := map[string]any{}
	for {
		variables["first"] = pageSize
		if limit > 0 {
			variables["first"] = min(pageSize, limit-len(batches))
		}
		var answer struct{ Batches page[batchRecord] }
		if err := s.do(ctx, query, variables, &answer); err != nil {
			return nil, err
		}
		for _, edge := range answer.Batches.Edges {
			batches = append(batches, edge.Node)
		}
		if !answer.Batches.PageInfo.HasNextPage || limit > 0 && len(batches) >= limit {
			return batches, nil
		}
		variables["after"] = answer.Batches.PageInfo.EndCursor
	}
}

// findBatch is the batch of an id or of a name that only one has.
func (s *server) findBatch(ctx context.Context, named string) (*batchRecord, error) {
	if isID(named) {
		var answer struct{ Batch *batchRecord }
		query := `query ($id: ID!) { batch(id: $id) { ` + batchFields + ` } }`
		if err := s.do(ctx, query, map[string]any{"id": named}, &answer); err != nil || answer.Batch != nil {
			return answer.Batch, err
		}
	}
	all, err := s.listBatches(ctx, 0)
	if err != nil {
		return nil, err
	}
	id, err := only("batch", named, alike(all, named), func(b batch) (string, string) { return b.ID, b.Name })
	if err != nil {
		return nil, err
	}
	return s.findBatch(ctx, id)
}
