package e2e_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"mailferry/internal/dovecottest"
	"mailferry/internal/mailboxtest"
	"mailferry/internal/mailgen"
)

// company is what the tests of a whole company's move have in common: two servers and a
// list of mailboxes on them.
type company struct {
	from, to *dovecottest.TB
	// wrongSource, wrongDestination and full are the mailboxes that cannot be moved.
	wrongSource, wrongDestination, full int
	size                                int
	messages                            int
}

func newCompany(t *testing.T, size, messages int) *company {
	t.Helper()
	c := &company{
		from: dovecottest.New(t, dovecottest.Options{}), to: dovecottest.New(t, dovecottest.Options{Separator: ".", Prefix: "INBOX.", Quota: true}),
		wrongSource: size / 4, wrongDestination: size / 2, full: size - 2, size: size, messages: messages,
	}
	for i := range size {
		var quota int64
		if i == c.full {
			quota = 20 << 10
		}
		c.from.AddUser(c.user(i), c.password(i), 0)
		c.to.AddUser(c.user(i), c.password(i), quota)
		c.source(i).Fill(t, messages, 4, mailgen.Options{Seed: uint64(i + 1), MaxBytes: 32 << 10})
	}
	return c
}

func (c *company) user(i int) string     { return fmt.Sprintf("mailbox%03d@example.org", i) }
func (c *company) password(i int) string { return fmt.Sprintf("secret of \"%03d\", quoted", i) }

func (c *company) source(i int) mailboxtest.Mailbox {
	return mailboxtest.Mailbox{Host: c.from.Host, Port: c.from.Port, User: c.user(i), Password: c.password(i)}
}

func (c *company) destination(i int) mailboxtest.Mailbox {
	return mailboxtest.Mailbox{
		Host: c.to.Host, Port: c.to.Port, User: c.user(i), Password: c.password(i), Delimiter: ".", Prefix: "INBOX.",
	}
}

func (c *company) movable(i int) bool {
	return i != c.wrongSource && i != c.wrongDestination && i != c.full
}

// csv is the company's list, with semicolons as a spreadsheet in half of Europe writes it.
func (c *company) csv(t *testing.T) string {
	t.Helper()
	var text strings.Builder
	w := csv.NewWriter(&text)
	w.Comma = ';'
	_ = w.Write([]string{"user1", "password1", "user2", "password2"})
	for i := range c.size {
		passwords := []string{c.password(i), c.password(i)}
		if i == c.wrongSource {
			passwords[0] = "not the password"
		}
		if i == c.wrongDestination {
			passwords[1] = "not the password"
		}
		_ = w.Write([]string{c.user(i), passwords[0], c.user(i), passwords[1]})
	}
	w.Flush()
	return text.String()
}

// settings are those of the batch.
func (c *company) settings() map[string]any {
	return map[string]any{
		"name":        "The whole company",
		"source":      map[string]any{"host": c.from.Host, "port": c.from.Port, "security": "NONE"},
		"destination": map[string]any{"host": c.to.Host, "port": c.to.Port, "security": "NONE"},
		"engine":      "BUILTIN", "sourceLimit": 3, "destinationLimit": 3, "retries": 2, "retryInterrupted": true, "paused": true,
	}
}

type batch struct {
	ID      string
	Paused  bool
	Summary struct {
		Mailboxes, Verified, Checked, CheckFailed int
		Checking                                  bool
		MessagesMissing                           int64
		Counts                                    []struct {
			Status string
			Count  int
		}
	}
}

func (b batch) count(statuses ...string) int {
	total := 0
	for _, count := range b.Summary.Counts {
		for _, status := range statuses {
			if count.Status == status {
				total += count.Count
			}
		}
	}
	return total
}

const batchFields = `id paused summary { mailboxes verified checked checkFailed checking messagesMissing counts { status count } }`

