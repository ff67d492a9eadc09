// Package docs_test holds the documents to the code: what they name must exist, what they promise to list must be listed.
package docs_test

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// update has the test write what it makes from other files instead of comparing it.
var update = flag.Bool("update", false, "write the tables that are made from other files")

// root is the repository.
const root = ".."

// documents are all pages that are written by hand, as paths below root.
func documents(t *testing.T) []string {
	t.Helper()
	var found []string
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md", "deploy/*.md", ".github/*.md", ".github/*/*.md"} {
		matches, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, matches...)
	}
	if len(found) < 10 {
		t.Fatalf("found %d documents only", len(found))
	}
	return found
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var (
	fence = regexp.MustCompile("(?s)```.*?```")
	span  = regexp.MustCompile("`([^`\n]+)`")
	link  = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	name  = regexp.MustCompile(`^[a-z][a-z0-9]*(\.[A-Za-z][A-Za-z0-9]*)+$`)
	place = regexp.MustCompile(`^(\.github|bench|deploy|docs|e2e|graph|internal|migrations|scripts|web)/[^ …]*$|^[a-zA-Z]+\.(go|graphqls|mod|md|yml)$|^Makefile$`)
)

func TestEveryLinkOfADocumentLeadsSomewhere(t *testing.T) {
	t.Parallel()
	for _, path := range documents(t) {
		for _, match := range link.FindAllStringSubmatch(fence.ReplaceAllString(read(t, path), ""), -1) {
			target, anchor, _ := strings.Cut(match[1], "#")
			if strings.Contains(target, ":") {
				continue // of the web
			}
			file := filepath.Join(filepath.Dir(path), target)
			if target == "" {
				file = path
			}
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s: the link to %s: %v", path, match[1], err)
			} else if anchor != "" && !slices.Contains(anchors(read(t, file)), anchor) {
				t.Errorf("%s: %s has no heading for #%s", path, file, anchor)
			}
		}
	}
}

// anchors are those of the headings of a page, as GitHub makes them.
func anchors(text string) (found []string) {
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		anchor := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(heading[1]), "")
		found = append(found, strings.ReplaceAll(anchor, " ", "-"))
	}
	return found
}

func TestEveryPathThatADocumentNamesExists(t *testing.T) {
	t.Parallel()
	checked, names := 0, fileNames(t)
	for _, path := range documents(t) {
		if filepath.Base(path) == "CHANGELOG.md" {
			continue // it tells of the past
		}
		for _, match := range span.FindAllStringSubmatch(fence.ReplaceAllString(read(t, path), ""), -1) {
			if !place.MatchString(match[1]) {
				continue
			}
			checked++
			if names[match[1]] {
				continue // without its folder, which the sentence names
			}
			found, err := filepath.Glob(filepath.Join(root, match[1]))
			if err == nil && len(found) == 0 {
				found, err = filepath.Glob(filepath.Join(filepath.Dir(path), match[1]))
			}
			if err != nil || len(found) == 0 {
				t.Errorf("%s: there is no %s", path, match[1])
			}
		}
	}
	if checked < 30 {
		t.Errorf("found %d paths only", checked)
	}
}

// fileNames are the names of all files of the repository, without their folders.
func fileNames(t *testing.T) map[string]bool {
	t.Helper()
	names := make(map[string]bool)
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == ".git") {
			return filepath.SkipDir
		}
		names[filepath.Base(path)] = true
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestEveryNameInTheArchitectureIsInTheCode(t *testing.T) {
	t.Parallel()
	names := declared(t)
	checked := 0
	for _, path := range append([]string{filepath.Join(root, "docs", "architecture.md")}, decisions(t)...) {
		for _, match := range span.FindAllStringSubmatch(fence.ReplaceAllString(read(t, path), ""), -1) {
			if !name.MatchString(match[1]) || place.MatchString(match[1]) {
				continue
			}
			pkg, rest, _ := strings.Cut(match[1], ".")
			if names[pkg] == nil {
				t.Errorf("%s: %s: there is no package %s", path, match[1], pkg)
				continue
			}
			checked++
			if !names[pkg][rest] {
				t.Errorf("%s: package %s has no %s", path, pkg, rest)
			}
		}
	}
	if checked < 60 {
		t.Errorf("found %d names only", checked)
	}
}

func decisions(t *testing.T) []string {
	t.Helper()
	pages, err := filepath.Glob(filepath.Join(root, "docs", "decisions", "*.md"))
	if err != nil || len(pages) == 0 {
		t.Fatalf("decisions: %v, %v", pages, err)
	}
	return pages
}

// declared are the names of the product's packages: what each declares at its top level, and methods and fields as
// Type.Name. Where a package of the test kit has the name of another, the other counts.
func declared(t *testing.T) map[string]map[string]bool {
	t.Helper()
	names := make(map[string]map[string]bool)
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			switch entry.Name() {
			case "node_modules", "testdata", "testkit", ".git", "bench", "bin", "data":
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "generated.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		pkg := file.Name.Name
		if pkg == "main" && filepath.Dir(path) != root {
			return nil
		}
		if names[pkg] == nil {
			names[pkg] = make(map[string]bool)
		}
		for _, declaration := range file.Decls {
			add(names[pkg], declaration)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// add notes what a declaration declares.
func add(names map[string]bool, declaration ast.Decl) {
	switch d := declaration.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			names[d.Name.Name] = true
			return
		}
		names[receiver(d.Recv.List[0].Type)+"."+d.Name.Name] = true
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.ValueSpec:
				for _, ident := range s.Names {
					names[ident.Name] = true
				}
			case *ast.TypeSpec:
				names[s.Name.Name] = true
				ast.Inspect(s.Type, func(n ast.Node) bool {
					if field, ok := n.(*ast.Field); ok {
						for _, ident := range field.Names {
							names[s.Name.Name+"."+ident.Name] = true
						}
					}
					return true
				})
			}
		}
	}
}

// receiver is the name of the type that a method belongs to.
func receiver(expr ast.Expr) string {
	switch e := expr.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	default:
		return ""
	}
}
