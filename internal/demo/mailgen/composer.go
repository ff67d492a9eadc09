package mailgen

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"mime"
	"mime/quotedprintable"
	"strconv"
	"strings"
	"time"
)

// composer writes one message.
type composer struct {
	random  *rand.Rand
	seed    uint64
	index   int
	date    time.Time
	subject string
	b       bytes.Buffer
}

// message writes a message of about size bytes, or of exactly as many.
func (c *composer) message(size int, exact bool) []byte {
	language := pick(c.random, languages)
	c.subject = c.makeSubject(language)
	c.header(language)

	kind := c.random.IntN(10)
	switch {
	case exact:
		// Text overshoots by less than a line, and filling takes the rest.
		c.plain(language, size-100)
		c.fill(size)
	case kind < 4:
		c.plain(language, size)
	case kind < 6:
		c.encoded(language, size)
	case kind < 8:
		c.alternative(language, size)
	default:
		c.attached(language, size)
	}
	return c.b.Bytes()
}

func (c *composer) linef(format string, args ...any) {
	fmt.Fprintf(&c.b, format+"\r\n", args...)
}

// header writes what every message has.
func (c *composer) header(language language) {
	from, to := pick(c.random, senders), pick(c.random, recipients)
	zone := time.FixedZone("", pick(c.random, []int{0, 3600, 7200, -5 * 3600, 9 * 3600}))
	stamp := c.date.In(zone).Format(time.RFC1123Z)
	id := fmt.Sprintf("%x.%x.%d", c.seed, c.random.Uint32(), c.index)

	c.linef("Return-Path: <%s>", from.address)
	c.linef("Received: from mx.example.com (mx.example.com [192.0.2.%d])", 1+c.random.IntN(250))
	c.linef("\tby mail.example.org with ESMTPS id %s", strings.ToUpper(strconv.FormatUint(c.random.Uint64(), 36)))
	c.linef("\tfor <%s>; %s", to.address, stamp)
	c.linef("Date: %s", stamp)
	c.linef("From: %s <%s>", phrase(from.name), from.address)
	c.linef("To: %s <%s>", phrase(to.name), to.address)
	c.linef("Subject: %s", mime.QEncoding.Encode("utf-8", c.subject))
	c.linef("Message-ID: <%s@%s>", id, domain(from.address))
	if c.random.IntN(3) == 0 {
		c.linef("In-Reply-To: <%x.%x@mail.example.com>", c.random.Uint32(), c.random.Uint32())
	}
	if c.random.IntN(4) == 0 {
		c.linef("X-Mailer: Office Mail 4.2")
	}
	c.linef("Content-Language: %s", language.tag)
	c.linef("MIME-Version: 1.0")
}

// plain is text as it is: 8 bit where the language needs it.
func (c *composer) plain(language language, size int) {
	c.linef("Content-Type: text/plain; charset=utf-8")
	c.linef("Content-Transfer-Encoding: 8bit")
	c.linef("")
	c.text(&c.b, language, size-c.b.Len())
}

// encoded is text as quoted-printable or base64.
func (c *composer) encoded(language language, size int) {
	c.linef("Content-Type: text/plain; charset=utf-8")
	c.encodedBody(language, size-c.b.Len())
}

func (c *composer) encodedBody(language language, size int) {
	var text bytes.Buffer
	if c.random.IntN(2) == 0 {
		c.linef("Content-Transfer-Encoding: base64")
		c.linef("")
		c.text(&text, language, size*3/4)
		c.base64(text.Bytes())
		return
	}
	c.linef("Content-Transfer-Encoding: quoted-printable")
	c.linef("")
	c.text(&text, language, size*9/10)
	writer := quotedprintable.NewWriter(&c.b)
	// A buffer takes everything.
	_, _ = writer.Write(text.Bytes())
	_ = writer.Close()
}

