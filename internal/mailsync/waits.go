package mailsync

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"mailferry/internal/imapclient"
	"mailferry/internal/imapsync"
)

const (
	// maxWait is the longest pause that a run sits out; for a longer one it ends in order, with imapsync.ExitTempFail.
	maxWait = 2 * time.Minute
	// longestPause is that of a server that names no time, and patience is how long commands of a kind may be refused in passing
	// without any of them getting through before the run is put off, and how long one and the same thing may be refused before
	// that is taken for a failure: both in first pauses (Config.Pause), so a minute and five minutes.
	longestPause, patience = 60, 300
	// folderPatience is how long a folder is asked for that is refused in passing while others get through, in first pauses, and
	// folderRefusals how often at least.
	folderPatience, folderRefusals = 20, 4
	// maxRemembered bounds how many refused commands are remembered.
	maxRemembered = 1000
	// maxPassed is how many commands that got through are remembered for each kind.
	maxPassed = 64
)

// waits is the one pause of an account of a host, which all commands on all its connections obey. It is told of each answer by
// the connections themselves (imapclient.Pacer), so the first refusal stops the writers at once; what was sent before is
// answered, and does not make the pause longer. A pause lasts as long as the server says, else one second, and twice as long as
// the one before while nothing gets through. After it the commands of the kind that was refused go out one at a time, until
// one is answered with OK.
type waits struct {
	side int // 1 or 2
	base time.Duration
	out  *output
	// long is called when a pause is too long to be waited out.
	long func(error)

	mu sync.Mutex
	// changed is closed when something may be sent that could not be sent before.
	changed chan struct{}
	// began and until are those of the latest pause, zero before the first; over says that it is known to have ended.
	began, until time.Time
	over         bool
	reason       string
	level        int // of the next pause: how often it is doubled
	// trial is the kind of command that goes out one at a time, nil for none; trying says that one is on its way. latest is the
	// kind that was refused last.
	trial, latest *kind
	trying        bool
	// turns counts refusals in a row between which something got through, but little.
	turns int
	kinds map[string]*kind
	// refused are the commands refused in passing, by their fingerprint.
	refused map[uint64]*refusals
}

// kind is a kind of command, such as "UID FETCH", over all connections of an account.
type kind struct {
	// passed is when the newest ones that got through were sent, between how many did since the last pause.
	passed  []time.Time
	between int
	// since is when the first refusal came after which nothing got through, last the latest one.
	since, last time.Time
	// only is what was refused since then; several says that it was more than that.
	only    *refusals
	several bool
}

// refusals is how often one and the same thing was refused in passing.
type refusals struct {
	// first is when it was, last when the latest command refused was sent.
	first, last time.Time
	// times counts the refusals, others those before which other commands of the kind got through.
	times, others int
	// overtaken says that something sent after it is known to have been carried out.
	overtaken bool
}

// pauseError ends a run because an account wants to be left alone for longer than is waited, or keeps refusing.
type pauseError struct{ imapsync.Waiting }

func (e *pauseError) Error() string {
	return fmt.Sprintf("Host%d asks for a pause until %s: %s", e.Side, e.Until.UTC().Format(time.RFC3339), e.Reason)
}

func newWaits(side int, base time.Duration, out *output) *waits {
	return &waits{
		side: side, base: base, out: out, over: true, changed: make(chan struct{}), long: func(error) {},
		kinds: map[string]*kind{}, refused: map[uint64]*refusals{},
	}
}

// await returns when no pause is in force. The error is a *pauseError where the pause is too long to be waited out, or the
// cause of ctx.
func (h *host) await(ctx context.Context) error { return h.waits.await(ctx) }

// passing is called with the answer to a command that failed. Where it is a passing refusal, the pause that it asks for is noted
// for the whole account, is waited out, and the command is worth doing again as it was. again is false where it is none, or
// where others of its kind have got through meanwhile, so that it must be about what was asked: then it is the failure that it
// looks like. The error is the end of the run: a pause too long to be waited out, an account that has refused everything for
// longer than is reasonable, or the cause of ctx.
func (h *host) passing(ctx context.Context, err error) (again bool, _ error) {
	if !imapclient.Passing(err) {
		return false, nil
	}
	again, end := h.waits.refusedFor(err, h.waits.remember(err))
	if again && end == nil {
		end = h.await(ctx)
	}
	return again && end == nil, end
}

