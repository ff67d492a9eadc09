package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"mailferry/internal/database"
	"mailferry/internal/imapsync"
	"mailferry/internal/models"
)

// mostMemory is what the server may have resident at any time, in bytes.
const mostMemory = 300 << 20

// greedy is a database with much in it: 500 mailboxes of one batch, each with a report of 300 folders and 1,000 missing
// messages, and one of them with a log of 20 MiB.
func greedy(t *testing.T, s *setup) {
	t.Helper()
	db, err := database.Open(t.Context(), database.Config{DataDir: filepath.Join(s.folder, "data")})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC()
	report := &imapsync.Report{MessagesFound: 100_000, MessagesMissing: 1000}
	for i := range 300 {
		name := fmt.Sprintf("Projects/2024/Customer %d/Correspondence", i)
		report.FolderReports = append(report.FolderReports, imapsync.FolderReport{Source: name, Destination: "INBOX." + name, SourceMessages: 333})
	}
	for i := range 1000 {
		report.Missing = append(report.Missing, imapsync.MissingMessage{
			Folder: "Projects/2024/Customer 17/Correspondence", UID: uint32(i + 1), Date: "Thu, 26 Nov 2026 01:02:03 +0000",
			Subject: fmt.Sprintf("Re: Minutes of the meeting number %d with \"quotes\"", i), Size: 1 << 20, Reason: "NO [LIMIT] message too large for this mailbox",
		})
	}
	batch := &models.MigrationBatch{Name: "everybody", CreatedAt: now}
	if _, err := db.NewInsert().Model(batch).Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i := range 500 {
		side := models.Endpoint{Host: "old.example.org", Port: 993, Security: imapsync.TLS, User: fmt.Sprintf("user%d@example.org", i)}
		job := &models.MigrationJob{
			Name: side.User, Status: models.Failed, Engine: models.Builtin, Attempt: 1, Source: side, Destination: side, Report: report,
			CreatedAt: now, StartedAt: &now, FinishedAt: &now, BatchID: &batch.ID, BatchPosition: i,
		}
		if i == 0 {
			job.LogSize = 20 << 20
		}
		if _, err := db.NewInsert().Model(job).Exec(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	piece := bytes.Repeat([]byte("2026-11-26 msg INBOX/12345 {54321} copied to INBOX.INBOX/67890 \x1b[0m\n"), 1000)[:64<<10]
	for start := 0; start < 20<<20; start += len(piece) {
		if _, err := db.NewInsert().Model(&models.LogChunk{JobID: 1, StartOffset: int64(start), Data: piece}).Exec(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// peak returns the most memory that a process had resident since the last call, in bytes, and begins anew.
func peak(t *testing.T, pid int) int64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	if found == nil {
		t.Fatalf("no peak in %s", status)
	}
	kibibytes, err := strconv.ParseInt(string(found[1]), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	// 5 resets the peak (proc(5), clear_refs).
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0); err != nil {
		t.Fatal(err)
	}
	return kibibytes << 10
}

func aliases(n int, field string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "a%d:%s ", i, field)
	}
	return b.String()
}

// introspectionQuery is that of graphql-js.
func introspectionQuery(t *testing.T) string {
	t.Helper()
	query, err := os.ReadFile("../graph/testdata/introspection/graphql-js-16-everything.graphql")
	if err != nil {
		t.Fatal(err)
	}
	return string(query)
}

// Whatever somebody with a read-only token asks for, and however many times at once, the server stays small and goes on
// answering. The table that it logs is in docs/security.md.
func TestGreedyQueriesLeaveTheServerSmall(t *testing.T) {
	t.Parallel()
	s := newSetup(t, "")
	greedy(t, s)
	server := s.start()
	token := exec.Command(os.Getenv(binaryVariable), "token", "create", "reader", "--read-only")
	token.Env = s.env
	secret, err := token.Output()
	if err != nil {
		t.Fatal(err)
	}
	reader := strings.TrimSpace(string(secret))
	pid := server.cmd.Process.Pid
	row := `id name status engine source{host port security user} destination{host port security user} createdAt startedAt finishedAt
		exitCode exitReason error verified result nextStep attempt retriesLeft superseded canRerun queuePosition progress{messagesDone}
		options{folders excludeFolders automap} report{messagesFound messagesMissing bytes seconds} batch{id name}`
	bomb := "{...f0} "
	for i := range 60 {
		bomb += fmt.Sprintf("fragment f%d on Query{...f%d ...f%d} ", i, i+1, i+1)
	}
	bomb += "fragment f60 on Query{jobs(first:500){edges{node{id}}}}"
	nested := `{__schema{types{...t}}} fragment t on __Type{name fields{name description type{...u}}} fragment u on __Type{name description ofType{name fields{name description type{name fields{name description}}}}}`
	objects := `{"query":"{runner{slots}}","variables":{"a":[` + strings.TrimSuffix(strings.Repeat("{},", 340_000), ",") + `]}}`
	body := func(query string, variables ...any) string {
		text, err := json.Marshal(map[string]any{"query": query, "variables": append(variables, nil)[0]})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	const missing = `missing{folder uid date subject size reason}`
	table := []string{"| what is sent | bytes | at once | answered | refused | largest answer | peak of the server |", "| --- | --- | --- | --- | --- | --- | --- |"}
	note := func(what string, sent, atOnce, answered, refused, largest int) {
		most := peak(t, pid)
		table = append(table, fmt.Sprintf("| %s | %d | %d | %d | %d | %.1f MB | %d MiB |", what, sent, atOnce, answered, refused, float64(largest)/1e6, most>>20))
		if most > mostMemory {
			t.Errorf("%s: the server had %d MiB resident", what, most>>20)
		}
	}
	peak(t, pid)
	for _, c := range []struct {
		name, body string
		atOnce     int
	}{
		{"missing messages of 500 mailboxes", body(`{jobs(first:500){edges{node{report{` + missing + `}}}}}`), 4},
		{"missing messages of 50 mailboxes", body(`{jobs(first:50){edges{node{report{` + missing + `}}}}}`), 8},
		{"folders of 40 mailboxes, twice", body(`{jobs(first:40){edges{node{report{a:folderReports{source destination} b:folderReports{source destination}}}}}}`), 8},
		{"one report, 60 aliases", body(`{job(id:1){report{` + aliases(60, `missing{subject reason}`) + `}}}`), 8},
		{"one report, 400 names of its type", body(`{job(id:1){report{missing{` + aliases(400, "__typename") + `}}}}`), 8},
		{"a report in fragments, as a variable says", body(`query($n:Int!){jobs(first:$n){...p}} fragment p on JobConnection{edges{node{report{...r}}}} fragment r on Report{`+missing+`}`, map[string]any{"n": 60}), 8},
		{"fragments that double 60 times", body(bomb), 8},
		{"reruns of reruns of 500 mailboxes", body(`{jobs(first:500){edges{node{reruns{reruns{reruns{id}}}}}}}`), 8},
		{"a log in 12 pieces of 1 MiB", body(`{job(id:1){` + aliases(12, `log(offset:0,limit:1048576){chunk}`) + `}}`), 8},
		{"a log in 7 pieces of 1 MiB", body(`{job(id:1){` + aliases(7, `log(offset:0,limit:1048576){chunk}`) + `}}`), 8},
		{"logs of 500 mailboxes", body(`{jobs(first:500){edges{node{log(limit:1048576){chunk}}}}}`), 8},
		{"batches and their mailboxes", body(`{batches(first:500){edges{node{jobs(first:500){edges{node{` + row + `}}}}}}}`), 8},
		{"500 rows as in a list", body(`{jobs(first:500){edges{node{` + row + `}}}}`), 16},
		{"90 lists of 50 rows", body(`{` + aliases(90, `jobs(first:50){edges{node{id name}}}`) + `}`), 16},
		{"the schema, as tools read it", body(introspectionQuery(t)), 16},
		{"the schema 20 times in one query", body(`{` + aliases(20, `__schema{types{name fields{name description args{name}}}}`) + `}`), 8},
		{"types of fields of types", body(nested), 8},
		{"10 types and the types of their fields", body(`{` + aliases(10, `__type(name:"Job"){fields{name description type{name description fields{name description}}}}`) + `}`), 16},
		{"@defer", body(`{jobs(first:50){... @defer{edges{node{report{` + missing + `}}}}}}`), 8},
		{"variables of 340,000 objects", objects, 16},
	} {
		answered, refused, largest := post(t, server.URL, reader, c.body, c.atOnce)
		note(c.name, len(c.body), c.atOnce, answered, refused, largest)
	}
	note(fmt.Sprintf("%d tails of a log of 20 MiB that nobody reads", 20*100), 20*100*len(tailOfLog), 20*100, tails(t, server.URL, reader), 0, 0)
	checked := checks(t, server)
	note("checks of hosts that list folders for ever", checked.sent, checked.atOnce, checked.answered, checked.refused, checked.largest)
	t.Logf("peaks of the server, with a read-only token (the checks with a full one):\n%s", strings.Join(table, "\n"))
	var still struct{ Runner struct{ Slots int } }
	server.do(`{ runner { slots } }`, nil, &still)
}

// post sends a request so many times at once.
func post(t *testing.T, url, token, body string, atOnce int) (answered, refused, largest int) {
	t.Helper()
	var mu sync.Mutex
	var group sync.WaitGroup
	for range atOnce {
		group.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
			defer cancel()
			request, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/graphql", strings.NewReader(body))
			if err != nil {
				t.Error(err)
				return
			}
			request.Header.Set("Authorization", "Bearer "+token)
			request.Header.Set("Content-Type", "application/json")
			answer, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Errorf("%.80s: %v", body, err)
				return
			}
			defer answer.Body.Close()
			head := make([]byte, 1000)
			n, _ := io.ReadFull(answer.Body, head)
			rest, err := io.Copy(io.Discard, answer.Body)
			if err != nil {
				t.Errorf("%.80s: the answer broke off: %v", body, err)
			}
			mu.Lock()
			defer mu.Unlock()
			largest = max(largest, n+int(rest))
			switch text := string(head[:n]); {
			case strings.HasPrefix(text, `{"data":{`):
				answered++
			case (strings.Contains(text, `"BAD_USER_INPUT"`) || strings.Contains(text, `"TOO_MANY"`)) && !strings.Contains(text, `"data"`):
				refused++
			default:
				t.Errorf("%.80s: %d %s", body, answer.StatusCode, text)
			}
		})
	}
	group.Wait()
	return answered, refused, largest
}

