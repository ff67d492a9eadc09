package mailsync

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"mailferry/internal/imapclient"
	"mailferry/internal/imapsync"
)

// run is one run of the engine.
type run struct {
	config   Config
	settings *settings
	out      *output
	hosts    [2]*host
	started  time.Time

	source, destination *account
	plan                *plan
	flags               *flagTable
	hold                *hold
	sizes               sizes
	progress            *progress
	failures            failures
	tasks               *queue
	// turn is held by the worker that is getting its connections.
	turn   chan struct{}
	limits *limits
	// exceeded is done once the run ends because of --exitwhenover.
	exceeded sync.Once
	// full says that the destination took no more.
	full atomic.Bool

	mu      sync.Mutex
	result  result
	watched []*watched
}

// result is what a run comes to.
type result struct {
	reports []imapsync.FolderReport
	// missing names missing messages, at most imapsync.MaxMissing.
	missing []imapsync.MissingMessage
	// unread are the places in missing of those whose subject is not known yet, by source
	// folder and UID.
	unread map[string]map[uint32]int

	// open are tasks with messages to copy that are not in reports yet.
	open map[*task]struct{}

	// absent are messages stored that are not in their folders any more.
	absent []absent

	found, lost, failed int64
	// surplus is the sum of the tasks'.
	surplus     int64
	couldCopy   int64
	foldersDone int64
	placed      int64 // messages at the destination that the source has
	incomplete  bool
	// over says that the folders were gone through, so that statistics make sense.
	over bool
}

// Main runs the engine as a program: args are the options without the program's name, env
// is its environment as "KEY=value". It prints to stdout and gives the exit code. When ctx
// is cancelled it stops, says so and gives 6.
func Main(ctx context.Context, args, env []string, stdout, stderr io.Writer) int {
	return Config{}.Main(ctx, args, env, stdout, stderr)
}

// Main is the function Main with this configuration.
func (c Config) Main(ctx context.Context, args, env []string, stdout, _ io.Writer) int {
	c = c.withDefaults()
	out := newOutput(stdout)
	defer out.close()
	s, err := parseCommandLine(args, env)
	if errors.Is(err, errHelp) {
		for line := range strings.Lines(help) {
			out.linef("%s", strings.TrimSuffix(line, "\n"))
		}
		return imapsync.ExitOK
	}
	if err == nil {
		err = s.makeTempDir()
	}
	if errors.Is(err, errVersion) {
		out.linef("Mailferry %s", c.Version)
		return imapsync.ExitOK
	}
	if err != nil {
		code := imapsync.ExitUsage
		if wrong, ok := errors.AsType[*usageError](err); ok {
			code = wrong.code
		}
		out.linef("%s", err)
		out.linef("mailferry sync --help lists the options.")
		exitLine(out, code, 0)
		return code
	}
	r := newRun(c, s, out)
	return r.main(ctx)
}

func newRun(c Config, s *settings, out *output) *run {
	c.DialContext = only(s.network, c.DialContext)
	dir := c.TempDir
	if s.tempDir != "" {
		dir = s.tempDir
	}
	r := &run{
		config: c, settings: s, out: out, started: c.Now(),
		flags: newFlagTable(), hold: newHold(dir, c.Memory), progress: newProgress(c.Now),
		limits: newLimits(s, c.Now), tasks: newTaskQueue(), turn: make(chan struct{}, 1),
	}
	for i := range r.hosts {
		r.hosts[i] = newHost(i, s.hosts[i], c, out)
		r.hosts[i].writes = i == 1 && !s.dry
	}
	return r
}

// main goes through the whole run and prints its end.
func (r *run) main(ctx context.Context) int {
	r.printHead()
	syncing, put := context.WithCancelCause(ctx)
	for _, h := range r.hosts {
		h.waits.long = put
	}
	err := r.sync(syncing)
	if put, ok := errors.AsType[*pauseError](context.Cause(syncing)); ok {
		err = put
	}
	put(nil)
	for _, h := range r.hosts {
		h.close() //nolint:contextcheck // says goodbye even when ctx is over
	}
	return r.finish(ctx, err)
}

// justError ends a run early and in order: only a part of it was asked for.
type justError string

func (e justError) Error() string { return string(e) }

// sync is the run from the logins to the last verification.
func (r *run) sync(ctx context.Context) error {
	if r.settings.justConnect {
		return r.justConnect(ctx)
	}
	if err := r.preflight(ctx); err != nil {
		return err
	}
	if r.settings.justLogin {
		r.printServers(ctx)
		return justError("Exiting because of --justlogin")
	}
	if err := r.prepare(ctx); err != nil {
		return err
	}
	if r.settings.justSizes {
		return r.printSizes(ctx)
	}
	if r.settings.justFolders {
		if err := r.makeAll(ctx); err != nil {
			return err
		}
		return justError("Exiting because of --justfolders")
	}
	r.mu.Lock()
	r.result.over = true
	r.mu.Unlock()
	r.out.linef("++++ Looping on each one of %d folders to sync", len(r.plan.targets))
	if err := r.pipeline(ctx); err != nil {
		return err
	}
	if err := r.catchUp(ctx); err != nil && ctx.Err() == nil {
		r.out.linef("Flags that changed during the run are left to the next one: %s", answer(err))
	}
	return nil
}

// both does something on both sides at the same time; host1's error comes first.
func (r *run) both(do func(i int) error) error {
	var errs [2]error
	var wait sync.WaitGroup
	for i := range r.hosts {
		wait.Go(func() { errs[i] = do(i) })
	}
	wait.Wait()
	if errs[0] != nil {
		return errs[0]
	}
	return errs[1]
}

