package mailsync

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mailferry/internal/imapclient"
	"mailferry/internal/imapsync"
)

// refusedNow is an answer to a command that was sent just now.
func refusedNow(command, text string) *imapclient.ResponseError {
	return &imapclient.ResponseError{Command: command, Text: text, Sent: time.Now(), Fingerprint: uint64(len(command + text))}
}

// waitsOf gives an account whose log is in a buffer, which is whole once close was called.
func waitsOf(base time.Duration) (h *host, log *bytes.Buffer, closeLog func()) {
	log = &bytes.Buffer{}
	out := newOutput(log)
	return &host{waits: newWaits(1, base, out)}, log, out.close
}

func TestAPauseLastsAsLongAsTheServerSaysAndGrowsWhereItSaysNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, log, closeLog := waitsOf(time.Second)
		for _, seconds := range []int{1, 2, 4, 8, 16, 32, 60, 60} {
			want := time.Duration(seconds) * time.Second
			begin := time.Now()
			if again, err := h.passing(t.Context(), refusedNow("UID FETCH", "Server Unavailable. 15")); !again || err != nil {
				t.Fatalf("again %v, %v", again, err)
			}
			if got := time.Since(begin); got != want {
				t.Errorf("it waited %s, expected are %s", got, want)
			}
		}
		h.waits.Answered("UID FETCH", time.Now(), nil)
		for text, want := range map[string]time.Duration{
			"Request is throttled. Suggested Backoff Time: 1500 milliseconds": 1500 * time.Millisecond,
			"Rate limit hit, try again in 2 minutes":                          2 * time.Minute,
			"Rate limit hit":                                                  time.Second,
		} {
			begin := time.Now()
			if again, err := h.passing(t.Context(), refusedNow("NOOP", text)); !again || err != nil || time.Since(begin) != want {
				t.Errorf("%q: again %v after %s, %v", text, again, time.Since(begin), err)
			}
			h.waits.Answered("NOOP", time.Now(), nil)
		}
		synctest.Wait()
		closeLog()
		if waiting, on := strings.Count(log.String(), ": waiting until "), strings.Count(log.String(), imapsync.GoingOnLine(1)); waiting != 11 || on != 11 {
			t.Errorf("%d pauses begin and %d end:\n%s", waiting, on, log)
		}
	})
}

func TestARowOfRefusedCommandsIsOnePause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, log, closeLog := waitsOf(time.Second)
		begin := time.Now()
		for i := range 50 {
			err := &imapclient.ResponseError{Command: "APPEND", Code: imapclient.CodeLimit, Text: "Rate limit hit", Sent: begin}
			if i == 25 {
				// Answers come late as well.
				time.Sleep(1500 * time.Millisecond)
			}
			h.waits.Answered("APPEND", begin, err)
		}
		if err := h.await(t.Context()); err != nil || time.Since(begin) != 1500*time.Millisecond {
			t.Errorf("waited %s: %v", time.Since(begin), err)
		}
		closeLog()
		if n := strings.Count(log.String(), ": waiting until "); n != 1 {
			t.Errorf("%d pauses:\n%s", n, log)
		}
	})
}

func TestAfterAPauseOneCommandIsTriedFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, _, closeLog := waitsOf(time.Second)
		defer closeLog()
		w := h.waits
		w.Answered("UID FETCH", time.Now(), refusedNow("UID FETCH", "Server Unavailable. 15"))
		held := w.Permit("EXAMINE")
		if held == nil {
			t.Fatal("a command may be sent in the pause")
		}
		<-held
		first, other, second := w.Permit("UID FETCH"), w.Permit("EXAMINE"), w.Permit("UID FETCH")
		if first != nil || other != nil || second == nil {
			t.Fatalf("after the pause: first %v, one of another kind %v, second %v", first == nil, other == nil, second == nil)
		}
		w.Answered("UID FETCH", time.Now(), nil)
		<-second
		for range 2 {
			if w.Permit("UID FETCH") != nil {
				t.Error("commands are held back though one got through")
			}
		}
	})
}

func TestATrialWhoseConnectionEndsLeavesItsPlace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, _, closeLog := waitsOf(time.Second)
		defer closeLog()
		w := h.waits
		w.Answered("APPEND", time.Now(), refusedNow("APPEND", "Temporary unavailable"))
		<-w.Permit("APPEND")
		if w.Permit("APPEND") != nil {
			t.Fatal("no trial")
		}
		held := w.Permit("APPEND")
		w.Answered("APPEND", time.Now(), &imapclient.ConnectionError{Kind: imapclient.ErrLost})
		<-held
		if w.Permit("APPEND") != nil {
			t.Error("held back by a command that will never be answered")
		}
	})
}

