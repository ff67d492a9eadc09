package graph_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"mailferry/graph"
	"mailferry/internal/auth"
)

const canary = "c4n4ry-p4ssw0rd"

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

func TestErrorsNameCodeAndField(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	job := h.create("until errors")
	one := `mutation($input: CreateJobInput!) { createJob(input: $input) { id } }`
	many := `mutation($inputs: [CreateJobInput!]!) { createJobs(inputs: $inputs) { id } }`
	check := `mutation($input: EndpointInput!) { checkEndpoint(input: $input) { ok } }`
	batch := `mutation($i: CreateBatchInput!) { createBatch(input: $i) { id } }`
	file := `mutation($d: BatchSettingsInput) { importJobs(csv: "user,password\na,b\n", defaults: $d) { errors { message } } }`
	settings := func(change map[string]any) map[string]any {
		all := map[string]any{
			"name": "x", "source": map[string]any{"host": "a.example.org"}, "destination": map[string]any{"host": "b.example.org"},
		}
		maps.Copy(all, change)
		return all
	}
	batchOf := func(change map[string]any) map[string]any {
		side := map[string]any{"user": "u", "password": "p"}
		return map[string]any{"i": map[string]any{"settings": settings(change), "mailboxes": []any{map[string]any{"source": side, "destination": side}}}}
	}
	h.eventually("the job to run", func() bool {
		return strings.Contains(string(h.query(`{ job(id: `+job+`) { status } }`, nil).Data), "RUNNING")
	})
	set := `mutation($id: ID!, $source: CredentialsInput, $destination: CredentialsInput) {
		setCredentials(jobId: $id, source: $source, destination: $destination) { id } }`
	with := func(side string, change map[string]any) map[string]any {
		input := jobInput("lines 1")
		e := endpoint("h.example.org", "u")
		maps.Copy(e, change)
		input[side] = e
		return input
	}
	for name, c := range map[string]struct {
		query     string
		variables map[string]any
		code      string
		field     string
	}{
		"no host":          {one, map[string]any{"input": with("source", map[string]any{"host": ""})}, "BAD_USER_INPUT", "source.host"},
		"port 0":           {one, map[string]any{"input": with("destination", map[string]any{"port": 0})}, "BAD_USER_INPUT", "destination.port"},
		"port 22":          {one, map[string]any{"input": with("source", map[string]any{"port": 22})}, "BAD_USER_INPUT", "source.host"},
		"loopback":         {one, map[string]any{"input": with("source", map[string]any{"host": "::ffff:127.0.0.1"})}, "BAD_USER_INPUT", "source.host"},
		"fourth of many":   {many, map[string]any{"inputs": []any{jobInput("lines 1"), jobInput("lines 1"), jobInput("lines 1"), with("source", map[string]any{"user": "-u"})}}, "BAD_USER_INPUT", "inputs[3].source.user"},
		"none of many":     {many, map[string]any{"inputs": []any{}}, "BAD_USER_INPUT", "inputs"},
		"engine in lower":  {one, map[string]any{"input": map[string]any{"engine": "builtin", "source": endpoint("a.example.org", "u"), "destination": endpoint("b.example.org", "u")}}, "BAD_USER_INPUT", "engine"},
		"password missing": {one, map[string]any{"input": map[string]any{"source": map[string]any{"host": "h", "user": "u"}, "destination": endpoint("h", "u")}}, "BAD_USER_INPUT", "source.password"},
		"password number":  {one, map[string]any{"input": with("source", map[string]any{"password": 4711})}, "BAD_USER_INPUT", "source.password"},
		"check":            {check, map[string]any{"input": map[string]any{"host": "169.254.169.254", "user": "u", "password": canary}}, "BAD_USER_INPUT", "host"},
		"running job's":    {set, map[string]any{"id": job, "source": map[string]any{"password": canary}}, "CONFLICT", ""},
		"no job's":         {set, map[string]any{"id": 999, "source": map[string]any{"password": canary}}, "NOT_FOUND", ""},
		"new number":       {set, map[string]any{"id": job, "destination": map[string]any{"password": 4711}}, "BAD_USER_INPUT", "destination.password"},
		"batch's name":     {batch, batchOf(map[string]any{"name": ""}), "BAD_USER_INPUT", "settings.name"},
		"batch's retries":  {batch, batchOf(map[string]any{"retries": 21}), "BAD_USER_INPUT", "settings.retries"},
		"batch's limit":    {batch, batchOf(map[string]any{"sourceLimit": 0}), "BAD_USER_INPUT", "settings.sourceLimit"},
		"batch's mailbox":  {batch, batchOf(map[string]any{"source": nil}), "BAD_USER_INPUT", "mailboxes[0].source.host"},
		"file's retries":   {file, map[string]any{"d": settings(map[string]any{"retries": 21})}, "BAD_USER_INPUT", "defaults.retries"},
		"file's limit":     {file, map[string]any{"d": settings(map[string]any{"destinationLimit": 0})}, "BAD_USER_INPUT", "defaults.destinationLimit"},
		"unknown job":      {`mutation { cancelJob(id: 999) { id } }`, nil, "NOT_FOUND", ""},
		"bad id":           {`mutation { cancelJob(id: "../1") { id } }`, nil, "BAD_USER_INPUT", "id"},
		"id in query":      {`{ job(id: "1 OR 1=1") { id } }`, nil, "BAD_USER_INPUT", "id"},
		"delete running":   {`mutation { deleteJob(id: ` + job + `) }`, nil, "CONFLICT", ""},
		"first 0":          {`{ jobs(first: 0) { totalCount } }`, nil, "BAD_USER_INPUT", "first"},
		"first 501":        {`{ jobs(first: 501) { totalCount } }`, nil, "BAD_USER_INPUT", "first"},
		"first 1e9":        {`{ jobs(first: 1000000000) { totalCount } }`, nil, "BAD_USER_INPUT", ""},
		"cursor":           {`{ jobs(after: "'; DROP TABLE") { totalCount } }`, nil, "BAD_USER_INPUT", "after"},
		"state in lower":   {`query($f: JobFilter) { jobs(filter: $f) { totalCount } }`, map[string]any{"f": map[string]any{"status": []string{"queued"}}}, "BAD_USER_INPUT", "filter.status"},
		"log past end":     {`{ job(id: ` + job + `) { log(offset: 99999) { chunk } } }`, nil, "BAD_USER_INPUT", "offset"},
		"log limit":        {`{ job(id: ` + job + `) { log(limit: 2000000) { chunk } } }`, nil, "BAD_USER_INPUT", "limit"},
	} {
		h.query(c.query, c.variables).refusedAs(t, name, c.code, c.field)
	}
	if a := h.query(`{ job(id: 999) { id } }`, nil); string(a.Data) != `{"job":null}` || len(a.Errors) > 0 {
		t.Errorf("a job that is not there: %s %+v", a.Data, a.Errors)
	}
	a := h.query(check, map[string]any{"input": map[string]any{"host": "imap.example.org", "user": "u", "password": "break"}})
	a.refusedAs(t, "a fault inside", "INTERNAL", "")
	if len(a.Errors) == 1 && strings.Contains(a.Errors[0].Message, "10.1.2.3") {
		t.Errorf("INTERNAL tells of the inside: %s", a.Errors[0].Message)
	}
	if !strings.Contains(h.log.String(), "10.1.2.3") {
		t.Error("the inside of INTERNAL is not in the server's log")
	}
	if total := string(h.query(`{ jobs { totalCount } }`, nil).Data); total != `{"jobs":{"totalCount":1}}` {
		t.Errorf("refused jobs were created: %s", total)
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

func TestMalformedBodiesAreAnsweredWithoutTheirContent(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	job := h.queued("until malformed")
	inline := func(password string) string {
		query := `mutation { createJob(input: {source: {host: "a.example.org", user: "u", password: ` + password + `}, destination: {host: "b.example.org", user: "u", password: "x"}}) { id } }`
		body, _ := json.Marshal(map[string]any{"query": query})
		return string(body)
	}
	variables := func(v string) string {
		return `{"query": "mutation($i: CreateJobInput!) { createJob(input: $i) { id } }", "variables": ` + v + `}`
	}
	for name, body := range map[string]string{
		"cut":                 `{"query": "` + canary,
		"array":               `[{"query": "` + canary + `"}]`,
		"string":              `"` + canary + `"`,
		"mistyped":            `{"query": {"a": "` + canary + `"}}`,
		"mistyped variables":  `{"query": "{ runner { slots } }", "variables": "` + canary + `"}`,
		"two values":          `{"query": "{ runner { slots } }"} "` + canary + `"`,
		"parse error":         `{"query": "mutation { createJob(input: \"` + canary + `\" \"` + canary + `\") }"}`,
		"literal as enum":     inline(canary),
		"literal in a list":   inline(`["` + canary + `", 5]`),
		"literal as object":   inline(`{a: "` + canary + `"}`),
		"unterminated":        inline(`"` + canary),
		"variable as list":    variables(`{"i": ["` + canary + `"]}`),
		"variable as text":    variables(`{"i": "` + canary + `"}`),
		"password as list":    variables(`{"i": {"source": {"host": "h", "user": "u", "password": ["` + canary + `"]}, "destination": {"host": "h", "user": "u", "password": "p"}}}`),
		"password as object":  variables(`{"i": {"source": {"host": "h", "user": "u", "password": {"x": "` + canary + `"}}, "destination": {"host": "h", "user": "u", "password": "p"}}}`),
		"password as port":    variables(`{"i": {"source": {"host": "h", "user": "u", "port": "` + canary + `", "password": "p"}, "destination": {"host": "h", "user": "u", "password": "p"}}}`),
		"password as enum":    variables(`{"i": {"source": {"host": "h", "user": "u", "security": "` + canary + `", "password": "p"}, "destination": {"host": "h", "user": "u", "password": "p"}}}`),
		"new password":        `{"query": "mutation($p: CredentialsInput) { setCredentials(jobId: 1, source: $p) { id } }", "variables": {"p": {"user": "u", "password": ["` + canary + `"]}}}`,
		"new line break":      `{"query": "mutation($p: CredentialsInput) { setCredentials(jobId: ` + job + `, source: $p) { id } }", "variables": {"p": {"password": "` + canary + `\n"}}}`,
		"operation name":      `{"query": "{ runner { slots } }", "operationName": "` + canary + `"}`,
		"not even JSON":       canary,
		"nothing":             ``,
		"no operation":        `{"query": "# ` + canary + `"}`,
		"line break in it":    variables(`{"i": {"source": {"host": "h", "user": "u", "password": "` + canary + `\n"}, "destination": {"host": "h", "user": "u", "password": "p"}}}`),
		"too long a password": variables(`{"i": {"source": {"host": "h", "user": "u", "password": "` + strings.Repeat(canary, 100) + `"}, "destination": {"host": "h", "user": "u", "password": "p"}}}`),
	} {
		status, text := h.request("application/json", goodToken, body)
		if strings.Contains(text, canary) {
			t.Errorf("%s: the answer repeats the password: %s", name, text)
		}
		if !strings.Contains(text, `"code":"BAD_USER_INPUT"`) || status >= 500 {
			t.Errorf("%s: %d %s", name, status, text)
		}
	}
	for name, csv := range map[string]string{
		"short line":       "source_host,source_user,source_password\na.example.org,u," + canary,
		"unknown column":   "source_host," + canary + "\na.example.org,x",
		"shifted columns":  "source_user,source_host,source_port,source_security,source_password,destination_host\nu,a.example.org," + canary + "," + canary + ",x,b.example.org",
		"quote in a field": "source_host,source_password\na.example.org," + canary + "\"x",
		"open quote":       "source_host,source_password\na.example.org,\"" + canary,
		"no header":        canary + "," + canary,
		"semicolons":       "source_host;source_password\na.example.org;" + canary,
	} {
		body, _ := json.Marshal(map[string]any{
			"query":     `mutation($csv: String!) { importJobs(csv: $csv, checkOnly: true) { errors { line column message } } }`,
			"variables": map[string]any{"csv": csv},
		})
		status, text := h.request("application/json", goodToken, string(body))
		if strings.Contains(text, canary) || status != http.StatusOK || !strings.Contains(text, `"importJobs":{"errors":[{"line":`) {
			t.Errorf("import, %s: %d %s", name, status, text)
		}
	}
	if strings.Contains(h.log.String(), canary) {
		t.Errorf("the server's log repeats the password:\n%s", h.log)
	}
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

func TestRequestsOfTheWrongKindAreRefused(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	mutation := `{"query":"mutation { deleteJob(id: 1) }"}`
	for _, contentType := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "application/graphql"} {
		if status, text := h.request(contentType, goodToken, mutation); status != http.StatusUnsupportedMediaType {
			t.Errorf("%q: %d %s", contentType, status, text)
		}
	}
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodHead} {
		request, _ := http.NewRequestWithContext(t.Context(), method, h.server.URL+"?query={runner{slots}}", nil)
		request.Header.Set("Authorization", goodToken)
		response, err := h.server.Client().Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d", method, response.StatusCode)
		}
	}
	if status, text := h.request("application/json", "", `{"query":"{ __schema { types { name } } }"}`); status != http.StatusUnauthorized || !strings.Contains(text, "UNAUTHENTICATED") {
		t.Errorf("without credentials: %d %s", status, text)
	}
	if status, text := h.request("application/json", goodToken, `{"query":"subscription { jobChanged { id } }"}`); status != http.StatusBadRequest {
		t.Errorf("subscription by POST: %d %s", status, text)
	}
}

