package imapsync_test

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"mailferry/internal/imapsync"
)

func fixture(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "imapsync-2.229", name+".log"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// parse feeds the output in pieces of the given size.
func parse(t *testing.T, output []byte, piece int) *imapsync.Parser {
	t.Helper()
	p := imapsync.NewParser()
	for len(output) > 0 {
		n := min(piece, len(output))
		if wrote, err := p.Write(output[:n]); wrote != n || err != nil {
			t.Fatalf("Write = %d, %v", wrote, err)
		}
		output = output[n:]
	}
	return p
}

// outcomes reads the exit codes recorded beside the outputs.
func outcomes(t *testing.T) map[string]imapsync.Outcome {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "imapsync-2.229", "exit-codes.txt"))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]imapsync.Outcome{}
	for line := range strings.SplitSeq(strings.TrimSpace(string(b)), "\n") {
		fields := strings.Fields(line)
		if code, err := strconv.Atoi(fields[1]); err == nil {
			all[fields[0]] = imapsync.Outcome{ExitCode: &code}
		} else {
			all[fields[0]] = imapsync.Outcome{Signal: fields[1]}
		}
	}
	return all
}

func TestEveryRecordedRunIsReadAndExplained(t *testing.T) {
	t.Parallel()
	want := map[string]struct {
		reason, sentence string
		report           *imapsync.Report
	}{
		"dry":             {report: &imapsync.Report{Folders: 6, MessagesFound: 60, MessagesToCopy: 60, Seconds: 0.2}},
		"copy":            {report: &imapsync.Report{Folders: 6, MessagesFound: 60, MessagesCopied: 60, Bytes: 1469736, Seconds: 0.4, Verified: true}},
		"rerun":           {report: &imapsync.Report{Folders: 6, MessagesFound: 60, MessagesSkipped: 60, Seconds: 0.2, Verified: true}},
		"copy-with-sizes": {report: &imapsync.Report{Folders: 6, MessagesFound: 60, MessagesCopied: 60, Bytes: 1469736, Seconds: 0.7, Verified: true}},
		"automap":         {report: &imapsync.Report{Folders: 5, MessagesFound: 58, MessagesCopied: 58, Bytes: 847756, Seconds: 0.3, Verified: true}},
		"justlogin":       {},
		"auth-failure": {reason: "EXIT_AUTHENTICATION_FAILURE_USER2",
			sentence: `The destination server refused the login (it said "NO [AUTHENTICATIONFAILED] Authentication failed"): check the destination's user name and password, and whether it wants an app password.`},
		"connect-failure": {reason: "EXIT_CONNECTION_FAILURE_HOST2",
			sentence: `The destination server could not be reached or the connection to it was lost (it said "Unable to connect to 127.0.0.1: Connection refused"): check its host, port and security, then rerun the job.`},
		"over-quota": {reason: "EXIT_OVERQUOTA",
			sentence: `The destination mailbox is full (10 messages not copied) (it said "NO [OVERQUOTA] Quota exceeded (mailbox for user is full)"): free or add space there and rerun the job, which copies only what is still missing.`,
			report:   &imapsync.Report{Folders: 6, MessagesFound: 60, MessagesCopied: 50, MessagesMissing: 10, MessagesFailed: 10, Bytes: 622360, Seconds: 0.6}},
		"terminated": {reason: "EXIT_BY_SIGNAL",
			sentence: "The engine was ended from outside by signal TERM: what was copied stays, so rerun the job to go on.",
			report:   &imapsync.Report{Folders: 1, MessagesFound: 9, MessagesCopied: 6, MessagesMissing: 3, Bytes: 14193, Seconds: 1.6}},
	}
	for name, outcome := range outcomes(t) {
		for _, piece := range []int{1, 7, 1 << 20} {
			t.Run(name+"/"+strconv.Itoa(piece), func(t *testing.T) {
				t.Parallel()
				w, ok := want[name]
				if !ok {
					t.Fatalf("no expectation for %s", name)
				}
				p := parse(t, fixture(t, name), piece)
				if reason, sentence := p.Explain(outcome); reason != w.reason || sentence != w.sentence {
					t.Errorf("explained as %q, %q\nwant %q, %q", reason, sentence, w.reason, w.sentence)
				}
				got := p.Report()
				if got != nil {
					got.Missing = nil
				}
				if !reflect.DeepEqual(got, w.report) {
					t.Errorf("report %+v\nwant   %+v", got, w.report)
				}
			})
		}
	}
}

