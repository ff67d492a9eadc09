package secret

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestRedactorMasksEverySpelling(t *testing.T) {
	t.Parallel()
	const password = `pä$s "wo\rd'<&/+1=`
	jsonText, _ := json.Marshal(password)
	var latin strings.Builder
	for i := range len(password) {
		latin.WriteRune(rune(password[i]))
	}
	for name, spelled := range map[string]string{
		"clear":           password,
		"twice":           password + password,
		"IMAP quoted":     `pä$s \"wo\\rd'<&/+1=`,
		"Perl single":     `pä$s "wo\\rd\'<&/+1=`,
		"shell":           `pä$s "wo\rd'\''<&/+1=`,
		"Perl double":     `pä\$s \"wo\\rd'<&/+1=`,
		"Go":              strconv.Quote(password),
		"Go ASCII":        strconv.QuoteToASCII(password),
		"JSON":            string(jsonText),
		"JSON, slashes":   `pä$s \"wo\\rd'<&\/+1=`,
		"URL query":       url.QueryEscape(password),
		"URL path":        url.PathEscape(password),
		"URL user":        url.UserPassword("u", password).String(),
		"percent, lower":  strings.ToLower(percentEncode(password, '%', "0123456789ABCDEF", isAlphanumeric)),
		"HTML":            `pä$s &quot;wo\rd&#39;&lt;&amp;/+1=`,
		"encoded twice":   latin.String(),
		"base64":          base64.StdEncoding.EncodeToString([]byte(password)),
		"base64 for URLs": base64.RawURLEncoding.EncodeToString([]byte(password)),
		"SASL PLAIN":      base64.StdEncoding.EncodeToString([]byte("\x00anna@example.org\x00" + password)),
		"SASL, 2nd third": base64.StdEncoding.EncodeToString([]byte("\x00anna@example.com\x00x" + password)),
		"SASL, 3rd third": base64.StdEncoding.EncodeToString([]byte("\x00anna@example.com\x00xy" + password)),
		"base64, inside":  base64.StdEncoding.EncodeToString([]byte("auth=" + password + " and more text")),
	} {
		got := Redact("before "+spelled+" after\n", "other one", password)
		if !strings.HasPrefix(got, "before ") || !strings.HasSuffix(got, " after\n") || !strings.Contains(got, "***") {
			t.Errorf("%s: %q became %q", name, spelled, got)
		}
		// Five characters in a row of the password, in any spelling, would be more than chance.
		for i := range len(spelled) - 5 {
			part := spelled[i : i+5]
			user := "anna@example"
			if strings.Contains(got, part) && !strings.Contains(user, part) && strings.Contains(spelled, "rd") {
				t.Errorf("%s: %q is left in %q", name, part, got)
			}
		}
	}
}

// Base64 digits at the edges of the secret hold some of its bits.
func TestRedactorMasksTheEdgesOfBase64(t *testing.T) {
	t.Parallel()
	for lead := range 3 {
		for trail := range 3 {
			prefix, suffix := strings.Repeat("\x00", 30+lead), strings.Repeat("\x00", 30+trail)
			text := base64.StdEncoding.EncodeToString([]byte(prefix + "hunter2!" + suffix))
			got := Redact(text, "hunter2!")
			if rest := strings.Trim(strings.ReplaceAll(got, "***", ""), "A="); rest != "" {
				t.Errorf("lead %d, trail %d: %q became %q, which still shows %q", lead, trail, text, got, rest)
			}
		}
	}
}

