package imapclient

import (
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// Range is a run of message numbers or UIDs, both ends included. Stop 0 stands for "*", the highest there is.
type Range struct {
	Start, Stop uint32
}

// Set is a set of message sequence numbers or UIDs (RFC 3501, sequence-set), in ascending order.
type Set []Range

// UIDs makes a Set of single UIDs (or sequence numbers); runs are joined. The order of the arguments does not matter.
func UIDs(uids ...uint32) Set {
	sorted := slices.Sorted(slices.Values(uids))
	var set Set
	for _, uid := range sorted {
		if uid == 0 {
			continue
		}
		if n := len(set); n > 0 && (uid == set[n-1].Stop || set[n-1].Stop != math.MaxUint32 && uid == set[n-1].Stop+1) {
			set[n-1].Stop = uid
			continue
		}
		set = append(set, Range{uid, uid})
	}
	return set
}

// From makes the Set "start:*".
func From(start uint32) Set { return Set{{Start: start}} }

// Between makes the Set "start:stop".
func Between(start, stop uint32) Set { return Set{{start, stop}} }

// String writes the set as the wire wants it: "1:3,7,12:*".
func (s Set) String() string {
	var b strings.Builder
	for i, r := range s {
		if i > 0 {
			b.WriteByte(',')
		}
		r.write(&b)
	}
	return b.String()
}

func (r Range) write(b *strings.Builder) {
	b.WriteString(strconv.FormatUint(uint64(r.Start), 10))
	switch r.Stop {
	case r.Start:
	case 0:
		b.WriteString(":*")
	default:
		b.WriteByte(':')
		b.WriteString(strconv.FormatUint(uint64(r.Stop), 10))
	}
}

// Split cuts the set into sets whose text has at most maxBytes bytes each: servers limit the length of a command
// line, 8,000 bytes being safe everywhere (RFC 7162, section 4).
func (s Set) Split(maxBytes int) []Set {
	var sets []Set
	var length, from int
	for i, r := range s {
		var b strings.Builder
		r.write(&b)
		if length > 0 && length+1+b.Len() > maxBytes {
			sets = append(sets, s[from:i])
			from, length = i, 0
		}
		if length > 0 {
			length++
		}
		length += b.Len()
	}
	if from < len(s) {
		sets = append(sets, s[from:])
	}
	return sets
}

// Contains reports whether n is in the set. A set with "*" in it may hold any number: "500:*" of a mailbox whose
// highest UID is 400 is 400.
func (s Set) Contains(n uint32) bool {
	if len(s) > 0 && s[len(s)-1].Stop == 0 {
		return true
	}
	i := sort.Search(len(s), func(i int) bool { return s[i].Stop == 0 || s[i].Stop >= n })
	return i < len(s) && s[i].Start <= n
}

// parseSet reads a uid-set of a response code. It is tolerant of order and of reversed ends; ok is false for
// anything else. The set is as long as the text, whatever ranges it holds.
func parseSet(text string) (set Set, ok bool) {
	for part := range strings.SplitSeq(text, ",") {
		first, second, isRange := strings.Cut(part, ":")
		start, err := strconv.ParseUint(first, 10, 32)
		if err != nil {
			return nil, false
		}
		stop := start
		if isRange {
			if stop, err = strconv.ParseUint(second, 10, 32); err != nil {
				return nil, false
			}
		}
		if stop < start {
			start, stop = stop, start
		}
		set = append(set, Range{uint32(start), uint32(stop)})
	}
	return set, true
}

// expand lists the numbers of a set in its own order if they are exactly count, else nil.
func (s Set) expand(count int) []uint32 {
	var total uint64
	for _, r := range s {
		total += uint64(r.Stop) - uint64(r.Start) + 1
	}
	if total != uint64(count) {
		return nil
	}
	numbers := make([]uint32, 0, count)
	for _, r := range s {
		for n := uint64(r.Start); n <= uint64(r.Stop); n++ {
			numbers = append(numbers, uint32(n))
		}
	}
	return numbers
}
