package mailsync

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
)

// e is an entry with the key of a header, for tests.
func e(id string, size, date int64) entry {
	k, strong := identify([]byte("Message-ID: <" + id + ">\r\n"))
	return entry{key: k, strong: strong, size: size, date: date}
}

func TestTheDifferenceIsThatOfMultisets(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		source, destination []entry
		missing             []int32
		doubts              int
	}{
		"nothing there":                {[]entry{e("a", 1, 1), e("b", 1, 1)}, nil, []int32{0, 1}, 0},
		"all there in other sizes":     {[]entry{e("a", 36, 1)}, []entry{e("a", 41, 2)}, nil, 0},
		"one of two by size":           {[]entry{e("a", 1, 1), e("a", 2, 1)}, []entry{e("a", 2, 1)}, []int32{0}, 0},
		"one of two by date":           {[]entry{e("a", 1, 1), e("a", 1, 2)}, []entry{e("a", 1, 1)}, []int32{1}, 0},
		"one of two that look alike":   {[]entry{e("a", 1, 1), e("a", 1, 1)}, []entry{e("a", 1, 1)}, nil, 1},
		"one of two in another size":   {[]entry{e("a", 1, 1), e("a", 2, 1)}, []entry{e("a", 3, 1)}, nil, 1},
		"two of three that look alike": {[]entry{e("a", 1, 1), e("a", 1, 1), e("a", 2, 1)}, []entry{e("a", 1, 1), e("a", 1, 1)}, []int32{2}, 0},
		"more there than here":         {[]entry{e("a", 1, 1)}, []entry{e("a", 1, 1), e("a", 1, 1)}, nil, 0},
		"another message there":        {[]entry{e("a", 1, 1)}, []entry{e("b", 1, 1)}, []int32{0}, 0},
	} {
		d := compare(c.source, c.destination)
		if !slices.Equal(d.missing, c.missing) || len(d.doubts) != c.doubts {
			t.Errorf("%s: missing %v, %d doubts, want %v, %d", name, d.missing, len(d.doubts), c.missing, c.doubts)
		}
	}
}

func contentOf(text string) *content {
	d := newDigest()
	_, _ = d.Write([]byte(text))
	return d.content()
}

func TestADoubtIsSettledByContents(t *testing.T) {
	t.Parallel()
	source := []entry{e("a", 1, 1), e("a", 1, 1)}
	destination := []entry{e("a", 1, 1)}
	one, two := contentOf("one"), contentOf("two")
	for missing, there := range map[int32]*content{0: two, 1: one} {
		d := compare(source, destination)
		d.settle(d.doubts[0], source, destination, map[int32]*content{0: one, 1: two}, map[int32]*content{0: there})
		if !slices.Equal(d.missing, []int32{missing}) {
			t.Errorf("missing %v, want %d", d.missing, missing)
		}
	}
	// A server that changed the content leaves the number to go by: one of them is there.
	d := compare(source, destination)
	d.settle(d.doubts[0], source, destination, nil, nil)
	if len(d.missing) != 1 {
		t.Errorf("missing %v, want one of them", d.missing)
	}
}

func TestForAnyTwoMailboxesNothingIsLostAndNothingDoubled(t *testing.T) {
	t.Parallel()
	for seed := range uint64(500) {
		random := rand.New(rand.NewPCG(seed, 1))
		pick := func() entry {
			return e(strconv.Itoa(random.IntN(4)), random.Int64N(3), random.Int64N(3))
		}
		var source, destination []entry
		for range random.IntN(12) {
			source = append(source, pick())
		}
		for range random.IntN(12) {
			destination = append(destination, pick())
		}
		d := compare(source, destination)
		for _, q := range d.doubts {
			d.settle(q, source, destination, nil, nil)
		}
		counts := map[key]int{}
		for _, m := range source {
			counts[m.key]++
		}
		for _, m := range destination {
			counts[m.key]--
		}
		missing := map[key]int{}
		for _, i := range d.missing {
			missing[source[i].key]++
		}
		for k, n := range counts {
			if missing[k] != max(n, 0) {
				t.Fatalf("seed %d: %d missing of a key, want %d", seed, missing[k], max(n, 0))
			}
		}
		if len(d.missing)+len(d.pairs) != len(source) {
			t.Fatalf("seed %d: %d missing and %d paired of %d", seed, len(d.missing), len(d.pairs), len(source))
		}
	}
}

func TestIdentitySeesThroughWhatServersChange(t *testing.T) {
	t.Parallel()
	for name, pair := range map[string][2]string{
		"folding":        {"Subject: a b\r\nDate: x\r\n", "Date: x\nSubject: a\n b\n"},
		"case of names":  {"MESSAGE-ID: <a@b>\r\n", "Message-Id:  <a@b> \r\n"},
		"8-bit as X":     {"Subject: caf\xe9\r\n", "Subject: cafX\r\n"},
		"other headers":  {"Message-ID: <a@b>\r\nSubject: x\r\n", "Message-ID: <a@b>\r\nSubject: changed\r\n"},
		"folded id":      {"Message-ID:\r\n <a@b>\r\n", "Message-ID: <a@b>\r\n"},
		"nothing at all": {"", "\r\n"},
	} {
		a, _ := identify([]byte(pair[0]))
		b, _ := identify([]byte(pair[1]))
		if a != b {
			t.Errorf("%s: %q and %q have different keys", name, pair[0], pair[1])
		}
	}
	seen := map[key]string{}
	for _, header := range []string{"", "Message-ID: <a>\r\n", "Subject: <a>\r\n", "From: <a>\r\n", "Subject: x\r\nFrom: y\r\n", "Subject: y\r\nFrom: x\r\n", "Message-ID: <>\r\nSubject: x\r\n"} {
		k, _ := identify([]byte(header))
		if other, ok := seen[k]; ok {
			t.Errorf("%q and %q share a key", header, other)
		}
		seen[k] = header
	}
}

func FuzzIdentify(f *testing.F) {
	f.Add([]byte("Message-ID: <a@b>\r\n folded\r\nSubject: \xff\r\r\n\r\n"))
	f.Fuzz(func(_ *testing.T, header []byte) {
		identify(header)
		headerField(header, "Subject")
	})
}
