package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"mailferry/internal/imapsync"
	"mailferry/internal/mailboxcsv"
)

// Import makes a batch of the mailboxes in a CSV file, on a running server. Passwords
// for all rows and the token come from the environment alone, as the server's secrets do.
type Import struct {
	Remote

	File string `arg:"" optional:"" help:"CSV file, - for standard input. The first line names the columns; --template prints one to fill in."`

	Template  bool `help:"Print a file to fill in, and exit."`
	CheckOnly bool `help:"Look for errors in the file, here and on the server, and create nothing."`
	Offline   bool `help:"Look for errors in the file and ask no server."`

	JSON bool `help:"Print what the server answers as JSON, in the API's names." name:"json"`

	Name             string `group:"The batch:" help:"A name for people; without one the file's." placeholder:"NAME"`
	SourceLimit      int    `group:"The batch:" help:"Jobs that may use a source host at the same time." placeholder:"N"`
	DestinationLimit int    `group:"The batch:" help:"Jobs that may use a destination host at the same time." placeholder:"N"`
	Retries          *int   `group:"The batch:" help:"How often a mailbox is tried again after a failure that passes by itself; without it as the server has it." placeholder:"N"`
	Paused           bool   `group:"The batch:" help:"Let nothing run before the batch is resumed."`

	Source      importSide `embed:"" group:"For rows that do not say otherwise:" prefix:"source-"`
	Destination importSide `embed:"" group:"For rows that do not say otherwise:" prefix:"destination-"`
	DryRun      bool       `group:"For rows that do not say otherwise:" help:"Go through every stage and change nothing."`
	Engine      string     `default:"" enum:",BUILTIN,IMAPSYNC" group:"For rows that do not say otherwise:" help:"BUILTIN or IMAPSYNC; without it as the server is configured."`
	Automap     bool       `group:"For rows that do not say otherwise:" help:"Send special folders to those of the same purpose."`
	Exclude     []string   `group:"For rows that do not say otherwise:" help:"Folders to leave out." placeholder:"FOLDER"`
	UnderFolder string     `group:"For rows that do not say otherwise:" help:"A folder at the destination to put everything under." placeholder:"FOLDER"`
}

// importSide is what may hold for one side of all rows.
type importSide struct {
	Host           string            `help:"Host of the IMAP server." placeholder:"HOST"`
	Port           int               `help:"Port; without it the usual one." placeholder:"PORT"`
	Security       imapsync.Security `default:"TLS" enum:"TLS,STARTTLS,NONE" help:"${enum}."`
	AnyCertificate bool              `help:"Take the server's certificate as it is."`
}

// Run checks the file and creates the batch, or nothing at all if anything is wrong.
func (c *Import) Run(ctx context.Context, con Console) error {
	if c.Template {
		_, err := con.Out.Write(mailboxcsv.Template())
		return err
	}
	if c.File == "" {
		return errors.New("name a CSV file, or - for standard input; --template prints one to fill in")
	}
	file, err := c.read(con)
	if err != nil {
		return err
	}
	defaults := c.defaults(con)
	table, err := mailboxcsv.Parse(file, defaults)
	if wrong, ok := errors.AsType[*mailboxcsv.FileError](err); ok {
		return c.refused(con, wrong)
	}
	for _, line := range table.Skipped {
		fmt.Fprintf(con.Err, "%s:%d: left out, since it begins with #\n", c.File, line)
	}
	if c.Offline {
		fmt.Fprintf(con.Out, "%s: %s, no error\n", c.File, mailboxes(len(table.Rows)))
		return nil
	}
	return c.send(ctx, con, file, defaults)
}

// refused prints what is wrong with the file as compilers do, so that editors find the line.
func (c *Import) refused(con Console, wrong *mailboxcsv.FileError) error {
	for _, e := range wrong.List {
		place := ""
		if e.Place() != "" {
			place = " " + e.Place() + ":"
		}
		fmt.Fprintf(con.Err, "%s:%d:%s %s\n", c.File, max(e.Line, 1), place, e.Message)
	}
	if n := len(wrong.List) + wrong.Omitted; n != 1 {
		return fmt.Errorf("%s: %d errors; nothing was created", c.File, n)
	}
	return fmt.Errorf("%s: 1 error; nothing was created", c.File)
}