func TestRefusedMessagesAreNamed(t *testing.T) {
	t.Parallel()
	r := parse(t, fixture(t, "over-quota"), 100).Report()
	if len(r.Missing) != 10 {
		t.Fatalf("%d missing messages named, want 10: %+v", len(r.Missing), r.Missing)
	}
	want := imapsync.MissingMessage{
		Folder: "INBOX", UID: 24, Date: "29-Dec-2023 12:02:44 +0000", Subject: "you used provided (kernel, a work",
		Size: 39968, Reason: "NO [OVERQUOTA] Quota exceeded (mailbox for user is full)",
	}
	if r.Missing[0] != want {
		t.Errorf("first is %+v\nwant     %+v", r.Missing[0], want)
	}
}

func TestProgressWithSizesKnowsTotalsAndETA(t *testing.T) {
	t.Parallel()
	log := fixture(t, "copy-with-sizes")
	at := bytes.Index(log, []byte("msg INBOX/2 "))
	end := at + bytes.IndexByte(log[at:], '\n') + 1
	p := parse(t, log[:end], 999)
	if !p.Changed() || p.Changed() {
		t.Error("Changed must be true once after a change, then false")
	}
	got := p.Progress()
	rate, speed := 143.22, 418.055*1024
	want := imapsync.Progress{
		CurrentFolder: new("INBOX"), FoldersDone: new(int64(2)), FoldersTotal: new(int64(6)),
		MessagesDone: new(int64(15)), MessagesTotal: new(int64(60)),
		BytesDone: new(int64(44835)), BytesTotal: new(int64(1469736)),
		MessagesPerSecond: &rate, BytesPerSecond: &speed, ETASeconds: new(int64(0)),
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("progress %s\nwant     %s", show(got), show(want))
	}
}

func TestProgressWithoutSizesCountsByItself(t *testing.T) {
	t.Parallel()
	log := fixture(t, "copy")
	before, _, _ := bytes.Cut(log, []byte("msg Projets &AOk-t&AOk-/3 "))
	got := parse(t, before, 4096).Progress()
	if *got.CurrentFolder != "Projets été" || *got.FoldersDone != 3 || *got.MessagesDone != 44 || got.MessagesTotal != nil || got.ETASeconds != nil {
		t.Errorf("in mid-run: %s", show(got))
	}
	got = parse(t, log, 4096).Progress()
	if *got.FoldersDone != 6 || *got.MessagesDone != 60 || *got.MessagesTotal != 60 || *got.BytesDone != 1469736 {
		t.Errorf("at the end: %s", show(got))
	}
	got = parse(t, fixture(t, "rerun"), 4096).Progress()
	if *got.FoldersDone != 6 || *got.MessagesDone != 60 || *got.MessagesTotal != 60 {
		t.Errorf("at the end of a rerun: %s", show(got))
	}
}

