// Command licenses lists the licence of everything that Mailferry is made of, and fails where one is unknown or does not
// go with the Apache licence, version 2.0, under which Mailferry itself is given away. Usage:
//
//	go run ./scripts/licenses          a table; exit code 1 if something does not fit
//	go run ./scripts/licenses -texts   what has to go along with the binary: licences and notices
//
// What is in the binary, and what the web app sends to browsers, must be permissive. What only builds and tests use is
// not handed on: there the Mozilla licence, whose demands stay with its own files, will do as well.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"text/tabwriter"
)

func main() {
	texts := flag.Bool("texts", false, "print the licence texts of what is in the binary, instead of the table")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout, *texts)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "licenses:", err)
		os.Exit(1)
	}
}

// Component is a module or package that somebody else wrote.
type Component struct {
	// Name is the module path or the npm package's name.
	Name, Version string
	// Shipped says that it is in the binary or in what the web app sends; else only builds and tests use it.
	Shipped bool
	// Licenses are SPDX identifiers, all of which hold; none where nothing is known.
	Licenses []string
	// Installed says that its files are on this machine.
	Installed bool
	// Texts are the files of licences and notices among them.
	Texts []string
}

func run(ctx context.Context, w io.Writer, texts bool) error {
	components, err := goComponents(ctx)
	if err != nil {
		return err
	}
	packages, err := npmComponents("web")
	if err != nil {
		return err
	}
	components = append(components, packages...)
	slices.SortStableFunc(components, func(a, b Component) int { return strings.Compare(a.Name, b.Name) })
	if texts {
		return printTexts(w, components)
	}
	return printTable(w, components)
}

// printTable prints a line for each component. Its error names those that do not go with Apache-2.0.
func printTable(w io.Writer, components []Component) error {
	var errs []error
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "COMPONENT\tVERSION\tUSE\tLICENCE")
	for _, c := range components {
		use := "build, tests"
		if c.Shipped {
			use = "shipped"
		}
		licenses := strings.Join(c.Licenses, " AND ")
		if licenses == "" {
			licenses = "unknown"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", c.Name, c.Version, use, licenses)
		if err := check(c); err != nil {
			errs = append(errs, err)
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	return errors.Join(errs...)
}

// printTexts prints the licence files of what is shipped, each with the name of its component.
func printTexts(w io.Writer, components []Component) error {
	for _, c := range components {
		if !c.Shipped {
			continue
		}
		if !c.Installed {
			return fmt.Errorf("%s %s: it is not on this machine, nor is its licence (make build installs it)", c.Name, c.Version)
		}
		if len(c.Texts) == 0 {
			// Some packages name their licence and bring no copy of it.
			if _, err := fmt.Fprintf(w, "==== %s %s\n\n%s\n\n", c.Name, c.Version, strings.Join(c.Licenses, " AND ")); err != nil {
				return err
			}
		}
		for _, path := range c.Texts {
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(w, "==== %s %s\n\n%s\n", c.Name, c.Version, text); err != nil {
				return err
			}
		}
	}
	return nil
}
