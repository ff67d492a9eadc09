package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"mailferry/e2e/script"
)

func TestFollowingALogThroughDroppedSocketsGivesExactlyTheDownload(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, setup *setup) {
		server := setup.start()
		id := server.create(scripted("dropped", 3000, time.Millisecond))[0].ID
		f := &follower{t: t, id: id}
		drops := 0
		for !f.done {
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			_ = f.follow(ctx, server.Client) // dropped on purpose
			cancel()
			drops++
		}
		want := server.download(id)
		if f.text.String() != want || want != script.Log(len(want)) || f.status != "FAILED" && f.status != "SUCCEEDED" {
			t.Errorf("followed %d bytes, downloaded %d, printed %d; the last status is %s",
				f.text.Len(), len(want), len(script.Log(len(want))), f.status)
		}
		if drops < 3 {
			t.Errorf("the socket was dropped %d times only", drops)
		}
		t.Logf("%d bytes through %d sockets", len(want), drops)
	})
}

func TestFollowingALogThroughARestartGivesExactlyTheDownload(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, setup *setup) {
		first := setup.start()
		id := first.create(scripted("restart", 1_000_000, time.Millisecond))[0].ID
		f := &follower{t: t, id: id}
		followed := make(chan error, 1)
		go func() { followed <- f.follow(t.Context(), first.Client) }()
		waitUntil(t, "the log grows", func() bool { return first.job(id).LogSize > 10_000 })
		first.signal(syscall.SIGTERM)
		var closed *websocket.CloseError
		// The tail gets its last event, and so may complete before its socket closes.
		if err := <-followed; !f.done && (!errors.As(err, &closed) || closed.Code != websocket.CloseGoingAway) {
			t.Errorf("the socket ended with %v", err)
		}
		if code := first.wait(); code != 0 {
			t.Errorf("exit code %d after SIGTERM", code)
		}
		second := setup.start()
		for !f.done {
			if err := f.follow(t.Context(), second.Client); err != nil && !f.done {
				t.Fatal(err)
			}
		}
		want := second.download(id)
		if f.text.String() != want || f.status != "INTERRUPTED" || !strings.HasSuffix(want, "terminated\n") {
			t.Errorf("followed %d bytes to %s, downloaded %d", f.text.Len(), f.status, len(want))
		}
		if printed := strings.TrimSuffix(want, "terminated\n"); !strings.HasPrefix(script.Log(len(printed)), printed) {
			t.Error("the log is not what was printed")
		}
	})
}

// rounds is how often a test repeats what it does at random moments: a few times, or as MAILFERRY_TORTURE says (see make torture).
func rounds(t *testing.T, few int) int {
	t.Helper()
	text := os.Getenv("MAILFERRY_TORTURE")
	if text == "" {
		return few
	}
	many, err := strconv.Atoi(text)
	if err != nil || many < 1 {
		t.Fatalf("MAILFERRY_TORTURE is %q, not a number of rounds", text)
	}
	return many
}

func TestKillsLeaveNoChildLoseNoJobAndRunNoneTwice(t *testing.T) {
	t.Parallel()
	kills := rounds(t, 20)
	onBoth(t, func(t *testing.T, setup *setup) {
		tag := fmt.Sprintf("kills-%d-%s", os.Getpid(), filepath.Base(setup.folder))
		var ids []string
		logs := map[string]string{}
		for kill := range kills {
			server := setup.start()
			for id, text := range logs {
				if now := server.download(id); now != text {
					t.Errorf("the log of job %s has %d bytes after a restart, and had %d", id, len(now), len(text))
				}
			}
			var inputs []map[string]any
			for i := range 3 {
				inputs = append(inputs, scripted(fmt.Sprintf("%s-%d-%d", tag, kill, i), 100+rand.IntN(400), time.Millisecond))
			}
			for _, created := range server.create(inputs...) {
				ids = append(ids, created.ID)
			}
			time.Sleep(time.Duration(rand.IntN(300)) * time.Millisecond) // a random moment is the point
			server.signal(syscall.SIGKILL)
			server.wait()
			deadline := time.Now().Add(2 * time.Second)
			for left := engines(t, tag); len(left) > 0; left = engines(t, tag) {
				if time.Now().After(deadline) {
					t.Fatalf("children %v outlive the server by 2 s", left)
				}
			}
			if kill%5 == 4 {
				logs = checkAfterKill(t, setup, ids[max(0, len(ids)-60):])
			}
		}
		server := setup.start()
		interrupted := 0
		for _, id := range ids {
			end := server.waitEnd(id)
			switch end.Status {
			case "INTERRUPTED":
				interrupted++
			case "FAILED", "SUCCEEDED":
				// The scripted engine compares nothing, so only its log tells that it ran to its end.
			default:
				t.Errorf("job %s ended as %s", id, end.Status)
			}
			text := server.download(id)
			if !strings.HasPrefix(script.Log(len(text)), text) {
				t.Errorf("the log of job %s is not what was printed", id)
			}
		}
		for name, count := range startsByTag(t, setup.folder, 2) {
			if count > 1 {
				t.Errorf("job %s was started %d times", name, count)
			}
		}
		if len(ids) != 3*kills || interrupted == 0 {
			t.Errorf("%d jobs, %d interrupted", len(ids), interrupted)
		}
		t.Logf("%d jobs, %d interrupted by %d kills", len(ids), interrupted, kills)
	})
}

