package mailsync

import (
	"fmt"
	"math"
	"sync"
	"time"

	"mailferry/internal/imapsync"
)

// progress counts what a run has done and estimates what is left. A message is done
// once it is copied, found in place, left out or given up.
type progress struct {
	mu      sync.Mutex
	now     func() time.Time
	started time.Time

	foldersDone, foldersTotal   int64
	messagesDone, messagesTotal int64
	// bytesDone and bytesTotal are of messages to transfer. unsized counts messages not in
	// bytesTotal yet, because their server does not tell sizes beforehand.
	bytesDone, bytesTotal int64
	unsized               int64
	copied, copiedBytes   int64
	// copyStarted is when the first message was copied: rates count from about there.
	copyStarted time.Time
	biggest     int64
	skipped     int64
	skippedSize int64

	fit     costFit
	etaText string
	etaAt   time.Time
	eta     int64
}

func newProgress(now func() time.Time) *progress {
	return &progress{now: now, started: now()}
}

// costFit learns what a message and a byte cost, in seconds, from what the last stretches
// of time got done: least squares over samples that fade, so that it follows the link.
type costFit struct {
	mm, mb, bb, mt, bt float64 // products
	m, b, t            float64 // sums

	lastMessages, lastBytes int64
	last                    time.Time
}

// fade is how much a sample counts against the one taken after it.
const fade = 0.97

// sample takes what was done since the last sample.
func (f *costFit) sample(now time.Time, messages, bytes int64) {
	if f.last.IsZero() {
		f.last, f.lastMessages, f.lastBytes = now, messages, bytes
		return
	}
	t := now.Sub(f.last).Seconds()
	if t < 0.25 {
		return
	}
	m, b := float64(messages-f.lastMessages), float64(bytes-f.lastBytes)/1024
	f.mm, f.mb, f.bb = f.mm*fade+m*m, f.mb*fade+m*b, f.bb*fade+b*b
	f.mt, f.bt = f.mt*fade+m*t, f.bt*fade+b*t
	f.m, f.b, f.t = f.m*fade+m, f.b*fade+b, f.t*fade+t
	f.last, f.lastMessages, f.lastBytes = now, messages, bytes
}

// seconds is what so many messages and bytes will take; ok is false while nothing is known.
func (f *costFit) seconds(messages, bytes int64) (float64, bool) {
	if f.m == 0 && f.b == 0 {
		return 0, false
	}
	m, b := float64(messages), float64(bytes)/1024
	perMessage, perKiB := f.costs()
	// The squares say how the two costs compare. A stretch in which little got done weighs
	// little in them, so the level comes from the sums.
	if spent := perMessage*f.m + perKiB*f.b; spent > 0 {
		return (perMessage*m + perKiB*b) * f.t / spent, true
	}
	return 0, false
}

// even is how much the guess that messages and bytes cost the same time each counts against
// the samples. Where these are much alike, as in a folder of messages of one size, they cannot tell
// the two apart, and chance would.
const even = 0.02

// costs are those of a message and of a KiB, up to a common factor. Where one would be below
// zero, it is the other that explains more.
func (f *costFit) costs() (perMessage, perKiB float64) {
	if f.mm == 0 || f.bb == 0 {
		return 1, 1
	}
	// In units in which both have made up the same, so that the guess has no unit.
	m, b := math.Sqrt(f.mm), math.Sqrt(f.bb)
	alike, mt, bt := f.mb/(m*b), f.mt/m, f.bt/b
	mt, bt = mt+even*mt/2, bt+even*bt/2
	det := (1+even)*(1+even) - alike*alike
	perMessage, perKiB = (mt*(1+even)-bt*alike)/det, (bt*(1+even)-mt*alike)/det
	switch {
	case perKiB <= 0:
		return 1, 0
	case perMessage <= 0:
		return 0, 1
	}
	return perMessage / m, perKiB / b
}

// addFolder tells of a folder in the plan, with so many messages and bytes to be expected.
// bytes is -1 if unknown.
func (p *progress) addFolder(messages, bytes int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.foldersTotal++
	p.messagesTotal += messages
	if bytes < 0 {
		p.unsized += messages
	} else {
		p.bytesTotal += bytes
	}
}

