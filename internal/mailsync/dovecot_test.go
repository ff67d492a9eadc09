package mailsync_test

import (
	"testing"

	"mailferry/internal/demo/mailgen"
	"mailferry/internal/testkit/dovecot"
)

func TestAMailboxMovesBetweenTwoDovecotsAndTheRerunCopiesNothing(t *testing.T) {
	t.Parallel()
	from := dovecotUsers(t, dovecot.Options{}, "old")[0]
	to := dovecotUsers(t, dovecot.Options{Separator: ".", Prefix: "INBOX."}, "new")[0]
	fill(t, from, 500, mailgen.Options{Seed: 1})
	r := syncOnce(t, quick(), from, to).want(t, 0, 500)
	if !r.Verified || r.MessagesFound != 500 || r.MessagesMissing != 0 || len(r.FolderReports) == 0 {
		t.Errorf("report %+v", r)
	}
	same(t, contents(t, to, ".", "INBOX."), contents(t, from, "/", ""))
	r = syncOnce(t, quick(), from, to).want(t, 0, 0)
	if !r.Verified || r.MessagesSkipped != 500 {
		t.Errorf("report of the rerun %+v", r)
	}
}
