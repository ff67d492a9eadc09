package mailsync

import (
	"math"
	"os"
	"path/filepath"
	"testing"
	"unsafe"
)

func TestAnEntryIsSmallAndKeepsSizesAndDates(t *testing.T) {
	t.Parallel()
	if size := unsafe.Sizeof(entry{}); size != 32 {
		t.Errorf("an entry takes %d bytes", size)
	}
	var e entry
	for _, date := range []int64{0, 1, -1, -315619200, 7226582400, 1 << 31, 1 << 32, 1<<38 + 5, -1 << 38, noDate} {
		if e.setDate(date); e.date() != date {
			t.Errorf("%d came back as %d", date, e.date())
		}
	}
	if e.setDate(math.MaxInt64); e.date() != noDate {
		t.Errorf("a date beyond all came back as %d", e.date())
	}
	for size, want := range map[int64]int64{0: 0, 5: 5, -1: 0, 1 << 31: 1 << 31, math.MaxUint32: math.MaxUint32, 1 << 40: math.MaxUint32} {
		if e.setSize(size); e.size() != want {
			t.Errorf("%d came back as %d", size, e.size())
		}
	}
}

// numbered is an item of which every field is its own.
func numbered(n int) item {
	it := item{source: uint16(n % 3)}
	it.uid, it.flags, it.strong = uint32(n+1), flagSet(n%7), n%2 == 0
	it.key, it.like = key{byte(n), byte(n >> 8), byte(n >> 16), 1}, key{byte(n), 2}
	it.setSize(int64(n) * 100)
	it.setDate(int64(n) - 50)
	return it
}

func TestABacklogGivesBackWhatItWasGiven(t *testing.T) {
	t.Parallel()
	for name, dir := range map[string]string{"in a file": t.TempDir(), "without room for a file": filepath.Join(t.TempDir(), "missing")} {
		const n = 2*portionItems + 77
		task := &task{}
		task.give(dir, n, numbered)
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%s: %d files have a name", name, len(left))
		}
		all := task.items
		for task.rest.size() > 0 {
			more, err := task.rest.take(portionItems)
			if err != nil || len(more) > portionItems {
				t.Fatalf("%s: %d items: %v", name, len(more), err)
			}
			all = append(all, more...)
		}
		if len(all) != n {
			t.Fatalf("%s: %d items", name, len(all))
		}
		for i := range all {
			if all[i] != numbered(i) {
				t.Fatalf("%s: item %d came back as %+v", name, i, all[i])
			}
		}
		if task.rest.file != nil {
			t.Errorf("%s: the file is still open", name)
		}
	}
}

func TestKeysThatMoreThanOneMessageHasAreKnown(t *testing.T) {
	t.Parallel()
	task := &task{}
	task.give(t.TempDir(), portionItems+1, func(i int) item {
		if i == portionItems {
			i = 3
		}
		return numbered(i)
	})
	if again := numbered(3).key; !task.rest.repeated.has(again) {
		t.Error("the key of the first and the last is not among them")
	}
}
