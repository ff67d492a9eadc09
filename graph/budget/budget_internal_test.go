package budget

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"mailferry/graph/apierror"
)

// However many answers grow at once, no more have places than there are, and each comes to its end.
func TestAnswersThatGrowAtOnceAllComeToTheirEnd(t *testing.T) {
	t.Parallel()
	const limit = 8 << 20
	m := NewMemory(limit)
	var large, most atomic.Int64
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			b := New(t.Context(), m, limit)
			defer b.Release()
			for range limit >> 10 {
				if !b.Grow(1 << 10) {
					t.Error(b.Spent())
					return
				}
			}
			if n := large.Add(1); n > most.Load() {
				most.Store(n)
			}
			large.Add(-1)
		})
	}
	group.Wait()
	if n := most.Load(); n > largePlaces {
		t.Errorf("%d answers of the largest size at once, want at most %d", n, largePlaces)
	}
	for i, size := range m.sizes {
		if len(size.places) != 0 {
			t.Errorf("%d places of size %d were not given back", len(size.places), i)
		}
	}
}

func TestAnAnswerThatFindsNoPlaceIsRefusedInATime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := NewMemory(8 << 20)
		holders := make([]*Budget, largePlaces)
		for i := range holders {
			holders[i] = New(t.Context(), m, 8<<20)
			holders[i].Grow(8 << 20)
		}
		b := New(t.Context(), m, 8<<20)
		if b.Grow(4 << 20) {
			t.Fatal("there was a place")
		}
		if refusal := b.refusal.Load(); refusal == nil || refusal.Code != apierror.CodeTooMany {
			t.Errorf("refused as %+v, want %s", refusal, apierror.CodeTooMany)
		}
		b.Release()
		gone, leave := context.WithCancel(t.Context())
		leave()
		if b := New(gone, m, 8<<20); b.Grow(4 << 20) {
			t.Error("there was a place for somebody who is gone")
		}
		holders[0].Shrink(1 << 20)
		if b := New(t.Context(), m, 8<<20); !b.Grow(4 << 20) {
			t.Errorf("refused after a place was given back: %v", b.Spent())
		}
	})
}

func TestTextsCountAsLongAsTheyAreInJSON(t *testing.T) {
	t.Parallel()
	text := "a\"\\\t\n\r\x00\x1bž<\u2028"
	if got, want := sizeOfText(text), int64(len("\"a\\\"\\\\\\t\\n\\r\\u0000\\u001bž<\u2028\",")); got != want {
		t.Errorf("%d bytes, want %d", got, want)
	}
}