// preflight signs in on both sides.
func (r *run) preflight(ctx context.Context) error {
	return r.both(func(i int) error {
		h := r.hosts[i]
		e := h.endpoint
		r.out.linef("%s: connecting and login on host%d [%s] port [%d] with user [%s] security [%s]", h.name(), i+1, e.Host, e.Port, e.User, e.Security)
		c, err := h.acquire(ctx)
		if err != nil {
			return fatalOf(i, err)
		}
		defer h.release(c)
		h.greeting = c.Greeting()
		r.out.linef("%s banner: %s", h.name(), h.greeting)
		r.out.linef("%s: success login on [%s] with user [%s]", h.name(), e.Host, e.User)
		return nil
	})
}

// printServers prints what the servers call themselves, see host.introduce.
func (r *run) printServers(ctx context.Context) {
	for _, h := range r.hosts {
		if server := h.server(ctx); server["name"] != "" {
			r.out.linef("%s: server is %s %s", h.name(), server["name"], server["version"])
		}
	}
}

// prepare lists both sides and makes the plan.
func (r *run) prepare(ctx context.Context) error {
	var accounts [2]*account
	err := r.both(func(i int) error {
		return r.hosts[i].with(ctx, func(c *imapclient.Client) (err error) {
			accounts[i], err = list(ctx, r.hosts[i], c, i == 0)
			return err
		})
	})
	if err != nil {
		return err
	}
	r.printServers(ctx)
	r.source, r.destination = accounts[0], accounts[1]
	r.noteHiddenMail(ctx)
	if r.destination.caps.Has("X-GM-EXT-1") {
		// Gmail throws away what comes with it, or gets it.
		r.flags.refuse(`\Deleted`)
		r.out.linef("Host2: is Gmail, messages that are marked as deleted arrive without that mark")
	}
	if r.destination.appendLimit > 0 {
		r.out.linef("Host2: takes messages of at most %d bytes", r.destination.appendLimit)
	}
	for _, q := range r.destination.quotas {
		if q.Name == "STORAGE" && q.Limit > 0 {
			r.out.linef("Host2: Quota current storage is %d bytes. Limit is %d bytes. So %.2f %% full", q.Usage<<10, q.Limit<<10, float64(q.Usage)*100/float64(q.Limit))
		}
	}
	for i, a := range accounts {
		r.out.linef("%s: found %d folders.", r.hosts[i].name(), len(a.folders))
		r.out.linef("%s: separator and prefix: [%s][%s]", r.hosts[i].name(), a.delimiter, a.prefix)
	}
	if err := r.useSubfolder1(); err != nil {
		return err
	}
	r.plan = makePlan(r.settings, r.source, r.destination)
	for _, note := range r.plan.notes {
		r.out.linef("%s", note)
	}
	for _, t := range r.plan.targets {
		r.progress.addFolder(t.expected(), t.expectedBytes())
	}
	return nil
}

// expected is how many messages go to a target, as far as STATUS told.
func (t *target) expected() (n int64) {
	for _, f := range t.sources {
		if f.messages != nil {
			n += *f.messages
		}
	}
	return n
}

// expectedBytes is how large they are together, -1 if STATUS did not tell.
func (t *target) expectedBytes() (n int64) {
	for _, f := range t.sources {
		switch {
		case f.size != nil:
			n += *f.size
		case f.messages == nil || *f.messages > 0:
			return -1
		}
	}
	return n
}

// with lends a connection to do something that can be done again if the connection breaks.
func (h *host) with(ctx context.Context, do func(c *imapclient.Client) error) error {
	c, err := h.acquire(ctx)
	if err != nil {
		return fatalOf(h.index, err)
	}
	for {
		err := do(c)
		if err != nil && !connectionLost(err) && ctx.Err() == nil {
			again, end := h.passing(ctx, err)
			if end != nil {
				h.release(c)
				return fatalOf(h.index, end)
			}
			if again {
				continue
			}
		}
		if err == nil || !connectionLost(err) || ctx.Err() != nil {
			h.release(c)
			if err != nil && ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if err != nil {
				return fatalOf(h.index, err)
			}
			return nil
		}
		next, err := h.replace(ctx, c)
		if err != nil {
			h.forget()
			return err
		}
		c = next
	}
}

// pipeline runs the indexer, the workers and the verifier until all folders are done.
func (r *run) pipeline(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var stages sync.WaitGroup
	var once sync.Once
	var first error
	stage := func(do func() error) {
		stages.Go(func() {
			if err := do(); err != nil {
				once.Do(func() { first = err })
				cancel(err)
			}
		})
	}
	copied := newQueue()
	var workers sync.WaitGroup
	stage(func() error { defer r.tasks.close(); return r.index(ctx) })
	for n := range r.config.Connections {
		workers.Add(1)
		stage(func() error { defer workers.Done(); return r.work(ctx, n, copied) })
	}
	stage(func() error { return r.verifyAll(ctx, copied) })
	stages.Go(func() { workers.Wait(); copied.close() })
	ticking := r.tick(ctx)
	stages.Wait()
	if first == nil {
		if first = r.readSubjects(ctx); first == nil {
			first = r.findMoved(ctx)
		}
	} else {
		r.leave()
	}
	cancel(nil)
	<-ticking
	r.out.linef("++++ End looping on each folder")
	return first
}

// tick prints the progress about once a second, and once at the end.
func (r *run) tick(ctx context.Context) <-chan struct{} {
	over := make(chan struct{})
	r.out.linef("%s", imapsync.ProgressLine(r.progress.snapshot()))
	go func() {
		defer close(over)
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				r.out.linef("%s", imapsync.ProgressLine(r.progress.snapshot()))
			case <-ctx.Done():
				r.out.linef("%s", imapsync.ProgressLine(r.progress.snapshot()))
				return
			}
		}
	}()
	return over
}
