package mailsync_test

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"mailferry/internal/testkit/imapscript"
)

func TestAnIndexOfManyMessagesTakesLittleMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("reads indexes of many messages")
	}
	t.Parallel()
	count := 200_000
	if text := os.Getenv("MAILFERRY_BULK"); text != "" {
		count, _ = strconv.Atoi(text)
	}
	for _, folders := range []int{1, 20} {
		from, to := imapscript.NewBulk(t, folders-1, count/folders), imapscript.NewBulk(t, folders-1, count/folders)
		began := time.Now()
		output, resident := runProcess(t, side{from.Host, from.Port, "anna", "secret"}, side{to.Host, to.Port, "anna", "secret"})
		t.Logf("%d messages in %d folders: %s, %d MiB resident", count, folders, time.Since(began).Round(time.Millisecond), resident>>20)
		if !strings.Contains(output, "complete, "+strconv.Itoa(count)+" messages on host1, 0 missing") {
			t.Fatalf("not verified:\n%s", tail(output))
		}
		if resident > 64<<20 && !raceDetector {
			t.Errorf("%d messages in %d folders: %d MiB resident", count, folders, resident>>20)
		}
	}
}

func TestManyMessagesToCopyTakeLittleMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("copies many messages")
	}
	t.Parallel()
	count := 100_000
	if text := os.Getenv("MAILFERRY_BULK"); text != "" {
		count, _ = strconv.Atoi(text)
	}
	from, to := imapscript.NewBulk(t, 0, count), imapscript.NewBulk(t, 0, 0)
	began := time.Now()
	output, resident := runProcess(t, side{from.Host, from.Port, "anna", "secret"}, side{to.Host, to.Port, "anna", "secret"})
	t.Logf("%d messages copied: %s, %d MiB resident", count, time.Since(began).Round(time.Millisecond), resident>>20)
	if !strings.Contains(output, "complete, "+strconv.Itoa(count)+" messages on host1, 0 missing") {
		t.Fatalf("not verified:\n%s", tail(output))
	}
	if stored, unordered := to.Appended("INBOX"); stored != count || unordered > 0 {
		t.Errorf("%d messages stored, %d out of order", stored, unordered)
	}
	if resident > 64<<20 && !raceDetector {
		t.Errorf("%d MiB resident", resident>>20)
	}
}

func TestABigFolderThatWasCopiedBeforeGetsOnlyWhatItLacks(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("holds many messages in memory")
	}
	all := letters(50_200)
	for name, knobs := range map[string]imapscript.IndexKnobs{
		"shown whole":     {},
		"in pages":        {MessageLimit: 20_000},
		"with one hidden": {Unanswered: only(7000, func(items string) bool { return strings.Contains(items, "HEADER.FIELDS") })},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := between(t, imapscript.Knobs{}, indexed(knobs))
			from.Mailbox("INBOX").Add(all...)
			to.Mailbox("INBOX").Add(all[:30_000]...)
			to.Mailbox("INBOX").Add(all[30_003:]...)
			to.Mailbox("INBOX").Add(all[17]) // there twice
			r := move(t, from, to).want(t, 0, 3)
			if !r.Verified || r.MessagesSkipped != 50_197 {
				t.Errorf("verified %v, %d skipped", r.Verified, r.MessagesSkipped)
			}
			if n := to.Mailbox("INBOX").Len(); n != 50_201 {
				t.Errorf("the destination holds %d", n)
			}
			rerunCopiesNothing(t, from, to)
		})
	}
}