const tailOfLog = `{"id":"100","type":"subscribe","payload":{"query":"subscription { logTail(jobId: 1) { chunk } }"}}`

// tails opens 20 sockets with 100 tails each, and reads none of them until the server cuts all of them off.
func tails(t *testing.T, url, token string) (opened int) {
	t.Helper()
	var conns []*websocket.Conn
	for range 20 {
		conn, _, err := websocket.DefaultDialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(url, "http")+"/graphql",
			http.Header{"Sec-Websocket-Protocol": {"graphql-transport-ws"}, "Authorization": {"Bearer " + token}})
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		conns = append(conns, conn)
		if err := conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"connection_init"}`)); err != nil {
			t.Fatal(err)
		}
		for i := range 100 {
			if conn.WriteMessage(websocket.TextMessage, []byte(strings.Replace(tailOfLog, "100", strconv.Itoa(100+i), 1))) != nil {
				break // It was cut off meanwhile.
			}
			opened++
		}
	}
	// A socket that is not read is closed: then a write to it fails sooner or later.
	for _, conn := range conns {
		for deadline := time.Now().Add(patience); conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"ping"}`)) == nil; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("a socket that nobody reads stays open")
			}
		}
	}
	return opened
}

type checked struct{ sent, atOnce, answered, refused, largest int }

