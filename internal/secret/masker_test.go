package secret_test

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"mailferry/internal/secret"
	canaries "mailferry/internal/testkit/canary"
)

// canary is a password with what its spellings differ in.
const canary = canaries.Source

func TestNoReflectionOfAPasswordPassesTheMasker(t *testing.T) {
	t.Parallel()
	finder := canaries.NewFinder()
	for _, password := range canaries.Passwords() {
		m := secret.NewMasker(canaries.Source, canaries.Destination)
		for _, r := range canaries.Reflections(password) {
			after := " failed"
			if r.Cut {
				after = `") check the password.`
			}
			for _, text := range []string{r.Text, "NO login of " + r.Text, "NO login of " + r.Text + after} {
				got := m.Text(text)
				if found := finder.Find(got); found != "" || strings.Contains(got, password[:4]) {
					t.Errorf("%s: %q became %q, which holds %q", r.Name, text, got, found)
				}
				if text != r.Text && !strings.HasPrefix(got, "NO login of ") {
					t.Errorf("%s: %q lost what is no secret", r.Name, got)
				}
			}
		}
	}
	blanks := secret.NewMasker("two  blanks ")
	for _, text := range []string{"NO two  blanks  here", "NO two blanks", "NO two blanks here"} {
		if got := blanks.Text(text); strings.Contains(got, "blanks") {
			t.Errorf("%q became %q", text, got)
		}
	}
}

// What could be a part of a secret, and what looks as if something were left out of it, stays where no secret is.
func TestATextWithoutASecretStaysAsItIs(t *testing.T) {
	t.Parallel()
	m := secret.NewMasker(canaries.Source, canaries.Destination)
	for _, text := range []string{
		"", "…", "K…", "Ka… and more…", "Folder [Kanal]  two  blanks", `C:\new\folder \u{202E} \x1b`, "broken � bytes", "Ä…ä",
		strings.Repeat("msg INBOX/1 {100} copied to INBOX/1 ", 100),
	} {
		if got := m.Text(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
	for _, short := range []string{"a", "ab", "abc"} {
		if got := secret.NewMasker(short).Text("ab abc a abcd"); strings.Contains(" "+got+" ", " "+short+" ") || !strings.Contains(got, "abcd") {
			t.Errorf("a secret of %d bytes: %q", len(short), got)
		}
	}
}

func TestTheMaskerReachesEveryTextOfAValue(t *testing.T) {
	t.Parallel()
	type inner struct {
		Reason  string
		Further *string
	}
	type outer struct {
		Folder string
		Names  []string
		List   []inner
		More   []*inner
		ByName map[string]string
		Any    any
		Bytes  []byte
		N      int
		hidden string
	}
	further := "x " + canary
	v := outer{
		Folder: canary, Names: []string{"a", canary}, List: []inner{{Reason: canary, Further: &further}}, More: []*inner{nil, {Reason: canary}},
		ByName: map[string]string{"k": canary}, Any: inner{Reason: canary}, Bytes: []byte("bytes"), N: 7, hidden: "hidden",
	}
	secret.NewMasker(canary).Value(&v)
	if text := fmt.Sprintf("%+v %+v %s", v, *v.More[1], *v.List[0].Further); strings.Contains(text, "v0gel") {
		t.Errorf("left: %s", text)
	}
	if v.Names[0] != "a" || v.N != 7 || string(v.Bytes) != "bytes" || v.hidden != "hidden" {
		t.Errorf("changed: %+v", v)
	}
	var nothing *outer
	secret.NewMasker(canary).Value(nothing)
	secret.NewMasker(canary).Value(nil)
}

func TestSignsThatHideOrTurnATextAreLeftOut(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"INBOX/\u202Egpj.exe": "INBOX/gpj.exe", "a\x1b[31mred": "a[31mred", "one\r\ntwo\tthree": "one two three",
		"Bücher 日本 👩‍💻 نامه": "Bücher 日本 👩‍💻 نامه", "\u2066left\u2069": "left", "zero\u200bwidth": "zerowidth", "c1\u009bm": "c1m", "": "",
	} {
		if got := secret.Visible(text); got != want {
			t.Errorf("Visible(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestAHexadecimalSpellingIsNotPromised(t *testing.T) {
	t.Parallel()
	// docs/security.md says so: whoever changes this changes that.
	if text := hex.EncodeToString([]byte(canary)); secret.NewMasker(canary).Text(text) != text {
		t.Error("masked after all")
	}
}
