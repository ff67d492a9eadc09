package compare

import (
	"slices"
	"strings"
	"testing"
)

// e is an entry with the key of a header, for tests.
func e(id string, size, date int64) entry {
	return entry{Identity: Identify([]byte("Message-ID: <" + id + ">\r\n")), Size: size, Date: date}
}

// entry is a Message that is an Entry.
type entry Message

func (e entry) Message() Message { return Message(e) }

// folder gives entries by position.
func folder(entries []entry) Folder { return func(i int32) Message { return entries[i].Message() } }

func TestTheDifferenceIsThatOfMultisets(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		source, destination []entry
		missing             []int32
		likely, ambiguous   int
		surplus             []int32
	}{
		"nothing there":                 {source: []entry{e("a", 1, 1), e("b", 1, 1)}, missing: []int32{0, 1}},
		"there":                         {source: []entry{e("a", 1, 1)}, destination: []entry{e("a", 1, 1)}},
		"there in another size":         {source: []entry{e("a", 36, 1)}, destination: []entry{e("a", 41, 1)}, likely: 1},
		"there with another date":       {source: []entry{e("a", 36, 1)}, destination: []entry{e("a", 36, 2)}, likely: 1},
		"another size and date":         {source: []entry{e("a", 36, 1)}, destination: []entry{e("a", 41, 2)}, ambiguous: 1},
		"another size and no dates":     {source: []entry{e("a", 36, NoDate)}, destination: []entry{e("a", 41, NoDate)}, ambiguous: 1},
		"one of two by size":            {source: []entry{e("a", 1, 1), e("a", 2, 1)}, destination: []entry{e("a", 2, 1)}, ambiguous: 1},
		"one of two by date":            {source: []entry{e("a", 1, 1), e("a", 1, 2)}, destination: []entry{e("a", 1, 1)}, missing: []int32{1}},
		"one of two that look alike":    {source: []entry{e("a", 1, 1), e("a", 1, 1)}, destination: []entry{e("a", 1, 1)}, ambiguous: 1},
		"one of two in another size":    {source: []entry{e("a", 1, 1), e("a", 2, 1)}, destination: []entry{e("a", 3, 1)}, ambiguous: 1},
		"two of three by date":          {source: []entry{e("a", 1, 1), e("a", 1, 1), e("a", 2, 2)}, destination: []entry{e("a", 1, 1), e("a", 1, 1)}, missing: []int32{2}},
		"one and another version":       {source: []entry{e("a", 1, 1), e("a", 2, 2)}, destination: []entry{e("a", 1, 1), e("a", 5, 5)}, ambiguous: 1},
		"more there than here":          {source: []entry{e("a", 1, 1)}, destination: []entry{e("a", 1, 1), e("a", 1, 1)}, surplus: []int32{1}},
		"another version there as well": {source: []entry{e("a", 1, 1)}, destination: []entry{e("a", 7, 7), e("a", 1, 1)}, surplus: []int32{0}},
		"another message there":         {source: []entry{e("a", 1, 1)}, destination: []entry{e("b", 1, 1)}, missing: []int32{0}},
	} {
		d := Folders(c.source, c.destination)
		if !slices.Equal(d.Missing, c.missing) || len(d.Likely) != c.likely || len(d.Ambiguous) != c.ambiguous || !slices.Equal(d.Surplus, c.surplus) {
			t.Errorf("%s: %+v", name, d)
		}
	}
}

func contentOf(text string) *Content {
	d := NewDigest()
	_, _ = d.Write([]byte(text))
	return d.Content()
}

func TestADoubtIsSettledByContents(t *testing.T) {
	t.Parallel()
	source := []entry{e("a", 1, 1), e("a", 1, 1)}
	destination := []entry{e("a", 1, 1)}
	one, two := contentOf("one"), contentOf("two")
	for missing, there := range (Contents{0: two, 1: one}) {
		d := Folders(source, destination)
		d.Settle(d.Ambiguous[0], folder(source), folder(destination), Contents{0: one, 1: two}, Contents{0: there})
		if !slices.Equal(d.Missing, []int32{missing}) {
			t.Errorf("missing %v, want %d", d.Missing, missing)
		}
	}
	// A server that changed the content leaves the number to go by: one of them is there.
	d := Folders(source, destination)
	d.Settle(d.Ambiguous[0], folder(source), folder(destination), nil, nil)
	if len(d.Missing) != 1 {
		t.Errorf("missing %v, want one of them", d.Missing)
	}
}

