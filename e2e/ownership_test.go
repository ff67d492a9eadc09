package e2e_test

import (
	"bytes"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"mailferry/internal/demo/mailgen"
	"mailferry/internal/testkit/dovecot"
	"mailferry/internal/testkit/linkproxy"
	"mailferry/internal/testkit/mailbox"
	"mailferry/internal/testkit/postgres"
)

// behindLink is a database that one server reaches through a link, and others directly.
func behindLink(t *testing.T, databaseURL string) (link *linkproxy.Proxy, through string) {
	t.Helper()
	address, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	if link, err = linkproxy.Start(address.Host, linkproxy.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = link.Close() })
	address.Host = net.JoinHostPort(link.Host, strconv.Itoa(link.Port))
	return link, "DATABASE_URL=" + address.String()
}

// engineProcess is a process that a server has started for a mailbox.
type engineProcess struct {
	pid     int
	owner   string
	stopped bool
}

// enginesOf lists the processes with a mailbox in their arguments that servers have started.
func enginesOf(t *testing.T, user string) (found []engineProcess) {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Error(err)
	}
	for _, file := range files {
		folder := filepath.Dir(file)
		args, _ := os.ReadFile(file)
		if !bytes.Contains(args, []byte("--user1="+user+"\x00")) {
			continue
		}
		environment, _ := os.ReadFile(filepath.Join(folder, "environ"))
		stat, _ := os.ReadFile(filepath.Join(folder, "stat"))
		_, behind, _ := strings.Cut(string(stat), ") ")
		for variable := range strings.SplitSeq(string(environment), "\x00") {
			if owner, ok := strings.CutPrefix(variable, "MAILFERRY_OWNER="); ok && behind != "" && behind[0] != 'Z' && behind[0] != 'X' {
				pid, _ := strconv.Atoi(filepath.Base(folder))
				found = append(found, engineProcess{pid: pid, owner: owner, stopped: behind[0] == 'T'})
			}
		}
	}
	return found
}

// watchEngines looks at the process table until stop is called, which tells how often engines of two servers ran for one
// mailbox, of how many looks.
func watchEngines(t *testing.T, user string) (stop func() (double, looks int)) {
	t.Helper()
	done := make(chan struct{})
	var watcher sync.WaitGroup
	var double, looks int
	watcher.Go(func() {
		ticker := time.NewTicker(20 * time.Millisecond)
		defer ticker.Stop()
		for {
			owners := map[string]bool{}
			for _, engine := range enginesOf(t, user) {
				if !engine.stopped { // one that is frozen sends nothing, and its connections are cut when it thaws
					owners[engine.owner] = true
				}
			}
			looks++
			if len(owners) > 1 {
				double++
			}
			select {
			case <-ticker.C:
			case <-done:
				return
			}
		}
	})
	var once sync.Once
	end := func() {
		once.Do(func() { close(done) })
		watcher.Wait()
	}
	t.Cleanup(end)
	return func() (int, int) { end(); return double, looks }
}

func TestAPartitionNeverLetsTwoServersCopyOneMailbox(t *testing.T) {
	t.Parallel()
	databaseURL := postgres.New(t)
	setup := newSetup(t, databaseURL)
	from, to := dovecot.New(t, dovecot.Options{}), dovecot.New(t, dovecot.Options{})
	// Slow enough to be in the middle of it for some seconds.
	slow, err := linkproxy.Start(net.JoinHostPort(to.Host, strconv.Itoa(to.Port)), linkproxy.Options{Bandwidth: 150 << 10, Buffer: 32 << 10})
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	doubles, allLooks := 0, 0
	for round := range rounds(t, 3) {
		user := fmt.Sprintf("round-%d-%d@example.org", os.Getpid(), round)
		from.AddUser(user, "source-secret", 0)
		to.AddUser(user, "destination-secret", 0)
		source := mailbox.Mailbox{Host: from.Host, Port: from.Port, User: user, Password: "source-secret"}
		destination := mailbox.Mailbox{Host: to.Host, Port: to.Port, User: user, Password: "destination-secret"}
		source.Fill(t, 60, 3, mailgen.Options{Seed: uint64(round), MaxBytes: 32 << 10})
		throughSlow := destination
		throughSlow.Host, throughSlow.Port = slow.Host, slow.Port

		link, through := behindLink(t, databaseURL)
		setup.addr = "127.0.0.1:0"
		first := setup.start(through, "MAILFERRY_LEASE=2s")
		id := first.create(move(source, throughSlow, "BUILTIN"))[0].ID
		waitUntil(t, "messages are copied", func() bool { return strings.Contains(first.download(id), "copied to") })
		stopWatching := watchEngines(t, user)
		part, mend := partition(t, round, first, link, user)
		part()
		setup.addr = "127.0.0.1:0"
		second := setup.start("MAILFERRY_LEASE=2s")
		if end := second.job(id); end.Status != "INTERRUPTED" && end.Status != "SUCCEEDED" {
			t.Errorf("round %d: the job of the first server is %s", round, end.Status)
		}
		rerun := second.waitEnd(second.rerun(id).ID)
		if rerun.Status != "SUCCEEDED" || !rerun.Verified {
			t.Errorf("round %d: the rerun ended as %+v", round, rerun)
		}
		mend()
		if code := first.wait(); code != 75 {
			t.Errorf("round %d: the first server ended with %d:\n%s", round, code, tailOf(first.stderr.String(), 2000))
		}
		waitUntil(t, "no engine is left", func() bool { return len(enginesOf(t, user)) == 0 })
		double, looks := stopWatching()
		doubles, allLooks = doubles+double, allLooks+looks
		if double > 0 {
			t.Errorf("round %d: engines of two servers ran in %d of %d looks", round, double, looks)
		}
		mailbox.Compare(t, destination.Contents(t), source.Contents(t))
		second.signal(syscall.SIGTERM)
		if code := second.wait(); code != 0 {
			t.Errorf("round %d: the second server ended with %d", round, code)
		}
	}
	t.Logf("two engines on one mailbox in %d of %d looks at the process table", doubles, allLooks)
}

