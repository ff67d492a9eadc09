package batchreport_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"mailferry/internal/batchreport"
	"mailferry/internal/imapsync"
	"mailferry/internal/models"
)

func job(id int64, change func(*models.MigrationJob)) *models.MigrationJob {
	started := time.Date(2026, 3, 1, 9, 30, 0, 123456000, time.UTC)
	finished := started.Add(90*time.Second + 250*time.Millisecond)
	j := &models.MigrationJob{
		ID: id, Name: fmt.Sprintf("Mailbox %d", id), Status: models.Succeeded, Engine: models.Builtin, Verified: true,
		Source:      models.Endpoint{Host: "old.example.org", Port: 993, User: fmt.Sprintf("user%d", id), SealedPassword: []byte("sealed-canary")},
		Destination: models.Endpoint{Host: "new.example.com", Port: 993, User: fmt.Sprintf("user%d@example.com", id), SealedPassword: []byte("sealed-canary")},
		StartedAt:   &started, FinishedAt: &finished, ExitReason: "EX_OK",
		Report: &imapsync.Report{
			Folders: 2, MessagesFound: 10, MessagesCopied: 7, MessagesSkipped: 3, Bytes: 4096, Verified: true,
			FolderReports: []imapsync.FolderReport{
				{Source: "INBOX", Destination: "INBOX", SourceMessages: 8, DestinationMessages: 8},
				{Source: "Sent", Destination: "Sent Items", SourceMessages: 2, DestinationMessages: 2},
			},
		},
	}
	if change != nil {
		change(j)
	}
	return j
}

func incomplete(j *models.MigrationJob) {
	j.Status, j.Verified, j.ExitReason = models.Failed, false, "EXIT_OVERQUOTA"
	j.Error = "The destination mailbox is full: free or add space there and rerun the job."
	j.Report.MessagesMissing, j.Report.Verified = 3, false
	j.Report.FolderReports[0].DestinationMessages, j.Report.FolderReports[0].Missing = 5, 3
	j.Report.Missing = []imapsync.MissingMessage{
		{Folder: "-Inbox", UID: 4, Date: "2024-01-02", Subject: "=HYPERLINK(\"http://x.test\",\"open\")", Size: 120, Reason: "NO [OVERQUOTA]"},
		{Folder: "Büro, unten", Subject: "\t+1 \x1b]8;;x\x07\r\nthere"},
	}
}

func mixed() []*models.MigrationJob {
	return []*models.MigrationJob{
		job(1, nil),
		job(2, incomplete),
		job(3, func(j *models.MigrationJob) {
			j.Status, j.Verified, j.Report, j.ExitReason = models.Failed, false, nil, "EXIT_AUTHENTICATION_FAILURE_USER1"
			j.Error, j.Name = "The source server refused the login: check the password.", "@SUM(A1)"
		}),
		job(4, func(j *models.MigrationJob) {
			j.Engine, j.Verified, j.Report.Verified, j.Report.FolderReports = models.Imapsync, false, false, nil
		}),
		job(5, func(j *models.MigrationJob) {
			j.Status, j.Verified, j.Report, j.StartedAt, j.FinishedAt, j.ExitReason = models.Queued, false, nil, nil, nil, ""
		}),
		job(6, func(j *models.MigrationJob) { j.DryRun, j.Verified = true, false; j.Report.MessagesMissing = 7 }),
		job(7, func(j *models.MigrationJob) { j.Status, j.Verified = models.Interrupted, false }),
	}
}

// records reads CSV back, each line as a map.
func records(t *testing.T, text string, comma rune) []map[string]string {
	t.Helper()
	r := csv.NewReader(strings.NewReader(text))
	r.Comma = comma
	lines, err := r.ReadAll()
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	var all []map[string]string
	for _, line := range lines[1:] {
		record := map[string]string{}
		for i, name := range lines[0] {
			record[name] = line[i]
		}
		all = append(all, record)
	}
	return all
}

