package joblog

import (
	"sort"
	"strings"
)

// ringSize is how many of the newest bytes of a running job's log are kept in memory, for the
// tails that follow closely; others read the database.
const ringSize = 256 << 10

// ringBuffer keeps the newest bytes of a log, between ringSize and that and one piece, with
// their offsets. It is empty at first.
type ringBuffer struct {
	// pieces follow each other without a gap, and each is at most maxChunk long.
	pieces []piece
	bytes  int
}

type piece struct {
	start int64
	text  string
}

// append adds text that starts at offset, where what was added before it ends, and lets the
// oldest pieces go.
func (r *ringBuffer) append(offset int64, text string) {
	for len(text) > 0 {
		cut := wholeCharacters(text, maxChunk)
		r.pieces = append(r.pieces, piece{start: offset, text: text[:cut]})
		offset += int64(cut)
		r.bytes += cut
		text = text[cut:]
	}
	drop := 0
	for drop < len(r.pieces) && r.bytes-len(r.pieces[drop].text) >= ringSize {
		r.bytes -= len(r.pieces[drop].text)
		drop++
	}
	// Copying down lets the dropped pieces go and keeps the slice from growing at its end.
	if drop > 0 {
		kept := copy(r.pieces, r.pieces[drop:])
		clear(r.pieces[kept:])
		r.pieces = r.pieces[:kept]
	}
}

// from is what follows an offset before the end of the log, at most maxChunk bytes of it; ok is
// false if that is not in memory any more.
func (r *ringBuffer) from(offset int64) (text string, ok bool) {
	if len(r.pieces) == 0 || offset < r.pieces[0].start {
		return "", false
	}
	i := sort.Search(len(r.pieces), func(i int) bool { return r.pieces[i].start > offset }) - 1
	first := r.pieces[i].text[offset-r.pieces[i].start:]
	if i == len(r.pieces)-1 {
		return first, true
	}
	var joined strings.Builder
	joined.WriteString(first)
	for _, next := range r.pieces[i+1:] {
		if joined.Len()+len(next.text) > maxChunk {
			break
		}
		joined.WriteString(next.text)
	}
	return joined.String(), true
}
