package e2e_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"mailferry/internal/testkit/canary"
	"mailferry/internal/testkit/imapscript"
	"mailferry/internal/testkit/mailbox"
)

// everything is all that the API says of a job.
const everything = `id name status queueReason exitReason error result nextStep attempt
  source { host user } destination { host user }
  progress { currentFolder waiting { reason } } waiting { side reason until } precheck { ok error folders messages }
  report { messagesCopied messagesMissing messagesFailed folderReports { source destination missing } missing { folder date subject reason } }
  log(limit: 1048576) { chunk }`

// watch is a search for passwords in all that a server says.
type watch struct {
	t      *testing.T
	finder *canary.Finder
	mu     sync.Mutex
	texts  int
}

func (w *watch) clean(where, text string) {
	w.t.Helper()
	w.mu.Lock()
	w.texts++
	w.mu.Unlock()
	if found := w.finder.Find(text); found != "" {
		w.t.Errorf("%s holds a password: …%s…", where, found)
	}
}

// A host that knows a password only because it was given it says it back, in every place and spelling. It must not appear in
// anything that people or programs get to see, nor be stored.
func TestAHostThatSaysThePasswordBackIsNotRepeated(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, setup *setup) {
		w := &watch{t: t, finder: canary.NewFinder()}
		server := setup.start("MAILFERRY_SLOTS=6", "MAILFERRY_MAX_CHECKS=6")

		// In passing: one run each way, which goes on to its end.
		full := newParrot(t, canary.Source, "", 0).fill()
		taking := newParrot(t, canary.Destination, "", 0)
		ended := w.run(server, move(full.mailbox("anna@example.org"), taking.mailbox("anna@example.com"), "BUILTIN"))
		if ended.Report == nil || ended.Report.MessagesMissing == 0 || !strings.Contains(server.download(ended.ID), "***") {
			t.Errorf("nothing was refused or masked, so nothing is shown: %+v", ended)
		}
		w.previews(server, full, taking)

		// At the end: what a host said is the reason of the failure, on either side.
		var group sync.WaitGroup
		slots := make(chan struct{}, 6)
		count := len(canary.Reflections(canary.Source))
		for n := range count {
			// Each reflection at two places, each place with every second one on either side.
			for i := range 2 {
				slots <- struct{}{}
				group.Go(func() {
					defer func() { <-slots }()
					w.refused(server, where[(n+2*i)%len(where)], n, (n/len(where)+i)%2 == 0)
				})
			}
		}
		group.Wait()
		w.batch(server, count)

		w.clean("the metrics", server.get("/metrics"))
		server.stop()
		w.clean("what the server printed", server.stdout.String()+server.stderr.String())
		w.files(setup.folder)
		if databaseURL := setup.databaseURL(); databaseURL != "" {
			eachStored(t, databaseURL, w.clean)
		}
		t.Logf("%d reflections, %d texts looked through", count, w.texts)
	})
}

// run runs a job, follows its log meanwhile and looks through all that is said of it.
func (w *watch) run(server *server, input map[string]any) job {
	w.t.Helper()
	created := server.create(input)[0]
	f := &follower{t: w.t, id: created.ID}
	_ = f.follow(w.t.Context(), server.Client)
	w.clean("the tail of job "+created.ID, f.text.String())
	ended := server.waitEnd(created.ID)
	w.job(server, created.ID)
	return ended
}

// job looks through all that the API and the download say of a job.
func (w *watch) job(server *server, id string) {
	w.t.Helper()
	var answer json.RawMessage
	server.do(`query ($id: ID!) { job(id: $id) { `+everything+` } }`, map[string]any{"id": id}, &answer)
	w.json("job "+id, answer)
	w.clean("the download of job "+id, server.download(id))
	w.clean("the polled log of job "+id, server.get("/migration/jobs/"+id+"/tail"))
}

// json looks through an answer as it is sent, and as a client reads it.
func (w *watch) json(where string, answer json.RawMessage) {
	w.t.Helper()
	w.clean(where, string(answer))
	var decoded any
	if err := json.Unmarshal(answer, &decoded); err != nil {
		w.t.Error(err)
	}
	w.clean(where+", decoded", fmt.Sprintf("%v", decoded))
}

// refused runs a job that a host ends with a reflection, and has the host checked.
func (w *watch) refused(server *server, end string, n int, bySource bool) {
	other := imapscript.NewHost(w.t, imapscript.Knobs{})
	other.Mailbox("Old").Add(imapscript.Message{Body: []byte("Subject: one\r\n\r\nbody\r\n")})
	plain := func(password string) mailbox.Mailbox {
		return mailbox.Mailbox{Host: other.Host, Port: other.Port, User: "other@example.org", Password: password}
	}
	user := fmt.Sprintf("%s-%d@example.org", end, n)
	var source, destination, speaking mailbox.Mailbox
	if bySource {
		speaking = newParrot(w.t, canary.Source, end, n).mailbox(user)
		source, destination = speaking, plain(canary.Destination)
	} else {
		speaking = newParrot(w.t, canary.Destination, end, n).mailbox(user)
		source, destination = plain(canary.Source), speaking
	}
	input := move(source, destination, "BUILTIN")
	var id string
	if end == "wait" {
		id = server.create(input)[0].ID
		server.waitUntil(id, "waits for its host", func(j waitingJob) bool {
			return j.Status != "QUEUED" && j.Status != "RUNNING" || j.QueueReason != nil && j.Status == "QUEUED"
		})
		w.job(server, id)
	} else {
		w.run(server, input)
	}
	var answer json.RawMessage
	server.do(`mutation ($i: EndpointInput!) { checkEndpoint(input: $i) { ok error } }`, map[string]any{"i": input["source"]}, &answer)
	w.json("a check", answer)
	server.do(`mutation ($i: CreateJobInput!) { previewFolders(input: $i) {
		source { ok error } destination { ok error } folders { source destination collidesWith } notCopied unknown } }`, map[string]any{"i": input}, &answer)
	w.json("a preview", answer)
}

