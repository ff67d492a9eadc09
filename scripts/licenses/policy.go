package main

import (
	"fmt"
	"slices"
	"strings"
)

// permissive are licences whose works may be part of one under Apache-2.0: they ask for no more than that their text
// goes along. See https://www.apache.org/legal/resolved.html, category A.
var permissive = []string{"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BlueOak-1.0.0", "CC0-1.0", "ISC", "MIT", "PSF-2.0", "Public-Domain", "Unlicense", "Zlib"}

// perFile are licences that ask for the source of their own files, and are for tools only.
var perFile = []string{"MPL-2.0"}

// listingsRead are modules with a list of others' works that a person has read. Of modernc.org/sqlite 1.62.0 and
// modernc.org/libc 1.80.1: what is linked is under MIT and BSD licences or in the public domain. The Mozilla licence
// stands there for a module that is in the module graph and in no program.
var listingsRead = []string{"modernc.org/libc", "modernc.org/sqlite"}

// check says why a component must not be used; nil if it may.
func check(c Component) error {
	if len(c.Licenses) == 0 {
		return fmt.Errorf("%s %s: no licence was recognised", c.Name, c.Version)
	}
	for _, license := range c.Licenses {
		switch {
		case slices.Contains(permissive, license):
		case !c.Shipped && slices.Contains(perFile, license):
		case c.Shipped && slices.Contains(perFile, license):
			return fmt.Errorf("%s %s: %s will do for tools, but this is shipped", c.Name, c.Version, license)
		default:
			return fmt.Errorf("%s %s: %s is not known to go with Apache-2.0", c.Name, c.Version, license)
		}
	}
	return nil
}

// recognise finds the licences in the text of a licence file, as SPDX identifiers.
func recognise(text string) []string {
	text = " " + strings.ToLower(strings.Join(strings.Fields(strings.NewReplacer("*", " ", "//", " ", "\"", "", "#", " ", ">", " ").Replace(text)), " ")) + " "
	has := func(phrase string) bool { return strings.Contains(text, phrase) }
	var found []string
	for _, known := range []struct {
		license string
		holds   bool
	}{
		{"Apache-2.0", has("apache license, version 2.0") || has("apache license version 2.0")},
		{"MIT", has("permission is hereby granted, free of charge, to any person obtaining a copy")},
		{"BSD-3-Clause", has("redistribution and use in source and binary forms") && (has("neither the name") || has("names of its contributors"))},
		{"BSD-2-Clause", has("redistribution and use in source and binary forms") && !has("neither the name") && !has("names of its contributors")},
		{"ISC", has("permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted, provided")},
		{"MPL-2.0", has("mozilla public license version 2.0") || has("mozilla public license, version 2.0")},
		{"AGPL", has("gnu affero general public license")},
		{"LGPL", has("gnu lesser general public license") || has("gnu library general public license")},
		{"GPL", has("gnu general public license")},
		{"Unlicense", has("this is free and unencumbered software released into the public domain")},
		{"Public-Domain", has("dedicated to the public domain")},
		{"CC0-1.0", has("cc0 1.0 universal")},
	} {
		if known.holds {
			found = append(found, known.license)
		}
	}
	return found
}
