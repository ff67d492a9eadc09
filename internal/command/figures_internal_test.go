package command

import (
	"testing"
	"time"
)

func TestFiguresReadAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for n, want := range map[float64]string{0: "0 B", 999: "999 B", 1000: "1.0 kB", 999_949: "999.9 kB", 999_951: "1.0 MB", 12_345_678: "12.3 MB", 5e12: "5.0 TB", 5e15: "5000.0 TB"} {
		if got := byteText(n); got != want {
			t.Errorf("%.0f bytes are %q, want %q", n, got, want)
		}
	}
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1234: "-1,234", -123: "-123"} {
		if got := countText(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
	for d, want := range map[time.Duration]string{
		0: "0 s", 59600 * time.Millisecond: "1 min 0 s", 200 * time.Second: "3 min 20 s", 2*time.Hour + 5*time.Minute: "2 h 5 min",
	} {
		if got := durationText(d); got != want {
			t.Errorf("%s is %q, want %q", d, got, want)
		}
	}
	for done, want := range map[float64]string{-1: "[....]", 0: "[....]", 0.5: "[##..]", 0.99: "[###.]", 1: "[####]", 2: "[####]"} {
		if got := bar(done, 6); got != want {
			t.Errorf("the bar of %v is %q, want %q", done, got, want)
		}
	}
}

func TestTextIsCutByTheColumnsThatItTakes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text string
		room int
		want string
	}{
		{"short", 5, "short"}, {"longer", 5, "long…"}, {"日本語", 6, "日本語"}, {"日本語", 5, "日本…"}, {"日本語", 4, "日…"},
		{"e\u0301e\u0301e\u0301", 3, "e\u0301e\u0301e\u0301"}, {"e\u0301e\u0301e\u0301", 2, "e\u0301…"}, {"any", 1, "…"}, {"any", 0, ""}, {"", 0, ""},
	} {
		if got := fitted(test.text, test.room); got != test.want || breadth(got) > test.room {
			t.Errorf("%q in %d columns is %q, want %q", test.text, test.room, got, test.want)
		}
	}
}

func TestNothingThatATerminalObeysIsPrinted(t *testing.T) {
	t.Parallel()
	const text = "a\x1b[2J\x9b\u009b1m\u202eb\tc\r\nd\x07"
	if got, want := harmless(text, false), "a\ufffd[2J\ufffd\ufffd1m\ufffdb c  d\ufffd"; got != want {
		t.Errorf("it is %q, want %q", got, want)
	}
	if got, want := harmless(text, true), "a\ufffd[2J\ufffd\ufffd1m\ufffdb\tc\r\nd\ufffd"; got != want {
		t.Errorf("with lines it is %q, want %q", got, want)
	}
}
