package command

import (
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/agnivade/levenshtein"
	"github.com/alecthomas/kong"
)

// prefix begins the names of all variables of the environment that are Mailferry's alone.
const prefix = "MAILFERRY_"

// otherVariables are those that are read from the environment and have no flag, and those that other commands
// than the server and the tests read: none of them is a mistake.
func otherVariables() []string {
	return []string{
		"MAILFERRY_ENCRYPTION_KEY", "MAILFERRY_ADMIN_PASSWORD", "MAILFERRY_API_TOKEN", "MAILFERRY_PROXY_SECRET",
		"MAILFERRY_SOURCE_PASSWORD", "MAILFERRY_DESTINATION_PASSWORD", "MAILFERRY_URL", "MAILFERRY_PROFILE",
		"MAILFERRY_TEST_REQUIRE", "MAILFERRY_STRANGE_MAIL",
	}
}

// CheckEnvironment reads every variable of the environment that a command's flags take, and
// names those whose values are not of their kind, all at once: the parser itself stops at the
// first. Flags get the values that are fine, and their defaults else, so that what they belong
// to can be judged as a whole.
func CheckEnvironment(node *kong.Node, con Console) error {
	var errs []error
	for _, flag := range node.Flags {
		if flag.HasDefault {
			_ = decode(flag, flag.Default)
		}
		for _, name := range flag.Envs {
			text, ok := con.LookupEnv(name)
			if !ok {
				continue
			}
			if err := decode(flag, text); err != nil {
				errs = append(errs, fmt.Errorf("%s: %q is not %s", name, text, kind(flag.Target)))
			}
		}
	}
	return errors.Join(errs...)
}

// decode sets a flag to what a text says, or leaves it as it is.
func decode(flag *kong.Flag, text string) error {
	value := reflect.New(flag.Target.Type()).Elem()
	scan := kong.ScanFromTokens(kong.Token{Type: kong.FlagValueToken, Value: text})
	if err := flag.Mapper.Decode(&kong.DecodeContext{Value: flag.Value, Scan: scan}, value); err != nil {
		return err
	}
	flag.Target.Set(value)
	return nil
}

// kind says in words what a flag takes.
func kind(value reflect.Value) string {
	switch value.Interface().(type) {
	case time.Duration:
		return "a length of time, as 90s or 24h"
	case slog.Level:
		return "debug, info, warn or error"
	}
	switch value.Kind() {
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.Bool:
		return "true or false"
	default:
		return "a value that it takes: see mailferry serve --help"
	}
}

// UnknownVariables are the variables of the environment that look like Mailferry's and are none,
// each in a sentence with the nearest that there is: a mistyped name would else be a setting
// that silently does not hold.
func UnknownVariables(model *kong.Node, con Console) (sentences []string) {
	known := otherVariables()
	var collect func(node *kong.Node)
	collect = func(node *kong.Node) {
		for _, flag := range node.Flags {
			known = append(known, flag.Envs...)
		}
		for _, child := range node.Children {
			collect(child)
		}
	}
	collect(model)
	for _, entry := range con.Environ {
		name, _, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, prefix) || slices.Contains(known, name) {
			continue
		}
		sentence := "the environment has " + name + ", which Mailferry does not know"
		if near := nearest(name, known); near != "" {
			sentence += ": did you mean " + near + "?"
		}
		sentences = append(sentences, sentence)
	}
	slices.Sort(sentences)
	return slices.Compact(sentences)
}

// nearest is the name that takes the fewest changed letters to reach, "" where it takes so many
// that another was meant.
func nearest(name string, known []string) string {
	best, least := "", max(3, len(name)/4)+1
	for _, candidate := range known {
		if d := levenshtein.ComputeDistance(name, candidate); d < least {
			best, least = candidate, d
		}
	}
	return best
}