func TestReadOnlyTokensChangeNothing(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	job := h.create("until read-only")
	for _, mutation := range []string{
		`mutation { cancelJob(id: ` + job + `) { id } }`, `mutation { deleteJob(id: ` + job + `) }`, `mutation { rerunJob(id: ` + job + `) { id } }`,
		`mutation { checkEndpoint(input: {host: "imap.example.org", user: "u", password: "p"}) { ok } }`,
		`mutation { setCredentials(jobId: ` + job + `, source: {password: "p"}) { id } }`,
	} {
		h.queryAs(readOnlyToken, mutation, nil).refusedAs(t, mutation, "FORBIDDEN", "")
	}
	must[any](t, h.queryAs(readOnlyToken, `{ job(id: `+job+`) { status } }`, nil))
	if len(h.checks) > 0 {
		t.Error("a mailbox was checked")
	}
}

func TestGreedyRequestsAreBounded(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	for range 3 {
		h.create("lines 1")
	}
	aliases := func(n int, field string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "a%d: %s ", i, field)
		}
		return b.String()
	}
	bomb := "{ ...f0 } "
	for i := range 100 {
		bomb += fmt.Sprintf("fragment f%d on Query { ...f%d ...f%d } ", i, i+1, i+1)
	}
	bomb += "fragment f100 on Query { runner { slots } }"
	deep := "{ job(id: 1) " + strings.Repeat("{ rerunOf ", 50) + "{ id }" + strings.Repeat(" }", 51)
	for name, query := range map[string]string{
		"2,000 aliases":           "{ " + aliases(2000, "runner { slots }") + "}",
		"60 costly aliases":       "{ " + aliases(60, "jobs(first: 500) { edges { node { id } } }") + "}",
		"nested lists":            "{ jobs(first: 500) { edges { node { reruns { reruns { reruns { id } } } } } } }",
		"logs in a list":          "{ jobs(first: 500) { edges { node { log { chunk } } } } }",
		"depth 50":                deep,
		"50 aliased mutations":    "mutation { " + aliases(50, "deleteJob(id: 1)") + "}",
		"mutations in a fragment": "mutation { ...f deleteJob(id: 2) } fragment f on Mutation { deleteJob(id: 1) }",
		"fragment cycle":          "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
		"fragment bomb":           bomb,
		"same field 1,900 times":  "{ " + strings.Repeat("jobs ", 1900) + "}",
		"introspection deep":      "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }",
	} {
		start := time.Now()
		a := h.query(query, nil)
		if len(a.Errors) == 0 || a.Errors[0].Extensions.Code != "BAD_USER_INPUT" {
			t.Errorf("%s: %.200s %+v", name, a.Data, a.Errors)
		}
		t.Logf("%s: refused in %v: %.100v", name, time.Since(start), a.Errors)
	}
	if status, text := h.request("application/json", goodToken, `{"query":"`+strings.Repeat(" ", 2<<20)+`"}`); status != http.StatusRequestEntityTooLarge {
		t.Errorf("2 MB: %d %s", status, text)
	}
	if status, text := h.request("application/json", goodToken, `{"query":"{ runner { slots } }","variables":`+strings.Repeat(`{"a":`, 50_000)+"1"+strings.Repeat("}", 50_000)+`}`); status != http.StatusBadRequest {
		t.Errorf("deep JSON: %d %s", status, text)
	}
	total := string(h.query(`{ jobs { totalCount } }`, nil).Data)
	if total != `{"jobs":{"totalCount":3}}` {
		t.Errorf("something was deleted: %s", total)
	}
}

