package joblog

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzLogBytes holds what is stored of any output to its promise: valid UTF-8 without NUL, the same however the output
// comes in pieces, and never a password.
func FuzzLogBytes(f *testing.F) {
	const password = "pa55wörd"
	for _, seed := range []string{"a\x00b\xffc\xe2\x82", "\xf0\x9f\x98\x80", "p\x00a\x005\x005wörd", "pa55w\xc3\xb6rd \xed\xa0\x80", "\xc3"} {
		f.Add([]byte(seed), uint8(1))
	}
	f.Fuzz(func(t *testing.T, output []byte, step uint8) {
		store := func(size int) string {
			var stored bytes.Buffer
			r := newRecorder(1<<30, []string{password}, func(text []byte) { stored.Write(text) }, nil, nil)
			for rest := output; len(rest) > 0; {
				n := min(size, len(rest))
				if _, err := r.Write(rest[:n]); err != nil {
					t.Fatal(err)
				}
				rest = rest[n:]
			}
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			if stored.String() != string(r.gathered) {
				t.Fatalf("parsed %q and stored %q", stored.String(), r.gathered)
			}
			return stored.String()
		}
		whole := store(len(output) + 1)
		if !utf8.ValidString(whole) || strings.ContainsRune(whole, 0) || strings.Contains(whole, password) {
			t.Fatalf("%q is stored as %q", output, whole)
		}
		if pieces := store(int(step) + 1); pieces != whole {
			t.Fatalf("%q is stored as %q, in pieces of %d as %q", output, whole, int(step)+1, pieces)
		}
	})
}
