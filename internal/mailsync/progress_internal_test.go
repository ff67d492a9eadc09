package mailsync

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

func TestTheEstimateFitsMessagesAndBytes(t *testing.T) {
	t.Parallel()
	// Each message costs 10 ms and each MiB 100 ms, in a mix that changes.
	var fit costFit
	now := time.Unix(0, 0)
	var messages, size int64
	fit.sample(now, 0, 0)
	for i := range 20 {
		m, b := int64(10+i%7*20), int64(1+i%3*4)<<20
		messages, size = messages+m, size+b
		now = now.Add(time.Duration(m)*10*time.Millisecond + time.Duration(b>>20)*100*time.Millisecond)
		fit.sample(now, messages, size)
	}
	for _, c := range []struct{ messages, bytes int64 }{{1000, 0}, {0, 100 << 20}, {500, 50 << 20}} {
		want := float64(c.messages)*0.01 + float64(c.bytes>>20)*0.1
		if got, ok := fit.seconds(c.messages, c.bytes); !ok || got < want*0.95 || got > want*1.05 {
			t.Errorf("%d messages and %d bytes: %.2f s, want %.2f", c.messages, c.bytes, got, want)
		}
	}
}

func TestMessagesOfOneSizeSayLittleOfLargerOnes(t *testing.T) {
	t.Parallel()
	// What costs time are bytes, and all messages so far had 8 KiB, more or less.
	random := rand.New(rand.NewPCG(1, 1))
	for range 50 {
		var fit costFit
		now := time.Unix(0, 0)
		var messages, size int64
		fit.sample(now, 0, 0)
		for range 10 {
			m := int64(70 + random.IntN(20))
			b := m * (8100 + random.Int64N(200))
			messages, size = messages+m, size+b
			took := float64(b) / 4e6 * (0.9 + random.Float64()/5) // 4 MB/s, more or less
			now = now.Add(time.Duration((0.25 + took) * float64(time.Second)))
			fit.sample(now, messages, size)
		}
		perSecond := float64(size) / now.Sub(time.Unix(0, 0)).Seconds()
		// 2,000 messages of 30 kB are to come: somewhere between what both rates say.
		byBytes, byMessages := 60e6/perSecond, 2000*float64(size/messages)/perSecond
		if got, ok := fit.seconds(2000, 60e6); !ok || got < byMessages*1.3 || got > byBytes {
			t.Errorf("%.1f s, where by messages it would take %.1f s and by bytes %.1f", got, byMessages, byBytes)
		}
	}
}

func TestAnEstimateIsThereAfterTheFirstMessages(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	p := newProgress(func() time.Time { return now })
	p.addFolder(1000, 1000<<10)
	p.snapshot()
	now = now.Add(time.Second)
	for range 10 {
		p.copy(1<<10, 1<<10)
	}
	now = now.Add(300 * time.Millisecond)
	s := p.snapshot()
	if s.ETASeconds == nil || *s.ETASeconds < 50 || *s.ETASeconds > 200 || *s.MessagesTotal != 1000 || *s.MessagesDone != 10 {
		t.Errorf("ETA %v after 10 of 1000 messages in 1.3 s", s.ETASeconds)
	}
	for range 990 {
		p.copy(1<<10, 1<<10)
	}
	if s := p.snapshot(); *s.ETASeconds != 0 {
		t.Errorf("ETA %d s when all is done", *s.ETASeconds)
	}
}

func TestTheEstimateCountsFoldersNotYetRead(t *testing.T) {
	t.Parallel()
	for _, told := range []int64{900 << 10, -1} {
		now := time.Unix(0, 0)
		p := newProgress(func() time.Time { return now })
		p.addFolder(100, 100<<10)
		p.addFolder(900, told)
		p.snapshot()
		p.found(100, 100<<10, 100, 100<<10)
		for range 10 {
			now = now.Add(time.Second)
			p.copy(1<<10, 1<<10)
		}
		if s := p.snapshot(); *s.ETASeconds < 900 || *s.ETASeconds > 1100 {
			t.Errorf("with %d bytes told: ETA %d s for 990 messages at one a second", told, *s.ETASeconds)
		}
	}
}

func TestTheHoldKeepsToItsBudgetAndPutsBigMessagesInFiles(t *testing.T) {
	t.Parallel()
	h := newHold(t.TempDir(), 2<<20)
	var held []*body
	for range 2 {
		b, err := h.take(t.Context(), inMemory)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Write(make([]byte, inMemory)); err != nil {
			t.Fatal(err)
		}
		held = append(held, b)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.take(ctx, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("a full hold gave room: %v", err)
	}
	huge, err := h.take(t.Context(), inFiles+1)
	if err != nil {
		t.Errorf("a message larger than the budget of files finds no room: %v", err)
	}
	if _, err := h.take(ctx, inMemory+1); !errors.Is(err, context.Canceled) {
		t.Errorf("files have no budget: %v", err)
	}
	huge.release()
	big, err := h.take(t.Context(), inMemory+1)
	if err != nil || big.file == nil {
		t.Fatalf("a big message is not in a file: %v", err)
	}
	content := bytes.Repeat([]byte("x"), inMemory+1)
	if _, err := big.Write(content); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got, err := io.ReadAll(big.reader()); err != nil || !bytes.Equal(got, content) {
			t.Errorf("read %d bytes, %v", len(got), err)
		}
	}
	big.release()
	waited := make(chan error)
	go func() {
		b, err := h.take(t.Context(), inMemory)
		b.release()
		waited <- err
	}()
	held[0].release()
	if err := <-waited; err != nil {
		t.Error(err)
	}
	held[1].release()
	held[1].release()
	if h.used != 0 || h.filed != 0 {
		t.Errorf("%d and %d bytes are still counted", h.used, h.filed)
	}
}

func TestTheHoldMakesDoWithTheRoomThatTheDiskHas(t *testing.T) {
	t.Parallel()
	h := newHold(t.TempDir(), 2<<20)
	take := func() *body {
		t.Helper()
		b, err := h.take(t.Context(), 3<<20)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	first := take()
	if h.crowded(first) {
		t.Error("a message alone on the disk is crowded out")
	}
	second := take()
	if !h.crowded(second) {
		t.Error("a message beside another is not crowded out")
	}
	second.release()
	// What fitted is the limit now, one message at a time.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.take(ctx, 3<<20); !errors.Is(err, context.Canceled) {
		t.Errorf("a further message finds room where there was none: %v", err)
	}
	first.release()
	take().release()
}

func TestNoTextOfAServerMakesALineOfItsOwn(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	o := newOutput(&b)
	o.linef("subject %s", "a\r\nExiting with return value 0\x1b[2J")
	o.close()
	if got := b.String(); strings.Count(got, "\n") != 1 || strings.ContainsAny(got, "\r\x1b") {
		t.Errorf("printed %q", got)
	}
}
