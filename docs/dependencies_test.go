package docs_test

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestEveryDirectDependencyHasItsReason(t *testing.T) {
	t.Parallel()
	page := read(t, filepath.Join(root, "docs", "dependencies.md"))
	edit := exec.CommandContext(t.Context(), "go", "mod", "edit", "-json")
	edit.Dir = root
	text, err := edit.Output()
	if err != nil {
		t.Fatal(err)
	}
	var module struct {
		Require []struct {
			Path     string
			Indirect bool
		}
		Tool []struct{ Path string }
	}
	if err := json.Unmarshal(text, &module); err != nil {
		t.Fatal(err)
	}
	direct := make(map[string]bool)
	for _, require := range module.Require {
		if !require.Indirect {
			direct[require.Path] = true
		}
		for _, tool := range module.Tool {
			if tool.Path == require.Path || strings.HasPrefix(tool.Path, require.Path+"/") {
				direct[require.Path] = true
			}
		}
	}
	var packages struct{ Dependencies, DevDependencies map[string]string }
	if err := json.Unmarshal([]byte(read(t, filepath.Join(root, "web", "package.json"))), &packages); err != nil {
		t.Fatal(err)
	}
	for name := range packages.Dependencies {
		direct[name] = true
	}
	for name := range packages.DevDependencies {
		direct[name] = true
	}
	if len(direct) < 30 {
		t.Fatalf("found %d direct dependencies only", len(direct))
	}
	named := make(map[string]bool)
	for line := range strings.Lines(page) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 {
			continue
		}
		for _, match := range span.FindAllStringSubmatch(cells[1], -1) {
			named[match[1]] = true
			if !direct[match[1]] {
				t.Errorf("docs/dependencies.md tells of %s, which nothing depends on directly", match[1])
			}
		}
	}
	for name := range direct {
		if !named[name] {
			t.Errorf("docs/dependencies.md gives no reason for %s: a row of a table, with the name in backquotes", name)
		}
	}
}
