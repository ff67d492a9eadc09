package e2e_test

import (
	"testing"

	"mailferry/internal/demo/mailgen"
	"mailferry/internal/testkit/dovecot"
	imapsynctest "mailferry/internal/testkit/imapsync"
	"mailferry/internal/testkit/mailbox"
)

// mailboxPair is a filled mailbox on one Dovecot and an empty one on another, which names
// its folders differently.
func mailboxPair(t *testing.T, messages, folders int) (source, destination mailbox.Mailbox) {
	t.Helper()
	from := dovecot.New(t, dovecot.Options{})
	to := dovecot.New(t, dovecot.Options{Separator: ".", Prefix: "INBOX."})
	from.AddUser("info@example.org", "source-secret", 0)
	to.AddUser("info@example.com", "destination-secret", 0)
	source = mailbox.Mailbox{Host: from.Host, Port: from.Port, User: "info@example.org", Password: "source-secret"}
	destination = mailbox.Mailbox{
		Host: to.Host, Port: to.Port, User: "info@example.com", Password: "destination-secret", Delimiter: ".", Prefix: "INBOX.",
	}
	source.Fill(t, messages, folders, mailgen.Options{Seed: 1, MaxBytes: 64 << 10})
	return source, destination
}

// move is the input of a job between two mailboxes.
func move(source, destination mailbox.Mailbox, engine string) map[string]any {
	side := func(m mailbox.Mailbox) map[string]any {
		return map[string]any{"host": m.Host, "port": m.Port, "security": "NONE", "user": m.User, "password": m.Password}
	}
	return map[string]any{"source": side(source), "destination": side(destination), "engine": engine}
}

func (s *server) rerun(id string) job {
	s.t.Helper()
	var answer struct{ RerunJob job }
	s.do(`mutation ($id: ID!) { rerunJob(id: $id) { `+jobFields+` } }`, map[string]any{"id": id}, &answer)
	return answer.RerunJob
}

// moveAndRerun moves a mailbox by a job, follows its log meanwhile, compares both sides,
// and runs the job again.
func moveAndRerun(t *testing.T, setup *setup, engine string, env ...string) {
	t.Helper()
	const messages, folders = 500, 6
	source, destination := mailboxPair(t, messages, folders)
	server := setup.start(env...)
	first := server.create(move(source, destination, engine))[0]
	f := &follower{t: t, id: first.ID}
	if err := f.follow(t.Context(), server.Client); !f.done {
		t.Fatalf("the log ended with %v", err)
	}
	ended := server.waitEnd(first.ID)
	if ended.Status != "SUCCEEDED" || ended.Report == nil || ended.Report.MessagesCopied != messages || !ended.Verified {
		t.Errorf("the job ended as %+v with the report %+v\n%s", ended, ended.Report, tailOf(server.download(first.ID), 3000))
	}
	if f.text.String() != server.download(first.ID) || f.status != ended.Status {
		t.Errorf("the tail got %d bytes to %s, the log has %d", f.text.Len(), f.status, ended.LogSize)
	}
	want := source.Contents(t)
	if want.Count() != messages || len(want) != folders {
		t.Fatalf("the source holds %d messages in %d folders", want.Count(), len(want))
	}
	mailbox.Compare(t, destination.Contents(t), want)
	again := server.waitEnd(server.rerun(first.ID).ID)
	if again.Status != "SUCCEEDED" || again.Report == nil || again.Report.MessagesCopied != 0 {
		t.Errorf("the rerun ended as %+v with the report %+v", again, again.Report)
	}
	mailbox.Compare(t, destination.Contents(t), want)
}

func TestAMailboxMovesBetweenTwoDovecotsAndTheRerunCopiesNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, setup *setup) { moveAndRerun(t, setup, "BUILTIN") })
}

func TestAMailboxMovesWithImapsyncAndTheRerunCopiesNothing(t *testing.T) {
	t.Parallel()
	program := imapsynctest.Need(t)
	onBoth(t, func(t *testing.T, setup *setup) {
		moveAndRerun(t, setup, "IMAPSYNC", imapsynctest.PathVariable+"="+program.Path)
	})
}
