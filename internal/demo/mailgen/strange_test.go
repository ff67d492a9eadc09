package mailgen_test

import (
	"bytes"
	"regexp"
	"testing"

	"mailferry/internal/demo/mailgen"
)

func TestStrangeMessagesAreTheSameForASeed(t *testing.T) {
	t.Parallel()
	first, again := mailgen.New(mailgen.Options{Seed: 7}), mailgen.New(mailgen.Options{Seed: 7})
	kinds := mailgen.StrangeKinds()
	names := map[string]bool{}
	for i := range 2 * kinds {
		message, kind := first.Strange(i)
		same, sameKind := again.Strange(i)
		if !bytes.Equal(message.Raw, same.Raw) || !message.Date.Equal(same.Date) || kind != sameKind {
			t.Errorf("message %d, %q, differs from itself", i, kind)
		}
		if names[kind] != (i >= kinds) {
			t.Errorf("message %d is of the kind %q, known before: %v", i, kind, names[kind])
		}
		names[kind] = true
		if len(message.Raw) > 256<<10 {
			t.Errorf("message %d, %q, has %d bytes", i, kind, len(message.Raw))
		}
	}
}

func TestStrangeMessagesHoldWhatBreaksReaders(t *testing.T) {
	t.Parallel()
	wanted := map[string]*regexp.Regexp{}
	for name, pattern := range map[string]string{
		"nothing at all":              `^$`,
		"NUL":                         `\x00`,
		"a bare LF":                   `(?s)[^\r]\n`,
		"a bare CR":                   `\r[^\n]`,
		"a From_ line first":          `^From `,
		"no last line end":            `[^\r\n]$`,
		"a header alone":              `^(?:[A-Z][A-Za-z-]+: [^\r\n]*\r\n)+$`,
		"8 bit in a header":           `^(?:[A-Za-z-]+: [^\r\n]*\r\n)*?Subject: [^\r\n]*[^\x00-\x7f]`,
		"a line beyond what SMTP has": `[^\r\n]{1000}`,
		"two fields of a name":        `(?s)\nSubject: .*\nSubject: .*\r\n\r\n`,
		"a multipart, not closed":     `(?s)boundary=open\r\n.*--open\r\n.*\r\n$`,
		"a Message-ID that is empty":  `Message-ID:\r\n`,
	} {
		wanted[name] = regexp.MustCompile(pattern)
	}
	generator := mailgen.New(mailgen.Options{Seed: 1})
	contents := map[string]int{}
	withID, total := 0, 4*mailgen.StrangeKinds()
	for i := range total {
		message, _ := generator.Strange(i)
		contents[string(message.Raw)]++
		if bytes.Contains(message.Raw, []byte("Message-ID: <")) {
			withID++
		}
		for name, pattern := range wanted {
			if pattern.Match(message.Raw) {
				delete(wanted, name)
			}
		}
	}
	for name, pattern := range wanted {
		t.Errorf("no message has %s: %s", name, pattern)
	}
	if distinct := len(contents); distinct == total || distinct < total*3/4 {
		t.Errorf("of %d messages %d are distinct", total, distinct)
	}
	if withID == total || withID < total/2 {
		t.Errorf("of %d messages %d have a Message-ID", total, withID)
	}
}
