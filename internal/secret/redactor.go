package secret

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Redactor is an io.Writer that masks secrets in what passes through it and leaves every other byte as it is.
//
// A secret is found in clear, in base64 wherever it lies in the encoded text, and escaped as in IMAP quoted strings,
// JSON, URLs, HTML and the strings of common programming languages, also when it comes split between writes. Secrets
// that touch or overlap are masked as one. The mask is "***", or three of another character where a secret contains
// an asterisk, so that a mask can never complete a secret with what stands beside it.
//
// Secrets of fewer than 4 bytes are masked only where they stand as a word of their own: to mask every "a" because a
// password is "a" would spoil the log and tell the password too. Empty secrets are ignored.
//
// What could be the beginning of a secret is held back until the next write decides it: never more than the longest
// spelling and two bytes. Text that ends in a newline is passed on at once unless a secret could contain the newline.
// Flush passes on what is held back at the end.
//
// A Redactor is not safe for use by several goroutines at once.
type Redactor struct {
	w     io.Writer
	forms []form
	mask  []byte
	err   error

	// buf holds what is still needed: the bytes that are held back and one byte before them.
	buf []byte
	// done is the place in buf up to which everything was passed on, masked or as it is.
	done int
	// masked is the end in buf of the newest mask that was passed on, or -1.
	masked int
	out    []byte
}

// NewRedactor returns a Redactor that writes to w.
func NewRedactor(w io.Writer, secrets ...string) *Redactor {
	list := forms(secrets)
	return &Redactor{w: w, forms: list, mask: maskFor(list), masked: -1}
}

// Redact masks secrets in one text as a Redactor does.
func Redact(text string, secrets ...string) string {
	var out strings.Builder
	r := NewRedactor(&out, secrets...)
	_, _ = r.Write([]byte(text)) // A strings.Builder takes everything.
	_ = r.Flush()
	return out.String()
}

// Write passes p on, masked. It reports all of p as written unless the writer behind failed, whose error every later
// call repeats.
func (r *Redactor) Write(p []byte) (int, error) {
	if err := r.process(p, false); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Flush passes on what is held back, as if the text ended here. The Redactor can be written to afterwards; a secret
// that continues across a Flush is not recognised.
func (r *Redactor) Flush() error { return r.process(nil, true) }

// span is a part of buf, end excluded.
type span struct{ start, end int }

func (r *Redactor) process(p []byte, final bool) error {
	if r.err != nil {
		return r.err
	}
	r.buf = append(r.buf, p...)
	spans, hold := r.find(final)

	out := r.out[:0]
	for _, s := range spans {
		if s.start >= hold {
			break // Decided together with what is held back.
		}
		if s.end <= r.done {
			continue
		}
		if s.start > r.done {
			out = append(out, r.buf[r.done:s.start]...)
		}
		if r.masked < max(s.start, r.done) {
			out = append(out, r.mask...)
		}
		r.done, r.masked = s.end, s.end
	}
	if r.done < hold {
		out = append(out, r.buf[r.done:hold]...)
		r.done = hold
	}
	r.forget(hold)
	r.out = out
	if len(out) > 0 {
		_, r.err = r.w.Write(out)
	}
	if final {
		r.buf, r.done, r.masked = r.buf[:0], 0, -1
	}
	return r.err
}

// forget drops the part of buf before the byte in front of hold.
func (r *Redactor) forget(hold int) {
	n := max(hold-1, 0)
	r.buf = r.buf[:copy(r.buf, r.buf[n:])]
	r.done -= n
	r.masked = max(r.masked-n, -1)
	const keep = 64 << 10
	if cap(r.buf) > keep && len(r.buf) < keep/2 {
		r.buf = slices.Clone(r.buf)
	}
}

// find returns what to mask in buf, in order and without overlaps, and the place from which on nothing can be said
// before more is known.
func (r *Redactor) find(final bool) (spans []span, hold int) {
	hold = len(r.buf)
	for _, f := range r.forms {
		last := span{-1, -1}
		for from := 0; ; {
			i := bytes.Index(r.buf[from:], f.text)
			if i < 0 {
				break
			}
			start := from + i
			end := start + len(f.text)
			from = start + 1
			if end == len(r.buf) && f.looksAhead() && !final {
				hold = min(hold, r.leadOf(f, start))
				continue
			}
			s, ok := r.extent(f, start, end)
			switch {
			case !ok:
			case last.start >= 0 && s.start <= last.end:
				last.end = s.end
			default:
				if last.start >= 0 {
					spans = append(spans, last)
				}
				last = s
			}
		}
		if last.start >= 0 {
			spans = append(spans, last)
		}
		if !final {
			hold = min(hold, r.leadOf(f, r.prefix(f)))
		}
	}
	return merge(spans), hold
}

// extent is the part to mask for an occurrence of f, if it counts.
func (r *Redactor) extent(f form, start, end int) (span, bool) {
	if f.word && (start > 0 && isWordByte(r.buf[start-1]) || end < len(r.buf) && isWordByte(r.buf[end])) {
		return span{}, false
	}
	start = r.leadOf(f, start)
	if f.after && end < len(r.buf) && isBase64Digit(r.buf[end]) {
		end++
	}
	return span{start, end}, true
}

// leadOf is the place from which on an occurrence of f at start would be masked.
func (r *Redactor) leadOf(f form, start int) int {
	if f.before && start > 0 && isBase64Digit(r.buf[start-1]) {
		return start - 1
	}
	return start
}

// prefix is the first place in buf from which on all that is there is the beginning of f, and not all of it.
func (r *Redactor) prefix(f form) int {
	n := min(len(f.text)-1, len(r.buf))
	for tail := r.buf[len(r.buf)-n:]; len(tail) > 0; tail = tail[1:] {
		if bytes.HasPrefix(f.text, tail) {
			return len(r.buf) - len(tail)
		}
	}
	return len(r.buf)
}

// merge joins spans that overlap or touch.
func merge(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return a.start - b.start })
	joined := spans[:0]
	for _, s := range spans {
		if n := len(joined); n > 0 && s.start <= joined[n-1].end {
			joined[n-1].end = max(joined[n-1].end, s.end)
			continue
		}
		joined = append(joined, s)
	}
	return joined
}

// maskFor returns three of the first character that shares neither its first nor its last byte with any form.
func maskFor(forms []form) []byte {
	var used [256]bool
	for _, f := range forms {
		for _, c := range f.text {
			used[c] = true
		}
	}
	for _, c := range "*#=_~?!.█░■●∗…†§¤øß" {
		text := string(c)
		if !used[text[0]] && !used[text[len(text)-1]] {
			return []byte(strings.Repeat(text, 3))
		}
	}
	return []byte(strings.Repeat(string(utf8.RuneError), 3))
}