// waitBatch waits until a batch is as wanted.
func (s *server) waitBatch(id, what string, is func(batch) bool) batch {
	s.t.Helper()
	sub, err := s.Subscribe(s.t.Context(), `subscription ($id: ID!) { batchChanged(id: $id) { `+batchFields+` } }`, map[string]any{"id": id})
	if err != nil {
		s.t.Fatal(err)
	}
	defer sub.Close()
	stop := time.AfterFunc(4*patience, func() { _ = sub.Close() })
	defer stop.Stop()
	var last batch
	for {
		var event struct{ BatchChanged batch }
		if err := sub.Next(&event); err != nil {
			s.t.Fatalf("the batch did not become %s: %v; it is %+v", what, err, last)
		}
		if last = event.BatchChanged; is(last) {
			return last
		}
	}
}

func (s *server) batchDo(mutation, id string) batch {
	s.t.Helper()
	answer := map[string]batch{}
	s.do(`mutation ($id: ID!) { `+mutation+` { `+batchFields+` } }`, map[string]any{"id": id}, &answer)
	for _, b := range answer {
		return b
	}
	return batch{}
}

// reported is a mailbox in the report of a batch.
type reported struct {
	JobID, Name, Result, NextStep, Reason string
	Verified                              bool
	Copied, Missing                       *int64
}

func (s *server) report(id string) []reported {
	s.t.Helper()
	answer, err := s.Get(s.t.Context(), "/migration/batches/"+id+"/report.json", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		s.t.Fatalf("report: %s, %v", answer.Status, err)
	}
	var report struct{ Mailboxes []reported }
	if err := json.Unmarshal(text, &report); err != nil {
		s.t.Fatalf("report: %v in %.300s", err, text)
	}
	return report.Mailboxes
}

