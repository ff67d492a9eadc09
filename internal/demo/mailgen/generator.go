// Package mailgen generates mail: believable messages of mixed sizes, with
// attachments, several character sets and encodings, flags and dates, for the
// demonstration, tests and benchmarks.
//
// A Generator is a function of its seed: message i is the same bytes on every
// machine, whatever was generated before it, so a test may check what arrived
// against what it would generate again.
//
//	generator := mailgen.New(mailgen.Options{Seed: 1})
//	for i, message := range generator.Messages(500) { … }
//
// Every address is a role at example.org or example.com; no person is named.
package mailgen

import (
	"iter"
	"math"
	"math/rand/v2"
	"time"
)

// Options shapes what is generated; the zero value is an office's mail.
type Options struct {
	// Seed tells one mailbox from another.
	Seed uint64
	// MedianBytes is the size that half of the messages stay below; zero is 6 KiB.
	MedianBytes int
	// MaxBytes is the size of the largest; zero is 512 KiB.
	MaxBytes int
	// Newest is the date of the newest message there can be; zero is the last day
	// of 2024. The oldest is eight years older.
	Newest time.Time
}

// Message is one message and what a mailbox knows of it.
type Message struct {
	// Raw is the message as on the wire: lines end with CRLF.
	Raw []byte
	// Subject is the subject as a person reads it.
	Subject string
	// Flags are IMAP's: `\Seen`, `\Answered`, `\Flagged`, `\Draft`, and keywords.
	Flags []string
	// Date is the INTERNALDATE, in whole seconds.
	Date time.Time
}

// Generator makes messages. It may be used by several goroutines.
type Generator struct {
	options Options
}

// New returns a generator.
func New(options Options) *Generator {
	if options.MedianBytes == 0 {
		options.MedianBytes = 6 << 10
	}
	if options.MaxBytes == 0 {
		options.MaxBytes = 512 << 10
	}
	if options.Newest.IsZero() {
		options.Newest = time.Date(2024, time.December, 31, 17, 0, 0, 0, time.UTC)
	}
	return &Generator{options: options}
}

// Messages yields the first n messages with their index.
func (g *Generator) Messages(n int) iter.Seq2[int, Message] {
	return func(yield func(int, Message) bool) {
		for i := range n {
			if !yield(i, g.Message(i)) {
				return
			}
		}
	}
}

// Message returns message i. Its size is drawn from a log-normal distribution, as
// real mail's is: many short ones, and a few that make up most of the bytes.
func (g *Generator) Message(i int) Message {
	random := g.random(i)
	size := float64(g.options.MedianBytes) * math.Exp(1.1*random.NormFloat64())
	return g.compose(random, i, min(int(size), g.options.MaxBytes), false)
}

// MinBytes is the smallest size that MessageOfSize can give any message.
const MinBytes = 2048

// MessageOfSize returns message i with exactly that many bytes, or MinBytes.
func (g *Generator) MessageOfSize(i, size int) Message {
	return g.compose(g.random(i), i, max(size, MinBytes), true)
}

// random is the source of everything about message i.
func (g *Generator) random(i int) *rand.Rand {
	//nolint:gosec // Repeatable, not secret.
	return rand.New(rand.NewPCG(g.options.Seed, uint64(i)))
}

func (g *Generator) compose(random *rand.Rand, i, size int, exact bool) Message {
	const years = 8
	date := g.options.Newest.Add(-time.Duration(random.Int64N(years*365*24*3600)) * time.Second).Truncate(time.Second)
	c := &composer{random: random, seed: g.options.Seed, index: i, date: date}
	raw := c.message(size, exact)
	return Message{Raw: raw, Subject: c.subject, Flags: flags(random), Date: date}
}

// flags draws a message's flags: most mail has been read, some answered.
func flags(random *rand.Rand) []string {
	var result []string
	for _, flag := range []struct {
		name  string
		share float64
	}{
		{`\Seen`, 0.8}, {`\Answered`, 0.15}, {`\Flagged`, 0.08}, {`\Draft`, 0.02}, {"$Forwarded", 0.04}, {"Invoice", 0.03},
	} {
		if random.Float64() < flag.share {
			result = append(result, flag.name)
		}
	}
	return result
}

// Folder is a mailbox to fill.
type Folder struct {
	// Levels are the parts of the name from the top down, in UTF-8.
	Levels []string
	// SpecialUse is the attribute of RFC 6154, as `\Sent`, or empty.
	SpecialUse string
	// Share is the folder's part of all messages; the shares add up to 1.
	Share float64
}

// Folders is the tree of folders of an office's mailbox: special-use ones, nested
// ones, names in several scripts and with characters that need care in IMAP.
func Folders() []Folder {
	return []Folder{
		{Levels: []string{"INBOX"}, Share: 0.35},
		{Levels: []string{"Sent"}, SpecialUse: `\Sent`, Share: 0.2},
		{Levels: []string{"Drafts"}, SpecialUse: `\Drafts`, Share: 0.02},
		{Levels: []string{"Trash"}, SpecialUse: `\Trash`, Share: 0.03},
		{Levels: []string{"Archive"}, Share: 0.05},
		{Levels: []string{"Archive", "2023"}, Share: 0.15},
		{Levels: []string{"Projekte", "Büro-Umbau"}, Share: 0.07},
		{Levels: []string{"R&D"}, Share: 0.05},
		{Levels: []string{"Счета"}, Share: 0.04},
		{Levels: []string{"請求書"}, Share: 0.04},
	}
}

// Split divides n messages among the folders: the result is the number for each,
// and adds up to n.
func Split(folders []Folder, n int) []int {
	counts := make([]int, len(folders))
	left := n
	for i, folder := range folders {
		counts[i] = min(int(folder.Share*float64(n)), left)
		left -= counts[i]
	}
	// What rounding left over goes to the first.
	counts[0] += left
	return counts
}
