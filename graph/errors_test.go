package graph_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"mailferry/graph"
	"mailferry/internal/auth"
)

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

func TestARefusedSubscriptionEndsWithAnErrorThatHasItsCode(t *testing.T) {
	t.Parallel()
	h := newHarness(t, graph.Limits{})
	c := h.connect()
	for id, query := range map[string]string{
		"query":    `{ runner { slots } }`,
		"mutation": `mutation { deleteJob(id: 1) }`,
		"two":      `subscription { a: jobChanged { id } b: jobChanged { id } }`,
		"schema":   `{ __schema { types { name } } }`,
		"invalid":  `subscription { nothing }`,
		"garbage":  `subscription {`,
	} {
		c.Subscribe(id, query, nil)
		if m := c.Next(); m.Type != "error" || m.ID != id || !strings.Contains(string(m.Payload), "BAD_USER_INPUT") {
			t.Errorf("%s: %s %s", id, m.Type, m.Payload)
		}
	}
}