func TestBuiltInEnginesLinesAreReadBack(t *testing.T) {
	t.Parallel()
	missing := imapsync.MissingMessage{Folder: "Été \"x\", UID 1", UID: 4294967290, Date: "01-Jan-2020 00:00:00 +0000", Subject: "a\r\nb, reason \"x\"", Size: 12, Reason: "NO refused"}
	folder := imapsync.FolderReport{Source: missing.Folder, Destination: "INBOX.x\" -> \"y", SourceMessages: 3, DestinationMessages: 2, Missing: 1}
	progress := imapsync.Progress{
		FoldersDone: new(int64(1)), FoldersTotal: new(int64(2)), MessagesDone: new(int64(3)), MessagesTotal: new(int64(4)),
		BytesDone: new(int64(5)), BytesTotal: new(int64(6)), MessagesPerSecond: new(7.25), BytesPerSecond: new(8.0), ETASeconds: new(int64(9)),
	}
	var out strings.Builder
	for _, line := range []string{
		imapsync.ProgressLine(progress), imapsync.VerificationHeader(), imapsync.FolderLine(folder), imapsync.MissingLine(missing),
		imapsync.VerificationLine(3, 1, 1, true), "++++ Statistics", "Folders synced                          : 2/2 synced",
		"Messages transferred                    : 2 ", "Detected 0 errors",
	} {
		out.WriteString(line + "\n")
	}
	p := parse(t, []byte(strings.ReplaceAll(out.String(), imapsync.VerificationHeader(), "junk\n"+imapsync.VerificationHeader())), 3)
	r := p.Report()
	if r == nil || !reflect.DeepEqual(r.FolderReports, []imapsync.FolderReport{folder}) || !reflect.DeepEqual(r.Missing, []imapsync.MissingMessage{missing}) {
		t.Fatalf("report %+v", r)
	}
	if r.Verified || r.MessagesFound != 3 || r.MessagesMissing != 1 || r.MessagesFailed != 1 {
		t.Errorf("report %+v", r)
	}
	code := 0
	if _, sentence := p.Explain(imapsync.Outcome{ExitCode: &code}); !strings.Contains(sentence, "1 message is missing") {
		t.Errorf("exit 0 with a missing message is explained as %q", sentence)
	}
	if done := p.Progress(); *done.BytesTotal != 6 || *done.BytesPerSecond != 8 {
		t.Errorf("progress %s", show(done))
	}
}

func TestWhatTheOptionsLeaveOutBySizeIsNotMissing(t *testing.T) {
	t.Parallel()
	const log = `Folder    1/1 [INBOX] -> [INBOX]
msg INBOX/1 {900}  copied to INBOX/1  104.01 msgs/s  146.467 KiB/s 2.816 KiB copied
msg INBOX/2 skipped (9584 exceeds maxsize limit 8000 bytes)
msg INBOX/3 skipped (120 smaller than minsize 499 bytes)
msg INBOX/4 skipped (7200 exceeds maxsize limit 7000 bytes)
++++ Statistics
Folders synced                          : 1/1 synced
Messages transferred                    : 1
Messages skipped                        : 3
Messages found in host1 not in host2    : 3 messages
The sync is not finished, there are 3 among 4 identified messages in host1 that are not on host2.
Detected 0 errors
`
	success := 0
	for name, test := range map[string]struct {
		options  imapsync.Options
		missing  int64
		verified bool
	}{
		"nothing is left out":               {missing: 3},
		"the destination has a limit below": {options: imapsync.Options{MaxSize: new(int64(8000)), MinSize: new(int64(500))}, missing: 1},
		"all is as asked":                   {options: imapsync.Options{MaxSize: new(int64(7000)), MinSize: new(int64(500))}, verified: true},
	} {
		p := imapsync.NewParserOf(test.options)
		_, _ = p.Write([]byte(log))
		_, sentence := p.Explain(imapsync.Outcome{ExitCode: &success})
		if r := p.Report(); r.MessagesMissing != test.missing || r.Verified != test.verified || (sentence == "") != test.verified {
			t.Errorf("%s: %q of the report %+v", name, sentence, r)
		}
	}
}

func TestASetOfMessagesWithSharedHeadersIsNotCalledVerified(t *testing.T) {
	t.Parallel()
	log := string(fixture(t, "copy"))
	for _, change := range [][2]string{
		{"Messages found duplicate on host1       : 0", "Messages found duplicate on host1       : 1"},
		{"Messages void (noheader) on host1       : 0", "Messages void (noheader) on host1       : 1"},
		{"Messages transferred                    : 60", "Messages transferred                    : 59"},
		{"Folders synced                          : 6/6", "Folders synced                          : 5/6"},
	} {
		changed := strings.Replace(log, change[0], change[1], 1)
		if changed == log {
			t.Fatalf("%q is not in the log", change[0])
		}
		if r := parse(t, []byte(changed), 1<<16).Report(); r.Verified {
			t.Errorf("verified in spite of %q", change[1])
		}
	}
}

