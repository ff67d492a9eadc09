package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"mailferry/internal/database"
	"mailferry/internal/doctor"
	"mailferry/internal/netguard"
	"mailferry/internal/secret"
)

// Doctor looks at what the server stands on.
type Doctor struct {
	Configuration

	JSON bool `help:"Print the findings as JSON." name:"json"`

	// Unknown are sentences on variables of the environment that mean nothing to Mailferry.
	Unknown []string `kong:"-"`
}

// Help says what is looked at.
func (c *Doctor) Help() string {
	return "Looks at configuration, database, key, disk, clock, the hosts of waiting jobs and open batches (name, connection and TLS; nobody signs in) and imapsync, " +
		"a line each: ok, warning or failed, with what to do. Takes the server's flags and environment; run it as the server's user. Exits with 1 if anything failed. " +
		"The server may run. Nothing is made or changed."
}

// errFindings says that something has failed.
var errFindings = errors.New("not all is well: see what failed above")

// Run looks and prints.
func (c *Doctor) Run(ctx context.Context, con Console) error {
	parsed, err := c.Parse(con)
	found := c.configuration(err)
	found = append(found, c.lookAtDatabase(ctx, con, parsed.Network)...)
	found = append(found, doctor.Disk(nearestFolder(c.Data), "data"), doctor.Disk(os.TempDir(), "messages on their way"))
	return c.print(con, found)
}

// Wrong prints what is wrong with an environment that cannot be read as the server's configuration.
func (c *Doctor) Wrong(con Console, err error) error {
	return c.print(con, append(c.configuration(err), doctor.Finding{
		Check: "database", State: doctor.Warning, Message: "nothing else was looked at", Next: "correct the configuration and run this again",
	}))
}

// configuration is a finding for each fault.
func (c *Doctor) configuration(err error) []doctor.Finding {
	var found []doctor.Finding
	for _, sentence := range c.Unknown {
		found = append(found, doctor.Finding{Check: "configuration", State: doctor.Warning, Message: sentence})
	}
	if err == nil {
		return append(found, doctor.Finding{Check: "configuration", State: doctor.OK, Message: "every setting is one that the server takes"})
	}
	for fault := range strings.SplitSeq(err.Error(), "\n") {
		found = append(found, doctor.Finding{
			Check: "configuration", State: doctor.Failed, Message: fault, Next: "correct it: the server does not start (mailferry serve --help)",
		})
	}
	return found
}

// lookAtDatabase looks at the database and what can be known only from it.
func (c *Doctor) lookAtDatabase(ctx context.Context, con Console, network *netguard.Policy) (found []doctor.Finding) {
	add := func(check string, state doctor.State, message, next string) {
		found = append(found, doctor.Finding{Check: check, State: state, Message: message, Next: next})
	}
	if err := secret.CheckFolder(c.Data); err != nil {
		add("data folder", doctor.Failed, err.Error(), "")
	}
	keys, keysErr := c.presentKeys(con)
	if keysErr != nil {
		add("key", doctor.Failed, keysErr.Error(), "")
	}
	if err := c.exists(); err != nil {
		add("database", doctor.Warning, err.Error(), "")
		return append(found, doctor.Imapsync(c.Imapsync, c.Engine, 0))
	}
	db, err := database.Open(ctx, c.Config())
	if err != nil {
		add("database", doctor.Failed, err.Error(), "see that it runs, and that this user may use it")
		return append(found, doctor.Imapsync(c.Imapsync, c.Engine, 0))
	}
	defer db.Close()
	found = append(found, doctor.Database(ctx, db)...)
	built, _ := time.Parse(time.RFC3339, Build().Date) // the zero time where it is not known
	found = append(found, doctor.Clock(ctx, db, built))
	if applied, pending, err := db.MigrationCounts(ctx); err != nil || applied == 0 || pending != 0 {
		add("hosts", doctor.Warning, "keys and hosts were not looked at, since the tables are not those of this version", "")
		return append(found, doctor.Imapsync(c.Imapsync, c.Engine, 0))
	}
	if keysErr == nil {
		found = append(found, doctor.Key(ctx, db, keys))
	}
	hosts, imapsyncJobs, err := doctor.HostsInUse(ctx, db)
	switch {
	case err != nil:
		add("hosts", doctor.Failed, err.Error(), "")
	case network == nil:
		add("hosts", doctor.Warning, "none was asked, since it is not known where jobs may connect", "correct the configuration first")
	default:
		found = append(found, doctor.Hosts(ctx, network, hosts, nil)...)
	}
	return append(found, doctor.Imapsync(c.Imapsync, c.Engine, imapsyncJobs))
}

// nearestFolder is the path, or the nearest folder above it that is there.
func nearestFolder(path string) string {
	for {
		if _, err := os.Stat(path); err == nil {
			return path
		}
		above := filepath.Dir(path)
		if above == path {
			return path
		}
		path = above
	}
}

// print prints the findings and fails if one of them has.
func (c *Doctor) print(con Console, found []doctor.Finding) error {
	var failed bool
	for _, one := range found {
		failed = failed || one.State == doctor.Failed
	}
	if c.JSON {
		text, err := json.MarshalIndent(struct {
			OK       bool             `json:"ok"`
			Findings []doctor.Finding `json:"findings"`
		}{!failed, found}, "", "  ")
		if err != nil {
			return fmt.Errorf("write the findings: %w", err)
		}
		fmt.Fprintln(con.Out, string(text))
	} else {
		for _, one := range found {
			fmt.Fprintln(con.Out, one.Line())
		}
	}
	if failed {
		return errFindings
	}
	return nil
}