// What the web app and the playground ask for has to pass the limits.
func TestReasonableRequestsPassTheLimits(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	h.create("lines 1")
	must[any](t, h.query(`query($first: Int = 500) { jobs(first: $first) { totalCount pageInfo { hasNextPage endCursor } edges { cursor node {
		id name status engine dryRun createdAt startedAt finishedAt queuePosition exitCode exitReason error verified logSize
		source { host port security user verifyCertificate } destination { host port security user verifyCertificate }
		progress { currentFolder foldersDone foldersTotal messagesDone messagesTotal bytesDone bytesTotal messagesPerSecond bytesPerSecond etaSeconds }
		report { messagesCopied messagesMissing verified } rerunOf { id } } } } runner { slots queued running { id name } } jobCounts { status count } }`, nil))
	must[any](t, h.query(introspectionQuery, nil))
	inputs := make([]any, 500)
	for i := range inputs {
		inputs[i] = jobInput("until reasonable")
	}
	must[any](t, h.query(`mutation($inputs: [CreateJobInput!]!) { createJobs(inputs: $inputs) { id name status queuePosition source { host user } destination { host user } } }`, map[string]any{"inputs": inputs}))
}

// introspectionQuery asks for what graphql-js' getIntrospectionQuery does.
const introspectionQuery = `query IntrospectionQuery { __schema { queryType { name } mutationType { name } subscriptionType { name }
	types { ...FullType } directives { name description locations args { ...InputValue } } } }
fragment FullType on __Type { kind name description fields(includeDeprecated: true) { name description args { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
	inputFields { ...InputValue } interfaces { ...TypeRef } enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue }
fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }`

