package command_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mailferry/internal/command"
	"mailferry/internal/database"
	databasetest "mailferry/internal/testkit/database"
	"mailferry/internal/testkit/postgres"
)

func TestMain(m *testing.M) {
	code := m.Run()
	postgres.Stop()
	os.Exit(code)
}

// commands are those that need a database, on the one that place names.
func commands(place command.Database) map[string]func(context.Context, command.Console) error {
	create := &command.TokenCreate{Database: place, Name: "script"}
	list := &command.TokenList{Database: place}
	revoke := &command.TokenRevoke{Database: place, Token: "script"}
	rekey := &command.Rekey{Database: place}
	return map[string]func(context.Context, command.Console) error{
		"token create": create.Run, "token list": list.Run, "token revoke": revoke.Run, "rekey": rekey.Run,
	}
}

func TestCommandsSayThatThereIsNoDatabaseAndMakeNone(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "mistyped")
	all := commands(command.Database{Data: folder})
	all["migrate"] = (&command.Migrate{Database: command.Database{Data: folder}}).Run
	for name, run := range all {
		err := run(t.Context(), console(nil, "MAILFERRY_ENCRYPTION_KEY="+strings.Repeat("A", 43)+"="))
		if err == nil || !strings.Contains(err.Error(), "there is no database in "+folder) {
			t.Errorf("%s: %v, want that there is no database", name, err)
		}
	}
	if _, err := os.Stat(folder); !os.IsNotExist(err) {
		t.Errorf("the folder was made: %v", err)
	}
}

func TestCommandsSayThatADatabaseHasNoTables(t *testing.T) {
	t.Parallel()
	for name, run := range commands(command.Database{DatabaseURL: postgres.New(t)}) {
		err := run(t.Context(), console(nil, "MAILFERRY_ENCRYPTION_KEY="+strings.Repeat("A", 43)+"="))
		if err == nil || !strings.Contains(err.Error(), "mailferry migrate") {
			t.Errorf("%s: %v, want the next step", name, err)
		}
	}
}

func TestTokensAreCreatedListedAndRevoked(t *testing.T) {
	t.Parallel()
	for kind, place := range map[string]command.Database{"SQLite": {Data: t.TempDir()}, "Postgres": {DatabaseURL: postgres.New(t)}} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			databasetest.Open(t, database.Config{URL: place.DatabaseURL, DataDir: place.Data})
			var out bytes.Buffer
			if err := (&command.TokenCreate{Database: place, Name: "script", ReadOnly: true}).Run(t.Context(), console(&out)); err != nil {
				t.Fatal(err)
			}
			secret := strings.TrimSpace(out.String())
			out.Reset()
			if err := (&command.TokenList{Database: place}).Run(t.Context(), console(&out)); err != nil {
				t.Fatal(err)
			}
			if text := out.String(); !strings.Contains(text, "script") || !strings.Contains(text, "read-only") || strings.Contains(text, secret) {
				t.Errorf("list:\n%s", text)
			}
			if err := (&command.TokenRevoke{Database: place, Token: "script"}).Run(t.Context(), console(&out)); err != nil {
				t.Error(err)
			}
			if err := (&command.TokenRevoke{Database: place, Token: "script"}).Run(t.Context(), console(&out)); err == nil {
				t.Error("revoked twice")
			}
		})
	}
}

// console is one whose output goes to out.
func console(out *bytes.Buffer, environ ...string) command.Console {
	if out == nil {
		out = &bytes.Buffer{}
	}
	return command.Console{In: strings.NewReader(""), Out: out, Err: out, Environ: environ}
}