// passingFor is passing for something that is not known by its command alone, such as a message that is appended: its own
// count of refusals stands for that. It does not wait, which is left to the connection that the command is sent anew on.
func (h *host) passingFor(count *refusals, err error) (again bool, _ error) {
	if !imapclient.Passing(err) {
		return false, nil
	}
	return h.waits.refusedFor(err, count)
}

// remember gives the count of refusals of a command.
func (w *waits) remember(err error) *refusals {
	_, fingerprint, _ := asked(err)
	w.mu.Lock()
	defer w.mu.Unlock()
	r := w.refused[fingerprint]
	if r == nil {
		if len(w.refused) >= maxRemembered {
			clear(w.refused)
		}
		r = &refusals{}
		w.refused[fingerprint] = r
	}
	return r
}

// refusedFor notes a refusal and says whether to try again.
func (w *waits) refusedFor(err error, count *refusals) (again bool, put error) {
	name, _, sent := asked(err)
	w.pause(name, sent, err)
	w.mu.Lock()
	again, put = w.countLocked(name, count, sent, err)
	w.mu.Unlock()
	if put != nil {
		w.long(put)
	}
	return again, put
}

// countLocked counts a refusal of something and says whether another attempt makes sense. The error puts the run off.
func (w *waits) countLocked(name string, r *refusals, sent time.Time, err error) (again bool, put error) {
	now, k := time.Now(), w.kindLocked(name)
	switch {
	case r.times == 0:
		r.first = now
	case r.overtaken || k.passedBetween(r.last, sent):
		r.others++
	}
	r.overtaken = false
	r.times++
	r.last = sent
	k.several = k.several || k.only != nil && k.only != r
	k.only = r
	// A limit on what the account does may hit the same one again by chance.
	others := 1
	if imapclient.AboutAccount(err) {
		others = 5
	}
	if r.others >= others && (aboutMessages(name) || r.times > folderRefusals && now.Sub(r.first) > folderPatience*w.base) {
		return false, nil
	}
	if w.tooLongLocked() || !k.since.IsZero() && now.Sub(k.since) > patience*w.base && k.several {
		return false, w.putOffLocked()
	}
	return now.Sub(r.first) < patience*w.base, nil
}

// aboutMessages says whether commands of a kind are about single messages. One that a server refuses in passing words for good
// is common; a folder is more likely busy for a while.
func aboutMessages(name string) bool {
	return name == "APPEND" || strings.Contains(name, "FETCH") || strings.Contains(name, "STORE")
}

// passedBetween says whether a command that got through was sent between two times.
func (k *kind) passedBetween(begin, end time.Time) bool {
	return slices.ContainsFunc(k.passed, func(t time.Time) bool { return t.After(begin) && !t.After(end) })
}

// asked is what is known of the command that was refused: its kind, its fingerprint and when it was sent.
func asked(err error) (name string, fingerprint uint64, sent time.Time) {
	if e, ok := errors.AsType[*imapclient.ResponseError](err); ok {
		name, fingerprint, sent = cmp.Or(e.Kind, e.Command), e.Fingerprint, e.Sent
		if name == "AUTHENTICATE" {
			name = "LOGIN"
		}
	} else if e, ok := errors.AsType[*imapclient.ConnectionError](err); ok {
		name, sent = "BYE", e.At
	}
	return name, fingerprint, sent
}

