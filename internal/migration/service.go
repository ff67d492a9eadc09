package migration

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"mailferry/internal/childproc"
	"mailferry/internal/database"
	"mailferry/internal/events"
	"mailferry/internal/imapsync"
	"mailferry/internal/joblog"
	"mailferry/internal/models"
	"mailferry/internal/secret"
)

// Keys of the attributes of log lines.
const (
	keyJob    = "job"
	keyBatch  = "batch"
	keyStatus = "status"
	keyError  = "error"
	keyPause  = "pause"
	keyCount  = "count"
	keyOwner  = "owner"
	keyEngine = "engine"
	keyExit   = "exit"
	keyBytes  = "bytes"
	keyStack  = "stack"
)

// EnginePolicy is the engine of jobs that name none.
type EnginePolicy string

// The policies.
const (
	// AutoEngine is imapsync where it is installed, else the built-in engine.
	AutoEngine EnginePolicy = "auto"
	// BuiltinEngine is always the built-in engine.
	BuiltinEngine EnginePolicy = "builtin"
	// ImapsyncEngine is always imapsync.
	ImapsyncEngine EnginePolicy = "imapsync"
)

// Network decides where jobs may connect.
type Network interface {
	// CheckHostPort refuses a host or port that no connection is allowed to, as far as
	// that can be told without asking a name server.
	CheckHostPort(host string, port int) error
}

// Program is an engine's program: an absolute path, or a name to look for on PATH, and the
// arguments that go before those of a job.
type Program struct {
	Path string
	Args []string
}

// Config is what a [Service] needs. DB, Keys, Builtin and Logger must be given; the other
// fields have the defaults that they name.
type Config struct {
	DB *database.DB
	// Lease entitles to run jobs, for as long as it lasts; nil for ever, where nobody else can
	// have the database.
	Lease *database.Lease
	Keys  *secret.Keyring
	// Slots is how many jobs run at once; 2 if it is 0.
	Slots int
	// Engine is the engine of jobs that name none; AutoEngine if it is empty.
	Engine EnginePolicy
	// Builtin is the built-in engine, usually this binary with "sync".
	Builtin Program
	// Imapsync is the Perl program; "imapsync" on PATH if its Path is empty.
	Imapsync Program
	// Guardian is this binary with the arguments that make it guard another program (see
	// package childproc), for engines that are not Mailferry's own; nil to run them without.
	Guardian *childproc.Program
	// Environment is what every child gets besides its passwords, as PATH=…; it must hold
	// nothing secret.
	Environment []string
	// Network, if there is one, is asked about the endpoints of new jobs.
	Network Network
	// Pin, if there is one, is asked right before imapsync is started for a job's source
	// and destination: it may refuse them, and may set the address to connect to instead
	// of the name.
	Pin func(ctx context.Context, endpoint *imapsync.Endpoint) error
	// RetryPause is the pause before the first automatic retry, which grows from one to the
	// next; 1 minute if it is 0.
	RetryPause time.Duration
	// Check, if there is one, looks at both sides of a job before it is run.
	Check CheckFunc
	// LogLimit is how many bytes of a job's log are kept; 1 GiB if it is 0.
	LogLimit int64
	// CancelGrace is the time between TERM and KILL; 10 seconds if it is 0.
	CancelGrace time.Duration
	Logger      *slog.Logger
	// Now is the clock; time.Now if it is nil.
	Now func() time.Time
}

// Service is the life of all jobs. It can be asked before Start and after Stop; it runs
// jobs between the two.
type Service struct {
	config Config
	db     *database.DB
	logger *slog.Logger
	lease  *database.Lease
	// owner is the id of this server run, written into each job that it claims; the lease's.
	owner  string
	starts *starts
	queue  Queue
	logs   *joblog.Logs
	events *events.Hub
	checks *checks
	places places

	// sweepSoon has one place: it asks for a look for jobs that run nowhere.
	sweepSoon chan struct{}
	// storing is the life of what must be written about runs. It goes on after the runs were
	// asked to end, and not for ever.
	storing     context.Context //nolint:containedctx // it outlives the runs' own
	stopStoring context.CancelCauseFunc

	mu       sync.Mutex
	runs     map[int64]*run
	claiming map[int64]struct{}
	cancel   context.CancelCauseFunc
	ended    chan struct{}

	// stopping says that Stop was called.
	stopping atomic.Bool
}