// read reads no more than Parse needs to see that a file is too large.
func (c *Import) read(con Console) ([]byte, error) {
	in := con.In
	if c.File != "-" {
		file, err := os.Open(c.File)
		if err != nil {
			return nil, fmt.Errorf("read the list of mailboxes: %w", err)
		}
		defer file.Close()
		in = file
	}
	text, err := io.ReadAll(io.LimitReader(in, mailboxcsv.MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read the list of mailboxes: %w", err)
	}
	return text, nil
}

func (c *Import) defaults(con Console) mailboxcsv.Row {
	side := func(s importSide, variable string) mailboxcsv.Side {
		return mailboxcsv.Side{
			Host: s.Host, Port: s.Port, Security: s.Security, AnyCertificate: s.AnyCertificate, Password: con.Getenv(variable),
		}
	}
	return mailboxcsv.Row{
		Source:      side(c.Source, "MAILFERRY_SOURCE_PASSWORD"),
		Destination: side(c.Destination, "MAILFERRY_DESTINATION_PASSWORD"),
		DryRun:      c.DryRun, Engine: c.Engine,
		Options: imapsync.Options{Automap: c.Automap, ExcludeFolders: c.Exclude, UnderFolder: c.UnderFolder},
	}
}

const importJobs = `mutation ($csv: String!, $defaults: BatchSettingsInput, $checkOnly: Boolean) {
  importJobs(csv: $csv, defaults: $defaults, checkOnly: $checkOnly) {
    rows { line name } errors { line column header field message } errorsOmitted batch { id } } }`

// imported is what importJobs answers.
type imported struct {
	Rows          []struct{ Line int }
	Errors        []importError
	ErrorsOmitted int
	Batch         *struct{ ID string }
}

type importError struct {
	Line    int
	Column  *int
	Header  *string
	Field   *string
	Message string
}

// send has the server read the file too: it alone knows where jobs may connect.
func (c *Import) send(ctx context.Context, con Console, file []byte, defaults mailboxcsv.Row) error {
	server, err := c.connect(con)
	if err != nil {
		return err
	}
	if err := safe(server.URL, server.clearText, "passwords"); err != nil {
		return err
	}
	text, err := mailboxcsv.Decode(file)
	if err != nil {
		return err
	}
	var answer struct{ ImportJobs record[imported] }
	variables := map[string]any{"csv": text, "defaults": c.settings(defaults), "checkOnly": c.CheckOnly}
	if err := server.do(ctx, importJobs, variables, &answer); err != nil {
		return err
	}
	result := answer.ImportJobs.is
	out := newScreen(con)
	switch {
	case len(result.Errors) > 0:
		wrong := &mailboxcsv.FileError{Omitted: result.ErrorsOmitted}
		for _, e := range result.Errors {
			wrong.List = append(wrong.List, mailboxcsv.Error{Line: e.Line, Column: orZero(e.Column), Header: orZero(e.Header), Field: mailboxcsv.Field(orZero(e.Field)), Message: e.Message})
		}
		if c.JSON {
			if err := out.json(answer.ImportJobs); err != nil {
				return err
			}
		}
		return c.refused(con, wrong)
	case c.JSON:
		return out.json(answer.ImportJobs)
	case result.Batch == nil:
		out.printf("%s: %s, no error\n", c.File, mailboxes(len(result.Rows)))
	default:
		out.printf("batch %s: %s\n%s/batches/%s\n", result.Batch.ID, mailboxes(len(result.Rows)), server.URL, result.Batch.ID)
	}
	return out.flush()
}

func mailboxes(n int) string {
	if n == 1 {
		return "1 mailbox"
	}
	return fmt.Sprintf("%d mailboxes", n)
}

func orZero[T any](p *T) T {
	if p == nil {
		return *new(T)
	}
	return *p
}

// settings are the batch and what holds for its rows, in the API's words. What is zero is
// left out, for the server's own defaults.
func (c *Import) settings(defaults mailboxcsv.Row) map[string]any {
	settings := map[string]any{
		"name": c.Name, "source": sideSettings(defaults.Source), "destination": sideSettings(defaults.Destination),
		"dryRun": defaults.DryRun, "options": defaults.Options, "paused": c.Paused,
	}
	if c.Retries != nil {
		settings["retries"] = *c.Retries
	}
	if c.Name == "" && c.File != "-" {
		name := filepath.Base(c.File)
		settings["name"] = strings.TrimSuffix(name, filepath.Ext(name))
	}
	for name, value := range map[string]int{"sourceLimit": c.SourceLimit, "destinationLimit": c.DestinationLimit} {
		if value != 0 {
			settings[name] = value
		}
	}
	if defaults.Engine != "" {
		settings["engine"] = defaults.Engine
	}
	return settings
}

func sideSettings(s mailboxcsv.Side) map[string]any {
	settings := map[string]any{"security": s.Security, "verifyCertificate": !s.AnyCertificate}
	for name, value := range map[string]string{"host": s.Host, "password": s.Password} {
		if value != "" {
			settings[name] = value
		}
	}
	if s.Port != 0 {
		settings["port"] = s.Port
	}
	return settings
}
