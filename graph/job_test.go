package graph_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"mailferry/graph"
)

func TestJobIsCreatedAndReadBack(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	input := jobInput("lines 2")
	input["name"] = "Anna"
	input["dryRun"] = true
	input["destination"] = map[string]any{
		"host": "new.example.org", "port": 143, "security": "STARTTLS", "user": "anna", "password": canary, "verifyCertificate": false,
	}
	input["options"] = map[string]any{
		"excludeFolders": []string{"Spam"}, "renameFolders": []any{map[string]any{"from": "a", "to": "b"}}, "maxAgeDays": 30, "maxSize": 1 << 40, "syncFlags": false,
	}
	created := must[struct{ CreateJob struct{ ID string } }](t, h.query(
		`mutation($input: CreateJobInput!) { createJob(input: $input) { id } }`, map[string]any{"input": input}))
	h.eventually("the job to end", func() bool {
		return strings.Contains(string(h.query(`{ job(id: `+created.CreateJob.ID+`) { finishedAt } }`, nil).Data), `Z"`)
	})
	a := h.query(`query($id: ID!) { job(id: $id) {
		id name dryRun engine source { host port security user verifyCertificate } destination { host port security user verifyCertificate }
		options { folders excludeFolders renameFolders { from to } underFolder maxAgeDays minAgeDays maxSize syncFlags automap }
		queuePosition exitCode rerunOf { id } reruns { id } logSize log(offset: 8, limit: 6) { offset chunk newOffset eof } finishedAt } }`,
		map[string]any{"id": created.CreateJob.ID})
	text := string(a.Data)
	for _, want := range []string{
		`"name":"Anna","dryRun":true,"engine":"BUILTIN"`,
		`"source":{"host":"old.example.org","port":993,"security":"TLS","user":"lines 2","verifyCertificate":true}`,
		`"destination":{"host":"new.example.org","port":143,"security":"STARTTLS","user":"anna","verifyCertificate":false}`,
		`"options":{"folders":[],"excludeFolders":["Spam"],"renameFolders":[{"from":"a","to":"b"}],"underFolder":null,"maxAgeDays":30,"minAgeDays":null,"maxSize":1099511627776,"syncFlags":false,"automap":false}`,
		`"queuePosition":null`, `"rerunOf":null,"reruns":[]`,
		`"log":{"offset":8,"chunk":"f 2: ","newOffset":13,"eof":false}`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("answer has no %s:\n%s %+v", want, text, a.Errors)
		}
	}
	if strings.Contains(text, canary) || strings.Contains(h.log.String(), canary) {
		t.Error("the password is in the answer or the server's log")
	}
	if again := string(h.query(`query { job(id: "`+created.CreateJob.ID+`") { id } }`, nil).Data); !strings.Contains(again, `"id":"1"`) {
		t.Errorf("ids are not strings: %s", again)
	}
}

func TestAJobSaysWhatKeepsItFromStarting(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	const stands = `queuePosition queueReason waiting { side reason until } deleted progress { waiting { side } }`
	waits := h.queued("until places")
	got := string(h.query(`query($id: ID!) { job(id: $id) { `+stands+` } }`, map[string]any{"id": waits}).Data)
	if got != `{"job":{"queuePosition":1,"queueReason":null,"waiting":null,"deleted":false,"progress":null}}` {
		t.Errorf("the next job is %s", got)
	}
	batch := oneMailbox(map[string]any{"paused": true})
	got = string(h.query(`mutation($b: CreateBatchInput!) { createBatch(input: $b) {
		jobs { edges { node { `+stands+` retriesLeft } } } summary { progress messagesToCopy waiting { side } } } }`, map[string]any{"b": batch}).Data)
	if !strings.Contains(got, `"queuePosition":null,"queueReason":"Its batch is paused. Resume`) ||
		!strings.Contains(got, `"summary":{"progress":0,"messagesToCopy":0,"waiting":null}`) {
		t.Errorf("a paused batch is %s", got)
	}
	h.write("places", "end\n")
}

