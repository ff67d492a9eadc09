// Package twins makes pairs of folders whose messages are hard to tell apart: they share Message-IDs or have none, have equal
// dates, are there several times, and the destination's host has changed those that it holds. Each message carries a number by
// which a test, and nobody else, knows which it is:
//
//	pair := twins.New(seed)
//	… copy pair.Source to a folder that holds pair.Destination, on a host that stores messages as pair.Host.Store does …
//	missing, doubled := pair.Compare(bodies of what the folder holds now)
package twins

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"mailferry/internal/mailsync/compare"
)

// Message is a message of a folder.
type Message struct {
	Raw []byte
	// Date is INTERNALDATE.
	Date time.Time
	Seen bool
}

// Pair is two folders.
type Pair struct {
	Seed                uint64
	Source, Destination []Message
	Host                Host
}

// Host says what the destination's host does to what it stores.
type Host struct {
	// AddID, AddDate, AddReceived and AddX add header lines; the first two only where there is none.
	AddID, AddDate, AddReceived, AddX bool
	// Trim takes blanks off the ends of lines, Refold folds header lines elsewhere, BareLF ends lines with LF alone.
	Trim, Refold, BareLF bool
	// Own replaces the Status line of where a message came from.
	Own bool
	// Undated gives every message the same INTERNALDATE.
	Undated bool
	// Wrong is added to each RFC822.SIZE that is told.
	Wrong int64
}

// now is the INTERNALDATE of hosts that keep none.
var now = time.Date(2024, 5, 5, 5, 5, 5, 0, time.UTC)

// Store gives the form in which the host stores a message.
func (h Host) Store(m Message) Message {
	if h.Undated {
		m.Date = now
	}
	head, body, _ := bytes.Cut(m.Raw, []byte("\r\n\r\n"))
	header := string(head)
	lower := "\r\n" + strings.ToLower(header)
	if h.Own {
		header = strings.Replace(header, "Status: RO", "Status: O", 1)
	}
	if h.AddX {
		header = "X-Scanned: " + strconv.Itoa(len(m.Raw)) + "\r\n" + header
	}
	if h.AddReceived {
		header = "Return-Path: <>\r\nReceived: by mx;\r\n\tTue, 5 May 2024 05:05:05 +0000\r\n" + header
	}
	if h.AddID && !strings.Contains(lower, "\r\nmessage-id:") {
		header += fmt.Sprintf("\r\nMessage-ID: <made-%d@host>", len(m.Raw))
	}
	if h.AddDate && !strings.Contains(lower, "\r\ndate:") {
		header += "\r\nDate: Sun, 05 May 2024 05:05:05 +0000"
	}
	if h.Refold {
		header = strings.ReplaceAll(header, ", ", ",\r\n\t")
	}
	raw := header + "\r\n\r\n" + string(body)
	if h.Trim {
		lines := strings.Split(raw, "\r\n")
		for i := range lines {
			lines[i] = strings.TrimRight(lines[i], " ")
		}
		raw = strings.Join(lines, "\r\n")
	}
	if h.BareLF {
		raw = strings.ReplaceAll(raw, "\r\n", "\n")
	}
	m.Raw = []byte(raw)
	return m
}

// Size is the RFC822.SIZE that the host tells of a message as stored.
func (h Host) Size(stored []byte) int64 { return int64(len(stored)) + h.Wrong }

// New makes the pair of a seed; the same seed makes the same pair.
func New(seed uint64) Pair {
	random := rand.New(rand.NewPCG(seed, 20)) // made again by its seed
	coin := func(n int) bool { return random.IntN(n) == 0 }
	p := Pair{Seed: seed, Host: Host{
		AddID: coin(3), AddDate: coin(4), AddReceived: coin(3), AddX: coin(3), Trim: coin(4), Refold: coin(4), BareLF: coin(6), Undated: coin(6), Own: coin(3),
	}}
	if coin(5) {
		p.Host.Wrong = random.Int64N(40) - 10
	}
	distinct := make([]Message, 1+random.IntN(7))
	for i := range distinct {
		distinct[i] = p.message(random, i)
	}
	p.tellApart(distinct)
	for range random.IntN(10) {
		p.Source = append(p.Source, distinct[random.IntN(len(distinct))])
	}
	for range random.IntN(10) {
		m := distinct[random.IntN(len(distinct))]
		m.Seen = coin(2)
		p.Destination = append(p.Destination, p.Host.Store(m))
	}
	return p
}

