package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

// module is what `go list -json` says of the module that a package belongs to.
type module struct {
	Path    string
	Version string
	Dir     string
	Main    bool
	Replace *module
}

// goComponents are the Go modules that the binary, the tests and the tools of go.mod are made of, and Go itself.
func goComponents(ctx context.Context) ([]Component, error) {
	shipped := make(map[string]bool)
	// The systems for which the binary is built.
	for _, system := range []string{"linux", "darwin"} {
		modules, err := modulesOf(ctx, system, ".")
		if err != nil {
			return nil, err
		}
		for _, m := range modules {
			shipped[m.Path] = true
		}
	}
	all, err := modulesOf(ctx, "", "-test", "./...", "tool")
	if err != nil {
		return nil, err
	}
	for _, system := range []string{"linux", "darwin"} {
		modules, err := modulesOf(ctx, system, ".")
		if err != nil {
			return nil, err
		}
		all = append(all, modules...)
	}
	root, err := goEnvironment(ctx, "GOROOT")
	if err != nil {
		return nil, err
	}
	all = append(all, module{Path: "Go", Version: runtime.Version(), Dir: root})
	shipped["Go"] = true

	var components []Component
	for _, m := range all {
		if m.Main || slices.ContainsFunc(components, func(c Component) bool { return c.Name == m.Path }) {
			continue
		}
		texts, licenses, err := licensesIn(m.Dir)
		if err != nil {
			return nil, fmt.Errorf("licence of %s: %w", m.Path, err)
		}
		if slices.ContainsFunc(texts, isListing) && !slices.Contains(listingsRead, m.Path) {
			licenses = append(licenses, "a list of others' works that nobody has read")
		}
		components = append(components, Component{Name: m.Path, Version: m.Version, Shipped: shipped[m.Path], Licenses: licenses, Installed: true, Texts: texts})
	}
	return components, nil
}

// modulesOf are the modules of the packages named, and of all that those import, for one operating system; this
// machine's without one.
func modulesOf(ctx context.Context, system string, packages ...string) ([]module, error) {
	list := exec.CommandContext(ctx, "go", append([]string{"list", "-deps", "-json=Module"}, packages...)...)
	if system != "" {
		list.Env = append(os.Environ(), "GOOS="+system)
	}
	list.Stderr = os.Stderr
	out, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	var modules []module
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p struct {
			Module *module
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) { //nolint:musttag // go list writes the names of the fields as they are
			return modules, nil
		} else if err != nil {
			return nil, fmt.Errorf("read go list: %w", err)
		}
		if p.Module == nil {
			continue // of the standard library
		}
		m := *p.Module
		if m.Replace != nil {
			m.Dir = m.Replace.Dir
		}
		if !slices.ContainsFunc(modules, func(other module) bool { return other.Path == m.Path }) {
			modules = append(modules, m)
		}
	}
}

func goEnvironment(ctx context.Context, name string) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", name).Output()
	return strings.TrimSpace(string(out)), err
}

// licenseFile matches the names under which licences lie in the folder of a module or package.
var licenseFile = regexp.MustCompile(`(?i)^((un)?licen[cs]e|copying|notice)([-._].*)?$`)

// isListing says whether a file lists works of others with their licences, those that are in no program among them.
func isListing(path string) bool {
	name := strings.ToLower(filepath.Base(path))
	return strings.Contains(name, "3rd-party") || strings.Contains(name, "third-party")
}

// licensesIn reads the licence files of a folder.
func licensesIn(folder string) (texts, licenses []string, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, nil, err
	}
	for _, entry := range entries {
		if entry.IsDir() || !licenseFile.MatchString(entry.Name()) {
			continue
		}
		path := filepath.Join(folder, entry.Name())
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, nil, err
		}
		texts = append(texts, path)
		// A notice names what it gives credit to and is no licence; a listing names also what is in no program.
		if !strings.HasPrefix(strings.ToLower(entry.Name()), "notice") && !isListing(path) {
			licenses = append(licenses, recognise(string(text))...)
		}
	}
	slices.Sort(licenses)
	return texts, slices.Compact(licenses), nil
}
