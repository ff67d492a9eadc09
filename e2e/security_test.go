package e2e_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	_ "github.com/jackc/pgx/v5/stdlib" // to look into a Postgres database

	"mailferry/e2e/script"
	"mailferry/internal/apiclient"
	"mailferry/internal/secret"
	"mailferry/internal/testkit/process"
)

// canaries are passwords that must not be found anywhere; they have what has to be escaped in one place or another.
var canaries = []string{`c4n4ry-s0urce "\+%/ß`, `c4n4ry-d3stination<&>'=`}

// spellings are how a canary could be found: as it is, escaped, in base64 and in hexadecimal.
func spellings() []string {
	list := []string{"c4n4ry"}
	for _, canary := range canaries {
		quoted, _ := json.Marshal(canary)
		for lead := range 3 {
			// The digits that every base64 text with the canary in it has.
			text := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("x", lead) + canary))
			list = append(list, text[4:len(text)-4])
		}
		list = append(list, canary, string(quoted), url.QueryEscape(canary), hex.EncodeToString([]byte(canary)))
	}
	return list
}

// clean fails the test if a text holds a canary.
func clean(t *testing.T, where, text string) {
	t.Helper()
	for _, spelled := range spellings() {
		if i := strings.Index(text, spelled); i >= 0 {
			t.Errorf("%s holds a password as %q: …%s…", where, spelled, text[max(0, i-60):min(len(text), i+60)])
			return
		}
	}
}

// canaryJob is the input of a job with the canaries for passwords.
func canaryJob(user string) map[string]any {
	return map[string]any{
		"name": "canary", "engine": "IMAPSYNC",
		"source":      map[string]any{"host": "127.0.0.1", "security": "NONE", "user": user, "password": canaries[0]},
		"destination": map[string]any{"host": "127.0.0.1", "security": "NONE", "user": "someone", "password": canaries[1]},
	}
}

const setCredentials = `mutation ($id: ID!, $source: CredentialsInput, $destination: CredentialsInput) {
  setCredentials(jobId: $id, source: $source, destination: $destination) { id name status source { user } destination { user } } }`

// untilLogged waits until a job's log holds a text and returns the log.
func (s *server) untilLogged(id, text string) string {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	sub, err := s.Subscribe(ctx, tailQuery, map[string]any{"id": id, "offset": 0})
	if err != nil {
		s.t.Fatal(err)
	}
	defer sub.Close()
	var log strings.Builder
	for !strings.Contains(log.String(), text) {
		var event logEvent
		if err := sub.Next(&event); err != nil {
			s.t.Fatalf("the log has no %q: %v\n%s", text, err, log.String())
		}
		log.WriteString(event.LogTail.Chunk)
	}
	return log.String()
}

// waitFor waits until a process has printed a text.
func (o *output) waitFor(t *testing.T, text string) {
	t.Helper()
	for deadline := time.NewTimer(patience); !strings.Contains(o.String(), text); {
		select {
		case <-o.changed:
		case <-deadline.C:
			t.Fatalf("%q was not printed: %s", text, o)
		}
	}
}