// previews looks through what is said of folders before a run, and at the arguments of the processes that look.
func (w *watch) previews(server *server, full, taking *parrot) {
	w.t.Helper()
	input := move(full.mailbox("anna@example.org"), taking.mailbox("anna@example.com"), "BUILTIN")
	input["options"] = map[string]any{"excludeFolders": []string{"Refused 1"}, "folderPrefixes": []string{"Nowhere"}}
	var answer json.RawMessage
	server.do(`mutation ($i: CreateJobInput!) { previewFolders(input: $i) {
		source { ok error } destination { ok error } folders { source destination collidesWith } notCopied unknown } }`, map[string]any{"i": input}, &answer)
	w.json("the preview", answer)
	if !strings.Contains(string(answer), "***") {
		w.t.Errorf("the preview has no folder with a password in its name, so nothing is shown: %.300s", answer)
	}
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		w.t.Fatal(err)
	}
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil {
			w.clean(file, string(text))
		}
	}
}

// batch imports mailboxes whose hosts refuse their logins or folders, looks at one before, checks all, runs them, and reads
// the reports.
func (w *watch) batch(server *server, count int) {
	w.t.Helper()
	var csv strings.Builder
	csv.WriteString("source_host,source_port,source_user,source_password,destination_host,destination_port,destination_user,destination_password\n")
	field := func(text string) string { return `"` + strings.ReplaceAll(text, `"`, `""`) + `"` }
	for n := range count {
		from := newParrot(w.t, canary.Source, []string{"", "LOGIN", "LIST", ""}[n%4], n)
		to := newParrot(w.t, canary.Destination, []string{"LOGIN", "", "", ""}[n%4], n)
		from.Mailbox(fmt.Sprintf("Uncreated %d", n)).Add(imapscript.Message{Body: fmt.Appendf(nil, "Message-ID: <%d@x>\r\nSubject: %s\r\n\r\nx\r\n", n, from.line(n))})
		fmt.Fprintf(&csv, "%s,%d,u%d,%s,%s,%d,u%d,%s\n", from.Host.Host, from.Port, n, field(from.password), to.Host.Host, to.Port, n, field(to.password))
	}
	side := map[string]any{"security": "NONE"}
	variables := map[string]any{
		"csv": csv.String(), "line": 3,
		"defaults": map[string]any{"name": "reflections", "source": side, "destination": side, "paused": true, "engine": "BUILTIN", "retries": 0},
	}
	var answer json.RawMessage
	for line := range 3 {
		variables["line"] = line + 2
		server.do(`mutation ($csv: String!, $defaults: BatchSettingsInput, $line: Int!) { previewImport(csv: $csv, defaults: $defaults, line: $line) {
			source { ok error } destination { ok error } folders { source destination } notCopied unknown } }`, variables, &answer)
		w.json("the preview of a line", answer)
	}
	delete(variables, "line")
	server.do(`mutation ($csv: String!, $defaults: BatchSettingsInput) { importJobs(csv: $csv, defaults: $defaults) {
		rows { name source { host user } destination { host user } } errors { line column message } batch { id } } }`, variables, &answer)
	w.json("the import", answer)
	var imported struct {
		ImportJobs struct{ Batch *struct{ ID string } }
	}
	if err := json.Unmarshal(answer, &imported); err != nil || imported.ImportJobs.Batch == nil {
		w.t.Fatalf("nothing was imported: %s", answer)
	}
	id := map[string]any{"id": imported.ImportJobs.Batch.ID}
	server.do(`mutation ($id: ID!) { checkBatch(id: $id) { id } }`, id, nil)
	server.waitForBatch(imported.ImportJobs.Batch.ID, "is checked", func(s batchState) bool { return !s.Checking && s.Checked == count })
	w.jobs(server, id)
	server.do(`mutation ($id: ID!) { resumeBatch(id: $id) { id } }`, id, nil)
	server.waitForBatch(imported.ImportJobs.Batch.ID, "has ended", func(s batchState) bool { return s.active() == 0 })
	w.jobs(server, id)
	for _, route := range []string{"report.json", "report.csv", "missing.csv"} {
		text := server.get("/migration/batches/" + imported.ImportJobs.Batch.ID + "/" + route)
		if len(text) < 100 {
			w.t.Errorf("%s is %q", route, text)
		}
		w.clean(route, text)
	}
}

// jobs looks through all that is said of the jobs of a batch.
func (w *watch) jobs(server *server, batch map[string]any) {
	w.t.Helper()
	var listed struct {
		Batch struct {
			Jobs struct {
				Edges []struct{ Node struct{ ID string } }
			}
		}
	}
	server.do(`query ($id: ID!) { batch(id: $id) { jobs(first: 500) { edges { node { id } } } } }`, batch, &listed)
	for _, edge := range listed.Batch.Jobs.Edges {
		w.job(server, edge.Node.ID)
	}
}

// files looks through every file that the server left.
func (w *watch) files(folder string) {
	w.t.Helper()
	err := filepath.WalkDir(folder, func(name string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(name)
		w.clean(name, string(text))
		return err
	})
	if err != nil {
		w.t.Error(err)
	}
}
