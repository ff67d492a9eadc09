package mailsync

import (
	"runtime"
	"strings"
	"testing"
)

//nolint:paralleltest // It counts what the whole process allocates.
func TestALongFoldedHeaderTakesTimeAndMemoryByItsLength(t *testing.T) {
	var b strings.Builder
	b.WriteString("From: a@example.org\r\nSubject: long\r\nTo: u@example.org")
	for range 60_000 {
		b.WriteString(",\r\n u1234567@example.org")
	}
	folded := []byte(b.String() + "\r\n\r\n")
	flat := []byte(strings.ReplaceAll(b.String(), ",\r\n ", ", ") + "\r\n\r\n")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	k, strong := identify(folded)
	runtime.ReadMemStats(&after)
	if want, _ := identify(flat); k != want || strong {
		t.Error("a header folded is another one than the same in one line")
	}
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 20*uint64(len(folded)) {
		t.Errorf("%d bytes of header made %d MiB of garbage", len(folded), grown>>20)
	}
}