// get reads a route with the token.
func (s *server) get(path string) string {
	s.t.Helper()
	answer, err := s.Get(s.t.Context(), path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(text)
}

// post sends a body as it is and returns status and answer.
func (s *server) post(path, contentType, body string) (int, string) {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.URL+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("Authorization", "Bearer "+apiToken)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

func TestAPasswordAppearsInNoAnswerLogDatabaseOrArgument(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, setup *setup) {
		server := setup.start()
		quoted, _ := json.Marshal(canaries[0])
		for _, body := range []string{
			`{"query":` + string(quoted), `[` + string(quoted) + `]`, `{"query":{"a":` + string(quoted) + `}}`, string(quoted),
			`{"query":"mutation($i: CreateJobInput!) { createJob(input: $i) { id } }","variables":{"i":{"source":{"password":[` + string(quoted) + `]}}}}`,
			`{"query":"mutation($i: EndpointInput!) { checkEndpoint(input: $i) { ok } }","variables":{"i":{"host":"h","user":"u","password":{"x":` + string(quoted) + `}}}}`,
			`{"query":"mutation { checkEndpoint(input: {host: \"127.0.0.1\", port: 1, user: \"u\", security: NONE, password: \"c4n4ry-inline\"}) { ok error } }"}`,
			`{"query":"mutation($c: CredentialsInput) { setCredentials(jobId: 1, source: $c) { id } }","variables":{"c":{"password":[` + string(quoted) + `]}}}`,
			`{"query":"mutation { setCredentials(jobId: 1, source: {password: \"c4n4ry-inline\"}) { id } }"}`,
			`{"query":"mutation { checkEndpoint(input: {password: \"c4n4ry-inline\" \"c4n4ry\"}) { ok error } }"}`,
			`{"query":"mutation { checkEndpoint(input: {host: \"h\", user: \"u\", password: c4n4ry}) { ok error } }"}`,
		} {
			_, text := server.post("/graphql", "application/json", body)
			clean(t, "the answer to "+body, text)
		}
		_, text := server.post("/login", "application/json", `{"password":`+string(quoted)+`}`)
		clean(t, "the answer to a sign-in", text)

		id := server.create(canaryJob(script.Leaky + "@canary"))[0].ID
		clean(t, "the live log", server.untilLogged(id, script.LeakyEnd))
		clean(t, "the download", server.download(id))
		clean(t, "the polled log", server.get("/migration/jobs/"+id+"/tail"))
		clean(t, "the metrics", server.get("/metrics"))
		var answer json.RawMessage
		server.do(`{ jobs { edges { node { `+jobFields+` source { host user } destination { host user } options { folders } progress { currentFolder } log { chunk } } } } }`, nil, &answer)
		clean(t, "the list of jobs", string(answer))

		files, err := filepath.Glob("/proc/[0-9]*/cmdline")
		if err != nil {
			t.Fatal(err)
		}
		running := 0
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err == nil {
				clean(t, file, string(text))
			}
			if bytes.Contains(text, []byte("--user1="+script.Leaky+"@canary")) {
				running++
			}
		}
		if running == 0 {
			t.Error("the engine is not among the processes, so its arguments were not seen")
		}

		server.do(`mutation($id: ID!) { cancelJob(id: $id) { id } }`, map[string]any{"id": id}, &answer)
		server.waitEnd(id)
		// The canaries as new passwords: sealed, used by the next run, and shown nowhere either.
		server.do(setCredentials, map[string]any{
			"id": id, "source": map[string]any{"password": canaries[1]}, "destination": map[string]any{"password": canaries[0]},
		}, &answer)
		clean(t, "the answer to new passwords", string(answer))
		for _, refused := range []string{canaries[0] + "\n", strings.Repeat(canaries[0], 100)} {
			err := server.Do(t.Context(), setCredentials, map[string]any{"id": id, "source": map[string]any{"password": refused}}, nil)
			if err == nil {
				t.Error("a password that cannot be is accepted")
			} else {
				clean(t, "the refusal of a new password", err.Error())
			}
		}
		var again struct{ RerunJob job }
		server.do(`mutation($id: ID!) { rerunJob(id: $id) { id } }`, map[string]any{"id": id}, &again)
		clean(t, "the log of the run with new passwords", server.untilLogged(again.RerunJob.ID, script.LeakyEnd))
		server.signal(syscall.SIGKILL)
		server.wait()
		clean(t, "what the server printed", server.stdout.String()+server.stderr.String())
		cleanFolder(t, setup.folder)
		if databaseURL := setup.databaseURL(); databaseURL != "" {
			eachStored(t, databaseURL, func(where, text string) { clean(t, where, text) })
		}
	})
}

func (s *setup) databaseURL() string {
	for _, variable := range s.env {
		if url, ok := strings.CutPrefix(variable, "DATABASE_URL="); ok {
			return url
		}
	}
	return ""
}

// cleanFolder looks through every file that servers and engines left.
func cleanFolder(t *testing.T, folder string) {
	t.Helper()
	seen := 0
	err := filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(name)
		clean(t, name, string(text))
		seen++
		return err
	})
	if err != nil || seen == 0 {
		t.Errorf("looked through %d files: %v", seen, err)
	}
}

