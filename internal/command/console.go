// Package command holds mailferry's configuration and the commands that need no server of their
// own: each is a struct that kong fills from arguments and environment, with a Run method.
//
// It promises that a fault of the configuration is named before anything is opened, all faults
// at once and by the name under which they were set; that a command which needs a database says
// when there is none, and creates none; and that secrets come from the environment alone, since
// an argument is readable by every user of the machine.
//
// The server's wiring, the demonstration and the engine as a program stay in package main.
package command

import (
	"io"
	"strings"
)

// Console is where a command reads and prints, and what it knows of its environment.
type Console struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer
	// Environ is the environment as "NAME=value"; of a name given twice the last counts.
	Environ []string
}

// Getenv is the value of a variable of the environment, "" where it is not set.
func (c Console) Getenv(name string) string {
	value, _ := c.LookupEnv(name)
	return value
}

// LookupEnv is the value of a variable of the environment, and whether it is set.
func (c Console) LookupEnv(name string) (value string, ok bool) {
	for _, entry := range c.Environ {
		if key, text, found := strings.Cut(entry, "="); found && key == name {
			value, ok = text, true
		}
	}
	return value, ok
}
