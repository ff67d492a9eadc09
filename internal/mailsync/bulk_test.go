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
