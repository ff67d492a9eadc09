package imapclient

import (
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"sync"
)

// tracer writes the conversation for people and knows what must not be in it.
type tracer struct {
	mu      sync.Mutex
	out     io.Writer // nil: no trace
	secrets []string
}

func newTracer(out io.Writer) *tracer { return &tracer{out: out} }

// hide adds a secret to be masked, in clear and in base64, alone or at any place within base64.
func (t *tracer) hide(secrets ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, secret := range secrets {
		if secret == "" {
			continue
		}
		escaped := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(secret) // as a quoted string has it
		t.secrets = append(t.secrets, secret, escaped, base64.StdEncoding.EncodeToString([]byte(secret)))
		for shift := range 3 {
			padded := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + secret))
			// The characters that also hold bits of the neighbours are left out.
			from, to := (shift*8+5)/6, (shift+len(secret))*8/6
			if to-from >= 4 {
				t.secrets = append(t.secrets, padded[from:to])
			}
		}
	}
}

// mask replaces every secret in a text.
func (t *tracer) mask(text string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, secret := range t.secrets {
		text = strings.ReplaceAll(text, secret, "***")
	}
	return text
}

// serverFunc is called by the framer with each line, nil when nothing is traced.
func (t *tracer) serverFunc() func(line []byte) {
	if t.out == nil {
		return nil
	}
	return func(line []byte) { t.line("S: ", string(line)) }
}

// client traces a command: secrets as ***, literals as their size.
func (t *tracer) client(cmd *command) {
	if t.out == nil {
		return
	}
	var b strings.Builder
	b.WriteString(cmd.tag + " ")
	for _, part := range cmd.parts {
		switch {
		case part.secret:
			b.WriteString("***")
		case part.literal && part.wait:
			fmt.Fprintf(&b, "{%d}…", part.size)
		case part.literal:
			fmt.Fprintf(&b, "{%d+}…", part.size)
		default:
			b.WriteString(part.text)
		}
	}
	t.line("C: ", b.String())
}

// line writes one line. A trace that cannot be written is no reason to stop.
func (t *tracer) line(prefix, line string) {
	line = prefix + cleanText(t.mask(line)) + "\n"
	t.mu.Lock()
	defer t.mu.Unlock()
	_, _ = io.WriteString(t.out, line)
}