// eachStored hands every row of every table to look.
func eachStored(t *testing.T, databaseURL string, look func(where, text string)) {
	t.Helper()
	db, err := sql.Open("pgx", databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows := func(query string) []string {
		result, err := db.QueryContext(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		defer result.Close()
		var list []string
		for result.Next() {
			var text string
			if err := result.Scan(&text); err != nil {
				t.Fatal(err)
			}
			list = append(list, text)
		}
		if err := result.Err(); err != nil {
			t.Fatal(err)
		}
		return list
	}
	tables := rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
	if len(tables) < 4 {
		t.Errorf("tables %v", tables)
	}
	for _, table := range tables {
		look("table "+table, strings.Join(rows("SELECT t::text FROM \""+table+"\" t"), "\n"))
	}
	for _, chunk := range rows("SELECT encode(data, 'base64') FROM migration_log_chunks") {
		text, _ := base64.StdEncoding.DecodeString(strings.ReplaceAll(chunk, "\n", ""))
		look("a piece of log", string(text))
	}
}

// Another user of the machine may list processes and look into open folders.
func TestAnotherUserOfTheMachineReadsNothingSecret(t *testing.T) {
	t.Parallel()
	other, err := process.Unprivileged("nobody", "daemon")
	if err != nil {
		t.Fatal(err)
	}
	if other == nil {
		t.Skip("only root can become another user")
	}
	setup := newSetup(t, "")
	// The folders above must not be what keeps others out.
	for folder := setup.folder; folder != os.TempDir() && folder != "/"; folder = filepath.Dir(folder) {
		if err := os.Chmod(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	server := setup.start()
	id := server.create(canaryJob(script.Leaky + "@uid"))[0].ID
	server.untilLogged(id, script.LeakyEnd)
	pids := engines(t, script.Leaky+"@uid")
	if len(pids) != 1 {
		t.Fatalf("engines %v, want one", pids)
	}
	read := func(name string, args ...string) (string, error) {
		cmd := exec.Command(name, args...)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: other.Credential()}
		text, err := cmd.CombinedOutput()
		return string(text), err
	}
	if text, err := read("cat", fmt.Sprintf("/proc/%d/cmdline", pids[0])); err != nil || !strings.Contains(text, "--host1=") {
		t.Fatalf("the other user cannot even see arguments, so nothing is shown: %s, %v", text, err)
	} else {
		clean(t, "the engine's arguments", text)
	}
	data := filepath.Join(setup.folder, "data")
	for _, secretFile := range []string{
		fmt.Sprintf("/proc/%d/environ", pids[0]), fmt.Sprintf("/proc/%d/mem", pids[0]), fmt.Sprintf("/proc/%d/environ", server.cmd.Process.Pid),
		filepath.Join(data, "encryption.key"), filepath.Join(data, "mailferry.db"), filepath.Join(data, "mailferry.db-wal"),
	} {
		if _, err := os.Stat(secretFile); err != nil {
			t.Errorf("%s is not there to be read: %v", secretFile, err)
		}
		if text, err := read("head", "-c", "100", secretFile); err == nil || !strings.Contains(text, "ermission denied") {
			t.Errorf("another user reads %s: %q, %v", secretFile, text, err)
		}
	}
	if text, err := read("ls", data); err == nil {
		t.Errorf("another user lists the data folder: %s", text)
	}
	if text, err := read("sh", "-c", "find "+setup.folder+" -type f -readable -exec cat {} + 2>/dev/null; true"); err != nil {
		t.Error(err)
	} else {
		clean(t, "what another user finds", text)
	}
}

func TestHostileArgumentsAreRefusedOrInert(t *testing.T) {
	t.Parallel()
	setup := newSetup(t, "")
	server := setup.start()
	for _, evil := range []string{"-x", "--pipemess=x", "a\x00b", "a\r\nb", "--", ""} {
		for _, field := range []string{"host", "user"} {
			input := canaryJob("lines-1-0s@evil")
			input["source"].(map[string]any)[field] = evil
			var refused *apiclient.Error
			err := server.Do(t.Context(), `mutation($i: CreateJobInput!) { createJob(input: $i) { id } }`, map[string]any{"i": input}, nil)
			if !errors.As(err, &refused) || refused.Code != "BAD_USER_INPUT" || refused.Field != "source."+field {
				t.Errorf("%s %q: %v", field, evil, err)
			}
		}
		if evil == "" {
			continue
		}
		input := canaryJob("lines-1-0s@evil")
		input["options"] = map[string]any{"underFolder": evil}
		err := server.Do(t.Context(), `mutation($i: CreateJobInput!) { createJob(input: $i) { id } }`, map[string]any{"i": input}, nil)
		var refused *apiclient.Error
		if !errors.As(err, &refused) || refused.Code != "BAD_USER_INPUT" {
			t.Errorf("folder %q: %v", evil, err)
		}
	}
	input := canaryJob(script.Leaky + "@$(touch owned);`touch owned`|touch owned")
	input["options"] = map[string]any{"folders": []string{"$(touch owned)", "a;touch owned", "*", "'\"", "%s%n"}, "excludeFolders": []string{"|touch owned"}}
	id := server.create(input)[0].ID
	log := server.untilLogged(id, script.LeakyEnd)
	plain := strings.ReplaceAll(log, `\`, "")
	for _, want := range []string{"$(touch owned)", "a;touch owned", "|touch owned"} {
		if !strings.Contains(plain, want) {
			t.Errorf("the engine did not get %q as it is:\n%s", want, log)
		}
	}
	for line := range strings.Lines(log) {
		// --pidfile takes its empty value as an argument of its own.
		if argument, ok := strings.CutPrefix(line, `argument: "`); ok && !strings.HasPrefix(argument, "--") && argument != "\"\n" {
			t.Errorf("an argument is no option: %s", line)
		}
	}
	for _, folder := range []string{".", "/", setup.folder, filepath.Join(setup.folder, "data")} {
		if _, err := os.Stat(filepath.Join(folder, "owned")); err == nil {
			t.Errorf("a command was run: there is a file owned in %s", folder)
		}
	}
}

func TestHostileOutputIsStoredAsTextAndServedInert(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, setup *setup) {
		server := setup.start()
		id := server.create(canaryJob(script.Hostile + "@x"))[0].ID
		f := &follower{t: t, id: id}
		if err := f.follow(t.Context(), server.Client); !f.done {
			t.Fatal(err)
		}
		want := strings.ReplaceAll(strings.ToValidUTF8(script.HostileOutput(), "\uffff"), "\x00", "")
		got := f.text.String()
		if !utf8.ValidString(got) || strings.Contains(got, "\x00") || !strings.Contains(got, "<script>alert(document.cookie)</script>") ||
			!strings.Contains(got, "\u202eright to left") || len(got) < len(want)-20 {
			t.Errorf("%d bytes arrived, want about %d of valid UTF-8: %.300q", len(got), len(want), got)
		}
		answer, err := server.Get(t.Context(), "/migration/jobs/"+id+"/log", nil)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil || string(text) != got {
			t.Errorf("the download has %d bytes, the tail got %d, %v", len(text), len(got), err)
		}
		header := answer.Header
		if header.Get("Content-Type") != "text/plain; charset=utf-8" || header.Get("X-Content-Type-Options") != "nosniff" ||
			!strings.HasPrefix(header.Get("Content-Disposition"), "attachment") || !strings.Contains(header.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("headers %v", header)
		}
		polled := server.get("/migration/jobs/" + id + "/tail")
		if strings.Contains(polled, "<script>") {
			t.Errorf("JSON holds a tag as it is: %.200s", polled)
		}
	})
}

func TestARetiredKeyFailsCleanlyAndRekeyMovesOn(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, setup *setup) {
		oldKey, newKey := secret.GenerateKey(), secret.GenerateKey()
		run := func(keys, command string) (string, error) {
			cmd := exec.Command(os.Getenv(binaryVariable), command)
			cmd.Env = append(append([]string{}, setup.env...), "MAILFERRY_ENCRYPTION_KEY="+keys)
			text, err := cmd.CombinedOutput()
			return string(text), err
		}
		server := setup.start("MAILFERRY_ENCRYPTION_KEY=" + oldKey)
		first := server.waitEnd(server.create(scripted("before", 3, 0))[0].ID)
		server.signal(syscall.SIGTERM)
		server.wait()

		server = setup.start("MAILFERRY_ENCRYPTION_KEY=" + newKey)
		var refused *apiclient.Error
		err := server.Do(t.Context(), `mutation($id: ID!) { rerunJob(id: $id) { id } }`, map[string]any{"id": first.ID}, nil)
		if !errors.As(err, &refused) || refused.Code != "CONFLICT" || strings.Contains(refused.Message, oldKey) {
			t.Errorf("a rerun without the key: %v", err)
		}
		if text, err := run(newKey, "rekey"); err == nil || !strings.Contains(text, "1 jobs") {
			t.Errorf("rekey without the old key: %s, %v", text, err)
		}
		server.signal(syscall.SIGTERM)
		server.wait()

		server = setup.start("MAILFERRY_ENCRYPTION_KEY=" + newKey + "," + oldKey)
		// While the server runs.
		if text, err := run(newKey+","+oldKey, "rekey"); err != nil || !strings.Contains(text, "1 jobs moved") {
			t.Errorf("rekey: %s, %v", text, err)
		}
		if text, err := run(newKey+","+oldKey, "rekey"); err != nil || !strings.Contains(text, "0 jobs moved, 1 were there") {
			t.Errorf("rekey again: %s, %v", text, err)
		}
		server.signal(syscall.SIGTERM)
		server.wait()
		server = setup.start("MAILFERRY_ENCRYPTION_KEY=" + newKey)
		again := server.waitEnd(server.rerun(first.ID).ID)
		if again.Error != nil && strings.Contains(*again.Error, "key") || again.LogSize == 0 {
			t.Errorf("the rerun under the new key: %+v", again)
		}
	})
}

