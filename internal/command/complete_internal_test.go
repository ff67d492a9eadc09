package command

import (
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

func TestWordsAreCompletedByWhatTheModelKnows(t *testing.T) {
	t.Parallel()
	var grammar struct {
		Serve struct {
			Addr string
		} `cmd:"" default:"withargs"`
		Sync struct {
			Options []string `arg:"" optional:"" passthrough:""`
		} `cmd:""`
		Job    Job      `cmd:""`
		Batch  Batch    `cmd:""`
		Hidden struct{} `cmd:"" hidden:""`
	}
	model, err := kong.New(&grammar, kong.Vars{"server": DefaultServer})
	if err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]string{
		"":                                "serve sync job batch",
		"j":                               "job",
		"--a":                             "--addr",
		"nonsense ":                       "",
		"help ba":                         "batch",
		"help job wa":                     "wait",
		"job w":                           "wait",
		"job show ":                       "7 12",
		"job show 1":                      "12",
		"job show 7 ":                     "",
		"job wait 7 ":                     "7 12",
		"job wait --timeout ":             "",
		"job wait --timeout 5s ":          "7 12",
		"job wait -- --":                  "",
		"job list -n ":                    "",
		"job list -n 5 --sta":             "--status",
		"job list --json --js":            "",
		"job list --status failed --stat": "--status",
		"job list --status ":              "queued running succeeded failed interrupted cancelled",
		"job list --status=s":             "--status=succeeded",
		"job list --status = s":           "succeeded",
		"job list --status =":             "queued running succeeded failed interrupted cancelled",
		"job list --status = failed --js": "--json",
		"job rerun --no":                  "--no-dry-run",
		"batch resume ":                   "3",
		"batch report --format ":          "csv missing json",
		"batch report --nothing=x":        "",
		"sync --ho":                       "--host1 --host2",
		"sync --host1 x --host2":          "--host2",
	} {
		c := &completer{
			node: model.Model.Node, syncOptions: []string{"--dry", "--host1", "--host2"}, used: map[string]bool{},
			lookUp: func(kind string) [][2]string {
				if kind == "batch" {
					return [][2]string{{"3", "b"}}
				}
				return [][2]string{{"7", "a"}, {"12", "b"}}
			},
		}
		var found []string
		for _, one := range c.complete(strings.Split(line, " ")) {
			found = append(found, one[0])
		}
		if !slices.Equal(found, strings.Fields(want)) {
			t.Errorf("%q is completed by %q, want %q", line, found, want)
		}
	}
}
