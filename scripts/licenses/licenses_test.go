package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestLicencesAreRecognisedByTheirText(t *testing.T) {
	t.Parallel()
	own, err := os.ReadFile("../../LICENSE")
	if err != nil {
		t.Fatal(err)
	}
	const bsd = "Redistribution and use in source and binary forms, with or\nwithout modification, are permitted"
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"Mailferry's own":      {string(own), []string{"Apache-2.0"}},
		"MIT, wrapped":         {"// Permission is hereby granted,\n// free of charge, to any person obtaining a copy", []string{"MIT"}},
		"BSD with three":       {bsd + " … Neither the name of X nor", []string{"BSD-3-Clause"}},
		"BSD with two":         {bsd, []string{"BSD-2-Clause"}},
		"two in one file":      {bsd + " Permission is hereby granted, free of charge, to any person obtaining a copy", []string{"MIT", "BSD-2-Clause"}},
		"the GNU licence":      {"GNU GENERAL PUBLIC LICENSE\n Version 3", []string{"GPL"}},
		"a sentence of no one": {"All rights reserved.", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := recognise(c.text); !slices.Equal(got, c.want) {
				t.Errorf("recognised %q, want %q", got, c.want)
			}
		})
	}
}

func TestWhatDoesNotGoWithApacheIsNamed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		component Component
		want      string
	}{
		{Component{Name: "a", Shipped: true, Licenses: []string{"MIT", "BSD-3-Clause"}}, ""},
		{Component{Name: "b", Shipped: true}, "b : no licence was recognised"},
		{Component{Name: "c", Shipped: true, Licenses: []string{"MPL-2.0"}}, "c : MPL-2.0 will do for tools, but this is shipped"},
		{Component{Name: "d", Licenses: []string{"MPL-2.0"}}, ""},
		{Component{Name: "e", Licenses: []string{"MIT", "GPL"}}, "e : GPL is not known to go with Apache-2.0"},
	} {
		var out strings.Builder
		err := printTable(&out, []Component{c.component})
		if c.want == "" && err != nil || c.want != "" && (err == nil || err.Error() != c.want) {
			t.Errorf("said %v, want %q", err, c.want)
		}
		if !strings.Contains(out.String(), c.component.Name+" ") {
			t.Errorf("%s is not in the table:\n%s", c.component.Name, out.String())
		}
	}
}

func TestTheLicenceOfAnInstalledPackageIsItsOwn(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	write := func(path, text string) {
		t.Helper()
		path = filepath.Join(folder, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("package-lock.json", `{"packages": {
		"": {"name": "app"},
		"node_modules/a": {"version": "1.0.0", "license": "MIT"},
		"node_modules/a/node_modules/@x/b": {"version": "2.0.0", "license": "(GPL-2.0 OR MIT)", "dev": true},
		"node_modules/c": {"version": "3.0.0"}}}`)
	write("node_modules/a/package.json", `{"license": "GPL-3.0"}`)
	components, err := npmComponents(folder)
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string]string)
	for _, c := range components {
		found[c.Name] = strings.Join(c.Licenses, "+")
		if c.Shipped == (c.Name == "@x/b") {
			t.Errorf("%s: shipped is %t", c.Name, c.Shipped)
		}
	}
	for name, want := range map[string]string{"a": "GPL-3.0", "@x/b": "MIT", "c": ""} {
		if got, ok := found[name]; !ok || got != want {
			t.Errorf("%s is under %q, want %q", name, got, want)
		}
	}
}
