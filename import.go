package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"

	"mailferry/internal/apiclient"
	"mailferry/internal/imapsync"
	"mailferry/internal/mailboxcsv"
	"mailferry/internal/migration"
)

// importCommand creates a job for each row of a CSV file, on a running server. Passwords for
// all rows and the token come from the environment alone, as the server's secrets do.
type importCommand struct {
	File string `arg:"" optional:"" help:"CSV file, - for standard input. The first line names the columns; --template prints one to fill in."`

	Template  bool `help:"Print a file to fill in, and exit."`
	CheckOnly bool `help:"Look for errors in the file and create nothing; asks no server."`

	URL       string `default:"http://127.0.0.1:8080" env:"MAILFERRY_URL" help:"The server. Its API token is taken from MAILFERRY_API_TOKEN." name:"url" placeholder:"URL"`
	ClearText bool   `help:"Send passwords to a server elsewhere without TLS."`

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

// Run checks the file and creates the jobs: all, or none if anything is wrong.
func (c *importCommand) Run(ctx context.Context, con console) error {
	if c.Template {
		_, err := con.out.Write(mailboxcsv.Template())
		return err
	}
	if c.File == "" {
		return errors.New("name a CSV file, or - for standard input; --template prints one to fill in")
	}
	text, err := c.read(con)
	if err != nil {
		return err
	}
	table, err := mailboxcsv.Parse(text, c.defaults(con))
	var wrong *mailboxcsv.FileError
	if errors.As(err, &wrong) {
		for _, e := range wrong.List {
			c.print(con, e)
		}
		return fmt.Errorf("%s: %d errors; nothing was created", c.File, len(wrong.List)+wrong.Omitted)
	}
	switch {
	case c.CheckOnly:
		fmt.Fprintf(con.out, "%s: %d mailboxes, no error\n", c.File, len(table.Rows))
		return nil
	case len(table.Rows) > migration.MaxJobsAtOnce:
		return fmt.Errorf("%s: %d mailboxes; a server takes %d at once: divide the file", c.File, len(table.Rows), migration.MaxJobsAtOnce)
	}
	return c.create(ctx, con, table)
}

// read reads no more than Parse needs to see that a file is too large.
func (c *importCommand) read(con console) ([]byte, error) {
	in := con.in
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

func (c *importCommand) defaults(con console) mailboxcsv.Row {
	side := func(s importSide, variable string) mailboxcsv.Side {
		return mailboxcsv.Side{
			Host: s.Host, Port: s.Port, Security: s.Security, AnyCertificate: s.AnyCertificate, Password: con.getenv(variable),
		}
	}
	return mailboxcsv.Row{
		Source:      side(c.Source, "MAILFERRY_SOURCE_PASSWORD"),
		Destination: side(c.Destination, "MAILFERRY_DESTINATION_PASSWORD"),
		DryRun:      c.DryRun, Engine: c.Engine,
		Options: imapsync.Options{Automap: c.Automap, ExcludeFolders: c.Exclude, UnderFolder: c.UnderFolder},
	}
}

// print tells of an error as compilers do, so that editors find the line.
func (c *importCommand) print(con console, e mailboxcsv.Error) {
	place := ""
	if e.Place() != "" {
		place = " " + e.Place() + ":"
	}
	fmt.Fprintf(con.err, "%s:%d:%s %s\n", c.File, max(e.Line, 1), place, e.Message)
}

const createJobs = `mutation ($inputs: [CreateJobInput!]!) { createJobs(inputs: $inputs) { id name } }`

// create asks the server for all jobs at once and prints them as a table of ids and names.
func (c *importCommand) create(ctx context.Context, con console, table *mailboxcsv.Table) error {
	if err := c.safe(); err != nil {
		return err
	}
	inputs := make([]map[string]any, len(table.Rows))
	for i, row := range table.Rows {
		inputs[i] = jobInput(row)
	}
	client := apiclient.Client{URL: strings.TrimSuffix(c.URL, "/"), Token: con.getenv("MAILFERRY_API_TOKEN")}
	var answer struct {
		CreateJobs []struct{ ID, Name string }
	}
	err := client.Do(ctx, createJobs, map[string]any{"inputs": inputs}, &answer)
	if refused, ok := errors.AsType[*apiclient.Error](err); ok {
		if row, path, ok := inputPath(refused.Field); ok {
			c.print(con, table.ErrorAt(row, path, refused.Message))
			return fmt.Errorf("%s: the server refused a row; nothing was created", c.File)
		}
	}
	if err != nil {
		return fmt.Errorf("create the jobs: %w", err)
	}
	for _, job := range answer.CreateJobs {
		fmt.Fprintf(con.out, "%s\t%s\n", job.ID, job.Name)
	}
	return nil
}

// safe refuses to send passwords over a network that anybody may listen to.
func (c *importCommand) safe() error {
	server, err := url.Parse(c.URL)
	if err != nil || server.Hostname() == "" {
		return fmt.Errorf("%q is not the URL of a server, as https://mailferry.example.org", c.URL)
	}
	address, err := netip.ParseAddr(server.Hostname())
	here := server.Hostname() == "localhost" || err == nil && address.IsLoopback()
	if server.Scheme != "https" && !here && !c.ClearText {
		return fmt.Errorf("passwords would cross the network readable on their way to %s: use https://, or --clear-text where the way is safe", server.Host)
	}
	return nil
}

// jobInput is a row in the API's words.
func jobInput(row mailboxcsv.Row) map[string]any {
	side := func(s mailboxcsv.Side) map[string]any {
		input := map[string]any{"host": s.Host, "user": s.User, "password": s.Password, "verifyCertificate": !s.AnyCertificate}
		if s.Port != 0 {
			input["port"] = s.Port
		}
		if s.Security != "" {
			input["security"] = s.Security
		}
		return input
	}
	input := map[string]any{"source": side(row.Source), "destination": side(row.Destination), "dryRun": row.DryRun, "options": row.Options}
	if row.Name != "" {
		input["name"] = row.Name
	}
	if row.Engine != "" {
		input["engine"] = row.Engine
	}
	return input
}

var inputPattern = regexp.MustCompile(`^inputs\[(\d+)\]\.(.+)$`)

// inputPath takes the path of a refused field apart, as inputs[3].source.host.
func inputPath(field string) (row int, path string, ok bool) {
	parts := inputPattern.FindStringSubmatch(field)
	if parts == nil {
		return 0, "", false
	}
	row, err := strconv.Atoi(parts[1])
	return row, parts[2], err == nil
}