func TestRedactorMasksShortSecretsAsWordsOnly(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"login u abc\n":     "login u ***\n",
		"abc":               "***",
		"pass=abc;":         "pass=***;",
		"abcdef xabc äabc":  "abcdef xabc äabc",
		"alphabet":          "alphabet",
		"YWJj":              "***",
		"abc abc,abc\nabcd": "*** ***,***\nabcd",
	} {
		if got := Redact(text, "abc", ""); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestRedactorPassesOrdinaryTextOnAtOnce(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	r := NewRedactor(&out, "s3cret pass", "än0ther", "xy")
	var want string
	for i := range 1000 {
		line := fmt.Sprintf("msg %d/1000 copied to INBOX, s3 sec\r\n", i)
		if _, err := r.Write([]byte(line)); err != nil {
			t.Fatal(err)
		}
		want += line
		if out.String() != want {
			t.Fatalf("line %d was held back: %q", i, want[out.Len():])
		}
	}
}

func TestRedactorSplitAnywhere(t *testing.T) {
	t.Parallel()
	text := "1 LOGIN \"u\" \"pa55word\"\n2 " + base64.StdEncoding.EncodeToString([]byte("\x00u\x00pa55word")) + " pa55wor pa55wordpa55word xyz xyzzy\n"
	want := Redact(text, "pa55word", "xyz")
	for i := range len(text) {
		for j := i; j <= len(text); j++ {
			var out bytes.Buffer
			r := NewRedactor(&out, "pa55word", "xyz")
			for _, part := range []string{text[:i], text[i:j], text[j:]} {
				_, _ = r.Write([]byte(part))
			}
			_ = r.Flush()
			if out.String() != want {
				t.Fatalf("split at %d and %d: %q, want %q", i, j, out.String(), want)
			}
		}
	}
}

func TestRedactorHoldsBackABoundedAmountOfASelfRepeatingSecret(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	r := NewRedactor(&out, "abab")
	for range 100_000 {
		_, _ = r.Write([]byte("ab"))
		if len(r.buf) > 16 {
			t.Fatalf("holds back %d bytes", len(r.buf))
		}
	}
	_, _ = r.Write([]byte("!"))
	_ = r.Flush()
	if out.String() != "***!" {
		t.Errorf("%.40q…, want one mask", out.String())
	}
}

func TestRedactorRepeatsTheErrorOfItsWriter(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	r := NewRedactor(failingWriter{full}, "secret")
	for range 2 {
		if _, err := r.Write([]byte("text\n")); !errors.Is(err, full) {
			t.Errorf("error %v, want %v", err, full)
		}
	}
	if err := r.Flush(); !errors.Is(err, full) {
		t.Errorf("error of Flush %v, want %v", err, full)
	}
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

// FuzzRedactor holds the Redactor against a plain reading of its promise: what is hidden is the union of all
// occurrences of all spellings, everything else passes unchanged, whatever way the text is split, and no more than
// the longest spelling is held back.
func FuzzRedactor(f *testing.F) {
	f.Add([]byte("user pa55word rest"), "pa55word", "xy", uint8(3))
	f.Add([]byte("abababab ab"), "abab", "bab", uint8(1))
	f.Add([]byte("aaaa***a****"), "a***", "***", uint8(2))
	f.Add([]byte(base64.StdEncoding.EncodeToString([]byte("12hunter2 and"))), "hunter2", "", uint8(5))
	f.Add([]byte("\xff\xfe pass\x00word"), "pass\x00word", "\xff\xfe\xfd\xfc", uint8(1))
	f.Add([]byte("x=1 x=12"), "1", "é", uint8(1))
	f.Fuzz(func(t *testing.T, text []byte, one, two string, step uint8) {
		if len(one)+len(two) > 64 || len(text) > 2000 {
			t.Skip()
		}
		var out bytes.Buffer
		r := NewRedactor(&out, one, two)
		longest := 0
		for _, form := range r.forms {
			longest = max(longest, len(form.text))
		}
		for rest := text; len(rest) > 0; {
			n := min(int(step)+1, len(rest))
			if _, err := r.Write(rest[:n]); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
			if len(r.buf)-r.done > longest+2 {
				t.Fatalf("holds back %d bytes, the longest spelling has %d", len(r.buf)-r.done, longest)
			}
		}
		if err := r.Flush(); err != nil {
			t.Fatal(err)
		}
		if want := naive(text, r.forms, r.mask); !bytes.Equal(out.Bytes(), want) {
			t.Fatalf("%q with secrets %q and %q, split by %d: %q, want %q", text, one, two, int(step)+1, out.Bytes(), want)
		}
		for _, s := range []string{one, two} {
			if len(s) >= shortSecret && bytes.Contains(out.Bytes(), []byte(s)) && !bytes.Contains(r.mask, []byte(string(utf8.RuneError))) {
				t.Fatalf("%q passed: %q became %q", s, text, out.Bytes())
			}
		}
	})
}

func naive(text []byte, forms []form, mask []byte) []byte {
	hidden := make([]bool, len(text))
	for _, f := range forms {
		for i := 0; i+len(f.text) <= len(text); i++ {
			from, to := i, i+len(f.text)
			if !bytes.Equal(text[from:to], f.text) {
				continue
			}
			if f.word && (from > 0 && isWordByte(text[from-1]) || to < len(text) && isWordByte(text[to])) {
				continue
			}
			if f.before && from > 0 && isBase64Digit(text[from-1]) {
				from--
			}
			if f.after && to < len(text) && isBase64Digit(text[to]) {
				to++
			}
			for j := from; j < to; j++ {
				hidden[j] = true
			}
		}
	}
	var out []byte
	for i, c := range text {
		switch {
		case !hidden[i]:
			out = append(out, c)
		case i == 0 || !hidden[i-1]:
			out = append(out, mask...)
		}
	}
	return out
}