// checks has hosts checked that list folders for ever.
func checks(t *testing.T, server *server) checked {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go flood(conn)
		}
	}()
	body, _ := json.Marshal(map[string]any{
		"query": `mutation ($i: EndpointInput!) { checkEndpoint(input: $i) { ok error } }`,
		"variables": map[string]any{"i": map[string]any{
			"host": "127.0.0.1", "port": listener.Addr().(*net.TCPAddr).Port, "security": "NONE", "user": "u", "password": "p",
		}},
	})
	c := checked{sent: len(body), atOnce: 8}
	c.answered, c.refused, c.largest = post(t, server.URL, apiToken, string(body), c.atOnce)
	return c
}

// flood is a host that signs anybody in and lists folders until nobody reads any more.
func flood(conn net.Conn) {
	defer conn.Close()
	if _, err := io.WriteString(conn, "* OK [CAPABILITY IMAP4rev1] ready\r\n"); err != nil {
		return
	}
	buffer := make([]byte, 1000)
	for {
		n, err := conn.Read(buffer)
		if err != nil {
			return
		}
		tag, command, _ := strings.Cut(string(buffer[:n]), " ")
		for i := 0; strings.HasPrefix(command, "LIST"); i++ {
			if _, err := fmt.Fprintf(conn, "* LIST (\\HasNoChildren) \"/\" \"folder %d %s\"\r\n", i, strings.Repeat("x", 500)); err != nil {
				return
			}
		}
		if _, err := fmt.Fprintf(conn, "%s OK done\r\n", tag); err != nil {
			return
		}
	}
}
