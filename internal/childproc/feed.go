package childproc

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"time"

	"mailferry/internal/boottime"
)

// Feed says until when children may run.
type Feed interface {
	// Until is the time of package boottime at which children stop unless it moves on before.
	Until() time.Duration
	// Changed returns a channel that is closed when Until changes the next time.
	Changed() <-chan struct{}
}

// always is the feed of children that run for as long as their parent lives.
type always struct{}

func (always) Until() time.Duration     { return boottime.Never }
func (always) Changed() <-chan struct{} { return nil }

// mealSize is the length of a meal: a time of package boottime in nanoseconds, big-endian. It is far
// below PIPE_BUF, so that a meal is written whole or not at all (pipe(7)).
const mealSize = 8

// mealTime is how long a meal may wait for room in the pipe of a child that does not eat.
const mealTime = 10 * time.Millisecond

// serve feeds a child until ctx ends. A child that does not eat misses meals and stops the earlier.
func serve(ctx context.Context, feed Feed, pipe *os.File) {
	for {
		// First the channel, then the time: a change in between is seen at the next turn.
		changed := feed.Changed()
		meal := binary.BigEndian.AppendUint64(make([]byte, 0, mealSize), uint64(feed.Until()))
		if err := pipe.SetWriteDeadline(time.Now().Add(mealTime)); err != nil {
			return
		}
		if _, err := pipe.Write(meal); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return // the child has ended
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

// Why a child has to stop.
var (
	// ErrParentGone is the end of the pipe: the parent has died or wants the child dead.
	ErrParentGone = errors.New("the parent process has ended")
	// ErrUnfed is a parent that no longer says how long its child may run: it is frozen, or it
	// has lost what entitles its children to run.
	ErrUnfed = errors.New("the parent process did not prolong the time to run")
)

// eater is the child's end of the pipe.
type eater struct {
	meals <-chan time.Duration
	err   <-chan error
}

// eat reads meals in the background; the channels end with the pipe.
func eat(pipe *os.File) eater {
	meals, ended := make(chan time.Duration), make(chan error, 1)
	go func() {
		var meal [mealSize]byte
		filled := 0
		for {
			n, err := pipe.Read(meal[filled:])
			filled += n
			if filled == mealSize {
				meals <- time.Duration(binary.BigEndian.Uint64(meal[:]))
				filled = 0
			}
			if err != nil {
				ended <- fmt.Errorf("%w (%w)", ErrParentGone, err)
				return
			}
		}
	}()
	return eater{meals: meals, err: ended}
}

// clockStep is the most time between two looks at the clock while a meal lasts. The timers of
// package time stand still while the machine sleeps.
const clockStep = time.Second

// hunger waits until the child has to stop, and says why. prolonged is told each new time; ctx ends
// the wait without a reason to stop.
func (e eater) hunger(ctx context.Context, until time.Duration, prolonged func(until time.Duration)) error {
	for {
		left := until - boottime.Now()
		if left <= 0 {
			return ErrUnfed
		}
		timer := time.NewTimer(min(left, clockStep))
		select {
		case next := <-e.meals:
			// A meal that comes too late feeds nobody: a process that was frozen together with its parent
			// may find one before it has noticed that its time was over.
			if boottime.Now() >= until {
				timer.Stop()
				return ErrUnfed
			}
			until = next
			prolonged(until)
		case err := <-e.err:
			timer.Stop()
			return err
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
		timer.Stop()
	}
}
