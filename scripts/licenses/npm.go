package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// npmComponents are the packages of the web app, as its lock file names them. The licence is the one that a package's own
// package.json gives, where it is installed, and otherwise the one that the lock file repeats.
func npmComponents(folder string) ([]Component, error) {
	text, err := os.ReadFile(filepath.Join(folder, "package-lock.json"))
	if err != nil {
		return nil, err
	}
	var lock struct {
		Packages map[string]struct {
			Version string `json:"version"`
			License string `json:"license"`
			Dev     bool   `json:"dev"`
			Link    bool   `json:"link"`
			// DevOptional is what tools need, and what is sent would use if it were there (types, ws on a server).
			DevOptional bool `json:"devOptional"`
		} `json:"packages"`
	}
	if err := json.Unmarshal(text, &lock); err != nil {
		return nil, fmt.Errorf("read package-lock.json: %w", err)
	}
	var components []Component
	for path, p := range lock.Packages {
		if path == "" || p.Link {
			continue // the web app itself
		}
		_, name, _ := strings.Cut(path, "node_modules/")
		if i := strings.LastIndex(name, "node_modules/"); i >= 0 {
			name = name[i+len("node_modules/"):]
		}
		c := Component{Name: name, Version: p.Version, Shipped: !p.Dev && !p.DevOptional}
		license, err := licenseOfPackage(filepath.Join(folder, path))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			license = p.License
		case err != nil:
			return nil, fmt.Errorf("licence of %s: %w", name, err)
		default:
			c.Installed = true
			if c.Texts, _, err = licensesIn(filepath.Join(folder, path)); err != nil {
				return nil, fmt.Errorf("licence of %s: %w", name, err)
			}
		}
		c.Licenses = chosen(license)
		components = append(components, c)
	}
	return components, nil
}

// licenseOfPackage is what the package.json of an installed package says.
func licenseOfPackage(folder string) (string, error) {
	text, err := os.ReadFile(filepath.Join(folder, "package.json"))
	if err != nil {
		return "", err
	}
	var p struct {
		License string `json:"license"`
	}
	if err := json.Unmarshal(text, &p); err != nil {
		return "", fmt.Errorf("read package.json: %w", err)
	}
	return p.License, nil
}

// chosen takes an SPDX expression apart. Where there is a choice, it is the first alternative that is permissive.
func chosen(expression string) []string {
	expression = strings.Trim(expression, "() ")
	if expression == "" {
		return nil
	}
	alternatives := strings.Split(expression, " OR ")
	for _, alternative := range alternatives {
		licenses := strings.Split(strings.Trim(alternative, "() "), " AND ")
		if check(Component{Shipped: true, Licenses: licenses}) == nil {
			return licenses
		}
	}
	return strings.Split(strings.Trim(alternatives[0], "() "), " AND ")
}