func TestAHeaderlessMessageThatWasLeftOutIsAFailure(t *testing.T) {
	t.Parallel()
	log := strings.Replace(string(fixture(t, "copy")), "Messages void (noheader) on host1       : 0", "Messages void (noheader) on host1       : 2", 1)
	code := 0
	_, sentence := parse(t, []byte(log), 1<<16).Explain(imapsync.Outcome{ExitCode: &code})
	if !strings.Contains(sentence, "left out 2 messages") {
		t.Errorf("explained as %q", sentence)
	}
}

func TestALineWithoutEndCostsBoundedMemory(t *testing.T) {
	t.Parallel()
	p := imapsync.NewParser()
	piece := bytes.Repeat([]byte("x"), 1<<16)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for range 1000 {
		_, _ = p.Write(piece)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 1<<20 {
		t.Errorf("64 MB without a line's end left %d bytes on the heap", grown)
	}
	_, _ = p.Write([]byte("\nFolder     1/2 [A] -> [A]\n"))
	if got := p.Progress(); got.FoldersTotal == nil || *got.FoldersTotal != 2 {
		t.Errorf("the line after it was lost: %s", show(got))
	}
}

func TestCarriageReturnsEndLines(t *testing.T) {
	t.Parallel()
	p := parse(t, []byte("Folder     1/2 [A] -> [A]\r\nFolder     2/2 [B] -> [B]\r"), 1)
	if got := p.Progress(); *got.CurrentFolder != "B" || *got.FoldersDone != 1 {
		t.Errorf("progress %s", show(got))
	}
}

func TestTheFolderIsTheOneWhoseMessagesArrive(t *testing.T) {
	t.Parallel()
	p := parse(t, []byte("Folder     1/2 [A/B&AOk-] -> [A/B&AOk-]\nFolder     2/2 [C] -> [C]\nmsg A/B&AOk-/7 {12}  copied to A/B&AOk-/1  1.00 msgs/s\n"), 40)
	if got := p.Progress(); *got.CurrentFolder != "A/Bé" || *got.BytesDone != 12 {
		t.Errorf("progress %s", show(got))
	}
}

func show(p imapsync.Progress) string {
	var b strings.Builder
	v := reflect.ValueOf(p)
	for i := range v.NumField() {
		if f := v.Field(i); f.IsNil() {
			b.WriteString(v.Type().Field(i).Name + "=nil ")
		} else {
			b.WriteString(v.Type().Field(i).Name + "=" + strings.TrimSpace(strings.Trim(reflectString(f.Elem()), " ")) + " ")
		}
	}
	return b.String()
}

func reflectString(v reflect.Value) string {
	switch v.Kind() {
	case reflect.String:
		return strconv.Quote(v.String())
	case reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	default:
		return strconv.FormatInt(v.Int(), 10)
	}
}

func FuzzParser(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "imapsync-2.229", "*.log"))
	if err != nil || len(files) == 0 {
		f.Fatalf("no recorded output: %v", err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte("- msg / {\n- msg x/1 { ( Subject:[ ) to folder \nVerified folder \"\nMissing message in \"a\": UID 1, size 2, date \"\nProgress: 1/2 folders, ,, ETA x\nVerification: \n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		whole, bytewise := imapsync.NewParser(), imapsync.NewParser()
		_, _ = whole.Write(b)
		for i := range b {
			_, _ = bytewise.Write(b[i : i+1])
		}
		if !reflect.DeepEqual(whole.Progress(), bytewise.Progress()) || !reflect.DeepEqual(whole.Report(), bytewise.Report()) {
			t.Fatal("the result depends on where the output is split")
		}
		code := 113
		whole.Explain(imapsync.Outcome{ExitCode: &code})
		if r := whole.Report(); r != nil && len(r.Missing) > imapsync.MaxMissing {
			t.Fatalf("%d missing messages kept", len(r.Missing))
		}
	})
}
