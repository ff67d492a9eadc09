package e2e_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"mailferry/internal/testkit/imapscript"
	"mailferry/internal/testkit/mailbox"
)

type folderReport struct {
	Source, Destination                          string
	SourceMessages, DestinationMessages, Missing int
}

type missingMessage struct {
	Folder, Date, Subject, Reason string
	UID, Size                     int64
}

// report is the whole report on a job.
type report struct {
	Folders, MessagesFound, MessagesCopied, MessagesSkipped, MessagesMissing, MessagesFailed int
	Bytes                                                                                    int64
	Seconds                                                                                  float64
	Reconnections                                                                            int
	Verified                                                                                 bool
	FolderReports                                                                            []folderReport
	Missing                                                                                  []missingMessage
}

func (s *server) report(id string) report {
	s.t.Helper()
	var answer struct{ Job struct{ Report *report } }
	s.do(`query ($id: ID!) { job(id: $id) { report { folders messagesFound messagesCopied messagesSkipped messagesMissing messagesFailed
		bytes seconds reconnections verified folderReports { source destination sourceMessages destinationMessages missing }
		missing { folder uid date subject size reason } } } }`, map[string]any{"id": id}, &answer)
	if answer.Job.Report == nil {
		s.t.Fatalf("job %s has no report", id)
	}
	return *answer.Job.Report
}

// A destination cuts once, refuses a message and forgets another.
func TestAJobReportsWhatArrivedAndNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	from := imapscript.NewHost(t, imapscript.Knobs{})
	named := func(m imapscript.Message, number int) bool {
		return strings.Contains(string(m.Body), fmt.Sprintf("<%d@", number))
	}
	forgetful := imapscript.Knobs{
		Delimiter: ".", Prefix: "INBOX.",
		Lose: func(_ string, m imapscript.Message) bool { return named(m, 3) },
	}
	refusing := forgetful
	refusing.AfterAppend = imapscript.AppendNumber(1, imapscript.Drop())
	refusing.RefuseMessage = func(_ string, m imapscript.Message) string {
		if named(m, 12) {
			return "NO [CANNOT] not this one"
		}
		return ""
	}
	var bytes, size int64
	for i := range 20 {
		folder := []string{"INBOX", "B&APw-ro"}[i/10]
		body := fmt.Sprintf("Message-ID: <%d@example.org>\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe_%d?=\r\n\r\nbody\r\n", i, i)
		from.Mailbox(folder).Add(imapscript.Message{InternalDate: "05-Mar-2021 10:00:00 +0000", Body: []byte(body)})
		bytes += int64(len(body))
		if i == 12 {
			size = int64(len(body))
		}
	}
	server := newSetup(t, "").start()
	run := func(knobs imapscript.Knobs) (job, report) {
		to := imapscript.NewHost(t, knobs)
		side := func(h *imapscript.Host) mailbox.Mailbox {
			return mailbox.Mailbox{Host: h.Host, Port: h.Port, User: "anna@example.org", Password: "secret"}
		}
		ended := server.waitEnd(server.create(move(side(from), side(to), "BUILTIN"))[0].ID)
		return ended, server.report(ended.ID)
	}

	ended, got := run(refusing)
	if ended.Status != "FAILED" || ended.Verified || ended.ExitCode == nil || *ended.ExitCode != 114 || ended.Error == nil || !strings.Contains(*ended.Error, "not this one") {
		t.Errorf("the job ended as %+v: %v", ended, ended.Error)
	}
	if got.Seconds <= 0 {
		t.Errorf("it took %f s", got.Seconds)
	}
	got.Seconds = 0
	lost := missingMessage{"INBOX", "05-Mar-2021 10:00:00 +0000", "Grüße 3", "acknowledged by the destination and not found there afterwards", 4, size - 2}
	want := report{
		Folders: 2, MessagesFound: 20, MessagesCopied: 19, MessagesMissing: 2, MessagesFailed: 1, Bytes: bytes - size, Reconnections: 1,
		FolderReports: []folderReport{{"Büro", "INBOX.Büro", 10, 9, 1}, {"INBOX", "INBOX", 10, 9, 1}},
		Missing:       []missingMessage{lost, {"Büro", "05-Mar-2021 10:00:00 +0000", "Grüße 12", "NO [CANNOT] not this one", 3, size}},
	}
	if len(got.Missing) == 2 && got.Missing[0].Folder != "INBOX" {
		got.Missing[0], got.Missing[1] = got.Missing[1], got.Missing[0] // they are named as they come
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("report\n%+v\nwant\n%+v", got, want)
	}

	// Each command was answered with OK, and yet the job has failed.
	ended, got = run(forgetful)
	if ended.Status != "FAILED" || ended.Verified || ended.Error == nil || !strings.Contains(*ended.Error, "1 message is missing at the destination") {
		t.Errorf("the job ended as %+v: %v", ended, ended.Error)
	}
	if got.MessagesCopied != 20 || got.MessagesMissing != 1 || !reflect.DeepEqual(got.Missing, []missingMessage{lost}) {
		t.Errorf("report %+v", got)
	}
}
