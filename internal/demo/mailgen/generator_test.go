package mailgen_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"strings"
	"testing"

	"mailferry/internal/demo/mailgen"
)

func TestMessagesAreTheSameForASeedAndDifferForAnother(t *testing.T) {
	t.Parallel()
	first, again, other := mailgen.New(mailgen.Options{Seed: 7}), mailgen.New(mailgen.Options{Seed: 7}), mailgen.New(mailgen.Options{Seed: 8})
	_ = again.Message(99) // Order does not matter.
	for i, message := range first.Messages(20) {
		if same := again.Message(i); !bytes.Equal(message.Raw, same.Raw) || fmt.Sprint(message.Flags, message.Date) != fmt.Sprint(same.Flags, same.Date) {
			t.Errorf("message %d differs from itself", i)
		}
		if bytes.Equal(message.Raw, other.Message(i).Raw) {
			t.Errorf("message %d is the same for two seeds", i)
		}
	}
}

func TestMessagesArePlausible(t *testing.T) {
	t.Parallel()
	const n = 400
	var total, largest, attachments, eightBit, seen int
	ids, contents := map[string]bool{}, map[[32]byte]bool{}
	for i, message := range mailgen.New(mailgen.Options{Seed: 1}).Messages(n) {
		parsed, err := mail.ReadMessage(bytes.NewReader(message.Raw))
		if err != nil {
			t.Fatalf("message %d: %v\n%s", i, err, message.Raw)
		}
		ids[parsed.Header.Get("Message-Id")] = true
		contents[sha256.Sum256(message.Raw)] = true
		subject, err := new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject"))
		if err != nil || subject != message.Subject {
			t.Errorf("message %d: the subject is %q, %v, want %q", i, subject, err, message.Subject)
		}
		if date, err := parsed.Header.Date(); err != nil || !date.Equal(message.Date) {
			t.Errorf("message %d: the date is %v, %v, want %v", i, date, err, message.Date)
		}
		checkLines(t, i, message.Raw)
		parts := checkParts(t, i, parsed)
		if parts > 1 && strings.HasPrefix(parsed.Header.Get("Content-Type"), "multipart/mixed") {
			attachments++
		}
		if bytes.ContainsFunc(message.Raw, func(r rune) bool { return r > 127 }) {
			eightBit++
		}
		if strings.Contains(strings.Join(message.Flags, " "), `\Seen`) {
			seen++
		}
		total += len(message.Raw)
		largest = max(largest, len(message.Raw))
	}
	if len(ids) != n || len(contents) != n {
		t.Errorf("of %d messages %d have a Message-ID of their own and %d a content of their own", n, len(ids), len(contents))
	}
	if mean := total / n; mean < 6<<10 || mean > 24<<10 || largest < 60<<10 || largest > 600<<10 {
		t.Errorf("the mean size is %d, the largest %d bytes", mean, largest)
	}
	if attachments < n/10 || eightBit < n/10 || seen < n/2 || seen == n {
		t.Errorf("of %d messages %d have attachments, %d 8-bit bytes, %d were read", n, attachments, eightBit, seen)
	}
}

func TestMessageOfSizeHasThatSize(t *testing.T) {
	t.Parallel()
	generator := mailgen.New(mailgen.Options{Seed: 3})
	for i := range 3000 {
		size := mailgen.MinBytes + i
		message := generator.MessageOfSize(i, size)
		if len(message.Raw) != size {
			t.Fatalf("message %d has %d bytes, want %d", i, len(message.Raw), size)
		}
		checkLines(t, i, message.Raw)
	}
	if message := generator.MessageOfSize(1, 3<<20); len(message.Raw) != 3<<20 {
		t.Errorf("the message has %d bytes", len(message.Raw))
	}
}

func TestSplitLosesNone(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 9, 500} {
		sum := 0
		for _, count := range mailgen.Split(mailgen.Folders(), n) {
			sum += count
		}
		if sum != n {
			t.Errorf("%d messages were split into %d", n, sum)
		}
	}
}

// checkLines holds the message to CRLF line ends and lines that SMTP carries.
func checkLines(t *testing.T, i int, raw []byte) {
	t.Helper()
	if !bytes.HasSuffix(raw, []byte("\r\n")) {
		t.Errorf("message %d does not end with a line end", i)
	}
	for line := range bytes.SplitSeq(raw, []byte("\r\n")) {
		if bytes.ContainsAny(line, "\r\n") || len(line) > 998 {
			t.Errorf("message %d has the line %.100q of %d bytes", i, line, len(line))
		}
	}
}

// checkParts reads every part and returns how many there are.
func checkParts(t *testing.T, i int, message *mail.Message) int {
	t.Helper()
	kind, params, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil {
		t.Fatalf("message %d: %v", i, err)
	}
	if !strings.HasPrefix(kind, "multipart/") {
		return 1
	}
	reader := multipart.NewReader(message.Body, params["boundary"])
	for parts := 0; ; parts++ {
		part, err := reader.NextPart()
		if err == io.EOF {
			return parts
		}
		if err != nil {
			t.Fatalf("message %d: part %d: %v", i, parts, err)
		}
		if _, err := io.Copy(io.Discard, part); err != nil {
			t.Fatalf("message %d: part %d: %v", i, parts, err)
		}
	}
}