func TestMailboxesTellOfEachWhatBecameOfIt(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := batchreport.Mailboxes(&b, batchreport.List(mixed()), batchreport.Options{}); err != nil {
		t.Fatal(err)
	}
	if strings.Count(b.String(), "\r\n") != 8 || strings.Contains(b.String(), "canary") {
		t.Errorf("the file is\n%s", b.String())
	}
	got := records(t, b.String(), ',')
	for i, want := range []map[string]string{
		{
			"name": "Mailbox 1", "result": "complete", "verified": "yes", "source": "user1", "source_host": "old.example.org",
			"destination": "user1@example.com", "source_messages": "10", "destination_messages": "10", "missing": "0", "copied": "7",
			"already_there_or_left_out": "3", "folders": "2", "bytes": "4096", "seconds": "90.2", "started": "2026-03-01 09:30:00",
			"finished": "2026-03-01 09:31:30", "next_step": "", "status": "SUCCEEDED", "reason": "EX_OK", "engine": "BUILTIN", "dry_run": "no", "job": "1",
		},
		{"result": "incomplete", "verified": "no", "destination_messages": "7", "missing": "3", "reason": "EXIT_OVERQUOTA", "next_step": mixed()[1].Error},
		{"name": "'@SUM(A1)", "result": "failed", "source_messages": "", "destination_messages": "", "missing": "", "next_step": mixed()[2].Error},
		{"result": "not verified", "source_messages": "10", "destination_messages": "", "verified": "no"},
		{"result": "unfinished", "seconds": "", "started": "", "status": "QUEUED"},
		{"result": "dry run"},
		{"result": "stopped", "status": "INTERRUPTED"},
	} {
		for name, value := range want {
			if got[i][name] != value {
				t.Errorf("mailbox %d: %s is %q, want %q", i+1, name, got[i][name], value)
			}
		}
		if i > 0 && got[i]["next_step"] == "" {
			t.Errorf("mailbox %d is %s and nobody says what to do", i+1, got[i]["result"])
		}
	}
}

func TestMissingMessagesAreNamedAndDefused(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := batchreport.Missing(&b, batchreport.List(mixed()), batchreport.Options{ByteOrderMark: true, Separator: ';'}); err != nil {
		t.Fatal(err)
	}
	text, ok := strings.CutPrefix(b.String(), "\ufeff")
	if !ok {
		t.Error("no byte order mark")
	}
	got := records(t, text, ';')
	if len(got) != 3 {
		t.Fatalf("%d lines:\n%s", len(got), text)
	}
	want := map[string]string{
		"mailbox": "Mailbox 2", "source": "user2", "destination": "user2@example.com", "folder": "'-Inbox", "uid": "4", "date": "2024-01-02",
		"subject": `'=HYPERLINK("http://x.test","open")`, "bytes": "120", "reason": "NO [OVERQUOTA]", "job": "2",
	}
	for name, value := range want {
		if got[0][name] != value {
			t.Errorf("%s is %q, want %q", name, got[0][name], value)
		}
	}
	if got[1]["subject"] != "' +1  ]8;;x   there" || got[1]["folder"] != "Büro, unten" || got[1]["uid"] != "" || got[1]["bytes"] != "" {
		t.Errorf("the second line is %q", got[1])
	}
	if got[2]["reason"] != "1 more are missing and not named" {
		t.Errorf("the last line is %q", got[2])
	}
}

func TestNoCellBeginsAFormula(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"=1+1", "+1", "-1", "@A1", "\t=1", "\r=1", "\n=1", "＝1", "－1"} {
		var b bytes.Buffer
		jobs := batchreport.List([]*models.MigrationJob{job(1, func(j *models.MigrationJob) {
			j.Name, j.Source.User, j.Destination.Host, j.Error = text, text, text, text
		})})
		if err := batchreport.Mailboxes(&b, jobs, batchreport.Options{}); err != nil {
			t.Fatal(err)
		}
		record := records(t, b.String(), ',')[0]
		for _, name := range []string{"name", "source", "destination_host", "next_step"} {
			if !strings.HasPrefix(record[name], "'") || strings.ContainsAny(record[name], "\t\r\n") {
				t.Errorf("%q becomes %q", text, record[name])
			}
		}
	}
}