func TestSignInTokensAndTheirEndByTheBinary(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, setup *setup) {
		server := setup.start()
		server.stdout.waitFor(t, "MAILFERRY_ADMIN_PASSWORD")
		_, shown, _ := strings.Cut(server.stdout.String(), "password is: ")
		password, _, _ := strings.Cut(shown, "\n")
		if strings.Contains(server.stderr.String(), password) {
			t.Error("the server's log holds the password")
		}
		if status, text := server.post("/login", "application/json", `{"password":"`+password+`"}`); status != http.StatusOK {
			t.Errorf("sign-in: %d %s", status, text)
		}
		token := func(args ...string) string {
			cmd := exec.Command(os.Getenv(binaryVariable), append([]string{"token"}, args...)...)
			cmd.Env = setup.env
			text, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("token %v: %v %s", args, err, text)
			}
			return strings.TrimSpace(string(text))
		}
		reader := &apiclient.Client{URL: server.URL, Token: token("create", "dashboard", "--read-only")}
		if err := reader.Do(t.Context(), `{ runner { slots } }`, nil, nil); err != nil {
			t.Errorf("query by a token: %v", err)
		}
		var refused *apiclient.Error
		if err := reader.Do(t.Context(), `mutation { deleteJob(id: 1) }`, nil, nil); !errors.As(err, &refused) || refused.Code != "FORBIDDEN" {
			t.Errorf("mutation by a read-only token: %v", err)
		}
		list := token("list")
		if !strings.Contains(list, "dashboard") || !strings.Contains(list, "read-only") || strings.Contains(list, reader.Token) {
			t.Errorf("list: %s", list)
		}
		sub, err := reader.Subscribe(t.Context(), `subscription { jobChanged { id } }`, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer sub.Close()
		token("revoke", "dashboard")
		ended := make(chan error, 1)
		go func() { ended <- sub.Next(&struct{}{}) }()
		select {
		case err := <-ended:
			if err == nil || !strings.Contains(err.Error(), "4401") {
				t.Errorf("the socket of a revoked token ended with %v", err)
			}
		case <-time.After(patience):
			t.Error("the socket of a revoked token goes on")
		}
		if err := reader.Do(t.Context(), `{ runner { slots } }`, nil, nil); err == nil {
			t.Error("a revoked token still works")
		}
		server.signal(syscall.SIGTERM)
		server.wait()
		again := setup.start()
		again.signal(syscall.SIGTERM)
		again.wait()
		if strings.Contains(again.stdout.String(), "password") {
			t.Errorf("the password is shown again: %s", again.stdout)
		}
	})
}

func TestPlainHTTPIsRefusedWhereOthersCanReachIt(t *testing.T) {
	t.Parallel()
	setup := newSetup(t, "")
	server := setup.launch("MAILFERRY_ADDR=0.0.0.0:0")
	if code := server.wait(); code == 0 || !strings.Contains(server.stderr.String(), "MAILFERRY_ALLOW_PLAIN_HTTP") {
		t.Errorf("exit code %d: %s", code, server.stderr)
	}
}
