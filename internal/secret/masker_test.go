package secret_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"mailferry/internal/secret"
)

// canary is a password with what its spellings differ in.
const canary = `Kana ri/en"vogel&ä+\7`

// wide is a text in UTF-16, big end first.
func wide(s string) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune(s)) {
		b.WriteByte(byte(unit >> 8))
		b.WriteByte(byte(unit))
	}
	return b.String()
}

// reflections are the ways in which a host may say a password that it was given.
func reflections(password string) map[string]string {
	std, comma := base64.StdEncoding.EncodeToString, strings.NewReplacer("/", ",", "=", "")
	return map[string]string{
		"clear":                        password,
		"in quotes":                    strconv.Quote(password),
		"IMAP quoted":                  strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(password),
		"base64":                       std([]byte(password)),
		"base64 for URLs":              base64.URLEncoding.EncodeToString([]byte(password)),
		"base64 without padding":       base64.RawStdEncoding.EncodeToString([]byte(password)),
		"PLAIN":                        std([]byte("\x00info@example.org\x00" + password)),
		"PLAIN with an authorisation":  std([]byte("info\x00master\x00" + password)),
		"PLAIN of a longer user":       std([]byte("\x00information@example.org\x00" + password)),
		"CRAM-like":                    std([]byte("info " + password + " more")),
		"XOAUTH2":                      std([]byte("user=info\x01auth=Bearer " + password + "\x01\x01")),
		"a query":                      url.QueryEscape(password),
		"a path":                       url.PathEscape(password),
		"an address":                   url.UserPassword("info", password).String(),
		"JSON":                         `{"password":` + strconv.QuoteToASCII(password) + `}`,
		"HTML":                         strings.NewReplacer("&", "&amp;", `"`, "&quot;").Replace(password),
		"a folder's name":              `Kana ri/en"vogel&-&AOQ-+\7`,
		"a folder's name, all encoded": "&" + comma.Replace(std([]byte(wide(password)))) + "-",
		"a folder's name with a start": "&" + comma.Replace(std([]byte(wide("x"+password)))) + "-",
		"UTF-7":                        "+" + strings.TrimRight(std([]byte(wide(password))), "=") + "-",
		"Latin-1 taken for UTF-8":      strings.ReplaceAll(password, "ä", "Ã¤"),
		"without its blanks' width":    strings.ReplaceAll(password, " ", "  "),
		"with NUL between":             strings.Join(strings.Split(password, ""), "\x00"),
		"with a bell in it":            password[:4] + "\a" + password[4:],
		"with a joiner of no width":    password[:4] + "\u200b" + password[4:],
		"with a direction in it":       password[:4] + "\u202e" + password[4:],
		"with a byte order mark":       password[:4] + "\ufeff" + password[4:],
		"over two lines":               strings.Replace(password, " ", "\r\n", 1),
		"with a tab":                   strings.Replace(password, " ", "\t", 1),
		"cut":                          password[:12] + "…",
		"cut early":                    password[:4] + "…",
	}
}

func TestNoReflectionOfAPasswordPassesTheMasker(t *testing.T) {
	t.Parallel()
	m := secret.NewMasker(canary, "another one")
	for name, reflected := range reflections(canary) {
		text := m.Text("NO login of " + reflected)
		if !strings.HasSuffix(name, "early") && !strings.HasPrefix(name, "cut") {
			text = m.Text("NO login of " + reflected + " failed")
		}
		for _, rest := range []string{"Kana ri", "vogel", base64.RawStdEncoding.EncodeToString([]byte(canary))[4:12]} {
			if strings.Contains(text, rest) {
				t.Errorf("%s: %q holds %q", name, text, rest)
			}
		}
		if !strings.HasPrefix(text, "NO login of ") {
			t.Errorf("%s: %q lost what is no secret", name, text)
		}
	}
	blanks := secret.NewMasker("two  blanks ")
	for _, text := range []string{"NO two  blanks  here", "NO two blanks", "NO two blanks here"} {
		if got := blanks.Text(text); strings.Contains(got, "blanks") {
			t.Errorf("%q became %q", text, got)
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
	if text := fmt.Sprintf("%+v %+v %s", v, *v.More[1], *v.List[0].Further); strings.Contains(text, "vogel") {
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
