package e2e_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"mailferry/e2e/script"
)

// run runs the binary to its end.
func (s *setup) run(input string, env []string, args ...string) (code int, stdout, stderr string) {
	s.t.Helper()
	cmd := exec.CommandContext(s.t.Context(), os.Getenv(binaryVariable), args...)
	cmd.Env = slices.Concat(s.env, env)
	cmd.Stdin = strings.NewReader(input)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		s.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), problems.String()
}

func TestAFileOfMailboxesBecomesJobs(t *testing.T) {
	t.Parallel()
	setup := newSetup(t, "")
	srv := setup.start()
	file := filepath.Join(setup.folder, "mailboxes.csv")
	// As Excel saves it in Germany.
	text, err := charmap.Windows1252.NewEncoder().String("Bezeichnung;Benutzer alt;Ziel-Benutzer;Ziel-Kennwort;Programm\r\n" +
		"Büro;lines-2-0s@import;office;\"a;b\"\"c\";imapsync\r\n" +
		"Lager;lines-3-0s@import;store;d;imapsync\r\n")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	env := []string{"MAILFERRY_URL=" + srv.URL, "MAILFERRY_SOURCE_PASSWORD=for-all-of-them"}
	args := []string{
		"import", "--source-host=127.0.0.1", "--source-security=NONE", "--destination-host=127.0.0.1", "--destination-security=STARTTLS", file,
	}
	code, stdout, stderr := setup.run("", env, args...)
	if code != 0 || stderr != "" {
		t.Fatalf("import ends with %d:\n%s", code, stderr)
	}
	id, ok := strings.CutPrefix(stdout, "batch ")
	id, address, told := strings.Cut(id, ": 2 mailboxes\n")
	if !ok || !told || address != srv.URL+"/batches/"+id+"\n" {
		t.Fatalf("import printed\n%s", stdout)
	}
	var answer struct {
		Batch struct {
			Name string
			Jobs struct{ Edges []struct{ Node job } }
		}
	}
	srv.do(`query ($id: ID!) { batch(id: $id) { name jobs { edges { node { `+jobFields+` } } } } }`, map[string]any{"id": id}, &answer)
	if answer.Batch.Name != "mailboxes" || len(answer.Batch.Jobs.Edges) != 2 {
		t.Fatalf("the batch is %+v", answer.Batch)
	}
	for i, edge := range answer.Batch.Jobs.Edges {
		made := edge.Node
		lines, name := 2+i, []string{"Büro", "Lager"}[i]
		srv.waitEnd(made.ID)
		var want strings.Builder
		for n := range lines {
			want.WriteString(script.Line(n))
		}
		if got := srv.download(made.ID); made.Name != name || got != want.String() {
			t.Errorf("job %s printed\n%s\nwant of %s\n%s", made.Name, got, name, want.String())
		}
	}
}

func TestAFileWithErrorsCreatesNothing(t *testing.T) {
	t.Parallel()
	setup := newSetup(t, "")
	srv := setup.start()
	env := []string{"MAILFERRY_URL=" + srv.URL}
	total := func() int {
		var answer struct{ Jobs struct{ TotalCount int } }
		srv.do(`{ jobs { totalCount } }`, nil, &answer)
		return answer.Jobs.TotalCount
	}
	const good = "host1,user1,password1,host2,user2,password2\n127.0.0.1,a,canary-1,127.0.0.1,b,canary-2\n"
	for name, test := range map[string]struct {
		input string
		args  []string
		env   []string
		code  int
		want  []string
	}{
		"errors in the file": {
			input: "user,password,port1\na,canary-1,x\nb,,1\n", args: []string{"--source-host=a.example.org", "--destination-host=b.example.org", "-"}, code: 1,
			want: []string{
				"-:2: port1: The port must be", "-:3: password: The password of the source is missing",
				"-:3: password: The password of the destination is missing", "mailferry: -: 3 errors; nothing was created",
			},
		},
		"a row that the server refuses": {
			input: good + "10.1.2.3,c,canary-3,127.0.0.1,d,canary-4\n", args: []string{"-"}, code: 1,
			want: []string{"-:3: host1: ", "mailferry: -: 1 error; nothing was created"},
		},
		"a wrong token":     {input: good, args: []string{"-"}, env: []string{"MAILFERRY_API_TOKEN=wrong"}, code: 4, want: []string{"mailferry: the server at http://127.0.0.1"}},
		"a server far away": {input: good, args: []string{"--url=http://mailferry.example.org", "-"}, code: 64, want: []string{"mailferry: the token would cross the network"}},
		"no such file":      {args: []string{"/nowhere.csv"}, code: 1, want: []string{"mailferry: read the list of mailboxes: open /nowhere.csv"}},
		"only a check":      {input: good, args: []string{"--check-only", "-"}},
		"without a server":  {input: good, args: []string{"--offline", "--url=http://127.0.0.1:1", "-"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := setup.run(test.input, append(env, test.env...), append([]string{"import"}, test.args...)...)
			lines := strings.Split(strings.TrimSuffix(stderr, "\n"), "\n")
			if code != test.code || (len(test.want) > 0 && len(lines) != len(test.want)) {
				t.Fatalf("ends with %d:\n%s%s", code, stdout, stderr)
			}
			for i, want := range test.want {
				if !strings.HasPrefix(lines[i], want) {
					t.Errorf("line %q, want %q", lines[i], want)
				}
			}
			if strings.Contains(stdout+stderr, "canary") {
				t.Errorf("a password is printed:\n%s%s", stdout, stderr)
			}
			if n := total(); n != 0 {
				t.Errorf("%d jobs were created", n)
			}
		})
	}
}