func TestJSONHoldsEverythingAndTheTotals(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := batchreport.JSON(&b, batchreport.List(mixed()), time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	var got struct {
		GeneratedAt time.Time             `json:"generatedAt"`
		Mailboxes   []batchreport.Mailbox `json:"mailboxes"`
		Totals      batchreport.Totals    `json:"totals"`
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatalf("%v in\n%s", err, b.String())
	}
	if strings.Contains(b.String(), "canary") {
		t.Error("a password is in it")
	}
	two, three := got.Mailboxes[1], got.Mailboxes[2]
	if two.JobID != 2 || two.Result != "incomplete" || *two.Missing != 3 || len(two.FolderReports) != 2 || two.MissingMessages[1].Folder != "Büro, unten" {
		t.Errorf("the second mailbox is %+v", two)
	}
	if three.Name != "@SUM(A1)" || three.Missing != nil {
		t.Errorf("the third mailbox is %+v", three)
	}
	sums := got.Totals
	if sums.Mailboxes != 7 || sums.Verified != 1 || sums.Results[batchreport.Complete] != 1 || sums.Results[batchreport.Stopped] != 1 ||
		sums.Missing != 3 || sums.SourceMessages != 40 || sums.DestinationMessages != 27 || sums.Copied != 28 {
		t.Errorf("totals %+v", sums)
	}
}

func TestAReportOnNothingIsWellFormed(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := batchreport.JSON(&b, batchreport.List(nil), time.Time{}); err != nil || !json.Valid(b.Bytes()) {
		t.Errorf("%v, %s", err, b.String())
	}
	b.Reset()
	if err := batchreport.Mailboxes(&b, batchreport.List(nil), batchreport.Options{}); err != nil || len(records(t, b.String(), ',')) != 0 {
		t.Errorf("%v, %s", err, b.String())
	}
}

func TestErrorsOfReadingAndWritingEndTheReport(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	jobs := func(yield func(*models.MigrationJob, error) bool) {
		_ = yield(job(1, nil), nil) && yield(nil, broken)
	}
	writers := map[string]func(w io.Writer, jobs batchreport.Jobs) error{
		"mailboxes": func(w io.Writer, jobs batchreport.Jobs) error {
			return batchreport.Mailboxes(w, jobs, batchreport.Options{})
		},
		"missing": func(w io.Writer, jobs batchreport.Jobs) error {
			return batchreport.Missing(w, jobs, batchreport.Options{})
		},
		"JSON": func(w io.Writer, jobs batchreport.Jobs) error { return batchreport.JSON(w, jobs, time.Time{}) },
	}
	for name, write := range writers {
		if err := write(io.Discard, jobs); !errors.Is(err, broken) {
			t.Errorf("%s: %v for a job that cannot be read", name, err)
		}
		pipe, end := io.Pipe()
		_ = pipe.CloseWithError(broken)
		if err := write(end, batchreport.List(mixed())); !errors.Is(err, broken) {
			t.Errorf("%s: %v for a reader that is gone", name, err)
		}
	}
}

func TestAMailboxOfWhichNothingWasToBeCopiedIsNotPassedOverInSilence(t *testing.T) {
	t.Parallel()
	whole := batchreport.Of(job(1, nil))
	nothing := batchreport.Of(job(2, func(j *models.MigrationJob) { j.Report = &imapsync.Report{Verified: true} }))
	if whole.NextStep != "" || nothing.Result != batchreport.Complete || !strings.Contains(nothing.NextStep, "No folder was copied") {
		t.Errorf("the next steps are %q and, without a folder, %q of a mailbox that is %s", whole.NextStep, nothing.NextStep, nothing.Result)
	}
}

func TestAMailboxThatIsTriedAgainSaysWhen(t *testing.T) {
	t.Parallel()
	due := time.Date(2026, 3, 1, 10, 30, 0, 0, time.FixedZone("east", 3600))
	retry := batchreport.Of(job(1, func(j *models.MigrationJob) {
		j.Status, j.Verified, j.Report, j.Attempt, j.NotBefore = models.Queued, false, nil, 2, &due
	}))
	if retry.Result != batchreport.Unfinished || !strings.HasPrefix(retry.NextStep, "Try 2 comes by itself after 2026-03-01 09:30:00 UTC") {
		t.Errorf("%s: %s", retry.Result, retry.NextStep)
	}
}

func TestTheNextStepIsWhatCanBeDone(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*models.MigrationJob){
		"A later run of this mailbox has taken its place": func(j *models.MigrationJob) {
			j.Status, j.Verified, j.Superseded, j.Error = models.Failed, false, true, "The connection was lost: rerun the job."
		},
		"The connection was lost. Its passwords were deleted, so it can no longer be run again: create a new job": func(j *models.MigrationJob) {
			j.Status, j.Verified, j.Error, j.Source.SealedPassword = models.Failed, false, "The connection was lost.", nil
		},
		"The move was not finished": func(j *models.MigrationJob) {
			j.Status, j.Verified, j.Report = models.Cancelled, false, nil
		},
		"1 message is missing": func(j *models.MigrationJob) {
			j.Status, j.Verified, j.Report.MessagesMissing = models.Failed, false, 1
		},
		"No folder was copied": func(j *models.MigrationJob) {
			j.Verified, j.Report = false, &imapsync.Report{Empty: true}
		},
		"nobody has counted": func(j *models.MigrationJob) {
			j.Verified, j.Report = false, &imapsync.Report{Folders: 3}
		},
		"in earnest": func(j *models.MigrationJob) {
			j.Verified, j.DryRun, j.Report = false, true, &imapsync.Report{Folders: 3, MessagesFound: 5, MessagesToCopy: 2}
		},
		"nothing to copy": func(j *models.MigrationJob) {
			j.Verified, j.DryRun, j.Report = false, true, &imapsync.Report{Folders: 3, MessagesFound: 5}
		},
		`The destination's host has asked for a pause (it said "slow down"): the job goes on by itself after 2026-03-01 09:40:00 UTC`: func(j *models.MigrationJob) {
			due := time.Date(2026, 3, 1, 9, 40, 0, 0, time.UTC)
			j.Status, j.Verified, j.Report, j.NotBefore = models.Queued, false, nil, &due
			j.Waiting = &models.Waiting{Side: models.Destination, Reason: "slow down", Until: &due}
		},
	} {
		if got := batchreport.Of(job(1, change)).NextStep; !strings.Contains(got, want) {
			t.Errorf("the next step is %q, want %q", got, want)
		}
	}
}

func TestADryRunSaysWhatItWouldCopyAndMissesNothing(t *testing.T) {
	t.Parallel()
	for name, report := range map[string]imapsync.Report{
		"now": {Folders: 2, MessagesFound: 10, MessagesSkipped: 3, MessagesToCopy: 7}, "of an earlier version": {Folders: 2, MessagesFound: 10, MessagesSkipped: 3, MessagesMissing: 7},
	} {
		m := batchreport.Of(job(1, func(j *models.MigrationJob) { j.DryRun, j.Verified, j.Report = true, false, &report }))
		if m.Result != batchreport.Tried || m.ToCopy == nil || *m.ToCopy != 7 || m.Missing != nil || m.Copied != nil {
			t.Errorf("a dry run %s is %+v", name, m)
		}
	}
}
