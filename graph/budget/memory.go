package budget

import (
	"context"
	"time"
)

const (
	// answerMemory and bodyMemory are how many bytes of memory a byte of an answer or of a request takes at the most
	// while the answer is built or the request is read.
	answerMemory = 4
	bodyMemory   = 8
	// freeMemory is what each answer may take without asking, so that small ones are answered whatever else is built.
	freeMemory = 128 << 10
	// middleMemory is what most answers and requests take at the most, and middlePlaces how many of them there may be at
	// the same time.
	middleMemory = 2 << 20
	middlePlaces = 16
	// largePlaces is how many of the largest there may be.
	largePlaces = 2
	// roomWait is how long an answer waits for a place.
	roomWait = 15 * time.Second
)

// Memory is the room for answers that are built and requests that are read, in estimated bytes. An answer has a place of
// a size, and moves to the next when it outgrows it. A place of the last size is enough for every answer, so whoever has
// one comes to its end: there is always somebody who goes on.
type Memory struct{ sizes []memorySize }

type memorySize struct {
	bytes  int64
	places chan struct{} // nil: as many as come
}

// NewMemory is the room for answers of at most so many bytes each.
func NewMemory(answer int64) *Memory {
	return &Memory{[]memorySize{
		{bytes: freeMemory},
		{bytes: middleMemory, places: make(chan struct{}, middlePlaces)},
		{bytes: answer * answerMemory, places: make(chan struct{}, largePlaces)},
	}}
}

// fit is the smallest size that has room for so many bytes, or the largest.
func (m *Memory) fit(bytes int64) int {
	for i, size := range m.sizes {
		if bytes <= size.bytes {
			return i
		}
	}
	return len(m.sizes) - 1
}

func (m *Memory) take(ctx context.Context, size int) bool {
	if m.sizes[size].places == nil {
		return true
	}
	timer := time.NewTimer(roomWait)
	defer timer.Stop()
	select {
	case m.sizes[size].places <- struct{}{}:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return false
}

func (m *Memory) give(size int) {
	if m.sizes[size].places != nil {
		<-m.sizes[size].places
	}
}
