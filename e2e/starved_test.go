package e2e_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestNoJobFailsOfAServerThatHasNoDescriptorsForAWhile(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, setup *setup) {
		server := setup.start()
		tag := fmt.Sprintf("starved-%d", os.Getpid())
		first := server.create(scripted(tag+"-first", 1, 0))[0]
		server.waitEnd(first.ID)
		// Whatever it opens from now on fails; what it has open goes on.
		limit := func(files uint64) {
			var now unix.Rlimit
			if err := unix.Prlimit(server.cmd.Process.Pid, unix.RLIMIT_NOFILE, nil, &now); err != nil {
				t.Fatal(err)
			}
			if files == 0 {
				files = now.Max
			}
			if err := unix.Prlimit(server.cmd.Process.Pid, unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: files, Max: now.Max}, nil); err != nil {
				t.Fatal(err)
			}
		}
		var inputs []map[string]any
		for i := range 100 {
			inputs = append(inputs, scripted(fmt.Sprintf("%s-%03d", tag, i), 1, 0))
		}
		limit(3)
		jobs := server.create(inputs...) // over the connection that is open
		waitUntil(t, "the server notices", func() bool { return strings.Contains(server.stderr.String(), "engines cannot be started") })
		limit(0)
		var last time.Time
		for i, created := range jobs {
			server.waitEnd(created.ID)
			// The scripted engine compares nothing: that it ran shows in its exit code and its log.
			end := server.job(created.ID)
			if end.ExitCode == nil || *end.ExitCode != 0 || end.LogSize == 0 || i > 2 && end.StartedAt.Before(last) {
				t.Fatalf("job %s ended as %+v (%v)", created.ID, end, end.Error)
			}
			last = *end.StartedAt // two slots were at it when it began: which of them is back first is open
		}
		if said := strings.Count(server.stderr.String(), "engines cannot be started"); said != 1 {
			t.Errorf("it was said %d times", said)
		}
		for name, count := range startsByTag(t, setup.folder, 2) {
			if count > 1 {
				t.Errorf("job %s was started %d times", name, count)
			}
		}
	})
}
