package mailsync

import (
	"bytes"
	"io"
	"strings"
)

// tooLong says whether a message has a line over --maxlinelength bytes, its end included.
func (r *run) tooLong(b *body) bool {
	limit := r.settings.maxLineLength
	if limit == 0 {
		return false
	}
	line := lineMeter{}
	_, _ = io.Copy(&line, b.reader())
	return max(line.longest, line.current) > limit
}

// lineMeter measures the longest line of what is written to it.
type lineMeter struct{ current, longest int64 }

func (m *lineMeter) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		end := bytes.IndexByte(p, '\n') + 1
		if end == 0 {
			m.current += int64(len(p))
			break
		}
		m.longest, m.current = max(m.longest, m.current+int64(end)), 0
		p = p[end:]
	}
	return n, nil
}

// leftOut notes a message that an option leaves out once its content is known.
func (r *run) leftOut(t *task, it *item, b *body, reason string) {
	t.mark(it, gone)
	r.progress.fail(it.size())
	r.out.linef("- msg %s/%d {%d} skipped (Subject:[%s]) (%s)", t.target.sources[it.source].raw, it.uid, b.size, headerField(b.head(64<<10), "Subject"), reason)
}

// receiptField asks for a read receipt (RFC 8098, section 2.1). Some hosts send it when the copy arrives.
const receiptField = "Disposition-Notification-To:"

// disarmed gives a message in which nobody is asked for a read receipt any more: as imapsync does it, the field's name gets an X- before it.
func disarmed(b *body) (message io.Reader, size int64) {
	at := receiptAt(b.head(1 << 20))
	if at < 0 {
		return b.reader(), b.size
	}
	rest := b.reader()
	return io.MultiReader(io.LimitReader(rest, int64(at)), strings.NewReader("X-"), rest), b.size + 2
}

// receiptAt is where the field begins, -1 if the header has none.
func receiptAt(head []byte) int {
	for at := 0; at < len(head); {
		line, _, _ := bytes.Cut(head[at:], []byte("\n"))
		if len(bytes.TrimRight(line, "\r")) == 0 {
			break
		}
		if len(line) >= len(receiptField) && strings.EqualFold(string(line[:len(receiptField)]), receiptField) {
			return at
		}
		at += len(line) + 1
	}
	return -1
}