func TestAPauseOfOverTwoMinutesEndsTheRun(t *testing.T) {
	t.Parallel()
	for name, announce := range map[string]func(h *host){
		"refused": func(h *host) {
			_, _ = h.passing(context.Background(), refusedNow("LIST", "Suggested Backoff Time: 299961 milliseconds"))
		},
		"told": func(h *host) {
			h.waits.Announced(time.Now(), refusedNow("OK", "[THROTTLED] try again in 5 minutes"))
		},
		"BYE": func(h *host) {
			h.waits.Answered("NOOP", time.Now(), &imapclient.ConnectionError{Kind: imapclient.ErrBye, Text: "Too many commands, wait 1 hour", At: time.Now()})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h, log, closeLog := waitsOf(time.Second)
				var ended error
				h.waits.long = func(err error) { ended = err }
				announce(h)
				err := h.await(t.Context())
				if put, ok := errors.AsType[*pauseError](err); !ok || ended == nil || fatalOf(0, err).code != imapsync.ExitTempFail || time.Until(put.Until) < 4*time.Minute {
					t.Errorf("%v, the run's end %v", err, ended)
				}
				closeLog()
				if !strings.Contains(log.String(), "Host1: waiting until ") {
					t.Errorf("log: %s", log)
				}
			})
		})
	}
}

func TestAPauseEndsWithItsRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, _, closeLog := waitsOf(time.Second)
		defer closeLog()
		ctx, cancel := context.WithCancelCause(t.Context())
		begin, stopped := time.Now(), errors.New("stopped")
		time.AfterFunc(time.Second, func() { cancel(stopped) })
		if _, err := h.passing(ctx, refusedNow("LOGIN", "locked, try again in 90 seconds. Rate limit")); !errors.Is(err, stopped) || time.Since(begin) != time.Second {
			t.Errorf("%v after %s", err, time.Since(begin))
		}
	})
}

func TestWhatIsRefusedWhileOthersGetThroughIsAFailureOfItsOwn(t *testing.T) {
	t.Parallel()
	for text, times := range map[string]int{"Server Unavailable. 15": 2, "Rate limit hit": 6} {
		synctest.Test(t, func(t *testing.T) {
			h, _, closeLog := waitsOf(time.Second)
			defer closeLog()
			for i := range times {
				again, err := h.passing(t.Context(), refusedNow("UID FETCH", text))
				if want := i < times-1; again != want || err != nil {
					t.Fatalf("%s: refusal %d: again %v, %v", text, i+1, again, err)
				}
				time.Sleep(time.Second)
				h.waits.Answered("UID FETCH", time.Now(), nil)
			}
		})
	}
}

func TestPatienceHasAnEnd(t *testing.T) {
	t.Parallel()
	for _, things := range []int{1, 3} {
		t.Run(fmt.Sprint(things), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h, _, closeLog := waitsOf(time.Second)
				defer closeLog()
				begin := time.Now()
				for i := 0; ; i++ {
					err := refusedNow("SELECT", "Server busy")
					err.Fingerprint = uint64(i % things)
					again, end := h.passing(t.Context(), err)
					if again {
						continue
					}
					// One folder may be the trouble itself; several are the host.
					if _, put := errors.AsType[*pauseError](end); put != (things > 1) || time.Since(begin) < 4*time.Minute || time.Since(begin) > 8*time.Minute {
						t.Errorf("%v after %s", end, time.Since(begin))
					}
					return
				}
			})
		})
	}
}

func TestWhatDoesNotPassIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	h, log, closeLog := waitsOf(time.Hour)
	for _, err := range []error{
		nil, refusedNow("SELECT", "no such mailbox"), refusedNow("APPEND", "Quota exceeded"), &imapclient.ConnectionError{Kind: imapclient.ErrLost},
		&imapclient.AuthError{Mechanism: "LOGIN", Err: refusedNow("LOGIN", "wrong password")},
	} {
		if again, end := h.passing(t.Context(), err); again || end != nil {
			t.Errorf("%v: again %v, %v", err, again, end)
		}
	}
	closeLog()
	if log.Len() > 0 {
		t.Errorf("log: %s", log)
	}
}