func TestTwoHundredMailboxesMoveFromOneCSVThroughARestart(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("moves 200 mailboxes: left out by -short")
	}
	const size, messages = 200, 12
	c := newCompany(t, size, messages)
	setup := newSetup(t, "")
	setup.env = append(setup.env, "MAILFERRY_SLOTS=4")
	began := time.Now()
	server := setup.start()

	// Before: a file with errors creates nothing and names each of them.
	var imported struct {
		ImportJobs struct {
			Rows   []struct{ Name string }
			Errors []struct {
				Line    int
				Header  *string
				Message string
			}
			Batch *batch
		}
	}
	const importJobs = `mutation ($csv: String!, $defaults: BatchSettingsInput) { importJobs(csv: $csv, defaults: $defaults) {
  rows { name } errors { line header message } batch { ` + batchFields + ` } } }`
	list := c.csv(t)
	server.do(importJobs, map[string]any{"csv": list + ";;;\nlonely@example.org;;x@example.org;y\n\"broken", "defaults": c.settings()}, &imported)
	if imported.ImportJobs.Batch != nil || len(imported.ImportJobs.Errors) == 0 {
		t.Errorf("a broken file gave the batch %v and the errors %+v", imported.ImportJobs.Batch, imported.ImportJobs.Errors)
	}
	server.do(importJobs, map[string]any{"csv": list, "defaults": c.settings()}, &imported)
	if len(imported.ImportJobs.Errors) > 0 || imported.ImportJobs.Batch == nil || len(imported.ImportJobs.Rows) != size {
		t.Fatalf("import gave %+v", imported.ImportJobs)
	}
	id := imported.ImportJobs.Batch.ID

	server.batchDo(`checkBatch(id: $id)`, id)
	checked := server.waitBatch(id, "checked", func(b batch) bool { return !b.Summary.Checking && b.Summary.Checked == size })
	if checked.Summary.CheckFailed != 3 || checked.count("QUEUED") != size {
		t.Errorf("the check found %d mailboxes that cannot be moved: %+v", checked.Summary.CheckFailed, checked)
	}
	checkTook := time.Since(began)

	// The move, with the server stopped in the middle of it.
	began = time.Now()
	server.batchDo(`resumeBatch(id: $id)`, id)
	server.waitBatch(id, "half done", func(b batch) bool { return b.count("SUCCEEDED") >= size/2 })
	server.signal(syscall.SIGTERM)
	if code := server.wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	server = setup.start()
	moved := server.waitBatch(id, "ended", func(b batch) bool { return b.count("QUEUED", "RUNNING") == 0 })
	if moved.Summary.Verified != size-3 || moved.count("SUCCEEDED") != size-3 || moved.count("FAILED") != 3 {
		t.Errorf("after the move: %+v", moved)
	}
	moveTook := time.Since(began)
	named := 0
	for i, mailbox := range server.report(id) {
		if c.movable(i) {
			if !mailbox.Verified || mailbox.Result != "complete" {
				t.Errorf("%s: %+v", mailbox.Name, mailbox)
			}
			continue
		}
		named++
		want := map[int]string{c.wrongSource: "USER1", c.wrongDestination: "USER2", c.full: "OVERQUOTA"}[i]
		if mailbox.Verified || !strings.Contains(mailbox.Reason, want) || mailbox.NextStep == "" {
			t.Errorf("%s: %+v", mailbox.Name, mailbox)
		}
		t.Logf("%s: %s — %s", mailbox.Name, mailbox.Reason, mailbox.NextStep)
	}
	if named != 3 {
		t.Errorf("%d mailboxes are named", named)
	}
	for _, i := range []int{0, size / 3, size - 1} {
		mailboxtest.Compare(t, c.destination(i).Contents(t), c.source(i).Contents(t))
	}

	// One of the wrong passwords is mended, without a new import.
	var answer json.RawMessage
	server.do(setCredentials, map[string]any{
		"id": server.report(id)[c.wrongSource].JobID, "source": map[string]any{"password": c.password(c.wrongSource)},
	}, &answer)
	server.batchDo(`rerunBatch(id: $id, scope: FAILED)`, id)
	mended := server.waitBatch(id, "ended", func(b batch) bool { return b.count("QUEUED", "RUNNING") == 0 })
	if mailbox := server.report(id)[c.wrongSource]; mended.Summary.Verified != size-2 || mended.count("FAILED") != 2 || mailbox.Result != "complete" {
		t.Errorf("with the right password: %+v, %+v", mailbox, mended)
	}
	mailboxtest.Compare(t, c.destination(c.wrongSource).Contents(t), c.source(c.wrongSource).Contents(t))

	// A later pass copies only what is new.
	began = time.Now()
	c.source(3).Fill(t, 2, 1, mailgen.Options{Seed: 9999, MaxBytes: 32 << 10})
	server.batchDo(`rerunBatch(id: $id, scope: ALL)`, id)
	again := server.waitBatch(id, "ended again", func(b batch) bool { return b.count("QUEUED", "RUNNING") == 0 })
	var copied int64
	for i, mailbox := range server.report(id) {
		if c.movable(i) && mailbox.Copied != nil {
			copied += *mailbox.Copied
		}
	}
	if again.Summary.Verified != size-2 || copied != 2 {
		t.Errorf("the second pass copied %d messages: %+v", copied, again)
	}
	mailboxtest.Compare(t, c.destination(3).Contents(t), c.source(3).Contents(t))
	t.Logf("%d mailboxes of %d messages: checked in %.1f s, moved in %.1f s with a restart, passed again in %.1f s",
		size, messages, checkTook.Seconds(), moveTook.Seconds(), time.Since(began).Seconds())

	// Closing.
	server.batchDo(`purgeBatch(id: $id)`, id)
	err := server.Do(t.Context(), `mutation ($id: ID!) { rerunBatch(id: $id, scope: ALL) { id } }`, map[string]any{"id": id}, nil)
	if err == nil || !strings.Contains(err.Error(), "purged") {
		t.Errorf("rerun of a purged batch: %v", err)
	}
}