func TestIdentitySeesThroughWhatServersChange(t *testing.T) {
	t.Parallel()
	for name, pair := range map[string][2]string{
		"folding":                    {"Subject: a b\r\nDate: x\r\n", "Date: x\nSubject: a\n b\n"},
		"folding where no blank was": {"To: a@b,c@d\r\n", "To: a@b,\r\n\tc@d\r\n"},
		"case of names":              {"MESSAGE-ID: <a@b>\r\n", "Message-Id:  <a@b> \r\n"},
		"8-bit as X":                 {"Subject: caf\xe9\r\n", "Subject: cafX\r\n"},
		"8-bit as a question mark":   {"Message-ID: <\xe9a@b>\r\n", "Message-ID: <?a@b>\r\n"},
		"NUL as 0x80":                {"Message-ID: <\x00a@b>\r\n", "Message-ID: <\x80a@b>\r\n"},
		"NUL left out":               {"Message-ID: <\x00a@b>\r\n", "Message-ID: <a@b>\r\n"},
		"other headers":              {"Message-ID: <a@b>\r\nSubject: x\r\n", "Message-ID: <a@b>\r\nSubject: changed\r\n"},
		"folded id":                  {"Message-ID:\r\n <a@b>\r\n", "Message-ID: <a@b>\r\n"},
		"a field that is no field":   {"Subject: x\r\nnonsense\r\n more\r\nTo: y\r\n", "Subject: x\r\nTo: y\r\n"},
		"nothing at all":             {"", "\r\n"},
	} {
		if Identify([]byte(pair[0])).Key != Identify([]byte(pair[1])).Key {
			t.Errorf("%s: %q and %q have different keys", name, pair[0], pair[1])
		}
	}
	seen := map[Key]string{}
	for _, header := range []string{"", "Message-ID: <a>\r\n", "Subject: <a>\r\n", "From: <a>\r\n", "Subject: x\r\nFrom: y\r\n", "Subject: y\r\nFrom: x\r\n", "Message-ID: <>\r\nSubject: x\r\n"} {
		k := Identify([]byte(header)).Key
		if other, ok := seen[k]; ok {
			t.Errorf("%q and %q share a key", header, other)
		}
		seen[k] = header
	}
	if a, b := Identify([]byte("Subject: x\r\n")), Identify([]byte("Message-ID: <a>\r\nDate: y\r\nSubject: x\r\n")); a.Like != b.Like || a.Key == b.Key {
		t.Error("a message is not like the one that it becomes with a Message-ID and a Date")
	}
}

func TestAMessageIsTheSameWithoutTheCarriageReturnsThatEndNoLine(t *testing.T) {
	t.Parallel()
	for name, message := range map[string]string{
		"before each line":     "Date: x\n\rFrom: y\n\rSubject: a\n\r b\n\r\n\rText\n\r",
		"within names":         "Da\rte: x\r\nSub\rject: \ry\r\n\r\nText",
		"in a header alone":    "Date: x\n\r\tz\n\rFrom: y",
		"doubled at each line": "Date: x\r\r\nFrom: y\r\r\n\r\r\nText\r\r\n",
	} {
		// Courier stores none, and ends what has no line end with one.
		stored := strings.ReplaceAll(message, "\r", "") + "\n"
		if !contentOf(message).Same(contentOf(stored)) {
			t.Errorf("%s: %q is not %q", name, message, stored)
		}
		if Identify([]byte(message)) != Identify([]byte(stored)) {
			t.Errorf("%s: %q and %q have different identities", name, message, stored)
		}
	}
}

func FuzzIdentify(f *testing.F) {
	f.Add([]byte("Message-ID: <a@b>\r\n folded\r\nSubject: \xff\r\r\n\r\n"))
	f.Fuzz(func(_ *testing.T, header []byte) { Identify(header) })
}

func FuzzDigest(f *testing.F) {
	f.Add([]byte("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b--\r\n"), 7)
	f.Fuzz(func(t *testing.T, message []byte, at int) {
		whole, parts := NewDigest(), NewDigest()
		_, _ = whole.Write(message)
		at = max(0, min(at, len(message)))
		_, _ = parts.Write(message[:at])
		_, _ = parts.Write(message[at:])
		if a, b := whole.Content(), parts.Content(); !a.Same(b) || a.body != b.body || a.words != b.words {
			t.Error("how a message comes makes a difference")
		}
	})
}
