package command_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mailferry/internal/command"
	"mailferry/internal/database"
	databasetest "mailferry/internal/testkit/database"
	"mailferry/internal/testkit/postgres"
)

// findings runs the doctor and returns what it said of each check, and whether it was content.
func findings(t *testing.T, doctor *command.Doctor, environ ...string) (said map[string][]string, content bool) {
	t.Helper()
	doctor.JSON = true
	var out bytes.Buffer
	err := doctor.Run(t.Context(), console(&out, environ...))
	var answer struct {
		OK       bool
		Findings []struct{ Check, State, Message, Next string }
	}
	if err := json.Unmarshal(out.Bytes(), &answer); err != nil {
		t.Fatalf("%v:\n%s", err, out.String())
	}
	said = make(map[string][]string)
	for _, one := range answer.Findings {
		said[one.Check] = append(said[one.Check], one.State+" "+one.Message+" "+one.Next)
	}
	if answer.OK != (err == nil) {
		t.Errorf("ok is %v, the error %v", answer.OK, err)
	}
	return said, answer.OK
}

func configured(data, url string) *command.Doctor {
	doctor := &command.Doctor{Configuration: command.Defaults()}
	doctor.Data, doctor.DatabaseURL = data, url
	return doctor
}

func TestTheDoctorIsContentWithWhatIsWellAndMakesNothing(t *testing.T) {
	t.Parallel()
	for kind, url := range map[string]string{"SQLite": "", "Postgres": postgres.New(t)} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			if err := os.Chmod(folder, 0o700); err != nil {
				t.Fatal(err)
			}
			databasetest.Open(t, database.Config{URL: url, DataDir: folder})
			before, _ := os.ReadDir(folder)
			said, content := findings(t, configured(folder, url))
			for _, check := range []string{"configuration", "database", "writing", "size", "owner", "clock", "key", "hosts", "imapsync", "disk"} {
				if len(said[check]) == 0 {
					t.Errorf("nothing is said of %s", check)
				}
			}
			if !content {
				t.Errorf("not content: %q", said)
			}
			if after, _ := os.ReadDir(folder); len(after) != len(before) {
				t.Errorf("the folder holds %v, and %v before", after, before)
			}
		})
	}
}

func TestTheDoctorNamesEveryFaultAndMakesNothing(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "mistyped")
	doctor := configured(folder, "")
	doctor.Slots, doctor.AllowedPorts, doctor.Addr = 0, "none", "nowhere"
	said, content := findings(t, doctor, "MAILFERRY_ENCRYPTION_KEY=short")
	faults := strings.Join(said["configuration"], "\n")
	for _, name := range []string{"MAILFERRY_SLOTS", "MAILFERRY_ALLOWED_PORTS", "MAILFERRY_ADDR", "MAILFERRY_ENCRYPTION_KEY"} {
		if !strings.Contains(faults, "failed "+name) {
			t.Errorf("%s is not named:\n%s", name, faults)
		}
	}
	if content || !strings.Contains(strings.Join(said["database"], ""), "there is no database in "+folder) {
		t.Errorf("content: %v; of the database: %q", content, said["database"])
	}
	if _, err := os.Stat(folder); !os.IsNotExist(err) {
		t.Errorf("the folder was made: %v", err)
	}
}

func TestTheDoctorSaysThatPostgresDoesNotAnswerWithoutItsPassword(t *testing.T) {
	t.Parallel()
	said, content := findings(t, configured(t.TempDir(), "postgres://someone:canary-5b1d@127.0.0.1:1/nothing"))
	text := strings.Join(said["database"], "")
	if content || !strings.Contains(text, "127.0.0.1:1") || strings.Contains(text, "canary-5b1d") {
		t.Errorf("content: %v; of the database: %q", content, text)
	}
}
