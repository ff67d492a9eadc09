package compare

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"slices"
)

// Content sums up what is in a message, in about a kilobyte.
type Content struct {
	// exact is of all bytes but carriage returns, and NUL, which Dovecot turns into 0x80.
	exact [sha256.Size]byte
	// body is of all that is to be seen of the body, blanks and line ends apart; ascii is of that without what is past
	// ASCII and what hosts put in its place, and past and marks count these.
	body, ascii [sha256.Size]byte
	past, marks int64
	// fields are those of the header that hosts leave alone, sorted.
	fields []fieldSum
	// words is of the first words of the text as it reads, however it is encoded, 0 if there are none.
	words uint64
}

// fieldSum is a header field in hashes.
type fieldSum struct {
	name, value uint64
	kind        fieldKind
}

func (f fieldSum) compare(g fieldSum) int {
	return cmp.Or(cmp.Compare(f.name, g.name), cmp.Compare(f.value, g.value))
}

// How much of a message is looked at in detail; what is beyond counts in the hashes of the whole.
const (
	maxHeader = 1 << 20
	maxFields = 2000
	maxText   = 64 << 10
)

// Digest computes the Content of a message from its bytes, as a writer of them.
type Digest struct {
	exact, body, ascii hash.Hash
	past, marks        int64
	head               []byte // the header, until its end is found
	text               []byte // the beginning of the body
	inBody             bool
	// scratch is reused by Write.
	scratch []byte
}

// NewDigest begins a message.
func NewDigest() *Digest {
	return &Digest{exact: sha256.New(), body: sha256.New(), ascii: sha256.New()}
}

// Write takes the next bytes of the message. It never fails.
func (d *Digest) Write(p []byte) (int, error) {
	n := len(p)
	d.scratch = d.scratch[:0]
	for _, c := range p {
		if c != '\r' && c != 0 && c != 0x80 {
			d.scratch = append(d.scratch, c)
		}
	}
	d.exact.Write(d.scratch)
	if !d.inBody {
		d.head = append(d.head, p...)
		end, ok := endOfHeader(d.head)
		if !ok && len(d.head) < maxHeader {
			return n, nil
		}
		if !ok {
			end = len(d.head)
		}
		d.inBody = true
		p, d.head = d.head[end:], d.head[:end:end]
	}
	d.writeBody(p)
	return n, nil
}

func (d *Digest) writeBody(p []byte) {
	if room := maxText - len(d.text); room > 0 {
		d.text = append(d.text, p[:min(room, len(p))]...)
	}
	seen := d.scratch[:0]
	for _, c := range p {
		if c > ' ' && c != 0x7f && c != 0x80 {
			seen = append(seen, c)
		}
	}
	d.body.Write(seen)
	plain := seen[:0]
	for _, c := range seen {
		switch {
		case c >= 0x80:
			d.past++
		case c == 'X' || c == '?':
			d.marks++
		default:
			plain = append(plain, c)
		}
	}
	d.ascii.Write(plain)
	d.scratch = seen
}

// Content is that of all bytes written.
func (d *Digest) Content() *Content {
	if !d.inBody {
		// There is no empty line: what is no header field is the body.
		d.inBody = true
		end := startOfText(d.head)
		rest := d.head[end:]
		d.head = d.head[:end]
		d.writeBody(rest)
	}
	return &Content{
		exact: [sha256.Size]byte(d.exact.Sum(nil)),
		body:  [sha256.Size]byte(d.body.Sum(nil)), ascii: [sha256.Size]byte(d.ascii.Sum(nil)), past: d.past, marks: d.marks,
		fields: sumFields(d.head), words: firstWords(d.head, d.text),
	}
}

// endOfHeader is where the body begins, after the first empty line.
func endOfHeader(b []byte) (int, bool) {
	for start := 0; ; {
		i := bytes.IndexByte(b[start:], '\n')
		if i < 0 {
			return 0, false
		}
		if len(bytes.TrimRight(b[start:start+i], "\r")) == 0 {
			return start + i + 1, true
		}
		start += i + 1
	}
}

// startOfText is where lines begin that are no header fields.
func startOfText(b []byte) (at int) {
	for at < len(b) {
		line, _, _ := bytes.Cut(b[at:], []byte("\n"))
		text := bytes.TrimLeft(line, "\r")
		folded := at > 0 && len(text) > 0 && (text[0] == ' ' || text[0] == '\t')
		if name, _, ok := bytes.Cut(text, []byte(":")); !folded && (!ok || bytes.ContainsAny(bytes.TrimRight(name, " \t"), " \t")) {
			return at
		}
		at = min(at+len(line)+1, len(b))
	}
	return at
}

// sumFields gives the fields of a header that say something about the message, sorted.
func sumFields(header []byte) []fieldSum {
	var sums []fieldSum
	for f := range headerFields(header) {
		name := string(bytes.ToLower(f.name))
		kind := kindOf(name)
		if kind == hosts {
			continue
		}
		if len(sums) == maxFields {
			break
		}
		sums = append(sums, fieldSum{short([]byte(name)), short(visible(f.value)), kind})
	}
	slices.SortFunc(sums, fieldSum.compare)
	return sums
}

func short(b []byte) uint64 {
	sum := sha256.Sum256(b)
	return binary.BigEndian.Uint64(sum[:8])
}