// message makes one that shares what it can with others.
func (p Pair) message(random *rand.Rand, number int) Message {
	var b strings.Builder
	b.WriteString([]string{"Status: RO\r\n", "X-Mailer: none\r\n"}[random.IntN(2)])
	date := time.Date(2021, 3, 1+random.IntN(3), 10, 0, 0, 0, time.UTC)
	if random.IntN(5) == 0 {
		// Nothing identifies it.
		b.WriteString("\r\n" + marker(p.Seed, number) + "\r\n")
		return Message{Raw: []byte(b.String()), Date: date}
	}
	if n := random.IntN(5); n > 1 {
		fmt.Fprintf(&b, "Message-ID: <%d@example.org>\r\n", n)
	}
	if n := random.IntN(3); n > 0 {
		fmt.Fprintf(&b, "Date: Tue, %d Mar 2021 10:00:00 +0000\r\n", n)
	}
	fmt.Fprintf(&b, "From: anna@example.org\r\nTo: a@example.org, b@example.org\r\nSubject: %s \r\n", []string{"hello", "caf\xc3\xa9"}[random.IntN(2)])
	b.WriteString("\r\n" + marker(p.Seed, number) + "\r\n" + strings.Repeat("filler \r\n", random.IntN(4)))
	return Message{
		Raw: []byte(b.String()), Date: date, Seen: random.IntN(2) == 0,
	}
}

// tellApart lengthens messages until none has the key, the size and the date that another has at the destination. Only their contents would tell
// such two apart, and no program reads all contents again at each run.
func (p Pair) tellApart(distinct []Message) {
	type features struct {
		key  compare.Key
		size int64
		date int64
	}
	of := func(raw []byte, size int64, date time.Time) features {
		return features{compare.Identify(raw).Key, size, date.Unix()}
	}
	for again := true; again; {
		again = false
		taken := map[features]int{}
		for i := range distinct {
			m := &distinct[i]
			stored := p.Host.Store(*m)
			for _, f := range []features{of(m.Raw, int64(len(m.Raw)), m.Date), of(stored.Raw, p.Host.Size(stored.Raw), stored.Date)} {
				if other, ok := taken[f]; ok && other != i {
					m.Raw, again = append(slices.Clone(m.Raw), "more\r\n"...), true
					break
				}
				taken[f] = i
			}
		}
	}
}

// marker is the line by which a message is known.
func marker(seed uint64, number int) string { return fmt.Sprintf("[%d:%d]", seed, number) }

// Seed tells of which pair a message is.
func Seed(raw []byte) (seed uint64, ok bool) {
	name, ok := known(raw)
	text, _, _ := strings.Cut(name, ":")
	seed, err := strconv.ParseUint(text, 10, 64)
	return seed, ok && err == nil
}

func known(raw []byte) (string, bool) {
	_, rest, ok := bytes.Cut(raw, []byte("["))
	name, _, closed := bytes.Cut(rest, []byte("]"))
	return string(name), ok && closed
}

// Compare says of the contents of a destination folder, after a copy, which messages of the source are missing, and which are
// there more often than on the source and than before.
func (p Pair) Compare(folder [][]byte) (missing, doubled []string) {
	count := func(messages []Message) map[string]int {
		counts := map[string]int{}
		for _, m := range messages {
			name, _ := known(m.Raw)
			counts[name]++
		}
		return counts
	}
	want, have := count(p.Source), map[string]int{}
	for name, n := range count(p.Destination) {
		want[name] = max(want[name], n)
	}
	for _, raw := range folder {
		name, _ := known(raw)
		have[name]++
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if have[name] < want[name] {
			missing = append(missing, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(have)) {
		if have[name] > want[name] {
			doubled = append(doubled, name)
		}
	}
	return missing, doubled
}