func TestAJobSaysWhatBecameOfItsMailboxAndWhatIsLeftToDo(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	said := func(job string) string {
		t.Helper()
		return string(h.query(`{ job(id: `+job+`) { status result nextStep } }`, nil).Data)
	}
	waits := h.queued("until results")
	if got := said(waits); !strings.Contains(got, `"result":"UNFINISHED","nextStep":"The job has not ended yet`) {
		t.Errorf("a queued job: %s", got)
	}
	must[any](t, h.query(`mutation { cancelJob(id: `+waits+`) { id } }`, nil))
	if got := said(waits); !strings.Contains(got, `"result":"STOPPED","nextStep":"The move was not finished: rerun the job`) {
		t.Errorf("a cancelled job: %s", got)
	}
	h.write("results", "end\n")
	ended := h.create("lines 1")
	h.eventually("the job to end", func() bool { return strings.Contains(said(ended), `"FAILED","result"`) })
	if got := said(ended); !strings.Contains(got, `"result":"FAILED","nextStep":"The engine reported success, but`) {
		t.Errorf("a job without an outcome: %s", got)
	}
}

func TestPagesStayWhileJobsAreAdded(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	for range 5 {
		h.create("until pages")
	}
	type page struct {
		Jobs struct {
			Edges    []struct{ Node struct{ ID string } }
			PageInfo struct {
				HasNextPage bool
				EndCursor   string
			}
			TotalCount int
		}
	}
	query := `query($after: String) { jobs(first: 3, after: $after) { edges { cursor node { id queuePosition } } pageInfo { hasNextPage endCursor } totalCount } }`
	first := must[page](t, h.query(query, nil)).Jobs
	h.create("until pages")
	second := must[page](t, h.query(query, map[string]any{"after": first.PageInfo.EndCursor})).Jobs
	got := fmt.Sprint(first.Edges, first.PageInfo.HasNextPage, second.Edges, second.PageInfo.HasNextPage, second.TotalCount)
	if want := "[{{5}} {{4}} {{3}}] true [{{2}} {{1}}] false 6"; got != want {
		t.Errorf("pages %s, want %s", got, want)
	}
	counts := ""
	h.eventually("two jobs to run", func() bool {
		counts = string(h.query(`{ jobCounts { status count } }`, nil).Data)
		return strings.Contains(counts, `{"status":"RUNNING","count":2}`)
	})
	if !strings.Contains(counts, `{"status":"QUEUED","count":4}`) || !strings.Contains(counts, `{"status":"FAILED","count":0}`) {
		t.Errorf("counts %s", counts)
	}
	h.write("pages", "end\n")
}

func TestCredentialsOfAWaitingJobAreReplaced(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	job := h.queued("until credentials")
	const set = `mutation($id: ID!, $source: CredentialsInput, $destination: CredentialsInput) {
		setCredentials(jobId: $id, source: $source, destination: $destination) { id name status source { user } destination { user } precheck { ok } } }`
	a := h.query(set, map[string]any{
		"id": job, "source": map[string]any{"user": "lines 1"}, "destination": map[string]any{"user": "emma", "password": canary},
	})
	want := fmt.Sprintf(`{"setCredentials":{"id":%q,"name":"lines 1","status":"QUEUED","source":{"user":"lines 1"},"destination":{"user":"emma"},"precheck":null}}`, job)
	if string(a.Data) != want || len(a.Errors) > 0 {
		t.Errorf("answer %s %+v, want %s", a.Data, a.Errors, want)
	}
	h.query(set, map[string]any{"id": job}).refusedAs(t, "nothing to replace", "BAD_USER_INPUT", "source")
	h.query(set, map[string]any{"id": job, "destination": map[string]any{}}).refusedAs(t, "an empty side", "BAD_USER_INPUT", "destination")
	h.query(set, map[string]any{"id": job, "destination": map[string]any{"user": "-u"}}).refusedAs(t, "a user", "BAD_USER_INPUT", "destination.user")
	h.query(set, map[string]any{"id": job, "source": map[string]any{"password": ""}}).refusedAs(t, "a password", "BAD_USER_INPUT", "source.password")
	h.write("credentials", "end\n")
	h.eventually("the job to end", func() bool {
		return strings.Contains(string(h.query(`{ job(id: `+job+`) { log { chunk } } }`, nil).Data), "line 1 of 1")
	})
	if strings.Contains(h.log.String(), canary) {
		t.Errorf("the server's log repeats the password:\n%s", h.log)
	}
}

