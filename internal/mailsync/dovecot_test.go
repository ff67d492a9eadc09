package mailsync_test

import (
	"testing"

	"mailferry/internal/dovecottest"
	"mailferry/internal/mailgen"
)

func TestAMailboxMovesBetweenTwoDovecotsAndTheRerunCopiesNothing(t *testing.T) {
	t.Parallel()
	from := dovecot(t, dovecottest.Options{}, "old")[0]
	to := dovecot(t, dovecottest.Options{Separator: ".", Prefix: "INBOX."}, "new")[0]
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