// alternative is text and the same as HTML.
func (c *composer) alternative(language language, size int) {
	boundary := c.boundary()
	c.linef("Content-Type: multipart/alternative; boundary=%q", boundary)
	c.linef("")
	c.linef("This is a message in several parts.")
	c.linef("")
	c.linef("--%s", boundary)
	c.linef("Content-Type: text/plain; charset=utf-8")
	c.encodedBody(language, (size-c.b.Len())/2)
	c.linef("")
	c.linef("--%s", boundary)
	c.linef("Content-Type: text/html; charset=utf-8")
	c.linef("Content-Transfer-Encoding: 8bit")
	c.linef("")
	c.linef("<html><body>")
	for c.b.Len() < size-len(boundary)-60 {
		c.linef("<p>%s</p>", c.sentence(language))
	}
	c.linef("</body></html>")
	c.linef("")
	c.linef("--%s--", boundary)
}

// attached is a short text with a file that makes up the rest.
func (c *composer) attached(language language, size int) {
	boundary := c.boundary()
	c.linef("Content-Type: multipart/mixed; boundary=%q", boundary)
	c.linef("")
	c.linef("--%s", boundary)
	c.linef("Content-Type: text/plain; charset=utf-8")
	c.linef("Content-Transfer-Encoding: 8bit")
	c.linef("")
	c.text(&c.b, language, 300+c.random.IntN(900))
	c.linef("")
	c.linef("--%s", boundary)
	file := pick(c.random, files)
	c.linef("Content-Type: %s", file.contentType)
	c.linef("Content-Disposition: attachment; filename*=utf-8''%s", file.name)
	c.linef("Content-Transfer-Encoding: base64")
	c.linef("")
	content := make([]byte, max(64, (size-c.b.Len())*57/78))
	for i := range content {
		content[i] = byte(c.random.Uint32())
	}
	c.base64(content)
	c.linef("--%s--", boundary)
}

// fill continues the message with lines of signs up to exactly that many bytes.
func (c *composer) fill(size int) {
	const width = 72
	for left := size - c.b.Len(); left > 0; left = size - c.b.Len() {
		n := max(0, min(left-2, width))
		if left-2-n == 1 {
			n-- // No line fits into the one byte that would be left.
		}
		c.linef("%s", strings.Repeat("=", n))
	}
}

// text writes sentences in lines of at most some 76 characters, up to about n bytes.
func (c *composer) text(b *bytes.Buffer, language language, n int) {
	start, width := b.Len(), 0
	for b.Len()-start < n {
		for word := range strings.FieldsSeq(c.sentence(language)) {
			if width > 0 && width+len(word) > 76 {
				b.WriteString("\r\n")
				width = 0
			}
			if width > 0 {
				b.WriteByte(' ')
				width++
			}
			b.WriteString(word)
			width += len(word)
			if b.Len()-start >= n {
				break
			}
		}
		if c.random.IntN(5) == 0 {
			b.WriteString("\r\n\r\n")
			width = 0
		}
	}
	b.WriteString("\r\n")
}

func (c *composer) sentence(language language) string {
	return fmt.Sprintf(pick(c.random, language.sentences), 1+c.random.IntN(400))
}

func (c *composer) makeSubject(language language) string {
	subject := fmt.Sprintf(pick(c.random, language.subjects), fmt.Sprintf("%d-%04d", c.date.Year(), c.random.IntN(10_000)))
	switch c.random.IntN(5) {
	case 0:
		return "Re: " + subject
	case 1:
		return "Fwd: " + subject
	default:
		return subject
	}
}

func (c *composer) base64(content []byte) {
	const bytesPerLine = 57
	line := make([]byte, base64.StdEncoding.EncodedLen(bytesPerLine))
	for len(content) > 0 {
		n := min(bytesPerLine, len(content))
		encoded := line[:base64.StdEncoding.EncodedLen(n)]
		base64.StdEncoding.Encode(encoded, content[:n])
		c.b.Write(encoded)
		c.b.WriteString("\r\n")
		content = content[n:]
	}
}

func (c *composer) boundary() string {
	return fmt.Sprintf("=_%016x%016x", c.random.Uint64(), c.random.Uint64())
}

func pick[T any](random *rand.Rand, from []T) T { return from[random.IntN(len(from))] }

func phrase(name string) string {
	if encoded := mime.QEncoding.Encode("utf-8", name); encoded != name {
		return encoded
	}
	return `"` + name + `"`
}

func domain(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }
