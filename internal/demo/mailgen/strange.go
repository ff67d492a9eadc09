package mailgen

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// Strange returns strange message i and the name of what is wrong with it: mail that
// breaks the rules as real mail does, by old programs, broken gateways, spam and files
// that are no mail at all. Message i is of kind i modulo StrangeKinds(), so that the first
// StrangeKinds() messages have one of each; further ones of a kind differ in detail, or
// differ in nothing where the kind is about messages that are alike.
//
// Raw is what a server may have on its disk. It may be empty, hold NUL, CR or LF alone,
// and end anywhere. Subject is empty.
func (g *Generator) Strange(i int) (message Message, kind string) {
	kinds := strangeKinds()
	random := g.random(i)
	s := &strange{random: random, seed: g.options.Seed, variant: i / len(kinds)}
	// Of every four messages one has the date of many others, so that dates tell little apart.
	date := g.options.Newest
	if i%4 != 0 {
		date = date.Add(-time.Duration(random.Int64N(20*365*24*3600)) * time.Second)
	}
	s.date = date.Truncate(time.Second)
	s.id = fmt.Sprintf("%x.%x@mail.example.org", s.seed, i)
	chosen := kinds[i%len(kinds)]
	chosen.write(s)
	return Message{Raw: s.b.Bytes(), Flags: flags(random), Date: s.date}, chosen.name
}

// StrangeKinds is how many kinds of strange messages there are.
func StrangeKinds() int { return len(strangeKinds()) }

// strangeKind is one way of being strange.
type strangeKind struct {
	name  string
	write func(s *strange)
}

func strangeKinds() []strangeKind {
	var all []strangeKind
	for _, kinds := range [][]strangeKind{identityKinds(), shapeKinds(), headerKinds(), byteKinds(), bodyKinds(), partKinds(), encodingKinds()} {
		all = append(all, kinds...)
	}
	return all
}

// strange writes one strange message.
type strange struct {
	random  *rand.Rand
	seed    uint64
	variant int // the number among those of the kind
	date    time.Time
	id      string
	b       bytes.Buffer
}

// add writes text as it is.
func (s *strange) add(text ...string) {
	for _, part := range text {
		s.b.WriteString(part)
	}
}

// lines writes lines with their ends.
func (s *strange) lines(lines ...string) {
	for _, line := range lines {
		s.add(line, "\r\n")
	}
}

// number is a number up to n that differs between messages, most of the time.
func (s *strange) number(n int) int { return s.random.IntN(n) }

// word is a short word.
func (s *strange) word() string {
	return pick(s.random, []string{"invoice", "meeting", "delivery", "lift", "offer", "keys", "floor", "order", "printer", "room"})
}

// fields writes a plain header but for the fields left out: "Message-ID", "Date", "From",
// "To", "Subject".
func (s *strange) fields(without ...string) {
	for _, field := range [][2]string{
		{"Date", s.date.Format(time.RFC1123Z)},
		{"From", pick(s.random, senders).address},
		{"To", pick(s.random, recipients).address},
		{"Subject", fmt.Sprintf("About the %s %d", s.word(), s.number(100_000))},
		{"Message-ID", "<" + s.id + ">"},
	} {
		left := false
		for _, name := range without {
			left = left || name == field[0]
		}
		if !left {
			s.lines(field[0] + ": " + field[1])
		}
	}
}

// plain ends the header and writes a short text.
func (s *strange) plain() {
	s.lines("", fmt.Sprintf("The %s on floor %d is ready.", s.word(), s.number(1000)), "")
}

// header is a kind with an unusual header before a plain text.
func header(name string, write func(s *strange)) strangeKind {
	return strangeKind{name, func(s *strange) {
		write(s)
		s.plain()
	}}
}

// field is a kind with one unusual field, a format of a number, among plain ones.
func field(name, format string) strangeKind {
	return header(name, func(s *strange) {
		replaced, _, _ := strings.Cut(format, ":")
		s.fields(replaced)
		s.lines(strings.ReplaceAll(format, "#", fmt.Sprint(s.number(100_000))))
	})
}

// body is a kind with an unusual body below a plain header.
func body(name string, write func(s *strange)) strangeKind {
	return strangeKind{name, func(s *strange) {
		s.fields()
		s.lines("")
		write(s)
	}}
}

// typed is a kind with an unusual body below a header that tells its type.
func typed(name, contentType string, write func(s *strange)) strangeKind {
	return strangeKind{name, func(s *strange) {
		s.fields()
		s.lines("MIME-Version: 1.0", "Content-Type: "+contentType, "")
		write(s)
	}}
}