// found replaces what addFolder said of a folder by what its index says: how many messages
// there are, and how many bytes are to be transferred.
func (p *progress) found(expected, expectedBytes, messages, bytes int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.messagesTotal += messages - expected
	p.bytesTotal += bytes
	if expectedBytes < 0 {
		p.unsized -= expected
	} else {
		p.bytesTotal -= expectedBytes
	}
}

func (p *progress) folderDone() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.foldersDone++
}

// skip counts messages that are in place or left out.
func (p *progress) skip(messages, bytes int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.messagesDone += messages
	p.skipped += messages
	p.skippedSize += bytes
}

// fail counts a message given up.
func (p *progress) fail(bytes int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.messagesDone++
	p.bytesDone += bytes
}

// copy counts a copied message and gives the figures at the end of its line.
func (p *progress) copy(indexed, bytes int64) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.messagesDone++
	p.bytesDone += indexed
	p.copied++
	p.copiedBytes += bytes
	p.biggest = max(p.biggest, bytes)
	now := p.now()
	if p.copyStarted.IsZero() {
		p.copyStarted = p.started
	}
	seconds := max(now.Sub(p.copyStarted).Seconds(), 0.001)
	p.estimate(now)
	return fmt.Sprintf("%.2f msgs/s  %s/s %s copied %s %d s  %d/%d msgs left",
		float64(p.copied)/seconds, binary(float64(p.copiedBytes)/seconds), binary(float64(p.copiedBytes)),
		p.etaText, p.eta, p.messagesTotal-p.messagesDone, p.messagesTotal)
}

// estimate brings the estimate up to date, at most four times a second.
func (p *progress) estimate(now time.Time) {
	p.fit.sample(now, p.copied, p.copiedBytes)
	over := p.messagesDone >= p.messagesTotal
	if p.etaText != "" && now.Sub(p.etaAt) < 250*time.Millisecond && !over {
		return
	}
	messages, bytes := max(p.messagesTotal-p.messagesDone, 0), max(p.bytesTotal-p.bytesDone, 0)
	if p.copied > 0 {
		bytes += p.unsized * (p.copiedBytes / p.copied)
	}
	left, ok := p.fit.seconds(messages, bytes)
	if !ok && p.copied > 0 {
		left = now.Sub(p.fit.last).Seconds() / float64(p.copied) * float64(messages)
	}
	p.etaAt, p.eta = now, int64(left+0.5)
	p.etaText = "ETA: " + timestamp(now.Add(time.Duration(left*float64(time.Second))))
}

// snapshot is the state as the progress line prints it.
func (p *progress) snapshot() imapsync.Progress {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	p.estimate(now)
	seconds := max(now.Sub(p.started).Seconds(), 0.001)
	messages, bytes := float64(p.copied)/seconds, float64(p.copiedBytes)/seconds
	s := imapsync.Progress{
		FoldersDone: new(p.foldersDone), FoldersTotal: new(p.foldersTotal),
		MessagesDone: new(p.messagesDone), MessagesTotal: new(p.messagesTotal),
		BytesDone: new(p.bytesDone), BytesTotal: new(p.bytesTotal),
		MessagesPerSecond: &messages, BytesPerSecond: &bytes,
	}
	if p.copied > 0 {
		s.ETASeconds = new(p.eta)
	}
	return s
}

// timestamp writes a time as imapsync does.
func timestamp(t time.Time) string {
	return t.UTC().Format("Monday 02 January 2006-01-02 15:04:05 -0700 MST")
}

// binary writes a number of bytes as imapsync does: in KiB, MiB, GiB or TiB.
func binary(bytes float64) string {
	size := bytes / 1024
	for _, unit := range []string{"KiB", "MiB", "GiB"} {
		if size < 1024 && size > -1024 {
			return fmt.Sprintf("%.3f %s", size, unit)
		}
		size /= 1024
	}
	return fmt.Sprintf("%.3f TiB", size)
}
