package docs_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// rule is one of depguard's in .golangci.yml.
type rule struct {
	Files []string
	Allow []string
	Deny  []struct{ Pkg, Desc string }
}

func TestTheTableOfImportsIsTheLintersOwn(t *testing.T) {
	t.Parallel()
	var config struct {
		Linters struct {
			Settings struct {
				Depguard struct{ Rules yaml.MapSlice }
			}
		}
	}
	text := read(t, filepath.Join(root, ".golangci.yml"))
	if err := yaml.Unmarshal([]byte(text), &config); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("| packages | may import of Mailferry | because |\n| --- | --- | --- |\n")
	for _, item := range config.Linters.Settings.Depguard.Rules {
		var r rule
		if again, err := yaml.Marshal(item.Value); err != nil {
			t.Fatal(err)
		} else if err := yaml.Unmarshal(again, &r); err != nil {
			t.Fatal(err)
		}
		packages := r.packages()
		for _, p := range packages {
			if found, err := filepath.Glob(filepath.Join(root, p)); !strings.Contains(p, " ") && (err != nil || len(found) == 0) {
				t.Errorf("rule %v is about %s, which is not there", item.Key, p)
			}
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", code(packages), r.imports(), r.reasons())
	}
	if n := strings.Count(b.String(), "\n"); n < 12 {
		t.Fatalf("found %d rules only", n-2)
	}
	compare(t, filepath.Join(root, "docs", "architecture.md"), "imports", b.String())
}

// packages are the folders that the rule is about, as paths below the repository.
func (r rule) packages() (found []string) {
	var without []string
	for _, file := range r.Files {
		folder, excepted := strings.CutPrefix(file, "!")
		folder = strings.TrimRight(strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(folder, "**/"), "**"), "*.go"), "/")
		switch {
		case folder == "$test":
		case excepted:
			without = append(without, folder)
		default:
			found = append(found, folder)
		}
	}
	if len(found) == 0 {
		return []string{"all packages but " + code(without)}
	}
	return found
}

// imports say what may be imported: a list where the whole module is denied, else all but a list.
func (r rule) imports() string {
	var denied []string
	for _, d := range r.Deny {
		denied = append(denied, strings.TrimPrefix(d.Pkg, "mailferry/"))
	}
	allowed := make([]string, len(r.Allow))
	for i, pkg := range r.Allow {
		allowed[i] = strings.TrimPrefix(pkg, "mailferry/")
	}
	whole := slices.Contains(denied, "mailferry")
	switch {
	case whole && len(allowed) == 0:
		return "nothing"
	case whole:
		return code(allowed)
	case len(allowed) == 0:
		return "all but " + code(denied)
	}
	return "of " + code(denied) + " only " + code(allowed) + "; all else"
}

func (r rule) reasons() string {
	var reasons []string
	for _, d := range r.Deny {
		if !slices.Contains(reasons, d.Desc) {
			reasons = append(reasons, d.Desc)
		}
	}
	return strings.Join(reasons, "; ")
}

func code(words []string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		if quoted[i] = word; !strings.Contains(word, " ") {
			quoted[i] = "`" + word + "`"
		}
	}
	return strings.Join(quoted, ", ")
}

// compare holds what stands between two marks of a page to what it should be, or writes it there.
func compare(t *testing.T, path, mark, want string) {
	t.Helper()
	begin, end := "<!-- "+mark+": begin -->\n", "<!-- "+mark+": end -->"
	before, rest, found := strings.Cut(read(t, path), begin)
	got, after, ended := strings.Cut(rest, end)
	if !found || !ended {
		t.Fatalf("%s has no marks %q and %q", path, begin, end)
	}
	if got == want {
		return
	}
	if !*update {
		t.Errorf("%s: the table of %s is stale; `go test ./docs -update` writes it anew. It should be:\n%s", path, mark, want)
		return
	}
	if err := os.WriteFile(path, []byte(before+begin+want+end+after), 0o600); err != nil {
		t.Fatal(err)
	}
}