func FuzzBodies(f *testing.F) {
	for _, seed := range []string{
		`{"query":"{ runner { slots } }"}`, `{"query":"mutation { deleteJob(id: 1) }"}`, `[]`, `{"query":"{","variables":{"a":"` + canary + `"}}`,
		`{"query":"query($a: ID!) { job(id: $a) { id } }","variables":{"a":"1"}}`, `{"query":"{ jobs(first: 1, filter: {status: [QUEUED]}) { totalCount } }"}`,
		`{"query":"{ a: job(id: \"` + canary + `\") { id } }"}`,
	} {
		f.Add(seed)
	}
	h := newHarness(f, graph.Limits{})
	f.Fuzz(func(t *testing.T, body string) {
		request := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(body))
		request.Header.Set("Content-Type", "application/json")
		request = request.WithContext(auth.NewContext(t.Context(), auth.Principal{Name: "fuzz"}))
		recorder := httptest.NewRecorder()
		h.handler.ServeHTTP(recorder, request)
		var a answer
		if err := json.Unmarshal(recorder.Body.Bytes(), &a); err != nil || recorder.Code >= 500 {
			t.Fatalf("%q: %d %s", body, recorder.Code, recorder.Body)
		}
		for _, e := range a.Errors {
			if e.Extensions.Code == "INTERNAL" || e.Extensions.Code == "" {
				t.Fatalf("%q: %+v", body, e)
			}
		}
		if len(a.Errors) > 0 && a.Data == nil && strings.Contains(recorder.Body.String(), canary) {
			t.Fatalf("%q: the answer repeats it: %s", body, recorder.Body)
		}
	})
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