func (w *waits) await(ctx context.Context) error {
	for {
		w.mu.Lock()
		var put error
		if w.tooLongLocked() {
			put = w.putOffLocked()
		}
		changed, over := w.changed, w.over
		w.mu.Unlock()
		switch {
		case put != nil:
			return put
		case over:
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// tooLongLocked says whether the pause in force is not waited out.
func (w *waits) tooLongLocked() bool { return !w.over && w.until.Sub(w.began) > maxWait }

func (w *waits) putOffLocked() error {
	return &pauseError{imapsync.Waiting{Side: w.side, Reason: w.reason, Until: w.until}}
}

func (w *waits) kindLocked(name string) *kind {
	k := w.kinds[name]
	if k == nil {
		k = &kind{}
		w.kinds[name] = k
	}
	return k
}

// Permit implements imapclient.Pacer.
func (w *waits) Permit(command string) <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	k := w.kindLocked(command)
	if !w.over || k == w.trial && w.trying {
		return w.changed
	}
	w.trying = w.trying || k == w.trial
	return nil
}

// Answered implements imapclient.Pacer.
func (w *waits) Answered(command string, sent time.Time, err error) {
	if imapclient.Passing(err) {
		if imapclient.Ended(err) {
			_, _, sent = asked(err)
		}
		w.pause(command, sent, err)
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	k := w.kindLocked(command)
	ours := k == w.trial && !sent.Before(w.until)
	if ours {
		w.trying = false
	}
	if err == nil {
		k.between++
		if len(k.passed) == maxPassed {
			k.passed = append(k.passed[:0], k.passed[maxPassed/2:]...)
		}
		k.passed = append(k.passed, sent)
		if !sent.Before(w.until) {
			k.since, k.only, k.several = time.Time{}, nil, false
		}
		if ours || w.trial == w.kinds["BYE"] {
			w.trial, w.level = nil, 0
		}
	}
	if ours {
		w.signalLocked()
	}
}

// Announced implements imapclient.Pacer.
func (w *waits) Announced(sent time.Time, notice *imapclient.ResponseError) {
	w.pause("", sent, notice)
}

// pause begins a pause, unless the command was sent before the latest one was over. name is the kind of command that was
// refused, "" for none.
func (w *waits) pause(name string, sent time.Time, err error) {
	stated, told := imapclient.RetryAfter(err)
	w.mu.Lock()
	if sent.Before(w.until) {
		until := w.began.Add(stated)
		if longer := told && !w.over && until.After(w.until); !longer {
			w.mu.Unlock()
			return
		}
		w.until = until
	} else {
		w.began = time.Now()
		w.until = w.began.Add(w.lengthLocked(name, stated, told))
	}
	w.over, w.reason = false, answer(err)
	if name != "" {
		w.trial, w.trying = w.kindLocked(name), false
		w.latest = w.trial
		if w.trial.since.IsZero() || w.began.Sub(w.trial.last) > 2*longestPause*w.base+stated {
			w.trial.since = w.began
		}
		w.trial.last = w.began
	}
	until := w.until
	waiting := imapsync.Waiting{Side: w.side, Reason: w.reason, Until: until}
	var put error
	if w.tooLongLocked() {
		put = w.putOffLocked()
	}
	w.signalLocked()
	w.mu.Unlock()
	w.out.linef("%s", imapsync.WaitingLine(waiting))
	if put != nil {
		w.long(put)
		return
	}
	time.AfterFunc(time.Until(until), func() { w.end(until) })
}

// lengthLocked is how long a new pause lasts.
func (w *waits) lengthLocked(name string, stated time.Duration, told bool) time.Duration {
	if told {
		w.turns = 0
		return stated
	}
	if name == "" {
		return w.base
	}
	// Where something of the kind gets through after each refusal, but little, it is likely about single messages: they are
	// found sooner if the others need not wait long.
	k := w.kindLocked(name)
	if aboutMessages(name) && k == w.latest && k.between > 0 && k.between < 8 {
		w.turns++
	} else {
		w.turns = 0
	}
	k.between = 0
	if w.turns > 2 {
		return w.base / 10
	}
	length := min(w.base<<min(w.level, 16), longestPause*w.base)
	w.level++
	return length
}

// end ends a pause, unless another has begun or it was made longer.
func (w *waits) end(until time.Time) {
	w.mu.Lock()
	if w.over || !w.until.Equal(until) {
		w.mu.Unlock()
		return
	}
	w.over = true
	w.signalLocked()
	w.mu.Unlock()
	w.out.linef("%s", imapsync.GoingOnLine(w.side))
}

func (w *waits) signalLocked() {
	close(w.changed)
	w.changed = make(chan struct{})
}
