package command

import (
	"fmt"
	"runtime/debug"
)

// Version prints what this program was built from.
type Version struct{}

// Run prints version, commit and date.
func (*Version) Run(con Console) error {
	_, err := fmt.Fprintln(con.Out, "mailferry "+Build().String())
	return err
}

// BuildInfo is what a binary was built from.
type BuildInfo struct {
	// Version is that of the module, as v0.1.0; "(development)" where it was built from none.
	Version string
	// Commit is the revision in full and Date the time of its commit in RFC 3339, UTC; both are
	// empty where the binary was built outside of a checkout.
	Commit, Date string
	// Modified says that the checkout had changes that are in no commit.
	Modified bool
}

// Build reads what the Go tool wrote into this binary.
func Build() BuildInfo {
	b := BuildInfo{Version: "(development)"}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		b.Version = v
	}
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			b.Commit = setting.Value
		case "vcs.time":
			b.Date = setting.Value
		case "vcs.modified":
			b.Modified = setting.Value == "true"
		}
	}
	return b
}

// String is one line for people: version, commit, date.
func (b BuildInfo) String() string {
	text := b.Version
	if b.Commit != "" {
		text += ", commit " + b.Commit
	}
	if b.Modified {
		text += " with changes"
	}
	if b.Date != "" {
		text += ", " + b.Date
	}
	return text
}