// NewService returns a service that is not started.
func NewService(config Config) *Service {
	if config.Slots <= 0 {
		config.Slots = 2
	}
	if config.Engine == "" {
		config.Engine = AutoEngine
	}
	if config.Imapsync.Path == "" {
		config.Imapsync.Path = "imapsync"
	}
	if config.LogLimit <= 0 {
		config.LogLimit = 1 << 30
	}
	if config.CancelGrace <= 0 {
		config.CancelGrace = 10 * time.Second
	}
	if config.RetryPause <= 0 {
		config.RetryPause = time.Minute
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	s := &Service{
		config:    config,
		db:        config.DB,
		lease:     config.Lease,
		logger:    config.Logger,
		owner:     uuid.NewString(),
		starts:    newStarts(config.Logger, config.Now),
		events:    events.NewHub(),
		checks:    newChecks(),
		sweepSoon: make(chan struct{}, 1),
		runs:      make(map[int64]*run),
		claiming:  make(map[int64]struct{}),
	}
	if s.lease != nil {
		s.owner = s.lease.Owner()
	}
	s.logs = joblog.New(joblog.Config{DB: s.db, Jobs: s, Logger: s.logger, Limit: config.LogLimit})
	s.storing, s.stopStoring = context.WithCancelCause(context.Background())
	s.queue = newTableQueue(s.db, s.logger, config.Now, s.entitled, s.starts.held)
	return s
}

// Start recovers what an earlier server left RUNNING and begins to run what waits. The
// caller owns the database: see [database.DB.Acquire].
func (s *Service) Start(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cancel != nil {
		return nil
	}
	if err := s.recoverInterrupted(ctx); err != nil {
		return fmt.Errorf("recover interrupted jobs: %w", err)
	}
	if err := s.identifyOld(ctx); err != nil {
		return err
	}
	runCtx, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	s.cancel = cancel
	s.stopping.Store(false)
	s.ended = make(chan struct{})
	go func() {
		defer close(s.ended)
		var beside sync.WaitGroup
		defer beside.Wait()
		beside.Go(func() { s.watchLease(runCtx) })
		beside.Go(func() { s.keepSweeping(runCtx) })
		// Run fails only by ctx, and what it meets meanwhile it logs.
		_ = s.queue.Run(runCtx, s.config.Slots, s)
	}()
	return nil
}

// lastWords is how long the last output and the ends of jobs may take to be stored, once the grace
// period of their children is over, when the server stops. What is not stored by then is what the next
// start finds.
const lastWords = time.Second

// Stop claims no further job, asks the children to end (TERM, KILL after the grace period),
// stores their last output and marks their jobs INTERRUPTED; then it returns. If ctx ends
// first the children are killed by the end of this process and the next start recovers.
func (s *Service) Stop(ctx context.Context) error {
	s.stopping.Store(true)
	s.checks.stop()
	s.mu.Lock()
	cancel, ended := s.cancel, s.ended
	s.mu.Unlock()
	if cancel == nil {
		return nil
	}
	cancel(errStopping)
	timer := time.AfterFunc(s.config.CancelGrace+lastWords, func() { s.stopStoring(errStopping) })
	defer timer.Stop()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for running jobs: %w", context.Cause(ctx))
	}
}

// RunnerState is what runs and what waits.
type RunnerState struct {
	// Slots is how many jobs may run at once.
	Slots int
	// Running are the jobs that run now, oldest first.
	Running []*models.MigrationJob
	// Queued counts the jobs that wait.
	Queued int64
}

// Runner tells what runs and what waits.
func (s *Service) Runner(ctx context.Context) (RunnerState, error) {
	state := RunnerState{Slots: s.config.Slots}
	if err := s.db.NewSelect().Model(&state.Running).Where("status = ?", models.Running).
		OrderExpr("id").Scan(ctx); err != nil {
		return RunnerState{}, fmt.Errorf("list running jobs: %w", err)
	}
	for _, job := range state.Running {
		s.addLive(job)
	}
	counts, err := s.CountByStatus(ctx, Filter{})
	if err != nil {
		return RunnerState{}, err
	}
	state.Queued = counts[models.Queued]
	return state, nil
}

// engineFor picks the engine of a job that may name one.
func (s *Service) engineFor(wanted *models.Engine) models.Engine {
	if wanted != nil {
		return *wanted
	}
	switch s.config.Engine {
	case BuiltinEngine:
		return models.Builtin
	case ImapsyncEngine:
		return models.Imapsync
	case AutoEngine:
	}
	if _, err := exec.LookPath(s.config.Imapsync.Path); err == nil {
		return models.Imapsync
	}
	return models.Builtin
}

// now is the time as the database keeps it: UTC, microseconds.
func (s *Service) now() time.Time { return s.config.Now().UTC().Truncate(time.Microsecond) }

// addLive replaces what lags behind in a row by what the run here knows.
func (s *Service) addLive(job *models.MigrationJob) {
	if job.Status != models.Running {
		return
	}
	s.mu.Lock()
	r := s.runs[job.ID]
	s.mu.Unlock()
	if r != nil {
		job.Progress, job.LogSize = r.live()
	}
}

// signal puts a wake-up into a channel of one place, unless one waits there already.
func signal(wake chan struct{}) {
	select {
	case wake <- struct{}{}:
	default:
	}
}

func isNoRows(err error) bool { return errors.Is(err, sql.ErrNoRows) }