func TestJobChangedTellsOfEveryState(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	c := h.connect()
	c.Subscribe("all", `subscription { jobChanged { id status source { user } } }`, nil)
	c.Send(`{"type":"ping"}`)
	c.Next() // The subscription stands when the pong comes: both went through one reader.
	h.eventually("the subscription", func() bool { return h.handler.Subscriptions() == 1 })
	job := h.create("until change")
	seen := ""
	for !strings.Contains(seen, "RUNNING") {
		seen += string(c.Next().Payload)
	}
	h.query(`mutation($id: ID!) { cancelJob(id: $id) { id } }`, map[string]any{"id": job})
	for !strings.Contains(seen, "CANCELLED") {
		seen += string(c.Next().Payload)
	}
	if strings.Contains(seen, "s3cret") {
		t.Errorf("events hold a password: %s", seen)
	}
}

func TestADeletionIsAnEventOfItsOwn(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	job := h.create("lines 1")
	c := h.connect()
	c.Subscribe("one", `subscription($id: ID) { jobChanged(id: $id) { id status deleted } }`, map[string]any{"id": job})
	type event struct {
		Data struct {
			JobChanged struct {
				ID, Status string
				Deleted    bool
			}
		}
	}
	read := func() event {
		var e event
		if err := json.Unmarshal(c.Next().Payload, &e); err != nil {
			t.Fatal(err)
		}
		return e
	}
	for e := read(); e.Data.JobChanged.Status == "QUEUED" || e.Data.JobChanged.Status == "RUNNING"; e = read() {
		if e.Data.JobChanged.Deleted || e.Data.JobChanged.ID != job {
			t.Fatalf("before the end there is %+v", e)
		}
	}
	must[any](t, h.query(`mutation($id: ID!) { deleteJob(id: $id) }`, map[string]any{"id": job}))
	if e := read(); !e.Data.JobChanged.Deleted || e.Data.JobChanged.ID != job {
		t.Errorf("the deletion is told as %+v", e)
	}
}

func FuzzCursorsAndIDs(f *testing.F) {
	for _, seed := range []string{"1", "", "0", "-1", "99999999999999999999", "1 OR 1=1", "../1", "٣", "1\x00"} {
		f.Add(seed, int64(0), 10)
	}
	h := newHarness(f, graph.Limits{})
	h.create("lines 3")
	f.Fuzz(func(t *testing.T, text string, offset int64, limit int) {
		variables := map[string]any{"text": text, "offset": offset, "limit": limit}
		h := &harness{t: t, server: h.server}
		a := h.query(`query($text: String) { jobs(first: 2, after: $text, filter: {search: $text}) { edges { node { id } } totalCount } }`, variables)
		b := h.query(`query($text: ID!, $offset: Int64!, $limit: Int) { job(id: $text) { log(offset: $offset, limit: $limit) { chunk newOffset } } }`, variables)
		for _, answer := range []answer{a, b} {
			for _, e := range answer.Errors {
				if e.Extensions.Code != "BAD_USER_INPUT" {
					t.Fatalf("%q, %d, %d: %+v", text, offset, limit, e)
				}
			}
		}
	})
}