// checkAfterKill starts a server that runs nothing new and returns the logs of ended jobs.
func checkAfterKill(t *testing.T, setup *setup, ids []string) map[string]string {
	t.Helper()
	server := setup.start()
	logs := map[string]string{}
	for _, id := range ids {
		if server.job(id).ended() {
			logs[id] = server.download(id)
		}
	}
	server.signal(syscall.SIGKILL)
	server.wait()
	return logs
}

// startsByTag reads what the scripted engines noted, and fails the test where more than
// most lived at once.
func startsByTag(t *testing.T, folder string, most int) map[string]int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "started"))
	if err != nil {
		t.Fatal(err)
	}
	starts := map[string]int{}
	for line := range strings.Lines(string(text)) {
		var tag string
		var living int
		if _, err := fmt.Sscan(line, &tag, &living); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		starts[tag]++
		if living > most {
			t.Errorf("%d engines lived when %s started", living, tag)
		}
	}
	return starts
}

func waitUntil(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %s", what, patience)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestThreeHundredJobsCreatedAtOnceRunTwoAtATimeInOrder(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, setup *setup) {
		server := setup.start()
		var inputs []map[string]any
		for i := range 300 {
			inputs = append(inputs, scripted(fmt.Sprintf("many-%03d", i), 2, 0))
		}
		jobs := server.create(inputs...)
		for _, created := range jobs {
			server.waitEnd(created.ID)
		}
		var last time.Time
		for _, created := range jobs {
			now := server.job(created.ID)
			if !now.ended() || now.StartedAt == nil || now.StartedAt.Before(last) {
				t.Fatalf("job %s is %+v, the one before it was started at %s", created.ID, now, last)
			}
			last = *now.StartedAt
		}
		if starts := startsByTag(t, setup.folder, 2); len(starts) != 300 {
			t.Errorf("%d engines were started", len(starts))
		}
	})
}

func TestASecondServerSaysWhichDatabaseIsTakenAndExits(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, setup *setup) {
		setup.start()
		setup.addr = "127.0.0.1:0"
		second := setup.launch()
		if code := second.wait(); code != 75 || !strings.Contains(second.stderr.String(), "another Mailferry server is using it") ||
			!strings.Contains(second.stderr.String(), "database") {
			t.Errorf("exit code %d:\n%s", code, second.stderr)
		}
	})
}

func TestASecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, setup *setup) {
		server := setup.start("MAILFERRY_IMAPSYNC=" + stubbornEngine(t))
		id := server.create(scripted("stubborn", 1, 0))[0].ID
		waitUntil(t, "the engine runs", func() bool { return server.job(id).LogSize > 0 })
		server.signal(syscall.SIGTERM)
		waitUntil(t, "the server stops", func() bool { return strings.Contains(server.stderr.String(), "msg=stopping") })
		server.signal(syscall.SIGTERM)
		if code := server.wait(); code != 130 {
			t.Errorf("exit code %d", code)
		}
		if end := setup.start().job(id); end.Status != "INTERRUPTED" {
			t.Errorf("the job is %s", end.Status)
		}
	})
}

// stubbornEngine is a program that takes no notice of SIGTERM.
func stubbornEngine(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "stubborn")
	if err := os.WriteFile(path, []byte("#!/bin/sh\ntrap '' TERM\necho here\nwhile :; do read -r x < /dev/zero; done\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}