// partition is a way to keep a server from its database, or from everything, and to undo that.
func partition(t *testing.T, round int, server *server, link *linkproxy.Proxy, user string) (part, mend func()) {
	t.Helper()
	switch round % 3 {
	case 0:
		return func() { link.Freeze(true) }, func() { link.Freeze(false) }
	case 1:
		return func() { link.Refuse(true); link.CutAll() }, func() { link.Refuse(false) }
	}
	// The machine itself is frozen, with the engine that runs there.
	frozen := []int{server.cmd.Process.Pid}
	signal := func(number syscall.Signal) {
		for _, pid := range frozen {
			_ = syscall.Kill(pid, number)
		}
	}
	part = func() {
		for _, engine := range enginesOf(t, user) {
			frozen = append(frozen, engine.pid)
		}
		signal(syscall.SIGSTOP)
	}
	return part, func() { slices.Reverse(frozen); signal(syscall.SIGCONT) }
}

func TestAServerOutlivesAnAbsenceOfPostgresAndItsJobsGoOn(t *testing.T) {
	t.Parallel()
	databaseURL := postgres.New(t)
	setup := newSetup(t, databaseURL)
	link, through := behindLink(t, databaseURL)
	server := setup.start(through, "MAILFERRY_LEASE=2s")
	var inputs []map[string]any
	for i := range 4 {
		inputs = append(inputs, scripted(fmt.Sprintf("absence-%d-%d", os.Getpid(), i), 400, time.Millisecond))
	}
	jobs := server.create(inputs...)
	waitUntil(t, "the first job runs", func() bool { return server.job(jobs[0].ID).LogSize > 0 })
	link.Refuse(true)
	link.CutAll()
	waitUntil(t, "the lease has ended", func() bool { return strings.Contains(server.stderr.String(), "the lease of the database has ended") })
	if os.Getenv("MAILFERRY_TORTURE") != "" {
		<-time.After(time.Minute) // the length of an absence that once ended servers for good
	}
	link.Refuse(false)
	for _, created := range jobs {
		if end := server.waitEnd(created.ID); end.Status != "FAILED" && end.Status != "SUCCEEDED" {
			t.Errorf("job %s ended as %s", created.ID, end.Status)
		}
		// The scripted engine compares nothing; that each ran to its end shows in the log.
		if text := server.download(created.ID); !strings.Contains(text, ": msg INBOX/399 ") {
			t.Errorf("the log of job %s ends with %q", created.ID, tailOf(text, 200))
		}
	}
	server.signal(syscall.SIGTERM)
	if code := server.wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestATermEndsAServerWithoutItsDatabaseInTime(t *testing.T) {
	t.Parallel()
	for name, part := range map[string]func(link *linkproxy.Proxy){
		"frozen": func(link *linkproxy.Proxy) { link.Freeze(true) },
		"cut":    func(link *linkproxy.Proxy) { link.Refuse(true); link.CutAll() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			databaseURL := postgres.New(t)
			setup := newSetup(t, databaseURL)
			link, through := behindLink(t, databaseURL)
			server := setup.start(through)
			tag := fmt.Sprintf("away-%s-%d", name, os.Getpid())
			id := server.create(scripted(tag, 1_000_000, time.Millisecond))[0].ID
			waitUntil(t, "the job runs", func() bool { return server.job(id).LogSize > 0 })
			part(link)
			begin := time.Now()
			server.signal(syscall.SIGTERM)
			server.wait()
			took := time.Since(begin)
			if took > 15*time.Second || len(engines(t, tag)) > 0 {
				t.Errorf("it ended after %s and left %v", took, engines(t, tag))
			}
			t.Logf("it ended after %s", took)
			if end := setup.start().waitEnd(id); end.Status != "INTERRUPTED" {
				t.Errorf("the job is %s", end.Status)
			}
		})
	}
}

func TestNothingThatAWrapperScriptStartedOutlivesAKilledServer(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, setup *setup) {
		wrapper := filepath.Join(t.TempDir(), "wrapper")
		script := "#!/bin/sh\nsetsid sh -c 'while :; do sleep 1; done' \"$@\" &\n" + os.Getenv(engineVariable) + ` "$@"` + "\ntrue\n"
		if err := os.WriteFile(wrapper, []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
		tag := fmt.Sprintf("wrapped-%d-%s", os.Getpid(), filepath.Base(setup.folder))
		server := setup.start("MAILFERRY_IMAPSYNC=" + wrapper)
		id := server.create(scripted(tag, 1_000_000, time.Millisecond))[0].ID
		waitUntil(t, "the engine prints", func() bool { return server.job(id).LogSize > 0 && len(engines(t, tag)) >= 3 })
		server.signal(syscall.SIGKILL)
		server.wait()
		begin := time.Now()
		waitUntil(t, "all have ended", func() bool { return len(engines(t, tag)) == 0 })
		if took := time.Since(begin); took > 2*time.Second {
			t.Errorf("children outlived the server by %s", took)
		}
	})
}
